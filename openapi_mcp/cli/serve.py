"""`openapi-mcp serve`: the MCP server over stdio or Streamable HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import anyio
import typer

from openapi_mcp import __version__
from openapi_mcp.app import Notice, is_checked_later, open_app
from openapi_mcp.cli.options import CACHE, CALLS, CREDENTIALS, DOCUMENT, HTTP, LIVE, OUTPUT, TOOLS, takes
from openapi_mcp.cli.start import Begun, catalogue_path, require_spec, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode
from openapi_mcp.generator.catalogue import read_catalogue, summary_of
from openapi_mcp.serving import App

HELP = """Serve an API as MCP tools, over stdio (the default) or Streamable HTTP.

Examples:

\b
  openapi-mcp serve --spec https://api.example.com/openapi.json --bearer env:API_TOKEN

\b
  openapi-mcp serve --spec-command 'python manage.py spectacular' --base-url http://localhost:8000

\b
  openapi-mcp serve http --spec openapi.yaml --methods get,post --port 9000

In Claude Code:

\b
  claude mcp add shop -- openapi-mcp serve --spec https://shop.example.com/api/schema/
"""


@takes(DOCUMENT, LIVE, TOOLS, CREDENTIALS, CALLS, HTTP, CACHE, OUTPUT)
def serve(
    *,
    transport: Annotated[
        Literal["stdio", "http"], typer.Argument(help="stdio: one client, over this process's pipes. http: many.")
    ] = "stdio",
    context: typer.Context,
    flags: Mapping[str, Any],
) -> int:
    """Serve until the client leaves or a signal ends it."""
    config, notice = start(flags)
    require_spec(config, stdin_is_protocol=transport == "stdio")
    if transport == "http":
        return anyio.run(_serve_http, config, notice, context.obj)
    return _serve_stdio(config, notice, context.obj)


def _serve_stdio(config: Config, notice: Notice, begun: Begun) -> ExitCode:
    from openapi_mcp.server.behind import Behind
    from openapi_mcp.server.keep import Keeper
    from openapi_mcp.server.stdio import claim_wire, serve_stdio
    from openapi_mcp.server.watch import Watch

    handover = begun.handover
    wire = handover.wire if handover else claim_wire()
    stored = read_catalogue(handover.kept) if handover else None
    keeper = Keeper(config=config, notice=notice, path=catalogue_path(config, begun.arguments))
    behind = Behind(keeper=keeper, told=handover.kept.header["pages"] if handover else None)
    watch = Watch(keeper=keeper)
    can_change = watch.is_on or is_checked_later(config)

    async def over_stdio() -> ExitCode:
        async with open_app(config, notice, stored=stored, last_good=keeper.path, can_change=can_change) as app:
            _say_what_is_served(app, notice)
            return await serve_stdio(app, wire, handover, behind, watch)

    return anyio.run(over_stdio)


async def _serve_http(config: Config, notice: Notice, begun: Begun) -> ExitCode:
    from openapi_mcp.server.http import bind, serve_http
    from openapi_mcp.server.keep import Keeper
    from openapi_mcp.server.watch import Watch

    keeper = Keeper(config=config, notice=notice, path=catalogue_path(config, begun.arguments))
    watch = Watch(keeper=keeper)
    with bind(config.host, config.port) as listener:
        async with open_app(config, notice, last_good=keeper.path, can_change=watch.is_on) as app:
            _say_what_is_served(app, notice)
            host = f"[{config.host}]" if ":" in config.host else config.host
            url = f"http://{host}:{listener.getsockname()[1]}{config.path}"
            return await serve_http(app, listener, config.path, lambda: notice(f"listening on {url}"), watch, keeper)


def _say_what_is_served(app: App, notice: Notice) -> None:
    summary = app.stored.summary if app.stored else summary_of(app.toolset)
    left_out = f", {summary.left_out} operations left out (openapi-mcp inspect shows why)" if summary.left_out else ""
    rights = "read-only" if summary.reads_only else "reading and writing"
    notice(f"openapi-mcp {__version__}: {summary.tools} tools of {app.toolset.title}, {rights}{left_out}")
