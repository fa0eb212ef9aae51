"""Calls that take long, between the protocol and what goes on with them: begun, waited for, read and ended."""

from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from mcp.server.context import ServerRequestContext

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.failures import invalid
from openapi_mcp.heard import Hearing
from openapi_mcp.model.background import CALL_TOOLS, GET_CALL, LONG, Pending, goes_on
from openapi_mcp.model.call import Call, Caller, Result
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.background import Asked, read_cancel, read_get
from openapi_mcp.response.ongoing import NO_SUCH_CALL, NOT_KNOWN_NOW, came_to, told
from openapi_mcp.response.through import through_call
from openapi_mcp.server.doors import behind_the_door
from openapi_mcp.server.rights import Rights
from openapi_mcp.server.telling import Subject, telling
from openapi_mcp.serving import Serves

TASKS = "io.modelcontextprotocol/tasks"
MODERN = "2026-07-28"

Context = ServerRequestContext[Any, Any]


def has_tasks(context: Context) -> bool:
    """True where a client says with this request that it takes a task in place of a result (SEP-2663)."""
    declared = context.session.client_capabilities
    is_modern = context.protocol_version == MODERN
    return is_modern and declared is not None and TASKS in (declared.extensions or {})


class Goes(Protocol):
    """What goes on with calls in the background: background/."""

    async def run(self, call: Call, hearing: Hearing, *, after: float) -> Result | Pending:
        """Run a call; return its result where it ends within so many seconds (0: whenever), else what is told of it."""

    async def find(self, handle: str, caller: Caller) -> Pending | None:
        """Return how far a caller's call is; None where there is no such."""

    async def wait(self, handle: str, caller: Caller, seconds: float) -> Pending | None:
        """Return the same at its end, or after so many seconds."""

    async def cancel(self, handle: str, caller: Caller) -> Pending | None:
        """End a caller's call, and return how far it was."""


class Calls:
    """Runs calls of an app's operations, and answers for those that go on. Without a `background` none does."""

    def __init__(self, app: Serves, rights: Rights, background: Goes | None = None) -> None:
        self._app = app
        self._rights = rights
        self._background = background

    async def run(self, context: Context, tool: Tool, call: Call, hearing: Hearing) -> Result | Pending:
        """Return what a call comes to, or what is told of it where that takes longer than its caller would wait."""
        after = self._after(context)
        subject = Subject(f"{tool.operation.method} {clean_text(tool.operation.path)}")
        call = replace(call, telling=subject.say) if tool.plan is not None else call
        async with telling(context, subject):
            if self._background is None or after is None:
                return await behind_the_door(self._app.call, call)
            return await self._background.run(call, hearing, after=after)

    def are_asked(self, name: str) -> bool:
        """True for the name of a tool that reads or ends a call, where it is listed."""
        return name in CALL_TOOLS and goes_on(self._app.toolset.extras)

    async def answer(self, context: Context, call: Call) -> Result:
        """Return what a tool answers that reads or ends a call.

        It is recorded only where no such call is known: else the call itself is, once.
        """
        hearing, is_read = Hearing(self._app, call), call.tool == GET_CALL
        try:
            asked = (read_get if is_read else read_cancel)(call.arguments)
        except ArgumentsError as error:
            return hearing.ended(invalid(error).as_result())
        pending = await (self._waited(context, asked, call.caller) if is_read else self.end(asked.handle, call.caller))
        if pending is None:
            return hearing.ended(NO_SUCH_CALL.as_result())
        if not is_read and not pending.is_known:
            return hearing.ended(NOT_KNOWN_NOW.as_result())
        return self.result_of(pending) if is_read else told(pending)

    async def find(self, handle: str, caller: Caller) -> Pending | None:
        """Return how far a call is that its caller may still make; None where there is none."""
        pending = await self._background.find(handle, caller) if self._background is not None else None
        return pending if pending is not None and self._may_read(pending, caller) else None

    async def end(self, handle: str, caller: Caller) -> Pending | None:
        """End a call; return how far it was, None where there is none."""
        if self._background is None or await self.find(handle, caller) is None:
            return None
        return await self._background.cancel(handle, caller)

    def result_of(self, pending: Pending) -> Result:
        """Return what a call came to, with what may be called next as it is called here."""
        result = came_to(pending)
        return through_call(result) if self._app.toolset.searches else result

    async def _waited(self, context: Context, asked: Asked, caller: Caller) -> Pending | None:
        if self._background is None or not asked.wait:
            return await self.find(asked.handle, caller)
        async with telling(context, GET_CALL, partial(self.find, asked.handle, caller)):
            await self._background.wait(asked.handle, caller, asked.wait)
            return await self.find(asked.handle, caller)

    def _may_read(self, pending: Pending, caller: Caller) -> bool:
        """True where the caller's scopes still allow the call; one whose tool is gone was allowed when it was made."""
        is_there = pending.tool in self._app.toolset.by_name
        return not is_there or self._rights.allows(pending.tool, caller.scopes)

    def _after(self, context: Context) -> float | None:
        """Return after how many seconds a call goes on in the background; None where its client could not read it.

        0 is never: only what the API itself goes on with does.
        """
        said = self._app.background_after
        if has_tasks(context):
            return LONG if said is None else said
        return said or 0.0 if goes_on(self._app.toolset.extras) else None
