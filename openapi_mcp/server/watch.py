"""A new document while the server runs: files are watched, other sources are asked again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.app import App
from openapi_mcp.front import state
from openapi_mcp.generator.listing import said_change
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import FileSource
from openapi_mcp.renewal import check_again
from openapi_mcp.server.keep import Keeper

if TYPE_CHECKING:
    from openapi_mcp.member import Member
    from openapi_mcp.server.agree import Agreeing
    from openapi_mcp.several import Several

_LOOK = 1.0  # seconds between two looks at the files of a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Serves a changed document as soon as it is seen; while the new one is broken or out of reach the last one stays.

    `--watch` looks at the files that the document is spread over, every second; `--refresh` asks for it again. What is
    served then is kept for the next start. Of several replicas one asks for it, and the others take what that one has.
    """

    keeper: Keeper
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    async def run(self, app: App) -> None:
        """Watch until cancelled, as the app's settings have it."""
        agreeing = self._agreeing(app)
        while True:
            config, renewed = app.config, app.renewed
            async with anyio.create_task_group() as group:
                if config.watch:
                    group.start_soon(self._files, app, renewed)
                if config.refresh is not None:
                    group.start_soon(self._source, app, config.refresh, renewed, agreeing)
                if app.link is not None:
                    group.start_soon(self._share, app, renewed, agreeing)
                await renewed.wait()

    async def _share(self, app: App, renewed: anyio.Event, agreeing: "Agreeing | None") -> None:
        """Tell the other replicas what they have to know, and learn it from them."""
        if agreeing is not None:
            await agreeing.look()
            if await agreeing.is_doubtful():
                await self._check(app)
        while True:
            if app.cache is not None:
                await app.cache.store.settle()
            await app.executor.hear_of_breakers()
            if agreeing is not None:
                await agreeing.look()
            if await _over(renewed, _LOOK):
                return

    async def _files(self, app: App, renewed: anyio.Event) -> None:
        seen = self._as_read(app)
        while not await _over(renewed, _LOOK):
            now = {path: state(path) for path in seen}
            if now != seen:
                await self._check(app)
                # A new document may stand in other files; one that could not be served waits for its next change.
                seen = {**self._as_read(app), **{path: now[path] for path in now if now[path] != seen[path]}}

    async def _source(self, app: App, seconds: float, renewed: anyio.Event, agreeing: "Agreeing | None" = None) -> None:
        while not await _over(renewed, seconds):
            if agreeing is None:
                await self._check(app)
            elif await agreeing.is_due(seconds):
                await agreeing.look()  # another one may have loaded it since our last look
                await self._check(app)
                await agreeing.look()  # who asks next need not load it again

    def _agreeing(self, app: App) -> "Agreeing | None":
        if app.link is None or not app.agrees:
            return None
        from openapi_mcp.agreed import may_agree
        from openapi_mcp.server.agree import Agreeing

        if not may_agree(app.config):
            return None
        return Agreeing(app=app, link=app.link, notice=self.keeper.notice, environ=self.environ)

    async def _check(self, app: App) -> None:
        before = app.toolset
        if await check_again(app, self.keeper.notice, self.environ) is not None:
            self.keeper.notice(said_change(before, app.toolset))
            await self.keeper.keep(app)

    def _as_read(self, app: App) -> dict[str, list[object]]:
        """Return path -> state of each file of the document, as it was when it was read."""
        source = source_of(app.config)
        named = {str(source.path.resolve()): state(str(source.path))} if isinstance(source, FileSource) else {}
        files = app.freshness.files if app.freshness is not None else ()
        return {**named, **{path: [path, mtime, size] for path, mtime, size in files}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watches:
    """The same for each of several APIs, from when it is served."""

    watches: Mapping[str, Watch]

    async def run(self, several: "Several") -> None:
        """Watch until cancelled."""
        async with anyio.create_task_group() as group:
            for member in several.members:
                group.start_soon(self._member, member)

    async def _member(self, member: "Member") -> None:
        await self.watches[member.name].run(await member.opened())


def watches(keepers: Mapping[str, Keeper]) -> Watches:
    """Return what looks for a new document of each of several APIs."""
    return Watches(watches={name: Watch(keeper=keeper) for name, keeper in keepers.items()})


async def _over(renewed: anyio.Event, seconds: float) -> bool:
    """Wait so long, and return False; return True as soon as there are other settings."""
    with anyio.move_on_after(seconds):
        await renewed.wait()
    return renewed.is_set()
