"""The tools of the search mode, as they are listed: to find operations by words, to describe them, to call one."""

from collections.abc import Iterable

from openapi_mcp.model.tool import Hints, Tool, WireTool

SEARCH = "search_operations"
DESCRIBE = "describe_operations"
CALL = "call_operation"
_READS = {"readOnlyHint": True}


def search_tools(hints: Hints) -> tuple[WireTool, ...]:
    """Return what is listed in place of other tools; `hints` are the annotations of the tool that calls them.

    Hints that have the protocol's default are left out (MCP 2026-07-28, ToolAnnotations), as is what the server's
    instructions say once: the list is for the context of every request.
    """
    return (
        {
            "name": SEARCH,
            "description": "Find operations by what they do. Give the whole task in words.",
            "inputSchema": _object({"query": {"type": "string"}, "limit": {"type": "integer"}}, "query"),
            "annotations": _READS,
        },
        {
            "name": DESCRIBE,
            "description": "Arguments, answers and needs of operations.",
            "inputSchema": _object({"names": {"type": "array", "items": {"type": "string"}}}, "names"),
            "annotations": _READS,
        },
        {
            "name": CALL,
            "description": "Call an operation.",
            "inputSchema": _object({"name": {"type": "string"}, "arguments": {"type": "object"}}, "name"),
            "annotations": dict(hints),
        },
    )


def _object(properties: dict[str, object], required: str) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [required]}


def call_hints(tools: Iterable[Tool]) -> Hints:
    """Return the annotations of a tool that calls any of these: those of the worst of them."""
    each = [tool.annotations for tool in tools]
    if all(one.read_only for one in each):
        return _READS
    return {"readOnlyHint": False, "destructiveHint": any(one.destructive for one in each)}


def united_hints(each: Iterable[Hints]) -> Hints:
    """Return the annotations of a tool that calls what any of such tools call."""
    writing = [hints for hints in each if not hints.get("readOnlyHint")]
    if not writing:
        return _READS
    return {"readOnlyHint": False, "destructiveHint": any(hints.get("destructiveHint", True) for hints in writing)}
