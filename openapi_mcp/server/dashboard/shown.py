"""How figures, times and values are written on a page; pure, and the same for every reader."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.record import Record

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def moment(seconds: float) -> str:
    """Return a time in UTC, to the second: 0.5 -> "1970-01-01 00:00:00"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def ago(seconds: float, now: float) -> str:
    """Return how long ago a time was: (0, 7200) -> "2 h ago"."""
    past = int(now - seconds)
    for size, unit in _UNITS:
        if past >= size:
            return f"{past // size} {unit} ago"
    return "now"


def duration(seconds: float) -> str:
    """Return a duration in seconds with three digits: 0.01234 -> "12.3 ms", 83.2 -> "83.2 s", 0 -> "0 s"."""
    if 0 < seconds < 1:
        return f"{_digits(seconds * 1e3)} ms"
    return f"{_digits(seconds)} s" if seconds else "0 s"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def count(value: float) -> str:
    """Return a number in groups of three digits: 1234567 -> "1,234,567"."""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """Return a number that leaves room: 1234567 -> "1.23 M", 56789 -> "56.8 k"."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if value >= size:
            return f"{value / min(size, 1e3 if size == 1e4 else size):.3g}{unit}"
    return count(value)


def percent(part: float) -> str:
    """Return a part of one as percent, never rounded to all or nothing: 0.99996 -> "99.9 %", 0.0001 -> "0.1 %"."""
    if part in (0, 1):
        return f"{part * 100:.0f} %"
    return f"{min(max(part * 100, 0.1), 99.9):.1f} %"


def size(value: float) -> str:
    """Return a size: 1234 -> "1.2 kB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def pretty(value: Any) -> str:
    """Return a value as JSON on several lines."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def compact(value: Any, longest: int = 80) -> str:
    """Return a value as JSON on one line, cut where it is long: {"id": 7}."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def untabbed(text: str) -> str:
    """Return a text with spaces for its tabs: every other control character is shown as one."""
    return text.expandtabs(4)


def marks_of(record: Record) -> list[str]:
    """Return what was out of the ordinary about a call: ["2 attempts", "1 repair", "cache: hit"]."""
    counted = ((record.attempts if record.attempts > 1 else 0, "attempt"), (len(record.repairs), "repair"))
    said = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted if number]
    if record.lookups:
        said.append(f"{len(record.lookups)} {'lookup' if len(record.lookups) == 1 else 'lookups'}")
    return said + ([f"cache: {record.cache}"] if record.cache else [])


def readable(text: str) -> str:
    """Return an answer to be read: JSON on several lines, all else as it is, with spaces for tabs."""
    try:
        value = read_json(text)
    except (ValueError, RecursionError):
        return untabbed(text)
    return pretty(value)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "ago": ago,
    "duration": duration,
    "count": count,
    "short": short,
    "percent": percent,
    "size": size,
    "pretty": pretty,
    "compact": compact,
    "marks": marks_of,
    "readable": readable,
    "untabbed": untabbed,
}
