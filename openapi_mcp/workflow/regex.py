"""Patterns of criteria, matched in time linear in the text: a workflow and what it meets may both be hostile."""

from functools import lru_cache
from typing import Any

LONGEST = 2_000  # characters
LONGEST_TEXT = 100_000
"""Characters that a pattern is held against: linear time is some 10 microseconds for each, with a hostile one."""
_MEMORY = 1 << 20  # bytes of a compiled pattern


def is_pattern(pattern: str) -> bool:
    """True for a pattern that can be matched in linear time: no look-around, no reference back."""
    return _compiled(pattern) is not None


def is_found(pattern: str, text: str) -> bool:
    """Return whether a pattern is found in a text; never for one that is none, nor in a text that is too long."""
    compiled = _compiled(pattern) if len(text) <= LONGEST_TEXT else None
    return compiled is not None and compiled.search(text.encode("utf-8", "replace").decode()) is not None


def cost(pattern: str, text: str) -> int:
    """Return how much work it is to find a pattern in a text, in steps of about a microsecond or two."""
    compiled = _compiled(pattern)
    return 1 + (len(text) * int(compiled.programsize) // 200 if compiled is not None else 0)


def _compiled(pattern: str) -> Any:
    return _made(pattern) if len(pattern) <= LONGEST else None  # one that is longer is not kept in mind either


@lru_cache(maxsize=512)
def _made(pattern: str) -> Any:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, ValueError):  # ValueError: half of a surrogate pair
        return None
