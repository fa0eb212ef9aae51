"""Kept answers of a running server: each caller's own, and gone with a write."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from support.child import serving_http
from support.identity import IdentityProvider, running_identity_provider
from support.upstream import Answer, Upstream, description

pytestmark = pytest.mark.anyio

AUDIENCE = "https://mcp.test/mcp"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        running.audience = AUDIENCE
        yield running


async def source_of(tool: str, url: str, token: str) -> str | None:
    """Return where the answer to a call came from, as its note says; None is the API."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=20, headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode="auto") as client,
    ):
        found = (await client.call_tool(tool, {})).structured_content or {}
        source: str | None = found.get("_note", {}).get("cache", {}).get("from")
        return source


async def test_callers_of_a_server_have_their_own_answers_and_a_write_drops_them_all(
    provider: IdentityProvider, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8: kept apart by caller; a write to a resource drops its cached reads; the note says where it came from."""
    document = description("/orders")
    document["paths"]["/orders"]["post"] = {"operationId": "add_order", "responses": {}}
    upstream.answers["/orders"] = Answer(b'{"n": 1}', headers=(("Cache-Control", "max-age=3600"),))
    options = ("--oauth-issuer", provider.url, "--oauth-audience", AUDIENCE, "--methods", "all")
    kept = ("--cache-dir", str(tmp_path / "own"))
    notes = []
    with serving_http("--spec", upstream.serve(document), *options, *kept, folder=tmp_path) as (child, url):
        for name, tool in (
            ("ann", "orders"), ("ann", "orders"), ("bob", "orders"), ("bob", "add_order"), ("ann", "orders"),
        ):  # fmt: skip
            notes.append(await source_of(tool, url, provider.mint(name)))
    assert notes == [None, "cache", None, None, None]
    assert [seen.method for seen in upstream.calls] == ["GET", "GET", "POST", "GET"]
    assert "warning: answers" not in child.stderr
    assert (tmp_path / "own" / "answers.db").stat().st_mode & 0o077 == 0
