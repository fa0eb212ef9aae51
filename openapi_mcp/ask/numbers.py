"""What a number of few digits in a person's words is: the thing's own, "order 3", or how many of something, "top 3".

A number that stands next to the thing, to "#", "id" or "no", or to a word of the tool ("cancel 7") names it. An amount,
a date, a number of another thing ("customer 3") names nothing here. What stands for itself ("is 7 paid?") is enough to
read by, and not to write.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

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
_MOST_WORDS = 3  # between a number and what it counts: "5 most expensive products"
_LEAST_BEGINNING = 3  # letters: "ORD-7"


class Says(IntEnum):
    """How far a number tells which thing is meant."""

    NOTHING = 0
    ITSELF = 1
    NAMES = 2


@dataclass(slots=True)
class Numbers:
    """The numbers in what a person has said, with what stands around each."""

    _said: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = field(default_factory=dict)
    _left: int = _MOST

    def hear(self, text: str) -> None:
        """Take what a person says."""
        found = list(_TOKEN.finditer(text[: 10 * _MOST]))[: max(self._left, 0)]
        self._left -= len(found)
        glued = {right.start() for left, right in pairwise(found) if left.end() == right.start()}
        words = [each.group().casefold() for each in found]
        for at, each in enumerate(found):
            next_to_letters = (each.start() in glued and words[at - 1].isalpha()) or (
                each.end() in glued and words[at + 1].isalpha()
            )
            if _NUMBER.fullmatch(each.group()) and not next_to_letters:
                plain = _NO_DIGITS.sub("", each.group()).lstrip("0") or "0"
                around = tuple(words[max(at - 40, 0) : at]), tuple(words[at + 1 : at + 2 + _MOST_WORDS])
                self._said.setdefault(plain, []).append(around)

    def say(self, plain: str, things: Collection[str], others: Collection[str], tool: Collection[str]) -> Says:
        """Return what a number says of one of these things; `others` are things, too, `tool` the words of its name."""
        around = self._said.get(plain, ())
        return max((_says(*each, things, others, tool) for each in around), default=Says.NOTHING)


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
