"""A local server over TLS, with certificates made here: it records which client certificate each request came with."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from support.in_thread import QuietHandler, QuietServer, in_a_thread
from support.upstream import PATIENCE


@dataclass(frozen=True, slots=True)
class Papers:
    """An authority, and a client's certificate that it issued, as PEM files."""

    authority: trustme.CA
    folder: Path

    @property
    def bundle(self) -> str:
        """The authority's certificate."""
        return str(self.folder / "ca.pem")

    @property
    def cert(self) -> str:
        """The client's, without its key."""
        return str(self.folder / "client.pem")

    @property
    def key(self) -> str:
        """The client's key."""
        return str(self.folder / "client.key")

    @property
    def both(self) -> str:
        """The client's certificate with its key."""
        return str(self.folder / "both.pem")

    @property
    def locked_key(self) -> str:
        """The client's key, under a passphrase."""
        return str(self.folder / "locked.key")


def papers(folder: Path) -> Papers:
    """Make an authority and a client's certificate."""
    made = Papers(trustme.CA(), folder)
    client = made.authority.issue_cert("client@shop.test")
    made.authority.cert_pem.write_to_path(made.bundle)
    client.cert_chain_pems[0].write_to_path(made.cert)
    client.private_key_pem.write_to_path(made.key)
    client.private_key_and_cert_chain_pem.write_to_path(made.both)
    key = load_pem_private_key(client.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    Path(made.locked_key).write_bytes(locked)
    return made


@dataclass(slots=True)
class Certified:
    """The server. `answers` is what paths answer, `seen` each request with the name in the client's certificate."""

    port: int
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def serve(self, document: dict[str, Any], path: str = "/document.json") -> str:
        """Serve this document; return its URL."""
        self.answers[path] = (200, json.dumps(document).encode(), {})
        return f"{self.url}{path}"

    def redirect(self, path: str, location: str) -> str:
        """Redirect this path; return its URL."""
        self.answers[path] = (302, b"", {"Location": location})
        return f"{self.url}{path}"


@contextmanager
def certified_upstream(
    papers: Papers, *, wants: ssl.VerifyMode = ssl.CERT_OPTIONAL, name: str = "127.0.0.1", newest: Any = None
) -> Iterator[Certified]:
    """Yield a server on a free port of 127.0.0.1 whose certificate is for `name`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    papers.authority.issue_cert(name).configure_cert(context)
    papers.authority.configure_trust(context)
    context.verify_mode = wants
    if newest is not None:
        context.maximum_version = newest
    server = _Server(("127.0.0.1", 0), _Handler)
    server.context, server.certified = context, Certified(server.server_port)
    with in_a_thread(server):
        yield server.certified


class _Server(QuietServer):
    context: ssl.SSLContext
    certified: Certified

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the connection; who is refused may read why before it is closed."""
        request.settimeout(PATIENCE)
        with request.dup() as raw:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except (ssl.SSLError, ConnectionError):
                _drain(raw)
                return
        with request, suppress(ConnectionError):
            _Handler(request, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: that a connection is refused is what we test."""


def _drain(raw: socket.socket) -> None:
    with suppress(OSError):
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(65536):
            continue


class _Handler(QuietHandler):
    server: _Server

    def do_GET(self) -> None:
        found = self.server.certified
        found.seen.append((self.path, self._client()))
        status, body, headers = found.answers.get(self.path, (200, b'{"well": true}', {}))
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def _client(self) -> str | None:
        held: Any = self.connection.getpeercert() or {}
        names = [value for kind, value in held.get("subjectAltName", ()) if kind == "email"]
        return names[0] if names else None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
