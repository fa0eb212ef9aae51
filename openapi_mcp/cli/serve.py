"""`openapi-mcp serve`: the MCP server over stdio or Streamable HTTP."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import anyio
import typer

from openapi_mcp.cli.fitting import require_fitting
from openapi_mcp.cli.operated import numbers_listener, operating_of, telemetry
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import notice as say_always
from openapi_mcp.cli.output import show_error
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.cli.start import (
    Begun,
    Settings,
    catalogue_path,
    over_http,
    require_spec,
    start,
    warn_of_background,
    warn_of_its_timeout,
)
from openapi_mcp.cli.stdio import say_what_is_served, serve_over_stdio
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode
from openapi_mcp.opening import open_app
from openapi_mcp.progress import Notice
from openapi_mcp.recording import Recorder, observe, open_recorder
from openapi_mcp.serving import Serves
from openapi_mcp.sharing import open_link

if TYPE_CHECKING:
    from socket import socket

    from openapi_mcp.server.access import Access
    from openapi_mcp.server.http import Around
    from openapi_mcp.shared.link import Link

_ONE_REPLICA = (
    "warning: who signs in at the dashboard is known to this replica alone: let the balancer send /dashboard to one of "
    "them, or run `openapi-mcp dashboard` beside"
)
HELP = """Serve an API as MCP tools, over stdio (the default) or Streamable HTTP.

Examples:

\b
  openapi-mcp serve --spec https://api.example.com/openapi.json --bearer env:API_TOKEN

\b
  openapi-mcp serve --spec-command 'python manage.py spectacular' --base-url http://localhost:8000

\b
  openapi-mcp serve http --spec openapi.yaml --methods get,post --port 9000

\b
  openapi-mcp serve http --spec openapi.yaml --redis env:REDIS_URL --shared-key env:SHARED_KEY --records env:RECORDS_URL
      one of several replicas behind a balancer

In Claude Code:

\b
  claude mcp add shop -- openapi-mcp serve --spec https://shop.example.com/api/schema/
"""


@takes(*SERVE)
def serve(
    *,
    transport: Annotated[
        Literal["stdio", "http"], typer.Argument(help="stdio: one client, over this process's pipes. http: many.")
    ] = "stdio",
    context: typer.Context,
    flags: Mapping[str, Any],
) -> int:
    """Serve until the client leaves or a signal ends it."""
    settings = Settings(flags, context.obj.arguments, stdin_is_protocol=transport == "stdio")
    config, notice = start(flags)
    require_spec(config, stdin_is_protocol=transport == "stdio")
    require_fitting(config, flags, is_http=transport == "http")
    warn_of_background(config, notice)
    config = over_http(config) if transport == "http" else config
    warn_of_its_timeout(config, notice)
    if transport == "http":
        return anyio.run(_serve_http, config, notice, context.obj, settings)
    return serve_over_stdio(config, notice, context.obj, settings)


async def _serve_http(config: Config, notice: Notice, begun: Begun, settings: Settings) -> ExitCode:
    from openapi_mcp.joining import open_several
    from openapi_mcp.server.access import read_access
    from openapi_mcp.server.beside import Keeping, Looking
    from openapi_mcp.server.gauges import watch_background
    from openapi_mcp.server.http import Endpoint, bind, endpoint_url, is_for_everybody, serve_http
    from openapi_mcp.server.keep import Keeper, SeveralKeeper, keepers
    from openapi_mcp.server.means import background_of, bounds_of
    from openapi_mcp.server.meanwhile import answering
    from openapi_mcp.server.renew import renewing
    from openapi_mcp.server.watch import Watch, watches

    access = read_access(config, os.environ, notice)
    if config.dashboard:
        _require_dashboard(config, access)
    with (
        telemetry(config, notice) as meters,
        bind(config.host, config.port, access) as listener,
        numbers_listener(config, notice) as numbers,
    ):
        if is_for_everybody(listener, access):  # said with --quiet too
            say_always(f"warning: {config.host} is reachable from other machines, and {_whoever(access)}")
        url = endpoint_url(config.host, listener, config.path)
        ports = [listener, *([numbers] if numbers is not None else [])]

        async def serve_app(
            app: Serves, recorder: Recorder | None, watch: Looking, keeper: Keeping, link: "Link | None"
        ) -> ExitCode:
            observe(app, recorder)
            say_what_is_served(app, notice)
            listening = partial(notice, f"listening on {url}")
            operating = operating_of(config, app, recorder, meters, numbers, link, notice)
            live = renewing(config, settings, keeper, watch, notice, show_error, link=link)
            async with background_of(app, link, bounds_of(config)) as background:
                watch_background(meters, background)
                with _dashboard(config, app, recorder, access, listener) as beside:
                    endpoint = Endpoint(
                        listener=listener, path=config.path, access=access, beside=beside, operating=operating
                    )
                    return await serve_http(app, endpoint, listening, watch=live, keeper=keeper, background=background)

        if config.apis:
            path = catalogue_path(config, begun.arguments)
            own = keepers(config, notice, path)
            keeping = SeveralKeeper(keepers=own, notice=notice, path=path)
            async with AsyncExitStack() as stack:
                async with answering(ports, access_log=config.access_log):
                    link, recorder = await _opened(config, notice, stack)
                    opening = open_several(config, notice, path=path, can_change=True, link=link, agrees=True)
                    several = await stack.enter_async_context(opening)
                return await serve_app(several, recorder, watches(own), keeping, link)
        keeper = Keeper(notice=notice, path=catalogue_path(config, begun.arguments))
        async with AsyncExitStack() as stack:
            async with answering(ports, access_log=config.access_log):
                link, recorder = await _opened(config, notice, stack)
                path = keeper.path
                one = open_app(config, notice, last_good=path, can_change=True, link=link, agrees=True, aside=True)
                app = await stack.enter_async_context(one)
            return await serve_app(app, recorder, Watch(keeper=keeper), keeper, link)


async def _opened(config: Config, notice: Notice, stack: AsyncExitStack) -> "tuple[Link | None, Recorder | None]":
    """Open what is shared and what records, to be closed with the `stack`."""
    link = await stack.enter_async_context(open_link(config, notice, os.environ))
    return link, await stack.enter_async_context(open_recorder(config, notice, greets=True))


def _require_dashboard(config: Config, access: "Access") -> None:
    """Refuse a dashboard that cannot be shown, before anything is loaded.

    Raises:
        ConfigError: the extra is not installed, or everybody would see it.
    """
    from openapi_mcp.server.dashboard.frame import require_extra

    require_extra()
    from openapi_mcp.server.dashboard.mount import require_closed

    require_closed(config, access)


@contextmanager
def _dashboard(
    config: Config, app: Serves, recorder: Recorder | None, access: "Access", listener: "socket"
) -> "Iterator[Around | None]":
    """Yield what shows the dashboard beside the endpoint, None where it is not wanted."""
    if not config.dashboard:
        yield None
        return
    from openapi_mcp.server.dashboard.mount import beside, board_of

    if config.redis is not None:
        say_always(_ONE_REPLICA)
    missing = access.forward.brought(()).failures  # who uses a page brings no header that could go to the API
    with closing(board_of(config, app, recorder=recorder, missing=missing)) as board:
        yield beside(board, access, listener, config.path, say_always)


def _whoever(access: "Access") -> str:
    """Return what those may do who reach the endpoint without saying who they are."""
    if not access.brings_own:
        return "nobody has to say who they are"
    return f"whoever gets there sees its tools; a call needs {' and '.join(access.forward.names)} of the caller's own"
