"""The calls that read the present state of what a write is about, or list what a path names one of."""

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
    reading, path = _reading(tools), _plain(tool.operation.path)
    for _ in range(_MOST):
        step = _step(reading.get(path), tool, call, "reads the present state")
        if step is not None:
            yield step
        path = path.rpartition("/")[0]


def list_of(call: Call, tools: Mapping[str, Tool]) -> Suggestion | None:
    """Return the GET of the collection that a call's path names one of: /orders/{id}/cancel -> GET /orders.

    None where there is no such tool, or it needs more than the call has.
    """
    tool = tools.get(call.tool)
    if tool is None or "{" not in tool.operation.path:
        return None
    path = tool.operation.path[: tool.operation.path.rindex("{")].rstrip("/(")
    return _step(_reading(tools).get(path), tool, call, "lists what there is")


def list_beside(call: Call, tools: Mapping[str, Tool]) -> Suggestion | None:
    """Return the GET of the list that a write adds to, or changes something of: POST /orders, PUT /orders/{id}."""
    tool = tools.get(call.tool)
    if tool is None or tool.operation.path.rstrip("/)").endswith("}"):
        return list_of(call, tools)
    return _step(_reading(tools).get(_plain(tool.operation.path)), tool, call, "lists what there is")


def _reading(tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
    return {_plain(each.operation.path): each for each in tools.values() if each.operation.method == "GET"}


def _step(reader: Tool | None, tool: Tool, call: Call, why: str) -> Suggestion | None:
    arguments = _filled(reader, _on_wire(tool, call.arguments)) if reader is not None else None
    if reader is None or arguments is None or reader.name == tool.name:
        return None
    return Suggestion(tool=reader.name, why=why, arguments=arguments)


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
