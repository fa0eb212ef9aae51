"""Several APIs in one server: each an App of its own, listed together; a call goes to the one that its tool names.

Nothing is shared: each has its executor, with its credentials, trusted origins and limits, and its own answers to be
read on. One that cannot be served does not stop the others: it is reported, and tried again.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from openapi_mcp.apart import apart
from openapi_mcp.apis import said_for
from openapi_mcp.app import check_again, is_checked_later, open_app, renew
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.executor.failures import unknown_tool
from openapi_mcp.executor.masked import masked_failure
from openapi_mcp.front import is_fresh, open_catalogue
from openapi_mcp.generator.catalogue import Summary
from openapi_mcp.generator.pages import Pages, ToolPages, pages_of
from openapi_mcp.generator.stored import Stored, read_catalogue
from openapi_mcp.identity import source_of
from openapi_mcp.indexing import make_index
from openapi_mcp.loading import Notice, Workflows, load_workflows, path_of, place_of, say_of
from openapi_mcp.member import Member, ready
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Failure, Result
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import ANY_CLIENT, Listing
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.recording import Observer
from openapi_mcp.response.present import present
from openapi_mcp.said_of import hinted, naming, say_missing
from openapi_mcp.servable import require_extras
from openapi_mcp.serving import App, mode_teller
from openapi_mcp.united import united

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index
    from openapi_mcp.shared.link import Link

PATIENCE = 10.0  # seconds that the first list waits for a document, once another one is there
_FIRST_PAUSE = 5.0  # seconds until one that cannot be served is tried again; then twice as many each time
_LONGEST_PAUSE = 300.0


class Several:
    """Serves the tools of several APIs as one list, and each call where it belongs."""

    def __init__(
        self,
        members: Sequence[Member],
        listing: Listing | None = None,
        *,
        semantic: bool = False,
        link: "Link | None" = None,
        agrees: bool = False,
        workflows: Workflows | None = None,
        client: str = ANY_CLIENT,
        output_schemas: bool = False,
    ) -> None:
        self.workflows = workflows or Workflows()
        self._client = client
        self._output_schemas = output_schemas
        self._plans: Mapping[str, Tool] = {}
        self.members = tuple(members)
        self.is_begun = False
        self.can_change = False
        self.on_change: list[Callable[[], Awaitable[None]]] = []
        self.on_call: list[Observer] = []
        self.stored: Stored | None = None
        self._of: tuple[Toolset | None, ...] = ()
        self._listing = listing or Listing()
        self._semantic = semantic
        self.link = link
        self.agrees = agrees
        self._toolset = united({})
        self._index: Index | None = None
        self._indexed: Toolset | None = None
        self._indexing = anyio.Lock()
        self._pages: Pages = ToolPages(())

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
    def reads_on(self) -> bool:
        """True where answers of any of them can be read on."""
        return any(app.reads_on for app in self._apps())

    @property
    def background_after(self) -> float | None:
        """Seconds after which a call goes on in the background, the same for all of them."""
        return self.members[0].config.background_after if self.members else None

    async def index(self) -> "Index":
        """Return what finds the tools of all that are served now by words; made when it is first asked for."""
        from openapi_mcp.index.corpus import read_corpus, united_corpus

        async with self._indexing:
            toolset = self.toolset
            if self._index is None or self._indexed is not toolset:
                corpora = [await app.corpus() for app in tuple(self._apps())]
                corpora += [read_corpus(tuple(self._plans.values()), {}, dict.fromkeys(self._plans, Capability()))]
                self._index = await apart(partial(make_index, united_corpus(corpora), semantic=self._semantic))
                self._indexed = toolset  # where another document came meanwhile, the next search sees to it
        return self._index

    async def capabilities(self) -> Capabilities:
        """Return what the tools of all that are served now need and yield."""
        each = [await app.capabilities() for app in tuple(self._apps())]
        return {name: capability for one in each for name, capability in one.items()}

    def api_of(self, tool: str) -> str:
        """Return the name of the API whose tools are named so; "" where there is none."""
        owner = self.owner(tool)
        return owner.name if owner is not None else ""

    def label_of(self, tool: str) -> str:
        """Return the name of the API whose tools are named so; what all of them are called for a tool of ours."""
        return self.api_of(tool) or self.toolset.title

    def identity_of(self, tool: str) -> str:
        """Return what the API whose tools are named so is known by from run to run: its name."""
        return self.api_of(tool)

    def tool_of(self, name: str) -> Tool | None:
        """Return the tool of this name."""
        return self.toolset.by_name.get(name)

    def scoped_schemes(self, tool: Tool) -> frozenset[str]:
        """Return the names of the schemes whose requirements name scopes, in the document of the tool's own API."""
        owner = self.owner(tool.name)
        return owner.app.scoped_schemes(tool) if owner is not None and owner.app is not None else frozenset()

    def asks_before(self, tool: Tool) -> bool:
        """True where the tool's own API has a person asked before a call of it is sent."""
        owner = self.owner(tool.name) if tool.plan is None else None
        return owner is not None and owner.app is not None and owner.app.asks_before(tool)

    def foresee(self, call: Call) -> HttpRequest | Failure:
        """Return what a call would send now, secrets masked, or the failure that it would end with before that."""
        if (plan := self._plans.get(call.tool)) is not None:
            from openapi_mcp.running import foreseen

            return masked_failure(foreseen(plan, call), self.redactor(call))
        owner = self.owner(call.tool)
        if owner is None or owner.app is None:
            return unknown_tool(call.tool, self.toolset)
        return owner.app.foresee(_as_known_to(owner.config, call))

    def foreseen_repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked."""
        owner = self.owner(call.tool)
        if owner is None or owner.app is None:
            return ()
        return owner.app.foreseen_repairs(_as_known_to(owner.config, call))

    def foreseen_arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""
        owner = self.owner(call.tool)
        if owner is None or owner.app is None:
            return None
        return owner.app.foreseen_arguments(_as_known_to(owner.config, call))

    async def explained(self, call: Call, failure: Failure) -> Failure:
        """Return what a caller is told of a call that was foreseen to fail; lookups are made for it, nothing else."""
        owner = self.owner(call.tool)
        if owner is None or owner.app is None:
            return failure
        told = await owner.app.explained(_as_known_to(owner.config, call), failure)
        return replace(told, hint=said_for(owner.name, told.hint))

    async def foreseen_lookups(self, call: Call) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up; nothing is asked."""
        owner = self.owner(call.tool)
        if owner is None or owner.app is None:
            return ()
        return await owner.app.foreseen_lookups(_as_known_to(owner.config, call))

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet: those of its API."""
        if call.tool in self._plans:
            from openapi_mcp.running import Redactors

            return Redactors([app.redactor(call) for app in self._apps()])
        owner = self.owner(call.tool)
        return owner.app.redactor(call) if owner is not None and owner.app is not None else Redactor(())

    async def call(self, call: Call) -> Result:
        """Run a call on the API whose tool it names, with nothing of its caller's that is for another one.

        The steps of a workflow are calls of their own, each on its API.
        """
        toolset = self.toolset
        if (plan := self._plans.get(call.tool)) is not None:
            from openapi_mcp.running import Running

            running = Running(call=call, tool=plan, toolset=toolset, app=self, perform=self.call, show=self.show)
            return await running.result()
        member = await self._reader_of(call) if call.tool == READ_RESULT else self.owner(call.tool)
        if member is None or member.app is None:
            return unknown_tool(call.tool, self.toolset).as_result()
        return hinted(await member.app.call(_as_known_to(member.config, call)), member.name)

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far the work of a call is, on the API whose tool it names."""
        member = self.owner(call.tool)
        if member is None or member.app is None:
            return unknown_tool(call.tool, self.toolset).as_result()
        return hinted(await member.app.follow(_as_known_to(member.config, call), job), member.name)

    async def end(self, call: Call, job: Job) -> bool:
        """Ask the API whose tool a call names to end its work; False where it has no way to, or does not take it."""
        member = self.owner(call.tool)
        if member is None or member.app is None:
            return False
        return await member.app.end(_as_known_to(member.config, call), job)

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what is said about these tools, cut and kept as the first one's API does it.

        It is not kept where each API would have to say whether the caller's scopes still allow its own.
        """
        owners = dict.fromkeys(owner for tool in tools if (owner := self.owner(tool)) is not None)
        first = next(iter(owners), None)
        if first is not None and first.app is not None and (len(owners) == 1 or caller.scopes is None):
            return await first.app.show(value, caller, *tools)
        return present(Answer(value=value), first.config.limits.max_response if first is not None else 0)

    def offer(self, listing: Listing, *, semantic: bool) -> None:
        """List the tools so from now on."""
        if (listing, semantic) != (self._listing, self._semantic):
            self._listing, self._semantic = listing, semantic
            self._of, self._indexed = (), None

    @property
    def summary(self) -> Summary:
        """What a start says about the tools."""
        each = [app.summary for app in self._apps()]
        return Summary(
            tools=sum(one.tools for one in each),
            left_out=sum(one.left_out for one in each),
            reads_only=all(one.reads_only for one in each),
        )

    @property
    def lacking(self) -> int:
        """How many tools lack a credential."""
        return sum(app.lacking for app in self._apps())

    def owner(self, tool: str) -> Member | None:
        """Return the API whose tools are named so; a workflow is of none."""
        if tool in self._plans:
            return None
        return next((member for member in self.members if member.owns(tool)), None)

    async def announce(self) -> None:
        """Tell that the list has changed."""
        for told in self.on_change:
            await told()

    def _apps(self) -> Iterator[App]:
        return (member.app for member in self.members if member.app is not None)

    def _follow(self) -> None:
        """Unite the tools anew where one of the APIs serves others than before."""
        of = tuple(member.toolset for member in self.members)
        if len(of) != len(self._of) or any(new is not old for new, old in zip(of, self._of, strict=True)):
            reads_on = any(app.reads_on and app.toolset.tools for app in self._apps())
            goes_on = bool(self.background_after)
            self._of = of
            toolsets = {member.name: member.toolset for member in self.members}
            self._toolset = united(
                toolsets, reads_on=reads_on, goes_on=goes_on, listing=self._listing, more=self._with_workflows
            )
            self._pages = pages_of(self._toolset)

    def _with_workflows(self, toolset: Toolset) -> Toolset:
        """Return the tools of all APIs with the workflows that call them."""
        self._plans = {}
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
        self._plans = {tool.name: tool for tool in made.tools[len(toolset.tools) :]}
        return made

    async def _reader_of(self, call: Call) -> Member | None:
        """Return the API that has the answer of a handle; where none has, any can say so."""
        handle = str(call.arguments.get("handle"))
        reading = [member for member in self.members if member.app is not None and member.app.kept is not None]
        for member in reading:
            if member.app and member.app.kept and await member.app.kept.holds(handle, call.caller.id):
                return member
        return reading[0] if reading else None


def _as_known_to(config: Config, call: Call) -> Call:
    """Return a call with those of its caller's headers alone that are for this API."""
    wanted = {name.lower() for name in config.forward}
    headers = tuple((name, value) for name, value in call.caller.headers if name.lower() in wanted)
    return replace(call, caller=replace(call.caller, headers=headers))


