"""Values within the arguments of a call, by their paths; nothing is changed in place."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from openapi_mcp.model.fault import Path


class _Missing:
    """What stands where nothing stands; null is something."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def value_at(arguments: Any, path: Path) -> Any:
    """Return what stands at a path, MISSING where nothing does: ({"a": [7]}, ("a", 0)) -> 7."""
    for step in path:
        match arguments:
            case Mapping() if step in arguments:
                arguments = arguments[step]
            case list() if isinstance(step, int) and 0 <= step < len(arguments):
                arguments = arguments[step]
            case _:
                return MISSING
    return arguments


def with_value(arguments: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return arguments with a value at a path, whose parents are there: ({"a": [7]}, ("a", 0), 8) -> {"a": [8]}."""
    found: dict[str, Any] = _with(arguments, path, value)
    return found


def _with(whole: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(whole, list) and isinstance(step, int):
        return [
            *whole[:step],
            *(_with(item, tuple(rest), value) for item in whole[step : step + 1]),
            *whole[step + 1 :],
        ]
    inner = _with(whole.get(step, {}), tuple(rest), value)
    return {**whole, step: inner}


def without(arguments: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return arguments without what stands at a path: ({"a": {"b": 1, "c": 2}}, ("a", "b")) -> {"a": {"c": 2}}."""
    *above, last = path
    parent = value_at(arguments, tuple(above))
    kept = (
        [item for index, item in enumerate(parent) if index != last]
        if isinstance(parent, list)
        else {name: item for name, item in parent.items() if name != last}
    )
    return with_value(arguments, tuple(above), kept)


def leaves(value: Any) -> Iterator[Any]:
    """Yield every text, number, boolean and null within a value."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case Mapping() as fields:
                waiting.extend(fields.values())
            case list() | tuple() as items:
                waiting.extend(items)
            case leaf:
                yield leaf
