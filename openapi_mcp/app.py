"""Wires configuration, document, tools and credentials together; the only module that knows every room."""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_mcp import __version__
from openapi_mcp.apart import apart
from openapi_mcp.caching import cache_of, shared_answers
from openapi_mcp.config import Config
from openapi_mcp.credentials import newest_grant, resolve_credentials
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.base import server_url
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.folder import Folder
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.terms import Limiters
from openapi_mcp.executor.tokens import RefreshTokens
from openapi_mcp.front import switches_state
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.generator.stored import Stored, last_catalogue
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import CommandSource, Source, UrlSource
from openapi_mcp.loading import (
    Catalogue,
    Notice,
    asks_the_same,
    catalogue_again,
    load_catalogue,
    still_the_same,
    trust_of,
)
from openapi_mcp.logins import keep_refresh_token
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.request.files import no_folder
from openapi_mcp.servable import parts_of, require_extras, require_parts, require_server, require_tools
from openapi_mcp.serving import App
from openapi_mcp.sharing import namespace_of
from openapi_mcp.strategies import all_strategies
from openapi_mcp.switches import read_switches

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched
    from openapi_mcp.shared.link import Link

Load = Callable[[], Awaitable[Catalogue]]


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
    reads_on: bool = True,
    aside: bool = False,
    link: "Link | None" = None,
    agrees: bool = False,
) -> AsyncIterator[App]:
    """Yield what serves calls; closes its connections at the end. With a stored catalogue no document is loaded.

    Where the document cannot be served, the catalogue in the file `last_good` is, which is said. What is cut off an
    answer is kept unless nobody `reads_on`. `aside` loads in a thread of its own, so that others are served meanwhile.
    By the `link` replicas share what they count, learn and keep, and where it `agrees`, the list too (agreed.py).

    Raises:
        OpenapiMcpError: as `load_catalogue` does, and nothing is there to serve in its place.
        ConfigError: no operation became a tool, none of the tools has a usable server, or an extra is not installed.
    """
    require_extras(config)
    trouble: OpenapiMcpError | None = None
    found: Catalogue | Stored
    try:
        load: Load = partial(_load_servable, config, notice, environ, last_good)
        load = partial(apart, load) if aside else load
        found = stored or await (_agreed(config, link, environ, load) if agrees else load())
    except OpenapiMcpError as error:
        kept = _last_good(last_good, environ)
        if kept is None:
            raise
        found, trouble = kept, error
    with closing(found) if isinstance(found, Stored) else nullcontext():
        async with _app(config, found, notice, environ, can_change=can_change, reads_on=reads_on, link=link) as app:
            app.agrees = agrees
            if trouble is not None:
                _say_what_stays(app, trouble, notice)
            yield app


def _app(
    config: Config,
    found: Catalogue | Stored,
    notice: Notice,
    environ: Mapping[str, str],
    *,
    can_change: bool,
    reads_on: bool,
    link: "Link | None",
) -> App:
    stored = found if isinstance(found, Stored) else None
    catalogue = _from_stored(config, found, environ) if isinstance(found, Stored) else found
    namespace = namespace_of(config, link)
    kept = KeptAnswers(time.monotonic, namespace=namespace) if reads_on and config.limits.max_response else None
    limiters = Limiters(now=time.time, namespace=namespace)
    cache = cache_of(config, notice, environ, shared_answers(link))
    executor = make_executor(config, catalogue, environ, kept, limiters, cache)
    if catalogue.credentials.occupied:
        _say_where_credentials_go(config, catalogue, executor, notice)
    return App(
        toolset=catalogue.toolset,
        document=catalogue.document,
        executor=executor,
        pages=stored.pages if stored else None,
        freshness=catalogue.freshness,
        stored=stored,
        can_change=can_change,
        kept=kept,
        config=config,
        switched=catalogue.switched,
        limiters=limiters,
        cache=cache,
        link=link,
    )


async def _agreed(config: Config, link: "Link | None", environ: Mapping[str, str], load: Load) -> Catalogue | Stored:
    from openapi_mcp.agreed import Agreed, may_agree

    if link is None or not may_agree(config):
        return await load()
    return await Agreed(link, config, read_switches(None, environ)[0]).first(load)


def _last_good(path: Path | None, environ: Mapping[str, str]) -> Stored | None:
    """Return the catalogue of this name; None where there is none, or it may list what was switched off since."""
    stored = last_catalogue(path)
    if stored is not None and list(stored.freshness.switches) != switches_state(environ):
        stored.close()
        return None
    return stored


async def _load_servable(
    config: Config, notice: Notice, environ: Mapping[str, str], last_good: Path | None
) -> Catalogue:
    catalogue = await load_catalogue(config, notice, environ)
    if not all(part.is_good for part in parts_of(catalogue.freshness)) and (kept := last_catalogue(last_good)):
        with closing(kept):
            require_parts(catalogue, kept.freshness)
    require_tools(catalogue.toolset, catalogue.document)
    require_server(config, catalogue)
    return catalogue


def _from_stored(config: Config, stored: Stored, environ: Mapping[str, str]) -> Catalogue:
    source = source_of(config)
    typed_url = source.url if isinstance(source, UrlSource) else None
    return Catalogue(
        document=stored.document,
        toolset=stored.toolset,
        credentials=resolve_credentials(config, stored.document, environ, source),
        typed_url=typed_url,
        freshness=stored.freshness,
        switched=read_switches(None, environ)[0],
    )


