"""Who is connected to, as httpx tells of it."""

import httpx
import pytest

from openapi_mcp.model.address import Bounds, Reach
from openapi_mcp.peer import Peer, TooNearError, watch

pytestmark = pytest.mark.anyio

PUBLIC = Bounds(reach=Reach.PUBLIC)


class Stream:
    """A connection whose other end is not known, or no longer."""

    is_closed = False

    def get_extra_info(self, name: str) -> None:
        assert name == "server_addr"

    async def aclose(self) -> None:
        self.is_closed = True


async def connect(peer: Peer, stream: Stream, *target: object) -> None:
    host, port = target
    await peer("connection.connect_tcp.started", {"host": host, "port": port})
    await peer("connection.connect_tcp.complete", {"return_value": stream})
    await peer("http11.send_request_headers.started", {})


async def test_who_cannot_be_told_is_not_spoken_to() -> None:
    """Our choice: what is not known to be right is wrong."""
    stream = Stream()
    peer = watch(httpx.Request("GET", "http://api.test/"), PUBLIC)
    with pytest.raises(TooNearError) as raised:
        await connect(peer, stream, "api.test", 80)
    assert stream.is_closed
    assert str(raised.value) == (
        "an unknown address is an address that no document may lead to, and what leads there came from a public one"
    )


async def test_what_the_operator_typed_has_no_bounds() -> None:
    """Our choice; what comes from nowhere that we know leads to the internet only."""
    stream = Stream()
    peer = watch(httpx.Request("GET", "https://api.test/"), Bounds())
    await connect(peer, stream, "api.test", 443)
    assert (peer.reach, stream.is_closed) == (Reach.NEVER, False)


@pytest.mark.parametrize(("url", "expected"), [("http://api.test/", Reach.PUBLIC), ("http://10.0.0.1/", Reach.PRIVATE)])
async def test_behind_a_proxy_the_url_is_all_there_is(url: str, expected: Reach) -> None:
    """Our choice: a name is trusted least."""
    peer = watch(httpx.Request("GET", url), Bounds())
    assert peer.reach is expected
    await connect(peer, Stream(), "proxy.test", 3128)
    assert peer.reach is expected


async def test_an_error_says_what_came_from_where() -> None:
    """Our choice: one from a link-local address is bound as a public one is."""
    with pytest.raises(TooNearError) as raised:
        watch(httpx.Request("GET", "http://[fd00::1]/"), Bounds(reach=Reach.NEVER))
    assert str(raised.value) == "fd00::1 is a private address, and what leads there came from a public one"
    with pytest.raises(TooNearError) as raised:
        watch(httpx.Request("GET", "http://127.0.0.1/"), Bounds(reach=Reach.PRIVATE))
    assert str(raised.value) == "127.0.0.1 is a loopback address, and what leads there came from a private one"
