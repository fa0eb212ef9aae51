"""A result cut to its budget: between whole items, still valid JSON, with a word on what is left."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import join
from openapi_mcp.response.size import size_within

_LEAST = 200  # characters: below this nothing can be said
_WORDS = 400  # characters, or one of twenty: for the words about the cuts themselves
_MOST_OBJECTS = 1_000  # within one result, whose fields are cut one by one; of those after them the first are shown
_SMALLEST_FIELD = 5  # characters: `"":1,`
_FAR_TOO_LONG = 4  # times the budget: of what is so long it does not matter which field is the longest
_GLANCE = 256  # characters: how far fields are measured at first
_CUT_TEXT = "…"
_Sized = tuple[JsonValue, int]


def shape_json(value: JsonValue, budget: int) -> tuple[JsonValue, list[dict[str, Any]]]:
    """Return the value cut to `budget` characters of JSON (0: whole), and what was left out, by pointer.

    ([{...}] * 500, 25_000) -> (the first 90 items, [{"pointer": "#", "unit": "items", "shown": 90, "left": 410}])

    The budget holds both, where it is 1,000 or more; of cuts without number the last word is how many are not told.
    Nothing is measured beyond the room there is for it: what is left out costs next to nothing.
    """
    if not budget or size_within(value, budget) <= budget:
        return value, []
    cuts: list[dict[str, Any]] = []
    words = max(_WORDS, budget // 20)
    shaped, _ = _Knife().cut(value, max(budget - words, _LEAST), "#", cuts)
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


class _Knife:
    """Cuts a value to its budget, part by part; returns each with its size in characters.

    What turns out not to be too long stays whole.
    """

    def __init__(self) -> None:
        self._objects = _MOST_OBJECTS

    def cut(self, value: JsonValue, budget: int, pointer: str, cuts: list[dict[str, Any]]) -> _Sized:
        match value:
            case list():
                return self._list(value, budget, pointer, cuts)
            case dict():
                return self._object(value, max(budget, 0), pointer, cuts)
            case str():
                return _cut_text(value, budget, pointer, cuts)
            case _:
                text = write_json(value)  # a long number is cut as text
                return _cut_text(text, budget, pointer, cuts) if len(text) > _LEAST else (value, len(text))

    def _list(self, items: list[JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> _Sized:
        shown: list[JsonValue] = []
        used = 2
        for item in items:
            size = size_within(item, budget)
            if used + size + 1 > budget:
                break
            used += size + 1
            shown.append(item)
        if not shown and budget > _LEAST:  # one item alone is too large: a part of it says more than nothing
            part, size = self.cut(items[0], budget - 2, join(pointer, 0), cuts)
            shown, used = [part], size + 3
        if len(shown) < len(items):
            cuts.append(_left(pointer, "items", len(shown), len(items) - len(shown)))
        return shown, used - bool(shown)

    def _object(self, fields: dict[str, JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> _Sized:
        self._objects -= 1
        shaped = _first_fields(fields, budget)
        inner: list[dict[str, Any]] = []
        size = self._fields(shaped, budget, pointer, inner) if self._objects >= 0 else budget + 1
        if size > budget:
            shaped, size = _fewer_fields(shaped, budget)
        if len(shaped) < len(fields):
            kept = {join(pointer, name) for name in shaped}
            inner = [cut for cut in inner if _field_of(cut["pointer"], pointer) in kept]
            inner.append(_left(pointer, "fields", len(shaped), len(fields) - len(shaped)))
        cuts += inner
        return shaped, size - bool(shaped)

    def _fields(self, fields: dict[str, JsonValue], budget: int, pointer: str, cuts: list[dict[str, Any]]) -> int:
        """Cut the largest fields in their place, largest first, as far as it takes; return what all then come to."""
        sizes = _field_sizes(fields, budget)
        total = 2 + sum(sizes.values())
        for name in sorted(sizes, key=lambda name: -sizes[name]):
            if total <= budget:
                break
            room = budget - (total - sizes[name])
            if room < _LEAST and isinstance(fields[name], (list, dict, str)):
                room = min(_LEAST, sizes[name])
            beside = _field_size(name, "", budget) - 2
            fields[name], size = self.cut(fields[name], room - beside, join(pointer, name), cuts)
            total += beside + size - sizes[name]
        return total


def _cut_text(text: str, budget: int, pointer: str, cuts: list[dict[str, Any]]) -> _Sized:
    if (size := size_within(text, budget)) <= budget:
        return text, size
    shown = text[: max(budget - 10, 0)]
    while len(write_json(shown)) > max(budget, 10):  # escapes are longer than what they stand for
        shown = shown[: len(shown) // 2]
    cuts.append(_left(pointer, "characters", len(shown), len(text) - len(shown)))
    return shown + _CUT_TEXT, len(write_json(shown + _CUT_TEXT))


def _first_fields(fields: Mapping[str, JsonValue], budget: int) -> dict[str, JsonValue]:
    """Return as many fields as the budget could hold if they were the smallest, and one more."""
    return dict(islice(fields.items(), budget // _SMALLEST_FIELD + 1))


def _field_sizes(fields: Mapping[str, JsonValue], budget: int) -> dict[str, int]:
    """Return the size of each field of an object that is too long; of those that are too long themselves, `budget` + 1.

    They are measured further and further, until one alone is longer than that: it is what makes the object too long,
    and is not measured here and again within it.
    """
    sizes: dict[str, int] = {}
    limit, longer = min(_GLANCE, budget), list(fields)
    while longer:
        sizes |= {name: _field_size(name, fields[name], limit) for name in longer}
        longer = [name for name in longer if sizes[name] > limit]
        if len(longer) == 1 or limit == budget or sum(sizes.values()) > _FAR_TOO_LONG * budget:
            break
        limit = min(2 * limit, budget)
    return sizes | dict.fromkeys(longer, budget + 1)


def _field_size(name: str, item: JsonValue, limit: int) -> int:
    return size_within(name, limit) + size_within(item, limit) + 2


def _fewer_fields(fields: Mapping[str, JsonValue], budget: int) -> tuple[dict[str, JsonValue], int]:
    """Return the first fields that are within a budget, and what they come to."""
    shown: dict[str, JsonValue] = {}
    used = 2
    for name, item in fields.items():
        size = _field_size(name, item, budget)
        if used + size > budget:
            break
        used += size
        shown[name] = item
    return shown, used


def _field_of(pointer: str, above: str) -> str:
    """Return the pointer of the field that a pointer below `above` goes through."""
    return f"{above}/{pointer[len(above) + 1 :].partition('/')[0]}"


def _left(pointer: str, unit: str, shown: int, left: int) -> dict[str, Any]:
    return {"pointer": pointer, "unit": unit, "shown": shown, "left": left}
