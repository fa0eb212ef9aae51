"""The tools of the search mode, as they are listed: to find operations by words, to describe them, to call one.

A list that abbreviates has the second of them, too.
"""

from collections.abc import Iterable, Mapping

from openapi_mcp.model.background import CANCEL_CALL, GET_CALL
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.tool import Hints, Tool, Toolset, WireTool

SEARCH = "search_operations"
DESCRIBE = "describe_operations"
CALL = "call_operation"
SEARCH_TOOLS = (SEARCH, DESCRIBE, CALL)
DEFAULT_LIMIT = 10
MOST_HITS = 50
MOST_NAMES = 20  # that are described at once
_READS = {"readOnlyHint": True}
_INTEGER = {"type": "integer"}
_STRING = {"type": "string"}


def search_tools(hints: Hints) -> tuple[WireTool, ...]:
    """Return what is listed in place of other tools; `hints` are the annotations of the tool that calls them.

    Hints that have the protocol's default are left out (MCP 2026-07-28, ToolAnnotations), as are bounds that a call
    is held to all the same, and what the server's instructions say once: the list is for the context of every request.
    """
    return (
        {
            "name": SEARCH,
            "description": "Find operations. Give the whole task in words.",
            "inputSchema": _object({"query": _STRING, "limit": _INTEGER}, "query"),
            "annotations": _READS,
        },
        _describing("Their arguments, answers, needs."),
        {
            "name": CALL,
            "description": "Call one.",
            "inputSchema": _object({"name": _STRING, "arguments": {"type": "object"}}, "name"),
            "annotations": dict(hints),
        },
    )


def describe_tool() -> WireTool:
    """Return what is listed behind tools of whom the list does not say all."""
    return _describing("All arguments of tools, by the tools' names; answers, needs.")


def asks_index(toolset: Toolset) -> bool:
    """True where a tool is listed that finds or describes operations: it asks what is known of all."""
    return any(extra["name"] in (SEARCH, DESCRIBE) for extra in toolset.extras)


def as_searching(extra: WireTool) -> WireTool:
    """Return a tool that is no operation as it is listed beside these: without what the result says that leads to it.

    That the `select` of `read_result` is JMESPath stands there, and the call that reads on; `limit` is taken, though it
    is not listed.
    """
    return _BRIEF.get(extra["name"], extra)


def _describing(description: str) -> WireTool:
    return {
        "name": DESCRIBE,
        "description": description,
        "inputSchema": _object({"names": {"type": "array", "items": _STRING}}, "names"),
        "annotations": _READS,
    }


def _object(properties: dict[str, object], required: str) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [required]}


_BRIEF: Mapping[str, WireTool] = {
    READ_RESULT: {
        "name": READ_RESULT,
        "description": "More of a cut result.",
        "inputSchema": _object({"handle": _STRING, "select": _STRING, "offset": _INTEGER}, "handle"),
        "annotations": _READS,
    },
    GET_CALL: {
        "name": GET_CALL,
        "description": "Result of a call that goes on.",
        "inputSchema": _object({"handle": _STRING, "wait": {"type": "number"}}, "handle"),
        "annotations": _READS,
    },
    CANCEL_CALL: {
        "name": CANCEL_CALL,
        "description": "End one.",
        "inputSchema": _object({"handle": _STRING}, "handle"),
        "annotations": {"readOnlyHint": False, "destructiveHint": False},
    },
}


def call_hints(tools: Iterable[Tool]) -> Hints:
    """Return the annotations of a tool that calls any of these: those of the worst of them."""
    each = [tool.annotations for tool in tools]
    if all(one.read_only for one in each):
        return _READS
    return _writing(is_destructive=any(one.destructive for one in each))


def united_hints(each: Iterable[Hints]) -> Hints:
    """Return the annotations of a tool that calls what any of such tools call."""
    writing = [hints for hints in each if not hints.get("readOnlyHint")]
    if not writing:
        return _READS
    return _writing(is_destructive=any(hints.get("destructiveHint", True) for hints in writing))


def _writing(*, is_destructive: bool) -> Hints:
    """Return the hints of what writes, which the protocol takes for destructive where nothing else is said."""
    return {"readOnlyHint": False} if is_destructive else {"readOnlyHint": False, "destructiveHint": False}