@asynccontextmanager
async def open_several(
    config: Config,
    notice: Notice,
    environ: Mapping[str, str] = os.environ,
    *,
    path: Path | None = None,
    warm: bool = False,
    can_change: bool = False,
    link: "Link | None" = None,
    agrees: bool = False,
) -> AsyncIterator[Several]:
    """Yield what serves the calls of several APIs, once one of them can be; the others come when they can.

    The catalogue of each is kept beside `path`, and serves where a document cannot; `warm`, it also serves until its
    document has been looked at. `can_change` says that other settings may come. By the `link` replicas share,
    and the lists too where it `agrees`.

    Raises:
        OpenapiMcpError: none of them can be served; the first one's error, the others are told.
        ConfigError: an extra that the configuration needs is not installed.
    """
    require_extras(config)
    members = [Member(api, path_of(api.name, path)) for api in config.apis]
    several = Several(
        members,
        config.listing,
        semantic=config.semantic,
        link=link,
        agrees=agrees,
        workflows=await load_workflows(config),
        client=config.client,
        output_schemas=config.output_schemas,
    )
    error: OpenapiMcpError | None = None
    async with anyio.create_task_group() as group:
        for member in several.members:
            stored = _fresh(member.path, environ) if warm else None
            group.start_soon(_keep_open, several, member, notice, environ, stored)
        try:
            await ready(several.members, PATIENCE)
            _require_one(several.members, notice)
            several.is_begun = True
            several.on_change.append(mode_teller(several, notice))
            several.can_change = can_change or path is not None or any(map(_may_change, several.members))
            yield several
        except OpenapiMcpError as raised:
            error = raised
        group.cancel_scope.cancel()
    if error is not None:  # outside, where no group of exceptions is made of it
        raise error


