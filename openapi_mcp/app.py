"""Wires configuration, document, tools and credentials together; the only module that knows every room."""

import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio

from openapi_mcp import __version__
from openapi_mcp.auth.schemes import StaticCredentials, place_credentials
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.executor import Executor, server_url
from openapi_mcp.front import state
from openapi_mcp.generator.catalogue import Freshness, Stored, last_catalogue
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.select import is_selected
from openapi_mcp.loader.again import unchanged
from openapi_mcp.loader.fetch import Fetched
from openapi_mcp.loader.load import Arrived, load
from openapi_mcp.loader.read import Wanted
from openapi_mcp.loader.source import CommandSource, FileSource, Source, UrlSource, parse_command, parse_source
from openapi_mcp.model.document import Document, Location
from openapi_mcp.model.part import Part, digest
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.secret import Credential, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Toolset
from openapi_mcp.model.url import redact_url
from openapi_mcp.serving import App, apart

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
    config: Config,
    notice: Notice,
    environ: Mapping[str, str] = os.environ,
    arrived: Arrived | None = None,
    *,
    whole: bool = False,
) -> Catalogue:
    """Load the document and make its tools; `arrived` is told of each of its parts.

    Operations that are left out are read only where the `whole` document is to be looked through for defects.

    Raises:
        OpenapiMcpError: as `load` and `place_credentials` do.
    """
    source = source_of(config)
    parts = _Parts(named=1 + len(config.overlays))

    def told(part: Source, fetched: Fetched | None) -> None:
        parts.arrived(part, fetched)
        if arrived is not None:
            arrived(part, fetched)

    selection = Selection(
        methods=config.methods,
        include=config.include,
        exclude=config.exclude,
        output_schemas=config.output_schemas,
        client=config.client,
    )
    wanted = None if whole else partial(is_selected, selection=selection)
    with _collector_off():
        document = await _load_with_progress(config, source, notice, told, wanted)
        credentials = resolve_credentials(config, document, environ)
        occupied = frozenset((Location(credential.place), credential.name.lower()) for credential in credentials)
        selection = replace(selection, hidden=occupied)
        toolset = generate(document, selection)
    typed_url = source.url if isinstance(source, UrlSource) else None
    return Catalogue(
        document=document,
        toolset=toolset,
        credentials=credentials,
        typed_url=typed_url,
        freshness=parts.freshness(config),
    )


@contextmanager
def _collector_off() -> Iterator[None]:
    """Make millions of objects, all of them to stay, without the garbage collector looking through them: a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What a document was read from, part by part; the first of them, `named`, the operator named."""

    named: int
    since: int = field(default_factory=time.time_ns)
    files: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    is_racy: bool = False

    def arrived(self, source: Source, fetched: Fetched | None) -> None:
        """Note a part."""
        uri = "" if len(self.parts) < self.named else _plain_uri(source)
        if fetched is None:
            self.parts.append(Part(uri=uri))
        else:
            self.parts.append(Part(uri=uri, digest=digest(fetched.data), validators=fetched.validators))
        if isinstance(source, FileSource) and fetched is not None:
            self.note_file(source)

    def note_file(self, source: FileSource) -> None:
        """Note the state that a file had when it was read."""
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
            parts=tuple(self.parts),
            made=self.since // 10**9,
            variables=tuple(value[4:] for value in values if value.startswith("env:")),
            secret_files=tuple(os.path.expanduser(value[5:]) for value in values if value.startswith("file:")),
        )


