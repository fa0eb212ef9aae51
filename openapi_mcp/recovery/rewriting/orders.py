"""How a list is to be sorted: "-price", "price desc" and "price:desc" say the same."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_mcp.recovery.rewriting.folds import unaccented

_WAYS = {"asc": "+", "ascending": "+", "desc": "-", "descending": "-"}
_WAY = re.compile(r"(?:^|[\s_:.,-])(asc|ascending|desc|descending)$", re.IGNORECASE)
_SIGN = re.compile(r"([+-])(?=[A-Za-z])")
_SORTING = re.compile(r"\b(?:sort(?:ed|ing|s)?|order(?:ed|ing|s)? by|ordering)\b", re.IGNORECASE)
_NAME = re.compile(r"sort|order", re.IGNORECASE)
_MOST = 200  # allowed values

_Order = tuple[str, str]
"""What is sorted by, and "+", "-", or "" where that is not said."""


def sorted_alike(given: str, allowed: Sequence[Any], schemas: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return the allowed values that sort by the same, in the same direction: ("price desc", ["-price"]) -> ["-price"].

    Where an allowed value has no direction, it is the way up only beside another one that is the way down.
    """
    wanted = _order(given)
    if not wanted[1] or len(allowed) > _MOST or (wanted[0] and not (_is_said(schemas) or _NAME.search(name))):
        return []
    orders = [(each, _order(each)) for each in allowed if isinstance(each, str)]
    ways = {way for _, (what, way) in orders if what == wanted[0]}
    has_signs = any(each.startswith("-") for each, _ in orders) or _is_said(schemas)
    is_sorting = {"+", "-"} <= ways or (has_signs and ("-" in ways or "" not in ways))
    found = [each for each, (what, way) in orders if what == wanted[0] and (way or "+") == wanted[1]]
    return found if is_sorting else []


def _order(text: str) -> _Order:
    """Return what a text sorts by, and in which direction: "-price" -> ("price", "-"); "price" -> ("price", "")."""
    plain = text.strip()
    sign, way = _SIGN.match(plain), _WAY.search(plain)
    if sign and way:
        return plain, ""
    if sign:
        return unaccented(plain[1:]), sign[1]
    return (unaccented(plain[: way.start()]), _WAYS[way[1].lower()]) if way else (unaccented(plain), "")


def _is_said(schemas: Sequence[Mapping[str, Any]]) -> bool:
    texts = (each.get(word) for each in schemas for word in ("title", "description"))
    return any(isinstance(text, str) and _SORTING.search(text[:2_000]) for text in texts)
