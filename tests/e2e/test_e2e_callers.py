"""A real identity provider, a real client of each era, and an endpoint that believes the one and serves the other."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from support.child import LISTED_OVER_HTTP, serving_http
from support.identity import IdentityProvider, running_identity_provider
from support.upstream import Upstream, description

AUDIENCE = "https://mcp.test/mcp"
ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        running.audience = AUDIENCE
        yield running


@pytest.fixture
def endpoint(provider: IdentityProvider, upstream: Upstream, tmp_path: Path) -> Iterator[str]:
    """An endpoint whose tools ask for scopes of that provider."""
    document = description("/open", "/orders", "/admin", components={"securitySchemes": {"id": {"type": "oauth2"}}})
    document["paths"]["/orders"]["get"]["security"] = [{"id": ["read"]}]
    document["paths"]["/admin"]["get"]["security"] = [{"id": ["admin"]}]
    options = ("--oauth-issuer", provider.url, "--oauth-audience", AUDIENCE, "--auth", "id=the-servers-own")
    with serving_http("--spec", upstream.serve(document), *options, folder=tmp_path) as (_, url):
        yield url


def token_by_client_credentials(provider: IdentityProvider, scope: str) -> str:
    """Ask for a token as a program does. RFC 6749, 4.4."""
    asked = {"grant_type": "client_credentials", "scope": scope}
    with httpx.Client(trust_env=False, timeout=20) as browser:
        answer = browser.post(provider.token_url, data=asked, auth=("app", "app-s3cret"))
    token: str = answer.json()["access_token"]
    return token


@asynccontextmanager
async def connected(url: str, token: str, era: Literal["legacy", "auto"]) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=20, headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        yield client


@pytest.mark.anyio
@ERAS
async def test_a_token_of_the_provider_opens_what_its_scopes_allow(
    endpoint: str, provider: IdentityProvider, upstream: Upstream, era: Any
) -> None:
    """Issue 5, Proof: client credentials there, its keys here, tools by scope; the token itself goes no further."""
    token = token_by_client_credentials(provider, "read")
    async with connected(endpoint, token, era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["open", "orders", *LISTED_OVER_HTTP]
        called = await client.call_tool("orders", {"n": 1})
        assert called.is_error is False
        with pytest.raises(MCPError, match="Unknown tool: admin"):
            await client.call_tool("admin", {})
    assert [seen.path for seen in upstream.calls] == ["/orders"]
    assert upstream.calls[0].values("authorization") == ["Bearer the-servers-own"]
    assert token not in str(upstream.seen)


def status(url: str, token: str) -> int:
    """Return how a request with this token is answered; one that is let in lacks a session."""
    with httpx.Client(trust_env=False, timeout=20) as browser:
        return browser.get(url, headers={"Authorization": f"Bearer {token}"}).status_code


def test_other_tokens_of_the_provider_open_nothing(endpoint: str, provider: IdentityProvider) -> None:
    """RFC 8707: a token that another resource was given could be brought here by it; nor one that was tampered with."""
    good = token_by_client_credentials(provider, "read")
    assert status(endpoint, good) == 400
    provider.audience = "https://other.test/mcp"
    assert status(endpoint, token_by_client_credentials(provider, "read")) == 401
    assert status(endpoint, f"{good[:-8]}AAAAAAAA") == 401
    assert status(endpoint, provider.mint("ada", audience=AUDIENCE, exp=1_600_000_000)) == 401


@pytest.mark.anyio
@pytest.mark.requirement(9, 26)
async def test_a_callers_token_is_exchanged_for_one_of_the_api_and_stays_here(
    provider: IdentityProvider, tmp_path: Path
) -> None:
    """Issue 5: RFC 8693, so that the caller's token is never passed through; each caller has its own."""
    document = description("/whoami", server=provider.api_url)
    document["paths"]["/whoami"]["get"]["security"] = [{"id": ["read"]}]
    flow = {"clientCredentials": {"tokenUrl": provider.token_url, "scopes": {"read": ""}}}
    document["components"] = {"securitySchemes": {"id": {"type": "oauth2", "flows": flow}}}
    spec = tmp_path / "whoami.json"
    spec.write_text(json.dumps(document))
    exchange = ("grant=token_exchange", "client_id=app", "client_secret=app-s3cret", "audience=https://api.test")
    options = [word for setting in exchange for word in ("--auth", f"id.{setting}")]
    issuer = ("--oauth-issuer", provider.url, "--oauth-audience", AUDIENCE)
    with serving_http("--spec", str(spec), *issuer, *options, folder=tmp_path) as (child, url):
        brought = {name: provider.mint(name, scope="read") for name in ("ann", "bob")}
        for name in ("ann", "bob", "ann"):
            async with connected(url, brought[name], "auto") as client:
                found = (await client.call_tool("whoami", {})).structured_content
                assert found is not None
                assert (found["sub"], found["aud"], found["client_id"]) == (name, "https://api.test", "app")
    used = [seen.values("Authorization")[0].removeprefix("Bearer ") for seen in provider.asked("/api/whoami")]
    assert (len(used), len(set(used)), len(provider.asked())) == (3, 2, 2)
    assert not set(brought.values()) & set(used)
    assert not any(token in child.stderr for token in (*brought.values(), *used))
