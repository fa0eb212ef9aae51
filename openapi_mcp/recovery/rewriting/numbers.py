"""Numbers in texts, every digit of them kept."""

import re
from decimal import Decimal
from fractions import Fraction

_LONGEST = 400  # characters; a double has 309 digits before its point
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_SIGN = r"(?P<sign>[+-]?)"
_GROUPED = (
    re.compile(rf"{_SIGN}(?P<whole>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+)(?:\.(?P<part>[0-9]+))?"),
    re.compile(rf"{_SIGN}(?P<whole>[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+),(?P<part>[0-9]+)"),
    re.compile(rf"{_SIGN}(?P<whole>[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}}){{2,}})(?P<part>)"),
    re.compile(rf"{_SIGN}(?P<whole>[1-9][0-9]{{0,2}}(?P<gap>[ '_\u00a0\u2009\u202f])[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*)"
               r"(?:[.,](?P<part>[0-9]+))?"),
    re.compile(rf"{_SIGN}(?P<whole>[0-9]+),(?P<part>[0-9]{{1,2}}|[0-9]{{4,}})"),
)  # fmt: skip
_ONE_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_ONE_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


def plain_number(text: str) -> Decimal | None:
    """Return the number that a text is, as programs write it: " 5.0 " -> 5.0, "1e3" -> 1000; None for another text."""
    text = text.strip()
    return Decimal(text) if len(text) <= _LONGEST and _PLAIN.fullmatch(text) else None


def grouped_number(text: str) -> str | None:
    """Return a number that people write without what divides its digits, every digit kept: "1,299.00" -> "1299.00".

    "1.299,00" -> "1299.00"; "1 299" -> "1299"; "12,5" -> "12.5"; None for another text. "1,299" is "1299" here:
    `is_ambiguous` says that it may be another number.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if plain_number(text) is not None:
        return text.removeprefix("+")
    found = next(filter(None, (form.fullmatch(text) for form in _GROUPED)), None)
    if found is None:
        return None
    whole = re.sub(r"[^0-9]", "", found["whole"])
    return found["sign"].replace("+", "") + whole + (f".{found['part']}" if found["part"] else "")


def is_ambiguous(text: str) -> bool:
    """True for a number whose comma may divide thousands, or stand before a fraction: "1,299"."""
    return _ONE_GROUP.fullmatch(text.strip()) is not None


def may_be_thousands(text: str) -> bool:
    """True for a number whose point people may mean to divide thousands: "1.500" in "1.500 kg"."""
    return _ONE_POINT.fullmatch(text.strip()) is not None


def as_json_number(number: Decimal | Fraction) -> int | float | None:
    """Return a number as JSON has it, None where that would be another one: nothing is rounded."""
    if isinstance(number, Decimal) and abs(number.adjusted()) > _LONGEST:
        return None
    exact = Fraction(number)
    if exact.denominator == 1:
        return exact.numerator
    try:
        value = float(exact)
    except OverflowError:
        return None
    return value if Fraction(Decimal(repr(value))) == exact else None
