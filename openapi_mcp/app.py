"""Wires configuration, document, tools and credentials together; the only module that knows every room."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio

from openapi_mcp import __version__
from openapi_mcp.auth.schemes import StaticCredentials, place_credentials
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.executor import Executor, server_url
from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.load import load
from openapi_mcp.loader.source import Source, UrlSource, parse_command, parse_source
from openapi_mcp.model.document import Document, Location
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.secret import Credential, Secret
from openapi_mcp.model.tool import Toolset

_SLOW = 1.0  # seconds after which a person is told that the document is still on its way
_REPEAT = 5.0

Notice = Callable[[str], None]
"""Told, in one line, of slow work and of what a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A document with the tools made from it, and the credentials with their places."""

    document: Document
    toolset: Toolset
    credentials: tuple[Credential, ...]
    typed_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What serves calls: the tools, and the executor that runs them."""

    toolset: Toolset
    document: Document
    executor: Executor


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


async def load_catalogue(config: Config, notice: Notice, environ: Mapping[str, str] = os.environ) -> Catalogue:
    """Load the document and make its tools.

    Raises:
        OpenapiMcpError: as `load` and `place_credentials` do.
    """
    source = source_of(config)
    document = await _load_with_progress(source, notice)
    credentials = resolve_credentials(config, document, environ)
    selection = Selection(
        methods=config.methods,
        include=config.include,
        exclude=config.exclude,
        hidden=frozenset((Location(credential.place), credential.name.lower()) for credential in credentials),
        output_schemas=config.output_schemas,
    )
    typed_url = source.url if isinstance(source, UrlSource) else None
    toolset = generate(document, selection)
    return Catalogue(document=document, toolset=toolset, credentials=credentials, typed_url=typed_url)


@asynccontextmanager
async def open_app(config: Config, notice: Notice, environ: Mapping[str, str] = os.environ) -> AsyncIterator[App]:
    """Yield what serves calls; closes its connections at the end.

    Raises:
        ConfigError: no operation became a tool, or none of the tools has a usable server.
    """
    catalogue = await load_catalogue(config, notice, environ)
    require_tools(catalogue.toolset, catalogue.document)
    executor = make_executor(config, catalogue, environ)
    _require_server(config, catalogue)
    if catalogue.credentials:
        _say_where_credentials_go(config, catalogue, executor, notice)
    async with executor:
        yield App(toolset=catalogue.toolset, document=catalogue.document, executor=executor)


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


async def _load_with_progress(source: Source, notice: Notice) -> Document:
    received = 0

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
            loaded = await load(source, count)
        except OpenapiMcpError as error:  # carried out of the group by hand: a group wraps what it lets through
            loaded = error
        group.cancel_scope.cancel()
    if isinstance(loaded, OpenapiMcpError):
        raise loaded
    return loaded
