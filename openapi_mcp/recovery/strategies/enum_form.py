"""One of the allowed values, written otherwise than the API writes it."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.rewriting.asked import fits, fits_document, name_of, schemas_of, types_of
from openapi_mcp.recovery.rewriting.folds import case_folded, separated
from openapi_mcp.recovery.rewriting.meant import MOST_VALUES, meant, values_of
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once

_RULES = frozenset(("enum", "const", "type", "alternatives", "invalid"))
_LONGEST = 300  # characters
_NEAR = 3
_SHOWN = 12  # allowed values


def enum_form(case: Case) -> Rewrite | Told | None:
    """Return the call with the allowed value that is meant: "Active" -> "active", "in progress" -> "IN_PROGRESS".

    Letter case, what divides words, accents, plural, or the document's own label for a value. Where two values are
    meant alike none is taken, and both are told; where none is, those that are written nearly so.
    """
    allowed = _allowed(case) if case.fault.rule in _RULES else []
    if not allowed:
        return None
    if isinstance(case.value, list):
        return _of_list(case, case.value, allowed)
    if not isinstance(case.value, str) or len(case.value) > _LONGEST or case.value in allowed:
        return None
    found = meant(case.value, allowed, schemas_of(case), name_of(case))
    if len(found) == 1 and fits(case, found[0]):
        return case.rewritten(found[0], _how(case.value, found[0]))
    near = found[:_NEAR] if len(found) > 1 else _near(case.value, allowed)
    return Told(near=tuple(near)) if near else None


def _how(given: str, value: Any) -> str:
    if isinstance(value, str) and separated(value) == separated(given):
        return f'the value is written "{value}"'
    return f'the value for "{given.strip()}" is {value!r}' if not isinstance(value, str) else f'the value is "{value}"'


def _allowed(case: Case) -> list[Any]:
    """Return the values that the API names, else those that the document does."""
    if case.fault.rule == "enum" and isinstance(case.fault.limit, (list, tuple)):
        return list(case.fault.limit)[:MOST_VALUES]
    return values_of(schemas_of(case))


def _near(given: str, allowed: Sequence[Any]) -> list[Any]:
    written = {case_folded(value): value for value in allowed if isinstance(value, str)}
    return [written[name] for name in get_close_matches(case_folded(given), written, n=_NEAR)]


def _told_of_list(case: Case, items: list[Any], allowed: Sequence[Any]) -> Told | None:
    """Say which values are allowed, to one who gave a list where one of them is asked for."""
    if case.fault.rule != "type" or "array" in types_of(case):
        return None
    near = tuple(_near(items[0], allowed)) if isinstance(items[0], str) else ()
    shown = one_line(", ".join(map(str, allowed[:_SHOWN])), 160) + (" or others" if len(allowed) > _SHOWN else "")
    return Told(near=near, hint=f'give "{case.fault.place}" as one value, not in a list: one of {shown}')


def _of_list(case: Case, items: list[Any], allowed: Sequence[Any]) -> Rewrite | Told | None:
    """Return the call with each item of an array as an allowed value, where each can mean one only."""
    found: list[Any] = []
    for item in items[:MOST_VALUES]:
        one = [item] if item in allowed else _meant(case, item, allowed)
        if len(one) != 1:
            return _told_of_list(case, items, allowed)
        found += one
    if not 0 < len(found) == len(items) or not fits_document(case, found):
        return None
    return case.rewritten(found, "the values are written as the API has them")


def _meant(case: Case, item: Any, allowed: Sequence[Any]) -> list[Any]:
    return meant(item, allowed, schemas_of(case), name_of(case)) if isinstance(item, str) else []


STRATEGY = Strategy(
    name="enum_form",
    rank=210,
    about="a value becomes the allowed one that differs in case, spaces, dashes, accents or plural, or has it as label",
    repair=at_once(enum_form),
)
