"""Numbers that a person writes as words, and those that lie between two: "order twelve", "orders 10 to 12"."""

import re
from collections.abc import Iterator, Sequence

_NAMES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
SPELLED = {name: str(number) for number, name in enumerate(_NAMES, start=1)}
"""What English has a word of its own for; greater ones are written in digits."""

_WITHIN = re.compile(r"([1-9]\d{0,14})-([1-9]\d{0,14})", re.ASCII)  # one token: "10-12"
_NUMBER = re.compile(r"[1-9]\d{0,2}(?:[,'\u202f\u00a0]\d{3}){1,4}|[1-9]\d{0,14}", re.ASCII)
_TO = frozenset(("to", "through", "thru", "bis", "-", "\u2013", "\u2014"))
_NO_DIGITS = re.compile(r"\D")
_MOST_MEMBERS = 100  # a range of more is no list of things that somebody means one by one


def ranges_in(words: Sequence[str]) -> Iterator[tuple[int, int, range]]:
    """Yield where each range starts and ends among words and marks, and its members."""
    for at, word in enumerate(words):
        if found := _WITHIN.fullmatch(word):
            last, ends = at, found.groups()
        elif at + 2 < len(words) and words[at + 1] in _TO and _is_number(word) and _is_number(words[at + 2]):
            last, ends = at + 2, (word, words[at + 2])
        else:
            continue
        first, final = (int(_NO_DIGITS.sub("", each)) for each in ends)
        if first < final < first + _MOST_MEMBERS and not _goes_on(words, at, last):
            yield at, last, range(first, final + 1)


def _is_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None


def _goes_on(words: Sequence[str], at: int, last: int) -> bool:
    """True for three numbers with marks between them, which are a date, or an id: "10 - 12 - 2026"."""
    is_before = at > 1 and words[at - 1] in _TO and words[at - 2].isdigit()
    return is_before or (last + 1 < len(words) and words[last + 1] in _TO)
