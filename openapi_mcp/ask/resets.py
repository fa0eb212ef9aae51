"""When a provider of models may be asked again: what its headers, its body and its words say of it, in seconds."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

_LONGEST = 31 * 86_400.0  # seconds; what is further away is no reset, but a mistake
_DEEPEST = 6
_MOST_ITEMS = 200

_GO_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|µs|ns|h|m|s))+")
_GO_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|us|µs|ns|h|m|s)")
_GO_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_IN_WORDS = re.compile(
    r"(?:try again|retry|available again|resets?|wait)\s+(?:in|after|for)\s+(?:about\s+)?"
    r"(?:(\d{1,6}(?:\.\d{1,9})?)\s*(seconds?|secs?|minutes?|mins?|hours?|days?)\b"
    r"|((?:\d{1,6}(?:\.\d{1,9})?(?:ms|h|m|s))+))",
    re.IGNORECASE,
)
_TIME_SPAN = re.compile(  # Azure: "replenished in 1.12:14:00"
    r"replenished in (?:(\d{1,3})\.)?(\d\d):(\d\d):(\d\d)\b", re.IGNORECASE | re.ASCII
)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:\s+at\s+|[T ])(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(  # "at 15:00 UTC", "resets 3pm (Europe/Lisbon)", "resets Feb 2, 9am (UTC)"
    rf"\b(?:at|resets?)\s+(?:({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?\s+(\d{{1,2}})(?:,|\s+at)?\s+)?"
    r"(?=\d{1,2}(?::\d\d|\s*[ap]m\b))(\d{1,2})(?::(\d\d))?(?::\d\d)?\s*(am|pm)?"
    r"\s*\(?(UTC|GMT|Z|[a-z][a-z_]{1,20}(?:/[a-z][a-z0-9_+-]{0,30}){1,2})\b",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\|\s*(\d{10}|\d{13})\b")  # "usage limit reached|1749924000"


def retry_after(headers: Mapping[str, str], body: Any, words: str, now: datetime) -> float | None:
    """Return how many seconds a provider says to wait; the names of `headers` are in small letters.

    RFC 9110, 10.2.3 (`Retry-After`), `retry-after-ms` as the SDKs of both services read it, `RetryInfo` of a Google
    body, and "try again in 7m12.5s" in words.
    """
    asked = _number(headers.get("retry-after-ms"))
    if asked is not None:
        return _within(asked / 1000)
    written = headers.get("retry-after", "").strip()
    asked = _number(written)
    if asked is None and written:
        asked = _until_date(written, now)
    if asked is None:
        asked = next(_durations_in(body), None)
    return _within(_in_words(words) if asked is None else asked)


def seconds_to_reset(headers: Mapping[str, str], body: Any, words: str, now: datetime) -> float | None:
    """Return how long a limit is spent, None where the provider does not say: of several the one that is furthest."""
    of_body = [*_moments_in(body, now), *_moments_in_words(words, now)]
    if of_body:
        return _within(max(of_body))
    found = [*_resets(headers, now)]
    waits = retry_after(headers, body, words, now)
    return _within(max([*found, *([] if waits is None else [waits])], default=None))


def _within(seconds: float | None) -> float | None:
    return seconds if seconds is not None and 0 <= seconds <= _LONGEST else None


def _number(text: Any) -> float | None:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    written = str(text).strip()
    return float(written) if re.fullmatch(r"\d{1,15}(?:\.\d{1,12})?", written, re.ASCII) else None


def _until_date(text: str, now: datetime) -> float | None:
    """Return the seconds to an HTTP date; one that has passed is 0 away."""
    try:
        moment = parsedate_to_datetime(text[:60])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _go_duration(text: str) -> float | None:
    """Return the seconds of "6m0s", "120ms", "1h2m3.5s"."""
    if not _GO_DURATION.fullmatch(text.strip()):
        return None
    return sum(float(number) * _GO_UNITS[unit] for number, unit in _GO_PART.findall(text))


def _in_words(words: str) -> float | None:
    if span := _TIME_SPAN.search(words):
        days, hours, minutes, seconds = (int(each or 0) for each in span.groups())
        return float(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
    found = _IN_WORDS.search(words)
    if not found:
        return None
    return _go_duration(found[3].lower()) if found[3] else float(found[1]) * _UNITS[found[2][0].lower()]


def _resets(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    """Yield the seconds to the reset of each limit that is spent, of those whose rest is told, as both services do."""
    for name, written in headers.items():
        is_theirs = name.startswith(("anthropic-ratelimit-", "x-ratelimit-"))
        if not is_theirs or "reset" not in name or headers.get(name.replace("reset", "remaining"), "0").strip() != "0":
            continue
        seconds = _go_duration(written)
        if seconds is None:
            seconds = _moment(written, now)
        if seconds is not None:
            yield seconds


def _moment(value: Any, now: datetime) -> float | None:
    """Return the seconds to a moment: RFC 3339, seconds or milliseconds since 1970, or (small) seconds from now."""
    number = _number(value)
    if number is None:
        found = _MOMENT.search(value[:80]) if isinstance(value, str) else None
        return _seconds_to(found, now) if found else None
    if number < 1e9:
        return number
    return max(0.0, (number / 1000 if number > 1e11 else number) - now.timestamp())


def _seconds_to(found: re.Match[str], now: datetime) -> float | None:
    zone = (found[3] or "Z").upper()
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds())


def _moments_in_words(words: str, now: datetime) -> Iterator[float]:
    """Yield what the words say of a moment: "regain access on 2026-02-01 at 00:00 UTC", "resets at 15:00 UTC"."""
    if found := _EPOCH.search(words):
        seconds = _moment(found[1], now)
    elif found := _MOMENT.search(words):
        seconds = _seconds_to(found, now)
    elif found := _CLOCK.search(words):
        seconds = _to_clock(found, now)
    else:
        return
    if seconds is not None:
        yield seconds


def _to_clock(found: re.Match[str], now: datetime) -> float | None:
    """Return the seconds until a clock shows a time; None where there is no such time, or no such zone."""
    month, day, hours, minutes, half, place = found.groups()
    hour, half = int(hours), (half or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        here = now.astimezone(UTC if place.upper() in ("UTC", "GMT", "Z") else ZoneInfo(place))
        moment = here.replace(hour=hour, minute=int(minutes or 0), second=0, microsecond=0)
        if month:
            moment = moment.replace(month=_MONTHS.index(month.lower()) + 1, day=int(day))
            moment = moment if moment > here else moment.replace(year=moment.year + 1)
    except (ValueError, LookupError, OSError):
        return None
    seconds = (moment.astimezone(UTC) - now).total_seconds()
    return seconds if seconds > 0 else seconds + timedelta(days=1).total_seconds()


_MOMENT_KEYS = frozenset(("resets_at", "reset_at", "resetsat", "resetat", "x-ratelimit-reset"))
_SECONDS_KEYS = frozenset(("resets_in_seconds", "reset_in_seconds", "resets_in"))
_WAIT_KEYS = frozenset(("retrydelay", "retry_after", "retry_after_seconds", "retry-after"))


def _moments_in(body: Any, now: datetime) -> Iterator[float]:
    for name, value in _members(body, _DEEPEST):
        found = _number(value) if name in _SECONDS_KEYS else _moment(value, now) if name in _MOMENT_KEYS else None
        if found is not None:
            yield found


def _durations_in(body: Any) -> Iterator[float]:
    for name, value in _members(body, _DEEPEST):
        if name in _WAIT_KEYS:
            found = _go_duration(value) if isinstance(value, str) else None
            found = _number(value) if found is None else found
            if found is not None:
                yield found


def _members(value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the members of all objects in a body, their names in small letters, to a depth and number."""
    if depth == 0:
        return
    if isinstance(value, Mapping):
        for name, item in list(value.items())[:_MOST_ITEMS]:
            yield str(name).lower(), item
            yield from _members(item, depth - 1)
    elif isinstance(value, list):
        for item in value[:_MOST_ITEMS]:
            yield from _members(item, depth - 1)
