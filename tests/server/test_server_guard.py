"""Which Host and which Origin a request may name; what a web page is told."""

import pytest
from support.asgi import Answers, Client, Inner, http

from openapi_mcp.server.guard import LOOPBACK, Guard, Names

pytestmark = pytest.mark.anyio

PUBLIC = Names(
    hosts=LOOPBACK | {"192.0.2.7", "mcp.example.com", "inside.example.com"},
    any_address=True,
    local_pages=False,
    origins=frozenset({"https://mcp.example.com"}),
    sharing=frozenset({"https://app.example.com", "http://[::1]:3000"}),
    headers=frozenset({"x-api-key"}),
)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8800", "127.0.0.1:8800", "[::1]:8800", "192.0.2.7", "203.0.113.9:8800", "[2001:db8::1]",
        "mcp.example.com", "MCP.Example.com:443", "inside.example.com:",
    ],
)  # fmt: skip
def test_names_and_addresses_beyond_loopback(host: str) -> None:
    """Our choice: rebinding takes a name, so an address is as good as ours."""
    assert PUBLIC.has_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.test", "evil-localhost", "localhost.evil.test", "127.0.0.1.evil.test", "localhost:80.evil.test",
        "localhost:80@evil.test", "mcp.example.com.evil.test", "evil.mcp.example.com", "mcp.example.com@evil.test",
        "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.01", "1.2.3", "[::1", "::1", "[::1].evil.test", "[127.0.0.1]",
        "localhost.", "localhost:999999", "local host", "", "*", "l\u043ecalhost",
    ],
)  # fmt: skip
def test_lookalikes_are_nobodys(host: str) -> None:
    """security.md 12."""
    assert not PUBLIC.has_host(host)
    assert not Names().has_host(host)


def test_on_loopback_only_its_names_are_ours() -> None:
    """security.md 12: as before."""
    assert not Names().has_host("127.0.0.2")
    assert not Names().has_host("192.0.2.7")
    assert Names(hosts=LOOPBACK | {"127.0.0.2"}).has_host("127.0.0.2:1")


@pytest.mark.parametrize(
    ("origin", "public", "local"),
    [
        ("http://localhost:3000", False, True),
        ("http://127.0.0.1", False, True),
        ("HTTP://LOCALHOST", False, True),
        ("https://localhost", False, False),
        ("http://127.0.0.2", False, False),
        ("https://mcp.example.com", True, False),
        ("https://app.example.com", True, False),
        ("HTTPS://App.Example.com", True, False),
        ("http://[::1]:3000", True, True),
        ("http://app.example.com", False, False),
        ("https://app.example.com:444", False, False),
        ("https://app.example.com.evil.test", False, False),
        ("https://app.example.com/", False, False),
        ("null", False, False),
        ("", False, False),
    ],
)
def test_pages_that_may_call(origin: str, public: bool, local: bool) -> None:
    """security.md 12; beyond loopback a page on the visitor's own machine is a foreign one."""
    assert (PUBLIC.has_origin(origin), Names().has_origin(origin)) == (public, local)


async def asked(method: str, *headers: tuple[bytes, bytes], names: Names = PUBLIC) -> tuple[Answers, Inner]:
    answers, inner = Answers(), Inner((b"Access-Control-Allow-Origin", b"*"), (b"x-own", b"1"))
    await Guard(inner, names)(http(method, *headers), Client(b"").receive, answers.send)
    return answers, inner


async def test_an_allowed_page_may_read_our_answer() -> None:
    """Fetch, 3.2: that origin by name, whatever else said so."""
    answers, inner = await asked("POST", (b"origin", b"https://app.example.com"))
    assert (answers.status, len(inner.scopes)) == (200, 1)
    assert answers.values("access-control-allow-origin") == ["https://app.example.com"]
    assert answers.values("access-control-expose-headers") == ["Mcp-Session-Id, WWW-Authenticate"]
    assert (answers.values("vary"), answers.values("x-own")) == (["Origin"], ["1"])
    assert answers.values("access-control-allow-credentials") == []


async def test_an_allowed_page_may_ask_beforehand() -> None:
    """Fetch, 3.2.2: what MCP sends, and what is forwarded; nothing behind the guard is asked."""
    answers, inner = await asked(
        "OPTIONS",
        (b"origin", b"https://app.example.com"),
        (b"access-control-request-method", b"POST"),
        (b"access-control-request-headers", b"authorization, Mcp-Param-X,x-api-key, x-evil,content-type"),
    )
    assert (answers.status, inner.scopes) == (200, [])
    assert answers.values("access-control-allow-headers") == ["authorization, mcp-param-x, x-api-key, content-type"]
    assert answers.values("access-control-allow-methods") == ["GET, POST, DELETE"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"origin", b"https://mcp.example.com")], 200),
        ([(b"origin", b"https://app.example.com"), (b"origin", b"https://app.example.com")], 200),
        ([(b"origin", b"https://evil.test"), (b"access-control-request-method", b"POST")], 403),
        ([(b"origin", b"null")], 403),
        ([], 200),
    ],
)
async def test_others_get_no_word_of_cors(headers: list[tuple[bytes, bytes]], status: int) -> None:
    """security.md 12."""
    answers, _ = await asked("OPTIONS", *headers)
    assert answers.status == status
    assert answers.names("access-") == ([] if headers else ["Access-Control-Allow-Origin"])


async def test_two_hosts_are_none() -> None:
    """RFC 9112, 3.2: a request with more than one is refused."""
    answers, inner = await asked("POST", (b"host", b"localhost"))
    assert (answers.status, inner.scopes) == (421, [])
