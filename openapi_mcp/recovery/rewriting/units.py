"""Units of numbers: which one a text has, which one a document speaks of, and exact steps from one to the other."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

_LONGEST = 60  # characters of a value with its unit
_MASS, _LENGTH, _TIME, _MONEY, _SHARE = "mass", "length", "time", "money", "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: what it measures, its own name, and how many of the smallest it is. Money is of its own currency."""

    kind: str
    name: str
    size: Fraction


_STEPS = {
    _MASS: (("mg", 1, "milligram milligrams"), ("g", 1_000, "gram grams gramme grammes"),
            ("kg", 1_000_000, "kgs kilogram kilograms kilo kilos")),
    _LENGTH: (("mm", 1, "millimeter millimeters millimetre millimetres"), ("m", 1_000, "meter meters metre metres"),
              ("cm", 10, "centimeter centimeters centimetre centimetres"),
              ("km", 1_000_000, "kilometer kilometers kilometre kilometres")),
    _TIME: (("ms", 1, "millis millisecond milliseconds"), ("s", 1_000, "sec secs second seconds"),
            ("min", 60_000, "mins minute minutes"), ("h", 3_600_000, "hr hrs hour hours")),
    _SHARE: (("%", 1, "percent percentage pct"),),
}  # fmt: skip
_CURRENCIES = {
    "usd": "us$", "eur": "\u20ac euro euros", "gbp": "\u00a3", "jpy": "yen", "chf": "", "inr": "\u20b9", "cad": "ca$",
    "aud": "au$", "sek": "", "nok": "", "dkk": "", "pln": "", "czk": "", "brl": "r$", "cny": "", "mxn": "",
}  # fmt: skip


_CENTS = Unit(kind=_MONEY, name="cents", size=Fraction(1))  # never reckoned over: of which currency is not said


def _known() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for kind, steps in _STEPS.items():
        for name, size, others in steps:
            unit = Unit(kind=kind, name=name, size=Fraction(size))
            units |= dict.fromkeys((name, *others.split()), unit)
    for code, others in _CURRENCIES.items():
        money = Unit(kind=_MONEY, name=code.upper(), size=Fraction(1))
        units |= dict.fromkeys((code, *others.split()), money)
    dollar = Unit(kind=_MONEY, name="$", size=Fraction(1))  # of one of several countries
    return units | dict.fromkeys(("$", "dollar", "dollars"), dollar) | dict.fromkeys(("cent", "cents"), _CENTS)


_UNITS = _known()
MILLISECOND = _UNITS["ms"]
_NOT_SAID_SO = frozenset(("M", "MM", "MG", "Mg", "MS", "Ms", "G", "S", "H"))  # millions, mega, giga, siemens, henry
_SMALL_MONEY = re.compile(
    r"\b(?:cents?|pence|penn(?:y|ies)|minor units?|smallest (?:\w{1,20} ){0,2}(?:unit|denomination))\b", re.IGNORECASE
)
_SAYS_CENTS = re.compile(r"\bcents?\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BEFORE = re.compile(
    r"(?P<sign>-?)(?P<unit>[^\d\s.,+'_-]{1,4}) ?(?P<number>[\d.][\d.,'_ \u00a0\u2009\u202f]*)", re.ASCII
)
_AFTER = re.compile(r"(?P<number>[+-]?[\d.][\d.,'_ \u00a0\u2009\u202f]*?) ?(?P<unit>[^\d\s.,+'_-]{1,12}?)\.?", re.ASCII)
_SAID = re.compile(
    r"(?:\b(?:in|as|of|unit:?|units:?)\s+(?:whole\s+|us\s+)?([a-z$%\u20ac\u00a3\u20b9]{1,12})"
    r"|[(\[]([a-z$%\u20ac\u00a3\u20b9]{1,12})[)\]])(?![\w/^])",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"(?<![\w/])(?<!per )(?<!a )(?:((?:in|or|and) |[(\[])|)([a-z]+|[$%\u20ac\u00a3\u20b9])(?![\w^])", re.IGNORECASE
)
"""A word, and what before it says that even a letter is a unit."""
_NOT_OF_ONE = re.compile(
    r"\b(?:thousands?|millions?|billions?|hundreds?|dozens?|tens|tenths?|hundredths?|thousandths?|multiples"
    r"|units of)\b",
    re.IGNORECASE,
)  # what the unit that follows is counted by
_FRACTION = re.compile(
    r"\b(?:fraction|ratio|basis points?|bps)\b|\b0(?:\.0+)? ?(?:-|\u2013|\.\.+|to|and|\u2026) ?1(?:\.0+)?\b(?!\.?[0-9])"
    r"|(?<![0-9.])0\.[0-9]+",
    re.IGNORECASE,
)  # a share of one, not of a hundred
_PER = re.compile(r"\s*(?:per\b|a\b|squared|cubed|[\u00b2\u00b3])")
_PERCENT = re.compile(r"\bpercent(?:age)?\b", re.IGNORECASE)
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[%]")


