"""Calls that go on in the background, over the protocol: begun, read, waited for, ended, told of; in both eras."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
import pytest
from mcp import Client
from mcp.server.lowlevel import Server
from mcp.shared.memory import create_client_server_memory_streams
from support.links import closed_port, linked
from support.structured import data_of, error_of
from support.upstream import Answer, Upstream

from openapi_mcp.config import build_config
from openapi_mcp.heard import Heard
from openapi_mcp.joining import open_several
from openapi_mcp.model.call import FailureKind
from openapi_mcp.opening import open_app
from openapi_mcp.server import telling
from openapi_mcp.server.means import background_of, bounds_of
from openapi_mcp.server.protocol import create_server
from openapi_mcp.shared.link import Link

pytestmark = pytest.mark.anyio

ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])
SOON = 0.05  # seconds


def slow(server: str) -> dict[str, Any]:
    """Return a description with a read that takes its time, one that does not, and work that goes on after its 202."""
    held = {"operationId": "held", "parameters": [{"name": "n", "in": "query", "schema": {"type": "string"}}]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Slow", "version": "1"},
        "servers": [{"url": server}],
        "paths": {
            "/held": {"get": {**held, "responses": {}}},
            "/quick": {"get": {"operationId": "quick", "responses": {}}},
            "/begun": {"post": {"operationId": "begin", "responses": {}}},
        },
    }


def working(server: str) -> dict[str, Any]:
    """Return the same, where the description says that work goes on."""
    made = slow(server)
    made["paths"]["/begun"]["post"]["responses"] = {"202": {"description": "Begun"}}
    return made


@dataclass(slots=True, kw_only=True)
class Served:
    """A client of a server, and what the observers were told."""

    client: Client
    heard: list[Heard] = field(default_factory=list)

    async def call(self, tool: str, /, **arguments: Any) -> types.CallToolResult:
        return await self.client.call_tool(tool, arguments)

    async def names(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]


@asynccontextmanager
async def wired(server: Server[Any]) -> AsyncIterator[Any]:
    """Yield a client's ends of streams that carry the protocol's frames, as they are on every wire."""
    async with create_client_server_memory_streams() as (ends, (read, write)), anyio.create_task_group() as group:
        group.start_soon(server.run, read, write, server.create_initialization_options())
        yield ends
        group.cancel_scope.cancel()


@asynccontextmanager
async def served(
    upstream: Upstream, tmp_path: Path, era: str, *, link: Link | None = None, **options: Any
) -> AsyncIterator[Served]:
    spec = upstream.serve(options.pop("document", None) or slow(upstream.url))
    config = build_config({"spec": spec, "methods": "all", **options}, {}, tmp_path)
    async with (
        open_app(config, lambda _: None, {}) as app,
        background_of(app, link, bounds_of(config)) as background,
        Client(wired(create_server(app, background=background)), mode=era) as client,
    ):
        made = Served(client=client)
        app.on_call.append(made.heard.append)
        yield made


def told_in(result: types.CallToolResult) -> dict[str, Any]:
    """Return what is told of a call that goes on."""
    assert not result.is_error
    told: dict[str, Any] = data_of(result)["call"]
    return told


def recorded(heard: Sequence[Heard]) -> list[tuple[str, str]]:
    return [(each.call.tool, each.result.failure.kind.value if each.result.failure else "") for each in heard]


@ERAS
async def test_a_long_call_goes_on_and_its_result_is_read(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 9, Background calls: the result says so, and how to read it."""
    async with served(upstream, tmp_path, era, background_after=str(SOON)) as it:
        told = told_in(await it.call("held", n="7"))
        handle = told["handle"]
        assert handle.startswith("c_")
        assert len(handle) > 20
        assert told == {
            "handle": handle,
            "tool": "held",
            "state": "working",
            "poll": 5,
            "message": "The call goes on in the background, and is not to be made again: get_call reads its result.",
            "next": {"tool": "get_call", "arguments": {"handle": handle, "wait": 25}},
        }
        assert told_in(await it.call("get_call", handle=handle)) == told
        assert it.heard == []
        upstream.release.set()
        result = await it.call(told["next"]["tool"], **told["next"]["arguments"])
        assert data_of(result) == {"held": True, "n": ["7"]}
        assert await it.call("get_call", handle=handle) == result
        assert recorded(it.heard) == [("held", "")]
    assert len(upstream.calls) == 1


