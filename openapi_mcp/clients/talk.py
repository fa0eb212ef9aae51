"""What a client and a server say first: the handshake of an era, the list page by page, and perhaps one question."""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import anyio

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import WireTool

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client._transport import Transport

Era = Literal["modern", "legacy"]
"""`modern` asks for discovery first and falls back to the handshake; `legacy` shakes hands at once."""
MODERN = "2026-07-28"
_MOST_PAGES = 1000
_MOST_TOOLS = 20_000
_CALL = 60.0  # seconds for the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a server listed: the `era` that was spoken, its `protocol` revision, `seconds` from its start to the list.

    `said` is what it wrote on stderr, without secrets; `strays` how many lines on stdout were no message, `stray` one
    of them.
    """

    era: Era
    protocol: str
    server_name: str
    server_version: str = ""
    tools: tuple[WireTool, ...] = field(repr=False)
    seconds: float
    said: str = ""
    strays: int = 0
    stray: str = ""

    @property
    def bytes(self) -> int:
        """The size of the list as JSON, as `inspect` counts it."""
        return len(write_json({"tools": list(self.tools)}).encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call of a tool and what came: `is_error`, with the `kind` of the failure and its `message`.

    `waited` are the seconds before it until the server was up, which gives a list that it kept before that.
    """

    tool: str
    seconds: float
    is_error: bool = False
    kind: str = ""
    message: str = ""
    status: int | None = None
    waited: float = 0.0


Question = tuple[str, dict[str, Any]]
"""A tool, and the arguments that it is called with."""
Choose = Callable[[tuple[WireTool, ...]], Awaitable[Question | None]]
"""Says which of the listed tools is called, and how; None for none."""


class TalkError(Exception):
    """A conversation that did not come to its list; the message says in which step, and why."""


def import_sdk() -> None:
    """Import the SDK's client, which takes longer than a server of ours: the clock of a conversation starts after.

    What a server sends that is no message it would log, with a traceback and as it is; we say that ourselves.
    """
    from mcp import Client

    logging.getLogger(Client.__module__.partition(".")[0]).setLevel(logging.CRITICAL + 1)


async def talk(
    transport: "Transport", *, era: Era, seconds: float, began: float, choose: Choose | None = None, keeps: bool = False
) -> tuple[Listed, Asked | None]:
    """Return what a server lists within `seconds` of the clock's `began`, and what came of the call chosen then.

    One that `keeps` its list may give it before it is up itself; the call waits for that, and is timed without it.

    Raises:
        TalkError: it does not answer in time, or with what no list is.
    """
    conversation = _Conversation(began, keeps=keeps)
    why: Exception | None = None
    try:
        with anyio.fail_after(max(0.0, began + seconds - time.monotonic())) as scope:
            await conversation.hold(transport, era, choose, scope)
    except TimeoutError:
        why = TimeoutError(f"not answered within {seconds:g} s")
    except _faults() as error:
        why = error
    if conversation.listed is None:
        raise TalkError(f"{conversation.at}: {said_of(why)}") from why
    return conversation.listed, conversation.asked


def _faults() -> tuple[type[Exception], ...]:
    """Return what the SDK's client raises over a server that is gone, or that answers with what it must not."""
    import httpx2
    from mcp import MCPError

    streams = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)
    return (MCPError, ValueError, RuntimeError, OSError, httpx2.HTTPError, ExceptionGroup, *streams)


def said_of(error: BaseException | None) -> str:
    """Return in a line what went wrong: of a group the first that did."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return one_line(str(error), 300) or type(error).__name__


class _Conversation:
    """How far it is."""

    def __init__(self, began: float, *, keeps: bool) -> None:
        self.began = began
        self.keeps = keeps
        self.at = "the handshake"
        self.listed: Listed | None = None
        self.asked: Asked | None = None

    async def hold(self, transport: "Transport", era: Era, choose: Choose | None, scope: anyio.CancelScope) -> None:
        from mcp import Client
        from mcp_types import Implementation

        own = Implementation(name="openapi-mcp doctor", version="1")
        async with Client(transport, mode="auto" if era == "modern" else "legacy", client_info=own) as client:
            self.at = "tools/list"
            tools = await _every_page(client)
            self.listed = self._listed(client, tools)
            scope.deadline = anyio.current_time() + 2 * _CALL  # from here on the question has its own time
            chosen = await choose(tools) if choose else None
            if chosen is not None:
                self.asked = await self._answer(client, *chosen)

    async def _answer(self, client: "Client", tool: str, arguments: dict[str, Any]) -> Asked:
        began = time.monotonic()
        if self.keeps:
            await _until_up(client)
        waited = time.monotonic() - began
        return replace(await _ask(client, tool, arguments), waited=waited if self.keeps else 0.0)

    def _listed(self, client: "Client", tools: tuple[WireTool, ...]) -> Listed:
        own, version = client.server_info, client.protocol_version
        return Listed(
            era="modern" if version == MODERN else "legacy",
            protocol=version,
            server_name=one_line(own.name, 80) if own else "",
            server_version=one_line(own.version, 40) if own else "",
            tools=tools,
            seconds=time.monotonic() - self.began,
        )


async def _every_page(client: "Client") -> tuple[WireTool, ...]:
    tools: list[WireTool] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="bypass")
        tools += [tool.model_dump(mode="json", by_alias=True, exclude_unset=True) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor or len(tools) > _MOST_TOOLS:
            break
    if cursor or len(tools) > _MOST_TOOLS:
        raise ValueError(f"the list does not end: {len(tools):,} tools so far")
    return tuple(tools)


async def _until_up(client: "Client") -> None:
    """Wait for an answer that no kept list gives: what resources there are. That there are none is one, too.

    What goes wrong here goes wrong again when the tool is called, and is told of that.
    """
    with anyio.move_on_after(_CALL), suppress(*_faults()):
        await client.list_resources(cache_mode="bypass")


async def _ask(client: "Client", tool: str, arguments: dict[str, Any]) -> Asked:
    began = time.monotonic()
    try:
        with anyio.fail_after(_CALL):
            result = await client.call_tool(tool, arguments)
    except TimeoutError:
        return Asked(tool=tool, seconds=_CALL, is_error=True, kind="timeout", message=f"no answer in {_CALL:g} s")
    except _faults() as error:
        seconds = time.monotonic() - began
        return Asked(tool=tool, seconds=seconds, is_error=True, kind="bad_response", message=said_of(error))
    return _asked(tool, time.monotonic() - began, result)


def _asked(tool: str, seconds: float, result: Any) -> Asked:
    told = result.structured_content if result.is_error and isinstance(result.structured_content, dict) else {}
    error = told.get("error")
    error = error if isinstance(error, dict) else {}
    status = error.get("status")
    return Asked(
        tool=tool,
        seconds=seconds,
        is_error=bool(result.is_error),
        kind=one_line(str(error.get("kind", "")), 40),
        message=one_line(str(error.get("message", "")), 300),
        status=status if isinstance(status, int) else None,
    )
