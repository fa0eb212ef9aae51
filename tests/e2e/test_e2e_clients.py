"""Real clients of npm, in a home of their own and without credentials, with what `install` wrote for them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.child import LISTED_OVER_HTTP, serving_http
from support.desk import Desk
from support.model import SAID, Model, running_model
from support.node import Node
from support.real import REAL, SERVER, claude_servers, codex, inspector_tools, trust_codex
from support.upstream import Upstream, description

from openapi_mcp.clients.known import KNOWN, Scope

_TOKEN = "token-of-the-api-0123456789"
_TOOLS = ["orders", "read_result"]
_ASKED = [(name, scope) for name in REAL for scope in KNOWN[name].scopes]


@pytest.fixture
def model() -> Iterator[Model]:
    """A model that looks for order 7."""
    with running_model() as model:
        model.wanted, model.arguments = "orders", {"n": 7}
        yield model


@pytest.fixture
def desk(node: Node, tmp_path: Path, upstream: Upstream) -> Desk:
    """A machine whose shell has the API's token, and an API that serves its document."""
    upstream.serve(description("/orders", server=upstream.url))
    desk = Desk(node, tmp_path / "desk", {"API_TOKEN": _TOKEN})
    desk.set_up()
    return desk


def install(desk: Desk, upstream: Upstream, client: str, *options: str) -> str:
    """Install the API's server into a client; return what was said of it. What is sent from then on is the client's."""
    spec = ("--spec", f"{upstream.url}/document.json", "--bearer", "env:API_TOKEN")
    done = desk.ours("install", client, *spec, "--name", SERVER, *options)
    assert done.status == 0, done.err
    desk.forget()
    return done.out + done.err


def uninstall(desk: Desk, client: str, *options: str) -> None:
    done = desk.ours("uninstall", client, SERVER, *options)
    assert done.status == 0, done.err
    desk.forget()


def methods(desk: Desk) -> list[str]:
    return [frame["method"] for frame in desk.frames if "id" in frame]


@pytest.mark.parametrize(("name", "scope"), _ASKED)
def test_a_clients_model_calls_the_api(desk: Desk, upstream: Upstream, model: Model, name: str, scope: Scope) -> None:
    """From the model's question to the API and back: the token is the shell's, and stands in no file of the client."""
    client = REAL[name]
    client.trust(desk)
    install(desk, upstream, name, "--scope", scope)
    done = client.ask(desk, model)
    assert SAID in done.out, done.err
    assert {client.tool.format(tool) for tool in _TOOLS} <= model.tools
    assert "tools/list" in methods(desk)
    assert _sent(upstream) == [("/orders?n=7", [f"Bearer {_TOKEN}"])]
    assert "/orders?n=7" in model.results
    assert _TOKEN not in _files(desk)


@pytest.mark.parametrize("name", REAL)
def test_a_client_no_longer_knows_a_server_that_was_taken_out(
    desk: Desk, upstream: Upstream, model: Model, name: str
) -> None:
    client = REAL[name]
    client.trust(desk)
    install(desk, upstream, name)
    uninstall(desk, name)
    done = client.ask(desk, model)
    assert SAID in done.out, done.err
    assert [tool for tool in model.tools if SERVER in tool] == []
    assert methods(desk) == []


def test_claude_code_shows_a_server_as_connected_until_it_is_taken_out(desk: Desk, upstream: Upstream) -> None:
    """`claude mcp list` starts each server; it sends a modern client's questions first."""
    install(desk, upstream, "claude-code")
    assert f"{SERVER}: " in (listed := claude_servers(desk))
    assert "Connected" in listed
    assert methods(desk)[0] == "server/discover"
    assert methods(desk)[-1] == "tools/list"
    uninstall(desk, "claude-code")
    assert f"{SERVER}: " not in claude_servers(desk)


def test_claude_code_asks_before_it_starts_a_projects_server(desk: Desk, upstream: Upstream) -> None:
    """What `install` says is to be done next is what the client waits for."""
    assert "approve" in install(desk, upstream, "claude-code", "--scope", "project")
    assert "Pending approval" in claude_servers(desk)
    assert methods(desk) == []


