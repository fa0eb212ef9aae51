"""One call of an operation, between the protocol and the app: told of, confirmed, and run."""

from dataclasses import replace
from functools import partial
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from openapi_mcp.heard import Hearing
from openapi_mcp.model.background import Pending
from openapi_mcp.model.call import Call, Failure, Result
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.tool import Tool
from openapi_mcp.server.background import Calls
from openapi_mcp.server.confirm import Person
from openapi_mcp.serving import Serves

Context = ServerRequestContext[Any, Any]


class Operations:
    """Runs calls of an app's operations, whatever tool of the protocol they came by."""

    def __init__(self, app: Serves, calls: Calls) -> None:
        self._app = app
        self._calls = calls
        self._person = Person(app)

    async def run(
        self, context: Context, params: types.CallToolRequestParams, tool: Tool, call: Call, hearing: Hearing
    ) -> Result | Pending | types.InputRequiredResult:
        """Return what a call of a tool comes to, what is told of one that goes on, or the question that comes first.

        `params` are those of the protocol's own call, whose state and answers are the person's.
        """
        # Only where the client asked for progress: that its call is on its way is what there is to tell.
        await context.session.report_progress(
            0, None, f"calling {tool.operation.method} {clean_text(tool.operation.path)}"
        )
        if tool.plan is not None:
            return await self._run_workflow(context, tool, call, hearing)
        instead = await self._person.instead(context, params, tool, call)
        if isinstance(instead, Failure):
            return instead.as_result()
        shown = replace(call, is_shown=self._app.asks_before(tool))
        return instead or await self._calls.run(context, tool, shown, hearing)

    async def _run_workflow(self, context: Context, tool: Tool, call: Call, hearing: Hearing) -> Result | Pending:
        """Run a workflow, a person asked before each step that wants it; nothing where nobody could be asked."""
        from openapi_mcp.running import asks_within

        if asks_within(self._app, tool) and (refusal := self._person.within_reach(context, call)) is not None:
            return refusal.as_result()
        asking = partial(self._person.within, context)
        return await self._calls.run(context, tool, replace(call, asking=asking), hearing)
