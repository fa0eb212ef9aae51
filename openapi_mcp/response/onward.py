"""Pages that became one: what it says of how it goes on is what the last of them says."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.response.counts import PAGE_WORDS
from openapi_mcp.response.cursors import MARK_WORDS
from openapi_mcp.response.envelope import is_around, word
from openapi_mcp.response.links import NEXT_WORDS

_ONWARD = MARK_WORDS | {*NEXT_WORDS}
_DEEPEST = 4  # objects in one another, as deep as `around` looks: data.meta.pagination.next


def going_on_as(first: JsonValue, last: JsonValue, deepest: int = _DEEPEST) -> JsonValue:
    """Return the first page, its words on how it goes on taken from the last one; left out where that has none.

    ({"items": [1], "next": "/a?page=2", "total": 2}, {"items": [2], "next": null}) -> {"items": [1], "next": null,
    "total": 2}. Only the places are changed where the way to the next page is read from.
    """
    if not isinstance(first, dict) or not deepest:
        return first
    after = last if isinstance(last, dict) else {}
    kept = {name: value for name, value in first.items() if name in after or not _is_onward(name, value)}
    return {name: _going_on(name, value, after.get(name), deepest) for name, value in kept.items()}


def _going_on(name: str, first: JsonValue, last: JsonValue, deepest: int) -> JsonValue:
    if _is_onward(name, first):
        return last
    return going_on_as(first, last, deepest - 1) if is_around(name[:80]) else first


def _is_onward(name: str, value: JsonValue) -> bool:
    """True for a word such as `next`, `has_more` or a page's number; a list under one of these is none."""
    said = word(name[:80])
    return (said in _ONWARD and not isinstance(value, list)) or (said in PAGE_WORDS and isinstance(value, int))
