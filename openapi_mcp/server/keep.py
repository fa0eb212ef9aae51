"""What is served now, kept on disk for the next start."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from openapi_mcp.config import Config
from openapi_mcp.generator.catalogue import SecretFoundError, write_catalogue
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.loading import Notice, source_of
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.serving import App, apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Writes catalogues to `path`; to nowhere where that is None."""

    config: Config
    notice: Notice
    path: Path | None

    async def keep(self, app: App) -> None:
        """Write the catalogue of what is served now; where that fails the next start is as slow as this one."""
        from openapi_mcp.server.protocol import first_answers

        path, freshness = self.path, app.freshness
        if path is None or freshness is None or not freshness.is_settled:
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
        secrets = list(app.executor.held.secrets())
        source = source_of(self.config)
        if isinstance(source, UrlSource):
            parts = urlsplit(source.url)
            secrets += [Secret(text) for text in (parts.password, parts.query) if text]
        return Redactor(secrets)
