"""The two ends of a range, "2026-01-01..2026-01-31", and the three parts of a date."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.index.entities import split
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.parts.part import Part, fitted, number_in
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.recovery.values import MISSING

_ENDS = (
    ("from", "to"), ("start", "end"), ("begin", "end"), ("since", "until"), ("after", "before"), ("min", "max"),
    ("minimum", "maximum"), ("gte", "lte"), ("first", "last"),
)  # fmt: skip
_RANGES = frozenset(("range", "period", "interval", "between", "window", "span"))
_TIMES = frozenset(("date", "time", "day", "at", "on"))  # say nothing of what a range of days is about
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{4,15}(?:Z|[+-][0-9:]{4,6})?)?")
_SEPARATORS = ("...", "..", " to ", " - ", " \u2013 ", " and ", "/")
_PARTS = {"year": (1, 1000), "month": (1, 12), "day": (1, 31)}  # from, and at least to
_OTHER_COUNT = re.compile(
    r"\b(?:zero|0|(?:two|2)[- ]digits?|last (?:two|2)|day of (?:the )?(?:week|year)|week-?day|since|fiscal)\b",
    re.IGNORECASE,
)
_LONGEST = 80  # characters


def spans(case: Case, level: Level) -> Iterator[Part]:
    """Yield what a range gives the two ends that the document has for it, where that is one pair."""
    pairs = list(_pairs(level))
    for source in level.given:
        ends = _ends_in(level.given[source])
        if ends is None:
            continue
        fitting = [
            (low, high) for low, high, about in pairs if source in (low, high) or _is_about(source, about, level)
        ]
        if len(fitting) == 1:
            yield from _part(case, level, source, fitting[0], ends)


def _pairs(level: Level) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield the declared pairs, and the words on what they are about: "min_price", "max_price" -> {"price"}."""
    by_words = {split(name): name for name in level.declared}
    for words, name in by_words.items():
        for low, high in _ENDS:
            if words.count(low) == 1 and words != ("first",):  # so many of the first items
                other = by_words.get(tuple(high if word == low else word for word in words))
                if other:
                    yield name, other, frozenset(words) - {low} - _TIMES


def _is_about(source: str, about: frozenset[str], level: Level) -> bool:
    words = frozenset(split(source))
    return source not in level.declared and words - _RANGES - _TIMES == about


def _ends_in(value: Any) -> tuple[Any, Any] | None:
    """Return the two ends of a range that are of one kind and in order."""
    match value:
        case str() if len(value) <= _LONGEST:
            found = _halves(value.strip())
        case [first, second]:
            found = (first, second)
        case Mapping() if len(value) == 2:
            found = _named(value)
        case _:
            found = None
    return found if found and _is_ordered(*found) else None


def _halves(text: str) -> tuple[str, str] | None:
    for separator in _SEPARATORS:
        parts = [each.strip() for each in text.split(separator)]
        if len(parts) == 2:
            is_interval = separator != "/" or all(_DAY.fullmatch(each) for each in parts)  # ISO 8601; not a fraction
            return (parts[0], parts[1]) if is_interval else None
    low, dash, high = text.partition("-")
    return (low, high) if dash and low.isdecimal() and high.isdecimal() else None


def _named(value: Mapping[str, Any]) -> tuple[Any, Any] | None:
    return next(((value[low], value[high]) for low, high in _ENDS if low in value and high in value), None)


def _is_ordered(first: Any, second: Any) -> bool:
    """True for two days of one form, or two numbers, of which the first is not the greater."""
    if isinstance(first, str) and isinstance(second, str):
        if _DAY.fullmatch(first) and _DAY.fullmatch(second):
            return len(first) == len(second) and first[19:] == second[19:] and first <= second
        low, high = number_in(first), number_in(second)
        return low is not None and high is not None and low <= high
    is_number = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (first, second))
    return is_number and first <= second


def _part(case: Case, level: Level, source: str, names: tuple[str, str], ends: tuple[Any, Any]) -> Iterator[Part]:
    values = {name: _taken(case, level, name, end) for name, end in zip(names, ends, strict=True)}
    if MISSING not in values.values():
        how = f'"{source}" held both ends: the first is "{names[0]}", the second "{names[1]}"'
        yield Part(source=source, values=values, how=how)


def _taken(case: Case, level: Level, name: str, end: Any) -> Any:
    if isinstance(end, str):
        return fitted(case, level, name, end)
    return end if takes(case, level, name, end) else MISSING


def dates(case: Case, level: Level) -> Iterator[Part]:
    """Yield year, month and day of an ISO date, where the document has all three: "birth_date" for "birth_year", ..."""
    for source in level.unknown:
        text, words = level.given[source], split(source)
        if not isinstance(text, str) or words[-1:] != ("date",) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            continue
        by_words = {split(name): name for name in level.declared}
        names = [by_words.get((*words[:-1], each)) for each in _PARTS]
        values = {
            name: _without_zeros(case, level, name, each)
            for name, each in zip(names, text.split("-"), strict=True)
            if name is not None
        }
        if (
            len(values) == 3
            and all(map(_is_part, _PARTS, map(level.declared.get, values)))
            and MISSING not in values.values()
        ):
            yield Part(source=source, values=values, how=f'"{source}" is given here by its year, month and day')


def _is_part(part: str, schema: Mapping[str, Any] | None) -> bool:
    """True for a field that counts years, months or days as ISO 8601 does: not for a month from 0 to 11."""
    schema = schema or {}
    least, most = _PARTS[part]
    said = " ".join(str(schema.get(word, "")) for word in ("title", "description"))
    has_bounds = schema.get("minimum", least) in (0, least) if part == "year" else schema.get("minimum", least) == least
    return has_bounds and schema.get("maximum", most) >= most and _OTHER_COUNT.search(said) is None


def _without_zeros(case: Case, level: Level, name: str, text: str) -> Any:
    found = fitted(case, level, name, text)
    return found if found is not MISSING else fitted(case, level, name, text.lstrip("0"))