@ERAS
async def test_a_call_that_ends_soon_is_answered_as_ever(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Its record is written once, by who has answered."""
    async with served(upstream, tmp_path, era, background_after="25") as it:
        assert data_of(await it.call("quick"))["target"] == "/quick"
        assert recorded(it.heard) == [("quick", "")]


@ERAS
async def test_a_call_that_fails_in_the_background_is_read_as_the_failure_that_it_is(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """As it would have been, is_error included."""
    async with served(
        upstream, tmp_path, era, background_after=str(SOON), timeout="0.5", background_timeout="1", retries="0"
    ) as it:
        told = told_in(await it.call("held"))
        error = error_of(await it.call("get_call", handle=told["handle"], wait=60))
        assert error["kind"] == "timeout"
        assert "longer --background-timeout" in error["hint"]
        assert recorded(it.heard) == [("held", "timeout")]


async def test_a_call_that_ends_by_timeout_all_the_same_names_that_option(upstream: Upstream, tmp_path: Path) -> None:
    """A judge's finding: --background-timeout was blamed, which was over long before."""
    asked: dict[str, Any] = {"timeout": "2.5", "background_timeout": "1", "retries": "0"}
    async with served(upstream, tmp_path, "auto", background_after=str(SOON), **asked) as it:
        told = told_in(await it.call("held"))
        error = error_of(await it.call("get_call", handle=told["handle"], wait=60))
    assert "longer --timeout" in error["hint"]


@pytest.mark.parametrize(
    ("options", "share"),
    [
        ({}, 4),
        ({"forward": "X-Api-Key"}, 2),
        ({"forward": "X-Api-Key", "max_concurrency": "2"}, 1),
        ({"oauth_issuer": "https://login.example", "public_url": "https://mcp.example/mcp"}, 2),
    ],
)
def test_where_callers_are_told_apart_one_has_half_of_the_places(
    tmp_path: Path, options: dict[str, str], share: int
) -> None:
    """An attack: of one caller's calls all places of the background were held, for an hour."""
    config = build_config({"spec": "https://a.example/openapi.json", "max_concurrency": "8", **options}, {}, tmp_path)
    assert bounds_of(config).running_of_a_caller == share


async def test_a_call_in_the_background_has_longer_than_timeout(upstream: Upstream, tmp_path: Path) -> None:
    """Its caller does not wait: --background-timeout holds, and the API is asked once."""
    async with served(upstream, tmp_path, "auto", background_after="0.05", timeout="0.3") as it:
        handle = told_in(await it.call("held", n="7"))["handle"]
        assert told_in(await it.call("get_call", handle=handle, wait=1))["state"] == "working"
        upstream.release.set()
        assert data_of(await it.call("get_call", handle=handle, wait=60)) == {"held": True, "n": ["7"]}
    assert len(upstream.calls) == 1


@ERAS
async def test_a_call_is_ended_by_its_handle(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 9: cancel_call. The API hears of it: the connection is closed."""
    async with served(upstream, tmp_path, era, background_after=str(SOON)) as it:
        told = told_in(await it.call("held"))
        ended = told_in(await it.call("cancel_call", handle=told["handle"]))
        assert (ended["state"], "next" in ended) == ("cancelled", False)
        error = error_of(await it.call("get_call", handle=told["handle"]))
        assert (error["kind"], error["retryable"]) == ("cancelled", False)
        assert told_in(await it.call("cancel_call", handle=told["handle"]))["state"] == "cancelled"
        assert recorded(it.heard) == [("held", "cancelled")]


async def test_ending_a_call_that_has_ended_changes_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """Its result is still there to be read."""
    async with served(upstream, tmp_path, "auto", background_after=str(SOON)) as it:
        told = told_in(await it.call("held"))
        upstream.release.set()
        result = await it.call("get_call", handle=told["handle"], wait=60)
        ended = told_in(await it.call("cancel_call", handle=told["handle"]))
        assert (ended["state"], ended["next"]["tool"]) == ("completed", "get_call")
        assert await it.call("get_call", handle=told["handle"]) == result


@ERAS
@pytest.mark.parametrize("tool", ["get_call", "cancel_call"])
async def test_a_handle_that_leads_nowhere_is_not_found(
    upstream: Upstream, tmp_path: Path, era: str, tool: str
) -> None:
    """A handle is a secret of its caller's: whoever guesses one learns nothing, and it is recorded."""
    async with served(upstream, tmp_path, era, background_after="25") as it:
        error = error_of(await it.call(tool, handle="c_guessed"))
        assert (error["kind"], error["field"]) == ("not_found", "handle")
        assert error["hint"]
        error = error_of(await it.call(tool))
        assert (error["kind"], error["field"]) == ("invalid_arguments", "handle")
        assert recorded(it.heard) == [(tool, "not_found"), (tool, "invalid_arguments")]


@ERAS
async def test_a_handle_that_another_replica_may_have_given_is_asked_for_again_while_redis_is_away(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Issue 9, Proof: the right answer or a clear failure that may be retried."""
    async with (
        linked(f"redis://127.0.0.1:{closed_port()}/0") as link,
        served(upstream, tmp_path, era, link=link, background_after="25") as it,
    ):
        told = told_in(await it.call("get_call", handle="c_elsewhere"))
        assert (told["state"], told["poll"], "tool" in told) == ("working", 2, False)
        assert "not known now" in told["said"]
        error = error_of(await it.call("cancel_call", handle="c_elsewhere"))
        assert (error["kind"], error["retryable"], error["retry_after"]) == ("unreachable", True, 2)
        assert error["message"].startswith("nothing was ended")
        assert recorded(it.heard) == [("cancel_call", "unreachable")]


async def test_without_an_engine_the_tools_find_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """The list alone makes no calls go on."""
    spec = upstream.serve(working(upstream.url))
    async with (
        open_app(build_config({"spec": spec, "methods": "all"}, {}, tmp_path), lambda _: None, {}) as app,
        Client(create_server(app)) as client,
    ):
        for tool in ("get_call", "cancel_call"):
            assert error_of(await client.call_tool(tool, {"handle": "c_1"}))["kind"] == "not_found"
        assert data_of(await client.call_tool("quick", {}))["target"] == "/quick"


async def test_nothing_is_listed_where_no_call_goes_on(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9: off for stdio by default. The list and the instructions say nothing of it."""
    async with served(upstream, tmp_path, "auto") as it:
        assert await it.names() == ["held", "quick", "begin", "read_result"]
        assert "background" not in (it.client.instructions or "")
        with pytest.raises(Exception, match="Unknown tool: get_call"):
            await it.call("get_call", handle="c_1")


@pytest.mark.parametrize(("name", "options"), [("option", {"background_after": "30"}), ("document", {})])
async def test_the_tools_are_listed_where_calls_may_go_on(
    upstream: Upstream, tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    """Because the operator says so, or the document has an answer 202."""
    made = working(upstream.url) if name == "document" else None
    async with served(upstream, tmp_path, "auto", document=made, **options) as it:
        assert await it.names() == ["held", "quick", "begin", "read_result", "get_call", "cancel_call"]
        assert "get_call reads its result" in (it.client.instructions or "")


@ERAS
async def test_in_the_search_mode_a_call_goes_on_just_so(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """The tools stand beside the three, and are called by their own names."""
    async with served(upstream, tmp_path, era, background_after=str(SOON), mode="search") as it:
        assert (await it.names())[3:] == ["read_result", "get_call", "cancel_call"]
        told = told_in(await it.call("call_operation", name="held", arguments={"n": "1"}))
        assert (told["tool"], told["next"]["tool"]) == ("held", "get_call")
        upstream.release.set()
        assert data_of(await it.call("get_call", handle=told["handle"], wait=60)) == {"held": True, "n": ["1"]}
        assert recorded(it.heard) == [("held", "")]
        error = error_of(await it.call("call_operation", name="get_call"))
        assert error["hint"].startswith("get_call is a tool itself")


async def test_what_may_be_called_next_is_said_as_it_is_called_in_the_search_mode(
    upstream: Upstream, tmp_path: Path
) -> None:
    """A failure that suggests an operation names call_operation, by whatever way it is read."""
    async with served(upstream, tmp_path, "auto", background_after=str(SOON), mode="search") as it:
        told = told_in(await it.call("call_operation", name="held", arguments={}))
        upstream.release.set()
        result = await it.call("get_call", handle=told["handle"], wait=60)
        assert data_of(result)["held"] is True


def job(state: str, **more: str) -> Answer:
    return Answer(json.dumps({"status": state}).encode(), headers=tuple(more.items()))


@ERAS
async def test_work_that_an_api_goes_on_with_is_followed_to_its_end(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Issue 9: its final answer is the call's result; at once, though nothing is said of how long calls may take."""
    upstream.answers["/begun"] = Answer(b"{}", status=202, headers=(("Location", "/jobs/1"), ("Retry-After", "0")))
    upstream.answers["/jobs/1"] = job("running")
    async with served(upstream, tmp_path, era, document=working(upstream.url)) as it:
        told = told_in(await it.call("begin"))
        assert told["state"] == "working"
        upstream.answers["/jobs/1"] = Answer(b'{"status": "succeeded", "rows": 3}')
        result = await it.call("get_call", handle=told["handle"], wait=60)
        assert data_of(result)["rows"] == 3
        assert recorded(it.heard) == [("begin", "")]
    assert [seen.method for seen in upstream.calls if seen.path == "/begun"] == ["POST"]


@ERAS
async def test_work_that_nobody_could_read_the_end_of_is_answered_as_it_is(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Without get_call in the list a handle would be of no use."""
    upstream.answers["/begun"] = Answer(b'{"id": 1}', status=202, headers=(("Location", "/jobs/1"),))
    async with served(upstream, tmp_path, era) as it:
        assert data_of(await it.call("begin"))["id"] == 1


@asynccontextmanager
async def heard_progress(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[list[tuple[float, Any, Any]], Any]]:
    monkeypatch.setattr(telling, "PACE", 0.02)
    heard: list[tuple[float, float | None, str | None]] = []
    often = anyio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))
        if len(heard) > 3:
            often.set()

    yield heard, (note, often)


@ERAS
async def test_progress_is_told_while_a_call_is_waited_for(
    upstream: Upstream, tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MCP, Progress: each value is more than the last one, and nothing comes after the answer."""
    async with heard_progress(monkeypatch) as (heard, (note, often)), served(upstream, tmp_path, era) as it:

        async def call() -> None:
            await it.client.call_tool("held", {}, progress_callback=note)
            count = len(heard)
            assert data_of(await it.call("quick"))["target"] == "/quick"
            assert len(heard) == count

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await often.wait()
            upstream.release.set()
    values = [progress for progress, _, _ in heard]
    assert values == sorted(set(values))
    assert heard[0] == (0, None, "calling GET /held")
    assert str(heard[1][2]).startswith("GET /held: no answer yet (")


@ERAS
async def test_progress_says_what_the_api_says_of_its_work(
    upstream: Upstream, tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that is done is told as that part of the whole."""
    upstream.answers["/begun"] = Answer(b"{}", status=202, headers=(("Location", "/jobs/1"), ("Retry-After", "0")))
    upstream.answers["/jobs/1"] = Answer(b'{"status": "running", "progress": 40}')
    async with (
        heard_progress(monkeypatch) as (heard, (note, _)),
        served(upstream, tmp_path, era, document=working(upstream.url)) as it,
    ):
        told = told_in(await it.call("begin"))
        done = anyio.Event()

        async def noted(progress: float, total: float | None, message: str | None) -> None:
            await note(progress, total, message)
            if total is not None:
                done.set()

        async def read() -> None:
            given = {"handle": told["handle"], "wait": 60}
            result = await it.client.call_tool("get_call", given, progress_callback=noted)
            assert data_of(result)["rows"] == 3

        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await done.wait()
            upstream.answers["/jobs/1"] = Answer(b'{"status": "succeeded", "rows": 3}')
    progress, total, message = next(each for each in heard if each[1] is not None)
    assert progress / total == pytest.approx(0.4)
    assert str(message).startswith("begin: running (")


async def cancelled_while(it: Served, upstream: Upstream, name: str, **arguments: Any) -> None:
    """Make a call, and leave once it is on its way."""
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: it.call(name, **arguments))
        await anyio.to_thread.run_sync(upstream.wait_for_call)
        group.cancel_scope.cancel()


@ERAS
async def test_a_client_that_leaves_while_it_waits_for_its_call_ends_it(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Nobody has its handle."""
    async with served(upstream, tmp_path, era, background_after="25") as it:
        await cancelled_while(it, upstream, "held")
        with anyio.fail_after(15):
            while not it.heard:
                await anyio.lowlevel.checkpoint()
        assert recorded(it.heard) == [("held", "cancelled")]


@ERAS
async def test_a_client_that_leaves_while_it_reads_a_call_ends_nothing(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Only the waiting ends."""
    async with served(upstream, tmp_path, era, background_after=str(SOON)) as it:
        told = told_in(await it.call("held"))
        with anyio.move_on_after(SOON):
            await it.call("get_call", handle=told["handle"], wait=60)
        assert told_in(await it.call("get_call", handle=told["handle"]))["state"] == "working"
        upstream.release.set()
        assert data_of(await it.call("get_call", handle=told["handle"], wait=60))["held"] is True
        assert recorded(it.heard) == [("held", "")]


@ERAS
async def test_several_apis_share_the_tools(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """One pair for all; a handle leads to the API whose tool was called."""
    spec = upstream.serve(working(upstream.url))
    config = build_config(
        {"spec": [f"one={spec}", f"two={spec}"], "methods": "all", "background_after": str(SOON)}, {}, tmp_path
    )
    async with (
        open_several(config, lambda _: None, {}) as several,
        background_of(several) as background,
        Client(create_server(several, background=background), mode=era) as client,
    ):
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names[-3:] == ["read_result", "get_call", "cancel_call"]
        assert names.count("get_call") == 1
        told = told_in(await client.call_tool("two_held", {}))
        upstream.release.set()
        result = await client.call_tool("get_call", {"handle": told["handle"], "wait": 60})
        assert data_of(result)["held"] is True
        assert error_of(await client.call_tool("get_call", {"handle": "c_x"}))["kind"] == FailureKind.NOT_FOUND
