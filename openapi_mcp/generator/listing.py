"""Which list a client gets: each tool by itself, or the tools of the search mode; by what the list costs a model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from openapi_mcp.generator.enrich import with_needs
from openapi_mcp.generator.hints import with_result_size
from openapi_mcp.generator.instructions import for_search
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.policy import STYLES, Listing
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH, search_tools
from openapi_mcp.model.tool import RESULT_SIZE, Tool, Toolset, WireTool

BYTES_PER_TOKEN = 4
_AS_SAID = "as --mode says"
_OF_SEARCH = (SEARCH, DESCRIBE, CALL)
Learn = Callable[[], Capabilities]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a list costs: its tools, the bytes of `tools/list`, and about how many tokens of context these are."""

    tools: int
    bytes: int

    @property
    def tokens(self) -> int:
        """A rule of thumb that holds for JSON: four bytes are one."""
        return self.bytes // BYTES_PER_TOKEN


def listed(toolset: Toolset, listing: Listing, learn: Learn) -> Toolset:
    """Return a toolset as it is offered; `learn` finds out what its tools need, which only their own list says.

    A list that is too dear without that is not made dearer to find out by how much.
    """
    plain = replace(toolset, style=listing.style)
    plain = replace(plain, size=list_size(plain))
    if listing.mode == "search":
        return searching(plain, _AS_SAID)
    if listing.mode == "tools" or _is_affordable(plain, listing):
        plain = with_needs(plain, learn())
        plain = replace(plain, size=list_size(plain))
    if listing.mode == "tools":
        return replace(plain, why=_AS_SAID)
    said = f"the list of {len(plain.tools):,} tools costs about {_tokens(plain.size)}"
    if _is_affordable(plain, listing):
        return replace(plain, why=f"{said}, within --context-budget {listing.budget}")
    return searching(plain, f"{said}, more than --context-budget {listing.budget} ({_otherwise(plain)})")


def _is_affordable(toolset: Toolset, listing: Listing) -> bool:
    return toolset.size <= listing.budget * BYTES_PER_TOKEN


def _tokens(size: int) -> str:
    return f"{size // BYTES_PER_TOKEN:,} tokens"


def _otherwise(toolset: Toolset) -> str:
    """Return what else can be done about a list that is too dear."""
    if toolset.style == "compact":
        return "--mode tools lists them all"
    compact = list_size(replace(toolset, style="compact"))
    return f"--mode tools lists them all, with --list-style compact for about {_tokens(compact)}"


def costs(toolset: Toolset, learn: Learn) -> dict[str, Cost]:
    """Return what the list of a toolset, in whatever mode it is, costs in each form: "full", "compact", "search"."""
    extras = tuple(tool for tool in toolset.extras if tool["name"] not in _OF_SEARCH)
    plain, needs = replace(toolset, mode="tools", extras=extras), learn()
    forms = {style: with_needs(replace(plain, style=style), needs) for style in STYLES}
    forms["search"] = searching(plain, "")
    return {name: cost(form) for name, form in forms.items()}


def cost(toolset: Toolset) -> Cost:
    """Return what the list of a toolset costs as it is."""
    return Cost(tools=len(toolset.listed) + len(toolset.extras), bytes=list_size(toolset))


def searching(toolset: Toolset, why: str) -> Toolset:
    """Return the toolset with the tools of the search mode as its list."""
    reads_on = any(tool["name"] == READ_RESULT for tool in toolset.extras)
    return replace(
        toolset,
        mode="search",
        why=why,
        extras=(*_search_tools(toolset.tools), *toolset.extras),
        instructions=for_search(toolset.instructions, reads_on=reads_on),
    )


def _search_tools(tools: Sequence[Tool]) -> Iterator[WireTool]:
    """Yield the tools of the search mode; results come through the one that calls."""
    hint = {key: value for tool in tools[:1] for key, value in tool.meta.items() if key == RESULT_SIZE}
    for each in search_tools(tools):
        yield with_result_size(each, hint if each["name"] == CALL else {})


def list_size(toolset: Toolset) -> int:
    """Return the bytes of `tools/list`, all pages together."""
    sizes = [len(text) for text in chain.from_iterable(pages_of(toolset).texts())]
    return len('{"tools":[]}') + sum(sizes) + max(0, len(sizes) - 1)
