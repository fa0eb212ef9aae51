"""Wires configuration, document, tools and credentials together; the only module that knows every room."""

import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import anyio

from openapi_mcp import __version__
from openapi_mcp.auth.schemes import StaticCredentials, place_credentials
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.executor import Executor, server_url
from openapi_mcp.front import state
from openapi_mcp.generator.catalogue import Freshness, Stored
from openapi_mcp.loader.source import CommandSource, FileSource, Source, UrlSource, parse_command, parse_source
from openapi_mcp.model.document import Document, Location
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.secret import Credential, Secret
from openapi_mcp.model.tool import Toolset
from openapi_mcp.serving import App, apart

if TYPE_CHECKING:
    from openapi_mcp.loader.load import Arrived

_SLOW = 1.0  # seconds after which a person is told that the document is still on its way
_REPEAT = 5.0

_TICK = 20_000_000  # ns; a file written so shortly before it was read may be written again without a newer mtime

Notice = Callable[[str], None]
"""Told, in one line, of slow work and of what a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A document with the tools made from it, and the credentials with their places.

    `freshness` tells later whether it is still true; None where that cannot be told.
    """

    document: Document
    toolset: Toolset
    credentials: tuple[Credential, ...]
    typed_url: str | None
    freshness: Freshness | None = None


def source_of(config: Config) -> Source:
    """Return the source that the operator named.

    Raises:
        ConfigError: none is named.
    """
    if config.spec_command is not None:
        return parse_command(config.spec_command)
    if config.spec is not None:
        return parse_source(config.spec)
    raise ConfigError(
        "no document is given", where="--spec", hint="give --spec URL, --spec FILE or --spec-command 'CMD'"
    )


async def load_catalogue(
    config: Config, notice: Notice, environ: Mapping[str, str] = os.environ, arrived: "Arrived | None" = None
) -> Catalogue:
    """Load the document and make its tools; `arrived` is told of the bytes of each of its parts.

    Raises:
        OpenapiMcpError: as `load` and `place_credentials` do.
    """
    from openapi_mcp.generator.generate import generate  # a start from a stored catalogue needs neither this nor load

    source = source_of(config)
    parts = _Parts()

    def told(part: Source, data: bytes) -> None:
        parts.arrived(part, data)
        if arrived is not None:
            arrived(part, data)

    document = await _load_with_progress(config, source, notice, told)
    credentials = resolve_credentials(config, document, environ)
    selection = Selection(
        methods=config.methods,
        include=config.include,
        exclude=config.exclude,
        hidden=frozenset((Location(credential.place), credential.name.lower()) for credential in credentials),
        output_schemas=config.output_schemas,
        client=config.client,
    )
    typed_url = source.url if isinstance(source, UrlSource) else None
    toolset = generate(document, selection)
    return Catalogue(
        document=document,
        toolset=toolset,
        credentials=credentials,
        typed_url=typed_url,
        freshness=parts.freshness(config),
    )


@dataclass(slots=True)
class _Parts:
    """What a document was read from, part by part."""

    since: int = field(default_factory=time.time_ns)
    files: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    is_racy: bool = False

    def arrived(self, source: Source, data: bytes) -> None:
        """Note a part."""
        self.digests.append(_digest(data))
        if not isinstance(source, FileSource):
            return
        found = state(str(source.path))
        if found and found[1] + _TICK < self.since:
            path, mtime, size = found
            self.files[path] = (path, mtime, size)
        else:
            self.is_racy = True

    def freshness(self, config: Config) -> Freshness | None:
        """Return what tells whether the document is still as it was; None where a file changed around its reading."""
        if self.is_racy:
            return None
        values = [value for layer in config.credentials for value in _written(layer)]
        return Freshness(
            files=tuple(self.files.values()),
            digests=tuple(self.digests),
            variables=tuple(value[4:] for value in values if value.startswith("env:")),
            secret_files=tuple(os.path.expanduser(value[5:]) for value in values if value.startswith("file:")),
        )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _written(layer: CredentialLayer) -> tuple[str, ...]:
    """Return a layer's values as they were written, references among them."""
    plain = (layer.bearer, layer.token, layer.basic, layer.api_key, *layer.auth.values())
    return (*filter(None, plain), *(line.partition(":")[2].strip() for line in layer.header))


