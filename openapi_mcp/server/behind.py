"""What a stdio server does behind its first answers: it looks whether its list is still true, and keeps it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from openapi_mcp.app import Notice, check_again, source_of
from openapi_mcp.config import Config
from openapi_mcp.generator.catalogue import SecretFoundError, write_catalogue
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.serving import App, apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Work for after the first list.

    `path` is where the catalogue is kept, None where it is not. `is_stored` says that the app came from there; `told`
    are the marks of the pages that front.py has sent.
    """

    config: Config
    notice: Notice
    path: Path | None
    is_stored: bool = False
    told: Sequence[Sequence[int]] | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def is_writing(self) -> bool:
        """True where the first list makes a catalogue."""
        return self.path is not None and not self.is_stored

    async def run(self, app: App, listed: anyio.Event) -> None:
        """Check a list that came from the catalogue; write one that did not, once the client has it."""
        if self.is_stored:
            if app.can_change and await check_again(app, self.config, self.notice, self.environ) is not None:
                await self.keep(app)
            return
        if self.told is not None and [list(mark) for mark in app.pages.marks()] != [list(mark) for mark in self.told]:
            await app.announce()
        await listed.wait()
        await self.keep(app)

    async def keep(self, app: App) -> None:
        """Write the catalogue of what is served now; where that fails the next start is as slow as this one."""
        from openapi_mcp.server.protocol import first_answers

        path, freshness = self.path, app.freshness
        if path is None or freshness is None:
            return
        answers, redactor = await first_answers(app), self.redactor(app)

        async def write() -> None:
            write_catalogue(path, app.document, app.toolset, answers, freshness, redactor)

        try:
            await apart(write)
        except SecretFoundError:
            self.notice("the tool list is not kept for the next start: a credential's value occurs in it")
        except OSError as error:
            self.notice(f"warning: the tool list cannot be kept for the next start: {error.strerror or error}")

    def redactor(self, app: App) -> Redactor:
        """Return what finds our secrets in a text: the credentials, and what the document's URL may carry."""
        secrets = [each for credential in app.executor.credentials for each in (credential.value, *credential.hides)]
        source = source_of(self.config)
        if isinstance(source, UrlSource):
            parts = urlsplit(source.url)
            secrets += [Secret(text) for text in (parts.password, parts.query) if text]
        return Redactor(secrets)
