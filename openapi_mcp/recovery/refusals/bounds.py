"""The bound that a sentence sets: "Ensure this value is less than or equal to 50." -> maximum, 50."""

import re
from typing import Any

_NUMBER = r"(-?\d{1,15}(?:[.,]\d{1,15})?)"
_FILLERS = (
    "is|are|of|be|value|allowed|length|size|page|results|number|count|to|permitted|supported|has|limit|items|characters"
)
_IS = rf"(?: (?:{_FILLERS})){{0,4}}"
_BEHIND = re.compile(
    r"[ -](?P<unit>char(?:acter)?s?|letters?|symbols?|items?|elements?|entries|values)\b", re.IGNORECASE
)
_LENGTH = re.compile(r"\b(?:length|characters?|chars?|letters|long|short(?:er)?|longer)\b", re.IGNORECASE)
_OF_ITEMS = re.compile(r"\b(?:items?|elements?|entries)\b", re.IGNORECASE)
_SIDE = r"(?: \((?:in|ex)clusive\))?"
_BETWEEN = re.compile(
    rf"\b(?:between|range(?: of)?|from)[ :]{{1,2}}\[?{_NUMBER}{_SIDE}(?: and | to |, ?| ?- ?|\.\.){_NUMBER}",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(rf"\bmultiple of {_NUMBER}", re.IGNORECASE)
_POSITIVE = re.compile(r"\bmust be (?:a )?(?:strictly )?positive\b|\bmust be greater than zero\b", re.IGNORECASE)


def _one(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words)}){_IS}[ :=(\"'`]{{0,3}}{_NUMBER}(?! (?:digits|decimal))", re.IGNORECASE)


_UNLIKE = r"(?:can ?not|can't|must not|may not|should not|not)"
_BOUNDS = (
    ("maximum", _one(
        r"(?:less|lower|smaller|shorter) than or equal(?: to)?", r"at most", r"no(?:t)? (?:more|greater|longer) than",
        rf"{_UNLIKE} (?:be|have) (?:greater|more|larger|longer|higher) than", rf"{_UNLIKE} exceed", r"\bmax(?:imum)?",
        r"<=", "\u2264", r"\bh\u00f6chstens",
        r"\bno (?:debe|puede) ser (?:mayor|superior) (?:que|a)",
        r"\bne (?:doit|peut) pas \u00eatre sup\u00e9rieur \u00e0",
        r"\bau plus", r"up to", r"exceeds?", r"upper limit",
    )),
    ("minimum", _one(
        r"(?:greater|more|larger|longer|higher) than or equal(?: to)?", r"at least", r"no(?:t)? (?:less|fewer) than",
        rf"{_UNLIKE} (?:be|have) (?:less|fewer|lower|smaller|shorter) than", r">=",
        "\u2265", r"\bmindestens", r"\bno (?:debe|puede) ser (?:menor|inferior) (?:que|a)",
        r"\bne (?:doit|peut) pas \u00eatre inf\u00e9rieur \u00e0", r"\bau moins", r"\bmin(?:imum)?", r"lower limit",
    )),
    ("exclusiveMaximum", _one(r"\b(?:less|lower|smaller|shorter|fewer) than", r"\bbelow", r"<")),
    ("exclusiveMinimum", _one(r"\b(?:greater|more|larger|longer|higher) than", r"\babove", r">")),
)  # fmt: skip


def bound_in(said: str, value: Any = None) -> tuple[str, Any] | None:
    """Return the rule and the number of a bound that a sentence sets, None where it sets none.

    "must be at least 3 characters" -> ("minLength", 3). Of two bounds, the one that `value` does not keep.
    """
    both = _BETWEEN.search(said)
    if both:
        return _of_range(said, both, value)
    multiple = _MULTIPLE.search(said)
    if multiple:
        return "multipleOf", _as_number(multiple[1])
    for name, pattern in _BOUNDS:
        found = pattern.search(said)
        if found:
            return _measured(name, _as_number(found[1]), _what(said, found.end(), value))
    return ("exclusiveMinimum", 0) if _POSITIVE.search(said) else None


def _measured(name: str, number: int | float, what: str) -> tuple[str, int | float]:
    """Return a bound as the rule that it is of: of the number itself, of a length, or of a count of items."""
    if not what:
        return name, number
    if name.startswith("exclusive"):  # "fewer than 5 items" allows 4
        name, number = name[9:].lower(), number - 1 if name == "exclusiveMaximum" else number + 1
    return name[:3] + what, number


def _what(said: str, end: int, value: Any) -> str:
    """Return "Length" or "Items" where a bound is of that, by the word behind its number, else by the sentence."""
    unit = _BEHIND.match(said, end)
    if unit:
        return "Items" if _OF_ITEMS.fullmatch(unit["unit"]) or unit["unit"].lower() == "values" else "Length"
    return "Length" if _LENGTH.search(said) and not isinstance(value, (int, float)) else ""


def _of_range(said: str, found: re.Match[str], value: Any) -> tuple[str, Any] | None:
    low, high = _as_number(found[1]), _as_number(found[2])
    what = _what(said, found.end(), value)
    size = len(value) if what and isinstance(value, (str, list)) else value
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return None
    name = "max" if size > high else "min" if size < low else ""
    return (name + (what or "imum"), high if name == "max" else low) if name else None


def _as_number(text: str) -> int | float:
    """Return a number as sentences write it: "50" -> 50, "0.5" -> 0.5, "1,000" -> 1000."""
    whole, comma, rest = text.partition(",")
    if comma and len(rest) == 3:
        return int(whole + rest)
    return float(text.replace(",", ".")) if "." in text or comma else int(text)
