"""The arguments of the tools that read and end a call in the background, held against what these take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.background import LONGEST_WAIT
from openapi_mcp.request.arguments import validate_against
from openapi_mcp.request.lenient import renamed, with_numbers
from openapi_mcp.schema.check import Check

_WORDS = {"handle": ("id", "call", "call_handle"), "wait": ("seconds", "timeout")}
_HANDLE = {"type": "string", "maxLength": 200}
GET_SCHEMA = {
    "type": "object",
    "properties": {"handle": _HANDLE, "wait": {"type": "number"}},
    "required": ["handle"],
    "additionalProperties": False,
}
CANCEL_SCHEMA = {
    "type": "object",
    "properties": {"handle": _HANDLE},
    "required": ["handle"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call that is asked for by its handle, and how many seconds its end is waited for."""

    handle: str
    wait: float = 0.0


def read_get(arguments: Mapping[str, Any]) -> Asked:
    """Return what `get_call` is asked for; a time out of bounds is the nearest one within.

    {"handle": "c_1", "wait": 900} -> c_1, waited for 60 s

    Raises:
        ArgumentsError: an argument breaks a rule.
    """
    given = _checked(with_numbers(renamed(arguments, _WORDS), ("wait",)), GET_SCHEMA)
    return Asked(handle=given["handle"].strip(), wait=float(min(max(given.get("wait", 0), 0), LONGEST_WAIT)))


def read_cancel(arguments: Mapping[str, Any]) -> Asked:
    """Return the call that `cancel_call` is to end.

    Raises:
        ArgumentsError: an argument breaks a rule.
    """
    given = _checked(renamed(arguments, {"handle": _WORDS["handle"]}), CANCEL_SCHEMA)
    return Asked(handle=given["handle"].strip())


def _checked(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that were given, null being none, once they keep the rules."""
    given = {name: value for name, value in arguments.items() if value is not None}
    validate_against(given, Check(schema))
    return given
