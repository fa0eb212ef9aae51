"""Names of tools like one that is not there: by their words, else by their spelling."""

from collections.abc import Collection

from openapi_mcp.index.entities import split
from openapi_mcp.model.near import spelled_near

_LONGEST = 128  # characters of a name whose words are looked at
_MOST_PLAIN = 2_000  # names whose words are looked at
_VERBS = ("get retrieve read fetch show", "create add new make", "update edit change modify", "delete remove destroy")
_VERB = {verb: verbs.split()[0] for verbs in _VERBS for verb in verbs.split()}


def near_names(name: str, names: Collection[str], most: int) -> list[str]:
    """Return those of some names that are most like another: ("order_list", ["orders_list"], 3) -> ["orders_list"].

    Those with the same words come first: "get_order" is orders_retrieve rather than orders_list.
    """
    name = name[:_LONGEST]
    words = _words(name)
    same = [each for each in names if _words(each) == words] if words and len(names) <= _MOST_PLAIN else []
    return list(dict.fromkeys((*same, *spelled_near(name, names, most))))[:most]


def _words(name: str) -> frozenset[str]:
    """Return the words of a name in any order, verbs that mean the same as one: "getOrders" -> {"get", "order"}."""
    return frozenset(_VERB.get(word, word) for word in split(name))
