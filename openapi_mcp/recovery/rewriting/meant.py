"""Which of the allowed values a text can mean."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openapi_mcp.recovery.naming.typos import distance
from openapi_mcp.recovery.rewriting.folds import FOLDS, case_folded, has_two_is, is_plural, is_plural_pair
from openapi_mcp.recovery.rewriting.labels import labels_of
from openapi_mcp.recovery.rewriting.orders import sorted_alike

MOST_VALUES = 2_000  # allowed ones of one place that are looked at


def values_of(schemas: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the values that the schemas of a place list: [{"enum": [1, 2]}, {"const": 3}] -> [1, 2, 3]."""
    listed: list[Any] = []
    for schema in schemas:
        values = schema.get("enum")
        listed += values[:MOST_VALUES] if isinstance(values, list) else []
        listed += [schema["const"]] if "const" in schema else []
    return different(listed)[:MOST_VALUES]


def different(values: Iterable[Any]) -> list[Any]:
    """Return values once each; 1 and true are two."""
    return list({(type(value), str(value)): value for value in values}.values())


def meant(given: str, allowed: Sequence[Any], schemas: Sequence[Mapping[str, Any]], name: str = "") -> list[Any]:
    """Return the allowed values that a text can mean: by the strictest fold under which there is any.

    ("In progress", ["in_progress", "done"], []) -> ["in_progress"]; the schemas have the labels of the values.
    `name` is that of the argument.
    """
    named = [(value, value) for value in allowed if isinstance(value, str)]
    named += [(label, value) for label, value in labels_of(schemas, allowed)]
    if "i" in given.casefold() + "i" * has_two_is(given) and any(
        map(has_two_is, (given, *(each for each, _ in named)))
    ):
        return []
    for fold in FOLDS:
        wanted = fold(given)
        found = different(value for name, value in named if wanted and fold(name) == wanted)
        if found:
            return found
    return _in_number(given, named) or sorted_alike(given, allowed, schemas, name)


def _in_number(given: str, named: Sequence[tuple[str, Any]]) -> list[Any]:
    """Return the values of which one text is the plural, where no other is spelled as nearly, or in its number."""
    names = [name for name, _ in named if is_plural_pair(given, name)]
    others = [name for name, _ in named if name not in names]
    if any(is_plural(given) == is_plural(name) for name in others):
        return []
    if any(distance(case_folded(given), case_folded(name)) <= 1 for name in others):
        return []
    return different(value for name, value in named if name in names)
