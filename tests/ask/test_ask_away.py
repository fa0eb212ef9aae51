"""Writes of `ask` whose call nobody waits for any more: gone on with in the background, or ended by Ctrl-C."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from support.runs import Untold, asked, says
from support.runs import calls as turn
from support.upstream import Upstream

from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.steps import Think
from openapi_mcp.config import build_config
from openapi_mcp.model.chat import Answered, History, ToolCall, Turn
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.opening import open_app
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.server.inside import Inside, inside

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
BODY: Json = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
SOON = 0.05  # seconds
NOTE: Json = {"stepId": "note", "operationId": "note", "requestBody": {"payload": {"text": "hello"}}}
HELD: Json = {"stepId": "hold", "operationId": "hold", "requestBody": {"payload": {"n": 1}}}


def described(server: str) -> Json:
    paths = {
        "/held": {"post": {"operationId": "hold", "responses": {}, **BODY}},
        "/notes": {"post": {"operationId": "note", "responses": {}, **BODY}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
    }


def workflows(**of: list[Json]) -> Json:
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Notes", "version": "1"},
        "sourceDescriptions": [{"name": "notes", "url": "notes.json", "type": "openapi"}],
        "workflows": [{"workflowId": name, "steps": steps} for name, steps in of.items()],
    }


@dataclass(slots=True)
class Talk:
    """A run over an API, question by question."""

    tools: Inside
    offer: Offer
    upstream: Upstream
    history: History = ()
    driver: Driver | None = None

    @property
    def sent(self) -> list[str]:
        return [seen.path for seen in self.upstream.calls]

    async def say(self, *made: ToolCall) -> list[Answered]:
        """Return the answers to calls that a model makes for one question, each in a turn of its own."""
        now = [*(turn(each) for each in made), says("done")]

        async def think(_: Think) -> Turn:
            return now.pop(0)

        history = (*self.history, *asked("Hold 1, and note hello"))
        tools = self.tools
        self.driver = Driver(
            think, tools.call, Untold(), foresee=tools.foresee, once_more=tools.once_more, sent=lambda: tools.sent
        )
        ending = await self.driver.drive(run(history, self.offer), history)
        self.history = ending.history
        return [each for each in ending.history[len(history) :] if isinstance(each, Answered)]


@asynccontextmanager
async def talk(upstream: Upstream, folder: Path, *, goes_on: bool, **of: list[Json]) -> AsyncIterator[Talk]:
    file = folder / "notes.arazzo.json"
    file.write_text(write_json(workflows(**of)), encoding="utf-8")
    options: Json = {"spec": upstream.serve(described(upstream.url)), "methods": "all", "workflow": [str(file)]}
    options |= {"no_records": True, "confirm": "none", "no_catalogue": True}
    options |= {"background_after": SOON} if goes_on else {}
    config = build_config(options, {}, folder)
    async with open_recorder(config, print) as recorder, open_app(config, print) as app:
        observe(app, recorder)
        async with inside(app, config) as tools:
            yield Talk(tools, Offer(tools=tools.tools), upstream)


def a_call(tool: str, **arguments: Any) -> ToolCall:
    return ToolCall(id=f"c-{tool}", tool=tool, arguments=arguments)


HOLD_AND_NOTE = [HELD, NOTE]


async def test_what_a_workflow_sent_in_the_background_is_not_sent_again(upstream: Upstream, tmp_path: Path) -> None:
    """SECURITY.md: the same request again, of a call or of a workflow's step, only after another yes."""
    async with talk(upstream, tmp_path, goes_on=True, both=HOLD_AND_NOTE) as run_of:
        (began,) = await run_of.say(a_call("both"))
        assert began.value["call"]["state"] == "working", began.text
        upstream.release.set()
        read = a_call("get_call", handle=began.value["call"]["handle"], wait=30)
        same = a_call("note", body={"text": "hello"})
        ended, again, insists = await run_of.say(read, same, same)
    assert not ended.is_error, ended.text
    assert run_of.sent == ["/held", "/notes"]
    assert not again.is_sent, again.text
    assert "this write was made already" in again.text
    assert "only a person can say that it is to be made once more" in insists.text


async def test_what_is_sent_in_the_background_before_the_model_reads_of_it_is_not_sent_again(
    upstream: Upstream, tmp_path: Path
) -> None:
    """The same: what a workflow has sent is known as it is sent, and a person is asked as ever."""
    async with talk(upstream, tmp_path, goes_on=True, both=[NOTE, HELD]) as run_of:
        same = a_call("hold", body={"n": 1})
        began, again, insists = await run_of.say(a_call("both"), same, same)
        upstream.release.set()
    assert began.value["call"]["state"] == "working", began.text
    assert run_of.sent == ["/notes", "/held"]
    assert "this write was made already" in again.text
    assert "only a person can say that it is to be made once more" in insists.text


async def test_what_was_sent_meanwhile_is_not_sent_by_a_workflow_in_the_background(
    upstream: Upstream, tmp_path: Path
) -> None:
    """The same, the other way round."""
    async with talk(upstream, tmp_path, goes_on=True, both=HOLD_AND_NOTE) as run_of:
        (began,) = await run_of.say(a_call("both"))
        (noted,) = await run_of.say(a_call("note", body={"text": "hello"}))
        assert noted.is_sent, noted.text
        upstream.release.set()
        (ended,) = await run_of.say(a_call("get_call", handle=began.value["call"]["handle"], wait=30))
    assert sorted(run_of.sent) == ["/held", "/notes"], ended.text


async def test_a_write_that_ctrl_c_ended_is_not_sent_again_by_a_workflow(upstream: Upstream, tmp_path: Path) -> None:
    """SECURITY.md: however it is called; what came of it nobody knows."""
    async with talk(upstream, tmp_path, goes_on=False, held=[HELD]) as run_of, anyio.create_task_group() as group:
        group.start_soon(interrupt, run_of)
        (left,) = await run_of.say(a_call("hold", body={"n": 1}))
        upstream.release.set()
        (again,) = await run_of.say(a_call("held"))
    assert left.value["error"]["unknown_outcome"]
    assert run_of.sent == ["/held"], again.text


async def test_a_step_that_ctrl_c_ended_is_not_sent_again_by_a_call(upstream: Upstream, tmp_path: Path) -> None:
    """The same, the other way round; the steps before it count, too."""
    async with talk(upstream, tmp_path, goes_on=False, both=[NOTE, HELD]) as run_of, anyio.create_task_group() as group:
        group.start_soon(interrupt, run_of)
        await run_of.say(a_call("both"))
        upstream.release.set()
        came = await run_of.say(a_call("note", body={"text": "hello"}), a_call("hold", body={"n": 1}))
    assert run_of.sent == ["/notes", "/held"], [each.text for each in came]


async def interrupt(run_of: Talk) -> None:
    await anyio.to_thread.run_sync(run_of.upstream.wait_for_call)
    assert run_of.driver is not None
    run_of.driver.interrupt()
