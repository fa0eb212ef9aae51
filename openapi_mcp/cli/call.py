"""`openapi-mcp call`: one call from the shell."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.app import App
from openapi_mcp.cli.answer import show_request, show_result
from openapi_mcp.cli.calling import Preview, make_call, preview_call
from openapi_mcp.cli.complete import tool_names
from openapi_mcp.cli.options import CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, WHERE_CACHED, takes
from openapi_mcp.cli.output import Notice
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.cli.told import repair_line, repairs_of
from openapi_mcp.cli.waiting import LONGEST
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.request.typed import types_of, value_of
from openapi_mcp.said_of import hinted

HELP = """Call one tool and print its answer.

Examples:

\b
  openapi-mcp call --spec openapi.json customers_list -a city=Porto -a page_size=5

\b
  openapi-mcp call --spec openapi.json orders_create --methods all --args '{"customer": 1, "items": []}'

\b
  openapi-mcp call --spec openapi.json customers_list -a city=Porto --dry-run
      the exact request and the same as a curl line; nothing is sent

\b
  openapi-mcp call --spec openapi.json reports_create --methods all --no-wait
      the answer as it is, where the API goes on with its work (202); else its end is waited for (--wait SECONDS)
"""


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, CALLS, RECORDS, WHERE_CACHED, OUTPUT)
def call(
    *,
    tool: Annotated[str, typer.Argument(help="The tool to call.", metavar="TOOL", autocompletion=tool_names)],
    arguments: Annotated[
        list[str] | None,
        typer.Option("--arg", "-a", metavar="NAME=VALUE", help="One argument; text, or JSON where the tool wants it."),
    ] = None,
    args: Annotated[
        str | None,
        typer.Option("--args", metavar="JSON", help="All arguments as a JSON object; - reads it from stdin."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the exact request, send nothing.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait for the end of what the API goes on with (202).")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=0.0,
            max=LONGEST,
            help="Wait at most so long for the end of what the API goes on with (202); --timeout is that of each "
            "question. 0 is --no-wait. Default: a day.",
        ),
    ] = LONGEST,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Run one call; the exit status says how it went."""
    config, notice = start(flags)
    config = api_of(config, tool)
    prepare = partial(_as_call, name=tool, pairs=arguments or [], given=_json_arguments(args, config))
    if dry_run:
        return show_dry(config, notice, anyio.run(preview_call, config, notice, prepare), as_json=as_json)
    result = anyio.run(partial(make_call, config, notice, prepare, wait=0.0 if no_wait else wait))
    return show_outcome(result, notice, as_json=as_json)


def show_dry(config: Config, notice: Notice, preview: Preview, *, as_json: bool) -> int:
    """Show what a call would send, or the failure that it would end with; return the exit status."""
    if not isinstance(preview.found, HttpRequest):
        return show_outcome(hinted(preview.found.as_result(), config.name), notice, as_json=as_json)
    show_request(preview.found, preview.repairs, as_json=as_json)
    return ExitCode.OK


def show_outcome(result: Result, notice: Notice, *, as_json: bool) -> int:
    """Show what came of a call, and what was repaired; return the exit status, which says how it went."""
    show_result(result, as_json=as_json)
    for repair in () if as_json else repairs_of(result):
        notice(f"repaired: {repair_line(repair)}")
    return result.failure.kind.exit_code if result.failure else ExitCode.OK


def _as_call(app: App, *, name: str, pairs: list[str], given: dict[str, Any]) -> Call:
    tool = app.toolset.by_name.get(name)
    properties = tool.input_schema.get("properties", {}) if tool else {}
    definitions = tool.input_schema.get("$defs", {}) if tool else {}
    arguments = dict(given)
    repeated: dict[str, list[Any]] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise ConfigError(f"{pair!r} is not an argument", where="-a", hint="write -a name=value")
        types = types_of(properties.get(key, {}), definitions)
        if "array" in types and "string" not in types and not text.lstrip().startswith("["):
            repeated.setdefault(key, []).append(value_of(text, types_of(properties[key].get("items", {}), definitions)))
        else:
            arguments[key] = value_of(text, types)
    return Call(tool=name, arguments={**arguments, **repeated})


def _json_arguments(text: str | None, config: Config) -> dict[str, Any]:
    if text is None:
        return {}
    if text == "-":
        if config.spec == "-":
            raise ConfigError("both the document and the arguments are to come from stdin", where="--args -")
        text = sys.stdin.read()
    try:
        value = read_json(text)
    except ValueError as error:
        raise ConfigError(
            f"the arguments are not JSON: {error}", where="--args", hint="quote the whole object"
        ) from None
    if not isinstance(value, dict):
        raise ConfigError("the arguments are not a JSON object", where="--args", hint='write \'{"name": "value"}\'')
    return value
