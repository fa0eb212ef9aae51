"""What a call of a model calls in truth: `call_operation` is looked through. Calls that are the same have one key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.ask.leaves import written
from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.chat import ToolCall
from openapi_mcp.model.searching import CALL
from openapi_mcp.request.searching import read_call

DEEPEST = 64  # levels of arguments: no request body that we know of has a quarter of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A tool or an operation by its name, with its arguments; `through` is the tool that calls it, "" for none."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    through: str = ""

    @property
    def is_through(self) -> bool:
        """True for an operation that is called by `call_operation`."""
        return bool(self.through)

    @property
    def key(self) -> str:
        """Return what calls that are the same share: names in any order, 7 and "7" alike, null as if absent.

        A model that writes a call again does not always spell it again.
        """
        return json.dumps([self.tool, _folded(self.arguments)], sort_keys=True, separators=(",", ":"))


def meant(call: ToolCall) -> Meant:
    """Return what a call calls; one of `call_operation` that names nothing is left to what answers it."""
    arguments = call.arguments or {}
    if call.tool != CALL:
        return Meant(tool=call.tool, arguments=arguments)
    try:
        named = read_call(arguments)
    except ArgumentsError:
        return Meant(tool=call.tool, arguments=arguments)
    return Meant(tool=named.name, arguments=named.arguments, through=call.tool)


def is_too_deep(value: Any) -> bool:
    """True for arguments that are nested deeper than anything of ours follows."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return False
    return True


def _inner(value: Any) -> list[Any]:
    match value:
        case Mapping():
            return list(value.values())
        case list() | tuple():
            return list(value)
        case _:
            return []


def _folded(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _folded(each) for name, each in value.items() if each is not None}
        case list() | tuple():
            return [_folded(each) for each in value]
        case bool() | None:
            return value
        case str() | int() | float():
            return written(value)
        case _:
            return str(value)
