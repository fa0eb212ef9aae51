"""A local API that takes calls and goes on with them, as real ones do: what each path answers is said in turn."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.upstream import Seen


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: JSON, or nothing where `value` is None; bytes as they are."""

    status: int
    value: Any
    headers: Mapping[str, str]


def said(status: int, value: Any = None, **headers: str) -> Said:
    """Return an answer; `Operation_Location="/jobs/7"` is a header."""
    return Said(status, value, {name.replace("_", "-"): text for name, text in headers.items()})


@dataclass(slots=True)
class JobsApi:
    """What arrived, and what is answered: by "GET /jobs/7" each answer once, the last one again and again."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, list[Said]] = field(default_factory=dict)

    def on(self, target: str, *answers: Said) -> None:
        """Answer a method and target so from now on."""
        self.answers[target] = list(answers)

    @property
    def targets(self) -> list[str]:
        """The method and target of each request."""
        return [f"{each.method} {each.target}" for each in self.seen]

    def answer(self, target: str) -> Said:
        """Return the next answer of a target."""
        waiting = self.answers.get(target) or [said(404, {"detail": "no such thing"})]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: JobsApi

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: that the other side hangs up is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.api.seen.append(Seen(self.command, self.path, tuple(self.headers.items()), body))
        answer = self.server.api.answer(f"{self.command} {self.path}")
        data = b"" if answer.value is None else json.dumps(answer.value).encode()
        data = answer.value if isinstance(answer.value, bytes) else data
        self.send_response(answer.status)
        if data:
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        if answer.status != 204:
            self.send_header("Content-Length", str(len(data)))
        for name, text in answer.headers.items():
            if name != "Content-Type":
                self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def jobs_api() -> Iterator[JobsApi]:
    """Yield an API on a free port of 127.0.0.1, stopped at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.api = JobsApi(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)
