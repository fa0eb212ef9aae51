"""Which declared field a name that the document does not have may stand for."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache

from openapi_mcp.index.entities import HANDLES, IDS, Name, parameter_in, parse, segments, split, split_as_is
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.naming.level import Level
from openapi_mcp.recovery.naming.same_words import common
from openapi_mcp.recovery.naming.typos import distance, is_plain_slip, is_slip


class Likeness(IntEnum):
    """How near two names are, the nearest first."""

    SPELLED = 1
    """The same letters: "orderId", "order-id" and "order id" for "order_id"."""
    NUMBER = 2
    """The same words, one of them in the plural: "tag" for "tags"."""
    WORD = 3
    """Words that always mean the same: "per_page" for "limit"."""
    KEY = 4
    """The id of the same thing: "customer" for "customer_id", "id" for the only id."""
    SLIP = 5
    """One word mistyped: "custmer_id"."""


_PUNCTUATION = re.compile(r"[\s_\-.:$@()\[\]{}/]+")
_LONGEST = 120  # characters of a name that are compared
_FILTERS = ("filter", "where")


def alike(given: str, name: str, level: Level, tool: Tool) -> Likeness | None:
    """Return how near a given name is to a declared one, under which it may be meant; None where it is not."""
    if max(len(given), len(name)) > _LONGEST:
        return None
    return _likeness(given, name, level.wire.get(name, name), entity_of(name, level, tool))


@lru_cache(maxsize=1 << 14)  # of one call each name is held against each other one, for each fault and in each round
def _likeness(given: str, name: str, wire: str, entity: tuple[str, ...]) -> Likeness | None:
    is_plain = _is_plain(given) and _is_plain(wire)
    names = (name, wire) if is_plain else (wire,)
    if any(_letters(given) == _letters(each) and not _is_of_unit(given, each) for each in _forms(names, wire)):
        return Likeness.SPELLED
    words = split(given)
    if not words or not is_plain or any(_is_secret(each) for each in (given, wire)):
        return None
    if any(words == split(each) for each in names):
        return Likeness.NUMBER
    if any(common(words) == common(split(each)) for each in names):
        return Likeness.WORD
    if names_the_same(given, wire, entity):
        return Likeness.KEY
    is_slip_of = any(_is_mistyped(words, split(each)) or is_plainly_mistyped(given, each) for each in names)
    return Likeness.SLIP if is_slip_of else None


_SECRETS = frozenset(("password", "passwd", "pwd", "passphrase", "secret", "token", "pin", "otp"))


def _is_secret(name: str) -> bool:
    """True for what is not to be sent under any other name."""
    return not _SECRETS.isdisjoint(split(name))


def _is_of_unit(given: str, name: str) -> bool:
    """True where one of two names of the same letters ends in "s" for seconds: "timeouts" and "timeout_s"."""
    return (split_as_is(given)[-1:] == ("s",)) != (split_as_is(name)[-1:] == ("s",))


def _letters(name: str) -> str:
    """Return a name without its separators and letter cases: "filter[name]" -> "filtername"; "created>=" as it is."""
    return _PUNCTUATION.sub("", name[:_LONGEST]).casefold()


def _is_plain(wire: str) -> bool:
    """True where a name on the wire has no sign that means something: not "created>=", "name!"."""
    return _letters(wire).isalnum()


def _forms(names: tuple[str, ...], wire: str) -> Iterator[str]:
    """Yield a name's own forms: "Request-Kind" of the header "X-Request-Kind", "name" of "filter[name]"."""
    yield from names
    if wire.lower().startswith("x-"):
        yield wire[2:]
    outer, bracket, inner = wire.partition("[")
    if bracket and outer.lower() in _FILTERS and inner.endswith("]") and "[" not in inner:
        yield inner[:-1]


def entity_of(name: str, level: Level, tool: Tool) -> tuple[str, ...]:
    """Return the words of what a path argument names, or of what the call is about: "/customers/{id}" -> ("customer",).

    () for the fields of an inner object.
    """
    return _entity(level.wire.get(name, name), tool.operation.path) if level.is_root else ()


