"""The issuer's keys, fetched from where its metadata says."""

import json
from typing import Any

import anyio
import pytest
from support.issuer import Issuer, public_rsa
from support.raw import answer, hang, raw_upstream, redirect, trickle
from support.upstream import Answer, Upstream

from openapi_mcp.errors import ConfigError
from openapi_mcp.server import issuer as module
from openapi_mcp.server.issuer import IssuerError, fetch_keys, is_private, metadata_urls, read_issuer_url
from openapi_mcp.tls import Trust

pytestmark = pytest.mark.anyio


async def trouble(issuer: str, keys_url: str | None = None) -> str:
    with pytest.raises(IssuerError) as caught:
        await fetch_keys(issuer, keys_url, Trust())
    return str(caught.value)


def serve(upstream: Upstream, path: str, value: Any) -> None:
    upstream.answers[path] = Answer(json.dumps(value).encode())


async def test_keys_are_found_by_the_issuers_metadata(upstream: Upstream) -> None:
    """RFC 8414, 3: the one place that the operator need not know."""
    issuer = Issuer(upstream)
    assert await fetch_keys(issuer.url, None, Trust()) == [public_rsa("one")]
    assert issuer.asked == ["/.well-known/oauth-authorization-server", "/keys"]


async def test_openid_metadata_is_as_good(upstream: Upstream) -> None:
    """OpenID Connect Discovery 1.0, 4: below the issuer's own path."""
    tenant = f"{upstream.url}/tenant"
    for path in ("oauth-authorization-server", "openid-configuration"):
        upstream.answers[f"/.well-known/{path}/tenant"] = Answer(b"", status=404)
    serve(upstream, "/tenant/.well-known/openid-configuration", {"issuer": tenant, "jwks_uri": f"{upstream.url}/k"})
    serve(upstream, "/k", {"keys": [{"kty": "x"}, "no key"]})
    assert await fetch_keys(tenant, None, Trust()) == [{"kty": "x"}]


async def test_named_keys_need_no_metadata(upstream: Upstream) -> None:
    """`--oauth-jwks`."""
    issuer = Issuer(upstream)
    assert await fetch_keys("https://id.test", f"{upstream.url}/keys", Trust()) == [public_rsa("one")]
    assert issuer.asked == ["/keys"]


async def test_metadata_of_another_issuer_is_not_believed(upstream: Upstream) -> None:
    """RFC 8414, 3.3: the issuer in it must be identical."""
    issuer = Issuer(upstream)
    issuer.metadata["issuer"] = f"{upstream.url}/"
    issuer.publish()
    upstream.answers["/.well-known/openid-configuration"] = upstream.answers["/.well-known/oauth-authorization-server"]
    assert "is of another issuer" in await trouble(issuer.url)
    assert "/keys" not in issuer.asked


@pytest.mark.parametrize("keys_url", [None, 7, "http://evil.test/keys", "ftp://id.test/keys", "/keys", "https://a b/"])
async def test_keys_come_from_nowhere_that_could_be_forged(upstream: Upstream, keys_url: Any) -> None:
    """https, or this machine."""
    issuer = Issuer(upstream)
    issuer.metadata["jwks_uri"] = keys_url
    issuer.publish()
    assert "names no usable jwks_uri" in await trouble(issuer.url)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer(b"[]"), "is no JSON object"),
        (answer(b"{"), "Error"),
        (answer(b"\xff"), "UnicodeDecodeError"),
        (answer(b"[" * 100_000), "Error"),
        (answer(b'{"keys": {}}'), "holds no keys"),
        (answer(b"{}", status="500 Oops"), "answers 500"),
        (redirect("https://elsewhere.test/keys"), "answers 302"),
        (answer(b'{"a":"' + b" " * 600_000 + b'"}'), "is larger than"),
        (b"rubbish\r\n\r\n", "RemoteProtocolError"),
    ],
    ids=["array", "half", "no text", "deep", "no list", "status", "redirect", "large", "no HTTP"],
)
async def test_what_is_no_set_of_keys_is_said(said: bytes, words: str) -> None:
    """Nothing is followed from there, and no more is read than keys need."""
    async with raw_upstream(said) as server:
        assert words in await trouble("https://id.test", f"{server.url}/keys")
        assert len(server.seen) == 1


@pytest.mark.parametrize("how", [hang, trickle], ids=["hangs", "trickles"])
async def test_an_issuer_that_does_not_answer_costs_a_moment(how: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One deadline for all of it."""
    monkeypatch.setattr(module, "_DEADLINE", 0.05)
    async with raw_upstream(how) as server:
        with anyio.fail_after(20):
            assert "no answer within" in await trouble("https://id.test", f"{server.url}/keys")


async def test_an_issuer_out_of_reach_is_said() -> None:
    """A port that nobody listens on; the first trouble is the one that is said."""
    async with raw_upstream(b"") as server:
        url = server.url
    assert "ConnectError" in await trouble(url)


async def test_a_bundle_that_has_gone_meanwhile_is_the_issuers_trouble() -> None:
    """It was good when we started; callers are refused until it is back."""
    with pytest.raises(IssuerError, match="file"):
        await fetch_keys("https://127.0.0.1:9", None, Trust(ca_bundle="none.pem"))


def test_where_metadata_may_be() -> None:
    """RFC 8414, 3.1; OpenID Connect Discovery 1.0, 4; MCP 2026-07-28, authorization: in this order."""
    assert metadata_urls("https://id.test/a/") == [
        "https://id.test/.well-known/oauth-authorization-server/a",
        "https://id.test/.well-known/openid-configuration/a",
        "https://id.test/a/.well-known/openid-configuration",
    ]
    assert metadata_urls("https://id.test") == [
        "https://id.test/.well-known/oauth-authorization-server",
        "https://id.test/.well-known/openid-configuration",
    ]


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://id.test/realms/a", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080/a", True),
        ("http://[::1]:8080/a", True),
        ("http://id.test", False),
        ("http://127.0.0.1.evil.test", False),
        ("http://localhost@evil.test", False),
        ("https://me:pw@id.test", False),
        ("https://id.test/a b", False),
        ("id.test", False),
        ("", False),
    ],
)
def test_a_url_that_nobody_on_the_way_can_answer_for(url: str, private: bool) -> None:
    """https, or http to this machine."""
    assert is_private(url) is private
    if private:
        assert read_issuer_url(url, "--oauth-issuer") == url


@pytest.mark.parametrize("url", ["http://id.test", "https://id.test/?a=b", "https://id.test/#a"])
def test_an_issuer_that_is_none_is_refused_at_the_start(url: str) -> None:
    """RFC 8414, 2: https, without query and fragment."""
    with pytest.raises(ConfigError) as caught:
        read_issuer_url(url, "--oauth-issuer")
    assert caught.value.where == "--oauth-issuer"
