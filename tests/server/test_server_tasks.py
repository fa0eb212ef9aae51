"""Tasks, for clients that declare the extension: io.modelcontextprotocol/tasks, SEP-2663; in memory, HTTP and stdio."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import mcp_types as types
import pytest
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from support.child import INITIALIZE, Child, running, serving_http
from support.links import closed_port, linked
from support.upstream import Answer, Upstream

from openapi_mcp.config import build_config
from openapi_mcp.opening import open_app
from openapi_mcp.server.means import background_of, bounds_of
from openapi_mcp.server.protocol import create_server
from openapi_mcp.shared.link import Link

pytestmark = pytest.mark.anyio

TASKS = "io.modelcontextprotocol/tasks"
_META = "io.modelcontextprotocol/"
SOON = "0.05"


def envelope(*extensions: str) -> dict[str, Any]:
    """Return what a request of the modern era carries."""
    return {
        f"{_META}protocolVersion": "2026-07-28",
        f"{_META}clientInfo": {"name": "raw", "version": "1"},
        f"{_META}clientCapabilities": {"extensions": {name: {} for name in extensions}},
    }


def slow(server: str, **responses: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Slow", "version": "1"},
        "servers": [{"url": server}],
        "paths": {
            "/held": {"get": {"operationId": "held", "responses": {}}},
            "/begun": {"post": {"operationId": "begin", "responses": responses}},
        },
    }


@dataclass(slots=True)
class Raw:
    """One client's ends of the streams."""

    read: Any
    write: Any
    number: int = 0

    async def ask(self, method: str, params: dict[str, Any], *extensions: str) -> dict[str, Any]:
        """Send a request, and return its whole answer as the wire has it."""
        self.number += 1
        frame = types.JSONRPCRequest(
            jsonrpc="2.0", id=self.number, method=method, params={**params, "_meta": envelope(*extensions)}
        )
        await self.write.send(SessionMessage(frame))
        answer = await self.read.receive()
        found: dict[str, Any] = answer.message.model_dump(by_alias=True, exclude_none=True)
        assert found["id"] == self.number
        return found

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool as one who takes tasks."""
        result: dict[str, Any] = (await self.ask("tools/call", {"name": tool, "arguments": arguments}, TASKS))["result"]
        return result

    async def task(self, method: str, handle: str) -> dict[str, Any]:
        result: dict[str, Any] = (await self.ask(f"tasks/{method}", {"taskId": handle}, TASKS))["result"]
        return result

    async def ended(self, handle: str) -> dict[str, Any]:
        """Return a task once it has ended."""
        while (task := await self.task("get", handle))["status"] == "working":
            await anyio.lowlevel.checkpoint()
        return task


@asynccontextmanager
async def raw(upstream: Upstream, tmp_path: Path, link: Link | None = None, **options: Any) -> AsyncIterator[Raw]:
    spec = upstream.serve(options.pop("document", None) or slow(upstream.url))
    config = build_config({"spec": spec, "methods": "all", **options}, {}, tmp_path)
    async with (
        open_app(config, lambda _: None, {}) as app,
        background_of(app, link, bounds_of(config)) as background,
        create_client_server_memory_streams() as ((read, write), (own_read, own_write)),
        anyio.create_task_group() as group,
    ):
        server = create_server(app, background=background)
        group.start_soon(server.run, own_read, own_write, server.create_initialization_options())
        yield Raw(read, write)
        group.cancel_scope.cancel()


async def test_a_long_call_is_a_task_and_ends_with_its_result(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 5: a flat CreateTaskResult; then tasks/get, with the result inlined."""
    async with raw(upstream, tmp_path, background_after=SOON) as client:
        task = await client.call("held")
        assert (task["resultType"], task["status"]) == ("task", "working")
        assert task["taskId"].startswith("c_")
        assert datetime.fromisoformat(task["createdAt"]) <= datetime.fromisoformat(task["lastUpdatedAt"])
        assert task["ttlMs"] > 0
        assert task["pollIntervalMs"] == 5000
        assert "result" not in task
        again = await client.task("get", task["taskId"])
        assert (again["resultType"], again["status"], again["taskId"]) == ("complete", "working", task["taskId"])
        upstream.release.set()
        ended = await client.ended(task["taskId"])
        assert ended["status"] == "completed"
        assert ended["result"]["structuredContent"] == {"held": True, "n": None}
        assert ended["result"]["isError"] is False
    assert len(upstream.calls) == 1


