"""A local HTTP server that records what reaches it and answers well, late, slowly or never, by the path asked for."""

import hashlib
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.in_thread import QuietServer, WholeRequests, in_a_thread

PATIENCE = 30.0
"""Seconds after which a test gives up waiting; nothing here takes that long when all is well."""

ENDS_WITHIN = 15.0
"""Seconds in which a process, a call or a connection must end: security.md 24 and 25, on a machine with other work."""

_SLOW = 1.0  # seconds that /slow/... takes: work that is long enough to be told of


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def values(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Upstream:
    """The server: `seen` is what arrived, `arrived` tells of each request that is kept waiting.

    Paths: `/hang` never answers, `/trickle` never ends, `/held` answers once `release` is set, `/late/...` serves the
    document that there was when it was asked for then, `/status/N` answers with N, `/document.json` serves `document`,
    `answers` holds what others answer, those of `/slow/...` after a second;
    `/guarded` wants the Authorization header `wanted`; the rest echo the request. With `has_etags` what is served is
    not sent again to who has it. First comes what `in_turn` says for a method and target ("GET /jobs/7"): each
    answer once, the last again and again; where `unsaid` is given, that is the answer to all else.
    """

    server: QuietServer
    document: bytes = b""
    answers: dict[str, Answer] = field(default_factory=dict)
    in_turn: dict[str, list[Answer]] = field(default_factory=dict)
    unsaid: Answer | None = None
    wanted: str = ""
    has_etags: bool = False
    seen: list[Seen] = field(default_factory=list)
    arrived: "queue.Queue[str]" = field(default_factory=queue.Queue)
    hung_up: "queue.Queue[str]" = field(default_factory=queue.Queue)
    release: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def calls(self) -> list[Seen]:
        """The requests that are not for the document."""
        return [seen for seen in self.seen if not seen.path.endswith("document.json")]

    def serve(self, document: dict[str, Any]) -> str:
        """Serve this document; return its URL."""
        self.document = json.dumps(document).encode()
        return f"{self.url}/document.json"

    def said(self, target: str) -> Answer | None:
        """Return the next answer that is said for a method and target, None where none is."""
        waiting = self.in_turn.get(target, [])
        return waiting.pop(0) if len(waiting) > 1 else next(iter(waiting), self.unsaid)

    def wait_for_call(self) -> str:
        """Return the path of the next request that is kept waiting."""
        return self.arrived.get(timeout=PATIENCE)

    def wait_for_hang_up(self) -> str:
        """Return the path of the next request whose other side hung up, which must come in time. security.md 25."""
        return self.hung_up.get(timeout=ENDS_WITHIN)


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    """Yield a server on a free port of 127.0.0.1, stopped at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.upstream = Upstream(server)
    with in_a_thread(server):
        try:
            yield server.upstream
        finally:
            server.upstream.release.set()
            server.upstream.ended.set()


class _Server(QuietServer):
    request_queue_size = 256
    upstream: Upstream


_NOT_MODIFIED: dict[str, Any] = {"status": 304, "body": b""}


class _Handler(WholeRequests):
    server: _Server

    def answer(self, body: bytes) -> None:
        upstream = self.server.upstream
        upstream.seen.append(Seen(self.command, self.path, tuple(self.headers.items()), body))
        if (said := upstream.said(f"{self.command} {self.path}")) is not None:
            self._send(said)
            return
        parts = urlsplit(self.path)
        match parts.path.strip("/").split("/"):
            case ["hang"]:
                self._hang(upstream)
            case ["trickle"]:
                self._trickle(upstream)
            case ["held"]:
                upstream.arrived.put(parts.path)
                upstream.release.wait(PATIENCE)
                self._answer(200, {"held": True, "n": parse_qs(parts.query).get("n")})
            case ["late", _]:
                asked = upstream.document
                upstream.release.wait(PATIENCE)
                self._send(Answer(asked))
            case ["status", status]:
                self._answer(int(status), {"detail": f"status {status}"})
            case ["guarded"]:
                self._answer(200 if self.headers.get("Authorization") == upstream.wanted else 401, {"detail": "who?"})
            case ["document.json"]:
                self._serve(Answer(upstream.document))
            case ["slow", _]:
                upstream.ended.wait(_SLOW)
                self._serve(upstream.answers[parts.path])
            case _ if parts.path in upstream.answers:
                self._serve(upstream.answers[parts.path])
            case _:
                self._answer(200, {"target": self.path, "headers": [list(pair) for pair in self.headers.items()]})

    def _hang(self, upstream: Upstream) -> None:
        upstream.arrived.put(self.path)
        self.rfile.read(1)  # returns when the other side hangs up
        upstream.hung_up.put(self.path)
        self.close_connection = True

    def _trickle(self, upstream: Upstream) -> None:
        upstream.arrived.put(self.path)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
        self.close_connection = True
        while not upstream.ended.wait(0.02):
            try:
                self.wfile.write(b" ")
            except OSError:
                upstream.hung_up.put(self.path)
                return

    def _answer(self, status: int, value: Any) -> None:
        self._send(Answer(json.dumps(value).encode(), status=status))

    def _serve(self, answer: Answer) -> None:
        if not self.server.upstream.has_etags:
            self._send(answer)
            return
        etag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        known = self.headers.get("If-None-Match") == etag
        self._send(replace(answer, headers=(*answer.headers, ("ETag", etag)), **_NOT_MODIFIED if known else {}))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        if answer.body or answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def description(*paths: str, server: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the smallest description with a GET for each path, named by its last word: `/hang` -> `hang`.

    Every operation takes a query parameter `n`, and what its path holds in braces.
    """
    items = {path: {"get": {**_operation(path)}} for path in paths}
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Toys", "version": "1"}, "paths": items, **more}
    return document if server is None else {**document, "servers": [{"url": server}]}


def _operation(path: str) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": "n", "in": "query", "schema": {"type": "integer"}}]
    parameters += [
        {"name": word[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for word in path.split("/")
        if word.startswith("{")
    ]
    name = next(word for word in path.split("/") if word and not word.startswith("{"))
    return {"operationId": name, "parameters": parameters, "responses": {"200": {"description": "Well."}}}
