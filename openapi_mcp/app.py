"""What serves one API, while documents and settings come and go."""

from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio

from openapi_mcp.apart import apart
from openapi_mcp.auth.scopes import scoped_schemes
from openapi_mcp.config import Config
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.terms import Limiters
from openapi_mcp.generator.catalogue import Freshness, Summary, summary_of
from openapi_mcp.generator.pages import Pages, pages_of
from openapi_mcp.generator.stored import Stored
from openapi_mcp.identity import identity_of
from openapi_mcp.model.call import Call, Caller, Failure, Result
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.document import Document
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.served import Served
from openapi_mcp.serving import Serving
from openapi_mcp.switches import NOTHING_OFF, Switched

if TYPE_CHECKING:
    from openapi_mcp.index.corpus import Corpus
    from openapi_mcp.index.search import Index
    from openapi_mcp.shared.link import Link


class App(Serving):
    """What serves calls: the tools, and the executor that runs them; both are exchanged when a new document arrives.

    `can_change` says whether one may arrive; `on_change` are told when the list has changed. `stored` is the catalogue
    that it began from, None where the document was loaded; `looked` is when it was last seen at its source, in seconds
    since 1970, 0 where that is not known; `trouble` is why a new one could not be served, once said.
    `kept` are the answers that can be read on, None where none can: they stay when the document goes. `config` is what
    the operator wants now, `switched` what a person switched off; `renewed` is set, and another one, when another
    `config` comes. Whoever exchanges what is served holds `exchanging`. The `limiters` stay when all else goes; the
    `cache` is that of the executor. By the `link` replicas share, where there is one, and the list too where it
    `agrees`. `in_flight` counts the calls that run.
    """

    def __init__(
        self,
        *,
        toolset: Toolset,
        document: Document,
        executor: Executor,
        pages: Pages | None = None,
        freshness: Freshness | None = None,
        stored: Stored | None = None,
        can_change: bool = False,
        kept: KeptAnswers | None = None,
        config: Config | None = None,
        switched: Switched = NOTHING_OFF,
        limiters: Limiters | None = None,
        cache: Cache | None = None,
        link: "Link | None" = None,
    ) -> None:
        super().__init__(stored=stored, can_change=can_change, link=link)
        self._served = Served(
            toolset=toolset,
            document=document,
            executor=executor,
            pages=pages or pages_of(toolset),
            freshness=freshness,
            stored=stored,
        )
        self.kept = kept
        self.config = config or Config()
        self.switched = switched
        self.limiters = limiters
        self.cache = cache
        self.renewed = anyio.Event()
        self.exchanging = anyio.Lock()
        self.trouble: str | None = None
        self.looked = float(freshness.made) if freshness is not None else 0.0
        self.in_flight = 0

    @property
    def toolset(self) -> Toolset:
        """The tools that are served now."""
        return self._served.toolset

    @property
    def document(self) -> Document:
        """What they were made from."""
        return self._served.document

    @property
    def executor(self) -> Executor:
        """What runs their calls."""
        return self._served.executor

    @property
    def pages(self) -> Pages:
        """The list as it is sent."""
        return self._served.pages

    @property
    def reads_on(self) -> bool:
        """True where answers that were cut can be read on."""
        return self.kept is not None and self.config.limits.max_response > 0

    @property
    def background_after(self) -> float | None:
        """Seconds after which a call goes on in the background, 0 for never; None where nothing was said."""
        return self.config.background_after

    @property
    def is_whole(self) -> bool:
        """True where all of the document is at hand: a catalogue holds only what calls need of it."""
        return self._served.stored is None

    @property
    def freshness(self) -> Freshness | None:
        """What tells whether the list is still true."""
        return self._served.freshness

    @freshness.setter
    def freshness(self, freshness: Freshness | None) -> None:
        self._served.freshness = freshness

    @property
    def summary(self) -> Summary:
        """What a start says about the tools."""
        return self.stored.summary if self.stored else summary_of(self.toolset)

    @property
    def lacking(self) -> int:
        """How many tools lack a credential; not counted where they are read from a catalogue."""
        return 0 if self.stored else sum(map(self.executor.lacks_credential, self.toolset.tools))

    async def __aenter__(self) -> Self:
        await self.executor.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.executor.__aexit__(kind, error, traceback)

    async def index(self) -> "Index":
        """Return what finds the tools that are served now by words; made in a thread when it is first asked for."""
        return await self._served.index(semantic=self.config.semantic)

    async def corpus(self) -> "Corpus":
        """Return what is searched of the tools that are served now; read in a thread when it is first asked for."""
        return await self._served.corpus.get()

    async def capabilities(self) -> Capabilities:
        """Return what the tools that are served now need and yield."""
        return (await self.corpus()).capabilities

    def api_of(self, tool: str) -> str:
        """Return "": there is only this one."""
        return ""

    def label_of(self, tool: str) -> str:
        """Return its name among several, else the document's title."""
        return self.config.name or self.toolset.title

    def identity_of(self, tool: str) -> str:
        """Return what it is known by from run to run: as the operator named it."""
        return identity_of(self.config)

    def scoped_schemes(self, tool: Tool) -> frozenset[str]:
        """Return the names of the schemes whose requirements name scopes: those of the one document."""
        return scoped_schemes(self.document.security_schemes)

    def asks_before(self, tool: Tool) -> bool:
        """True where a person is asked before a call of this tool is sent: as is said of it, else by what it does.

        Of a workflow its steps are asked about, each before it is sent.
        """
        if tool.plan is not None:
            return False
        if tool.limits.confirm is not None:
            return tool.limits.confirm
        match self.config.confirm:
            case "writes":
                return not tool.annotations.read_only
            case "destructive":
                return tool.annotations.destructive
        return False

    def foresee(self, call: Call) -> HttpRequest | Failure:
        """Return what a call would send now, secrets masked, or the failure that it would end with before that."""
        workflow = self.workflow_of(call)
        return self.foreseen_run(workflow, call) if workflow is not None else self.executor.foresee(call)

    def foreseen_repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked."""
        return () if self.workflow_of(call) is not None else self.executor.foreseen_repairs(call)

    def foreseen_arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""
        return None if self.workflow_of(call) is not None else self.executor.foreseen_arguments(call)

    async def explained(self, call: Call, failure: Failure) -> Failure:
        """Return what a caller is told of a call that was foreseen to fail; lookups are made for it, nothing else."""
        if self.workflow_of(call) is not None:
            return failure
        return await self.executor.explained(call, failure, self.capabilities)

    async def foreseen_lookups(self, call: Call) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up; nothing is asked."""
        if self.workflow_of(call) is not None:
            return ()
        return await self.executor.foreseen_lookups(call, self.capabilities)

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet."""
        return self.executor.redactor(call)

    async def call(self, call: Call) -> Result:
        """Run a call on what is served as it begins, whatever arrives while it runs."""
        self.in_flight += 1
        try:
            workflow, toolset = self.workflow_of(call), self.toolset
            async with self._served.running() as executor:
                if workflow is None:
                    return await executor.call(call, self.capabilities)
                from openapi_mcp.running import Running  # a start from a catalogue needs it not

                running = Running(
                    call=call,
                    tool=workflow,
                    toolset=toolset,
                    app=self,
                    perform=partial(executor.call, learn=self.capabilities),
                    show=executor.show,
                )
                return await running.result()
        finally:
            self.in_flight -= 1

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far the work of a call is; the result has its `job` while that goes on."""
        async with self._served.running() as executor:
            return await executor.follow(call, job)

    async def end(self, call: Call, job: Job) -> bool:
        """Ask the API to end the work of a call, where a tool is made for that and nobody is to be asked before it."""
        async with self._served.running() as executor:
            ending = executor.ending(call, job)
            tool = self.tool_of(ending.tool) if ending is not None else None
            if ending is None or tool is None or self.asks_before(tool):
                return False
            return not (await executor.call(ending)).is_error

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what is said about these tools, cut as the answers of their calls are, to be read on."""
        return await self.executor.show(value, caller, *tools)

    async def serve(
        self,
        toolset: Toolset,
        document: Document,
        executor: Executor,
        freshness: Freshness | None = None,
        config: Config | None = None,
        stored: Stored | None = None,
    ) -> bool:
        """Serve these from now on; calls in flight end where they began. Tells, and returns, whether the list changed.

        `--watch`, the check behind a start and new settings all come here.
        """
        pages: Pages = stored.pages if stored is not None else pages_of(toolset)
        await apart(partial(_measure, pages))
        before = self._served
        await executor.__aenter__()
        self._served = Served(
            toolset=toolset, document=document, executor=executor, pages=pages, freshness=freshness, stored=stored
        )
        self._take(config or self.config)
        await before.end()
        if before.pages.marks() == pages.marks():
            return False
        await self.announce()
        return True

    def _take(self, config: Config) -> None:
        if config is not self.config:
            self.config = config
            self.renewed.set()
            self.renewed = anyio.Event()


async def _measure(pages: Pages) -> None:
    pages.marks()
