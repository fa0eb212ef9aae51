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
from openapi_mcp.generator.catalogue import Summary, read_catalogue, summary_of

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
        return anyio.run(_serve_http, config, notice)
    return _serve_stdio(config, notice, context.obj)


def _serve_stdio(config: Config, notice: Notice, begun: Begun) -> ExitCode:
    from openapi_mcp.server.behind import Behind
    from openapi_mcp.server.stdio import claim_wire, serve_stdio
    from openapi_mcp.server.watch import Watch

    handover = begun.handover
    wire = handover.wire if handover else claim_wire()
    stored = read_catalogue(handover.kept) if handover else None
    behind = Behind(
        config=config,
        notice=notice,
        path=catalogue_path(config, begun.arguments),
        is_stored=stored is not None,
        told=handover.kept.header["pages"] if handover else None,
    )
    watch = Watch(config=config, notice=notice)
    can_change = watch.is_on or is_checked_later(config)

    async def over_stdio() -> ExitCode:
        async with open_app(config, notice, stored=stored, can_change=can_change) as app:
            summary = stored.summary if stored else summary_of(app.toolset)
            _say_what_is_served(app.toolset.title, summary, notice)
            return await serve_stdio(app, wire, handover, behind, watch)

    return anyio.run(over_stdio)


async def _serve_http(config: Config, notice: Notice) -> ExitCode:
    from openapi_mcp.server.http import bind, serve_http
    from openapi_mcp.server.watch import Watch

    watch = Watch(config=config, notice=notice)
    with bind(config.host, config.port) as listener:
        async with open_app(config, notice, can_change=watch.is_on) as app:
            _say_what_is_served(app.toolset.title, summary_of(app.toolset), notice)
            host = f"[{config.host}]" if ":" in config.host else config.host
            url = f"http://{host}:{listener.getsockname()[1]}{config.path}"
            return await serve_http(app, listener, config.path, lambda: notice(f"listening on {url}"), watch)


def _say_what_is_served(title: str, summary: Summary, notice: Notice) -> None:
    left_out = f", {summary.left_out} operations left out (openapi-mcp inspect shows why)" if summary.left_out else ""
    rights = "read-only" if summary.reads_only else "reading and writing"
    notice(f"openapi-mcp {__version__}: {summary.tools} tools of {title}, {rights}{left_out}")
