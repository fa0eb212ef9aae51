"""The calls that read the present state of what a write is about."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.call import Call
from openapi_mcp.model.fault import Suggestion
from openapi_mcp.model.tool import Tool

_MOST = 4  # paths above the one of the call


def readers_of_state(call: Call, tools: Mapping[str, Tool]) -> Iterator[Suggestion]:
    """Yield the GET of a call's path, then of the paths above it, with the arguments that the call has for them.

    PATCH /orders/{id}/ -> GET /orders/{id}/; POST /orders/{id}/cancel -> GET /orders/{id}, then GET /orders
    """
    tool = tools.get(call.tool)
    if tool is None:
        return
    given = _on_wire(tool, call.arguments)
    reading = {_plain(each.operation.path): each for each in tools.values() if each.operation.method == "GET"}
    path = _plain(tool.operation.path)
    for _ in range(_MOST):
        reader = reading.get(path)
        arguments = _filled(reader, given) if reader is not None else None
        if reader is not None and arguments is not None and reader.name != tool.name:
            yield Suggestion(tool=reader.name, why="reads the present state", arguments=arguments)
        path = path.rpartition("/")[0]


def _plain(path: str) -> str:
    return path.rstrip("/")


def _on_wire(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call has for the places in its path: {"id": 7}."""
    bound = (binding for binding in tool.parameters if binding.location == "path")
    return {binding.name: arguments[binding.argument] for binding in bound if binding.argument in arguments}


def _filled(reader: Tool, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the arguments of a tool as far as it needs any; None where the call has not all of them."""
    bound = {binding.argument: binding.name for binding in reader.parameters if binding.location == "path"}
    filled = {argument: given[name] for argument, name in bound.items() if name in given}
    return filled if all(name in filled for name in reader.input_schema.get("required", ())) else None
