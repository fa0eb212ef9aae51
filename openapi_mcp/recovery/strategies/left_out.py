"""Null, or an empty text, for what may be left out: many models fill in every argument."""

from openapi_mcp.model.fault import Repair
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once

_RULES = frozenset(("type", "enum", "format", "alternatives", "const"))
_OF_EMPTY = frozenset(("minLength", "pattern"))  # that an empty text breaks


def left_out(case: Case) -> Rewrite | None:
    """Return the call without an argument that says nothing and need not be given: {"city": null} -> {}."""
    path, value = case.fault.path, case.value
    rules = _RULES | _OF_EMPTY if value == "" else _RULES
    if case.fault.rule not in rules or len(path) != 1 or (value is not None and value != ""):
        return None
    name = str(path[0])
    if name in case.tool.input_schema.get("required", ()) or _says_something(case.tool, name):
        return None
    what = "null" if value is None else "an empty text"
    how = f"{what} is no value of {name}: an argument that is not meant is left out"
    return Rewrite(arguments=case.dropped(path), repairs=(Repair(path=path, before=value, after=None, how=how),))


def _says_something(tool: Tool, name: str) -> bool:
    """True in the body of a change: there null may mean that a field is to lose its value (RFC 7396, section 1).

    And for whatever narrows down what is deleted.
    """
    if tool.operation.method == "DELETE":
        return True
    changes = tool.operation.method not in ("GET", "HEAD", "QUERY", "POST")
    return changes and any(binding.argument == name for body in tool.bodies for binding in body.bindings)


STRATEGY = Strategy(
    name="left_out",
    rank=90,
    about="Null, or an empty text, where the schema takes neither, is left out if the argument need not be given",
    repair=at_once(left_out),
    after=False,
)