def _plain_uri(source: Source) -> str | None:
    """Return the URI of what a reference led to, None where it may hold a secret."""
    match source:
        case UrlSource() if redact_url(source.url) == source.url:
            return source.url
        case FileSource():
            return source.path.as_uri()
    return None


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
    last_good: Path | None = None,
    can_change: bool = False,
) -> AsyncIterator[App]:
    """Yield what serves calls; closes its connections at the end. With a stored catalogue no document is loaded.

    Where the document cannot be served, the catalogue in the file `last_good` is, which is said.

    Raises:
        OpenapiMcpError: as `load_catalogue` does, and nothing is there to serve in its place.
        ConfigError: no operation became a tool, or none of the tools has a usable server.
    """
    trouble: OpenapiMcpError | None = None
    found: Catalogue | Stored
    try:
        found = stored or await _load_servable(config, notice, environ)
    except OpenapiMcpError as error:
        kept = last_catalogue(last_good)
        if kept is None:
            raise
        found, trouble = kept, error
    with closing(found) if isinstance(found, Stored) else nullcontext():
        async with _app(config, found, notice, environ, can_change=can_change) as app:
            if trouble is not None:
                _say_what_stays(app, trouble, notice)
            yield app


def _app(
    config: Config, found: Catalogue | Stored, notice: Notice, environ: Mapping[str, str], *, can_change: bool
) -> App:
    stored = found if isinstance(found, Stored) else None
    catalogue = _from_stored(config, found, environ) if isinstance(found, Stored) else found
    executor = make_executor(config, catalogue, environ)
    if catalogue.credentials:
        _say_where_credentials_go(config, catalogue, executor, notice)
    return App(
        toolset=catalogue.toolset,
        document=catalogue.document,
        executor=executor,
        pages=stored.pages if stored else None,
        freshness=catalogue.freshness,
        stored=stored,
        can_change=can_change,
    )


async def _load_servable(config: Config, notice: Notice, environ: Mapping[str, str]) -> Catalogue:
    catalogue = await load_catalogue(config, notice, environ)
    require_tools(catalogue.toolset, catalogue.document)
    _require_server(config, catalogue)
    return catalogue


def _from_stored(config: Config, stored: Stored, environ: Mapping[str, str]) -> Catalogue:
    source = source_of(config)
    return Catalogue(
        document=stored.document,
        toolset=stored.toolset,
        credentials=resolve_credentials(config, stored.document, environ),
        typed_url=source.url if isinstance(source, UrlSource) else None,
        freshness=stored.freshness,
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
    known = app.freshness
    try:
        if known is not None and (parts := await _unchanged(config, known.parts)) is not None:
            _note_unchanged(app, known, replace(known, parts=parts))
            return None
        catalogue = await apart(partial(load_catalogue, config, notice, environ))
        found = catalogue.freshness
        if known is not None and found is not None and found.digests == known.digests:
            _note_unchanged(app, known, found)
            return None
        await serve_catalogue(app, config, catalogue, environ)
    except OpenapiMcpError as error:
        _say_what_stays(app, error, notice)
        return None
    app.trouble = None
    return catalogue


def _note_unchanged(app: App, known: Freshness, found: Freshness) -> None:
    app.trouble = None
    if app.freshness is known:  # another check may have brought another document meanwhile
        app.freshness = found


async def _unchanged(config: Config, parts: Sequence[Part]) -> tuple[Part, ...] | None:
    named = [source_of(config), *map(parse_source, config.overlays)]
    return await unchanged(parts, named, allow_remote_refs=config.allow_remote_refs)


def _say_what_stays(app: App, error: OpenapiMcpError, notice: Notice) -> None:
    """Say why no new document is served, and from when the last good one is; the same trouble is said once."""
    trouble = one_line(error.message + (f" ({error.where})" if error.where else ""), 500)
    if trouble == app.trouble:
        return
    app.trouble = trouble
    made = f" (of {datetime.fromtimestamp(app.freshness.made, UTC):%Y-%m-%d %H:%M} UTC)" if app.freshness else ""
    notice(f"warning: the last good document stays{made}; the new one cannot be served: {trouble}")


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
    config: Config, source: Source, notice: Notice, arrived: Arrived, wanted: Wanted | None
) -> Document:
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
                source,
                count,
                overlays=overlays,
                allow_remote_refs=config.allow_remote_refs,
                arrived=arrived,
                wanted=wanted,
            )
        except OpenapiMcpError as error:  # carried out of the group by hand: a group wraps what it lets through
            loaded = error
        group.cancel_scope.cancel()
    if isinstance(loaded, OpenapiMcpError):
        raise loaded
    return loaded
