"""The numbers in a person's words: in digits, "12", as words, "twelve", and in ranges, "10 to 12"."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from openapi_mcp.ask.numerals import SPELLED, ranges_in
from openapi_mcp.ask.phrases import MOST_WORDS, Heard, Says, names_all, names_in_words, says_of
from openapi_mcp.index.entities import singular

_MOST = 20_000  # words and marks of all that was said
_TOKEN = re.compile(r"\d{1,3}(?:[,'\u202f\u00a0]\d{3})+(?!\d)|\d+(?:[.:/-]\d+)+|\d+|[^\W\d_]+|[^\w\s]")
_NUMBER = re.compile(r"\d{1,3}(?:[,'\u202f\u00a0]\d{3})+|\d+")
_NO_DIGITS = re.compile(r"\D")
_MOST_RANGES = 200
_MOST_BEFORE = 40  # words before a number
_LONGEST = 15  # digits of a number that may lie in a range


@dataclass(slots=True)
class Numbers:
    """The numbers in what a person has said, with what stands around each."""

    _said: dict[str, list[Heard]] = field(default_factory=dict)
    _spelled: dict[str, list[Heard]] = field(default_factory=dict)
    _ranges: list[tuple[range, Heard]] = field(default_factory=list)
    _left: int = _MOST

    def hear(self, text: str) -> None:
        """Take what a person says."""
        found = list(_TOKEN.finditer(text[: 10 * _MOST]))[: max(self._left, 0)]
        self._left -= len(found)
        glued = {right.start() for left, right in pairwise(found) if left.end() == right.start()}
        words = [each.group().casefold() for each in found]
        kinds = frozenset(map(singular, words))
        after_letters = {at for at, each in enumerate(found) if each.start() in glued and words[at - 1].isalpha()}
        before_letters = {at for at, each in enumerate(found) if each.end() in glued and words[at + 1].isalpha()}
        for at in range(len(words)):
            if at not in before_letters:  # "3rd", "2x"
                self._hear_digits(words, at, kinds, is_glued=at in after_letters)
        self._hear_words(words, after_letters | before_letters)

    def _hear_digits(self, words: Sequence[str], at: int, kinds: frozenset[str], *, is_glued: bool) -> None:
        for part in _numbers_in(words[at]):
            plain = _NO_DIGITS.sub("", part).lstrip("0") or "0"
            is_bound = is_glued or part != words[at]
            self._said.setdefault(plain, []).append(_heard(words, at, at, plain, kinds, is_bound=is_bound))

    def _hear_words(self, words: Sequence[str], glued: set[int]) -> None:
        """Take the numbers that are written as words, and the ranges of both."""
        in_digits = [SPELLED.get(word, word) for word in words]
        for at, word in enumerate(words):
            if word in SPELLED and at not in glued:
                heard = _heard(in_digits, at, at, SPELLED[word], is_bound=True)
                self._spelled.setdefault(heard.plain, []).append(heard)
        for at, last, members in ranges_in(in_digits):
            if at not in glued and last not in glued and len(self._ranges) < _MOST_RANGES:
                self._ranges.append((members, _heard(in_digits, at, last, "", is_bound=True)))

    def say(self, plain: str, things: Collection[str], others: Collection[str], tool: Collection[str]) -> Says:
        """Return what a number says of one of these things; `others` are things, too, `tool` the words of its name."""
        said = self._said.get(plain, ())
        says = max((says_of(each, things, others, tool) for each in said), default=Says.NOTHING)
        if says is Says.NAMES or not plain.isdecimal() or len(plain) > _LONGEST:
            return says
        number, spelled = int(plain), self._spelled.get(plain, ())
        if any(names_all(each, things) for members, each in self._ranges if number in members):
            return Says.NAMES
        if any(names_in_words(each, things) for each in spelled):
            return Says.NAMES if number > 1 else max(says, Says.ITSELF)  # "order one, please" may be an amount
        return says


def _heard(
    words: Sequence[str], first: int, last: int, plain: str, kinds: frozenset[str] = frozenset(), *, is_bound: bool
) -> Heard:
    return Heard(
        plain=plain,
        before=tuple(words[max(first - _MOST_BEFORE, 0) : first]),
        after=tuple(words[last + 1 : last + 2 + MOST_WORDS]),
        words=kinds,
        is_bound=is_bound,
    )


def _numbers_in(token: str) -> list[str]:
    """Return the numbers that a token holds: "12/13" -> ["12", "13"], none of "2026-01-03"."""
    parts = token.split("/")
    return parts if all(_NUMBER.fullmatch(part) for part in parts) else []
