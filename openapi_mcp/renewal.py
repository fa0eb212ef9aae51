"""Another document or other settings while an API is served: loaded, held against what is known, and exchanged."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from openapi_mcp.apart import apart
from openapi_mcp.app import App
from openapi_mcp.caching import cache_of
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executors import make_executor
from openapi_mcp.freshness import asks_the_same, still_the_same
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.generator.stored import Stored
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import CommandSource, Source, UrlSource
from openapi_mcp.loading import Catalogue, catalogue_again, catalogue_from, load_catalogue
from openapi_mcp.model.text import one_line
from openapi_mcp.progress import Notice
from openapi_mcp.servable import require_extras, require_parts, require_server, require_tools
from openapi_mcp.sharing import namespace_of

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched


def is_checked_later(config: Config) -> bool:
    """True where a stdio start lists what was kept, and looks behind the answer whether the document is the same."""
    return not config.no_catalogue and isinstance(source_of(config), UrlSource | CommandSource)


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
    catalogue = replace(catalogue_from(app.config, stored, environ), switched=app.switched)
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
        say_what_stays(app, error, notice)
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


def say_what_stays(app: App, error: OpenapiMcpError, notice: Notice) -> None:
    """Say why no new document is served, and from when the last good one is; the same trouble is said once."""
    trouble = one_line(error.message + (f" ({error.where})" if error.where else ""), 500)
    if trouble == app.trouble:
        return
    app.trouble = trouble
    made = f" (of {datetime.fromtimestamp(app.freshness.made, UTC):%Y-%m-%d %H:%M} UTC)" if app.freshness else ""
    notice(f"warning: the last good document stays{made}; the new one cannot be served: {trouble}")
