"""Several APIs in one server: each an App of its own, listed together; a call goes to the one that its tool names.

Nothing is shared: each has its executor, with its credentials, trusted origins and limits, and its own answers to be
read on. One that cannot be served does not stop the others: it is reported, and tried again.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain

import anyio

from openapi_mcp.apis import said_for
from openapi_mcp.app import open_app
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.executor.failures import unknown_tool
from openapi_mcp.generator.describe import READING
from openapi_mcp.generator.pages import Pages, ToolPages
from openapi_mcp.generator.stored import Stored
from openapi_mcp.loading import Notice, say_of
from openapi_mcp.model.call import Call, Caller, Result
from openapi_mcp.model.reading import READ_RESULT, READ_RESULT_TOOL
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.serving import App

PATIENCE = 10.0  # seconds that the first list waits for a document, once another one is there
_FIRST_PAUSE = 5.0  # seconds until one that cannot be served is tried again; then twice as many each time
_LONGEST_PAUSE = 300.0
_INSTRUCTIONS = 2000  # characters of all of them: clients cut at 2 kB


class Member:
    """One of several APIs: its `app` once it is served, else the `error` that it ended with last."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.app: App | None = None
        self.error: OpenapiMcpError | None = None
        self.settled = anyio.Event()
        self._opened = anyio.Event()

    @property
    def name(self) -> str:
        """What its tools' names begin with."""
        return self.config.name

    @property
    def toolset(self) -> Toolset | None:
        """Its tools, None while it is not served."""
        return self.app.toolset if self.app is not None else None

    def owns(self, tool: str) -> bool:
        """True for the name of a tool of its own: no other API has tools that begin so (apis.py)."""
        return tool.startswith(f"{self.name}_")

    def arrived(self, app: App) -> None:
        """Note that it is served from now on."""
        self.app, self.error = app, None
        self.settled.set()
        self._opened.set()

    def failed(self, error: OpenapiMcpError) -> bool:
        """Note why it cannot be served; return whether that is news."""
        known, self.error = self.error, error
        self.settled.set()
        return known is None or (known.message, known.where) != (error.message, error.where)

    async def opened(self) -> App:
        """Return its app, as soon as it is served."""
        await self._opened.wait()
        assert self.app is not None  # noqa: S101  `arrived` has set both
        return self.app


class Several:
    """Serves the tools of several APIs as one list, and each call where it belongs."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        self.can_change = False
        self.on_change: list[Callable[[], Awaitable[None]]] = []
        self.stored: Stored | None = None
        self._of: tuple[Toolset | None, ...] = ()
        self._toolset = _united(self.members)
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

    async def call(self, call: Call) -> Result:
        """Run a call on the API whose tool it names, with nothing of its caller's that is for another one."""
        member = self._reader_of(call) if call.tool == READ_RESULT else self.owner(call.tool)
        if member is None or member.app is None:
            return unknown_tool(call.tool, self.toolset).as_result()
        result = await member.app.call(replace(call, caller=_as_known_to(member.config, call.caller)))
        return hinted(result, member.name)

    def lacks_credential(self, tool: Tool) -> bool:
        """True where a call cannot be sent, as what its operation needs is not at hand."""
        member = self.owner(tool.name)
        return member is not None and member.app is not None and member.app.lacks_credential(tool)

    def owner(self, tool: str) -> Member | None:
        """Return the API whose tools are named so."""
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
            self._of, self._toolset = of, _united(self.members)
            self._pages = ToolPages(self._toolset.tools, self._toolset.extras)

    def _reader_of(self, call: Call) -> Member | None:
        """Return the API that has the answer of a handle; where none has, any can say so."""
        handle = str(call.arguments.get("handle"))
        reading = [member for member in self.members if member.app is not None and member.app.kept is not None]
        holding = (
            member
            for member in reading
            if member.app and member.app.kept and member.app.kept.find(handle, call.caller.id)
        )
        return next(holding, reading[0] if reading else None)


def _as_known_to(config: Config, caller: Caller) -> Caller:
    """Return a caller with those of its headers alone that are for this API."""
    wanted = {name.lower() for name in config.forward}
    return replace(caller, headers=tuple((name, value) for name, value in caller.headers if name.lower() in wanted))


def hinted(result: Result, name: str) -> Result:
    """Return a result that says what to do as it is written where several APIs are served."""
    failure = result.failure
    if failure is None or (hint := said_for(name, failure.hint)) == failure.hint:
        return result
    return replace(failure, hint=hint).as_result()