async def test_a_call_that_failed_is_a_completed_task(upstream: Upstream, tmp_path: Path) -> None:
    """SEP-2663: `failed` is for errors of the protocol."""
    async with raw(
        upstream, tmp_path, background_after=SOON, timeout="0.5", background_timeout="1", retries="0"
    ) as client:
        ended = await client.ended((await client.call("held"))["taskId"])
        assert (ended["status"], ended["result"]["isError"]) == ("completed", True)
        assert ended["result"]["structuredContent"]["error"]["kind"] == "timeout"


async def test_a_task_is_ended_again_and_again(upstream: Upstream, tmp_path: Path) -> None:
    """SEP-2663: tasks/cancel is idempotent, and tasks/update of a task that has asked nothing does nothing."""
    async with raw(upstream, tmp_path, background_after=SOON) as client:
        handle = (await client.call("held"))["taskId"]
        for method in ("update", "cancel", "cancel"):
            acknowledged = await client.task(method, handle)
            assert acknowledged.keys() - {"_meta"} == {"resultType"}
        ended = await client.task("get", handle)
        assert (ended["status"], "result" in ended) == ("cancelled", False)


async def test_an_apis_own_work_is_a_task_at_once(upstream: Upstream, tmp_path: Path) -> None:
    """Though nothing is said of how long calls may take, and the description says nothing of it either."""
    upstream.answers["/begun"] = Answer(b"{}", status=202, headers=(("Location", "/jobs/1"), ("Retry-After", "0")))
    upstream.answers["/jobs/1"] = Answer(b'{"status": "running"}')
    async with raw(upstream, tmp_path) as client:
        task = await client.call("begin")
        assert (task["resultType"], task["status"]) == ("task", "working")
        while "statusMessage" not in (asked := await client.task("get", task["taskId"])):
            await anyio.lowlevel.checkpoint()
        assert asked["statusMessage"] == "running"
        upstream.answers["/jobs/1"] = Answer(b'{"status": "succeeded", "rows": 3}')
        assert (await client.ended(task["taskId"]))["result"]["structuredContent"]["rows"] == 3


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_a_task_that_is_not_there_is_an_error(upstream: Upstream, tmp_path: Path, method: str) -> None:
    """SEP-2663, Errors: -32602; and -32021 for a client that does not declare the extension with this request."""
    async with raw(upstream, tmp_path) as client:
        answer = await client.ask(method, {"taskId": "c_guessed"}, TASKS)
        assert answer["error"]["code"] == types.INVALID_PARAMS
        answer = await client.ask(method, {"taskId": "c_guessed"})
        assert answer["error"]["code"] == types.MISSING_REQUIRED_CLIENT_CAPABILITY
        assert answer["error"]["data"] == {"requiredCapabilities": {"extensions": {TASKS: {}}}}


async def test_a_task_that_another_replica_may_have_goes_on_while_redis_is_away(
    upstream: Upstream, tmp_path: Path
) -> None:
    """To be asked for again; that it was ended is not said."""
    async with linked(f"redis://127.0.0.1:{closed_port()}/0") as link, raw(upstream, tmp_path, link) as client:
        task = await client.task("get", "c_elsewhere")
        assert (task["status"], task["pollIntervalMs"]) == ("working", 2000)
        assert "not known now" in task["statusMessage"]
        error = (await client.ask("tasks/cancel", {"taskId": "c_elsewhere"}, TASKS))["error"]
        assert (error["code"], error["message"].startswith("nothing was ended")) == (types.INTERNAL_ERROR, True)


async def test_a_client_that_does_not_declare_tasks_gets_none(upstream: Upstream, tmp_path: Path) -> None:
    """It is told of its call as all others are."""
    async with raw(upstream, tmp_path, background_after=SOON) as client:
        answer = await client.ask("tools/call", {"name": "held", "arguments": {}})
        assert answer["result"]["structuredContent"]["call"]["state"] == "working"
        handle = answer["result"]["structuredContent"]["call"]["handle"]
        assert (await client.task("get", handle))["status"] == "working"
        upstream.release.set()


