"""An API that answers byte for byte what it was given, or whatever a function writes: for processes to call."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from support.upstream import PATIENCE

Write = Callable[[socket.socket], None]


@dataclass(slots=True)
class RudeUpstream:
    """`answers` by path; `seen` is the head and body of each request; what has no answer here is answered with `{}`."""

    listener: socket.socket
    answers: dict[str, bytes | Write] = field(default_factory=dict)
    seen: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def targets(self, path: str) -> list[bytes]:
        """The method and target of each request for a path."""
        lines = [seen.split(b"\r\n", 1)[0].rpartition(b" ")[0] for seen in self.seen]
        return [line for line in lines if line.split(b" ", 1)[1].split(b"?")[0] == path.encode()]

    def serve(self) -> None:
        """Answer until the listener is closed, each connection in a thread of its own."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, suppress(OSError):
            request = _request(connection)
            self.seen.append(request)
            path = request.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
            answer = self.answers.get(path, whole(b"{}"))
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head = data.split(b"\r\n\r\n")[0].lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(data) < len(head) + 4 + length:
        data += _some(connection)
    return data


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def whole(body: bytes, content_type: str = "application/json", status: str = "200 OK", **more: str) -> bytes:
    """Return a whole answer; `Content_Encoding="gzip"` is a header."""
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def endless(head: bytes, piece: bytes) -> Write:
    """Return what writes a head, then a piece again and again until the other side hangs up."""

    def write(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return write


@contextmanager
def rude_upstream(answers: Mapping[str, bytes | Write] | None = None) -> Iterator[RudeUpstream]:
    """Yield an API on a free port of 127.0.0.1, stopped at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        upstream = RudeUpstream(listener, dict(answers or {}))
        thread = threading.Thread(target=upstream.serve, daemon=True)
        thread.start()
        yield upstream
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(PATIENCE)