def _united(members: Sequence[Member]) -> Toolset:
    served = {member.name: member.app for member in members if member.app is not None}
    apps, toolsets = served.values(), [app.toolset for app in served.values()]
    return Toolset(
        title=one_line(", ".join(f"{name}: {app.toolset.title}" for name, app in served.items()), 200),
        version="",
        instructions=_instructions(members),
        tools=tuple(chain.from_iterable(toolset.tools for toolset in toolsets)),
        extras=(READ_RESULT_TOOL,) if any(app.reads_on and app.toolset.tools for app in apps) else (),
        skipped=tuple(chain.from_iterable(toolset.skipped for toolset in toolsets)),
        problems=tuple(chain.from_iterable(toolset.problems for toolset in toolsets)),
    )


def _instructions(members: Sequence[Member]) -> str:
    """Return what each API is, by the names of its tools, and once how results are to be read."""
    room = (_INSTRUCTIONS - sum(map(len, READING))) // max(1, len(members)) - 25
    lines = []
    for member in members:
        said = member.toolset.instructions if member.toolset else "not available now; its tools are listed when it is"
        own = "\n".join(line for line in said.splitlines() if line not in READING)
        lines.append(f"{member.name}_*: {one_line(own, max(room, 40))}")
    return "\n".join((*lines, *READING))


@contextmanager
def naming(config: Config) -> Iterator[None]:
    """Let an error of one of several APIs say of which, and what to do as it is written there."""
    try:
        yield
    except OpenapiMcpError as error:
        if config.name:
            error.where = f"{error.where} (the API {config.name!r})" if error.where else f"the API {config.name!r}"
            error.hint = said_for(config.name, error.hint or "") or None
        raise


@asynccontextmanager
async def open_several(
    config: Config, notice: Notice, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Several]:
    """Yield what serves the calls of several APIs, once one of them can be; the others come when they can.

    Raises:
        OpenapiMcpError: none of them can be served; the first one's error, the others are told.
    """
    several = Several([Member(api) for api in config.apis])
    error: OpenapiMcpError | None = None
    async with anyio.create_task_group() as group:
        for member in several.members:
            group.start_soon(_keep_open, several, member, notice, environ)
        try:
            await _ready(several.members)
            _require_one(several.members, notice)
            several.can_change = any(not member.app or _is_watched(member.config) for member in several.members)
            yield several
        except OpenapiMcpError as raised:
            error = raised
        group.cancel_scope.cancel()
    if error is not None:  # outside, where no group of exceptions is made of it
        raise error


async def _ready(members: Sequence[Member]) -> None:
    """Wait until every API is served or has failed; once one is served, the others have some time, no more."""
    done = anyio.Event()

    async def settled() -> None:
        for member in members:
            await member.settled.wait()
        done.set()

    async def first_served(member: Member) -> None:
        await member.opened()
        await anyio.sleep(PATIENCE)
        done.set()

    async with anyio.create_task_group() as group:
        group.start_soon(settled)
        for member in members:
            group.start_soon(first_served, member)
        await done.wait()
        group.cancel_scope.cancel()


def _require_one(members: Sequence[Member], notice: Notice) -> None:
    """Say which APIs are not there; raise what the first one ended with where none is."""
    for member in members[0 if any(member.app for member in members) else 1 :]:
        if member.app is None:
            _say_missing(member, notice)
    if not any(member.app for member in members) and (error := members[0].error) is not None:
        with naming(members[0].config):
            raise error


def _say_missing(member: Member, notice: Notice) -> None:
    error = member.error
    if error is None:
        notice(f"warning: the API {member.name!r} is not loaded yet; its tools are listed when it is")
        return
    place = f"\n   at: {one_line(error.where, 500)}" if error.where else ""
    fix = f"\n  fix: {one_line(said_for(member.name, error.hint), 500)}" if error.hint else ""
    said = f"warning: the API {member.name!r} is not served, and is tried again: {one_line(error.message, 500)}"
    notice(f"{said}{place}{fix}")


def _is_watched(config: Config) -> bool:
    return config.watch or config.refresh is not None


async def _keep_open(several: Several, member: Member, notice: Notice, environ: Mapping[str, str]) -> None:
    """Serve one API until cancelled; while that fails, try again, each time after twice as long."""
    say = partial(say_of, member.name, notice)
    for pause in _pauses():
        try:
            async with open_app(member.config, say, environ, can_change=True, aside=True) as app:
                member.arrived(app)
                app.on_change.append(several.announce)
                if several.can_change:
                    notice(f"the API {member.name!r} is served now: {len(app.toolset.tools)} tools")
                    await several.announce()
                await anyio.sleep_forever()
        except OpenapiMcpError as error:
            if member.failed(error) and several.can_change:
                _say_missing(member, notice)
        await anyio.sleep(pause)


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
