"""A result cut to its budget: between whole items, still valid JSON, with a word on what is left."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import join

_LEAST = 200  # characters: below this nothing can be said
_CUT_TEXT = "…"


def shape_json(value: JsonValue, budget: int) -> tuple[JsonValue, list[dict[str, Any]]]:
    """Return the value cut to about `budget` characters of JSON (0: whole), and what was left out, by pointer.

    ([{...}] * 500, 25_000) -> (the first 90 items, [{"pointer": "#", "unit": "items", "shown": 90, "left": 410}])
    """
    if not budget or len(write_json(value)) <= budget:
        return value, []
    cuts: list[dict[str, Any]] = []
    room = max(budget - 400, _LEAST)  # for the words about the cut itself
    shaped = _cut(value, room, "#", cuts)
    return shaped, cuts


def shape_text(text: str, budget: int) -> tuple[str, dict[str, Any] | None]:
    """Return a text cut at the end of a line within `budget` characters (0: whole), and what was left out."""
    if not budget or len(text) <= budget:
        return text, None
    end = text.rfind("\n", budget // 2, budget)
    shown = text[: end + 1] if end >= 0 else text[:budget]
    return shown, _left("#", "characters", len(shown), len(text) - len(shown))


def _cut(value: JsonValue, budget: int, pointer: str, cuts: list[dict[str, Any]]) -> JsonValue:
    if len(write_json(value)) <= budget:
        return value
    match value:
        case list():
            return _cut_list(value, budget, pointer, cuts)
        case dict():
            return _cut_object(value, budget, pointer, cuts)
        case str():
            shown = value[: max(budget - 10, 0)]
            while len(write_json(shown)) > max(budget, 10):  # escapes are longer than what they stand for
                shown = shown[: len(shown) // 2]
            cuts.append(_left(pointer, "characters", len(shown), len(value) - len(shown)))
            return shown + _CUT_TEXT
        case _:
            return value


def _cut_list(items: list[JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> list[JsonValue]:
    shown: list[JsonValue] = []
    used = 2
    for item in items:
        used += len(write_json(item)) + 1
        if used > budget:
            break
        shown.append(item)
    if not shown and budget > _LEAST:  # one item alone is too large: a part of it says more than nothing
        shown = [_cut(items[0], budget - 2, join(pointer, 0), cuts)]
    cuts.append(_left(pointer, "items", len(shown), len(items) - len(shown)))
    return shown


def _cut_object(fields: dict[str, JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> JsonValue:
    """Cut the largest fields, largest first, as far as it takes; small ones stay whole."""
    sizes = {name: len(write_json(name)) + len(write_json(item)) + 2 for name, item in fields.items()}
    shaped = dict(fields)
    excess = 2 + sum(sizes.values()) - budget
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if excess <= 0:
            return shaped
        room = sizes[name] - excess
        if room < _LEAST and isinstance(fields[name], (list, dict, str)):
            room = min(_LEAST, sizes[name])
        cut = _cut(fields[name], room - len(write_json(name)) - 2, join(pointer, name), cuts)
        excess -= sizes[name] - (len(write_json(name)) + len(write_json(cut)) + 2)
        shaped[name] = cut
    return shaped if excess <= 0 else _fewer_fields(shaped, budget, pointer, cuts)


def _fewer_fields(
    fields: Mapping[str, JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]
) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    used = 2
    for name, item in fields.items():
        used += len(write_json(name)) + len(write_json(item)) + 2
        if used > budget:
            break
        shown[name] = item
    below = f"{pointer}/"
    cuts[:] = [cut for cut in cuts if not _belongs_to_dropped(cut["pointer"], below, shown)]
    cuts.append(_left(pointer, "fields", len(shown), len(fields) - len(shown)))
    return shown


def _belongs_to_dropped(pointer: str, below: str, shown: Mapping[str, JsonValue]) -> bool:
    if not pointer.startswith(below):
        return False
    name = pointer[len(below) :].partition("/")[0].replace("~1", "/").replace("~0", "~")
    return name not in shown


def _left(pointer: str, unit: str, shown: int, left: int) -> dict[str, Any]:
    return {"pointer": pointer, "unit": unit, "shown": shown, "left": left}