def split_unit(text: str) -> tuple[str, Unit | None, str] | None:
    """Return the number of a text, its unit and how that is written: "2.5 km" -> ("2.5", km, "km"); None for others.

    The unit is None where it is not known here; "$" is that of several countries.
    """
    plain = text.strip()
    if len(plain) > _LONGEST:
        return None
    found = _BEFORE.fullmatch(plain) or _AFTER.fullmatch(plain)
    if found is None:
        return None
    number = (
        found.groupdict().get("sign", "") + found["number"].strip() if "sign" in found.groupdict() else found["number"]
    )
    written = found["unit"]
    unit = None if written in _NOT_SAID_SO else _UNITS.get(written.lower())
    is_before = found.re is _BEFORE
    return None if is_before and unit is not None and unit.kind != _MONEY else (number, unit, written)


def unit_asked(name: str, words: str) -> Unit | None:
    """Return the one unit that a field's name, or else what is said of it, speaks of; None for none, or for several.

    ("weight_kg", "") -> kg; ("weight", "Weight in grams.") -> g; money in other small units has none.
    """
    if is_small_money(name, words):
        return _CENTS if _SAYS_CENTS.search(f"{words} {name.replace('_', ' ')} {_CAMEL.sub(' ', name)}") else None
    parts = _NAME_PART.findall(name)
    own = [part for part in parts[-1:] if len(parts) > 1 and part.lower() != "min"]  # a "price_min" is the least
    if _NOT_OF_ONE.search(words) or len(_all_units(words)) > 1:
        return None
    units = [_one(own), *_said_units(words), _one(["%"] if "percent" in name.lower() else [])]
    found = {unit.name: unit for unit in units if unit is not None}
    unit = next(iter(found.values())) if len(found) == 1 else None
    return None if unit is not None and unit.kind == _SHARE and _FRACTION.search(words) else unit


def _said_units(words: str) -> Iterator[Unit | None]:
    """Yield the units that words speak of, those per another unit left out."""
    for found in _SAID.finditer(words):
        if not _PER.match(words[found.end() :]):
            yield _one([found[1] or found[2]])
    if _PERCENT.search(words):
        yield _UNITS["%"]


def _all_units(words: str) -> set[str]:
    """Return the name of every unit that words have anywhere: "in m (walking) or km" -> {"m", "km"}; not "min. 5"."""
    found = (_UNITS.get(each[2].lower()) for each in _WORD.finditer(words) if each[1] or _is_plain_unit(each[2]))
    return {"USD" if unit.name == "$" else unit.name for unit in found if unit is not None}


def _is_plain_unit(word: str) -> bool:
    return word.lower() != "min" and (len(word) > 1 or not word.isalpha())


def is_small_money(name: str, words: str) -> bool:
    """True where a field's name, or what is said of it, speaks of cents, pence or the smallest unit of a currency."""
    return any(_SMALL_MONEY.search(text) for text in (words, name.replace("_", " "), _CAMEL.sub(" ", name)))


def _one(words: Iterable[str]) -> Unit | None:
    units = {unit.name: unit for word in words if (unit := _UNITS.get(word.lower())) is not None}
    return next(iter(units.values())) if len(units) == 1 else None


def in_unit(number: Fraction, given: Unit, wanted: Unit) -> Fraction | None:
    """Return a number in another unit of the same kind: (2.5, km, m) -> 2500; None for another kind or currency.

    A "$" is one of the dollars that are asked for.
    """
    if given.kind != wanted.kind:
        return None
    if given.kind == _MONEY:
        is_dollar = given.name == "$" and wanted.name == "USD"
        return number if given.name == wanted.name or is_dollar else None
    return number * given.size / wanted.size
