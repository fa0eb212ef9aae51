"""A moment as an API wants it written."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from openapi_mcp.recovery.rewriting.moments import Moment

_PATTERN = re.compile(
    r"(?:YYYY|DD?|MM?)(?P<sep>[-/.])(?:MM?|DD?)(?P=sep)(?:YYYY|DD)(?:(?P<gap>T|\s)(?:hh|HH):(?:mm|MM)(?::(?:ss|SS))?)?"
)
_BARE = re.compile(r"\bYYYYMMDD\b")
_STRFTIME = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "HH", "%M": "mm", "%S": "ss"}
_LONGEST = 400  # characters of a pattern
_NAMED = {"date": "date", "date-time": "date-time", "datetime": "date-time", "time": "time"}
_ISO = re.compile(r"iso[- ]?8601|rfc[- ]?3339", re.IGNORECASE)
_MILLI = re.compile(r"milli|\bms\b", re.IGNORECASE)
_SECOND = re.compile(r"\b(?:seconds?|secs?)\b", re.IGNORECASE)
_EPOCH = re.compile(r"\b(?:epoch|unix (?:time|timestamp))\b|\b(?:milli)?seconds since\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How a moment is written: by the name of a format, or by a pattern: "DD.MM.YYYY"; and that in words."""

    name: str
    pattern: str = ""

    @property
    def said(self) -> str:
        """How it is written, for people."""
        return self.pattern or _SAID[self.name]


_SAID = {
    "date": "YYYY-MM-DD",
    "date-time": "YYYY-MM-DDThh:mm:ss with a zone: Z or +hh:mm",
    "time": "hh:mm:ss, with Z or +hh:mm behind it where a zone is meant",
    "iso": "YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with a zone",
    "seconds": "seconds since 1970",
    "milliseconds": "milliseconds since 1970",
}


def target_named(text: str) -> Target | None:
    """Return how moments are written by the name of a format, or by a pattern in words: "use DD.MM.YYYY"."""
    text = text[:_LONGEST]
    if text.lower() in _NAMED:
        return Target(name=_NAMED[text.lower()])
    for code, token in _STRFTIME.items():
        text = text.replace(code, token)
    found = {each[0]: each for each in _PATTERN.finditer(text)}
    if len(found) == 1:
        ((pattern, match),) = found.items()
        if pattern == "YYYY-MM-DD":
            return Target(name="date")
        has_zone = text[match.end() :].lstrip(":s[.u]0fS").startswith(("[+", "+", "Z", "[Z", "X"))
        return Target(name="date-time") if match["gap"] == "T" and has_zone else Target(name="pattern", pattern=pattern)
    if found:
        return None
    if _BARE.search(text):
        return Target(name="pattern", pattern="YYYYMMDD")
    return Target(name="iso") if _ISO.search(text) else None


def epoch_named(words: str) -> Target | None:
    """Return the unit of a timestamp that words speak of: "Unix timestamp in ms" -> milliseconds; None for two."""
    is_milli, is_second = (form.search(words) is not None for form in (_MILLI, _SECOND))
    if not is_epoch(words) or is_milli == is_second:
        return None
    return Target(name="milliseconds" if is_milli else "seconds")


def is_epoch(words: str) -> bool:
    """True for words that speak of a timestamp, in whatever unit: "Unix timestamp"."""
    return _EPOCH.search(words) is not None


def written(moment: Moment, target: Target) -> str | int | None:
    """Return a moment as a target has it, None where it says more, or less, than that: nothing is added or dropped.

    2026-11-21 00:00 -> "2026-11-21" for a date; 2026-11-21 14:30 without a zone is no date-time.
    """
    if target.name in ("seconds", "milliseconds"):
        return _since_1970(moment, target.name)
    if target.name == "iso":
        return written(moment, Target(name="date-time" if moment.time and moment.day else "date"))
    if target.name == "time":
        return None if moment.day or not moment.time else moment.time + moment.zone
    if moment.day is None:
        return None
    if target.name == "date":
        return moment.day.isoformat() if not moment.time or moment.is_midnight else None
    if target.name == "date-time":
        return f"{moment.day.isoformat()}T{moment.time}{moment.zone}" if moment.time and moment.zone else None
    return _by_pattern(moment, target.pattern)


def _since_1970(moment: Moment, unit: str) -> int | None:
    if moment.day is None or not moment.time or not moment.zone:
        return None
    given = datetime.fromisoformat(f"{moment.day.isoformat()}T{moment.time[:8]}{moment.zone.replace('Z', '+00:00')}")
    seconds = int((given - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    fraction = moment.time[9:].rstrip("0")
    if unit == "seconds":
        return None if fraction else seconds
    return None if len(fraction) > 3 else seconds * 1000 + int(fraction.ljust(3, "0"))


def _by_pattern(moment: Moment, pattern: str) -> str | None:
    """Write a moment in a pattern of whole parts; None where the pattern has no place for what the moment says."""
    day, has_time = moment.day, ":" in pattern
    hour, minute, second = (moment.time or "00:00:00")[:8].split(":")
    says_more = moment.zone or len(moment.time) > 8 or ("ss" not in pattern.lower() and second != "00")
    fits = bool(moment.time) and not says_more if has_time else not moment.time or moment.is_midnight
    if day is None or not fits:
        return None
    date_part, gap, time_part = pattern.partition("T" if "T" in pattern else " ") if has_time else (pattern, "", "")
    text = date_part.replace("YYYY", f"{day.year:04}").replace("MM", f"{day.month:02}").replace("DD", f"{day.day:02}")
    text = text.replace("M", str(day.month)).replace("D", str(day.day))
    clock = re.sub("hh|HH", hour, time_part)
    clock = re.sub("ss|SS", second, re.sub("mm|MM", minute, clock))
    return f"{text}{gap}{clock}"
