"""`openapi-mcp serve`: the MCP server over stdio or Streamable HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import anyio
import typer

from openapi_mcp import __version__
from openapi_mcp.app import App, Notice, open_app
from openapi_mcp.cli.options import CALLS, CREDENTIALS, DOCUMENT, HTTP, OUTPUT, TOOLS, takes
from openapi_mcp.cli.start import require_spec, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode
from openapi_mcp.model.policy import SAFE_METHODS

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


@takes(DOCUMENT, TOOLS, CREDENTIALS, CALLS, HTTP, OUTPUT)
def serve(
    *,
    transport: Annotated[
        Literal["stdio", "http"], typer.Argument(help="stdio: one client, over this process's pipes. http: many.")
    ] = "stdio",
    flags: Mapping[str, Any],
) -> int:
    """Serve until the client leaves or a signal ends it."""
    config, notice = start(flags)
    require_spec(config, stdin_is_protocol=transport == "stdio")
    if transport == "http":
        return anyio.run(_serve_http, config, notice)
    from openapi_mcp.server.stdio import claim_wire, serve_stdio

    wire = claim_wire()

    async def over_stdio() -> ExitCode:
        async with open_app(config, notice) as app:
            _say_what_is_served(app, notice)
            return await serve_stdio(app, wire)

    return anyio.run(over_stdio)


async def _serve_http(config: Config, notice: Notice) -> ExitCode:
    from openapi_mcp.server.http import bind, serve_http

    with bind(config.host, config.port) as listener:
        async with open_app(config, notice) as app:
            _say_what_is_served(app, notice)
            host = f"[{config.host}]" if ":" in config.host else config.host
            url = f"http://{host}:{listener.getsockname()[1]}{config.path}"
            return await serve_http(app, listener, config.path, lambda: notice(f"listening on {url}"))


def _say_what_is_served(app: App, notice: Notice) -> None:
    toolset = app.toolset
    changes = any(tool.operation.method not in SAFE_METHODS for tool in toolset.tools)
    left_out = (
        f", {len(toolset.skipped)} operations left out (openapi-mcp inspect shows why)" if toolset.skipped else ""
    )
    rights = "reading and writing" if changes else "read-only"
    notice(f"openapi-mcp {__version__}: {len(toolset.tools)} tools of {toolset.title}, {rights}{left_out}")
