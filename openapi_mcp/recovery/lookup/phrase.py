"""Phrases that name a thing by what it belongs to: "Bob's latest order"."""

from dataclasses import dataclass
from enum import StrEnum

from openapi_mcp.index.entities import split, split_as_is

_LONGEST = 200  # characters
_OF = frozenset(("of", "by", "from", "for"))


class Which(StrEnum):
    """Which one of several is meant; ONLY where there must be no other."""

    LATEST = "latest"
    FIRST = "first"
    ONLY = "only"


_ORDERS = {
    "latest": Which.LATEST, "last": Which.LATEST, "newest": Which.LATEST, "most recent": Which.LATEST,
    "first": Which.FIRST, "oldest": Which.FIRST, "earliest": Which.FIRST, "only": Which.ONLY, "": Which.ONLY,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Whose thing is meant, and which of them: "Bob's latest order" -> ("Bob", LATEST).

    `is_plural` where several are meant: "Bob's latest orders".
    """

    name: str
    which: Which
    is_plural: bool = False


def read_phrase(text: str, entity: str) -> Phrase | None:
    """Return what a phrase says that names a thing of this kind; None for any other text.

    ("the last order of Bob", "order") -> Phrase(name="Bob", which=LATEST); ("Chef's Knife", "product") -> None
    """
    words = text[: _LONGEST + 1].replace("\u2019", "'").split()
    if len(text) > _LONGEST:
        return None
    return _possessive(words, entity) or _with_of(words, entity)


def is_only_order(text: str, entity: str) -> bool:
    """True for a text that says which thing of a kind is meant, and not whose: "latest", "the newest order"."""
    words = [word.lower() for word in text[: _LONGEST + 1].split()]
    words = words[1:] if words[:1] in (["the"], ["my"]) else words
    return " ".join(words) in _ORDERS.keys() - {""} or _which(words, entity) in (Which.LATEST, Which.FIRST)


def _possessive(words: list[str], entity: str) -> Phrase | None:
    ends = [place for place, word in enumerate(words) if word.lower().endswith(("'s", "s'"))]
    for place in reversed(ends):
        which = _which(words[place + 1 :], entity)
        if which is not None:
            last = words[place][:-2] if words[place].lower().endswith("'s") else words[place][:-1]
            return _named([*words[:place], last], which, words[-1])
    return None


def _with_of(words: list[str], entity: str) -> Phrase | None:
    place = next((place for place, word in enumerate(words) if word.lower() in _OF), 0)
    which = _which(words[:place], entity)
    return _named(words[place + 1 :], which, words[place - 1]) if which is not None else None


def _named(words: list[str], which: Which, thing: str) -> Phrase | None:
    name = " ".join(words)
    return Phrase(name=name, which=which, is_plural=split(thing) != split_as_is(thing)) if name else None


def _which(words: list[str], entity: str) -> Which | None:
    """Return which one is meant by the words before a thing: ["most", "recent", "order"] -> LATEST."""
    plain = [word.lower() for word in words]
    plain = plain[1:] if plain[:1] == ["the"] else plain
    for size in range(1, len(plain) + 1):
        which = _ORDERS.get(" ".join(plain[:-size]))
        if which is not None and _is(plain[-size:], entity):
            return which
    return None


def _is(words: list[str], entity: str) -> bool:
    """True for the words of a kind of thing: ["order"] for "order" and for "purchase_order"."""
    kind, said = tuple(entity.split("_")), split(" ".join(words))
    return bool(said) and kind[-len(said) :] == said
