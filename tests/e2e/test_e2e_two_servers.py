"""Two replicas of `serve http`, as processes, with one Redis: what begins at one goes on at the other. Part 8."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import INITIALIZE, Child, serving_http
from support.redis import RedisServer
from support.upstream import Upstream, description

ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
LEGACY = {**ACCEPT, "MCP-Protocol-Version": "2025-11-25"}
KEY = "a key that all the replicas have, and nobody else"
TOYS = ("/echo",)


@contextmanager
def replicas(
    redis: RedisServer, folder: Path, *arguments: str
) -> Iterator[tuple[tuple[Child, str], tuple[Child, str]]]:
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
