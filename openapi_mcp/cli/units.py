"""Times, durations and counts as a person reads them in a table."""

from datetime import datetime

_UNITS = ((86400, "day", "days"), (3600, "hour", "hours"), (60, "min", "min"))
_DAY = 86400


def lasted(seconds: float) -> str:
    """Return a duration in the unit that fits: 0.0004 -> "0.4 ms", 0.012 -> "12 ms", 3.41 -> "3.4 s"."""
    if seconds < 0.001:
        return f"{seconds * 1e3:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 99.95 else f"{seconds:,.0f} s"


def ago(seconds: float) -> str:
    """Return how long ago something was: 200 -> "3 min ago"; "just now" for less than a minute, and for the future."""
    return f"{about(seconds)} ago" if seconds >= _UNITS[-1][0] else "just now"


def about(seconds: float) -> str:
    """Return a long time in its largest unit: 200 -> "3 min", 7300 -> "2 hours"; less than a minute as "42 s"."""
    for unit, one, more in _UNITS:
        if seconds >= unit:
            return many(int(seconds // unit), one, more)
    return f"{max(0.0, seconds):.0f} s"


def local_time(seconds: float) -> str:
    """Return a time in the local zone: "2026-11-21 23:45:01 +0100"."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def short_time(seconds: float, now: float) -> str:
    """Return a time in the local zone as short as its day allows: "23:45:01" today, "11-21 23:45:01", "2025-11-21"."""
    then, today = (datetime.fromtimestamp(each).astimezone() for each in (seconds, now))
    if then.date() == today.date():
        return then.strftime("%H:%M:%S")
    return then.strftime("%m-%d %H:%M:%S" if abs(now - seconds) < 180 * _DAY else "%Y-%m-%d")


def counted(number: float) -> str:
    """Return a count in short: 950 -> "950", 12345 -> "12.3k", 4000000 -> "4M"."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.99995:
            return f"{number / size:,.1f}".removesuffix(".0") + letter
    return f"{number:.0f}"


def many(count: int, one: str, more: str = "") -> str:
    """Return a count with its word: (1, "repair") -> "1 repair", (2, "try", "tries") -> "2 tries"."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"
