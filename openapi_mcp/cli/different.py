"""What is different in two answers, in short lines for a person."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from openapi_mcp.cli.told import plain
from openapi_mcp.model.fault import place
from openapi_mcp.model.jsontext import JsonValue, write_json

_MOST = 5  # lines
_MOST_COMPARED = 10_000  # values
_LONGEST = 80  # characters of a value, or of where it is

Path = tuple[str | int, ...]


def different(then: JsonValue, now: JsonValue) -> Iterator[str]:
    """Yield what is different, place by place: "items[0].total: 12 -> 13"; what is not there on a side is "nothing"."""
    found = list(islice(_places(then, now), _MOST + 1))
    for path, before, after in found[:_MOST]:
        at = f"{plain(place(path), _LONGEST)}: " if path else ""
        yield f"{at}{_shown(before)} -> {_shown(after)}"
    if len(found) > _MOST:
        yield "and more"


class _Nothing:
    """What stands in the place of a value that is not there."""


_NOTHING = _Nothing()


def _places(then: Any, now: Any) -> Iterator[tuple[Path, Any, Any]]:
    left: list[tuple[Path, Any, Any]] = [((), then, now)]
    for _ in range(_MOST_COMPARED):
        if not left:
            return
        path, before, after = left.pop()
        inside = _inside(path, before, after)
        if inside is not None:
            left += reversed(inside)
        elif not _is_same(before, after):
            yield path, before, after


def _inside(path: Path, before: Any, after: Any) -> list[tuple[Path, Any, Any]] | None:
    """Return the members of two objects, or the items of two lists, side by side; None where they are neither."""
    match before, after:
        case dict(), dict():
            names = dict.fromkeys([*before, *after])
            return [((*path, name), before.get(name, _NOTHING), after.get(name, _NOTHING)) for name in names]
        case list(), list():
            longest = range(max(len(before), len(after)))
            return [((*path, at), _item(before, at), _item(after, at)) for at in longest]
    return None


def _item(items: list[Any], at: int) -> Any:
    return items[at] if at < len(items) else _NOTHING


def _is_same(before: Any, after: Any) -> bool:
    return before == after and isinstance(before, bool) == isinstance(after, bool)


def _shown(value: Any) -> str:
    return "nothing" if value is _NOTHING else plain(write_json(value), _LONGEST)
