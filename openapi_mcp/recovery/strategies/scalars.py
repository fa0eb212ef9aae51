"""Numbers, booleans and texts that were given as one of the others."""

import math
from collections.abc import Iterator
from typing import Any

from openapi_mcp.recovery.rewriting.asked import fits, format_asked, schemas_of
from openapi_mcp.recovery.rewriting.certain import doubt, is_identifying
from openapi_mcp.recovery.rewriting.meant import values_of
from openapi_mcp.recovery.rewriting.numbers import as_json_number, plain_number
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once
from openapi_mcp.schema.formats import KNOWN, has_format

_RULES = frozenset(("type", "alternatives", "enum", "const"))
_MOST_BITS = 4_000  # of an integer that is written; Python writes 4,300 digits
_MOST_EXACT = 2**53  # up to which a double is one integer


def scalars(case: Case) -> Rewrite | Told | None:
    """Return the call with the number for "5", the boolean for "true", the text for 5, as is asked for."""
    if case.fault.rule not in _RULES or isinstance(case.value, (dict, list)):
        return None
    found = [(value, how) for value, how in readings(case.value) if fits(case, value) and _is_in_format(case, value)]
    if any(_is_number(value) for value, _ in found):  # "1" is a boolean only where it can be no number
        found = [(value, how) for value, how in found if _is_number(value)]
    if len(found) > 1:
        return Told(near=tuple(value for value, _ in found))
    return (_in_doubt(case, found[0][0]) or case.rewritten(*found[0])) if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _in_doubt(case: Case, value: Any) -> Told | None:
    """Return what else a value may say: "20.00" for cents may be 2000; a version 1.1 was 1.10, in part."""
    if isinstance(case.value, str):
        return doubt(case, case.value) if _is_number(value) else None
    if not _is_number(case.value):
        return None
    if isinstance(case.value, float) and is_identifying(case):
        return Told(hint=f'give "{case.fault.place}" as a text, in quotes: a number loses the zeros behind it')
    same = tuple(each for each in values_of(schemas_of(case)) if isinstance(each, str) and _says(each, case.value))
    return Told(near=same) if len(same) > 1 else None


def _says(text: str, number: float) -> bool:
    said = plain_number(text)
    return said is not None and as_json_number(said) == number


def readings(value: Any) -> Iterator[tuple[Any, str]]:
    """Yield what a value says in other types, each with how that is told: "5" -> 5; 5 -> "5"; 1 -> True."""
    match value:
        case str():
            yield from _of_text(value.strip())
        case bool():
            yield ("true" if value else "false"), "texts are given in quotes"
        case int() | float():
            yield from _of_number(value)


def _of_text(text: str) -> Iterator[tuple[Any, str]]:
    word = text.lower()
    number = plain_number(text)
    exact = as_json_number(number) if number is not None else None
    if exact is not None:
        yield exact, "numbers are given without quotes"
    if word in ("true", "false"):
        yield word == "true", "booleans are given as true or false, without quotes"
    if text in ("0", "1"):
        yield text == "1", "booleans are given as true or false"
    if word in ("null", ""):
        yield None, "nothing is given as null, without quotes"


def _of_number(value: float) -> Iterator[tuple[Any, str]]:
    if value in (0, 1):
        yield value == 1, "booleans are given as true or false"
    if isinstance(value, float) and abs(value) < _MOST_EXACT and value.is_integer():
        yield int(value), "whole numbers are given without a fraction"
    if (text := _written(value)) is not None:
        yield text, "texts are given in quotes"


def _written(value: float) -> str | None:
    """Return the digits of a number, None where they are too many, or none: NaN."""
    if isinstance(value, int):
        return str(value) if value.bit_length() < _MOST_BITS else None
    text = repr(value)
    return text if math.isfinite(value) and "e" not in text else None


def _is_in_format(case: Case, value: Any) -> bool:
    """True but for the text of a number that has not the format of the texts that are asked for, such as dates."""
    wanted = format_asked(case)
    return not isinstance(value, str) or wanted not in KNOWN or has_format(value, wanted)


STRATEGY = Strategy(
    name="scalars",
    rank=110,
    about='"5" becomes 5, "true" becomes true, 5 becomes "5", where the schema asks for that type',
    repair=at_once(scalars),
)
