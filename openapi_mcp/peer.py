"""Who is at the other end of a connection, known before a byte of a request goes there.

A name is not judged, nor the number that stands for one (`http://2130706433/`): the address is, that the resolver has
led to. httpx's `trace` extension tells of it when the connection is made, before TLS and before the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openapi_mcp.model.address import Bounds, Reach, literal_reach, reach_of
from openapi_mcp.model.url import origin

if TYPE_CHECKING:
    import httpx


class TooNearError(Exception):
    """An address that is nearer than the document that leads there: nothing was sent."""

    def __init__(self, address: str, reach: Reach, named_by: Reach | None) -> None:
        kind = "an address that no document may lead to" if reach is Reach.NEVER else f"a {reach} address"
        super().__init__(f"{address} is {kind}, and what leads there came from a {_from(named_by)} one")


def _from(reach: Reach | None) -> str:
    return Reach.PUBLIC if reach in (None, Reach.NEVER) else reach


@dataclass(slots=True)
class Peer:
    """Hears of the connection that a request goes over.

    Where a proxy is connected to, the address in the URL is all there is to judge; a name is taken for a public one.
    """

    url: str
    target: tuple[str, int]
    bounds: Bounds
    _found: Reach | None = None
    _is_proxied: bool = False

    @property
    def reach(self) -> Reach:
        """Where the connection leads; where that was not told, what the URL says, and else what is trusted least."""
        return self._found or literal_reach(self.url) or Reach.PUBLIC

    async def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Take one event of httpx's.

        Raises:
            TooNearError: the connection leads nearer than it may; it is closed.
        """
        if event.endswith(".connect_tcp.started"):
            self._is_proxied = (about["host"], about["port"]) != self.target
        elif event.endswith(".connect_tcp.complete") and not self._is_proxied:
            await self._connected(about["return_value"])

    async def _connected(self, stream: Any) -> None:
        address = str((stream.get_extra_info("server_addr") or ("an unknown address",))[0])
        self._found = reach_of(address)
        if not self.bounds.allow(self._found):
            await stream.aclose()
            raise TooNearError(address, self._found, self.bounds.reach)


def watch(request: "httpx.Request", bounds: Bounds) -> Peer:
    """Have a request watched, and stopped where it leads out of bounds; what the operator typed has none.

    Raises:
        TooNearError: the address stands in the URL.
    """
    url = str(request.url)
    if not bounds.bind(origin(url)):
        bounds = Bounds()
    written = literal_reach(url)
    if written is not None and not bounds.allow(written):
        raise TooNearError(request.url.host, written, bounds.reach)
    port = request.url.port or {"http": 80, "https": 443}.get(request.url.scheme, 0)
    peer = Peer(url, (request.url.raw_host.decode("ascii"), port), bounds)
    request.extensions = {**request.extensions, "trace": peer}
    return peer
