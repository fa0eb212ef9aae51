"""`openapi-mcp bundle`: a server as one file that Claude Desktop installs with a click."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from openapi_mcp.cli.bundling import bundle_of
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import show_json, show_text
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.cli.start import require_spec, start
from openapi_mcp.clients.anew import write_anew
from openapi_mcp.clients.naming import require_name
from openapi_mcp.errors import ExitCode

HELP = """Make a bundle (.mcpb) for Claude Desktop: one file, installed with a click, with the server and its document.

Who installs it is asked for the base URL and for the credentials that the document names; Claude Desktop keeps them
in the system's keychain. No secret stands in the bundle. It needs no Python: Claude Desktop has its own uv.

Examples:

\b
  openapi-mcp bundle --spec openapi.yaml
      writes the API's name.mcpb; open it with Claude Desktop

\b
  openapi-mcp bundle --spec https://api.example.com/openapi.json --bearer env:API_TOKEN -o shop.mcpb
      API_TOKEN becomes a setting of the bundle
"""


@takes(*SERVE)
def bundle(
    *,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where it is written. Default: NAME.mcpb here.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the server is called. Default: from the document's title.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Write a bundle, and say what is in it."""
    from openapi_mcp.clients.bundle import pack

    config, say = start(flags)
    require_spec(config)
    made = bundle_of(config, flags, say, name=None if name is None else require_name(name))
    data = pack(made.files)
    place = Path(output or f"{made.manifest['name']}.mcpb")
    write_anew(place, data, "the bundle", "name another file with -o")
    settings = made.manifest["user_config"]
    if as_json:
        show_json({"file": str(place), "bytes": len(data), "manifest": made.manifest})
        return ExitCode.OK
    show_text(f"{place}: {len(data) / 1e6:.1f} MB, {len(made.manifest['tools'])} tools listed")
    for key, setting in settings.items():
        needed = "required" if setting["required"] else f"default {setting.get('default') or 'none'}"
        show_text(f"  asks for {setting['title']} ({key}): {needed}")
    show_text("  next: open it with Claude Desktop (Settings, Extensions), and fill in what it asks for")
    return ExitCode.OK