def is_checked_later(config: Config) -> bool:
    """True where a stdio start lists what was kept, and looks behind the answer whether the document is the same."""
    return not config.no_catalogue and isinstance(source_of(config), UrlSource | CommandSource)


@asynccontextmanager
async def open_app(
    config: Config,
    notice: Notice,
    environ: Mapping[str, str] = os.environ,
    stored: Stored | None = None,
    *,
    can_change: bool = False,
) -> AsyncIterator[App]:
    """Yield what serves calls; closes its connections at the end. With a stored catalogue no document is loaded.

    Raises:
        ConfigError: no operation became a tool, or none of the tools has a usable server.
    """
    if stored is None:
        catalogue = await load_catalogue(config, notice, environ)
        require_tools(catalogue.toolset, catalogue.document)
        _require_server(config, catalogue)
    else:
        catalogue = _from_stored(config, stored, environ)
    executor = make_executor(config, catalogue, environ)
    if catalogue.credentials:
        _say_where_credentials_go(config, catalogue, executor, notice)
    async with App(
        toolset=catalogue.toolset,
        document=catalogue.document,
        executor=executor,
        pages=stored.pages if stored else None,
        freshness=catalogue.freshness,
        can_change=can_change,
    ) as app:
        yield app


def _from_stored(config: Config, stored: Stored, environ: Mapping[str, str]) -> Catalogue:
    source = source_of(config)
    return Catalogue(
        document=stored.document,
        toolset=stored.toolset,
        credentials=resolve_credentials(config, stored.document, environ),
        typed_url=source.url if isinstance(source, UrlSource) else None,
        freshness=Freshness(digests=stored.digests),
    )


async def serve_catalogue(
    app: App, config: Config, catalogue: Catalogue, environ: Mapping[str, str] = os.environ
) -> bool:
    """Serve a document that arrived while the app runs; return whether the list changed.

    Raises:
        ConfigError: it cannot be served; the last one stays.
    """
    require_tools(catalogue.toolset, catalogue.document)
    _require_server(config, catalogue)
    executor = make_executor(config, catalogue, environ)
    return await app.serve(catalogue.toolset, catalogue.document, executor, catalogue.freshness)


async def check_again(
    app: App, config: Config, notice: Notice, environ: Mapping[str, str] = os.environ
) -> Catalogue | None:
    """Load the document again, and serve it where it is another one; return that, None where nothing is new.

    Where it cannot be had, or not be served, the last good one stays, and that is said.
    """
    from openapi_mcp.loader.fetch import fetch

    known = app.freshness.digests if app.freshness is not None else ()
    try:
        if len(known) == 1 and known[0] == _digest((await fetch(source_of(config))).data):
            return None
        catalogue = await apart(partial(load_catalogue, config, notice, environ))
        if catalogue.freshness is not None and sorted(catalogue.freshness.digests) == sorted(known):
            return None
        await serve_catalogue(app, config, catalogue, environ)
    except OpenapiMcpError as error:
        where = f" ({error.where})" if error.where else ""
        notice(f"warning: the last good document stays; the new one cannot be served: {error.message}{where}")
        return None
    return catalogue


def make_executor(config: Config, catalogue: Catalogue, environ: Mapping[str, str] = os.environ) -> Executor:
    """Return an executor for the catalogue's tools; its files of credentials are read again after a 401."""
    return Executor(
        catalogue.document,
        catalogue.toolset,
        base_url=config.base_url,
        typed_url=catalogue.typed_url,
        credentials=catalogue.credentials,
        renew=partial(resolve_credentials, config, catalogue.document, environ),
        limits=config.limits,
        user_agent=f"openapi-mcp/{__version__}",
    )


