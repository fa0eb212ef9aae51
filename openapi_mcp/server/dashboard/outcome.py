"""What the pages show of a request, and of what came back: plain texts, none of them longer than a page bears."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.call import Blob, Failure, Result, Text
from openapi_mcp.model.fault import Suggestion
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.text import one_line
from openapi_mcp.request.curl import curl
from openapi_mcp.request.shown import shown_body

_LONGEST_BODY = 20_000  # characters
_LONGEST_TEXT = 200_000
_MOST_HEADERS = 100
_MOST_FAULTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request as lines; `more` are the characters of its body that are not shown."""

    line: str
    headers: tuple[str, ...]
    body: str
    more: int
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a result: a text, or bytes of a `kind` to be downloaded by their `number`."""

    number: int
    text: str = ""
    more: int = 0
    kind: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureView:
    """A failure in words; `tries` are calls that may help, with their arguments as JSON."""

    kind: str
    message: str
    hint: str
    body: str
    status: int | None
    tries: tuple[tuple[str, str, str], ...]
    details: str


def request_of(request: HttpRequest) -> RequestView:
    """Return what is shown of a request, whose secrets are masked."""
    body = shown_body(request.body) or ""
    return RequestView(
        line=f"{request.method} {request.url}",
        headers=tuple(f"{name}: {value}" for name, value in request.headers[:_MOST_HEADERS]),
        body=body[:_LONGEST_BODY],
        more=max(0, len(body) - _LONGEST_BODY),
        curl=_cut(curl(request)),
    )


def blocks_of(result: Result) -> list[Block]:
    """Return the parts of a result as a model gets them; JSON on several lines."""
    return [_block(number, content) for number, content in enumerate(result.content)]


def _block(number: int, content: Text | Blob) -> Block:
    if isinstance(content, Blob):
        return Block(number=number, kind=one_line(content.mime_type, 100), size=len(content.data))
    text = _pretty(content.text)
    return Block(number=number, text=text[:_LONGEST_TEXT], more=max(0, len(text) - _LONGEST_TEXT))


def _pretty(text: str) -> str:
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.dumps(read_json(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def failure_of(failure: Failure) -> FailureView:
    """Return what is shown of a failure."""
    said: dict[str, Any] = failure.as_json()["error"]
    known = ("kind", "message", "hint", "body", "status", "try")
    details = {name: value for name, value in said.items() if name not in known and value}
    return FailureView(
        kind=failure.kind.value,
        message=said["message"],
        hint=said["hint"],
        body=_cut(_as_text(failure.body)),
        status=failure.status,
        tries=tuple(_tries(failure.tries)),
        details=_cut(_as_text(details or None)),
    )


def _tries(tries: tuple[Suggestion, ...]) -> Iterator[tuple[str, str, str]]:
    for each in tries[:_MOST_FAULTS]:
        said = each.as_json()
        yield said["tool"], said["why"], _as_text(said.get("arguments"))


def faults_of(failure: Failure, names: set[str]) -> Mapping[str, str]:
    """Return what is wrong with each of these arguments, by its name."""
    found: dict[str, str] = {}
    for fault in failure.faults[:_MOST_FAULTS]:
        name = str(fault.path[0]) if fault.path else ""
        if name in names:
            found.setdefault(name, one_line(fault.said, 300))
    if not found and failure.field in names and failure.field is not None:
        found[failure.field] = one_line(failure.message, 300)
    return found


def _as_text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}... ({len(text):,} characters)"