@pytest.mark.parametrize("scope", KNOWN["codex"].scopes)
def test_codex_lists_the_tools_until_the_server_is_taken_out(desk: Desk, upstream: Upstream, scope: Scope) -> None:
    """It passes on the variables that are named in `env_vars`, and no others; a call of its has the token."""
    trust_codex(desk)
    install(desk, upstream, "codex", "--scope", scope)
    seen = codex(desk)
    assert seen.tools == {SERVER: _TOOLS}
    assert {"initialize", "tools/list", "tools/call"} <= set(methods(desk))
    assert "/orders?n=7" in seen.answered
    assert _sent(upstream) == [("/orders?n=7", [f"Bearer {_TOKEN}"])]
    uninstall(desk, "codex", "--scope", scope)
    assert codex(desk).tools == {}


@pytest.mark.parametrize("era", ["legacy", "modern"])
@pytest.mark.parametrize("name", ["claude-code", "claude-desktop", "cursor", "windsurf"])
def test_the_inspector_finds_no_fault_in_the_tools_of_a_file(
    desk: Desk, upstream: Upstream, name: str, era: str
) -> None:
    """It reads the `mcpServers` of any client; it has no references, so the file holds none."""
    wrote = desk.ours("install", name, "--spec", f"{upstream.url}/document.json", "--name", SERVER, "--json")
    file = wrote.json[0]["file"]
    listed = inspector_tools(desk, file, era)
    assert listed.status == 0, listed.err
    assert sorted(tool["name"] for tool in listed.json["result"]["tools"]) == _TOOLS


def _sent(upstream: Upstream) -> list[tuple[str, list[str]]]:
    return [(call.target, call.values("Authorization")) for call in upstream.calls]


def _files(desk: Desk) -> str:
    """Return all that stands in the home and in the project, as far as it is configuration."""
    named = ("*.json", "*.toml", "*.json.*", "*.toml.*")
    files = [file for place in (desk.home, desk.project) for name in named for file in place.rglob(name)]
    return json.dumps([file.read_text("utf-8", "replace") for file in files if file.is_file()])


_ENDPOINT_TOKEN = "token-of-the-endpoint-0123456789"


@pytest.fixture
def endpoint(upstream: Upstream, tmp_path: Path) -> Iterator[str]:
    """The same API, served over HTTP to who has a token."""
    spec = upstream.serve(description("/orders", server=upstream.url))
    with serving_http("--spec", spec, "--endpoint-token", _ENDPOINT_TOKEN, folder=tmp_path) as (_, url):
        yield url


@pytest.fixture
def remote_desk(node: Node, tmp_path: Path) -> Desk:
    desk = Desk(node, tmp_path / "desk", {"MCP_TOKEN": _ENDPOINT_TOKEN})
    desk.set_up()
    return desk


def install_url(desk: Desk, client: str, endpoint: str) -> None:
    done = desk.ours("install", client, "--url", endpoint, "--bearer", "env:MCP_TOKEN", "--name", SERVER)
    assert done.status == 0, done.err


@pytest.mark.parametrize("name", REAL)
def test_a_clients_model_calls_a_server_at_a_url(
    remote_desk: Desk, upstream: Upstream, model: Model, endpoint: str, name: str
) -> None:
    """The endpoint's token is referred to in the client's own form, in a header."""
    client = REAL[name]
    client.trust(remote_desk)
    install_url(remote_desk, name, endpoint)
    done = client.ask(remote_desk, model)
    assert SAID in done.out, done.err
    assert "/orders?n=7" in model.results
    assert [target for target, _ in _sent(upstream)] == ["/orders?n=7"]
    assert _ENDPOINT_TOKEN not in _files(remote_desk)


def test_codex_calls_a_server_at_a_url(remote_desk: Desk, upstream: Upstream, endpoint: str) -> None:
    """`bearer_token_env_var`."""
    install_url(remote_desk, "codex", endpoint)
    seen = codex(remote_desk)
    assert seen.tools == {SERVER: sorted([*LISTED_OVER_HTTP, "orders"])}
    assert "/orders?n=7" in seen.answered
    assert _ENDPOINT_TOKEN not in _files(remote_desk)
