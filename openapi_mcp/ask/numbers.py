"""What a number of few digits in a person's words is: the thing's own, "order 3", or how many of something, "top 3".

A number that stands next to the thing, to "#", "id" or "no", or to a word of the tool ("cancel 7") names it. An amount,
a date, a number of another thing ("customer 3") names nothing here. What stands for itself ("is 7 paid?") is enough to
read by, and not to write. A number that is written as a word, or lies in a range, counts next to its thing only: "order
twelve", "orders 10 to 12".
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

from openapi_mcp.ask.numerals import SPELLED, ranges_in
from openapi_mcp.index.entities import singular

_MOST = 20_000  # words and marks of all that was said
_TOKEN = re.compile(r"\d{1,3}(?:[,'\u202f\u00a0]\d{3})+(?!\d)|\d+(?:[.:/-]\d+)+|\d+|[^\W\d_]+|[^\w\s]")
_NUMBER = re.compile(r"\d{1,3}(?:[,'\u202f\u00a0]\d{3})+|\d+")
_NO_DIGITS = re.compile(r"\D")
_LISTED = frozenset((",", "&", "and", "or", "und", "oder", "et", "ou", "y", "e", "o"))  # between two numbers
_BETWEEN = frozenset(("-", "/", ":", "(", "=", "_", '"', "'", "`", "\u201c"))  # between a word and its number
_IDS = frozenset(("#", "\u2116", "id", "ids", "no", "nr", "num", "number", "numbers", "pk", "ref"))
_MANY = frozenset(
    (
        "top", "first", "last", "latest", "newest", "oldest", "next", "previous", "least", "most", "than", "page",
        "limit", "max", "maximum", "min", "minimum", "only", "every", "over", "under", "below", "above", "about",
        "around", "quantity", "qty", "amount", "count", "price", "stock", "version", "step", "steps", "x", "$",
        "\u20ac", "\u00a3",
    )
)  # fmt: skip
_UNITS = frozenset(("x", "%", "$", "\u20ac", "\u00a3", "eur", "usd", "pcs", "percent", "people", "more", "of"))
_NO_PLURALS = frozenset(
    ("is", "was", "has", "as", "does", "this", "its", "us", "s", "yes", "plus", "status", "always", "thanks", "pls")
)
_ENDS = frozenset(
    (*".?!;,:()", "and", "or", "to", "for", "from", "in", "on", "with", "by", "is", "was", "has", "as", "s")
)
_AFTER_A_WORD = _ENDS | {"please", "pls"}  # "order twelve mugs", "order one mug" are amounts
_CLOCK = frozenset(("am", "pm", "o", "h", "uhr"))
_MOST_RANGES = 200
_MOST_WORDS = 3  # between a number and what it counts: "5 most expensive products"
_LONGEST = 15  # digits of a number that may lie in a range
_LEAST_BEGINNING = 3  # letters: "ORD-7"


class Says(IntEnum):
    """How far a number tells which thing is meant."""

    NOTHING = 0
    ITSELF = 1
    NAMES = 2


_Around = tuple[tuple[str, ...], tuple[str, ...]]
"""The words and marks before a number, and those after it."""


@dataclass(slots=True)
class Numbers:
    """The numbers in what a person has said, with what stands around each."""

    _said: dict[str, list[_Around]] = field(default_factory=dict)
    _spelled: dict[str, list[_Around]] = field(default_factory=dict)
    _ranges: list[tuple[range, _Around]] = field(default_factory=list)
    _left: int = _MOST

    def hear(self, text: str) -> None:
        """Take what a person says."""
        found = list(_TOKEN.finditer(text[: 10 * _MOST]))[: max(self._left, 0)]
        self._left -= len(found)
        glued = {right.start() for left, right in pairwise(found) if left.end() == right.start()}
        words = [each.group().casefold() for each in found]
        in_digits = [SPELLED.get(word, word) for word in words]
        names = {
            at
            for at, each in enumerate(found)
            if (each.start() in glued and words[at - 1].isalpha()) or (each.end() in glued and words[at + 1].isalpha())
        }
        for at, word in enumerate(words):
            if _NUMBER.fullmatch(word) and at not in names:
                plain = _NO_DIGITS.sub("", word).lstrip("0") or "0"
                self._said.setdefault(plain, []).append(_around(words, at, at))
            elif word in SPELLED and at not in names:
                self._spelled.setdefault(SPELLED[word], []).append(_around(in_digits, at, at))
        for at, last, members in ranges_in(in_digits):
            if at not in names and last not in names and len(self._ranges) < _MOST_RANGES:
                self._ranges.append((members, _around(in_digits, at, last)))

    def say(self, plain: str, things: Collection[str], others: Collection[str], tool: Collection[str]) -> Says:
        """Return what a number says of one of these things; `others` are things, too, `tool` the words of its name."""
        around = self._said.get(plain, ())
        says = max((_says(*each, things, others, tool) for each in around), default=Says.NOTHING)
        if says is Says.NAMES or not plain.isdecimal() or len(plain) > _LONGEST:
            return says
        number, spelled = int(plain), self._spelled.get(plain, ())
        if any(_names_all(*each, things) for members, each in self._ranges if number in members):
            return Says.NAMES
        if any(_names_in_words(*each, things) for each in spelled):
            return Says.NAMES if number > 1 else max(says, Says.ITSELF)  # "order one, please" may be an amount
        return says


def _around(words: Sequence[str], first: int, last: int) -> _Around:
    return tuple(words[max(first - 40, 0) : first]), tuple(words[last + 1 : last + 2 + _MOST_WORDS])


def _names_all(before: tuple[str, ...], after: tuple[str, ...], things: Collection[str]) -> bool:
    """True for a range of the things themselves: "orders 10-12". "order 10-12" may be a single one, of that id."""
    head = _head(before)
    is_several = singular(head) != head or head in _IDS
    is_time = bool(after) and after[0] in _CLOCK
    return is_several and not is_time and _says(before, after, things, (), ()) is Says.NAMES


def _names_in_words(before: tuple[str, ...], after: tuple[str, ...], things: Collection[str]) -> bool:
    """True for "order twelve", where nothing follows that there may be twelve of."""
    head = _head(before)
    is_its = singular(head) in things or (head in _IDS and head != "no")  # "no one"
    return is_its and (not after or after[0] in _AFTER_A_WORD or after[0].isdigit())


def _says(
    before: tuple[str, ...],
    after: tuple[str, ...],
    things: Collection[str],
    others: Collection[str],
    tool: Collection[str],
) -> Says:
    head = _head(before)
    thing = singular(head)
    is_thing = thing in things or any(each.startswith(head) for each in things if len(head) >= _LEAST_BEGINNING)
    if head in _IDS:
        return Says.NAMES
    if is_thing:
        return Says.ITSELF if _is_counted(after[:1]) else Says.NAMES  # "order 2 mugs"
    if _is_counted(after) or head in _MANY or thing in others:
        return Says.NOTHING
    return Says.NAMES if thing in tool else Says.ITSELF


def _head(before: tuple[str, ...]) -> str:
    """Return the word or mark that a number belongs to, "" for none: "orders" of each in "orders 3, 4 and 7"."""
    for at in range(len(before) - 1, -1, -1):
        word = before[at]
        follows_number = at > 0 and any(map(str.isdigit, before[at - 1]))
        if word == "." and at > 0 and before[at - 1] in _IDS:  # "no. 3"
            continue
        if word in _BETWEEN or word.isdigit() or (word in _LISTED and follows_number):
            continue
        if word in _LISTED and at > 1 and before[at - 1] in _LISTED:  # "3, 4, and 7"
            continue
        return word
    return ""


def _is_counted(after: tuple[str, ...]) -> bool:
    """True where what follows says of what there are as many: "3 mugs", "5 most expensive products", "2 %"."""
    if after[:1] and after[0] in _UNITS:
        return True
    for word in after[:_MOST_WORDS]:
        if word in _ENDS or any(map(str.isdigit, word)):
            return False
        if word.isalpha() and word.endswith("s") and not word.endswith("ss") and word not in _NO_PLURALS:
            return True
    return False
