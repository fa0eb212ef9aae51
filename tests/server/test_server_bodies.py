"""The bodies of requests."""

import anyio
import pytest
from support.asgi import Answers, Client, Inner, http

from openapi_mcp.server.asgi import Message
from openapi_mcp.server.bodies import Bodies

pytestmark = pytest.mark.anyio

JSON = (b"content-type", b"application/json")


async def test_a_body_is_handed_on_whole() -> None:
    """However it came; that its client leaves is told after it."""
    inner, answers = Inner(), Answers()
    await Bodies(inner)(http("POST", JSON), Client(b"{", b"", b"}").receive, answers.send)
    assert (answers.status, inner.bodies, inner.further) == (200, [b"{}"], [{"type": "http.disconnect"}])


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS"])
async def test_what_has_no_body_is_not_waited_for(method: str) -> None:
    """A GET is a stream for news."""
    inner, answers, client = Inner(), Answers(), Client(b"")
    await Bodies(inner)(http(method), client.receive, answers.send)
    assert (answers.status, client.asked) == (200, 2)


LENGTH, CHUNKED = (b"content-length", b"99999"), (b"transfer-encoding", b"chunked")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("announced", [[LENGTH], [CHUNKED], [(b"content-length", b"0"), LENGTH], [LENGTH, JSON]])
async def test_a_body_that_nobody_asked_for_is_refused_at_once(
    method: str, announced: list[tuple[bytes, bytes]]
) -> None:
    """security.md 29: whoever waits for it may wait for ever."""
    inner, answers, client = Inner(), Answers(), Client(b"{", whole=False)
    await Bodies(inner)(http(method, *announced), client.receive, answers.send)
    assert (answers.status, client.asked, inner.scopes) == (400, 0, [])
    assert answers.values("connection") == ["close"]


@pytest.mark.parametrize("length", [b"0", b"00", b" 0 "])
async def test_a_body_of_no_length_is_none(length: bytes) -> None:
    """Some clients send `Content-Length: 0` with every request."""
    inner, answers = Inner(), Answers()
    await Bodies(inner)(http("DELETE", (b"content-length", length)), Client(b"").receive, answers.send)
    assert answers.status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 415),
        ([(b"content-type", b"text/plain")], 415),
        ([JSON, JSON], 415),
        ([JSON, (b"content-length", b"11")], 413),
        ([JSON, (b"content-length", b"9" * 5000)], 413),
    ],
)
async def test_a_body_that_is_not_wanted_is_not_read(headers: list[tuple[bytes, bytes]], status: int) -> None:
    """security.md 12, 29."""
    inner, answers, client = Inner(), Answers(), Client(b"{}")
    await Bodies(inner, longest=10)(http("POST", *headers), client.receive, answers.send)
    assert (answers.status, client.asked, inner.scopes) == (status, 0, [])


async def test_a_body_that_grows_too_large_is_not_read_to_its_end() -> None:
    """security.md 29: without being buffered."""
    inner, answers, client = Inner(), Answers(), Client(*[b"123456"] * 9)
    await Bodies(inner, longest=10)(http("POST", JSON), client.receive, answers.send)
    assert (answers.status, client.asked, inner.scopes) == (413, 2, [])
    assert answers.values("connection") == ["close"]


async def test_a_body_that_dribbles_is_not_waited_for_without_end() -> None:
    """security.md 29: slow clients."""
    inner, answers = Inner(), Answers()

    async def dribble() -> Message:
        await anyio.sleep(0.001)
        return {"type": "http.request", "body": b" ", "more_body": True}

    await Bodies(inner, patience=0.01)(http("POST", JSON), dribble, answers.send)
    assert (answers.status, inner.scopes) == (408, [])


async def test_half_a_body_is_nothing() -> None:
    """Its client left: what came may be JSON, and still is not what was meant."""
    inner, answers = Inner(), Answers()
    await Bodies(inner)(http("POST", JSON), Client(b"{}", whole=False).receive, answers.send)
    assert (inner.scopes, answers) == ([], [])
