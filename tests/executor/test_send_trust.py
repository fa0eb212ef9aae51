"""Whom the sender connects to: certificates that are believed, ours that is shown, and addresses that are too near."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from support.certified import Papers, certified_upstream, papers
from support.raw import answer, raw_upstream

from openapi_mcp import peer
from openapi_mcp.executor.send import AddressError, CertificateError, Sender, UnreachableError
from openapi_mcp.model.address import Bounds, Reach
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import origin
from openapi_mcp.tls import Trust

pytestmark = pytest.mark.anyio

PUBLIC = Bounds(reach=Reach.PUBLIC)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


async def get(url: str, *, trust: Trust | None = None, bounds: Bounds | None = None) -> HttpResponse:
    async with Sender(max_body=1000, user_agent="t", trust=trust or Trust(), bounds=bounds or Bounds()) as sender:
        return await sender.send(HttpRequest(method="GET", url=url))


def known(url: str) -> frozenset[tuple[str, str, int]]:
    found = origin(url)
    assert found is not None
    return frozenset((found,))


# --- certificates ---


@pytest.mark.parametrize("newest", [None, ssl.TLSVersion.TLSv1_2], ids=["TLS 1.3", "TLS 1.2"])
async def test_a_server_that_wants_a_client_certificate_gets_ours(held: Papers, newest: ssl.TLSVersion | None) -> None:
    """issue: mTLS."""
    with certified_upstream(held, wants=ssl.CERT_REQUIRED, newest=newest) as upstream:
        trust = Trust(ca_bundle=held.bundle, client_cert=held.cert, client_key=held.key, known=known(upstream.url))
        assert (await get(f"{upstream.url}/a", trust=trust)).status == 200
        assert upstream.seen == [("/a", "client@shop.test")]
        with pytest.raises(CertificateError) as raised:
            await get(f"{upstream.url}/b", trust=Trust(ca_bundle=held.bundle))
    assert str(raised.value).startswith("the server refuses us: it may want a client certificate")
    assert "--client-cert FILE" in raised.value.hint
    assert len(upstream.seen) == 1


async def test_no_other_origin_sees_our_certificate_not_even_one_that_asks(held: Papers) -> None:
    """security.md 6: a credential is sent only to origins the operator named; a token endpoint is such another one."""
    with certified_upstream(held) as ours, certified_upstream(held) as other:
        trust = Trust(ca_bundle=held.bundle, client_cert=held.both, known=known(ours.url))
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        token = HttpRequest(method="POST", url=f"{other.url}/token", headers=form, body=b"")
        async with Sender(max_body=1000, user_agent="t", trust=trust) as sender:
            await sender.send(HttpRequest(method="GET", url=f"{ours.url}/a"))
            assert (await sender.send(token)).status == 200
            await sender.send(HttpRequest(method="GET", url=f"{ours.url}/b"))
    assert ours.seen == [("/a", "client@shop.test"), ("/b", "client@shop.test")]
    assert other.seen == [("/token", None)]


async def test_a_redirect_to_another_origin_takes_no_certificate_along(held: Papers) -> None:
    """security.md 7: redirects to another origin are not followed for calls."""
    with certified_upstream(held) as ours, certified_upstream(held) as other:
        trust = Trust(ca_bundle=held.bundle, client_cert=held.both, known=known(ours.url))
        response = await get(ours.redirect("/a", f"{other.url}/b"), trust=trust)
    assert response.redirect == f"{other.url}/b"
    assert other.seen == []


async def test_a_server_that_nobody_vouches_for_is_not_believed(held: Papers) -> None:
    """issue: --ca-bundle; the failure says that it is the certificate, and what to do."""
    with certified_upstream(held) as upstream:
        with pytest.raises(CertificateError) as raised:
            await get(upstream.url)
        assert (await get(upstream.url, trust=Trust(ca_bundle=held.bundle))).status == 200
        assert (await get(upstream.url, trust=Trust(insecure=True))).status == 200
    assert str(raised.value).startswith("the server's certificate is not believed: ")
    assert "--ca-bundle FILE" in raised.value.hint
    assert len(upstream.seen) == 2


async def test_a_certificate_of_another_name_is_not_believed(held: Papers) -> None:
    """RFC 9110 section 4.3.4."""
    with certified_upstream(held, name="other.test") as upstream, pytest.raises(CertificateError) as raised:
        await get(upstream.url, trust=Trust(ca_bundle=held.bundle))
    assert "not valid for '127.0.0.1'" in str(raised.value)
    assert "check the host" in raised.value.hint


async def test_a_client_certificate_that_disappears_fails_new_connections_only(held: Papers, tmp_path: Path) -> None:
    """Our choice: what became of a file is said in the call that needed it."""
    mine = tmp_path / "mine.pem"
    await anyio.Path(mine).write_bytes(await anyio.Path(held.both).read_bytes())
    with certified_upstream(held) as upstream:
        trust = Trust(ca_bundle=held.bundle, client_cert=str(mine), known=known(upstream.url))
        async with Sender(max_body=1000, user_agent="t", trust=trust) as sender:
            await sender.send(HttpRequest(method="GET", url=upstream.url))
            await anyio.Path(mine).unlink()
            await sender.send(HttpRequest(method="GET", url=upstream.url))
        with pytest.raises(CertificateError) as raised:
            await get(upstream.url, trust=trust)
    assert str(raised.value).startswith("cannot read the file: ")
    assert raised.value.hint


# --- addresses ---


@dataclass(slots=True)
class Listener:
    """Records every byte of each connection, to its end."""

    port: int = 0
    ended: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await reader.read()
        writer.close()
        self.ended.put_nowait(heard)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.hear, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
async def test_who_is_connected_to_and_is_too_near_hears_nothing(scheme: str, host: str) -> None:
    """issue: checked on the address that is connected to, not on the name. Not even TLS is begun."""
    async with listening() as listener:
        with pytest.raises(AddressError) as raised:
            await get(f"{scheme}://{host}:{listener.port}/secret", bounds=PUBLIC)
        assert await listener.ended.get() == b""
    assert str(raised.value) == "127.0.0.1 is a loopback address, and what leads there came from a public one"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "169.254.169.254", "0.0.0.0"])
async def test_an_address_in_the_url_is_not_even_connected_to(host: str) -> None:
    """Our choice: it is known before."""
    async with listening() as listener:
        with pytest.raises(AddressError):
            await get(f"http://{host}:{listener.port}/", bounds=PUBLIC)
        assert listener.ended.empty()


@pytest.mark.parametrize("reach", [Reach.LOOPBACK, Reach.PRIVATE, Reach.PUBLIC, Reach.NEVER])
async def test_only_what_is_nearer_than_the_document_is_refused(reach: Reach) -> None:
    """Our choice: a document of this machine may name this machine."""
    async with raw_upstream(answer()) as upstream:
        try:
            await get(f"{upstream.url}/a", bounds=Bounds(reach=reach))
        except AddressError:
            assert reach is not Reach.LOOPBACK
    assert len(upstream.seen) == (reach is Reach.LOOPBACK)


async def test_what_the_operator_named_may_be_anywhere() -> None:
    """Our choice: --base-url, and the document's own origin."""
    async with raw_upstream(answer()) as upstream:
        bounds = Bounds(reach=Reach.PUBLIC, exempt=known(upstream.url))
        assert (await get(f"{upstream.url}/a", bounds=bounds)).status == 200


