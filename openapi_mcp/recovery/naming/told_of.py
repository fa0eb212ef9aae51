"""Whether the document speaks of what a word is taken for: "limit" may be that of a page, or that of a budget."""

from openapi_mcp.index.entities import split
from openapi_mcp.model.document import Schema
from openapi_mcp.recovery.naming.level import Level
from openapi_mcp.recovery.naming.same_words import common, forms, is_short_form

_LONGEST = 400  # characters of a description that are read
_OF_TWO_THINGS = frozenset(("limit", "term", "q", "mail", "skip"))  # beside the short forms of words
_PLAIN_SHORT = frozenset(("id", "pk", "lat", "lng", "lon", "qty"))
_SPOKEN = {
    "q": "search query text find keyword filter match look phrase",
    "limit": "page number result item record row entry per return list size many",
    "offset": "offset skip first page start begin result item record row entry",
    "sort_by": "sort order ordering",
    "email": "email e-mail",
    "zip": "zip postal postcode",
}
"""Other words of a description by which it speaks of the same, by the name that stands for each group."""
_ORDERS = frozenset(("sort", "order", "ordering", "sorting"))


def is_told_of(given: str, name: str, level: Level) -> bool:
    """Return whether a declared field is what a given word stands for: where it is described, it is spoken of there.

    Never for an order where another field has to do with the order too.
    """
    wire = split(level.wire.get(name, name))
    if common(wire) == ("sort_by",) and _has_another_order(name, level):
        return False
    text = _described(level.declared[name])
    return not text or bool(set(text) & _evidence(split(given), wire)) or _is_whole(wire)


def _described(schema: Schema) -> tuple[str, ...]:
    return tuple(word for part in str(schema.get("description", ""))[:_LONGEST].split() for word in split(part))


def _evidence(given: tuple[str, ...], wire: tuple[str, ...]) -> set[str]:
    """Return the words of which one has to be said: not the declared one, where it may be that of another thing."""
    same = {word for word in forms(wire) if len(word) > 1}
    told = set(given) | same | set(_SPOKEN.get("_".join(common(wire)), "").split())
    return told - {word for word in wire if _is_doubtful(word)}


def _is_doubtful(word: str) -> bool:
    return word in _OF_TWO_THINGS or (is_short_form(word) and word not in _PLAIN_SHORT)


def _is_whole(wire: tuple[str, ...]) -> bool:
    """True for a name that is written out, of which nothing else is likely meant: "page_size", "latitude"."""
    return not any(map(_is_doubtful, wire)) and (len(wire) > 1 or common(wire)[0] not in _SPOKEN)


def _has_another_order(name: str, level: Level) -> bool:
    others = (split(each) for each in level.declared if each != name)
    return any(_ORDERS & set(words) and words[-1] != "id" for words in others)
