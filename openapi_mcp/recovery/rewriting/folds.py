"""Words under which two ways of writing one value are the same, the strictest first; plurals."""

import re
import unicodedata
from collections.abc import Callable

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BLANKS = re.compile(r"(?<=\w)[\s_\-]*-[\s_\-]*(?=\w)|[\s_]+")  # a dash between words, not a sign: "AB-" is no "AB"
_LONGEST = 300  # characters of a value that is compared
_EDGES = re.compile(r"(_*).*?(_*)", re.DOTALL)
_SHORTEST_PLURAL = 5  # letters of one that was given: "orders"; "news" is not many of "new"
_SHORTEST = 3  # letters of a word that may have a plural
_HISSING = ("s", "x", "z", "ch", "sh")
_NO_PLURALS = ("ws", "ss", "us", "is", "ics")
_OTHER_WORDS = frozenset(
    ("goods", "customs", "means", "shorts", "arms", "premises", "remains", "overalls", "glasses", "spirits", "manners",
     "futures", "securities", "savings", "pants", "opens", "contents", "works", "forces", "damages", "grounds", "specs",
     "papers", "news", "series", "species", "sales", "datas")
)  # fmt: skip
"""Words in -s that mean something else than several of what they have without it."""

_DOTTED = "\u0130"  # another letter than I
_TURKISH = re.compile("[\u0130\u0131]")

Fold = Callable[[str], str]


def case_folded(text: str) -> str:
    """Return a text without its letter case, and the blanks around it: " Active " -> "active"."""
    return text[:_LONGEST].strip().casefold()


def separated(text: str) -> str:
    """Return a text without case and without what divides its words: "inProgress", "In progress", "IN_PROGRESS".

    A sign, or a line, before or behind it and what divides two numbers count: "-created" is not "created", "1-2" not
    "12", "A_" not "A".
    """
    edges = _EDGES.fullmatch(text[:_LONGEST].strip())
    before, behind = edges.groups() if edges else ("", "")
    return f"{before}{_joined(text)}{behind}"


def _joined(text: str) -> str:
    spaced = _BLANKS.sub("_", _CAMEL.sub("_", text[:_LONGEST].strip()))
    parts = [part for part in spaced.casefold().split("_") if part]
    return "".join(_after(parts, index) for index in range(len(parts)))


def _after(parts: list[str], index: int) -> str:
    divides = index > 0 and parts[index - 1][-1].isdigit() and parts[index][0].isdigit()
    return f"_{parts[index]}" if divides else parts[index]


def unaccented(text: str) -> str:
    """Return the same without accents: "Geprüft" -> "gepruft"."""
    whole = unicodedata.normalize("NFC", text[:_LONGEST])
    plain = (char if char == _DOTTED else unicodedata.normalize("NFD", char) for char in whole)
    return separated("".join(char for each in plain for char in each if not unicodedata.combining(char)))


def is_plural_pair(given: str, value: str) -> bool:
    """True where one of two texts is several of the other: "Order" for "orders", "categories" for "category".

    Not for short words in the plural, and those whose ending is no plural: "news" is not many of "new".
    """
    one, other = unaccented(given), unaccented(value)
    short, long = sorted((one, other), key=len)
    is_none = long.endswith(_NO_PLURALS) or long in _OTHER_WORDS or len(short) < _SHORTEST or not short.isalpha()
    if is_none or (long == one and len(long) < _SHORTEST_PLURAL):
        return False
    is_with_y = short.endswith("y") and short[-2] not in "aeiou"
    return long == (f"{short[:-1]}ies" if is_with_y else f"{short}es" if short.endswith(_HISSING) else f"{short}s")


def is_plural(text: str) -> bool:
    """True for a text whose last word has the ending of a plural: "open orders"."""
    return unaccented(text).endswith("s") and not unaccented(text).endswith(_NO_PLURALS)


def has_two_is(text: str) -> bool:
    """True for a text with a letter i that has another case than the others: "\u0131" of "I", "\u0130" of "i"."""
    return _TURKISH.search(text[:_LONGEST]) is not None


FOLDS: tuple[Fold, ...] = (case_folded, separated, unaccented)
