"""The tools that are served now, as the pages need them: a line for each, and what leads from one to the other."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from openapi_mcp.auth.scopes import named_scopes
from openapi_mcp.generator.listing import tokens_of
from openapi_mcp.generator.pages import written
from openapi_mcp.index.graph import Graph, read_graph, united_graph
from openapi_mcp.index.shown import within_rights
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import clean_text, one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.server.rights import Rights
from openapi_mcp.serving import Serves

_KEPT = 8  # sets of scopes whose lines and graph are kept
_LONGEST = 200  # characters of a title
_PATIENCE = 20.0  # seconds that the graph's page waits for what a document of thousands of operations takes,
_SHORT_PATIENCE = 2.0  # and a tool's, which has more to say

Scopes = frozenset[str] | None
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A tool in a list. `api` is what records call its API, `text` what a filter looks into."""

    name: str
    api: str
    method: str
    path: str
    title: str
    tokens: int
    read_only: bool
    destructive: bool
    text: str

    @property
    def rights(self) -> str:
        """What its calls may do: "reads", "writes" or "destructive"."""
        return "reads" if self.read_only else "destructive" if self.destructive else "writes"


class Inventory:
    """What each visitor may see of an app's tools; read in a thread, and again where other tools are served."""

    def __init__(self, app: Serves) -> None:
        self.rights = Rights(app)
        self._app = app
        self._toolset: Toolset | None = None
        self._named: frozenset[str] = frozenset()
        self._lines: OrderedDict[Scopes, tuple[Line, ...]] = OrderedDict()
        self._graphs: OrderedDict[Scopes, Graph] = OrderedDict()
        self._reading = anyio.Lock()

    async def lines(self, scopes: Scopes) -> tuple[Line, ...]:
        """Return a line for each tool that a caller with these scopes may call, in the order of the document."""
        async with self._reading:
            await self._follow()
            return await self._lines_of(self._counted(scopes))

    async def graph(self, scopes: Scopes) -> Graph | None:
        """Return what leads from one of these tools to another; None where that takes longer than a page may wait."""
        capabilities = await self._known(_PATIENCE)
        if capabilities is None:
            return None
        async with self._reading:
            await self._follow()
            counted = self._counted(scopes)
            if counted not in self._graphs:
                names = {line.name for line in await self._lines_of(counted)}
                graph = await _in_thread(partial(_graph, self._app, names, capabilities))
                _keep(self._graphs, counted, graph)
            return self._graphs[counted]

    async def capability(self, name: str, scopes: Scopes) -> Capability | None:
        """Return what a tool needs and yields, without tools that this caller may not call; None as `graph` does."""
        capabilities = await self._known(_SHORT_PATIENCE)
        if capabilities is None:
            return None
        return within_rights(capabilities.get(name, Capability()), partial(self.rights.allows, scopes=scopes))

    async def _known(self, patience: float) -> Capabilities | None:
        """Return what all tools need and yield; None where it is still found out, which goes on."""
        with anyio.move_on_after(patience):
            return await self._app.capabilities()
        return None

    async def _lines_of(self, counted: Scopes) -> tuple[Line, ...]:
        if counted not in self._lines:
            _keep(self._lines, counted, await _in_thread(partial(_read, self._app, self.rights, counted)))
        return self._lines[counted]

    def _counted(self, scopes: Scopes) -> Scopes:
        """Return the scopes that the document names: no others make a difference."""
        return None if scopes is None else scopes & self._named

    async def _follow(self) -> None:
        toolset = self._app.toolset
        if toolset is self._toolset:
            return
        self._named = await _in_thread(partial(_scopes_named, self._app))
        self._toolset = toolset
        self._lines.clear()
        self._graphs.clear()


async def _in_thread(work: "partial[Made]") -> Made:
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


def _keep(kept: "OrderedDict[Scopes, Made]", key: Scopes, value: Made) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)


def _scopes_named(app: Serves) -> frozenset[str]:
    each = (named_scopes((tool.operation,), app.scoped_schemes(tool)) for tool in app.toolset.tools)
    return frozenset().union(*each)


def _read(app: Serves, rights: Rights, scopes: Scopes) -> tuple[Line, ...]:
    write = written(app.toolset.style)
    tools = (tool for tool in app.toolset.tools if scopes is None or rights.tool(tool.name, scopes) is not None)
    return tuple(_line(tool, app.label_of(tool.name), len(write_json(write(tool)).encode())) for tool in tools)


def _line(tool: Tool, api: str, size: int) -> Line:
    operation = tool.operation
    path, title = clean_text(operation.path), one_line(tool.title, _LONGEST)
    return Line(
        name=tool.name,
        api=api,
        method=operation.method,
        path=path,
        title=title,
        tokens=tokens_of(size),
        read_only=tool.annotations.read_only,
        destructive=tool.annotations.destructive,
        text=" ".join((tool.name, operation.method, path, title, *operation.tags)).lower(),
    )


def having(lines: Iterable[Line], words: str) -> Iterator[Line]:
    """Yield the lines that have each of these words."""
    wanted = words.lower().split()
    return (line for line in lines if all(word in line.text for word in wanted))


def _graph(app: Serves, names: set[str], capabilities: Capabilities) -> Graph:
    by_api: dict[str, list[Tool]] = {}
    for tool in app.toolset.tools:
        if tool.name in names:
            by_api.setdefault(app.api_of(tool.name), []).append(tool)
    graphs: Mapping[str, Graph] = {api: read_graph(tools, capabilities) for api, tools in by_api.items()}
    return next(iter(graphs.values())) if "" in graphs and len(graphs) == 1 else united_graph(graphs)
