"""`openapi-mcp call`: one call from the shell."""

import base64
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.app import open_app
from openapi_mcp.cli.options import CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, takes
from openapi_mcp.cli.output import ask, show_bytes, show_json, show_text, stdout_is_terminal
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.cli.told import failure_lines, note_of, repair_line, repairs_of
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode, OpenapiMcpError
from openapi_mcp.loading import Notice
from openapi_mcp.model.call import Blob, Call, Failure, FailureKind, Result, Text
from openapi_mcp.model.fault import Looked, Repair, Suggestion, told_repairs
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.text import without_controls
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.curl import curl
from openapi_mcp.request.shown import question, shown_body
from openapi_mcp.serving import App
from openapi_mcp.several import hinted, naming

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
    given = _json_arguments(args, config)
    if dry_run:
        found, repairs = anyio.run(_preview, config, notice, tool, arguments or [], given)
        if isinstance(found, HttpRequest):
            _show_request(found, repairs, as_json=as_json)
            return ExitCode.OK
        result = hinted(found.as_result(), config.name)
    else:
        result = anyio.run(_call, config, notice, tool, arguments or [], given)
    _show_result(result, as_json=as_json)
    for repair in () if as_json else repairs_of(result):
        notice(f"repaired: {repair_line(repair)}")
    return result.failure.kind.exit_code if result.failure else ExitCode.OK


async def _call(config: Config, notice: Notice, name: str, pairs: list[str], given: dict[str, Any]) -> Result:
    with naming(config):
        async with open_app(config, notice, reads_on=False) as app:  # this process ends with its answer
            tool = app.toolset.by_name.get(name)
            call = _as_call(tool, name, pairs, given)
            is_asked = tool is not None and app.asks_before(tool)
            refusal = await _refusal(app, call) if is_asked else None
            result = refusal.as_result() if refusal is not None else await app.call(replace(call, is_shown=is_asked))
            return hinted(result, config.name)


async def _refusal(app: App, call: Call) -> Failure | None:
    """Ask the person at the terminal whether the call may be sent; return why it is not, None where it is.

    Raises:
        ConfigError: there is no terminal to ask at.
    """
    request = app.foresee(call)
    if isinstance(request, Failure):
        return await app.explained(call, request)
    answer = ask(question(call.tool, request, app.redactor(call)))
    if answer is None:
        own = app.toolset.by_name[call.tool].limits.confirm
        where, other = ("--confirm", "give --confirm none") if own is None else (f"[tool.{call.tool}]", "take it out")
        hint = f"run it in a terminal, with --args rather than input from a pipe; or {other}"
        raise ConfigError("a person must confirm this call, and there is no terminal", where=where, hint=hint)
    said = Failure(kind=FailureKind.REFUSED, message="declined; nothing was sent", hint="answer y to send it")
    return None if answer else said


async def _preview(
    config: Config, notice: Notice, name: str, pairs: list[str], given: dict[str, Any]
) -> tuple[HttpRequest | Failure, tuple[Repair, ...]]:
    with naming(config):
        async with open_app(config, notice) as app:
            call = _as_call(app.toolset.by_name.get(name), name, pairs, given)
            found = app.executor.foresee(call, is_dry=True)
            if not isinstance(found, Failure):
                return found, app.executor.foreseen_repairs(call)
            return _with_lookups(found, await app.foreseen_lookups(call)), ()


def _with_lookups(failure: Failure, lookups: tuple[Looked, ...]) -> Failure:
    """Return the failure of a dry run; it says what the call itself would look up before it fails, or does not."""
    if not lookups:
        return failure
    hint = f"a dry run looks nothing up; the call itself would, with {lookups[0].tool}"
    step = Suggestion(tool=lookups[0].tool, why="as the call itself would look it up", arguments=lookups[0].arguments)
    return replace(failure, hint=f"{hint}; {failure.hint}" if failure.hint else hint, tries=(step, *failure.tries))


def _as_call(tool: Tool | None, name: str, pairs: list[str], given: dict[str, Any]) -> Call:
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


def _show_request(request: HttpRequest, repairs: tuple[Repair, ...], *, as_json: bool) -> None:
    body = shown_body(request.body)
    if as_json:
        headers = [{"name": name, "value": value} for name, value in request.headers]
        said = {"method": request.method, "url": request.url, "headers": headers, "body": body}
        exact = base64.b64encode(request.body).decode() if isinstance(request.body, bytes) else None
        told = told_repairs(repairs)
        show_json({**said, "body_base64": exact, "curl": curl(request), **told})
        return
    lines = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers)]
    show_text("\n".join([*lines, "", body] if body is not None else lines))
    show_text(f"\n{curl(request)}")
    for each in repairs:
        show_text(f"\nrepaired: {repair_line(each.as_json())}")


def _show_result(result: Result, *, as_json: bool) -> None:
    if result.failure is not None and not as_json:
        from openapi_mcp.cli.output import show_error

        failure = result.failure
        hint = "; ".join(filter(None, (failure.hint, *map(_suggested, failure.tries))))
        error = OpenapiMcpError(f"{failure.kind}: {failure.message}", where=failure.field, hint=hint)
        show_error(error, failure_lines(failure))
        if failure.body is not None:
            show_json(failure.body)
        return
    if as_json:
        show_json(_as_json(result))
        return
    for content in result.content:
        match content:
            case Text():
                show_text(_pretty(content.text, result))
            case Blob() if stdout_is_terminal():
                show_text(f"{content.mime_type}, {len(content.data):,} bytes; send stdout to a file to keep them")
            case Blob():
                show_bytes(content.data)
                return  # a word after the bytes would spoil them


def _suggested(step: Suggestion) -> str:
    """Return a call that may help, as it is written here."""
    pairs = [f"-a {shlex.quote(f'{name}={_as_text(value)}')}" for name, value in (step.arguments or {}).items()]
    return f"{' '.join(['try', step.tool, *pairs])} ({step.why})"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value)


def _pretty(text: str, result: Result) -> str:
    import json

    if not stdout_is_terminal():
        return text
    if result.structured is None:
        return without_controls(text)
    return without_controls(json.dumps(read_json(text), indent=2, ensure_ascii=False))


def _as_json(result: Result) -> Any:
    """Return a result as one JSON value: the structured content, or what stands for text and bytes."""
    if result.structured is not None:
        return result.structured
    first = result.content[0]
    shown: Any = first.text if isinstance(first, Text) else _bytes_as_json(first)
    return {"result": shown, **note_of(result)}


def _bytes_as_json(blob: Blob) -> dict[str, Any]:
    return {
        "mime_type": blob.mime_type,
        "bytes": len(blob.data),
        "base64": base64.b64encode(blob.data).decode("ascii"),
    }
