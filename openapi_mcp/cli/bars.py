"""Bars and lines made of characters, for a table in a terminal."""

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_PLAIN_LEVELS = "_.:-=+*#"


def bar(part: float, width: int, *, is_plain: bool = False) -> str:
    """Return a bar for a part from 0 to 1 of a width; a part that is not nothing is seen. 0.5 of 4 -> "██".

    `is_plain` makes it of ASCII, where a terminal has no other characters.
    """
    if is_plain:
        return "#" * max(round(part * width), part > 0)
    eighths = max(round(part * width * 8), part > 0)
    return f"{_EIGHTHS[8] * (eighths // 8)}{_EIGHTHS[eighths % 8]}".rstrip()


def spark(counts: Sequence[float], *, is_plain: bool = False) -> str:
    """Return a line of one character for each count, as high as it is of the highest; none is a space.

    (0, 1, 4, 8) -> " ▁▄█"
    """
    levels, most = _PLAIN_LEVELS if is_plain else _LEVELS, max(counts, default=0)
    return "".join(levels[_level(count / most, len(levels))] if count > 0 else " " for count in counts)


def _level(part: float, levels: int) -> int:
    return max(round(part * levels), 1) - 1
