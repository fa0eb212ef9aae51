"""What an answer holds: JSON, text in its charset, images and audio, other bytes; secrets masked."""

import codecs
from collections.abc import Iterable, Mapping
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Blob
from openapi_mcp.model.jsontext import JsonValue, read_json, write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor

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


MAX_DEPTH = 100  # the protocol's library stops at 255, clients earlier


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


def read_answer(response: HttpResponse, *, redactor: Redactor, fixed: Mapping[str, Any] | None = None) -> Answer:
    """Return what a success holds, secrets that the upstream echoes masked; `fixed` is what else stands in its note.

    200 with {"id": 7} -> JSON {"id": 7}; 201 with Location -> the same, with {"status": 201, "headers": {...}} noted.
    """
    note = {**_note(response, redactor), **(fixed or {})}
    if not response.body:
        return Answer(value={}, note=note or {"status": response.status})
    value, is_json = json_body(response)
    if is_json:
        known = _masked_json(value, redactor)
        if known is not None:
            return Answer(value=known[0], text=known[1], note=note)
        note["mismatch"] = f"the body is nested more than {MAX_DEPTH} deep, so it stands here as text"
    elif media_type(response).endswith(("/json", "+json")):
        note["mismatch"] = f"Content-Type says {_shown_type(response, redactor)}, the body is not JSON"
    text = text_body(response)
    if text is not None:
        return Answer(text=redactor(text), is_json=False, note=note)
    return _bytes_answer(response, note, redactor)


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


def _masked_json(value: JsonValue, redactor: Redactor) -> tuple[JsonValue, str] | None:
    """Return JSON masked, and its text; None where it is nested deeper than clients read."""
    try:
        text = write_json(value)
        if is_deep(value, text):
            return None
        if redactor.finds(text):
            value = mask(value, redactor)
            text = write_json(value)
    except RecursionError:
        return None
    return value, text


def is_deep(value: JsonValue, text: str) -> bool:
    """True when JSON, given with its text, is nested deeper than clients read."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
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


def _bytes_answer(response: HttpResponse, note: Mapping[str, Any], redactor: Redactor) -> Answer:
    kind = _shown_type(response, redactor) or "application/octet-stream"
    text = response.body.decode("utf-8", "surrogateescape")
    data = redactor(text).encode("utf-8", "surrogateescape") if redactor.finds(text) else response.body
    blob = Blob(data=data, mime_type=kind, uri=redactor(response.url))
    return Answer(blob=blob, is_json=False, note=note)


def _shown_type(response: HttpResponse, redactor: Redactor) -> str:
    return redactor(response.header("content-type") or "").partition(";")[0].strip().lower()
