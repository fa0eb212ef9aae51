"""What a client and a server say first, with servers of the SDK in this process."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.server.lowlevel import Server

from openapi_mcp.clients import talk as talking
from openapi_mcp.clients.talk import Asked, Listed, Question, TalkError, said_of, talk

pytestmark = pytest.mark.anyio
SECONDS = 30.0
TOOL = types.Tool(name="t", description="T.", input_schema={"type": "object"})


def server(pages: Callable[[str | None], types.ListToolsResult], answer: Any = None) -> Any:
    """Return a server that lists pages and answers every call alike."""

    async def list_tools(_context: Any, params: Any) -> types.ListToolsResult:
        return pages(params.cursor if params else None)

    async def call_tool(_context: Any, _params: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await anyio.sleep_forever()
        return answer

    return Server("made", version="7", on_list_tools=list_tools, on_call_tool=call_tool)


def one(_cursor: str | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[TOOL])


async def first(tools: Sequence[Any]) -> Question | None:
    return str(tools[0]["name"]), {}


async def held(made: Any, *, asks: bool = False, seconds: float = SECONDS) -> tuple[Listed, Asked | None]:
    began = time.monotonic()
    return await talk(made, era="legacy", seconds=seconds, began=began, choose=first if asks else None)


def result(text: str, *, is_error: bool = True, **data: Any) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=text)], is_error=is_error, structured_content=data or None
    )


async def test_every_page_of_a_list_is_read() -> None:
    """MCP, Pagination."""

    def pages(cursor: str | None) -> types.ListToolsResult:
        number = int(cursor or "0")
        tool = TOOL.model_copy(update={"name": f"t{number}"})
        return types.ListToolsResult(tools=[tool], next_cursor=str(number + 1) if number < 2 else None)

    listed, asked = await held(server(pages))
    assert [tool["name"] for tool in listed.tools] == ["t0", "t1", "t2"]
    assert (listed.server_name, listed.server_version, asked) == ("made", "7", None)


async def test_a_list_without_end_is_left() -> None:
    """A hostile server; a cursor that never changes."""
    with pytest.raises(TalkError, match="tools/list: the list does not end"):
        await held(server(lambda _: types.ListToolsResult(tools=[TOOL] * 500, next_cursor="again")))


async def test_pages_of_nothing_without_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, with empty pages."""
    monkeypatch.setattr(talking, "_MOST_PAGES", 3)
    with pytest.raises(TalkError, match="the list does not end"):
        await held(server(lambda _: types.ListToolsResult(tools=[], next_cursor="again")))


async def test_a_server_that_fails_at_its_list_is_told_with_what_it_said() -> None:
    """The step, and why."""

    def refuse(_cursor: str | None) -> types.ListToolsResult:
        raise ValueError("no list today")

    with pytest.raises(TalkError, match="tools/list: no list today"):
        await held(server(refuse))


async def test_a_failure_of_ours_is_told_with_its_kind() -> None:
    """design.md, A result."""
    error = {"kind": "unauthenticated", "message": "no token", "status": 401}
    _, asked = await held(server(one, result("x", error=error)), asks=True)
    assert asked is not None
    assert (asked.tool, asked.is_error, asked.kind, asked.message, asked.status) == (
        "t",
        True,
        "unauthenticated",
        "no token",
        401,
    )


@pytest.mark.parametrize(
    "answer", [result("broken"), result("broken", error="text"), result("x", error={"status": "401"})]
)
async def test_a_failure_in_another_form_is_a_failure(answer: types.CallToolResult) -> None:
    """An older version of ours, or none of ours."""
    _, asked = await held(server(one, answer), asks=True)
    assert asked is not None
    assert (asked.is_error, asked.kind, asked.status) == (True, "", None)


async def test_a_success_is_told() -> None:
    """Nothing of the answer is kept."""
    _, asked = await held(server(one, result("fine", is_error=False, name="Ann")), asks=True)
    assert asked is not None
    assert (asked.is_error, asked.kind, asked.message) == (False, "", "")


async def test_a_call_that_breaks_is_told() -> None:
    """A protocol error in place of a result."""
    _, asked = await held(server(one, RuntimeError("burst")), asks=True)
    assert asked is not None
    assert (asked.is_error, asked.kind, asked.message) == (True, "bad_response", "burst")


async def test_a_call_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is there, and is told."""
    monkeypatch.setattr(talking, "_CALL", 0.2)
    listed, asked = await held(server(one), asks=True)
    assert len(listed.tools) == 1
    assert asked is not None
    assert (asked.is_error, asked.kind) == (True, "timeout")


def test_of_a_group_the_first_that_went_wrong_is_said() -> None:
    """anyio groups what its tasks raise."""
    group = ExceptionGroup("several", [ExceptionGroup("inner", [ValueError("this\none")]), OSError("that")])
    assert said_of(group) == "this one"
    assert said_of(KeyError()) == "KeyError"


async def test_a_server_that_keeps_its_list_is_asked_once_it_is_up() -> None:
    """It says that it has no resources: an answer that no kept list gives."""
    done = types.CallToolResult(content=[types.TextContent(text="ok")])
    _, kept = await talk(
        server(one, done), era="legacy", seconds=SECONDS, began=time.monotonic(), choose=first, keeps=True
    )
    _, other = await held(server(one, done), asks=True)
    assert kept is not None
    assert other is not None
    assert (kept.is_error, kept.waited > 0.0, other.waited) == (False, True, 0.0)
