"""An answer as a Result: JSON, text in its charset, images and audio, other bytes."""

import codecs
from collections.abc import Iterable
from typing import Any

from openapi_mcp.model.call import Blob, Result, Text
from openapi_mcp.model.jsontext import JsonValue, read_json, write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.response.shape import shape_json, shape_text

_TOLD_HEADERS = (
    "location", "content-location", "operation-location", "etag", "link", "retry-after", "content-range",
    "x-total-count",
)  # fmt: skip
_NO_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")
# Codecs of Python that are no charset of an answer: they know no "replace", are slow, or make lone surrogates.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
_TEXT_TYPES = (
    "xml",
    "javascript",
    "yaml",
    "x-www-form-urlencoded",
    "csv",
    "graphql",
    "sql",
    "toml",
    "ndjson",
    "json-seq",
)


_MAX_DEPTH = 100  # the protocol's library stops at 255, clients earlier


def media_type(response: HttpResponse) -> str:
    """Return the answer's media type without parameters, in lower case; empty where it names none."""
    return (response.header("content-type") or "").partition(";")[0].strip().lower()


def json_body(response: HttpResponse) -> tuple[JsonValue, bool]:
    """Return the JSON of an answer and True, or None and False where it does not say JSON or does not hold it."""
    kind = media_type(response)
    if not (kind.endswith(("/json", "+json")) or (not kind and response.body[:1] in b'{["')):
        return None, False
    try:
        return read_json(response.body.decode("utf-8-sig")), True
    except ValueError:
        return None, False


def text_body(response: HttpResponse) -> str | None:
    """Return the text of an answer in its charset, None for bytes that are no text."""
    kind = media_type(response)
    charset = _charset(response)
    is_text = kind.startswith("text/") or kind.endswith(("/json", "+json", "+xml")) or kind.endswith(_TEXT_TYPES)
    if is_text:
        return response.body.decode(charset or "utf-8", "replace")
    if kind.startswith(_NO_TEXT) or (kind and kind != "application/octet-stream" and not charset):
        return None
    try:
        text = response.body.decode(charset or "utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _charset(response: HttpResponse) -> str | None:
    parameters = (response.header("content-type") or "").split(";")[1:]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                found = codecs.lookup(value.strip().strip("\"'"))
            except (LookupError, ValueError):
                return None
            return found.name if found._is_text_encoding and found.name not in _NO_CHARSETS else None
    return None


def decode(
    response: HttpResponse, *, max_response: int, redactor: Redactor, fixed: dict[str, Any] | None = None
) -> Result:
    """Return a success as a Result; `fixed` is what else stands in its `_note`.

    Status 200 with {"id": 7} -> {"id": 7}; 201 with Location -> {"id": 7, "_note": {"status": 201, "headers": {...}}}.
    Secrets that the upstream echoes are masked; more than `max_response` characters are cut between whole items.
    """
    note = {**_note(response, redactor), **(fixed or {})}
    if not response.body:
        return _structured({}, note or {"status": response.status})
    value, is_json = json_body(response)
    if is_json:
        result = _json_result(value, note, max_response, redactor)
        if result is not None:
            return result
        note["mismatch"] = f"the body is nested more than {_MAX_DEPTH} deep, so it stands here as text"
    elif media_type(response).endswith(("/json", "+json")):
        note["mismatch"] = f"Content-Type says {_shown_type(response, redactor)}, the body is not JSON"
    text = text_body(response)
    if text is not None:
        return _text_result(redactor(text), note, max_response)
    return _bytes_result(response, note, redactor)


def _note(response: HttpResponse, redactor: Redactor) -> dict[str, Any]:
    note: dict[str, Any] = {} if response.status == 200 else {"status": response.status}
    headers = {name: redactor(value) for name in _TOLD_HEADERS if (value := response.header(name)) is not None}
    if headers:
        note["headers"] = headers
    return note


def mask(value: JsonValue, redactor: Redactor) -> JsonValue:
    """Return a JSON value with every secret in its keys, strings and numbers masked."""
    match value:
        case str():
            return redactor(value)
        case list():
            return [mask(item, redactor) for item in value]
        case dict():
            return {redactor(key): mask(item, redactor) for key, item in value.items()}
        case None | bool():
            return value
        case _:
            return redactor(str(value)) if redactor.finds(str(value)) else value


def _json_result(value: JsonValue, note: dict[str, Any], max_response: int, redactor: Redactor) -> Result | None:
    """Return JSON as a result; None where it is nested deeper than clients read."""
    try:
        text = write_json(value)
        if is_deep(value, text):
            return None
        if redactor.finds(text):
            value = mask(value, redactor)
            text = write_json(value)
        if max_response and len(text) + len(write_json(note)) > max_response:
            said = len(write_json({**note, "more": _more([])}))
            value, more = shape_json(value, max(max_response - said, 1))
            note = {**note, "more": _more(more)} if more else note
            text = write_json(value)
    except RecursionError:
        return None
    return _structured(value, note, text)


def is_deep(value: JsonValue, text: str) -> bool:
    """True when JSON, given with its text, is nested deeper than clients read."""
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    level: list[JsonValue] = [value]
    for _ in range(_MAX_DEPTH):
        level = [item for node in level for item in _items(node) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _items(node: JsonValue) -> Iterable[JsonValue]:
    match node:
        case dict():
            return node.values()
        case list():
            return node
        case _:
            return ()


def _structured(value: JsonValue, note: dict[str, Any], text: str = "") -> Result:
    """Return JSON as text and as structured content, whose root is an object for every client."""
    if isinstance(value, dict) and "_note" not in value:  # the upstream's own is never taken for ours
        whole = {**value, "_note": note} if note else value
        return Result(content=(Text(text=text if text and not note else write_json(whole)),), structured=whole)
    wrapped = {"result": value, "_note": note} if note else {"result": value}
    if note or isinstance(value, dict):
        text = write_json(wrapped)
    return Result(content=(Text(text=text or write_json(value)),), structured=wrapped)


def _more(cuts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cut": cuts, "hint": "ask for less (a filter, a smaller page) or raise --max-response"}


def _text_result(text: str, note: dict[str, Any], max_response: int) -> Result:
    shown, more = shape_text(text, max_response)
    if more:
        note = {**note, "more": _more([more])}
    return Result(content=(Text(text=shown), *_note_block(note)))


def _bytes_result(response: HttpResponse, note: dict[str, Any], redactor: Redactor) -> Result:
    kind = _shown_type(response, redactor) or "application/octet-stream"
    text = response.body.decode("utf-8", "surrogateescape")
    data = redactor(text).encode("utf-8", "surrogateescape") if redactor.finds(text) else response.body
    return Result(content=(Blob(data=data, mime_type=kind, uri=redactor(response.url)), *_note_block(note)))


def _shown_type(response: HttpResponse, redactor: Redactor) -> str:
    return redactor(response.header("content-type") or "").partition(";")[0].strip().lower()


def _note_block(note: dict[str, Any]) -> tuple[Text, ...]:
    return (Text(text=write_json({"_note": note})),) if note else ()
