"""One call of an operation, between the protocol and the app: told of, confirmed, and run behind a door of its own."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from openapi_mcp.errors import ArgumentsError, OpenapiMcpError
from openapi_mcp.executor.failures import invalid
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.tool import Tool
from openapi_mcp.server.confirm import Person
from openapi_mcp.serving import Serves

Context = ServerRequestContext[Any, Any]

log = logging.getLogger(__name__)


class Operations:
    """Runs calls of an app's operations, whatever tool of the protocol they came by."""

    def __init__(self, app: Serves) -> None:
        self._app = app
        self._person = Person(app)

    async def run(
        self, context: Context, params: types.CallToolRequestParams, tool: Tool, call: Call
    ) -> Result | types.InputRequiredResult:
        """Return what a call of a tool comes to, or the question that comes first.

        `params` are those of the protocol's own call, whose state and answers are the person's.
        """
        # Only where the client asked for progress: that its call is on its way is what there is to tell.
        await context.session.report_progress(
            0, 1, f"calling {tool.operation.method} {clean_text(tool.operation.path)}"
        )
        instead = await self._person.instead(context, params, tool, call)
        if isinstance(instead, Failure):
            return instead.as_result()
        shown = replace(call, is_shown=self._app.asks_before(tool))
        return instead or await behind_the_door(self._app.call, shown)


async def behind_the_door(run: Callable[[Call], Awaitable[Result]], call: Call) -> Result:
    """Run a call behind one of the two outermost doors: what we did not foresee becomes a failure, never a crash."""
    try:
        return await run(call)
    except ArgumentsError as error:
        return invalid(error).as_result()
    except OpenapiMcpError as error:
        return Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "").as_result()
    except Exception as error:
        # The traceback may quote values of the call, so it is shown only where debugging was asked for.
        log.error("call_failed tool=%s error=%s", call.tool, type(error).__name__)
        log.debug("call_failed traceback", exc_info=True)
        hint = "report it with the server's log at --log-level debug"
        return Failure(
            kind=FailureKind.BAD_RESPONSE, message="openapi-mcp failed; this is a bug", hint=hint
        ).as_result()
