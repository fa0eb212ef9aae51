"""Names like one that is not there, found among thousands within a moment."""

from collections.abc import Collection
from difflib import get_close_matches
from heapq import nlargest

from openapi_mcp.index.entities import split

_LONGEST = 128  # characters of a name that are compared
_PIECE = 3  # characters
_MOST_PIECES = 16  # of a name that are looked for in each other name
_MOST_COMPARED = 100  # names, by the slow way
_MOST_PLAIN = 2_000  # names whose words are looked at
_VERBS = ("get retrieve read fetch show", "create add new make", "update edit change modify", "delete remove destroy")
_VERB = {verb: verbs.split()[0] for verbs in _VERBS for verb in verbs.split()}


def near_names(name: str, names: Collection[str], most: int) -> list[str]:
    """Return those of some names that are most like another: ("order_list", ["orders_list"], 3) -> ["orders_list"].

    Those with the same words come first: "get_order" is orders_retrieve rather than orders_list. The names that share
    most pieces with it are compared, not all: among 20,000 that would take a second.
    """
    name = name[:_LONGEST]
    words = _words(name)
    same = [each for each in names if _words(each) == words] if words and len(names) <= _MOST_PLAIN else []
    if len(names) > _MOST_COMPARED:
        pieces = _pieces(name)
        shared = ((sum([piece in each for piece in pieces]), each) for each in names)
        names = [each for count, each in nlargest(_MOST_COMPARED, shared) if count]
    return list(dict.fromkeys((*same, *get_close_matches(name, names, most))))[:most]


def _words(name: str) -> frozenset[str]:
    """Return the words of a name in any order, verbs that mean the same as one: "getOrders" -> {"get", "order"}."""
    return frozenset(_VERB.get(word, word) for word in split(name))


def _pieces(name: str) -> list[str]:
    """Return pieces from all over a name: "order_list" -> ["ord", "rde", "der", ...], every second of a long one."""
    step = 1 + len(name) // _MOST_PIECES
    return list(dict.fromkeys(name[at : at + _PIECE] for at in range(0, max(1, len(name) - _PIECE + 1), step)))
