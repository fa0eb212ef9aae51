"""Days and times in texts, as people and programs write them; what can be read in two ways is read in both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_LONGEST = 80  # characters
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAME = r"(?P<month>[a-z]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_NAMED = (
    re.compile(rf"{_DAY}(?: of)?[ -]{_NAME},?[ -]{_YEAR}", re.ASCII),
    re.compile(rf"{_NAME} {_DAY},? {_YEAR}", re.ASCII),
    re.compile(rf"{_YEAR}[ -]{_NAME}[ -]{_DAY}", re.ASCII),
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_WEEKDAY = re.compile(r"([a-z]{3,9})\.?,? ")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d{1,9})?)?)?"
    r" ?(?P<half>[ap]\.?m\.?)? ?(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.ASCII,
)
_BASIC_CLOCK = re.compile(r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<zone>z|[+-]\d{4})?", re.ASCII)
_TIME_AFTER = re.compile(r"(?:t|,? (?:at )?)(?=\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day, a time of day, or both. `time` is "14:30:00" with its fraction as given; `zone` "Z", "+02:00" or ""."""

    day: date | None = None
    time: str = ""
    zone: str = ""

    @property
    def is_midnight(self) -> bool:
        """True for the first instant of a day in no zone, or in UTC: a day says as much."""
        return re.fullmatch(r"00:00:00(\.0+)?", self.time) is not None and self.zone in ("", "Z", "+00:00", "-00:00")


def moments_in(text: str) -> list[Moment]:
    """Return what a text says of a day, a time or both: one, two where day and month may be either; none for others.

    "Nov 21st, 2026 2:30 pm UTC" -> [2026-11-21 14:30:00 Z]; "03/04/2026" -> [2026-04-03, 2026-03-04]
    """
    plain = " ".join(text.lower().split())
    if len(text) > _LONGEST:
        return []
    if (clock := _time(plain)) is not None and (":" in plain or "m" in plain):
        return [clock]
    weekday, plain = _without_weekday(plain)
    found = [moment for day, rest in _days(plain) if (moment := _with_time(day, rest)) is not None]
    is_that_day = [each for each in found if weekday is None or (each.day and each.day.weekday() == weekday)]
    return list(dict.fromkeys(is_that_day))


def _without_weekday(text: str) -> tuple[int | None, str]:
    found = _WEEKDAY.match(text)
    named = [number for number, day in enumerate(_DAYS) if found and found[1] in (day, day[:3])]
    return (named[0], text[found.end() :]) if found and named else (None, text)


def _days(text: str) -> Iterator[tuple[date, str]]:
    """Yield each day that a text can begin with, and what follows it."""
    for form in _NAMED:
        if found := form.match(text):
            yield from _day(int(found["year"]), _month(found["month"]), int(found["day"]), text[found.end() :])
    if found := _YEAR_FIRST.match(text):
        year, month, day = (found[1], found[3], found[4]) if found[1] else (found[5], found[6], found[7])
        yield from _day(int(year), int(month), int(day), text[found.end() :])
    if found := _YEAR_LAST.match(text):
        one, other, year = int(found[1]), int(found[3]), int(found[4])
        yield from _day(year, other, one, text[found.end() :])
        yield from _day(year, one, other, text[found.end() :])


def _month(name: str) -> int:
    """Return the number of a month by its English name, 0 for another word."""
    if name in _MONTH_NAMES:
        return _MONTH_NAMES.index(name) + 1
    return _MONTHS.index(name) + 1 if name in _MONTHS else 9 * (name == "sept")


def _day(year: int, month: int, day: int, rest: str) -> Iterator[tuple[date, str]]:
    try:
        yield date(year, month, day), rest
    except ValueError:
        return


def _with_time(day: date, rest: str) -> Moment | None:
    """Return a day with the time that follows it, None where something else does."""
    if not rest:
        return Moment(day=day)
    found = _TIME_AFTER.match(rest)
    clock = _time(rest[found.end() :]) if found else None
    return Moment(day=day, time=clock.time, zone=clock.zone) if clock else None


def _time(text: str) -> Moment | None:
    """Return a time of day: "2:30 pm" -> 14:30:00, "14:30+02" -> 14:30:00 +02:00; an hour alone only with am or pm."""
    found = _BASIC_CLOCK.fullmatch(text) or _CLOCK.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    half = (parts.get("half") or "")[:1]
    hour = _hour(int(parts["hour"]), half)
    is_time = (parts["minute"] or half) and hour < 24 and int(parts["minute"] or 0) < 60 > int(parts["second"] or 0)
    if not is_time or not _is_zone(parts["zone"] or ""):
        return None
    time = f"{hour:02}:{parts['minute'] or '00'}:{parts['second'] or '00'}{parts.get('fraction') or ''}"
    return Moment(time=time, zone=_zone(parts["zone"] or ""))


def _hour(hour: int, half: str) -> int:
    """Return the hour of the day; 24, which is none, where there is no such hour in a half of it."""
    if not half:
        return hour
    return hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 24


def _is_zone(text: str) -> bool:
    """True for no zone, or one that there is: up to 14 hours from UTC."""
    digits = re.sub("[^0-9]", "", text).ljust(4, "0")
    return int(digits) <= 1400 and int(digits[2:]) < 60


def _zone(text: str) -> str:
    if text in ("z", "utc", "gmt"):
        return "Z"
    return f"{text[:3]}:{text[3:].removeprefix(':') or '00'}" if text else ""
