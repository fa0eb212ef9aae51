"""Opens what serves one API: configuration, document, tools and credentials together."""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_mcp.apart import apart
from openapi_mcp.app import App
from openapi_mcp.caching import cache_of, shared_answers
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.base import server_url
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.terms import Limiters
from openapi_mcp.executors import make_executor
from openapi_mcp.front import switches_state
from openapi_mcp.generator.stored import Stored, last_catalogue
from openapi_mcp.loading import Catalogue, catalogue_from, load_catalogue
from openapi_mcp.progress import Notice
from openapi_mcp.renewal import say_what_stays
from openapi_mcp.servable import parts_of, require_extras, require_parts, require_server, require_tools
from openapi_mcp.sharing import namespace_of
from openapi_mcp.switches import read_switches

if TYPE_CHECKING:
    from openapi_mcp.shared.link import Link

Load = Callable[[], Awaitable[Catalogue]]


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
                say_what_stays(app, trouble, notice)
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
    catalogue = catalogue_from(config, found, environ) if isinstance(found, Stored) else found
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
