"""What a stdio server does behind its first answers: it looks whether its list is still true, and keeps it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.app import App
from openapi_mcp.config import Config
from openapi_mcp.generator.listing import said_change
from openapi_mcp.renewal import check_again, is_checked_later
from openapi_mcp.server.keep import Keeper, SeveralKeeper

if TYPE_CHECKING:
    from openapi_mcp.several import Several


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Work for after the first list; `told` are the marks of the pages that front/ has sent."""

    keeper: Keeper
    told: Sequence[Sequence[int]] | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def is_writing(self, app: App) -> bool:
        """True where the first list makes a catalogue."""
        return self.keeper.path is not None and app.stored is None

    async def run(self, app: App, listed: anyio.Event) -> None:
        """Check a list that came from the catalogue; write one that did not, once the client has it."""
        if app.stored is not None:
            before, notice = app.toolset, self.keeper.notice
            if _may_be_another(app.config) and await check_again(app, notice, self.environ) is not None:
                notice(said_change(before, app.toolset))
                await self.keeper.keep(app)
            return
        if self.told is not None and [list(mark) for mark in app.pages.marks()] != [list(mark) for mark in self.told]:
            await app.announce()
        await listed.wait()
        await self.keeper.keep(app)


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindSeveral:
    """The same for several APIs; each looks by itself whether its document is still the same (joining.py)."""

    keeper: SeveralKeeper
    told: Sequence[Sequence[int]] | None = None

    def is_writing(self, _app: "Several") -> bool:
        """True where the first list is kept for the next start."""
        return self.keeper.path is not None and self.told is None

    async def run(self, several: "Several", listed: anyio.Event) -> None:
        """Tell a client that was sent another list; write what is new, once the client has it."""
        if self.told is not None and [list(mark) for mark in several.pages.marks()] != list(map(list, self.told)):
            await several.announce()
        await listed.wait()
        await self.keeper.keep(several)


def _may_be_another(config: Config) -> bool:
    """True where the document may be another one than the catalogue's, whose files are as they were."""
    return config.watch or config.refresh is not None or is_checked_later(config)