async def serve_catalogue(
    app: App,
    config: Config,
    catalogue: Catalogue,
    environ: Mapping[str, str] = os.environ,
    stored: Stored | None = None,
) -> bool:
    """Serve a document that arrived while the app runs; return whether the list changed. It may be `stored`.

    Raises:
        ConfigError: it cannot be served; the last one stays.
    """
    if stored is None:  # else somebody else has seen to that
        require_tools(catalogue.toolset, catalogue.document)
        require_server(config, catalogue)
    if app.kept is None and config.limits.max_response:
        app.kept = KeptAnswers(time.monotonic, namespace=namespace_of(config, app.link))
    if app.cache is not None:
        app.cache = cache_of(config, app.cache.say, environ, app.cache.shared)
    executor = make_executor(config, catalogue, environ, app.kept, app.limiters, app.cache)
    app.switched = catalogue.switched
    return await app.serve(catalogue.toolset, catalogue.document, executor, catalogue.freshness, config, stored)


async def serve_taken(app: App, stored: Stored, environ: Mapping[str, str] = os.environ) -> bool:
    """Serve a list that another replica has made; return whether it is another one."""
    catalogue = replace(_from_stored(app.config, stored, environ), switched=app.switched)
    return await serve_catalogue(app, app.config, catalogue, environ, stored)


async def renew(app: App, config: Config, notice: Notice, environ: Mapping[str, str] = os.environ) -> bool:
    """Go on with this configuration, and without what is switched off now; return whether the list changed.

    The document is loaded again only where another one is asked for, or all of it is not at hand.

    Raises:
        OpenapiMcpError: as `load_catalogue` and `serve_catalogue` do; all stays as it was.
    """
    require_extras(config)
    while True:
        began = app.executor
        catalogue = await apart(partial(_renewed, app, config, notice, environ))
        async with app.exchanging:
            if app.executor is began:  # else another document has come meanwhile
                return await serve_catalogue(app, config, catalogue, environ)


async def _renewed(app: App, config: Config, notice: Notice, environ: Mapping[str, str]) -> Catalogue:
    freshness, is_same = app.freshness, asks_the_same(app.config, config)
    if is_same and freshness is not None and app.is_whole and not config.workflows:  # their files are read again
        return await catalogue_again(config, app.document, freshness, notice, environ, app.switched)
    catalogue = await load_catalogue(config, notice, environ, known=app.switched)
    if is_same:
        require_parts(catalogue, freshness)
    return catalogue


async def check_again(app: App, notice: Notice, environ: Mapping[str, str] = os.environ) -> Catalogue | None:
    """Load the document again, and serve it where it is another one; return that, None where nothing is new.

    Where it cannot be had, or not be served, the last good one stays, and that is said.
    """
    try:
        while True:
            began, config = app.executor, app.config
            catalogue = await _newer(app, config, notice, environ)
            async with app.exchanging:
                if app.executor is not began:  # other settings have come meanwhile, or another document
                    continue
                if catalogue is not None:
                    await serve_catalogue(app, config, catalogue, environ)
                    app.trouble = None
                app.looked = time.time()
                return catalogue
    except OpenapiMcpError as error:
        _say_what_stays(app, error, notice)
        return None


async def _newer(app: App, config: Config, notice: Notice, environ: Mapping[str, str]) -> Catalogue | None:
    """Return another document than the one that is served, None where it is the same."""
    known = app.freshness
    brought: dict[Source, Fetched] = {}
    if known is not None and (parts := await still_the_same(config, known.parts, app.document, brought)) is not None:
        _note_unchanged(app, known, replace(known, parts=parts))
        return None
    catalogue = await apart(partial(load_catalogue, config, notice, environ, known=app.switched, brought=brought))
    found = catalogue.freshness
    if known is not None and found is not None and found.digests == known.digests:
        _note_unchanged(app, known, replace(found, switches=known.switches))
        return None
    require_parts(catalogue, known)
    return catalogue


def _note_unchanged(app: App, known: Freshness, found: Freshness) -> None:
    app.trouble = None
    if app.freshness is known:  # another check may have brought another document meanwhile
        app.freshness = found


def _say_what_stays(app: App, error: OpenapiMcpError, notice: Notice) -> None:
    """Say why no new document is served, and from when the last good one is; the same trouble is said once."""
    trouble = one_line(error.message + (f" ({error.where})" if error.where else ""), 500)
    if trouble == app.trouble:
        return
    app.trouble = trouble
    made = f" (of {datetime.fromtimestamp(app.freshness.made, UTC):%Y-%m-%d %H:%M} UTC)" if app.freshness else ""
    notice(f"warning: the last good document stays{made}; the new one cannot be served: {trouble}")


def make_executor(
    config: Config,
    catalogue: Catalogue,
    environ: Mapping[str, str] = os.environ,
    kept: KeptAnswers | None = None,
    limiters: Limiters | None = None,
    cache: Cache | None = None,
) -> Executor:
    """Return an executor for the catalogue's tools; its files of credentials are read again after a 401."""
    trust = trust_of(config)
    trust.check()
    return Executor(
        catalogue.document,
        catalogue.toolset,
        base_url=config.base_url,
        typed_url=catalogue.typed_url,
        credentials=catalogue.credentials,
        renew=partial(resolve_credentials, config, catalogue.document, environ, source_of(config)),
        refresh_tokens=RefreshTokens(find=partial(newest_grant, environ=environ), keep=partial(_keep, environ)),
        limits=config.limits,
        find_file=Folder.open(config.files).find if config.files is not None else no_folder,
        user_agent=f"openapi-mcp/{__version__}",
        kept=kept,
        trust=trust,
        recovering=config.recovery,
        strategies=partial(all_strategies, config.recovery),
        limiters=limiters,
        cache=cache,
    )


def _keep(environ: Mapping[str, str], grant: Grant, refresh: Secret) -> bool:
    return bool(grant.kept_as) and keep_refresh_token(grant.kept_as, grant.refresh_token, refresh, environ)


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
