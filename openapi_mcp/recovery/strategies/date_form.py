"""Days and times in another form than the one that is asked for."""

import re
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.rewriting.asked import fits_document, format_asked, schemas_of, words_of
from openapi_mcp.recovery.rewriting.dated import Target, epoch_named, is_epoch, target_named, written
from openapi_mcp.recovery.rewriting.moments import Moment, moments_in
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once
from openapi_mcp.schema.formats import has_format

_RULES = frozenset(("format", "pattern", "type", "invalid"))
_FORMATS = frozenset(("date", "date-time", "time"))
_YEAR_FIRST = re.compile(r"\^?\(*(?:\\d|\[0-9\])\{4\}|\^?\(*(?:19|20)")
_DURATION = re.compile(r"\b(?:iso|rfc)[- ]?(?:8601|3339) (?:time )?duration", re.IGNORECASE)
_A_DURATION = "an ISO 8601 duration, such as PT2H30M"
_ONE_DIGIT = re.compile(r"(?:.*[\s,T])?[1-9]:[0-5][0-9](?: ?(?:[zZ]|[+-]\d\d:?\d\d))?")
_LONGEST = 80  # characters
_MOST_DIGITS = 99_999_999  # a day as a number: 20261121


def date_form(case: Case) -> Rewrite | Told | None:
    """Return the call with a day or time in the form that is asked for: "21 Nov 2026" -> "2026-11-21".

    What can be read as two days is left, and both are told; nothing is made up that was not said, such as a zone, and
    nothing dropped, such as a time of day.
    """
    if case.fault.rule not in _RULES:
        return None
    text = _as_text(case.value)
    if _is_for_duration(case):
        return _as_duration(case, text)
    target = _target(case) if text else None
    if target is None and case.fault.rule == "type" and moments_in(text) and is_epoch(words_of(case)):
        return Told(hint=f'write "{case.fault.place}" as a timestamp: of seconds, or milliseconds, is not said')
    if target is None or _is_shown(case, text):
        return None
    if _ONE_DIGIT.fullmatch(text.strip()[:_LONGEST]):
        how = f'write "{case.fault.place}" as {target.said}'
        return Told(hint=f'"{one_line(text, 60)}" can be read as morning or afternoon: {how}')
    found = [(moment, written(moment, target)) for moment in moments_in(text)]
    fitting = [value for _, value in found if value is not None and fits_document(case, value)]
    if len(found) > 1:
        hint = f'"{one_line(text, 60)}" can be read as two days: write it as {target.said}'
        return Told(near=tuple(fitting), hint=hint)
    if fitting:
        return case.rewritten(fitting[0], f"{'times' if target.name == 'time' else 'dates'} are written {target.said}")
    return _lacking(case, text, found[0][0], target) if found and found[0][1] is None else _unread(case, text, target)


def _is_for_duration(case: Case) -> bool:
    """True where the document, or the API, asks how long something lasts."""
    asked = format_asked(case)
    return asked == "duration" or (asked not in _FORMATS and _DURATION.search(words_of(case)) is not None)


def _as_duration(case: Case, text: str) -> Told | None:
    """Say how durations are written: which of hours, minutes and seconds "2:30" are, only a caller knows."""
    is_one = text.startswith("P") or case.fault.rule in ("type", "invalid")
    return None if is_one or not text else Told(hint=f'write "{case.fault.place}" as {_A_DURATION}')


def _as_text(value: Any) -> str:
    is_day = isinstance(value, int) and 10_000_000 < value <= _MOST_DIGITS
    return str(value) if is_day else value if isinstance(value, str) else ""


def _target(case: Case) -> Target | None:
    """Return how the API writes days and times there: as it says, as the format has it, or as the pattern does."""
    shown = target_named(case.fault.said) if case.was_sent else None
    if shown is not None and shown.pattern:  # the API's own words show it, whatever format they are taken for
        return shown
    asked = format_asked(case)
    if (case.fault.rule == "format" and asked) or asked in _FORMATS:
        return target_named(asked)
    words = words_of(case)
    if case.fault.rule == "type":
        return epoch_named(words)
    if case.fault.rule == "pattern":
        patterns = [each["pattern"] for each in schemas_of(case) if isinstance(each.get("pattern"), str)]
        return Target(name="iso") if any(_YEAR_FIRST.match(pattern) for pattern in patterns) else None
    return target_named(words)


def _is_shown(case: Case, text: str) -> bool:
    """True where the document shows a value of the very form that was given, whatever it calls that form."""
    form = re.sub("[0-9]", "9", text)
    return not case.was_sent and len(form) > 6 and form in re.sub("[0-9]", "9", words_of(case))


def _lacking(case: Case, text: str, moment: Moment, target: Target) -> Told:
    field, given = case.fault.place, one_line(text, 60)
    if target.name in ("date-time", "seconds", "milliseconds", "iso") and not moment.zone:
        lacks = "a zone" if moment.time else "a time of day and a zone"
        return Told(hint=f'"{field}" is {given}, without {lacks}: write it as {target.said}')
    return Told(hint=f'"{field}" is {given}, which says more or less than is asked for: write it as {target.said}')


def _unread(case: Case, text: str, target: Target) -> Told | None:
    """Say how days and times are written, to one who gave words for them: "tomorrow"."""
    if case.fault.rule != "format" or (target.name in _FORMATS and has_format(text, target.name)):
        return None
    return Told(hint=f'write "{case.fault.place}" as {target.said}')


STRATEGY = Strategy(
    name="date_form",
    rank=220,
    about="a day or time that can be read in one way only is written in the form that is asked for",
    repair=at_once(date_form),
)
