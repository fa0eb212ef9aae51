"""Which of the tools each caller may see and call: a list for every set of scopes."""

from collections import OrderedDict

from openapi_mcp.auth.scopes import allows, named_scopes, scoped_schemes
from openapi_mcp.generator.pages import Pages, ToolPages
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.serving import App

_LISTS = 64  # sets of scopes whose list is kept; a page of it is made anew whenever it is asked for


class Rights:
    """What callers may use of an app's tools, whatever document is served. `scopes` None is a caller without limits.

    Only the scopes that the document names count, so callers cannot make us keep lists by inventing others.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._toolset: Toolset | None = None
        self._scoped: frozenset[str] = frozenset()
        self._named: frozenset[str] = frozenset()
        self._lists: OrderedDict[frozenset[str], Pages] = OrderedDict()

    def tool(self, name: str, scopes: frozenset[str] | None) -> Tool | None:
        """Return the tool of this name; None where there is none, or none for this caller."""
        tool = self._app.toolset.by_name.get(name)
        if tool is None or scopes is None:
            return tool
        self._follow()
        return tool if allows(scopes, tool.operation, self._scoped) else None

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
        tools = [tool for tool in toolset.tools if allows(scopes, tool.operation, self._scoped)]
        return ToolPages(tools, toolset.extras)

    def _follow(self) -> None:
        """Begin anew where another document is served now."""
        toolset = self._app.toolset
        if toolset is self._toolset:
            return
        self._toolset = toolset
        self._scoped = scoped_schemes(self._app.document.security_schemes)
        self._named = named_scopes((tool.operation for tool in toolset.tools), self._scoped)
        self._lists.clear()
