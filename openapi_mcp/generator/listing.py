"""Which list a client gets: each tool by itself, or the tools of the search mode; by what the list costs a model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain

from openapi_mcp.generator.enrich import with_needs
from openapi_mcp.generator.hints import with_result_size
from openapi_mcp.generator.instructions import for_compact, for_search
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.background import CANCEL_CALL_TOOL, GET_CALL, GET_CALL_TOOL
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import STYLES, Listing
from openapi_mcp.model.reading import READ_RESULT, READ_RESULT_TOOL
from openapi_mcp.model.searching import (
    CALL,
    DESCRIBE,
    SEARCH_TOOLS,
    as_searching,
    call_hints,
    describe_tool,
    search_tools,
)
from openapi_mcp.model.tool import RESULT_SIZE, Toolset, WireTool

BYTES_PER_TOKEN = 4
_FRAME = len('{"tools":[]}')
_GIVES_RESULTS = (CALL, READ_RESULT, GET_CALL)
_LISTED = {tool["name"]: tool for tool in (READ_RESULT_TOOL, GET_CALL_TOOL, CANCEL_CALL_TOOL)}
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


def tokens_of(size: int) -> int:
    """Return about how many tokens so many bytes are, as it is said, rounded up: more than 1,560 is never 1,560."""
    return -(-size // BYTES_PER_TOKEN)


def prepared(toolset: Toolset, listing: Listing, learn: Learn) -> Toolset:
    """Return a toolset with what decides how it is offered; `learn` finds out what its tools need.

    Only a list with each tool in it says that, so nothing is learnt for one that is too dear without.
    """
    plain = replace(toolset, style=listing.style, hints=call_hints(toolset.tools))
    plain = replace(plain, size=list_size(plain))
    if listing.mode == "search" or (listing.mode == "auto" and not _is_affordable(plain, listing)):
        return plain
    plain = with_needs(plain, learn())
    return replace(plain, size=list_size(plain), says_needs=True)


def offered(toolset: Toolset, listing: Listing) -> Toolset:
    """Return a prepared toolset as it is offered: in the mode that is wanted, or that its list can be paid for in."""
    if listing.mode != "auto":
        return _as_wanted(toolset, listing.mode, "as --mode says")
    listed = _listing(toolset)
    count = _count(listed)
    if not _is_short(listed, listing):
        return _as_wanted(toolset, "search", f"the list has {count:,} tools, and {listing.most} are taken at most")
    said = f"the list of {count:,} tools costs {_about(toolset, listed.size)}"
    if _is_affordable(listed, listing):
        return _as_wanted(toolset, "tools", f"{said}, within --context-budget {listing.budget}")
    why = f"{said}, more than --context-budget {listing.budget} ({_otherwise(toolset)})"
    return _as_wanted(toolset, "search", why)


def _is_affordable(toolset: Toolset, listing: Listing) -> bool:
    return toolset.size <= listing.budget * BYTES_PER_TOKEN and _is_short(toolset, listing)


def _is_short(toolset: Toolset, listing: Listing) -> bool:
    return listing.most is None or _count(toolset) <= listing.most


def _count(toolset: Toolset) -> int:
    return len(toolset.tools) + len(toolset.extras)


def _as_wanted(toolset: Toolset, mode: str, why: str) -> Toolset:
    if mode == "tools":
        return replace(_listing(toolset), mode=mode, why=why)
    return searching(toolset, why)


def _listing(toolset: Toolset) -> Toolset:
    """Return a toolset whose list has each tool, with what describes them where it abbreviates.

    A tool of the document that is named as ours keeps its name, and ours is not listed.
    """
    if toolset.style != "compact" or not toolset.tools:
        return toolset
    is_ours = DESCRIBE not in toolset.by_name
    more = (describe_tool(),) if is_ours else ()
    return replace(
        toolset,
        extras=(*more, *toolset.extras),
        instructions=for_compact(toolset.instructions, describes=is_ours),
        size=toolset.size + sum(len(write_json(tool)) + 1 for tool in more),
    )


def _about(toolset: Toolset, size: int) -> str:
    """Return what a list costs, at least, where nobody looked for what its tools need."""
    return f"{'' if toolset.says_needs else 'at least '}about {tokens_of(size):,} tokens"


def _otherwise(toolset: Toolset) -> str:
    """Return what else can be done about a list that is too dear.

    What it costs in another style is not reckoned from tools that are read from a disk one by one.
    """
    if toolset.style == "compact":
        return "--mode tools lists them all"
    if not isinstance(toolset.tools, tuple):
        return "--mode tools lists them all, with --list-style compact for less"
    compact = list_size(_listing(replace(toolset, style="compact")))
    return f"--mode tools lists them all, with --list-style compact for {_about(toolset, compact)}"


def costs(toolset: Toolset, learn: Learn) -> dict[str, Cost]:
    """Return what the list of a toolset, in whatever mode it is, costs in each form: "full", "compact", "search"."""
    extras = tuple(_unsearched(tool) for tool in toolset.extras if tool["name"] not in SEARCH_TOOLS)
    plain, needs = replace(toolset, mode="tools", extras=extras), learn()
    forms = {style: _listing(with_needs(replace(plain, style=style), needs)) for style in STYLES}
    forms["search"] = searching(plain, "")
    return {name: cost(form) for name, form in forms.items()}


def _unsearched(extra: WireTool) -> WireTool:
    """Return a tool that is no operation as it is listed beside each tool."""
    return {**extra, **_LISTED.get(extra["name"], {})}


def cost(toolset: Toolset) -> Cost:
    """Return what the list of a toolset costs as it is."""
    return Cost(tools=len(toolset.listed) + len(toolset.extras), bytes=list_size(toolset))


def searching(toolset: Toolset, why: str) -> Toolset:
    """Return the toolset with the tools of the search mode as its list."""
    reads_on = any(tool["name"] == READ_RESULT for tool in toolset.extras)
    size = {key: value for tool in toolset.tools[:1] for key, value in tool.meta.items() if key == RESULT_SIZE}
    plain = (*search_tools(toolset.hints), *map(as_searching, toolset.extras))
    return replace(
        toolset,
        mode="search",
        why=why,
        extras=tuple(with_result_size(tool, size if tool["name"] in _GIVES_RESULTS else {}) for tool in plain),
        instructions=for_search(toolset.instructions, reads_on=reads_on),
    )


def said_mode(mode: str, why: str) -> str:
    """Return one line on which list is served, and why: "search mode: the list of 1,102 tools costs ..."."""
    return f"{mode} mode: {why}"


def said_change(before: Toolset, now: Toolset) -> str:
    """Return what is said of a new document, and of another mode that comes with it.

    "the document has changed: 189 tools now; search mode: the list of 190 tools costs ..."
    """
    mode = f"; {said_mode(now.mode, now.why)}" if now.mode != before.mode else ""
    return f"the document has changed: {len(now.tools)} tools now{mode}"


def list_size(toolset: Toolset) -> int:
    """Return the bytes of `tools/list`, all pages together."""
    sizes = [len(text) for text in chain.from_iterable(pages_of(toolset).texts())]
    return _FRAME + sum(sizes) + max(0, len(sizes) - 1)


def united_size(sizes: Iterable[int], extras: Iterable[WireTool]) -> int:
    """Return the bytes of a list that has the tools of lists of these sizes, and these extras behind them."""
    own = [size - _FRAME for size in sizes if size > _FRAME]
    own += [len(write_json(extra).encode()) for extra in extras]
    return _FRAME + sum(own) + max(0, len(own) - 1)
