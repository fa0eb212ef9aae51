"""What to do about a failure, in one short sentence: the field, the rule that it breaks, and where to go from here."""

from typing import Any

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.text import one_line

_LONGEST = 300  # characters
_LONGEST_RULE = 160
_DONE_SOMETHING = (
    "the API refused this call but tells of something that it did for it, so it was not sent again: read the present "
    "state, then send only what is still missing"
)
_MOST_VALUES = 12
_MOST_NAMES = 4
_OF_VALUES = frozenset((FailureKind.INVALID_ARGUMENTS, FailureKind.REJECTED, FailureKind.NOT_FOUND))
_LIMITS = {
    "minimum": "at least {}", "maximum": "at most {}", "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}", "multipleOf": "a multiple of {}", "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long", "minItems": "a list of at least {}", "maxItems": "a list of at most {}",
    "format": "of the format {}", "pattern": "of the pattern {}", "const": "{}", "type": "{}",
    "enum": "one of {}",
}  # fmt: skip
_RULES = {
    "exists": "names nothing that is there", "taken": "is taken already", "uniqueItems": "must name each item once",
    "alternatives": "fits none of its alternatives", "invalid": "was refused",
}  # fmt: skip


def hint_of(failure: Failure, said: str = "") -> str:
    """Return what to do: 'correct "status": it must be one of placed, paid; then call again'.

    `said` is what a strategy has found out.
    """
    if failure.has_acted:
        return _DONE_SOMETHING
    tools = [step.tool for step in failure.tries]
    missing = [each.place for each in failure.faults if each.rule == "exists" and each.path]
    if len(missing) > 1:
        names = ", ".join(f'"{one_line(name, 40)}"' for name in missing[:_MOST_NAMES])
        return _with_tools(f"one of {names} names nothing that is there" + (f"; {said}" if said else ""), tools)
    if said:
        return one_line(said, _LONGEST)
    if failure.kind is FailureKind.CONFLICT:
        how = f"read the present state with {tools[0]}, then decide" if tools else failure.hint
        return one_line(f"{how}; the call is not repeated", _LONGEST)
    fault = next((each for each in failure.faults if each.path or each.named), None)
    if fault is None and failure.kind is FailureKind.NOT_FOUND and tools:
        return f"check the identifiers; {' or '.join(tools)} yields valid ones"
    if fault is None or failure.kind not in _OF_VALUES or fault.rule == "unknown" or _is_said(failure, fault):
        return _with_tools(failure.hint, tools)
    return _with_tools(_correct(fault), tools)


def _is_said(failure: Failure, fault: Fault) -> bool:
    """True where our own check of the arguments says better what to do than the rule alone does."""
    return failure.kind is FailureKind.INVALID_ARGUMENTS and fault.rule in _RULES and bool(failure.hint)


def _correct(fault: Fault) -> str:
    name = one_line(fault.place or fault.named, 80)
    if fault.rule == "required":
        return f'add "{name}"'
    return f'correct "{name}": it {_rule(fault)}; then call again'


def _rule(fault: Fault) -> str:
    """Return a rule in short: "must be at most 100"; of one without a limit, what was said."""
    if fault.rule in _LIMITS and fault.limit not in (None, (), [], ""):
        return f"must be {_LIMITS[fault.rule].format(_shown(fault.limit))}"
    return _RULES.get(fault.rule, "does not fit")


def _shown(limit: Any) -> str:
    if not isinstance(limit, (list, tuple)):
        return one_line(str(limit), _LONGEST_RULE)
    values = ", ".join(one_line(str(each), 40) for each in limit[:_MOST_VALUES])
    return one_line(values, _LONGEST_RULE) + (" or others" if len(limit) > _MOST_VALUES else "")


def _with_tools(hint: str, tools: list[str]) -> str:
    """Return a hint with the tools that yield what it asks for."""
    if not tools:
        return one_line(hint, _LONGEST)
    found = f"; {' or '.join(tools[:2])} yields it"
    return one_line(hint, _LONGEST - len(found)) + found
