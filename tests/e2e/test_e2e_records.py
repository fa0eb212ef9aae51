"""Calls of every kind through real clients and processes: each is in the records once, as it was. Issue 8, Records."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from conftest import Shop
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from support.child import clean_environment, running, serving_http
from support.issuer import AUDIENCE, Issuer
from support.recorded import history, in_full, stats
from support.rude import RudeUpstream, rude_upstream, whole
from support.upstream import Upstream, description

LONG = json.dumps([{"n": n, "text": "x" * 100} for n in range(200)]).encode()


def silent(connection: Any) -> None:
    """Say nothing until the other side hangs up."""
    connection.recv(1)


def things(server: str) -> dict[str, Any]:
    made = description("/things/{id}", "/hang", "/busy", "/text", "/bytes", "/long", server=server)
    made["paths"]["/things/{id}"]["get"]["parameters"][1]["schema"] = {"type": "integer"}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}}
    made["paths"]["/add"] = {"post": {"operationId": "add", "requestBody": body, "responses": {}}}
    return made


@pytest.fixture
def api(tmp_path: Path) -> Iterator[RudeUpstream]:
    busy = [whole(b"{}", status="503 Busy")]
    with rude_upstream() as upstream:
        upstream.answers |= {
            "/things/1": whole(b'{"id": 1, "name": "Zo\xc3\xab"}'),
            "/things/404": whole(b'{"detail": "no such thing"}', status="404 Not Found"),
            "/hang": silent,
            "/busy": lambda connection: connection.sendall(busy.pop() if busy else whole(b'{"id": 7}')),
            "/text": whole("Zoë says no".encode(), "text/plain; charset=utf-8"),
            "/bytes": whole(bytes(range(256)), "application/octet-stream"),
            "/long": whole(LONG),
        }
        (tmp_path / "api.json").write_text(json.dumps(things(upstream.url)))
        yield upstream


def stdio(*options: str, folder: Path) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", *options],
        env=clean_environment(),
        cwd=folder,
    )


async def nobody_agrees(context: Any, params: Any) -> types.ElicitResult:
    return types.ElicitResult(action="decline")


def text_bytes(result: types.CallToolResult) -> int:
    """Return the bytes of a result's texts, which hold all of it but what is binary."""
    return sum(len(block.text.encode()) for block in result.content if isinstance(block, types.TextContent))


CALLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("things", {"id": 1}, {"status": 200, "kind": None, "attempts": 1}),
    ("things", {"id": 404}, {"status": 404, "kind": "not_found", "attempts": 1}),
    ("things", {"id": "one"}, {"status": None, "kind": "invalid_arguments", "attempts": 0}),
    ("things", {"id": "1"}, {"status": 200, "kind": None, "attempts": 1}),
    ("add", {"name": "tea"}, {"status": None, "kind": "refused", "attempts": 0}),
    ("hang", {}, {"status": None, "kind": "timeout", "attempts": 2}),
    ("busy", {"n": 3}, {"status": 200, "kind": None, "attempts": 2}),
    ("text", {}, {"status": 200, "kind": None, "attempts": 1}),
    ("bytes", {}, {"status": 200, "kind": None, "attempts": 1}),
    ("long", {}, {"status": 200, "kind": None, "attempts": 1}),
]
OPTIONS = ("--spec", "api.json", "--methods", "all", "--confirm", "writes", "--timeout", "3", "--max-response", "2000")


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_each_call_is_recorded_once_and_as_it_was(api: RudeUpstream, tmp_path: Path, era: str) -> None:
    """Issue 8, Records: id, time, API, tool, operation, caller, arguments, status, kind, attempts, bytes, tokens."""
    server, options, began = stdio(*OPTIONS, folder=tmp_path), things(api.url)["paths"], datetime.now(UTC)
    answers = []
    async with Client(server, mode=era, elicitation_callback=nobody_agrees) as client:
        for tool, arguments, _ in CALLS:
            answers.append(await client.call_tool(tool, arguments))
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("drop_all", {"n": 1})
    calls = history(folder=tmp_path)
    unknown = calls.pop()
    assert (unknown["tool"], unknown["kind"], unknown["operation"]) == ("drop_all", "unknown_tool", None)
    assert [call["tool"] for call in calls] == [tool for tool, _, _ in CALLS]
    assert len({call["id"] for call in calls}) == len(calls)
    for (tool, arguments, wanted), answer, call in zip(CALLS, answers, calls, strict=True):
        assert {name: call[name] for name in wanted} == wanted
        path = next(path for path in options if path.startswith(f"/{tool}"))
        assert call["operation"] == f"{next(iter(options[path])).upper()} {path}"
        assert (call["operation_id"], call["api"], call["caller"]) == (tool, "Toys", None)
        assert call["arguments"] == arguments
        assert began <= datetime.fromisoformat(call["time"]) <= datetime.now(UTC)
        assert call["duration_ms"] >= 0
        assert call["tokens"] == call["bytes"] // 4
        assert (call["kind"] is not None) == bool(answer.is_error)
        if tool != "bytes":
            assert call["bytes"] == text_bytes(answer)
    assert calls[8]["bytes"] >= 256
    assert [repair["to"] for repair in calls[3]["repairs"]] == [1]
    assert stats(folder=tmp_path)["total"]["calls"] == len(calls) + 1


