"""The guard at the socket: which Host and which Origin a request may name, and what a web page is told."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from starlette.requests import ClientDisconnect

from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_METHODS = b"GET, POST, DELETE"
_HEADERS = ("authorization", "content-type", "accept", "last-event-id")
_EXPOSED = b"Mcp-Session-Id, WWW-Authenticate"

Fields = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that clients may use for us, and the web pages that may call; all in lower case.

    `any_address` takes every IP address for ours: no name server can point one elsewhere. `local_pages` are those of
    this machine, `origins` may call beside them, and `sharing` are those that may also read what we answer. With
    `any_inside` a name without a dot is ours, too: an inside network has such names, and no page of the web has one.
    """

    hosts: frozenset[str] = LOOPBACK
    any_address: bool = False
    any_inside: bool = False
    local_pages: bool = True
    origins: frozenset[str] = frozenset()
    sharing: frozenset[str] = frozenset()
    headers: frozenset[str] = field(default=frozenset())

    def has_host(self, text: str) -> bool:
        """True for a Host that is ours, with any port."""
        found = _HOST.fullmatch(text)
        if found is None:
            return False
        name = found[1].lower()
        is_inside = self.any_inside and "." not in name and ":" not in name
        return name in self.hosts or is_inside or (self.any_address and is_address(name))

    def has_origin(self, text: str) -> bool:
        """True for the Origin of a page that may call."""
        found = _HOST.fullmatch(text[7:]) if self.local_pages and text[:7].lower() == "http://" else None
        is_local = found is not None and found[1].lower() in LOOPBACK
        return is_local or text.lower() in self.origins or text.lower() in self.sharing


def is_address(name: str) -> bool:
    """True for an IP address as a URL has it: four numbers, or colons in brackets."""
    try:
        if name.startswith("["):
            IPv6Address(name[1:-1])
        else:
            IPv4Address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Refuses, on every path and before all else, what a web page in a browser may have sent.

    The SDK's own check is not asked: it takes "localhost:80.evil.test" for a port.
    """

    def __init__(self, app: AsgiApp, names: Names | None = None) -> None:
        self._app = app
        self._names = names or Names()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request that is refused, hand on all others."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with suppress(ClientDisconnect):  # who hangs up amid a request has asked nothing, and hears nothing
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Message, receive: Receive, send: Send) -> None:
        hosts, origins = (_values(scope, name) for name in (b"host", b"origin"))
        if len(hosts) != 1 or not self._names.has_host(hosts[0]):
            await answer(send, 421, "Host must be a name that this endpoint is known by")
        elif not all(self._names.has_origin(origin) for origin in origins):
            await answer(send, 403, "Origin must be absent, or a page that this endpoint allows")
        elif origins:
            await self._for_a_page(scope, receive, send, origins[0] if len(origins) == 1 else "")
        else:
            await self._app(scope, receive, send)

    async def _for_a_page(self, scope: Message, receive: Receive, send: Send, origin: str) -> None:
        """Answer what a page may ask beforehand, and tell its browser whether it may read an answer. Fetch, 3.2."""
        shared = self._shared(origin)
        if shared and scope["method"] == "OPTIONS" and _values(scope, b"access-control-request-method"):
            wanted = ",".join(_values(scope, b"access-control-request-headers"))
            await answer(send, 200, "", [*shared, *self._permission(wanted)])
            return

        async def with_permission(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name, value) for name, value in message["headers"] if not name.lower().startswith(b"access-")]
                message = {**message, "headers": [*own, *shared]}
            await send(message)

        await self._app(scope, receive, with_permission)

    def _shared(self, origin: str) -> Fields:
        if origin.lower() not in self._names.sharing:
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        ]

    def _permission(self, wanted: str) -> Fields:
        names = [name.strip().lower() for name in wanted.split(",")]
        allowed = [name for name in names if name.startswith("mcp-") or name in self._names.headers or name in _HEADERS]
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", ", ".join(allowed).encode("latin-1")),
            (b"access-control-max-age", b"600"),
        ]


def _values(scope: Message, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for name, value in scope["headers"] if name == wanted]
