"""Numbers as people write them: with their thousands divided, and with a unit."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.rewriting.asked import fits, name_of, schemas_of, types_of, words_of
from openapi_mcp.recovery.rewriting.certain import doubt
from openapi_mcp.recovery.rewriting.lasting import milliseconds_in
from openapi_mcp.recovery.rewriting.numbers import (
    as_json_number,
    grouped_number,
    is_ambiguous,
    may_be_thousands,
    plain_number,
)
from openapi_mcp.recovery.rewriting.units import MILLISECOND, Unit, in_unit, is_small_money, split_unit, unit_asked
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once

_RULES = frozenset(("type", "pattern", "format", "invalid"))
_NUMBERS = frozenset(("integer", "number"))
_CURRENCY = "currency"


def number_form(case: Case) -> Rewrite | Told | None:
    """Return the call with a plain number: "1,299.00" -> 1299, "5 kg" -> 5 where the document says kg.

    A unit is left out only where the document says which one it takes, or is reckoned over where that is exact.
    """
    text = case.value
    is_asked = case.fault.rule == "type" or "decimal" in words_of(case).lower() or _is_decimal(case)
    if case.fault.rule not in _RULES or not isinstance(text, str) or not is_asked or not _takes_numbers(case):
        return None
    if grouped_number(text) is not None:
        return _plain(case, text)
    if (lasting := milliseconds_in(text)) is not None:
        return _lasting(case, lasting)
    found = split_unit(text)
    if found is None or grouped_number(found[0]) is None:
        return None
    return _without_unit(case, *found)


def _takes_numbers(case: Case) -> bool:
    return bool(_NUMBERS & types_of(case)) or _is_decimal(case)


def _is_decimal(case: Case) -> bool:
    """True for a number that is written as text, as money is."""
    texts = [each for each in schemas_of(case) if each.get("type") == "string"]
    return any(each.get("format") in ("decimal", "money") or _is_digits(each) for each in texts)


def _is_digits(schema: Any) -> bool:
    pattern = schema.get("pattern")
    return (
        isinstance(pattern, str) and pattern.startswith((r"^-?\d", r"^\d", "^[0-9]", "^-?[0-9]")) and r"\." in pattern
    )


def _plain(case: Case, text: str) -> Rewrite | Told | None:
    """Return the call with a number without what divides its digits, where that is one number only."""
    if plain_number(text) is not None:
        return None  # that it is a text is all that is wrong with it: scalars
    if is_ambiguous(text) and types_of(case) != {"integer"}:
        return _two_numbers(text)
    digits = grouped_number(text) or ""
    return _certain(case, text, _written(case, Fraction(Decimal(digits)), digits, "divided"))


def _certain(case: Case, text: str, found: Rewrite | None) -> Rewrite | Told | None:
    """Return a repair, but for a text that may be another number: one with cents, an id."""
    return (doubt(case, text) or found) if found is not None else None


def _lasting(case: Case, milliseconds: Fraction) -> Rewrite | Told | None:
    """Return the call with how long something lasts in the unit that the document says: "PT2H30M" -> 150 minutes."""
    wanted = unit_asked(name_of(case), words_of(case))
    number = in_unit(milliseconds, MILLISECOND, wanted) if wanted is not None else None
    if number is None or wanted is None:
        return Told(hint=f'give "{case.fault.place}" as a number{_quoted(case)}')
    return _written(case, number, _digits(number), f"in {wanted.name}")


def _two_numbers(text: str) -> Told:
    near = (re.sub("[.,]", "", text.strip()), text.strip().replace(",", "."))
    return Told(near=near, hint=f'"{one_line(text, 40)}" can be read as two numbers: write it in digits alone')


def _without_unit(case: Case, digits: str, unit: Unit | None, said: str) -> Rewrite | Told | None:
    """Return the call with a number in the unit that the document speaks of."""
    wanted = unit_asked(name_of(case), words_of(case)) or _currency_beside(case)
    if (is_ambiguous(digits) and types_of(case) != {"integer"}) or may_be_thousands(digits):
        return _two_numbers(digits)
    number = Fraction(Decimal(grouped_number(digits) or "0"))
    inner = in_unit(number, unit, wanted) if unit is not None and wanted is not None else None
    if inner is None or wanted is None:
        takes = f", in {wanted.name}" if wanted is not None else _quoted(case)
        return Told(hint=f'give "{case.fault.place}" as a number{takes}: "{one_line(said, 20)}" is not taken off')
    same = grouped_number(digits) if inner == number else None
    found = _written(case, inner, same or _digits(inner), f"in {wanted.name}")
    return _certain(case, digits, found) if same else found


def _quoted(case: Case) -> str:
    """Return what the document says of a field, which may be a unit that is not known here: "in miles"."""
    said = one_line(words_of(case), 80)
    return f' (the document says "{said}")' if said else ""


def _digits(number: Fraction) -> str:
    """Return a number in digits, "" where they have no end."""
    value = as_json_number(number)
    return "" if value is None or "e" in str(value) else str(value)


def _written(case: Case, number: Fraction, digits: str, how: str) -> Rewrite | None:
    said = "numbers are given plainly, without what divides their digits" if how == "divided" else ""
    said = said or f"numbers are given plainly, {how}"
    for value in (as_json_number(number), digits):
        if value not in (None, "") and fits(case, value):
            return case.rewritten(value, said)
    return None


def _currency_beside(case: Case) -> Unit | None:
    """Return the currency that the call names beside an amount: {"amount": "38 EUR", "currency": "EUR"}.

    Not where the amount may be in cents of it.
    """
    if is_small_money(name_of(case), words_of(case)):
        return None
    beside = case.call.arguments.get(_CURRENCY) if len(case.fault.path) == 1 else None
    return unit_asked("", f"in {beside}") if isinstance(beside, str) and len(beside) == 3 else None


STRATEGY = Strategy(
    name="number_form",
    rank=230,
    about="a number loses what divides its thousands, and a unit that the document says, or an exact step from it",
    repair=at_once(number_form),
)
