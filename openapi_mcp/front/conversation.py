"""What a client asks first, answered line by line until one is not ours to answer, or the whole list was sent."""

import json
import os
import sys

from openapi_mcp.front.kept import Kept
from openapi_mcp.front.wire import CHUNK, Wire

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    Answer = tuple[bytes | memoryview, ...]  # written one after the other: a page of a megabyte is not copied

MODERN = "2026-07-28"
LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
_META = "io.modelcontextprotocol/"
_LISTS = ("toolsListChanged", "promptsListChanged", "resourcesListChanged")
_LONGEST_LINE = 1 << 20  # bytes; a longer one is not for us


class Handover:
    """A conversation begun: what the SDK must hear again, which of its answers were given, and what is still unread."""

    def __init__(self, wire: Wire, kept: Kept) -> None:
        self.wire = wire
        self.kept = kept
        self.replay: list[bytes] = []
        self.handshake: int | str | None = None
        self.subscriptions: set[int | str] = set()
        self.pending = b""

    def chunks(self) -> "Iterator[bytes]":
        """Yield what the client sends, from the first byte that the SDK has not heard; ends with the pipe."""
        yield from self.replay
        if self.pending:
            yield self.pending
        yield from self.wire.chunks()


class Conversation:
    """Answers lines until one is not ours to answer, or the whole list was sent."""

    def __init__(self, handover: Handover) -> None:
        self.handover = handover
        self.header = handover.kept.header
        self.era = ""
        self.complete = False

    def run(self) -> None:
        """Answer line by line; ends the process where the client leaves."""
        buffer = b""
        while not self.complete:
            line, newline, rest = buffer.partition(b"\n")
            if not newline:
                chunk = os.read(self.handover.wire.read, CHUNK) if len(buffer) < _LONGEST_LINE else b""
                if chunk:
                    buffer += chunk
                    continue
                if not buffer:
                    sys.exit(0)
            answer = self.answer(line) if newline else None
            if answer is None:
                break
            self.send(answer)
            buffer = rest
        self.handover.pending = buffer

    def send(self, answer: "Answer") -> None:
        """Write an answer to the client, part by part."""
        for part in answer:
            view = memoryview(part)
            while view:
                try:
                    view = view[os.write(self.handover.wire.write, view) :]
                except OSError:  # the client is gone
                    sys.exit(0)

    def answer(self, line: bytes) -> "Answer | None":
        """Return the parts of the answer to a line, none where none is due, None where the line is not ours."""
        try:
            frame = json.loads(line.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
        if not isinstance(frame, dict) or frame.get("jsonrpc") != "2.0" or b"\\ud" in line.lower():
            return None
        method, params, number = frame.get("method"), frame.get("params", {}), frame.get("id")
        if not isinstance(method, str) or not isinstance(params, dict) or not _is_meta(params.get("_meta", {})):
            return None
        if "id" not in frame:
            return self.notified(method, line)
        if isinstance(number, bool) or not isinstance(number, (int, str)):
            return None
        return self.asked(method, params, number, line)

    def notified(self, method: str, line: bytes) -> "Answer | None":
        """Return no answer to a notification that we know how to hand over; None for any other."""
        if method == "notifications/initialized" and self.era == "legacy":
            self.handover.replay.append(line + b"\n")
            return ()
        return None

    def asked(self, method: str, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        """Return the answer to a request, None where the SDK has to give it."""
        modern = _is_modern(params)
        if modern is None:
            return None
        if method == "initialize" and not self.era and not modern:
            return self.initialize(params, number, line)
        if self.era != ("modern" if modern else "legacy") and not (modern and not self.era):
            return None
        if method == "tools/list" and params.keys() <= {"_meta", "cursor"}:
            return self.list(params.get("cursor"), number, modern=modern)
        if method == "ping" and not modern and params.keys() <= {"_meta"}:
            return _response(number, b"{}")
        if method == "server/discover" and modern and params.keys() <= {"_meta"}:
            self.era = "modern"
            return _response(number, _dump(self.header["discover"]))
        if method == "subscriptions/listen" and modern and self.header["listens"]:
            return self.listen(params, number, line)
        return None

    def initialize(self, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        """Return the answer to a handshake; the SDK hears of it again."""
        said = params.keys() <= {"_meta", "protocolVersion", "clientInfo", "capabilities"}
        known = said and _is_client(params.get("clientInfo")) and _are_capabilities(params.get("capabilities"))
        if not known or params.get("protocolVersion") not in LEGACY:
            return None
        self.era = "legacy"
        self.handover.replay.append(line + b"\n")
        self.handover.handshake = number
        return _response(number, _dump({**self.header["initialize"], "protocolVersion": params["protocolVersion"]}))

    def listen(self, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        """Acknowledge a subscription; the SDK hears of it again, and its own acknowledgement is kept back."""
        wanted = params.get("notifications")
        if params.keys() != {"_meta", "notifications"} or not isinstance(wanted, dict):
            return None
        if not wanted.keys() <= set(_LISTS) or not all(isinstance(value, bool) for value in wanted.values()):
            return None
        self.era = "modern"
        self.handover.replay.append(line + b"\n")
        self.handover.subscriptions.add(number)
        honored = {name: True for name in wanted if wanted[name]}
        told = {"notifications": honored, "_meta": {f"{_META}subscriptionId": number}}
        method = "notifications/subscriptions/acknowledged"
        return (_dump({"jsonrpc": "2.0", "method": method, "params": told}) + b"\n",)

    def list(self, cursor: "Any", number: int | str, *, modern: bool) -> "Answer | None":
        """Return a page of tools, as it stands in the file."""
        count = len(self.header["pages"])
        index = 0 if cursor is None else page_of(cursor)
        if index is None or index >= count or (tools := self.handover.kept.page(index)) is None:
            return None
        rest = dict(self.header["list"]) if modern else {}
        if index + 1 < count:
            rest["nextCursor"] = str(index + 1)
        self.era = "modern" if modern else "legacy"
        self.complete = index + 1 == count
        return _response(number, b'{"tools":', tools, b"," + _dump(rest)[1:] if rest else b"}")


def page_of(cursor: object) -> int | None:
    """Return the page that a cursor of ours names, None for any other cursor."""
    if not isinstance(cursor, str) or not (cursor.isascii() and cursor.isdecimal()) or not 0 < len(cursor) < 7:
        return None
    return int(cursor)


def _refuse(constant: str) -> "NoReturn":
    raise ValueError(constant)


def _is_meta(meta: object) -> bool:
    if not isinstance(meta, dict):
        return False
    token = meta.get("progressToken", 0)
    return isinstance(token, (int, str)) and not isinstance(token, bool)


def _is_modern(params: "dict[str, Any]") -> bool | None:
    """Return whether a request has the envelope of 2026-07-28; None for half of one, which the SDK refuses."""
    meta = params.get("_meta", {})
    if not any(name.startswith(_META) for name in meta):
        return False
    whole = (
        meta.get(f"{_META}protocolVersion") == MODERN
        and _is_client(meta.get(f"{_META}clientInfo"))
        and _are_capabilities(meta.get(f"{_META}clientCapabilities"))
    )
    return whole or None


def _is_client(value: object) -> bool:
    """True for an Implementation Object as clients send it."""
    if not isinstance(value, dict) or not {"name", "version"} <= value.keys():
        return False
    texts = ("name", "version", "title", "description", "websiteUrl")
    return all(name in texts and isinstance(text, str) for name, text in value.items())


def _are_capabilities(value: object) -> bool:
    """True for a ClientCapabilities Object as clients send it."""
    return isinstance(value, dict) and all(_is_capability(name, part) for name, part in value.items())


def _is_capability(name: str, part: object) -> bool:
    if not isinstance(part, dict):
        return False
    if name == "roots":
        return part.keys() <= {"listChanged"} and isinstance(part.get("listChanged", False), bool)
    known = name in ("elicitation", "sampling", "experimental", "extensions")
    return known and all(isinstance(inner, dict) for inner in part.values())


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _response(number: int | str, *result: bytes | memoryview) -> "Answer":
    return b'{"jsonrpc":"2.0","id":' + _dump(number) + b',"result":', *result, b"}\n"