@pytest.mark.parametrize(("after", "offers"), [("0", False), ("5", True), (None, True)])
async def test_tasks_are_offered_unless_no_call_goes_on(
    upstream: Upstream, tmp_path: Path, after: str | None, offers: bool
) -> None:
    """A server that never makes one does not say that it does."""
    async with raw(upstream, tmp_path, background_after=after) as client:
        discovered = await client.ask("server/discover", {})
        assert (TASKS in discovered["result"]["capabilities"].get("extensions", {})) is offers
        asked = await client.ask("tasks/get", {"taskId": "c_1"}, TASKS)
        assert asked["error"]["code"] == (types.INVALID_PARAMS if offers else types.METHOD_NOT_FOUND)


async def test_over_http_the_header_names_the_task(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 5: Mcp-Name is the taskId, else -32020. A caller's task is nobody else's."""
    spec = upstream.serve(slow(upstream.url))
    options = ("--spec", spec, "--background-after", SOON, "--forward", "X-User")
    with serving_http(*options, folder=tmp_path) as (_, url):
        async with httpx.AsyncClient() as client:

            async def ask(method: str, named: str, user: str = "anne", **params: Any) -> httpx.Response:
                headers = {
                    "accept": "application/json, text/event-stream",
                    "mcp-protocol-version": "2026-07-28",
                    "mcp-method": method,
                    "mcp-name": named,
                    "x-user": user,
                }
                frame = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": envelope(TASKS)}}
                return await client.post(url, json=frame, headers=headers)

            task = (await ask("tools/call", "held", name="held", arguments={})).json()["result"]
            handle = task["taskId"]
            found = (await ask("tasks/get", handle, taskId=handle)).json()["result"]
            assert found["status"] == "working"
            wrong = await ask("tasks/get", "c_other", taskId=handle)
            assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, types.HEADER_MISMATCH)
            theirs = await ask("tasks/get", handle, "bob", taskId=handle)
            assert (theirs.status_code, theirs.json()["error"]["code"]) == (400, types.INVALID_PARAMS)
            await ask("tasks/cancel", handle, "bob", taskId=handle)
            upstream.release.set()
            while (found := (await ask("tasks/get", handle, taskId=handle)).json()["result"])["status"] == "working":
                await anyio.lowlevel.checkpoint()
            assert found["result"]["structuredContent"]["held"] is True


def stdio(upstream: Upstream, tmp_path: Path, *options: str) -> Any:
    spec = tmp_path / "slow.json"
    spec.write_text(json.dumps(slow(upstream.url)))
    return running("serve", "--spec", str(spec), *options, folder=tmp_path)


def ask_modern(child: Child, method: str, *extensions: str, **params: Any) -> dict[str, Any]:
    frame: dict[str, Any] = child.request(method, {**params, "_meta": envelope(*extensions)})
    return frame


async def test_over_stdio_the_first_answers_offer_tasks_too(upstream: Upstream, tmp_path: Path) -> None:
    """front/ answers from what was kept: the list and what is offered are the same the second time."""
    seen = []
    for _ in range(2):
        upstream.release.clear()
        with stdio(upstream, tmp_path, "--background-after", SOON) as child:
            discovered = ask_modern(child, "server/discover")["result"]
            listed = ask_modern(child, "tools/list")["result"]
            seen.append((discovered["capabilities"], discovered["instructions"], listed["tools"]))
            task = ask_modern(child, "tools/call", TASKS, name="held", arguments={})["result"]
            assert task["resultType"] == "task"
            upstream.release.set()
            child.close_stdin()
            assert child.wait() == 0
    assert seen[0] == seen[1]
    assert TASKS in seen[0][0]["extensions"]
    assert [tool["name"] for tool in seen[0][2]] == ["held", "read_result", "get_call", "cancel_call"]


async def test_before_the_modern_era_there_are_no_tasks(upstream: Upstream, tmp_path: Path) -> None:
    """Nor does a handshake offer any."""
    with stdio(upstream, tmp_path, "--background-after", SOON) as child:
        assert "extensions" not in child.request("initialize", INITIALIZE)["result"]["capabilities"]
        child.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert child.request("tasks/get", {"taskId": "c_1"})["error"]["code"] == types.METHOD_NOT_FOUND
        told = child.call("held")["structuredContent"]["call"]
        upstream.release.set()
        result = child.call("get_call", handle=told["handle"], wait=60)
        assert result["structuredContent"] == {"held": True, "n": None}
