"""Which tool is called to see that an API answers and takes the credential: one read that needs no arguments."""

from collections.abc import Collection, Sequence
from typing import Any

from openapi_mcp.clients.talk import Question
from openapi_mcp.model.searching import CALL
from openapi_mcp.model.tool import Tool, WireTool

_NO_API = "cancel_call", "get_call", "read_result"


def question(tools: Sequence[WireTool], known: Sequence[Tool]) -> Question | None:
    """Return the call that changes nothing and needs no arguments, of one that wants a credential if there is any.

    `known` are the tools with their operations, as far as they are kept: the list itself does not say which of them
    want a credential. In the search mode the call goes through the tool that makes calls.
    """
    guarded = {tool.name for tool in known if is_guarded(tool)}
    names = [str(tool["name"]) for tool in tools if _is_plain_read(tool)]
    if best := _best(names, guarded):
        return best, {}
    if any(tool.get("name") == CALL for tool in tools):
        found = _best([tool.name for tool in known if _reads_plainly(tool)], guarded)
        return (CALL, {"name": found, "arguments": {}}) if found else None
    return None


def is_guarded(tool: Tool) -> bool:
    """True where each way to call an operation wants a credential (OAS, Security Requirement Object)."""
    security = tool.operation.security
    return bool(security) and all(requirement.schemes for requirement in security or ())


def _best(names: Sequence[str], guarded: Collection[str]) -> str | None:
    return next((name for name in names if name in guarded), None) or next(iter(names), None)


def _is_plain_read(tool: WireTool) -> bool:
    hints, schema = tool.get("annotations") or {}, tool.get("inputSchema")
    reads = isinstance(hints, dict) and hints.get("readOnlyHint") is True
    return reads and _needs_nothing(schema) and tool.get("name") not in _NO_API


def _reads_plainly(tool: Tool) -> bool:
    return tool.annotations.read_only and _needs_nothing(tool.input_schema)


def _needs_nothing(schema: Any) -> bool:
    return isinstance(schema, dict) and not schema.get("required")
