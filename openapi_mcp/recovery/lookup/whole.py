"""Whether a list is all that there is: only then one match in it is the only one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.steps import Found
from openapi_mcp.response.counts import PAGE_WORDS, SIZE, TOTAL, Counts
from openapi_mcp.response.cursors import has_more
from openapi_mcp.response.envelope import Fields, around, word

SIZES = frozenset((*SIZE, "top", "take", "rows", "maxitems", "resultsperpage", "first"))
"""What arguments are called that say how many items an answer may have."""
_PAGED = SIZES | frozenset(
    ("page", "pagenumber", "pagetoken", "offset", "skip", "cursor", "after", "startingafter", "nexttoken",
     "continuationtoken", "marker", "startat", "startindex")
)  # fmt: skip
_ONWARD = (
    "next", "nextpage", "nextcursor", "nextpagetoken", "nexttoken", "nextlink", "odatanextlink", "nexturl",
    "continuationtoken", "endcursor",
)  # fmt: skip
_SURELY_TOTAL = tuple(name for name in TOTAL if name != "count")
_ROUND = (5, 8, 12)  # a page that is full has a multiple of one of these: 10, 12, 16, 20, 25, 30, 50, 100
_MOST_SIZE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How many items of a list were seen, up to a page of it and on that page alone; `page_size`: on the first one.

    That is 0 where this is the first.
    """

    in_all: int
    on_page: int
    page_size: int = 0


def is_whole(found: Found, seen: Seen, tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """True where an answer is the end of a list.

    Where it says nothing of an end, and its tool takes a size or a page, it is one with fewer items than were asked
    for; with nothing asked or declared, one whose number of items is no size of a page.
    """
    if not found.is_whole or found.next is not None:
        return False
    places = around(found.value)
    said = _said_of_end(places, seen.in_all)
    if said is None and seen.on_page < seen.page_size:
        return True
    return said if said is not None else not _may_be_full(seen.on_page, tool, arguments)


def total_of(found: Found, seen: Seen) -> int | None:
    """Return how many items a list has in all, as an answer says."""
    return Counts(places=around(found.value), items=seen.in_all).say(TOTAL)


def _said_of_end(places: Sequence[Fields], seen: int) -> bool | None:
    """Return whether an answer says that there is no more; None where it says nothing of it."""
    more, counts = has_more(places), Counts(places=places, items=seen)
    if more is not None:
        return not more
    if (total := counts.say(TOTAL)) is not None and total > seen:
        return False
    is_end = any(name in place and not place[name] for place in places for name in _ONWARD)
    if is_end or counts.say(_SURELY_TOTAL) is not None:
        return True
    page, pages = counts.say(PAGE_WORDS), counts.total_pages()
    return None if pages is None else pages <= (page or 1)


def _may_be_full(seen: int, tool: Tool, arguments: Mapping[str, Any]) -> bool:
    names = [name for name in _properties(tool) if word(name[:80]) in _PAGED]
    if not names or not seen:
        return False
    sizes = _sizes(tool, arguments)
    if len(sizes) == 1 and sizes[0] > 0:
        return seen >= sizes[0]
    return any(seen % number == 0 for number in _ROUND)


def _sizes(tool: Tool, arguments: Mapping[str, Any]) -> Sequence[int]:
    """Return how many items were asked for, or are without being asked for."""
    named = {name: schema for name, schema in _properties(tool).items() if word(name[:80]) in SIZES}
    said = (arguments.get(name, tool.fixed.get(name, _of(schema, "default"))) for name, schema in named.items())
    return [each for each in said if isinstance(each, int) and not isinstance(each, bool)]


def largest_page(tool: Tool) -> dict[str, int]:
    """Return the argument for the largest page that a list declares: {"limit": 100}; {} where it declares none."""
    named = {name: _of(schema, "maximum") for name, schema in _properties(tool).items() if word(name[:80]) in SIZES}
    sizes = {name: most for name, most in named.items() if isinstance(most, int) and 0 < most <= _MOST_SIZE}
    return sizes if len(named) == 1 else {}


def _properties(tool: Tool) -> Mapping[str, Any]:
    held = tool.input_schema.get("properties", {})
    return held if isinstance(held, Mapping) else {}


def _of(schema: Any, keyword: str) -> Any:
    return schema.get(keyword) if isinstance(schema, Mapping) else None
