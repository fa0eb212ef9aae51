"""The tools of the search mode, as they are listed: to find operations by words, to describe them, to call one."""

from collections.abc import Sequence

from openapi_mcp.model.tool import Tool, WireTool

SEARCH = "search_operations"
DESCRIBE = "describe_operations"
CALL = "call_operation"
_READS = {"readOnlyHint": True}


def search_tools(tools: Sequence[Tool]) -> tuple[WireTool, ...]:
    """Return what is listed in place of these tools; the hints of the call are those of the worst of them.

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
            "annotations": _hints(tools),
        },
    )


def _object(properties: dict[str, object], required: str) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [required]}


def _hints(tools: Sequence[Tool]) -> dict[str, bool]:
    if all(tool.annotations.read_only for tool in tools):
        return _READS
    return {"destructiveHint": any(tool.annotations.destructive for tool in tools)}
