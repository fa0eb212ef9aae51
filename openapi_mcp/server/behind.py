"""What a stdio server does behind its first answers: it looks whether its list is still true, and keeps it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio

from openapi_mcp.app import check_again
from openapi_mcp.server.keep import Keeper
from openapi_mcp.serving import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Work for after the first list; `told` are the marks of the pages that front.py has sent."""

    keeper: Keeper
    told: Sequence[Sequence[int]] | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def is_writing(self, app: App) -> bool:
        """True where the first list makes a catalogue."""
        return self.keeper.path is not None and app.stored is None

    async def run(self, app: App, listed: anyio.Event) -> None:
        """Check a list that came from the catalogue; write one that did not, once the client has it."""
        config, notice = self.keeper.config, self.keeper.notice
        if app.stored is not None:
            if app.can_change and await check_again(app, config, notice, self.environ) is not None:
                await self.keeper.keep(app)
            return
        if self.told is not None and [list(mark) for mark in app.pages.marks()] != [list(mark) for mark in self.told]:
            await app.announce()
        await listed.wait()
        await self.keeper.keep(app)
