"""What an answer holds: JSON, text in its charset, images and audio, other bytes; secrets masked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Blob
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.media import plain_type
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.response.charset import charset_of, decode_json
from openapi_mcp.response.content import Content, is_json_type, read_content

_TOLD_HEADERS = (
    "location", "content-location", "operation-location", "etag", "link", "retry-after", "content-range",
    "x-total-count",
)  # fmt: skip
_ENDS = {
    "deadline": "the deadline of the call (--timeout)",
    "cap": "the cap on an answer's bytes (--max-body)",
    "broken": "the loss of the connection",
}
_LARGEST_REFUSAL = 1_000_000  # bytes that are read as JSON
MAX_DEPTH = 100  # the protocol's library stops at 255, clients earlier

Broken = Callable[[HttpResponse, JsonValue, Redactor], str]
"""Says how the JSON of an answer breaks the schema that is declared for it; nothing where it does not."""


def json_body(response: HttpResponse) -> tuple[JsonValue, bool]:
    """Return the JSON of an answer and True, or None and False where it holds none."""
    content = _content(response, response.header("content-type") or "")
    return (content.value, True) if content.is_json else (None, False)


def text_body(response: HttpResponse) -> str | None:
    """Return the text of an answer in its charset, None for bytes that are no text."""
    return _text_of(response, _content(response, response.header("content-type") or ""))


def refusal_body(response: HttpResponse, redactor: Redactor) -> tuple[JsonValue, bool]:
    """Return what a refusal says, masked: JSON and True, else its text, None for bytes, and False.

    JSON that is nested deeper than clients read is its text; so is one of more than a megabyte, as its parser lets
    nobody else run.
    """
    kind = response.header("content-type") or ""
    is_large = len(response.body) > _LARGEST_REFUSAL and is_json_type(plain_type(kind))
    content = _content(response, "text/plain" if is_large else kind)
    known = _masked_json(content.value, redactor) if content.is_json else None
    if known is not None:
        return known[0], True
    text = _text_of(response, content)
    return (redactor(text) if text else None), False


def _content(response: HttpResponse, content_type: str) -> Content:
    return read_content(content_type, response.body, is_whole=response.ended_early is None)


def _text_of(response: HttpResponse, content: Content) -> str | None:
    if not content.is_json:
        return content.text
    return decode_json(response.body, charset_of(response.header("content-type") or ""))[0]


def read_answer(
    response: HttpResponse,
    *,
    redactor: Redactor,
    fixed: Mapping[str, Any] | None = None,
    broken: Broken | None = None,
) -> Answer:
    """Return what a success holds, secrets that the upstream echoes masked; `fixed` is what else stands in its note.

    200 with {"id": 7} -> JSON {"id": 7}; 201 with Location -> the same, with {"status": 201, "headers": {...}} noted.
    A body that is not what its Content-Type says, or not what `broken` finds declared, is delivered, and that is noted.
    """
    note = {**_note(response, redactor), **(fixed or {})}
    content_type = redactor(response.header("content-type") or "")
    if not response.body or (is_json_type(plain_type(content_type)) and not response.body.strip()):
        said_at_least = {} if fixed else {"status": response.status}
        return Answer(value={}, note={**said_at_least, **note, **_incomplete(response, is_cut=False)})
    content = _content(response, content_type)
    note |= _incomplete(response, is_cut=content.is_cut)
    said = [redactor(each) for each in content.said]
    answer = _answer(response, content, said, redactor)
    if broken is not None and answer.is_json and not said and not content.is_cut:
        said = [text] if (text := broken(response, content.value, redactor)) else []
    return replace(answer, note={**note, "mismatch": "; ".join(said)} if said else note)


def _incomplete(response: HttpResponse, *, is_cut: bool) -> dict[str, str]:
    if response.ended_early is None:
        return {}
    end = _ENDS.get(response.ended_early, response.ended_early)
    cut = "; the last record had come in part and is left out" if is_cut else ""
    return {"incomplete": f"this is what had come until {end}, the API had not ended its answer{cut}"}


def _answer(response: HttpResponse, content: Content, said: list[str], redactor: Redactor) -> Answer:
    """Return the content masked; JSON that is too deep becomes text, which is `said` too."""
    if content.is_json:
        known = _masked_json(content.value, redactor)
        if known is not None:
            return Answer(value=known[0], text=known[1])
        said.append(f"the body is nested more than {MAX_DEPTH} deep, so it stands here as text")
    text = _text_of(response, content)
    if text is not None:
        return Answer(text=redactor(text), is_json=False)
    return _bytes_answer(response, content, redactor)


def _note(response: HttpResponse, redactor: Redactor) -> dict[str, Any]:
    note: dict[str, Any] = {} if response.status == 200 else {"status": response.status}
    headers = {name: redactor(value) for name in _TOLD_HEADERS if (value := response.header(name)) is not None}
    if headers:
        note["headers"] = headers
    return note


def mask(value: Any, hide: Callable[[str], str]) -> Any:
    """Return a JSON value with every secret in its keys, strings and numbers masked; `hide` masks them in a text."""
    match value:
        case str():
            return hide(value)
        case list() | tuple():
            return [mask(item, hide) for item in value]
        case Mapping():
            return {hide(str(key)): mask(item, hide) for key, item in value.items()}
        case None | bool():
            return value
        case _:
            hidden = hide(str(value))
            return value if hidden == str(value) else hidden


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


def _bytes_answer(response: HttpResponse, content: Content, redactor: Redactor) -> Answer:
    text = response.body.decode("utf-8", "surrogateescape")
    data = redactor(text).encode("utf-8", "surrogateescape") if redactor.finds(text) else response.body
    blob = Blob(data=data, mime_type=content.media_type, uri=redactor(response.url))
    return Answer(blob=blob, is_json=False)
