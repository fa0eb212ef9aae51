"""What a description says of a tool's needs, for the list in which each tool stands by itself."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from openapi_mcp.generator.instructions import with_needs_told
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset

RETURNS = "\nReturns: "  # the line that generator/describe.py ends a description with
NEEDS = "\nNeeds "  # the line before it
DEPRECATED = "Deprecated."
MAX_DESCRIPTION = 1024  # clients.py: the point first, the rest may be cut
_LONGEST = 200  # characters of the line
_LONGEST_COMPACT = 100
_ROOM_COMPACT = 8_000  # bytes of the lines of a compact list; beyond that, what several tools need is told once
_MANY, _SHARE = 20, 0.05  # tools that need the same: then it is told once, in the instructions
_SEVERAL = 5

Source = tuple[str, str]
"""An argument, and the tool that it comes from."""


def with_needs(toolset: Toolset, capabilities: Capabilities) -> Toolset:
    """Return the toolset, each tool's description with a line on where what it needs comes from.

    What very many of them need stands in the instructions instead; in a compact list that is long, only there. Done
    twice, it is done once.
    """
    none, is_compact = Capability(), toolset.style == "compact"
    needed = [capabilities.get(tool.name, none) for tool in toolset.tools]
    counts = Counter(source for each in needed for source in _sources(each))
    fewest = max(_MANY, int(_SHARE * len(needed)))
    told = _told(counts, fewest)
    lines = [needs_line(each, _LONGEST_COMPACT if is_compact else _LONGEST, told) for each in needed]
    if is_compact and sum(map(len, lines)) > _ROOM_COMPACT:
        told, lines = _told(counts, _SEVERAL), [""] * len(lines)
    if not told and not any(lines) and not any(NEEDS in tool.description for tool in toolset.tools):
        return toolset
    return replace(
        toolset,
        tools=tuple(map(_with_line, toolset.tools, lines)),
        instructions=with_needs_told(toolset.instructions, told),
    )


def _sources(capability: Capability) -> list[Source]:
    """Return where what a tool cannot be called without comes from, the most telling first."""
    needs = (need for need in capability.needs if need.is_required and need.producers)
    return [(need.argument, need.producers[0].tool) for need in needs]


def _told(counts: Counter[Source], fewest: int) -> list[Source]:
    """Return what at least so many tools need, most of them first."""
    return [source for source, count in counts.most_common() if count >= fewest]


def _with_line(tool: Tool, line: str) -> Tool:
    said, mark, returns = tool.description.rpartition(RETURNS)
    point, had, _ = said.partition(NEEDS)
    if not line:
        return replace(tool, description=f"{point}{mark}{returns}") if had else tool
    room = max(MAX_DESCRIPTION, len(tool.description)) - len(f"\n{line}{mark}{returns}")
    fitting = point if len(point) <= room else one_line(point, room)
    return replace(tool, description=f"{fitting}\n{line}{mark}{returns}")


def needs_line(capability: Capability, longest: int = _LONGEST, told: Collection[Source] = ()) -> str:
    """Return what must be given and comes from another tool, as one sentence.

    "Needs owner and repo, from repos_list; id, from hooks_list." Without what was told already; as many as there is
    room for, the most telling first.
    """
    by_tool: dict[str, list[str]] = {}
    for argument, tool in _sources(capability):
        if (argument, tool) not in told:
            by_tool.setdefault(tool, []).append(argument)
    line = ""
    for tool, arguments in by_tool.items():
        said = f"{_listed(arguments)}, from {tool}"
        longer = f"{line}; {said}" if line else f"Needs {said}"
        if len(longer) < longest:
            line = longer
    return f"{line}." if line else ""


def needs_within(tool: Tool, allowed: Collection[str]) -> Tool:
    """Return a tool whose description names no tool as a source that is not `allowed`: a caller may not know of it."""
    said, mark, returns = tool.description.rpartition(RETURNS)
    point, has_line, line = said.partition(NEEDS)
    if not has_line:
        return tool
    sources = line.removesuffix(".").split("; ")
    left = "; ".join(source for source in sources if source.rpartition(", from ")[2] in allowed)
    return replace(tool, description=f"{point}{f'{NEEDS}{left}.' if left else ''}{mark}{returns}")


def _listed(arguments: list[str]) -> str:
    *others, last = arguments
    return f"{', '.join(others)} and {last}" if others else last
