"""One of the two outermost doors: what nobody foresaw in a call becomes a failure of it, never a crash."""

import logging
from collections.abc import Awaitable, Callable

from openapi_mcp.errors import ArgumentsError, OpenapiMcpError
from openapi_mcp.executor.failures import invalid
from openapi_mcp.model.call import Call, Failure, FailureKind, Result

log = logging.getLogger(__name__)


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
        log.error("call_failed tool=%s error=%s id=%s", call.tool, type(error).__name__, call.id)
        log.debug("call_failed traceback", exc_info=True)
        hint = "report it with the server's log at --log-level debug"
        return Failure(
            kind=FailureKind.BAD_RESPONSE, message="openapi-mcp failed; this is a bug", hint=hint
        ).as_result()
