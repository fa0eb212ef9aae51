"""An API at whatever address a page shows: the example shop, its document where each framework has it.

What a page sends as a bearer token, an API key or a password is the shop's token, where it is the right one: pages show
every kind of credential, the shop knows one.
"""

import base64
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.in_thread import QuietServer, WholeRequests, in_a_thread
from support.upstream import PATIENCE

if TYPE_CHECKING:
    from conftest import Shop

_DOCUMENT = re.compile(
    r"/([\w/.-]*/)?(openapi|swagger|schema|api-docs|api-json|apispec_1|v1|v3)(\.json|\.yaml|\.yml)?/?"
)
_KEPT = ("Accept", "Content-Type", "Idempotency-Key", "If-None-Match")
FILED = {"id": 1, "name": "march.pdf"}


@contextmanager
def running_stand_in(shop: "Shop") -> Iterator[str]:
    """Yield the origin of the stand-in."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.shop = shop
    with in_a_thread(server) as origin:
        yield origin


class _Server(QuietServer):
    shop: "Shop"


class _Handler(WholeRequests):
    server: _Server

    def answer(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path == "/api/documents/":
            self._send(201, "application/json", json.dumps(FILED).encode())
        elif _DOCUMENT.fullmatch(path) and self.command == "GET":
            self._pass_on("/api/schema/", b"")
        else:
            self._pass_on(self.path, body)

    def _pass_on(self, target: str, body: bytes) -> None:
        shop = self.server.shop
        connection = http.client.HTTPConnection(urlsplit(shop.url).netloc, timeout=PATIENCE)
        headers = {name: self.headers[name] for name in _KEPT if name in self.headers}
        if _credential(self.headers) == shop.token:
            headers["Authorization"] = f"Token {shop.token}"
        headers["Host"] = self.headers["Host"]
        try:
            connection.request(self.command, target, body or None, headers)
            answer = connection.getresponse()
            self._send(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        finally:
            connection.close()

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _credential(headers: Any) -> str:
    """Return what a caller brought, whatever the form."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(value).decode().partition(":")[2]
    return str(value or headers.get("X-API-Key", ""))
