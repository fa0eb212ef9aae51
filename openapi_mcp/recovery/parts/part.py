"""A part of one argument that is another one, and its value as the document's schema has it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.recovery.values import MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the argument `source` contains: `values` of others, and of itself where only a part of it is its own.

    An unknown source is taken out; a declared one is kept where `values` do not rewrite it.
    """

    source: str
    values: Mapping[str, Any]
    how: str


Finder = Callable[[Case, Level], Iterator[Part]]
"""Yields what the arguments of a call contain, in one form of it."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_MOST_DIGITS = 15  # that a float carries without loss


def fitted(case: Case, level: Level, name: str, text: str) -> Any:
    """Return a text as a field takes it, as it is or as the number that it writes; MISSING where it does not."""
    if takes(case, level, name, text):
        return text
    number = number_in(text)
    if isinstance(number, float) and number.is_integer() and level.declared[name].get("type") == "integer":
        return MISSING  # "14.000" may be fourteen thousand
    return number if number is not None and takes(case, level, name, number) else MISSING


def number_in(text: str) -> int | float | None:
    """Return the number that a text writes: "17" -> 17, "-8.61" -> -8.61; None for "017" and what loses digits."""
    if len(text) > _MOST_DIGITS + 2 or not _NUMBER.fullmatch(text):
        return None
    if sum(each.isdigit() for each in text) > _MOST_DIGITS:
        return None
    return float(text) if "." in text else int(text)


def all_fitted(case: Case, level: Level, texts: Mapping[str, str]) -> dict[str, Any] | None:
    """Return texts as their fields take them, None where one of them does not."""
    values = {name: fitted(case, level, name, text) for name, text in texts.items()}
    return None if MISSING in values.values() else values
