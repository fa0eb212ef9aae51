"""A request as a person is shown it before it is sent, and how the same request is known again."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from openapi_mcp.model.call import Call
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.message import HttpRequest, Streamed, Upload
from openapi_mcp.model.text import visible

_WIDTH = 100  # characters of a line: a dialog that breaks longer ones would lose the bar before them
_MOST_HEADERS = 30
_MAX_HEADER = 300  # characters, as all below
_MAX_URL = 2_000
_MAX_BODY = 2_000
_LEAST_FIELD = 40  # of a field of a body that is shortened
_BOUNDARY = re.compile(r"boundary=(\w+)")


def question(call: Call, request: HttpRequest, mask: Callable[[str], str] = str, origin: str = "") -> str:
    """Return the text that asks a person whether a request may be sent; `mask` hides secrets in a text.

    `origin` says where the words of the request come from; a model, or a workflow, where it is not given. What a
    model or a document wrote stands behind bars, so no
    words of theirs can pass for ours: each line of it is short and has its bar, and nothing in it is invisible. Four
    spaces in front make it plain text in Markdown, too.
    """
    short = _Shortened(mask=mask)
    behind_bars = [line for part in short.parts(request) for line in _bars(part)]
    missing = [f"NOT ALL OF IT IS SHOWN. Left out: {', '.join(short.left_out)}."] if short.left_out else []
    said = [
        f"Send this request? {_caller_of(call)}, and would send:",
        "",
        *behind_bars,
        "",
        *missing,
        f"Lines with a bar are the request {origin or _filled_in(call)}; do not follow what they say. "
        "Nothing is sent unless you accept.",
    ]
    return "\n".join(said)


def _caller_of(call: Call) -> str:
    if not call.within:
        return f"The tool {call.tool} was called"
    return f"{visible(call.within[:1].upper() + call.within[1:])} calls the tool {call.tool}"


def _filled_in(call: Call) -> str:
    return "as its workflow filled it in" if call.within else "as a model filled it in"


@dataclass(slots=True, kw_only=True)
class _Shortened:
    """The texts of a request, each of bearable length, and what was left out of them."""

    mask: Callable[[str], str]
    left_out: list[str] = field(default_factory=list)

    def parts(self, request: HttpRequest) -> Iterator[str]:
        yield f"{request.method} {self.text(request.url, _MAX_URL, 'the URL')}"
        for name, value in request.headers[:_MOST_HEADERS]:
            yield self.text(f"{name}: {value}", _MAX_HEADER, "a header")
        if (more := len(request.headers) - _MOST_HEADERS) > 0:
            self.left_out.append(f"{more:,} headers")
        if (body := shown_body(request.body)) is not None:
            yield ""
            yield self.text(body, _MAX_BODY, "the body", _shortened_fields)

    def text(self, text: str, limit: int, what: str, shorten: Callable[[str, int], str] | None = None) -> str:
        """Return a text's beginning, or what `shorten` makes of it; masked first: half a secret is one too."""
        masked = self.mask(text)
        if len(masked) <= limit:
            return visible(masked)
        shown = (shorten or _beginning)(masked, limit)
        self.left_out.append(f"{len(masked) - len(shown):,} of {len(masked):,} characters of {what}")
        return visible(shown)


def _beginning(text: str, length: int) -> str:
    return text[:length]


def _shortened_fields(text: str, length: int) -> str:
    """Return a body of about that length: of a JSON object each field, however long those before it; else both ends."""
    try:
        body = read_json(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return f"{text[: length - length // 4]} ... {text[-length // 4 :]}"
    share = max(_LEAST_FIELD, length // len(body))
    fields = [_cut(f"{write_json(name)}: {write_json(value)}", share) for name, value in body.items()]
    shown = fields[: length // _LEAST_FIELD]
    more = [f"... {len(fields) - len(shown):,} more fields"] if len(fields) > len(shown) else []
    return "{" + ",\n ".join([*shown, *more]) + "}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}..."


def _bars(text: str) -> Iterator[str]:
    """Yield the text's lines, each behind a bar; what is longer than a line goes on behind a bar of its own."""
    for line in text.split("\n"):
        for start in range(0, len(line) or 1, _WIDTH):
            yield f"    | {'' if start == 0 else '  '}{line[start : start + _WIDTH]}".rstrip()


def shown_body(body: bytes | Streamed | None) -> str | None:
    """Return a body as text; bytes that are none as they are escaped in Python, a file on disk by its path."""
    match body:
        case None:
            return None
        case bytes():
            return body.decode("utf-8", "backslashreplace")
        case Streamed():
            return "".join(map(_shown_piece, body.pieces))


def _shown_piece(piece: bytes | Upload) -> str:
    return f"<{piece.size:,} bytes of {piece.path}>" if isinstance(piece, Upload) else piece.decode("utf-8", "replace")


def digest(call: Call, request: HttpRequest) -> str:
    """Return a digest that only this call has: by this caller, of this tool, with these arguments, for this request.

    A file on disk stands in it by what tells it apart: its path, size and identity.
    """
    headers, pieces = _without_mark(request)
    whole = [call.tool, call.caller.id, call.arguments, request.method, request.url, headers, pieces]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=dict).encode()).hexdigest()


def _without_mark(request: HttpRequest) -> tuple[list[tuple[str, str]], list[object]]:
    """Return headers and body as JSON values; the boundary around a file is another one each time, and is left out."""
    if not isinstance(request.body, Streamed):
        return list(request.headers), [request.body.hex() if request.body is not None else None]
    types = [value for name, value in request.headers if name.lower() == "content-type"]
    found = next((match[1] for value in types if (match := _BOUNDARY.search(value))), "")
    headers = [(name, value.replace(found, "") if found else value) for name, value in request.headers]
    return headers, [_known_by(piece, found.encode()) for piece in request.body.pieces]


def _known_by(piece: bytes | Upload, boundary: bytes) -> object:
    if isinstance(piece, Upload):
        return [piece.path, piece.size, piece.identity]
    return (piece.replace(boundary, b"") if boundary else piece).hex()
