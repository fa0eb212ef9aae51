"""A service of models on 127.0.0.1: Anthropic's wire and OpenAI's, as strict as they are, saying what a script says.

`POST /v1/messages` and `POST /v1/chat/completions`, streamed or not. What a request breaks of the wire's rules is
answered with 400 in the wire's form and noted in `refused`; a script that cannot go on is noted in `lost`. A script is
gone through request by request, whichever wire they come on, so that what falls over goes on where it was.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from support import model_anthropic, model_faults, model_openai
from support.in_thread import QuietHandler, QuietServer, in_a_thread
from support.model_talk import Conversation, Fault, RefusedRequest, Reply, Turn

ANTHROPIC_KEY = "sk-ant-api03-dummy-0123456789"
OPENAI_KEY = "sk-proj-dummy-0123456789"
CLAUDE = "claude-haiku-4-5"
GPT = "gpt-4.1-mini"

_WIRES = {"/v1/messages": "anthropic", "/v1/chat/completions": "openai"}
_MODULES: dict[str, ModuleType] = {"anthropic": model_anthropic, "openai": model_openai}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request, and what was said to it; no conversation where it was none."""

    wire: str
    headers: dict[str, str]
    body: Any
    conversation: Conversation | None
    said: Reply | Fault

    @property
    def talk(self) -> Conversation:
        """The conversation, which must be one."""
        assert self.conversation is not None, self.said
        return self.conversation


@dataclass(slots=True)
class ModelService:
    """The service; `turns` are what is said next, then `last` again and again.

    `most_characters` is how much a context takes. Without `keys` any key will do, or none. `connections` were opened so
    far, and `ended` is released when one is over.
    """

    server: QuietServer
    turns: list[Turn] = field(default_factory=list)
    last: Turn | None = None
    heard: list[Heard] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=lambda: {"anthropic": ANTHROPIC_KEY, "openai": OPENAI_KEY})
    models: frozenset[str] = frozenset({CLAUDE, GPT})
    most_characters: int | None = None
    connections: int = 0
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its origin, which is Anthropic's base URL."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """The base URL of the other wire."""
        return f"{self.url}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """What the SDKs of both read."""
        return {
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": ANTHROPIC_KEY,
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": OPENAI_KEY,
        }

    @property
    def wires(self) -> list[str]:
        """Who was asked, in turn."""
        return [heard.wire for heard in self.heard]

    @property
    def talks(self) -> list[Conversation]:
        """The conversations, as they grew."""
        return [heard.conversation for heard in self.heard if heard.conversation is not None]

    def play(self, *turns: Turn, last: Turn | None = None) -> None:
        """Say this from now on; forget what was."""
        self.turns, self.last = list(turns), last
        self.heard, self.refused, self.lost = [], [], []

    def answer(self, wire: str, headers: dict[str, str], body: Any) -> tuple[Conversation | None, Reply | Fault]:
        """Return what a request says, if it says anything, and what is said to it."""
        try:
            conversation = self._read(wire, headers, body)
        except RefusedRequest as refusal:
            return None, refusal.fault
        with self._lock:
            turn = self.turns.pop(0) if self.turns else self.last
        return conversation, self._said(turn, conversation)

    def _read(self, wire: str, headers: dict[str, str], body: Any) -> Conversation:
        module = _MODULES[wire]
        given = module.key(headers)
        if self.keys and given != self.keys[wire]:
            raise RefusedRequest(model_faults.bad_key(wire, given))
        try:
            conversation: Conversation = module.read(headers, body)
        except RefusedRequest as refusal:
            self.refused.append(refusal.fault.message)
            raise
        if conversation.model not in self.models:
            raise RefusedRequest(model_faults.unknown_model(wire, conversation.model))
        if self.most_characters is not None and conversation.characters > self.most_characters:
            raise RefusedRequest(model_faults.too_long(wire, conversation.characters, self.most_characters))
        return conversation

    def _said(self, turn: Turn | None, conversation: Conversation) -> Reply | Fault:
        if turn is None:
            return self._lost("the script has no more turns")
        try:
            return turn(conversation)
        except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
            return self._lost(f"{type(error).__name__}: {error}")

    def _lost(self, why: str) -> Fault:
        self.lost.append(why)
        return Fault(status=400, kind="invalid_request_error", message=f"the script is lost: {why}")

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1

    def note(self, heard: Heard) -> int:
        """Keep a request; return its number."""
        with self._lock:
            self.heard.append(heard)
            return len(self.heard)


@contextmanager
def running_models(turns: Sequence[Turn] = (), last: Turn | None = None) -> Iterator[ModelService]:
    """Yield the service on a free port, stopped at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.service = ModelService(server, list(turns), last)
    with in_a_thread(server):
        yield server.service


class _Server(QuietServer):
    service: ModelService


class _Handler(QuietHandler):
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.service.connected()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.service.ended.release()

    def do_POST(self) -> None:
        written = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        wire = _WIRES.get(self.path.partition("?")[0])
        if wire is None:
            self._send(404, {"Content-Type": "application/json"}, b'{"error":{"message":"Not Found"}}')
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(written)
        conversation, said = self.server.service.answer(wire, headers, body)
        heard = Heard(wire=wire, headers=headers, body=body, conversation=conversation, said=said)
        number = self.server.service.note(heard)
        module = _MODULES[wire]
        if isinstance(said, Fault):
            self._fail(module, said, number)
        elif heard.talk.is_streamed:
            self._stream(_until(module, said, module.pieces(heard.talk, said, number)), is_whole=not said.breaks)
        else:
            self._answer(module.whole(heard.talk, said, number), is_whole=not said.breaks)

    def _fail(self, module: ModuleType, fault: Fault, number: int) -> None:
        if not fault.status:
            self.close_connection = True
            return
        body = module.failed(fault, number) if fault.body is None else fault.body
        self._send(fault.status, {"Content-Type": "application/json", **fault.headers}, body)

    def _answer(self, body: bytes, *, is_whole: bool) -> None:
        if is_whole:
            self._send(200, {"Content-Type": "application/json"}, body)
            return
        self._head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _stream(self, pieces: Iterator[bytes], *, is_whole: bool) -> None:
        self._head(200, {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"})
        for piece in pieces:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if is_whole:
            self.wfile.write(b"0\r\n\r\n")
        else:  # no last chunk: whoever reads is told that there was to be more
            self.close_connection = True

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _until(module: ModuleType, reply: Reply, pieces: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the pieces of a stream up to the middle of where it breaks or fails; all of them where it does not."""
    ends_at = reply.breaks or ("text" if reply.fault else "")
    seen = 0
    for part, piece in pieces:
        seen += part == ends_at
        if ends_at and seen > 2:
            break
        yield piece
    else:
        assert not ends_at, "the stream has no such part, or a short one"
    if reply.fault is not None:
        yield module.failed_within(reply.fault)