@lru_cache(maxsize=1 << 10)
def _entity(wire: str, path: str) -> tuple[str, ...]:
    before: tuple[str, ...] = ()
    for segment in segments(path):
        inner = parameter_in(segment)
        if inner == wire:
            return split(segment[: segment.find("{")]) or before  # OData has "/Orders({Id})"
        before = () if inner else split(segment)
    literal = [segment for segment in segments(path) if not parameter_in(segment)]
    return split(literal[-1]) if literal else ()


_NO_THINGS = frozenset(
    ("type", "status", "before", "after", "since", "until", "from", "to", "first", "last", "max", "min", "start", "end")
)
"""Words beside which an id is another thing: "before" may be a day, where "before_id" is not."""


def names_the_same(given: str, wire: str, entity: tuple[str, ...]) -> bool:
    """True where both are keys of one thing: "customerId" and "pk" of a customer, "customer" and "customer_id"."""
    mine, theirs = parse(given), parse(wire)
    if mine.words and mine.key == theirs.key and not theirs.words:  # "issue_number" for the "number" of an issue
        return bool(mine.key) and mine.words == entity[-len(mine.words) :]
    if not mine.words or mine.key not in IDS | {""} or mine.words[-1] in _NO_THINGS:
        return False
    if mine.is_plural and not mine.key:
        return False
    if theirs.words:
        return mine.words == theirs.words and _is_key(mine, theirs)
    return theirs.key in IDS and bool(entity) and entity[-len(mine.words) :] == mine.words


def _is_key(mine: Name, theirs: Name) -> bool:
    if mine.key:
        return theirs.key in IDS | {""}
    return theirs.key in IDS or theirs.key in HANDLES


def is_id(name: str) -> bool:
    """True for the name of an id: "id", "customer_id", "pk"."""
    return parse(name).key in IDS


_BARE = frozenset(("id", "pk", "identifier", "uuid", "guid"))  # not "uid", which is often that of a user


def is_bare_id(name: str) -> bool:
    """True for an id that does not say of what: "id", "pk", "ID"."""
    found = parse(name)
    return found.key in _BARE and not found.words and not found.is_plural


_OF_ALL = frozenset(("full", "whole", "complete", "display", "total", "my", "the", "new"))


def are_akin(given: str, name: str, level: Level, tool: Tool) -> bool:
    """True where one name says more words than the other, which say nothing else: "fullName" and "name".

    "customer_name" and "name" where the call is about customers; never "first_name" and "name".
    """
    mine, theirs = split(given), split(level.wire.get(name, name))
    beside = set(mine) ^ set(theirs)
    return bool(beside) and mine[-1:] == theirs[-1:] and beside <= _OF_ALL | set(entity_of(name, level, tool))


def is_one_letter_off(given: str, name: str) -> bool:
    """True where a name of six letters or more differs from another one in a letter."""
    return len(_letters(name)) > 5 and distance(_letters(given), _letters(name)) == 1


def is_plainly_mistyped(given: str, name: str) -> bool:
    """True where all words of a name but one are to the letter those of another, and that one has a plain slip."""
    wrong = _differing(given, name)
    return wrong is not None and is_plain_slip(*wrong)


def is_near_another(given: str, name: str, others: Iterable[str]) -> bool:
    """True where the mistyped word of a name is a letter off from a word of a third one as well."""
    wrong = _differing(given, name)
    words = {word for other in others for word in split_as_is(other)} if wrong else set[str]()
    return wrong is not None and any(word != wrong[1] and distance(wrong[0], word) < 2 for word in words)


def _differing(given: str, name: str) -> tuple[str, str] | None:
    """Return the one word in which two names differ, as each has it."""
    mine, theirs = split_as_is(given), split_as_is(name)
    wrong = [(word, other) for word, other in zip(mine, theirs, strict=False) if word != other]
    return wrong[0] if len(mine) == len(theirs) and len(wrong) == 1 else None


def _is_mistyped(words: tuple[str, ...], meant: tuple[str, ...]) -> bool:
    """True where all words but one are the same, and that one is mistyped."""
    if len(words) != len(meant):
        return False
    wrong = [(word, other) for word, other in zip(words, meant, strict=True) if word != other]
    return len(wrong) == 1 and is_slip(*wrong[0])
