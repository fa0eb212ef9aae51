"""A server of the standard library that answers in a thread, while a test goes on."""

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATIENCE = 30.0  # seconds; it ends at once when all is well


class QuietServer(ThreadingHTTPServer):
    """A server that says nothing of a connection that breaks: that the other side hangs up is what we test."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of a fault of its own."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class QuietHandler(BaseHTTPRequestHandler):
    """Connections that stay open, and of which no log is kept."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


class WholeRequests(QuietHandler, ABC):
    """Requests of any method, read to their end before they are answered."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    @abstractmethod
    def answer(self, body: bytes) -> None:
        """Answer the request that was read."""


@contextmanager
def in_a_thread(server: ThreadingHTTPServer) -> Iterator[str]:
    """Yield the origin of a server that answers until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(_PATIENCE)
