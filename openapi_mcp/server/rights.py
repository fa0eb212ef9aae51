"""Which of the tools each caller may see and call: a list for every set of scopes."""

from collections import OrderedDict
from dataclasses import replace

from openapi_mcp.auth.scopes import allows, named_scopes
from openapi_mcp.generator.enrich import needs_within
from openapi_mcp.generator.instructions import without_inventory
from openapi_mcp.generator.pages import Pages, pages_of
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.serving import Serves

_LISTS = 64  # sets of scopes whose list is kept; a page of it is made anew whenever it is asked for


class Rights:
    """What callers may use of an app's tools, whatever document is served. `scopes` None is a caller without limits.

    Only the scopes that the document names count, so callers cannot make us keep lists by inventing others.
    """

    def __init__(self, app: Serves) -> None:
        self._app = app
        self._toolset: Toolset | None = None
        self._named: frozenset[str] = frozenset()
        self._lists: OrderedDict[frozenset[str], Pages] = OrderedDict()

    def tool(self, name: str, scopes: frozenset[str] | None) -> Tool | None:
        """Return the tool of this name; None where there is none, or none for this caller."""
        tool = self._app.toolset.by_name.get(name)
        return tool if tool is not None and self._allows(scopes, tool) else None

    def allows(self, name: str, scopes: frozenset[str] | None) -> bool:
        """True where there is a tool of this name for this caller; one that is kept on disk is read only for scopes."""
        return name in self._app.toolset.by_name if scopes is None else self.tool(name, scopes) is not None

    @property
    def instructions(self) -> str:
        """The server's instructions, which are the same for all callers: they name no tool that some may not know."""
        self._follow()
        text = self._app.toolset.instructions
        return without_inventory(text) if self._named else text

    def pages(self, scopes: frozenset[str] | None) -> Pages:
        """Return the list as this caller sees it."""
        if scopes is None:
            return self._app.pages
        self._follow()
        counted = scopes & self._named
        if counted == self._named:
            return self._app.pages
        if counted not in self._lists:
            self._lists[counted] = self._allowed(counted)
            if len(self._lists) > _LISTS:
                self._lists.popitem(last=False)
        self._lists.move_to_end(counted)
        return self._lists[counted]

    def _allowed(self, scopes: frozenset[str]) -> Pages:
        toolset = self._app.toolset
        allowed = [tool for tool in toolset.listed if self._allows(scopes, tool)]
        names = {tool.name for tool in allowed}
        return pages_of(replace(toolset, tools=tuple(needs_within(tool, names) for tool in allowed)))

    def _allows(self, scopes: frozenset[str] | None, tool: Tool) -> bool:
        if scopes is None:
            return True
        if tool.plan is not None:  # one who may not take a step may not take any
            return all(self.allows(name, scopes) for name in tool.plan.tools)
        return allows(scopes, tool.operation, self._app.scoped_schemes(tool))

    def _follow(self) -> None:
        """Begin anew where another document is served now."""
        toolset = self._app.toolset
        if toolset is self._toolset:
            return
        self._toolset = toolset
        each = (named_scopes((tool.operation,), self._app.scoped_schemes(tool)) for tool in toolset.tools)
        self._named = frozenset().union(*each)
        self._lists.clear()
