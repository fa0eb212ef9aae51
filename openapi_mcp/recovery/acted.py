"""Whether the API did nothing for a call that it has refused: only then another one may take its place."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.call import Failure
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.tool import Tool

_REFUSED = frozenset((400, 404, 422))  # the request was looked at, and not carried out
_OF_MANY = frozenset(("batch", "batches", "bulk", "multi"))


def may_repeat(tool: Tool, failure: Failure, arguments: Mapping[str, Any]) -> bool:
    """True where a call with other arguments may follow: a read, or a write that was refused as a whole.

    What is refused by a status that says more was wrong than the values is not sent again, nor is a write of many
    things at once, or one whose refusal tells of anything that was done.
    """
    if tool.operation.method in SAFE_METHODS:
        return True
    return failure.status in _REFUSED and not failure.has_acted and not _is_bulk(tool, arguments)


def _is_bulk(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """True for a write of many things: a body that is a list, or any list where the path or the name says "batch".

    The lines of one order are a part of it: it is made with all of them, or not at all.
    """
    whole = {binding.argument for body in tool.bodies for binding in body.bindings if binding.is_whole_body} | {"body"}
    if any(isinstance(arguments.get(name), list) for name in whole):
        return True
    words = {
        word.lower() for word in (*split_as_is(tool.operation.path), *split_as_is(tool.operation.operation_id or ""))
    }
    return bool(words & _OF_MANY) and any(isinstance(each, list) for each in arguments.values())
