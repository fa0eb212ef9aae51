"""Serves the list that all replicas agree on: takes what another one has made since, and gives what this one has."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.to_thread

from openapi_mcp.agreed import NOTHING, Agreed, Made, as_own
from openapi_mcp.app import App
from openapi_mcp.front import SUFFIX
from openapi_mcp.generator.listing import said_change
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.progress import Notice
from openapi_mcp.renewal import serve_taken
from openapi_mcp.server.keep import Keeper
from openapi_mcp.shared.link import Link

_ONCE = 5.0  # seconds in which one of those that start together looks whether the list is still true


@dataclass(slots=True, kw_only=True, eq=False)
class Agreeing:
    """Keeps an app to the list that its replicas agree on. `environ` is where its credentials come from."""

    app: App
    link: Link
    notice: Notice
    environ: Mapping[str, str]
    _looking: anyio.Lock = field(init=False, default_factory=anyio.Lock)
    _of: tuple[object, object] | None = field(init=False, default=None)
    _agreed: Agreed | None = field(init=False, default=None)
    _made_of: object = field(init=False, default=None)
    _made: Made = field(init=False, default=NOTHING)
    _refused: Made = field(init=False, default=NOTHING)

    async def is_due(self, seconds: float) -> bool:
        """True where this replica is the one that asks for the document again this time."""
        return await self.agreed().is_due(seconds)

    async def is_doubtful(self) -> bool:
        """True where the list that this replica began from has to be looked at, and no other one does."""
        return self.app.stored is not None and await self.is_due(min(_ONCE, self.app.config.refresh or _ONCE))

    async def look(self) -> None:
        """Take the list that is there where it was made later than ours; else see that ours is there."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        agreed, own = self.agreed(), await self._own()
        found = await agreed.newest()
        if own is None or found is None or found == own:
            return
        if found[1] == own[1]:  # the same, made by two of us
            self._made = found
            return
        if found < own or not await self._take(agreed, own):
            await self._put(agreed, own, is_sure=found > own)

    def agreed(self) -> Agreed:
        """Return what is agreed on by those with the options of now."""
        now = (self.app.config, self.app.switched)
        if self._agreed is None or self._of is None or any(a is not b for a, b in zip(now, self._of, strict=True)):
            self._of, self._agreed = now, Agreed(self.link, *now)
        return self._agreed

    async def _own(self) -> Made | None:
        """Return what tells the list that is served now from others; None where nothing tells how old it is."""
        app, freshness, executor = self.app, self.app.freshness, self.app.executor
        if freshness is None or not freshness.is_settled:
            return None
        if self._made_of is not executor:
            marks = await anyio.to_thread.run_sync(app.pages.marks)
            mark = self.link.seal.name("mark", write_json(marks), *freshness.digests)
            if mark != self._made[1]:
                self._made = (self._later_than_before(freshness.made), mark)
            self._made_of = executor
        return self._made

    def _later_than_before(self, made: int) -> int:
        """Return when a list was made, but after the one that was served here before: clocks are not all alike."""
        return made if self._made == NOTHING else max(made, self._made[0] + 1)

    async def _take(self, agreed: Agreed, own: Made) -> bool:
        """Serve the list that is there; return whether it is of any use."""
        began, before = self.app.executor, self.app.toolset
        found = await agreed.take()
        if found is None:
            return False
        made, stored = found
        async with self.app.exchanging:
            if self.app.executor is not began or agreed is not self.agreed() or made <= own:
                return True  # something else has come meanwhile: look again
            has_changed = await serve_taken(self.app, as_own(stored, self.app.switched), self.environ)
            self._made, self._made_of = made, self.app.executor
        if has_changed:
            self.notice(f"another replica has loaded it: {said_change(before, self.app.toolset)}")
        return True

    async def _put(self, agreed: Agreed, own: Made, *, is_sure: bool) -> None:
        if own == self._refused:
            return
        data = await self._written(agreed.name)
        if data is None:
            self._refused = own
        elif self._made_of is self.app.executor:
            await agreed.put(own, data, is_sure=is_sure)

    async def _written(self, name: str) -> bytes | None:
        """Return the catalogue of what is served now; None where it may not be kept, which is said."""
        try:
            with tempfile.TemporaryDirectory(prefix="openapi-mcp-") as folder:
                path = Path(folder) / f"{name}{SUFFIX}"
                await Keeper(notice=self._say, path=path).keep(self.app)
                return await anyio.to_thread.run_sync(path.read_bytes) if path.exists() else None
        except OSError as error:
            self._say(error.strerror or str(error))
            return None

    def _say(self, why: str) -> None:
        self.notice(f"warning: the other replicas have to make the list themselves: {why.removeprefix('warning: ')}")
