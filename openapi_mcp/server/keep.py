"""What is served now, kept on disk for the next start."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from openapi_mcp.apart import apart
from openapi_mcp.app import App
from openapi_mcp.config import Config
from openapi_mcp.generator.catalogue import Freshness, SecretFoundError, write_catalogue, write_list
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.member import path_of
from openapi_mcp.model.searching import asks_index
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.progress import Notice
from openapi_mcp.said_of import say_of

if TYPE_CHECKING:
    from openapi_mcp.several import Several


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Writes catalogues to `path`; to nowhere where that is None. New settings have a path of their own."""

    notice: Notice
    path: Path | None

    def moved(self, path: Path | None) -> None:
        """Write there from now on."""
        self.path = path

    async def again(self, app: App) -> None:
        """Write what is served now."""
        await self.keep(app)

    async def keep(self, app: App, *, asks: bool = False) -> None:
        """Write the catalogue of what is served now; where that fails the next start is as slow as this one.

        `asks` says that its tools are searched or described though its own list has no tool for that: they are one
        API's of several.
        """
        from openapi_mcp.server.protocol import first_answers

        path, freshness, began = self.path, app.freshness, app.executor
        if path is None or freshness is None or not freshness.is_settled:
            return
        answers, redactor = await first_answers(app), Redactor(self.secrets(app))
        document, toolset = app.document, app.toolset
        corpus = (await app.corpus()).as_json() if asks or asks_index(toolset) else None
        if app.executor is not began or self.path != path:  # what is written is of one state
            return await self.keep(app, asks=asks)
        await _write(
            lambda: write_catalogue(path, document, toolset, answers, freshness, redactor, corpus), self.notice
        )

    def secrets(self, app: App) -> list[Secret]:
        """Return what must not be in a text that is kept: the credentials, and what the document's URL may carry."""
        secrets = list(app.executor.held.secrets())
        source = source_of(app.config)
        if isinstance(source, UrlSource):
            parts = urlsplit(source.url)
            secrets += [Secret(text) for text in (parts.password, parts.query) if text]
        return secrets


@dataclass(slots=True, kw_only=True)
class SeveralKeeper:
    """Keeps what several APIs serve: a catalogue of each, and at `path` the list of all."""

    keepers: Mapping[str, Keeper]
    notice: Notice
    path: Path | None
    _kept: dict[str, Freshness | None] = field(default_factory=dict)

    def moved(self, path: Path | None) -> None:
        """Write there from now on, and each API's catalogue beside it."""
        self.path = path
        self._kept.clear()
        for name, keeper in self.keepers.items():
            keeper.moved(path_of(name, path))

    async def keep(self, several: "Several") -> None:
        """Write what is served now, and again whenever the list has changed."""
        several.on_change.append(partial(self.write, several))
        await self.write(several)

    async def again(self, several: "Several") -> None:
        """Write what is served now."""
        await self.write(several)

    async def write(self, several: "Several") -> None:
        """Write the list, and the catalogue of each API whose document is not the one that was written last."""
        if self.path is None:
            return
        for member in several.members:
            app = member.app
            if app is not None and app.freshness != self._kept.get(member.name, _read_from(app)):
                await self.keepers[member.name].keep(app, asks=asks_index(several.toolset))
                self._kept[member.name] = app.freshness
        await self._write_list(several, self.path)

    async def _write_list(self, several: "Several", path: Path) -> None:
        from openapi_mcp.server.protocol import first_answers

        served = {member.name: member.app for member in several.members if member.app is not None}
        freshness = _united((*(app.freshness for app in served.values()), *_of_workflows(several)))
        if not freshness.is_settled:
            return
        redactor = Redactor(secret for name, app in served.items() for secret in self.keepers[name].secrets(app))
        answers, toolset = await first_answers(several), several.toolset
        await _write(lambda: write_list(path, toolset, answers, freshness, redactor), self.notice)


def _of_workflows(several: "Several") -> tuple[Freshness, ...]:
    """Return what tells whether the workflows over several APIs are still true."""
    own = several.tools.workflows.freshness
    return (own,) if own is not None else ()


def keepers(config: Config, notice: Notice, path: Path | None) -> dict[str, Keeper]:
    """Return what keeps the catalogue of each of several APIs, beside the list of all at `path`."""
    return {
        api.name: Keeper(notice=partial(say_of, api.name, notice), path=path_of(api.name, path)) for api in config.apis
    }


def _read_from(app: App) -> Freshness | None:
    return app.stored.freshness if app.stored is not None else None


def _united(each: Iterable[Freshness | None]) -> Freshness:
    """Return what tells whether all of several lists are still true."""
    found = [freshness or Freshness(is_settled=False) for freshness in each]
    return Freshness(
        files=tuple(file for one in found for file in one.files),
        made=min((one.made for one in found), default=0),
        is_settled=all(one.is_settled for one in found),
        variables=tuple(variable for one in found for variable in one.variables),
        secret_files=tuple(file for one in found for file in one.secret_files),
        switches=next((one.switches for one in found if one.switches), ()),
    )


async def _write(work: Callable[[], None], notice: Notice) -> None:
    """Write in a thread; say it where that fails: the next start is as slow as this one."""

    async def write() -> None:
        work()

    try:
        await apart(write)
    except SecretFoundError:
        notice("the tool list is not kept for the next start: a credential's value occurs in it")
    except OSError as error:
        notice(f"warning: the tool list cannot be kept for the next start: {error.strerror or error}")