def test_the_curl_line_sends_what_was_sent(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: the request as a curl line: run, it reaches the API as the call did."""
    document = description("/things/{id}", server=upstream.url)
    named = {"type": "object", "properties": {"name": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": named}}}
    document["paths"]["/add"] = {"post": {"operationId": "add", "requestBody": body, "responses": {}}}
    spec = upstream.serve(document)
    with running("serve", "--spec", spec, "--methods", "all", "-H", "X-Shop: a b", folder=tmp_path) as child:
        child.open()
        child.call("things", id="a/b c", n=1)
        child.call("add", name='it\'s "x" & $y; `z` \\ \n Zoë')
        child.close_stdin()
        assert child.wait() == 0
    calls = history(folder=tmp_path)
    sent = upstream.calls[:]
    for call, before in zip(calls, sent, strict=True):
        words = shlex.split(call["curl"])
        assert words[0] == "curl"
        subprocess.run(["sh", "-c", f"{call['curl']} --silent --noproxy '*'"], check=True, capture_output=True)
        again = upstream.calls[-1]
        assert (again.method, again.target, again.body) == (before.method, before.target, before.body)
        for name in ("Content-Type", "Accept"):
            assert again.values(name)[:1] == before.values(name)[:1]
        assert (before.values("X-Shop"), again.values("X-Shop")) == (["a b"], ["***"])  # it may hold a credential


@pytest.mark.parametrize("mode", ["tools", "search"])
def test_a_repaired_call_tells_its_repairs_and_lookups_once(shop: Shop, tmp_path: Path, mode: str) -> None:
    """The operation's own name in the search mode too; its lookups are part of the call, no calls of their own."""
    arguments = {"customer": "ana souza", "page_size": "2"}
    with running("serve", *shop.options, "--mode", mode, folder=tmp_path) as child:
        child.open()
        if mode == "search":
            child.call("search_operations", query="orders")
            result = child.call("call_operation", name="orders_list", arguments=arguments)
        else:
            result = child.call("orders_list", **arguments)
        child.close_stdin()
        assert child.wait() == 0
    assert not result["isError"]
    (call,) = [each for each in history(folder=tmp_path) if each["operation"]]
    assert (call["tool"], call["operation"], call["arguments"]) == ("orders_list", "GET /api/orders/", arguments)
    assert (call["status"], call["kind"], call["attempts"]) == (200, None, 1)
    note = result["structuredContent"]["_note"]
    assert [(each["field"], each["from"], each["to"]) for each in call["repairs"]] == [
        (each["field"], each["from"], each["to"]) for each in note["repairs"]
    ]
    assert [each["tool"] for each in call["lookups"]] == ["customers_list"]
    shown = in_full(call["id"][:12], folder=tmp_path)
    assert (shown["id"], shown["arguments"]) == (call["id"], arguments)
    assert "results" in shown["result"]


def test_a_call_that_the_client_cancels_is_recorded(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: every call; kind `cancelled`."""
    with running("serve", "--spec", upstream.serve(description("/hang", "/echo")), folder=tmp_path) as child:
        child.open()
        cancelled = child.ask("tools/call", {"name": "hang", "arguments": {"n": 5}})
        assert upstream.wait_for_call() == "/hang?n=5"
        child.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": cancelled}})
        assert upstream.wait_for_hang_up() == "/hang?n=5"
        child.call("echo", n=3)
        child.close_stdin()
        assert child.wait() == 0
    hang, echo = sorted(history(folder=tmp_path), key=lambda call: call["tool"], reverse=True)
    assert (hang["tool"], hang["kind"], hang["status"], hang["arguments"]) == ("hang", "cancelled", None, {"n": 5})
    assert (echo["tool"], echo["kind"]) == ("echo", None)


def test_calls_of_several_apis_are_told_apart(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """An API's label is its name among several; history and stats can ask for one."""
    specs = [f"{name}={each.serve(description('/echo', server=each.url))}" for name, each in
             (("shop", upstream), ("bill", other_upstream))]  # fmt: skip
    with running("serve", "--spec", specs[0], "--spec", specs[1], folder=tmp_path) as child:
        child.open()
        child.call("shop_echo", n=1)
        child.call("bill_echo", n=2)
        child.call("shop_echo", n=3)
        child.close_stdin()
        assert child.wait() == 0
    found = [(call["api"], call["tool"], call["arguments"]["n"]) for call in history(folder=tmp_path)]
    assert found == [("shop", "shop_echo", 1), ("bill", "bill_echo", 2), ("shop", "shop_echo", 3)]
    assert [call["api"] for call in history("--api", "bill", folder=tmp_path)] == ["bill"]
    assert stats("--api", "shop", folder=tmp_path)["total"]["calls"] == 2


async def call_as(url: str, headers: dict[str, str], *numbers: int) -> None:
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=20, headers=headers) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        for n in numbers:
            await client.call_tool("echo", {"n": n})


def callers(folder: Path) -> dict[int, str]:
    """Return who made the call of each number; none is nobody."""
    found = {call["arguments"]["n"]: call["caller"] for call in history(folder=folder)}
    assert None not in found.values()
    return found


@pytest.mark.anyio
async def test_callers_that_are_forwarded_are_told_apart(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: the caller, without its secret."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, "--forward", "X-Caller-Key", folder=tmp_path) as (child, url):
        await call_as(url, {"X-Caller-Key": "key-of-ann"}, 1, 2)
        await call_as(url, {"X-Caller-Key": "key-of-bob"}, 3)
        await anyio.to_thread.run_sync(child.process.terminate)
        assert child.wait() == 0
    found = callers(tmp_path)
    assert (found[1] == found[2], found[1] == found[3]) == (True, False)
    assert "key-of" not in str(found)
    assert [call["arguments"]["n"] for call in history("--caller", found[3], folder=tmp_path)] == [3]


@pytest.mark.anyio
async def test_callers_of_an_issuer_are_told_apart(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8: the caller; a new token of the same person is the same caller."""
    issuer = Issuer(other_upstream)
    options = ("--spec", upstream.serve(description("/echo")), "--oauth-issuer", issuer.url)
    with serving_http(*options, "--oauth-audience", AUDIENCE, folder=tmp_path) as (child, url):
        for number, person in enumerate(("ann", "bob", "ann")):
            token = issuer.token(sub=person, jti=f"token-{number}")
            await call_as(url, {"Authorization": f"Bearer {token}"}, number)
        await anyio.to_thread.run_sync(child.process.terminate)
        assert child.wait() == 0
    found = callers(tmp_path)
    assert (found[0] == found[2], found[0] == found[1]) == (True, False)