async def test_every_connection_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may lead elsewhere the second time: DNS rebinding."""
    reaches = [Reach.PUBLIC, Reach.LOOPBACK]
    monkeypatch.setattr(peer, "reach_of", lambda _address: reaches.pop(0))
    async with raw_upstream(answer()) as upstream, Sender(max_body=9, user_agent="t", bounds=PUBLIC) as sender:
        asked = HttpRequest(method="GET", url=f"http://localhost:{upstream.port}/")
        assert (await sender.send(asked)).status == 200
        with pytest.raises(AddressError):
            await sender.send(asked)
    assert len(upstream.seen) == 1


async def test_behind_a_proxy_only_an_address_in_the_url_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer is the proxy then, which the operator named; what a name leads to, only the proxy knows."""
    async with raw_upstream(answer()) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (await get("http://inside.test/a", bounds=PUBLIC)).status == 200
        with pytest.raises(AddressError):
            await get("http://10.0.0.1/b", bounds=PUBLIC)
    assert proxy.targets == ["GET http://inside.test/a"]


async def test_who_does_not_answer_is_unreachable_whatever_the_bounds() -> None:
    """Our choice: bounds are for those who do."""
    async with raw_upstream(answer()) as upstream:
        pass
    with pytest.raises(UnreachableError):
        await get(f"http://localhost:{upstream.port}/", bounds=PUBLIC)