def resolve_credentials(config: Config, document: Document, environ: Mapping[str, str]) -> tuple[Credential, ...]:
    """Return the configured credentials with their places; a stronger layer takes the place of a weaker one.

    Raises:
        CredentialsError: a value cannot be read, or has no place in the document.
    """
    by_place: dict[tuple[str, str], Credential] = {}
    for layer in config.credentials:
        static = _static_credentials(layer, config.token_scheme, environ)
        for credential in place_credentials(static, document.security_schemes):
            by_place[credential.place, credential.name.lower()] = credential
    return tuple(by_place.values())


def require_tools(toolset: Toolset, document: Document) -> None:
    """Raise a ConfigError that says why, where the list would be empty."""
    if toolset.tools:
        return
    reasons: dict[str, int] = {}
    for skipped in toolset.skipped:
        reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda item: -item[1])[:4]
    said = "; ".join(f"{count} x {reason}" for reason, count in most) or "the document has no operations"
    raise ConfigError(
        f"no operation became a tool: {said}",
        where=document.source,
        hint="widen --methods, --include or --exclude; `openapi-mcp inspect` shows each operation",
    )


def _require_server(config: Config, catalogue: Catalogue) -> None:
    """Refuse to start where no tool at all could be called."""
    operations = [tool.operation for tool in catalogue.toolset.tools]
    for operation in operations:
        try:
            server_url(catalogue.document, config.base_url, operation)
        except ConfigError:
            continue
        return
    server_url(catalogue.document, config.base_url, operations[0])


def _say_where_credentials_go(config: Config, catalogue: Catalogue, executor: Executor, notice: Notice) -> None:
    try:
        url = server_url(catalogue.document, config.base_url)
    except ConfigError:
        return
    if not executor.trusts(url):
        notice(
            f"warning: the document's server is not the origin that you named, so no credential is sent to it; "
            f"if it is right, confirm it with --base-url {url}"
        )


def _static_credentials(layer: CredentialLayer, scheme: str, environ: Mapping[str, str]) -> StaticCredentials:
    def read(text: str | None, where: str) -> Secret | None:
        return None if text is None else read_secret(text, environ, where)

    headers = (line.partition(":") for line in layer.header)
    return StaticCredentials(
        bearer=read(layer.bearer, "--bearer"),
        token=read(layer.token, "--token"),
        token_scheme=scheme,
        basic=read(layer.basic, "--basic"),
        api_key=read(layer.api_key, "--api-key"),
        headers=tuple(
            (name.strip(), read_secret(value.strip(), environ, f"--header {name.strip()}"))
            for name, _, value in headers
        ),
        by_scheme={name: read_secret(value, environ, f"--auth {name}") for name, value in layer.auth.items()},
    )


async def _load_with_progress(
    config: Config, source: Source, notice: Notice, arrived: "Arrived | None" = None
) -> Document:
    from openapi_mcp.loader.load import load

    received = 0
    overlays = tuple(parse_source(text) for text in config.overlays)

    def count(so_far: int, _total: int | None) -> None:
        nonlocal received
        received = so_far

    async def tell() -> None:
        await anyio.sleep(_SLOW)
        while True:
            notice(f"loading {source}: {received / 1e6:.1f} MB so far")
            await anyio.sleep(_REPEAT)

    loaded: Document | OpenapiMcpError
    async with anyio.create_task_group() as group:
        group.start_soon(tell)
        try:
            loaded = await load(
                source, count, overlays=overlays, allow_remote_refs=config.allow_remote_refs, arrived=arrived
            )
        except OpenapiMcpError as error:  # carried out of the group by hand: a group wraps what it lets through
            loaded = error
        group.cancel_scope.cancel()
    if isinstance(loaded, OpenapiMcpError):
        raise loaded
    return loaded
