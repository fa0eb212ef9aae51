"""`openapi-mcp call`: one call from the shell."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.cli.answer import show_request, show_result
from openapi_mcp.cli.calling import Prepare, make_call, preview_call
from openapi_mcp.cli.options import CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, takes
from openapi_mcp.cli.output import Notice
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.cli.told import repair_line, repairs_of
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.serving import App
from openapi_mcp.several import hinted

HELP = """Call one tool and print its answer.

Examples:

\b
  openapi-mcp call --spec openapi.json customers_list -a city=Porto -a page_size=5

\b
  openapi-mcp call --spec openapi.json orders_create --methods all --args '{"customer": 1, "items": []}'

\b
  openapi-mcp call --spec openapi.json customers_list -a city=Porto --dry-run
      the exact request and the same as a curl line; nothing is sent
"""


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, CALLS, RECORDS, OUTPUT)
def call(
    *,
    tool: Annotated[str, typer.Argument(help="The tool to call.", metavar="TOOL")],
    arguments: Annotated[
        list[str] | None,
        typer.Option("--arg", "-a", metavar="NAME=VALUE", help="One argument; text, or JSON where the tool wants it."),
    ] = None,
    args: Annotated[
        str | None,
        typer.Option("--args", metavar="JSON", help="All arguments as a JSON object; - reads it from stdin."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the exact request, send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Run one call; the exit status says how it went."""
    config, notice = start(flags)
    config = api_of(config, tool)
    prepare = partial(_as_call, name=tool, pairs=arguments or [], given=_json_arguments(args, config))
    if dry_run:
        return show_dry(config, notice, prepare, as_json=as_json)
    result = anyio.run(make_call, config, notice, prepare)
    return show_outcome(result, notice, as_json=as_json)


def show_dry(config: Config, notice: Notice, prepare: Prepare, *, as_json: bool) -> int:
    """Show what a call would send, or the failure that it would end with; return the exit status."""
    found, repairs = anyio.run(preview_call, config, notice, prepare)
    if not isinstance(found, HttpRequest):
        return show_outcome(hinted(found.as_result(), config.name), notice, as_json=as_json)
    show_request(found, repairs, as_json=as_json)
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
        types = _types(properties.get(key, {}), definitions)
        if "array" in types and "string" not in types and not text.lstrip().startswith("["):
            repeated.setdefault(key, []).append(_value(text, _types(properties[key].get("items", {}), definitions)))
        else:
            arguments[key] = _value(text, types)
    return Call(tool=name, arguments={**arguments, **repeated})


def _types(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> set[str]:
    """Return the types a schema allows, through its reference and its alternatives; empty where it says nothing."""
    ref = str(schema.get("$ref", ""))
    if ref:
        target = definitions.get(ref.removeprefix("#/$defs/"), {})
        return _types(target, {}) if isinstance(target, Mapping) else set()
    if isinstance(declared := schema.get("type"), str):
        return {declared}
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return {name for branch in branches for name in _types(branch, definitions)}


def _value(text: str, types: set[str]) -> Any:
    """Read the text of one argument: as it stands where a text is wanted, else as JSON where it is JSON.

    Where a text or an object is wanted, what begins like an object is read as one.
    """
    is_object = "object" in types and text.lstrip().startswith("{")
    if "string" in types and not is_object and not (types & {"null"} and text == "null"):
        return text
    try:
        return read_json(text)
    except ValueError:
        return text


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
