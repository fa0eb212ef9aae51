"""Which list a client gets: each tool by itself, or the tools of the search mode; by what the list costs a model."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from openapi_mcp.generator.enrich import with_needs
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.policy import Listing
from openapi_mcp.model.searching import search_tools
from openapi_mcp.model.tool import Toolset

BYTES_PER_TOKEN = 4
Learn = Callable[[], Capabilities]


def listed(toolset: Toolset, listing: Listing, learn: Learn) -> Toolset:
    """Return a toolset as it is offered; `learn` finds out what its tools need, which only their own list says.

    A list that is too dear without that is not made dearer to find out by how much.
    """
    plain = replace(toolset, style=listing.style)
    plain = replace(plain, size=list_size(plain))
    if listing.mode == "search":
        return searching(plain, "as --mode says")
    if listing.mode == "tools" or _is_affordable(plain, listing):
        plain = with_needs(plain, learn())
        plain = replace(plain, size=list_size(plain))
    if listing.mode == "tools":
        return replace(plain, why="as --mode says")
    cost = f"the list of {len(plain.tools)} tools costs about {plain.size // BYTES_PER_TOKEN:,} tokens"
    if _is_affordable(plain, listing):
        return replace(plain, why=f"{cost}, within --context-budget {listing.budget}")
    return searching(plain, f"{cost}, more than --context-budget {listing.budget}")


def _is_affordable(toolset: Toolset, listing: Listing) -> bool:
    return toolset.size <= listing.budget * BYTES_PER_TOKEN


def searching(toolset: Toolset, why: str) -> Toolset:
    """Return the toolset with the tools of the search mode as its list."""
    return replace(toolset, mode="search", why=why, extras=(*search_tools(toolset.tools), *toolset.extras))


def list_size(toolset: Toolset) -> int:
    """Return the bytes of `tools/list`, all pages together."""
    texts = chain.from_iterable(pages_of(toolset).texts())
    return len('{"tools":[]}') + sum(len(text) + 1 for text in texts)
