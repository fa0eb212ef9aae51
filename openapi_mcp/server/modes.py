"""How operations are called: each as a tool of its own, or through the three tools of the search mode.

In the search mode no operation is a tool: they are found by `search_operations`, told of by `describe_operations` and
called by `call_operation`, with the same rights, checks, questions and results. Of a list that abbreviates its tools
`describe_operations` is one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.shared.exceptions import MCPError

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.failures import invalid
from openapi_mcp.heard import Hearing
from openapi_mcp.model.background import CALL_TOOLS, Pending
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH, SEARCH_TOOLS
from openapi_mcp.model.text import one_line
from openapi_mcp.request.searching import read_call, read_names, read_query
from openapi_mcp.response.ongoing import told
from openapi_mcp.response.through import through_call
from openapi_mcp.server.background import Calls, has_tasks
from openapi_mcp.server.callers import caller_of, failure_of, id_of
from openapi_mcp.server.doors import behind_the_door
from openapi_mcp.server.operations import Context, Operations
from openapi_mcp.server.results import mcp_result
from openapi_mcp.server.rights import Rights
from openapi_mcp.server.tasks import created
from openapi_mcp.serving import Serves

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index

_OWN = (*SEARCH_TOOLS, READ_RESULT, *CALL_TOOLS)
_EACH_ITS_OWN = "; each operation is a tool of its own now"  # there was another mode, or another client's list
_MOST_NEAR = 3
_MOST_UNKNOWN = 3  # unknown names of a call for which others are looked for

Found = Result | Pending | types.InputRequiredResult


class Modes:
    """Answers `tools/call` as the mode of the app's toolset has it."""

    def __init__(self, app: Serves, rights: Rights, calls: Calls) -> None:
        self._app = app
        self._rights = rights
        self._calls = calls
        self._operations = Operations(app, calls)

    async def call(self, context: Context, params: types.CallToolRequestParams) -> Any:
        """Return what a tool answers; of a call that goes on, its task where the client takes one.

        Raises:
            MCPError: there is no such tool for this caller.
        """
        caller, own_id = caller_of(context), id_of(context)
        call = Call(tool=params.name, arguments=params.arguments or {}, caller=caller, id=own_id)
        if self._calls.are_asked(call.tool):
            return mcp_result(await behind_the_door(partial(self._calls.answer, context), call))
        hearing = Hearing(self._app, call)
        try:
            answered = await self._answered(context, params, hearing.watched(call), hearing)
        except MCPError as error:
            hearing.failed(FailureKind.UNKNOWN_TOOL, error.message)
            raise
        except anyio.get_cancelled_exc_class():
            hearing.failed(FailureKind.CANCELLED, "the client has cancelled the call, or is gone")
            raise
        if isinstance(answered, Pending):  # recorded when it ends
            return created(answered) if has_tasks(context) else mcp_result(told(answered))
        return mcp_result(hearing.ended(answered)) if isinstance(answered, Result) else answered

    async def _answered(
        self, context: Context, params: types.CallToolRequestParams, call: Call, hearing: Hearing
    ) -> Found:
        if (telling := self._telling(call.tool)) is not None:
            return await behind_the_door(telling, call)
        if self._app.toolset.searches and call.tool != READ_RESULT:
            return await self._searching(context, params, call, hearing)
        if (failure := self._lacking(context, call.tool)) is not None:
            return failure.as_result()
        if call.tool == READ_RESULT and self._app.reads_on:
            return await behind_the_door(self._app.call, call)
        tool = self._rights.tool(call.tool, call.caller.scopes)
        if tool is None:
            raise self._unknown(call, _EACH_ITS_OWN if call.tool in SEARCH_TOOLS else await self._meant(call))
        return await self._operations.run(context, params, tool, call, hearing)

    def input_schema(self, name: str) -> dict[str, Any] | None:
        """Return the input schema of a tool as it is listed, None where there is none."""
        toolset = self._app.toolset
        listed = next((extra for extra in toolset.extras if extra["name"] == name), None)
        if listed is not None:
            return dict(listed["inputSchema"])
        tool = None if toolset.searches else toolset.by_name.get(name)
        return dict(tool.input_schema) if tool else None

    def _telling(self, name: str) -> Callable[[Call], Awaitable[Result]] | None:
        """Return what answers a tool that tells of operations, None where no such tool of ours is listed."""
        is_listed = any(extra["name"] == name for extra in self._app.toolset.extras)
        return {SEARCH: self._search, DESCRIBE: self._describe}.get(name) if is_listed else None

    async def _searching(
        self, context: Context, params: types.CallToolRequestParams, call: Call, hearing: Hearing
    ) -> Found:
        if call.tool == CALL:
            return await self._call(context, params, call, hearing)
        raise self._unknown(call, f"; call it with {CALL}" if self._may_call(call, call.tool) else "")

    async def _search(self, call: Call) -> Result:
        from openapi_mcp.index.shown import nothing_found, search_answer

        asked = read_query(call.arguments)
        index = await self._app.index()
        tools = self._app.toolset.by_name
        search = partial(index.search, asked.words, asked.limit, partial(self._may_call, call))
        found = await anyio.to_thread.run_sync(search, abandon_on_cancel=True)  # of thousands it takes a moment
        answer = search_answer(asked.words, found, tools, self._learn(index, call), asked.limit)
        if not found.hits:
            answer["hint"] = nothing_found([name for name in tools if self._may_call(call, name)], tools)
        return await self._app.show(answer, call.caller, *(hit.tool for hit in found.hits))

    async def _describe(self, call: Call) -> Result:
        from openapi_mcp.index.shown import described

        names = read_names(call.arguments)
        learn = self._learn(await self._app.index(), call)
        found = [tool for name in names if (tool := self._rights.tool(name, call.caller.scopes)) is not None]
        known = {tool.name for tool in found}
        answer: dict[str, Any] = {"operations": [described(tool, learn(tool.name)) for tool in found]}
        if unknown := [name for name in names if name not in known]:
            near = {name: await self._near(call, name) for name in unknown[:_MOST_UNKNOWN]}
            answer["unknown"] = [{"name": one_line(name, 80), "did_you_mean": near.get(name, [])} for name in unknown]
        return await self._app.show(answer, call.caller, *(tool.name for tool in found))

    def _learn(self, index: "Index", call: Call) -> Callable[[str], Capability]:
        """Return what tells of a tool's needs and yields, without tools that the caller may not call."""
        from openapi_mcp.index.shown import within_rights

        allowed = partial(self._may_call, call)
        return lambda name: within_rights(index.capabilities.get(name, Capability()), allowed)

    async def _call(
        self, context: Context, params: types.CallToolRequestParams, asked: Call, hearing: Hearing
    ) -> Found:
        """Run the operation that a call of `call_operation` names, as a tool of its own would be."""
        try:
            named = read_call(asked.arguments)
        except ArgumentsError as error:
            return invalid(error).as_result()
        call = hearing.watched(replace(asked, tool=named.name, arguments=named.arguments))
        if (failure := self._lacking(context, call.tool)) is not None:
            return failure.as_result()
        tool = self._rights.tool(call.tool, call.caller.scopes)
        if tool is None:
            return await self._unknown_operation(call)
        result = await self._operations.run(context, params, tool, call, hearing)
        if not isinstance(result, Result):
            return result
        if result.failure is not None and result.failure.kind is FailureKind.UNKNOWN_TOOL:  # gone by now
            return await self._unknown_operation(call)
        return through_call(result)

    def _lacking(self, context: Context, name: str) -> Failure | None:
        """Return why a caller cannot call a tool, or one of the tools that a workflow calls; None where it can."""
        tool = self._app.tool_of(name)
        names = (name, *(tool.plan.tools if tool is not None and tool.plan is not None else ()))
        failures = (failure_of(context, api) for api in dict.fromkeys(map(self._app.api_of, names)))
        return next(filter(None, failures), None)

    def _may_call(self, call: Call, name: str) -> bool:
        return self._rights.allows(name, call.caller.scopes)

    async def _near(self, call: Call, name: str) -> list[str]:
        """Return names like this one, of operations that the caller may call; among thousands that takes a moment."""
        from openapi_mcp.server.near import near_names

        look = partial(near_names, name, tuple(self._app.toolset.by_name), _MOST_NEAR * 3)
        near = await anyio.to_thread.run_sync(look, abandon_on_cancel=True)
        return [each for each in near if self._may_call(call, each)][:_MOST_NEAR]

    async def _meant(self, call: Call) -> str:
        """Return "; did you mean orders_retrieve?" of a name that is like one of a tool, else ""."""
        near = await self._near(call, call.tool)
        return f"; did you mean {' or '.join(near)}?" if near else ""

    def _unknown(self, call: Call, how: str = "") -> MCPError:
        name = self._app.redactor(call)(call.tool)  # the caller's text, which may hold anything
        return MCPError(types.INVALID_PARAMS, f"Unknown tool: {one_line(name, 128)}{self._left_out(call) or how}")

    def _left_out(self, call: Call) -> str:
        """Return why a workflow is left out, for one who may call all there is; else ""."""
        skipped = self._app.toolset.skipped if call.caller.scopes is None else ()
        reason = next((each.reason for each in skipped if each.is_workflow and each.tool == call.tool), None)
        return (
            "" if reason is None else f"; the workflow is left out: {self._app.redactor(call)(one_line(reason, 300))}"
        )

    async def _unknown_operation(self, call: Call) -> Result:
        shown, near = one_line(self._app.redactor(call)(call.tool), 80), await self._near(call, call.tool)
        if call.tool in _OWN:
            hint = f"{call.tool} is a tool itself, and no operation: call it by its name"
        else:
            hint = f"{SEARCH} finds operations by words, with their names"
            hint = f"did you mean {', '.join(near)}? {hint}" if near else hint
        message = f"there is no operation {shown!r}"
        return Failure(kind=FailureKind.UNKNOWN_TOOL, message=message, field="name", hint=hint).as_result()
