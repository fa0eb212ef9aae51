"""Where the dashboard is shown: beside an endpoint, or alone."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import Child, run_command, serving_http
from support.dashboard import board, csrf_in, own_path
from support.upstream import Upstream, description

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.server.access import Access, Issuer
from openapi_mcp.server.dashboard.mount import beside, require_closed
from openapi_mcp.server.endpoint import EndpointToken
from openapi_mcp.server.http import bind

TOKEN = "the-token-of-this-endpoint"
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        yield browser


def mcp_call(client: httpx.Client, url: str, **headers: str) -> httpx.Response:
    """Call a tool as a model's client does."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "echo", "arguments": {"n": 1}, "_meta": meta}
    sent = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "echo"}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    return client.post(url, headers={**ACCEPT, **sent, **headers}, content=body)


def link_of(child: Child) -> str:
    return child.wait_for_stderr(r"dashboard: (http://\S+)")[1]


def test_beside_an_endpoint_of_this_machine_a_link_is_printed(
    upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """Issue 8: `serve http --dashboard`; a call of a model is there when the page is asked for."""
    options = ("--spec", upstream.serve(description("/echo")), "--records", "records.db", "--dashboard")
    with serving_http(*options, folder=tmp_path) as (child, url):
        base = url.removesuffix("/mcp") + "/dashboard/"
        assert client.get(base).status_code == 303
        link = link_of_started(child)
        assert link.startswith(f"{base}enter?ticket=")
        base += own_path(client.get(link))
        assert mcp_call(client, url).status_code == 200
        for _ in range(200):
            page = client.get(f"{base}calls").text
            if "data-id=" in page:
                break
        assert "GET /echo" in page
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0


def link_of_started(child: Child) -> str:
    """Return the link that was said before the endpoint listened."""
    found = re.search(r"dashboard: (http://\S+)", child.stderr)
    return found[1] if found else link_of(child)


def test_beside_an_endpoint_with_a_token_one_signs_in_with_it(
    upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """Issue 8: behind the endpoint's own authentication; the session opens the dashboard and nothing else."""
    options = ("--spec", upstream.serve(description("/echo")), "--endpoint-token", "env:T", "--dashboard")
    with serving_http(*options, folder=tmp_path, environment={"T": TOKEN}) as (child, url):
        link = link_of_started(child).partition("enter?ticket=")[0]
        own = {"Origin": url.removesuffix("/mcp"), "Sec-Fetch-Site": "same-origin"}
        assert client.get(link).status_code == 303
        assert client.post(f"{link}sign-in", data={"token": "wrong"}, headers=own).status_code == 401
        link += own_path(client.post(f"{link}sign-in", data={"token": TOKEN}, headers=own))
        page = client.get(link)
        assert page.status_code == 200
        assert mcp_call(client, url).status_code == 401  # the cookie is no credential of the endpoint's
        assert mcp_call(client, url, Authorization=f"Bearer {TOKEN}").status_code == 200
        assert client.post(f"{link}sign-out", data={"csrf": csrf_in(page.text)}, headers=own).status_code == 303
        assert client.get(link).status_code == 303
        for headers in ({"Host": "evil.test"}, {"Origin": "https://evil.test"}):
            assert client.get(link, headers=headers).status_code in (403, 421)
        assert TOKEN not in child.stderr


@pytest.mark.parametrize(
    ("config", "access", "said"),
    [
        (Config(host="0.0.0.0"), Access(allow_unauthenticated=True), "who looks is not known"),
        (Config(path="/dashboard"), Access(), "the dashboard is at /dashboard"),
        (Config(path="/dashboard/mcp"), Access(), "the dashboard is at /dashboard"),
    ],
)
def test_a_dashboard_that_everybody_would_see_is_refused(config: Config, access: Access, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        require_closed(config, access)
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("config", "access"),
    [
        (Config(), Access()),
        (Config(host="0.0.0.0", path="/dashboards"), Access(token=EndpointToken(TOKEN, {}))),
        (Config(host="0.0.0.0"), Access(issuer=Issuer(url="https://id.test"))),
    ],
)
def test_one_that_knows_who_looks_is_not(config: Config, access: Access) -> None:
    require_closed(config, access)


def test_it_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    ended = run_command(
        "serve", "http", "--spec", "nowhere.json", "--dashboard", "--path", "/dashboard", folder=tmp_path
    )
    assert ended.status == 2
    assert "choose another path for the endpoint" in ended.err


@pytest.mark.parametrize(
    ("public", "link"),
    [
        ("https://example.com/tools/mcp", "https://example.com/tools/dashboard/"),
        ("https://example.com/mcp", "https://example.com/dashboard/"),
        ("https://example.com", "https://example.com/dashboard/"),
    ],
)
def test_behind_a_proxy_the_link_is_where_the_proxy_shows_it(public: str, link: str) -> None:
    said: list[str] = []
    access = Access(public_url=public, token=EndpointToken(TOKEN, {}))
    with bind("127.0.0.1", 0) as listener:
        around = beside(board(), access, listener, "/mcp", said.append)
        site: Any = around(_nothing, access.admission(public, None))
    (line,) = said
    assert line.startswith(f"dashboard: {link}enter?ticket=")
    lock = site._site._app._lock
    assert (lock.is_secure, lock.path) == (True, link.removeprefix("https://example.com"))
    assert lock.origins == {"https://example.com"}


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """What would be behind the dashboard."""
