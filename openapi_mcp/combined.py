"""The tools of several APIs as one list, made anew when one of them serves others than before."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.apart import apart
from openapi_mcp.app import App
from openapi_mcp.arazzo import Workflows, place_of
from openapi_mcp.generator.pages import Pages, ToolPages, pages_of
from openapi_mcp.identity import source_of
from openapi_mcp.indexing import make_index
from openapi_mcp.member import Member
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.policy import ANY_CLIENT, Listing
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.united import united

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index


class Combined:
    """The tools of the `members` with the workflows that call them, as one list; `plans` are those workflows."""

    def __init__(
        self,
        members: Sequence[Member],
        listing: Listing | None = None,
        *,
        semantic: bool = False,
        workflows: Workflows | None = None,
        client: str = ANY_CLIENT,
        output_schemas: bool = False,
    ) -> None:
        self.members = tuple(members)
        self.workflows = workflows or Workflows()
        self.plans: Mapping[str, Tool] = {}
        self._client = client
        self._output_schemas = output_schemas
        self._listing = listing or Listing()
        self._semantic = semantic
        self._of: tuple[Toolset | None, ...] = ()
        self._toolset = united({})
        self._pages: Pages = ToolPages(())
        self._index: Index | None = None
        self._indexed: Toolset | None = None
        self._indexing = anyio.Lock()

    @property
    def toolset(self) -> Toolset:
        """The tools of all that are served now."""
        self._follow()
        return self._toolset

    @property
    def pages(self) -> Pages:
        """The list as it is sent."""
        self._follow()
        return self._pages

    @property
    def background_after(self) -> float | None:
        """Seconds after which a call goes on in the background, the same for all of them."""
        return self.members[0].config.background_after if self.members else None

    def apps(self) -> Iterator[App]:
        """Return those of the APIs that are served."""
        return (member.app for member in self.members if member.app is not None)

    async def index(self) -> "Index":
        """Return what finds the tools of all that are served now by words; made when it is first asked for."""
        from openapi_mcp.index.corpus import read_corpus, united_corpus

        async with self._indexing:
            toolset = self.toolset
            if self._index is None or self._indexed is not toolset:
                corpora = [await app.corpus() for app in tuple(self.apps())]
                corpora += [read_corpus(tuple(self.plans.values()), {}, dict.fromkeys(self.plans, Capability()))]
                self._index = await apart(partial(make_index, united_corpus(corpora), semantic=self._semantic))
                self._indexed = toolset  # where another document came meanwhile, the next search sees to it
        return self._index

    def offer(self, listing: Listing, *, semantic: bool) -> None:
        """List the tools so from now on."""
        if (listing, semantic) != (self._listing, self._semantic):
            self._listing, self._semantic = listing, semantic
            self._of, self._indexed = (), None

    def _follow(self) -> None:
        """Unite the tools anew where one of the APIs serves others than before."""
        of = tuple(member.toolset for member in self.members)
        if len(of) != len(self._of) or any(new is not old for new, old in zip(of, self._of, strict=True)):
            reads_on = any(app.reads_on and app.toolset.tools for app in self.apps())
            goes_on = bool(self.background_after)
            self._of = of
            toolsets = {member.name: member.toolset for member in self.members}
            self._toolset = united(
                toolsets, reads_on=reads_on, goes_on=goes_on, listing=self._listing, more=self._with_workflows
            )
            self._pages = pages_of(self._toolset)

    def _with_workflows(self, toolset: Toolset) -> Toolset:
        """Return the tools of all APIs with the workflows that call them."""
        self.plans = {}
        if not self.workflows.placed:
            return toolset
        from openapi_mcp.workflows import served_api, with_workflows

        apis = [
            served_api(member.app.toolset, member.app.document, place_of(source_of(member.config)), member.name)
            for member in self.members
            if member.app is not None
        ]
        made = with_workflows(
            toolset, self.workflows.placed, apis, client=self._client, output_schemas=self._output_schemas
        )
        self.plans = {tool.name: tool for tool in made.tools[len(toolset.tools) :]}
        return made
