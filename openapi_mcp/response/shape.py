"""A result cut to its budget: between whole items, still valid JSON, with a word on what is left."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import join

_LEAST = 200  # characters: below this nothing can be said
_WORDS = 400  # characters, or one of twenty: for the words about the cuts themselves
_CUT_TEXT = "…"


def shape_json(value: JsonValue, budget: int) -> tuple[JsonValue, list[dict[str, Any]]]:
    """Return the value cut to `budget` characters of JSON (0: whole), and what was left out, by pointer.

    ([{...}] * 500, 25_000) -> (the first 90 items, [{"pointer": "#", "unit": "items", "shown": 90, "left": 410}])

    The budget holds both, where it is 1,000 or more; of cuts without number the last word is how many are not told.
    """
    if not budget or len(write_json(value)) <= budget:
        return value, []
    cuts: list[dict[str, Any]] = []
    words = max(_WORDS, budget // 20)
    shaped = _cut(value, max(budget - words, _LEAST), "#", cuts)
    return shaped, _told(cuts, words)


def _told(cuts: list[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """Return the cuts that there is room to tell, the outermost first, and how many more there are."""
    told: list[dict[str, Any]] = []
    used = len(write_json([_left("#", "cuts", len(cuts), len(cuts))]))
    for cut in sorted(cuts, key=lambda cut: cut["pointer"].count("/")):
        used += len(write_json(cut)) + 1
        if used > room:
            return [*told, _left("#", "cuts", len(told), len(cuts) - len(told))]
        told.append(cut)
    return told


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
        case int() if len(write_json(value)) > _LEAST:  # as text, which can be cut
            return _cut(write_json(value), budget, pointer, cuts)
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
    if len(shown) < len(items):
        cuts.append(_left(pointer, "items", len(shown), len(items) - len(shown)))
    return shown


def _cut_object(fields: dict[str, JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> JsonValue:
    """Cut the largest fields, largest first, as far as it takes; small ones stay whole."""
    sizes = {name: len(write_json(name)) + len(write_json(item)) + 2 for name, item in fields.items()}
    shaped = dict(fields)
    inner: list[dict[str, Any]] = []
    excess = 2 + sum(sizes.values()) - budget
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if excess <= 0:
            break
        room = sizes[name] - excess
        if room < _LEAST and isinstance(fields[name], (list, dict, str)):
            room = min(_LEAST, sizes[name])
        cut = _cut(fields[name], room - len(write_json(name)) - 2, join(pointer, name), inner)
        excess -= sizes[name] - (len(write_json(name)) + len(write_json(cut)) + 2)
        shaped[name] = cut
    if excess > 0:
        shaped = _fewer_fields(shaped, budget)
        kept = {join(pointer, name) for name in shaped}
        inner = [cut for cut in inner if _field_of(cut["pointer"], pointer) in kept]
        inner.append(_left(pointer, "fields", len(shaped), len(fields) - len(shaped)))
    cuts += inner
    return shaped


def _fewer_fields(fields: Mapping[str, JsonValue], budget: int) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    used = 2
    for name, item in fields.items():
        used += len(write_json(name)) + len(write_json(item)) + 2
        if used > budget:
            break
        shown[name] = item
    return shown


def _field_of(pointer: str, above: str) -> str:
    """Return the pointer of the field that a pointer below `above` goes through."""
    return f"{above}/{pointer[len(above) + 1 :].partition('/')[0]}"


def _left(pointer: str, unit: str, shown: int, left: int) -> dict[str, Any]:
    return {"pointer": pointer, "unit": unit, "shown": shown, "left": left}
