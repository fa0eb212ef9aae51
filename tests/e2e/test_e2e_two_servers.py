"""Two replicas of `serve http`, as processes, with one Redis: what begins at one goes on at the other. Part 8."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import INITIALIZE, Child, clean_environment, serving_http
from support.redis import RedisServer
from support.upstream import Upstream, description

from openapi_mcp.config import Config
from openapi_mcp.identity import identity_of
from openapi_mcp.switches import switch

ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
LEGACY = {**ACCEPT, "MCP-Protocol-Version": "2025-11-25"}
KEY = "a key that all the replicas have, and nobody else"
TOYS = ("/echo",)

Replica = tuple[Child, str]


@contextmanager
def replicas(redis: RedisServer, folder: Path, *arguments: str) -> Iterator[tuple[Replica, Replica]]:
    """Yield two servers with the same options, each with a home of its own."""
    shared = (*arguments, "--redis", redis.url, "--shared-key", "env:SHARED_KEY")
    for name in ("one", "two"):
        (folder / name).mkdir()

    def serving(name: str) -> Any:
        environment = {"SHARED_KEY": KEY, "XDG_CACHE_HOME": str(folder / name), "XDG_STATE_HOME": str(folder / name)}
        return serving_http(*shared, folder=folder, environment=environment)

    with serving("one") as one, serving("two") as two:
        yield one, two


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        yield browser


def asked(client: httpx.Client, url: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the result that a client before 2026-07-28 hears, without any session."""
    said = client.post(url, headers=LEGACY, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    assert "mcp-session-id" not in said.headers
    (data,) = [line.removeprefix("data: ") for line in said.text.splitlines() if line.startswith("data: {")]
    result: dict[str, Any] = json.loads(data)["result"]
    return result


def test_a_client_of_old_shakes_hands_with_one_and_calls_the_other(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """Issue 9: stateless per request; any number behind any balancer."""
    with replicas(redis, tmp_path, "--spec", upstream.serve(description(*TOYS))) as ((_, one), (_, two)):
        asked(client, one, "initialize", INITIALIZE)
        ready = client.post(two, headers=LEGACY, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert ready.status_code == 202
        listed = [asked(client, url, "tools/list", {}) for url in (one, two)]
        assert listed[0] == listed[1]
        result = asked(client, two, "tools/call", {"name": "echo", "arguments": {"n": 4}})
        assert result["structuredContent"]["target"] == "/echo?n=4"


def test_a_client_of_old_is_told_that_nobody_can_be_asked(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """--confirm: the answer to a question of ours could come to any of them; nothing is sent."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": upstream.url}],
        "paths": {"/orders": {"post": {"operationId": "create", "responses": {}}}},
    }
    options = ("--spec", upstream.serve(document), "--methods", "all", "--confirm", "writes")
    with replicas(redis, tmp_path, *options) as ((_, one), _):
        error = asked(client, one, "tools/call", {"name": "create", "arguments": {}})["structuredContent"]["error"]
    assert error["kind"] == "refused"
    assert "only a client that speaks MCP 2026-07-28 or later can ask one" in error["message"]
    assert upstream.calls == []


def names(client: httpx.Client, url: str) -> list[str]:
    listed = [tool["name"] for tool in asked(client, url, "tools/list", {})["tools"]]
    return [name for name in listed if name in ("echo", "people")]


def test_a_changed_document_is_served_by_both_and_a_stream_of_old_hears_of_it(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """Issue 9: one replica fetches a changed document, all serve the same list."""
    spec = upstream.serve(description("/echo"))
    with (
        replicas(redis, tmp_path, "--spec", spec, "--refresh", "1") as ((first, one), (second, two)),
        client.stream("GET", one, headers=LEGACY) as stream,
    ):
        news = (line for line in stream.iter_lines() if line.startswith("data: {"))
        upstream.serve(description("/echo", "/people"))
        first.wait_for_stderr("has changed: 2 tools now")
        second.wait_for_stderr("has changed: 2 tools now")
        assert names(client, one) == names(client, two) == ["echo", "people"]
        assert json.loads(next(news).removeprefix("data: "))["method"] == "notifications/tools/list_changed"
    said = "".join([*first.stderr.splitlines(), *second.stderr.splitlines()])
    assert said.count("another replica has loaded it") == 1


def test_a_tool_that_is_switched_off_at_one_goes_at_both(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, client: httpx.Client
) -> None:
    """The dashboard's switches, with replicas."""
    spec = upstream.serve(description("/echo", "/people"))
    with replicas(redis, tmp_path, "--spec", spec) as (_, (second, two)):
        api, environ = identity_of(Config(spec=spec)), {"XDG_STATE_HOME": str(tmp_path / "one")}
        switch(api, "people", False, {**clean_environment(), **environ}, operation="GET /people")
        second.wait_for_stderr("tools were switched: 1 tools now")
        assert names(client, two) == ["echo"]
