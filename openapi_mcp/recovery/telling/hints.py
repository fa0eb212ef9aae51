"""What to do about a failure, in a few words for each fault: the field, the rule that it breaks, where to go on."""

from collections.abc import Iterator, Sequence

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault, Path
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.strategy import Told
from openapi_mcp.recovery.telling.rules import broken_rule

_LONGEST = 300  # characters
_DONE_SOMETHING = (
    "the API refused this call but tells of something that it did for it, so it was not sent again: read the present "
    "state, then send only what is still missing"
)
_LONGEST_OF_SEVERAL = 600
_LONGEST_PART = 200
_MOST_PARTS = 3
_MOST_NAMES = 4
_OF_VALUES = frozenset((FailureKind.INVALID_ARGUMENTS, FailureKind.REJECTED, FailureKind.NOT_FOUND))
_SAID_BETTER = frozenset(("exists", "taken", "uniqueItems", "alternatives", "invalid", "unknown"))
_GONE = 410
_IS_GONE = "it was there and is gone for good (410): do not call again with this id"


def hint_of(failure: Failure, told: Sequence[Told] = ()) -> str:
    """Return what to do: 'correct "status": it must be one of placed, paid; then call again'.

    `told` is what strategies have found out. Of several faults up to three are spoken of, each with its own tools.
    """
    if failure.has_acted:
        return _DONE_SOMETHING
    tools = [step.tool for step in failure.tries]
    if failure.status == _GONE:
        return _with_tools(_IS_GONE, tools, "lists what there is")
    said = {one.path: one.hint for one in reversed(told) if one.hint}
    missing = [each.place for each in failure.faults if each.rule == "exists" and each.path]
    if failure.kind is FailureKind.CONFLICT:
        how = f"read the present state with {tools[0]}, then decide" if tools else failure.hint
        return one_line(f"{how}; the call is not repeated", _LONGEST)
    if len(missing) > 1:
        return _one_of(missing, next(iter(reversed(said.values())), ""), tools)
    faults = _different(failure.faults)
    if len(faults) > 1 and failure.kind in _OF_VALUES:
        return _of_several(failure, faults, told, said)
    if said:
        return one_line(next(reversed(said.values())), _LONGEST)
    return _of_one(failure, faults[0] if faults else None, tools)


def _one_of(missing: list[str], said: str, tools: list[str]) -> str:
    names = ", ".join(f'"{one_line(name, 40)}"' for name in missing[:_MOST_NAMES])
    return _with_tools(f"one of {names} names nothing that is there" + (f"; {said}" if said else ""), tools)


def _different(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults that say where they are, the first of each place."""
    placed = [each for each in reversed(faults) if each.path or each.named]
    return list(reversed({each.path or each.named: each for each in placed}.values()))


def _of_one(failure: Failure, fault: Fault | None, tools: list[str]) -> str:
    """Return what to do about the only fault, or where there is none."""
    if fault is None and failure.kind is FailureKind.NOT_FOUND and tools:
        return f"check the identifiers; {' or '.join(tools)} yields valid ones"
    if fault is None or failure.kind not in _OF_VALUES or fault.rule == "unknown" or _is_said(failure, fault):
        return _with_tools(failure.hint, tools)
    what, does = _what_to_do(fault), "finds the one that is there" if fault.rule == "taken" else "yields it"
    return _with_tools(what if fault.rule == "required" else f"{what}; then call again", tools, does)


def _is_said(failure: Failure, fault: Fault) -> bool:
    """True where our own check of the arguments says better what to do than the rule alone does."""
    return failure.kind is FailureKind.INVALID_ARGUMENTS and fault.rule in _SAID_BETTER and bool(failure.hint)


def _of_several(failure: Failure, faults: list[Fault], told: Sequence[Told], said: dict[Path, str]) -> str:
    """Return what to do about each of several faults: 'add "items"; correct "customer": it must be integer'."""
    spoken = [each for each in faults if not _is_spoken_of(each, said)]
    parts = [_part(failure, each, told, said) for each in spoken[:_MOST_PARTS]]
    more = len(spoken) - len(parts)
    end = f"; and {more} more" if more else ""
    whole = "; ".join(dict.fromkeys(one_line(each, _LONGEST_PART) for each in parts))
    return one_line(whole, _LONGEST_OF_SEVERAL) + end


def _is_spoken_of(fault: Fault, said: dict[Path, str]) -> bool:
    """True for an unknown name of which the words on another fault speak: 'rename "fullName" to "name"'."""
    others = (hint for path, hint in said.items() if path != fault.path)
    return fault.rule == "unknown" and fault.path not in said and any(f'"{fault.place}"' in each for each in others)


def _part(failure: Failure, fault: Fault, told: Sequence[Told], said: dict[Path, str]) -> str:
    if fault.path in said and fault.path:
        return said[fault.path]
    if fault.rule == "unknown":
        near = next((one.near[0] for one in told if one.path == fault.path and one.near), "")
        name = one_line(fault.place or fault.named, 80)
        return f'"{name}" is unknown: ' + (f'did you mean "{near}"?' if near else "leave it out")
    tools = list(_own_tools(failure, fault))
    does = "finds the one that is there" if fault.rule == "taken" else "yields it"
    return _what_to_do(fault) + (f" ({' or '.join(tools[:2])} {does})" if tools else "")


def _own_tools(failure: Failure, fault: Fault) -> Iterator[str]:
    """Yield the tools that help with a fault."""
    return (step.tool for step in failure.tries if step.path and step.path == fault.path)


def _what_to_do(fault: Fault) -> str:
    name = one_line(fault.place or fault.named, 80)
    if fault.rule == "required":
        return f'add "{name}"'
    if fault.rule == "minItems" and fault.limit == 1:
        return f'give at least one of "{name}"'
    return f'correct "{name}": {broken_rule(fault)}'


def _with_tools(hint: str, tools: list[str], does: str = "yields it") -> str:
    """Return a hint with the tools that yield what it asks for."""
    if not tools:
        return one_line(hint, _LONGEST)
    found = f"; {' or '.join(tools[:2])} {does}"
    return one_line(hint, _LONGEST - len(found)) + found