def _require_one(members: Sequence[Member], notice: Notice) -> None:
    """Say which APIs are not there; raise what the first one ended with where none is."""
    for member in members[0 if any(member.app for member in members) else 1 :]:
        if member.app is None:
            say_missing(member, notice)
    if not any(member.app for member in members) and (error := members[0].error) is not None:
        with naming(members[0].config):
            raise error


def _may_change(member: Member) -> bool:
    """True where another list may arrive: there is none yet, only one that was kept, or its document is watched."""
    is_watched = member.config.watch or member.config.refresh is not None
    return is_watched or member.app is None or member.app.stored is not None


def _fresh(path: Path | None, environ: Mapping[str, str]) -> Stored | None:
    """Return a catalogue whose files, and what its credentials refer to, are as they were; None where it is not."""
    kept = open_catalogue(str(path), path.stem) if path is not None else None
    stored = read_catalogue(kept) if kept is not None and is_fresh(kept.header, environ) else None
    if stored is None and kept is not None:
        kept.file.close()
    return stored


async def _keep_open(
    several: Several, member: Member, notice: Notice, environ: Mapping[str, str], stored: Stored | None
) -> None:
    """Serve one API until cancelled; while that fails, try again, each time after twice as long."""
    say, pauses = partial(say_of, member.name, notice), _pauses()
    while True:
        config, renewed = member.config, member.renewed
        try:
            opening = open_app(
                config,
                say,
                environ,
                stored,
                last_good=member.path,
                can_change=True,
                aside=True,
                link=several.link,
                agrees=several.agrees,
            )
            async with opening as app:
                member.arrived(app)
                if member.config is not config:  # which came while it was opened
                    await renew(app, member.config, say, environ)
                app.on_change.append(several.announce)
                if several.is_begun:
                    notice(f"the API {member.name!r} is served now: {len(app.toolset.tools)} tools")
                    await several.announce()
                await _look_again(app, say, environ)
        except OpenapiMcpError as error:
            if member.failed(error) and several.is_begun:
                say_missing(member, notice)
        stored = None
        with anyio.move_on_after(next(pauses)):
            await renewed.wait()


async def _look_again(app: App, say: Notice, environ: Mapping[str, str]) -> None:
    """Look until cancelled for the document of an app that began from its catalogue, until it can be had."""
    pauses, is_due = _pauses(), app.stored is not None and is_checked_later(app.config)
    while is_due or app.trouble:
        if app.trouble:
            await anyio.sleep(next(pauses))
        if await check_again(app, say, environ) is not None:
            say(f"the document has changed: {len(app.toolset.tools)} tools now")
        is_due = False
    await anyio.sleep_forever()


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
