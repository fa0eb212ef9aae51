"""Patterns of a document (ECMA-262), matched in time linear in the text: both may be hostile."""

import logging
import re
import unicodedata
from functools import lru_cache
from typing import Any

_LONGEST = 2_000  # characters
_MEMORY = 1 << 20  # bytes of a compiled pattern; counted repetitions in one another grow it
_WORK_PER_STEP = 500  # instructions of a pattern times characters of a text
_CLASS = re.compile(r"\\[wWdDsSbB]")
_UNICODE_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)

log = logging.getLogger(__name__)


def steps(pattern: str, text: str) -> int:
    """Return how much work it is to look for a pattern in a text, in the steps of a check."""
    compiled = _compiled(pattern)
    return 0 if compiled is None else int(compiled.programsize * len(text) // _WORK_PER_STEP)


def matches(pattern: str, text: str) -> bool:
    r"""True when a pattern is found in a text, and for a pattern that cannot be matched in linear time.

    Also for letters beyond ASCII where the pattern has a class: engines do not agree whether `\w` is "é", and the one
    that counts is the API's.
    """
    compiled = _compiled(pattern)
    if compiled is None or compiled.search(text.encode("utf-8", "replace").decode()) is not None:
        return True
    return _CLASS.search(pattern) is not None and any(_is_in_a_class(letter) for letter in text)


def _is_in_a_class(letter: str) -> bool:
    """True for a letter, digit, mark or blank beyond ASCII, which some engines have in a class; a sign is in none."""
    kind = unicodedata.category(letter)
    return not letter.isascii() and (kind[0] not in "PS" or kind == "Pc")


def is_matched(pattern: str) -> bool:
    """True for a pattern that can be matched in linear time; another is found in every text."""
    return _compiled(pattern) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    """Return a pattern compiled by RE2; None, with a warning in the log, where it knows no way to match it."""
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    try:
        if len(pattern) > _LONGEST:
            raise ValueError(f"it has more than {_LONGEST:,} characters")
        return re2.compile(_UNICODE_ESCAPE.sub(_as_re2_escape, pattern), options)
    except (re2.error, ValueError) as error:  # ValueError: also half of a surrogate pair
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        log.warning("pattern_not_checked pattern=%r reason=%r", pattern[:200], reason[:200])
        return None


def _as_re2_escape(match: re.Match[str]) -> str:
    r"""Write ECMA-262's `\u0041` as RE2's `\x{0041}`; other escapes stay."""
    return f"\\x{{{match[1]}}}" if match[1] else match[0]
