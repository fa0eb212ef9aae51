"""What Redis gives, narrowed: whoever can write there has put it there, so it is believed to be of no type and form."""

import math
from collections.abc import Sequence
from typing import Any

_DIGITS = 15  # of a number that Lua takes for what it is, too
_WORD = 64  # characters


def whole(value: Any, *, digits: int = _DIGITS) -> int | None:
    """Return a whole number of so many digits, written in them or not; None for anything else: b"12" -> 12."""
    if isinstance(value, bytes):
        return int(value) if len(value) <= digits and value.isdigit() else None
    is_one = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**digits
    return int(value) if is_one else None


def seconds(value: Any) -> float:
    """Return a time that is written as a score is; 0.0 for anything else: b"12.5" -> 12.5, b"inf" -> 0.0."""
    try:
        found = float(value)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return found if math.isfinite(found) else 0.0


def word(value: Any) -> str | None:
    """Return a word of letters and digits, as the key makes them; None for anything else: b"3f2a" -> "3f2a"."""
    is_one = isinstance(value, bytes) and 0 < len(value) <= _WORD and value.isalnum()
    return value.decode() if is_one else None


def each(value: Any, count: int) -> Sequence[Any]:
    """Return as many parts as were asked for; of what has another number of them, or none, nothing."""
    return value if isinstance(value, list) and len(value) == count else [None] * count
