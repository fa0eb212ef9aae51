"""The span of a call as it arrives: named by its tool, in the trace that the client names in `_meta` or a header.

The SDK has a span for every message, which is named by whatever a client calls a tool and takes on the text of
exceptions; ours takes its place, and nothing does where nobody collects.
"""

from collections.abc import Collection
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

from openapi_mcp.model.background import CANCEL_CALL, GET_CALL
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.serving import Serves
from openapi_mcp.telemetry.meters import UNKNOWN
from openapi_mcp.telemetry.spans import SERVER, is_collected, parent_in, span

_CALL = "tools/call"
_OURS: Collection[str] = frozenset({*SEARCH_TOOLS, READ_RESULT, GET_CALL, CANCEL_CALL})


def traced(app: Serves) -> ServerMiddleware[Any]:
    """Return a middleware that opens a span for each call of a tool."""

    async def in_a_span(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != _CALL or not is_collected():
            return await call_next(ctx)
        tool = _known(app, (ctx.params or {}).get("name"))
        attributes = {
            "mcp.method.name": _CALL,
            "mcp.protocol.version": ctx.protocol_version,
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
        }
        with span(f"{_CALL} {tool}", attributes, SERVER, parent_in(_carriers(ctx))) as call:
            result = await call_next(ctx)
            if kind := kind_of(result):
                call.fail(kind)
            return result

    return in_a_span


def _known(app: Serves, name: object) -> str:
    """Return the name of a tool that there is; a caller may invent any other."""
    return name if isinstance(name, str) and (name in _OURS or app.tool_of(name) is not None) else UNKNOWN


def _carriers(ctx: ServerRequestContext[Any, Any]) -> list[Any]:
    """Return where a client may name its trace: what belongs to this one message comes first."""
    request: Any = ctx.request  # None over stdio
    return [ctx.meta or {}, *([request.headers] if request is not None else [])]


def kind_of(result: HandlerResult) -> str:
    """Return the kind of failure that a result tells of, "" where it is none."""
    match result:
        case {"isError": True, "structuredContent": {"error": {"kind": str() as kind}}}:
            return kind
        case {"isError": True}:
            return "tool_error"
    return ""
