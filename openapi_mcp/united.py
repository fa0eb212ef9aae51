"""The toolsets of several APIs as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from openapi_mcp.generator.instructions import GOING_ON, NEEDING, READING, fitting, own_lines
from openapi_mcp.generator.listing import offered, united_size
from openapi_mcp.model.background import CANCEL_CALL_TOOL, GET_CALL_TOOL
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import Listing
from openapi_mcp.model.reading import READ_RESULT_TOOL
from openapi_mcp.model.searching import call_hints, united_hints
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset, wire_tool

_MISSING = "not available now; its tools are listed when it is"
_INSTRUCTIONS = 2000  # characters of all of them: clients cut at 2 kB


def united(
    toolsets: Mapping[str, Toolset | None],
    *,
    reads_on: bool = False,
    goes_on: bool = False,
    listing: Listing | None = None,
    more: Callable[[Toolset], Toolset] | None = None,
) -> Toolset:
    """Return what several APIs have, by their names, as it is offered; None is one that is not served now.

    `more` adds what is made of the tools of all of them.
    `goes_on` where calls may go on in the background; those of a document with answers that they come from may anyway.
    """
    served = {name: toolset for name, toolset in toolsets.items() if toolset is not None}
    has_jobs = any(toolset.has_jobs for toolset in served.values())
    goes_on = has_jobs or (goes_on and any(toolset.tools for toolset in served.values()))
    reading = (READ_RESULT_TOOL,) if reads_on else ()
    listing, extras = listing or Listing(), (*reading, *((GET_CALL_TOOL, CANCEL_CALL_TOOL) if goes_on else ()))
    toolset = Toolset(
        title=one_line(", ".join(f"{name}: {toolset.title}" for name, toolset in served.items()), 200),
        version="",
        instructions=_instructions(toolsets, goes_on=goes_on),
        tools=_Tools([toolset.tools for toolset in served.values()]),
        by_name=_ByName([toolset.by_name for toolset in served.values()]),
        extras=extras,
        style=listing.style,
        size=united_size((toolset.size for toolset in served.values()), extras),
        says_needs=all(toolset.says_needs for toolset in served.values()),
        has_jobs=has_jobs,
        hints=united_hints(toolset.hints for toolset in served.values()),
        skipped=tuple(chain.from_iterable(toolset.skipped for toolset in served.values())),
        odd_workflows=sum(toolset.odd_workflows for toolset in served.values()),
        problems=tuple(chain.from_iterable(toolset.problems for toolset in served.values())),
    )
    return offered(toolset if more is None else _with_more(toolset, more), listing)


def _with_more(toolset: Toolset, more: Callable[[Toolset], Toolset]) -> Toolset:
    """Return a toolset with more tools behind its own, which costs what their entries in the list are."""
    made = more(toolset)
    added = made.tools[len(toolset.tools) :]
    size = toolset.size + sum(len(write_json(wire_tool(tool)).encode()) + 1 for tool in added)
    return replace(made, size=size, hints=united_hints((toolset.hints, call_hints(added))))


class _Tools(Sequence[Tool]):
    """The tools of several lists; those that are kept on disk are read when they are asked for."""

    def __init__(self, each: Sequence[Sequence[Tool]]) -> None:
        self._each = each

    def __len__(self) -> int:
        return sum(map(len, self._each))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        for tools in self._each:
            if at < len(tools):
                break
            at -= len(tools)
        return tools[at]


class _ByName(Mapping[str, Tool]):
    """The same by their names, of which no two are equal."""

    def __init__(self, each: Sequence[Mapping[str, Tool]]) -> None:
        self._each = each

    def __len__(self) -> int:
        return sum(map(len, self._each))

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._each)

    def __getitem__(self, name: str) -> Tool:
        for tools in self._each:
            if name in tools:
                return tools[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in tools for tools in self._each)


def _instructions(toolsets: Mapping[str, Toolset | None], *, goes_on: bool) -> str:
    """Return what each API is, by the names of its tools, and once how results are to be read."""
    each = {name: toolset.instructions if toolset else _MISSING for name, toolset in toolsets.items()}
    needing = (NEEDING,) if any(NEEDING in said for said in each.values()) else ()
    common = (*needing, *((GOING_ON,) if goes_on else ()), *READING)
    room = (_INSTRUCTIONS - sum(map(len, common))) // max(1, len(toolsets)) - 25
    own = {name: fitting(own_lines(said), max(room, 40)) for name, said in each.items()}
    lines = (f"{name}_*: {one_line(' '.join(said), max(room, 40))}" for name, said in own.items())
    return "\n".join((*lines, *common))
