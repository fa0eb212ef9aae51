"""Two replicas as processes, one Redis: what one counts and keeps the other knows; Redis killed in the middle."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import Child, run_command, serving_http
from support.links import KEY
from support.redis import RedisServer
from support.upstream import Answer, Upstream, description

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
LONG = b"[" + b",".join(b'"%03d"' % n for n in range(400)) + b"]"


class Replica:
    """One of them, asked as a client of the newer era asks: each request stands for itself."""

    def __init__(self, child: Child, url: str) -> None:
        self.child = child
        self.url = url

    def call(self, tool: str, key: str = "", **arguments: Any) -> dict[str, Any]:
        params = {"name": tool, "arguments": arguments, "_meta": META}
        headers = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
            **({"X-Api-Key": key} if key else {}),
        }
        with httpx.Client(trust_env=False, timeout=20) as client:
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            answer = client.post(self.url, json=body, headers=headers)
        text = answer.text
        found: dict[str, Any] = json.loads(text[text.index("{") :] if not text.startswith("{") else text)
        structured: dict[str, Any] = found["result"]["structuredContent"]
        return structured


@contextmanager
def replicas(redis: RedisServer, upstream: Upstream, tmp_path: Path, *more: str) -> Iterator[list[Replica]]:
    """Yield two, each with a home of its own."""
    upstream.answers["/list"] = Answer(LONG)
    spec = upstream.serve(description("/list"))
    options = ("--spec", spec, "--base-url", upstream.url, "--max-response", "500", "--rate-limit", "6/hour", *more)
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            folder = tmp_path / name
            folder.mkdir()
            shared = ("--redis", f"redis://:@127.0.0.1:{redis.port}/0", "--shared-key", "env:SHARED_KEY")
            environment = {"SHARED_KEY": KEY, "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
            serving = serving_http(*options, *shared, folder=folder, environment=environment)
            found.append(Replica(*stack.enter_context(serving)))
        yield found


@pytest.fixture
def both(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> Iterator[list[Replica]]:
    with replicas(redis, upstream, tmp_path) as found:
        yield found


def test_a_caller_that_brings_a_key_of_their_own_is_the_same_on_each_replica(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """And somebody else with another key."""
    with replicas(redis, upstream, tmp_path, "--forward", "X-Api-Key") as (one, other):
        handle = one.call("list", "ann")["_note"]["more"]["handle"]
        assert other.call("read_result", "ann", handle=handle, limit=1)["result"] == ["000"]
        assert other.call("read_result", "bob", handle=handle)["error"]["kind"] == "not_found"


def test_replicas_share_limits_and_what_was_cut_and_go_on_without_redis(
    redis: RedisServer, upstream: Upstream, both: list[Replica]
) -> None:
    """Issue 9, Replicas."""
    one, other = both
    handle = one.call("list")["_note"]["more"]["handle"]
    assert other.call("read_result", handle=handle, limit=1)["result"] == ["000"]
    assert "_note" in other.call("list")
    redis.stop(kill=True)
    assert "_note" in one.call("list")
    more = one.call("list")["_note"]["more"]
    assert "one replica alone has it" in more["hint"]
    assert one.call("read_result", handle=more["handle"], limit=1)["result"] == ["000"]
    error = other.call("read_result", handle=more["handle"])["error"]
    assert (error["kind"], error["retryable"], error["retry_after"]) == ("unreachable", True, 2)
    redis.start()
    for replica in both:
        replica.child.process.send_signal(signal.SIGTERM)
        assert replica.child.wait() == 0
        assert replica.child.stderr.count("Redis does not answer") == 1
        assert KEY not in replica.child.stderr
    assert len(upstream.calls) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--redis", "redis://h"), "there is no key\n   at: --redis\n  fix: "),
        (("--redis", "redis://h", "--shared-key", "s3cret"), "less than 32 characters\n   at: --shared-key\n  fix: "),
        (("--redis", "http://s3cret@h", "--shared-key", KEY), "the URL is none of Redis\n   at: --redis\n  fix: "),
    ],
)
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_start_that_cannot_share_says_why(
    upstream: Upstream, tmp_path: Path, transport: str, options: tuple[str, ...], words: str
) -> None:
    """style.md, Errors: 2 usage or config."""
    spec = upstream.serve(description("/list"))
    more = ("--port", "0") if transport == "http" else ()
    ended = run_command("serve", transport, "--spec", spec, *more, *options, folder=tmp_path)
    assert ended.status == 2
    assert words in ended.err
    assert "s3cret" not in ended.err
