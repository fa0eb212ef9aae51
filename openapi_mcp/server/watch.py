"""A new document while the server runs: files are watched, other sources are asked again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from openapi_mcp.app import App, Notice, check_again, source_of
from openapi_mcp.config import Config
from openapi_mcp.front import state
from openapi_mcp.loader.source import FileSource

_LOOK = 1.0  # seconds between two looks at the files of a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Serves a changed document as soon as it is seen; while the new one is broken or out of reach the last one stays.

    `--watch` looks at the files that the document is spread over, every second; `--refresh` fetches again.
    """

    config: Config
    notice: Notice
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def is_on(self) -> bool:
        """True where a new document may arrive."""
        return self.config.watch or self.config.refresh is not None

    async def run(self, app: App) -> None:
        """Watch until cancelled."""
        async with anyio.create_task_group() as group:
            if self.config.watch:
                group.start_soon(self._files, app)
            if self.config.refresh is not None:
                group.start_soon(self._source, app, self.config.refresh)

    async def _files(self, app: App) -> None:
        seen = self._states(app)
        while True:
            await anyio.sleep(_LOOK)
            now = self._states(app)
            if now != seen:
                await self._check(app)
                # What changed while it was read is another change; a document of other files is watched from now on.
                seen = now if self._changed(now) else self._states(app)

    async def _source(self, app: App, seconds: float) -> None:
        while True:
            await anyio.sleep(seconds)
            await self._check(app)

    async def _check(self, app: App) -> None:
        if await check_again(app, self.config, self.notice, self.environ) is not None:
            self.notice(f"the document has changed: {len(app.toolset.tools)} tools now")

    def _states(self, app: App) -> dict[str, list[object]]:
        """Return path -> state of each file that the document was read from."""
        source = source_of(self.config)
        named = [str(source.path)] if isinstance(source, FileSource) else []
        known = [part[0] for part in app.freshness.files] if app.freshness is not None else []
        return {path: state(path) for path in dict.fromkeys([*named, *known])}

    def _changed(self, known: Mapping[str, list[object]]) -> bool:
        return any(state(path) != before for path, before in known.items())
