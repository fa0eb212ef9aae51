"""Units of numbers: which one a text has, which one a document speaks of, and exact steps from one to the other."""

import re
from collections.abc import Iterable
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
_SMALL_MONEY = re.compile(r"\bcents?\b|\bpence\b|\bpenn(?:y|ies)\b|\bminor units?\b|\bsmallest\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?P<sign>-?)(?P<unit>[^\d\s.,+'_-]{1,4}) ?(?P<number>[\d.][\d.,'_ \u00a0\u2009\u202f]*)", re.ASCII
)
_AFTER = re.compile(r"(?P<number>[+-]?[\d.][\d.,'_ \u00a0\u2009\u202f]*?) ?(?P<unit>[^\d\s.,+'_-]{1,12}?)\.?", re.ASCII)
_SAID = re.compile(
    r"(?:\b(?:in|as|of|unit:?|units:?)\s+(?:whole\s+|us\s+)?([a-z$%\u20ac\u00a3\u20b9]{1,12})"
    r"|[(\[]([a-z$%\u20ac\u00a3\u20b9]{1,12})[)\]])(?![\w/^])",
    re.IGNORECASE,
)
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
    unit = _UNITS.get(written.lower())
    is_before = found.re is _BEFORE
    return None if is_before and unit is not None and unit.kind != _MONEY else (number, unit, written)


def unit_asked(name: str, words: str) -> Unit | None:
    """Return the one unit that a field's name, or else what is said of it, speaks of; None for none, or for several.

    ("weight_kg", "") -> kg; ("weight", "Weight in grams.") -> g; money in other small units has none.
    """
    small = _SMALL_MONEY.search(words) or _SMALL_MONEY.search(name.replace("_", " "))
    if small is not None:
        return _CENTS if small[0].lower() in ("cent", "cents") else None
    parts = _NAME_PART.findall(name)
    by_name = _one(parts[-1:] if len(parts) > 1 else [])
    if by_name is not None:
        return by_name
    said = [group for found in _SAID.findall(words) for group in found if group]
    return _one([*said, *(["%"] if _PERCENT.search(words) else []), *(["%"] if "percent" in name.lower() else [])])


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
