"""What `bundle` puts into a bundle: the document, the options that were typed, and settings for the rest."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio

from openapi_mcp.cli.installing import typed
from openapi_mcp.cli.output import Notice
from openapi_mcp.clients.manifest import (
    FOLDER,
    Bundled,
    Field,
    base_url_field,
    credential_fields,
    fields_of,
    manifest,
    path_field,
)
from openapi_mcp.clients.naming import server_name
from openapi_mcp.clients.words import Here, Said, Words, require_plain, words
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.base import server_url
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import CommandSource, FileSource, Source, StdinSource
from openapi_mcp.loading import Catalogue, load_catalogue
from openapi_mcp.model.url import redact_url
from openapi_mcp.said_of import naming, say_of
from openapi_mcp.servable import require_tools
from openapi_mcp.settings import PREFIX

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched

_ASKED = ("files", "client_cert", "client_key", "ca_bundle")
_OF_THIS_MACHINE = ("cache_dir", "records", "redis", "watch", "watch_config", "config")
_URLS = ("spec", "overlay", "workflow", "base_url")
_STAND_IN = "user:secret"  # for a credential that is not set here; nothing is sent with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A bundle before it is packed."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


@dataclass(slots=True, kw_only=True)
class _Files:
    """The files that a document was read from."""

    found: dict[str, bytes] = field(default_factory=dict)

    def arrived(self, source: Source, fetched: "Fetched | None") -> None:
        """Keep a part that is a file."""
        if isinstance(source, FileSource) and fetched is not None:
            self.found[os.path.realpath(source.path)] = fetched.data


def bundle_of(config: Config, flags: Mapping[str, Any], say: Notice, *, name: str | None) -> Made:
    """Return a bundle of the server that these options make.

    Raises:
        ConfigError: something of it is on this machine alone, or a secret would stand in it.
        OpenapiMcpError: the document cannot be had.
    """
    from openapi_mcp.clients.bundle import contents, places_of

    said = _carried(config, flags)
    files = _Files()
    loaded = anyio.run(_load, config, say, files, with_stand_ins(said))
    places = places_of(files.found)
    written = _words(said, config, places)
    fields = [*_asked(said), *(each for api, one in loaded.items() for each in _fields(api, config, one))]
    args, settings = fields_of(fields, written.variables)
    first = next(iter(loaded.values())).document
    tools = [tool for one in loaded.values() for tool in one.toolset.tools]
    title = ", ".join(one.document.title for one in loaded.values())
    described = manifest(
        Bundled(
            name=name or server_name(title),
            title=title,
            version=first.version,
            description=first.description,
            args=(*written.args, *args),
            settings=settings,
            tools=tuple((tool.name, tool.title) for tool in tools),
        )
    )
    _say_left(say)
    documents = {places[path]: data for path, data in files.found.items()}
    extras = frozenset(("semantic",)) if config.semantic else frozenset[str]()
    return Made(manifest=described, files=contents(described, documents, extras))


def _carried(config: Config, flags: Mapping[str, Any]) -> list[Said]:
    """Return the options that a bundle has; of a config file it has none, as that may hold anything.

    Raises:
        ConfigError: one is about this machine alone.
    """
    if config.file is not None:
        hint = "give its settings as options; --spec FILE passes a config file of this folder over"
        raise ConfigError("a bundle takes no config file with it", where=str(config.file), hint=hint)
    for api in config.apis or (config,):
        if isinstance(source_of(api), CommandSource | StdinSource):
            hint = "save the document to a file, and give --spec FILE"
            raise ConfigError("what a bundle serves is a file or a URL", where="--spec", hint=hint)
    said = typed(flags)
    for each in said:
        if each.key in _OF_THIS_MACHINE:
            raise ConfigError("this is about one machine, and a bundle is for any", where=each.option, hint="leave it")
        for text in each.texts if each.key in _URLS else ():
            hint = "save a document to a file and name that; a credential is given with --auth SCHEME=env:NAME"
            require_plain(text, each.option, hint)
    return said


def unset(said: Sequence[Said]) -> tuple[str, ...]:
    """Return the variables that the options refer to and that are not set here."""
    found = words(said, (), _here({}, strict=False), write_secrets=True).variables
    return tuple(name for name in found if not os.environ.get(name))


def with_stand_ins(said: Sequence[Said]) -> dict[str, str]:
    """Return an environment in which every variable is set that the options refer to."""
    return {**os.environ, **dict.fromkeys(unset(said), _STAND_IN)}


async def _load(config: Config, say: Notice, files: _Files, environ: Mapping[str, str]) -> dict[str, Catalogue]:
    loaded = {}
    for api in config.apis or (config,):
        with naming(api):
            told = partial(say_of, api.name, say) if api.name else say
            found = await load_catalogue(api, told, environ, files.arrived)
            require_tools(found.toolset, found.document)
        loaded[api.name] = found
    return loaded


def _words(said: Sequence[Said], config: Config, places: Mapping[str, str]) -> Words:
    own = [each for each in said if each.key not in (*_ASKED, "base_url")]
    return words(own, [api.name for api in config.apis], _here(places, strict=True), write_secrets=False)


def _asked(said: Sequence[Said]) -> list[Field]:
    return [path_field(each.option) for each in said if each.key in _ASKED]


def _fields(api: str, config: Config, loaded: Catalogue) -> list[Field]:
    own = next((each for each in config.apis if each.name == api), config)
    try:
        url = redact_url(server_url(loaded.document, own.base_url))
    except ConfigError:
        url = ""
    return [
        base_url_field(api, url),
        *credential_fields(api, loaded.document, loaded.toolset.tools, loaded.credentials),
    ]


def _here(places: Mapping[str, str], *, strict: bool) -> Here:
    """Return where the words are written for: the folder of the bundle."""

    def absolute(text: str) -> str:
        place = places.get(os.path.realpath(os.path.expanduser(text)))
        if place is None and strict:
            hint = "give env:NAME, which becomes a setting of the bundle"
            raise ConfigError("this file is on this machine alone", where=text, hint=hint)
        return f"{FOLDER}/{place}"

    return Here(folder="", absolute=absolute, program=lambda _: None, is_file=lambda _: False)


def _say_left(say: Notice) -> None:
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and os.environ[name]:
            say(f"warning: what {name} says here is not in the bundle; give it as an option")
