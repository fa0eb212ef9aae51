"""Which list a client gets: each tool by itself, or the tools of the search mode; by what the list costs a model."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from openapi_mcp.generator.enrich import with_needs
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.policy import Listing
from openapi_mcp.model.searching import call_hints, search_tools
from openapi_mcp.model.tool import Toolset

BYTES_PER_TOKEN = 4
Learn = Callable[[], Capabilities]


def prepared(toolset: Toolset, listing: Listing, learn: Learn) -> Toolset:
    """Return a toolset with what decides how it is offered; `learn` finds out what its tools need.

    Only a list with each tool in it says that, so nothing is learnt for one that is too dear without.
    """
    plain = replace(toolset, style=listing.style, hints=call_hints(toolset.tools))
    plain = replace(plain, size=list_size(plain))
    if listing.mode == "search" or (listing.mode == "auto" and not _is_affordable(plain, listing)):
        return plain
    plain = with_needs(plain, learn())
    return replace(plain, size=list_size(plain))


def offered(toolset: Toolset, listing: Listing) -> Toolset:
    """Return a prepared toolset as it is offered: in the mode that is wanted, or that its list can be paid for in."""
    if listing.mode != "auto":
        return _as_wanted(toolset, listing.mode, "as --mode says")
    cost = f"the list of {len(toolset.tools):,} tools costs about {toolset.size // BYTES_PER_TOKEN:,} tokens"
    if _is_affordable(toolset, listing):
        return _as_wanted(toolset, "tools", f"{cost}, within --context-budget {listing.budget}")
    return _as_wanted(toolset, "search", f"{cost}, more than --context-budget {listing.budget}")


def _is_affordable(toolset: Toolset, listing: Listing) -> bool:
    return toolset.size <= listing.budget * BYTES_PER_TOKEN


def _as_wanted(toolset: Toolset, mode: str, why: str) -> Toolset:
    if mode == "tools":
        return replace(toolset, mode=mode, why=why)
    return searching(toolset, why)


def searching(toolset: Toolset, why: str) -> Toolset:
    """Return the toolset with the tools of the search mode as its list."""
    return replace(toolset, mode="search", why=why, extras=(*search_tools(toolset.hints), *toolset.extras))


def list_size(toolset: Toolset) -> int:
    """Return the bytes of `tools/list`, all pages together."""
    texts = chain.from_iterable(pages_of(toolset).texts())
    return len('{"tools":[]}') + sum(len(text) + 1 for text in texts)
