"""`openapi-mcp inspect`: the tools that a client would see."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.cli.complete import tool_names
from openapi_mcp.cli.costs import show_capability, show_costs
from openapi_mcp.cli.graph import draw_graph
from openapi_mcp.cli.inspection import inspection, inspection_of_several
from openapi_mcp.cli.lacking import lacking_lines
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import show, show_json, show_text, show_words
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.loading import load_catalogue
from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.model.text import one_line
from openapi_mcp.progress import Notice
from openapi_mcp.said_of import naming
from openapi_mcp.servable import require_tools

HELP = """Show the tools made from a document: all as a table, or one in full.

Examples:

\b
  openapi-mcp inspect --spec openapi.json
      the tools as a table; with --json all that is known of them

\b
  openapi-mcp inspect --spec openapi.json orders_list

\b
  openapi-mcp inspect --spec openapi.json --methods all --graph tools.html
      which tools yield what others need, as a page; with a TOOL, only what is around it
"""
_SHOWN_SKIPPED = 20
_OWN = (*SEARCH_TOOLS, READ_RESULT, *CALL_TOOLS)
_UNSAID = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False}  # MCP 2026-07-28, ToolAnnotations


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, OUTPUT)
def inspect(
    *,
    tool: Annotated[
        str | None, typer.Argument(help="Show this tool in full.", metavar="TOOL", autocompletion=tool_names)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    graph: Annotated[
        str | None,
        typer.Option("--graph", metavar="FILE", help="Draw what tools need and yield: .svg, .html, .dot or .json."),
    ] = None,
    flags: Mapping[str, Any],
) -> int:
    """Show a toolset, or one tool of it."""
    config, notice = start(flags)
    config = config if tool is None or _is_of_all(config, tool) else api_of(config, tool)
    if graph is not None and as_json:
        hint = "give one of them; --graph FILE.json writes the graph as JSON"
        raise ConfigError("--json and --graph exclude each other", where="--graph", hint=hint)
    if graph is not None:
        draw_graph(config, notice, graph, tool)
        return ExitCode.OK
    report = _report(config, notice, is_table=not as_json and tool is None)
    if tool is not None:
        report = _of_one(report, tool)
    if as_json:
        show_json(report)
    elif tool is None:
        show_table(report)
    elif report["tools"]:
        _show_tool(report["tools"][0])
    else:
        _show_extra(report["extra_tools"][0])
    return ExitCode.OK


def _is_of_all(config: Config, tool: str) -> bool:
    """True for a tool that is listed once for several APIs."""
    return tool in _OWN and not any(tool.startswith(f"{api.name}_") for api in config.apis)


def _report(config: Config, notice: Notice, *, is_table: bool) -> dict[str, Any]:
    if config.apis:
        return anyio.run(inspection_of_several, config, notice)
    with naming(config):
        catalogue = anyio.run(partial(load_catalogue, config, notice, whole=True))
    if is_table:
        require_tools(catalogue.toolset, catalogue.document)
    return inspection(config, catalogue)


def operation_of(report: Mapping[str, Any], longest: int = 120) -> str:
    """Return what a reported tool calls, or what is left out, in a line: "GET /orders", "workflow placeOrder"."""
    if "workflow" in report:
        return f"workflow {one_line(report['workflow'], longest)}"
    return f"{report['method']} {one_line(report['path'], longest)}"


def _of_one(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a report with one tool alone: an operation, else one that is none and is listed all the same."""
    if tools := [tool for tool in report["tools"] if tool["name"] == name]:
        return {**report, "tools": tools}
    if extras := [extra for extra in report["extra_tools"] if extra["name"] == name]:
        return {**report, "tools": [], "extra_tools": extras}
    raise ConfigError(f"there is no tool {name!r}", where="TOOL", hint=_instead(report, name))


def _instead(report: Mapping[str, Any], name: str) -> str:
    if name in SEARCH_TOOLS:
        return "--mode search lists it; here each operation is a tool of its own"
    if left_out := [skipped["reason"] for skipped in report["skipped"] if skipped["tool"] == name]:
        return f"its operation is left out: {left_out[0]}"
    near = get_close_matches(name, [tool["name"] for tool in report["tools"]], n=3)
    return f"did you mean {', '.join(near)}?" if near else "openapi-mcp inspect without a name lists the tools"


def _show_extra(extra: Mapping[str, Any]) -> None:
    import json

    show_words(f"{extra['name']}  (no operation)\n\n{extra['description']}\n")
    show_text(json.dumps({"input_schema": extra["inputSchema"]}, indent=2, ensure_ascii=False))
    show_words(f"\n{len(write_json(extra).encode())} bytes in the list, {_hints({**_UNSAID, **extra['annotations']})}")


def _show_tool(tool: dict[str, Any]) -> None:
    import json

    show_words(f"{tool['name']}  ({operation_of(tool, 500)})\n\n{tool['description']}\n")
    show_text(json.dumps({"input_schema": tool["input_schema"]}, indent=2, ensure_ascii=False))
    if tool["output_schema"] is not None:
        show_text(json.dumps({"output_schema": tool["output_schema"]}, indent=2, ensure_ascii=False))
    if "steps" in tool:
        steps = [f"first {name}" for name in tool["runs_first"]]
        steps += [f"{step['step']} ({step.get('tool') or step['workflow']})" for step in tool["steps"]]
        steps += [f"perhaps {name}" for name in tool["may_lead_to"]]
        show_words(f"\nits steps: {one_line(', '.join(steps), 1_000)}")
    show_capability(tool)
    if "limits" in tool:
        show_words(f"\nits own: {', '.join(f'{name} {_plain(said)}' for name, said in tool['limits'].items())}")
    if tool["auth"]["missing"]:
        show_words(f"\nlacks a credential: {one_line(tool['auth']['hint'], 500)}")
    show_words(f"\n{tool['bytes']} bytes in the list, {_hints(tool['annotations'])}")


def _plain(said: Any) -> str:
    """Return a setting as it is written in a config file: True -> "true", 5.0 -> "5"."""
    return str(said).lower() if isinstance(said, bool) else f"{said:g}" if isinstance(said, float) else str(said)


def _hints(annotations: Mapping[str, bool]) -> str:
    if annotations["readOnlyHint"]:
        return "read-only"
    words = ["destructive" if annotations["destructiveHint"] else "creates"]
    return " and ".join(words + (["repeatable"] if annotations["idempotentHint"] else []))


def show_table(report: dict[str, Any]) -> None:
    """Show what `inspection` returns as a table, with what is left out and what lacks a credential."""
    from rich.markup import escape
    from rich.table import Table

    apis = report.get("apis", [{"name": "", "document": report["document"], "error": None}])
    title = ", ".join(_titled(api["name"], api["document"]) for api in apis if api["document"])
    table = Table(title=escape(title), title_justify="left", pad_edge=False)
    for heading, style in (("Tool", "bold"), ("Operation", "cyan"), ("What it does", "")):
        table.add_column(heading, style=style, overflow="fold")
    for tool in report["tools"]:
        table.add_row(tool["name"], escape(operation_of(tool)), escape(one_line(tool["title"], 120)))
    show(table)
    show_costs(report)
    if report["extra_tools"]:
        show_text(f"no operation: {', '.join(tool['name'] for tool in report['extra_tools'])}")
    for api in apis:
        _show_base_url(api)
    _show_lacking(report["tools"])
    _show_left_out(report)


def _titled(name: str, document: Mapping[str, Any]) -> str:
    return f"{name}: {document['title']} {document['version']}".removeprefix(": ")


def _show_base_url(api: Mapping[str, Any]) -> None:
    if api["error"] is not None:
        show_text(f"error: {api['name']} is not served: {one_line(api['error']['message'], 300)}")
        show_text(
            f"   at: {one_line(api['error']['where'] or '', 300)}\n  fix: {one_line(api['error']['hint'] or '', 300)}"
        )
        return
    of, option = (f" of {api['name']}", f"--base-url {api['name']}=URL") if api["name"] else ("", "--base-url")
    document = api["document"]
    show_text(f"base URL{of}: {document['base_url'] or f'none usable; give {option}'}")
    if document["base_url_assumed"]:
        show_text(f"  the document names no server; where that is not the API's address, {option} says it")


def _show_lacking(tools: list[dict[str, Any]]) -> None:
    """Say which tools lack a credential, and how to give it, a line for each way."""
    by_hint: dict[str, list[str]] = {}
    for tool in tools:
        if tool["auth"]["missing"]:
            by_hint.setdefault(tool["auth"]["hint"], []).append(tool["name"])
    for line in lacking_lines(by_hint):
        show_text(line)


def _counted(skipped: list[dict[str, Any]]) -> str:
    """Return how many operations and workflows there are: "3 operations and 1 workflow"."""
    workflows = sum("workflow" in each for each in skipped)
    operations = len(skipped) - workflows
    said = [f"{operations} operations"] if operations else []
    said += [f"{workflows} workflow{'' if workflows == 1 else 's'}"] if workflows else []
    return " and ".join(said)


def _show_left_out(report: dict[str, Any]) -> None:
    if report["skipped"]:
        show_text(f"{_counted(report['skipped'])} left out:")
        for skipped in report["skipped"][:_SHOWN_SKIPPED]:
            of = f"{skipped['api']}: " if skipped.get("api") else ""
            show_text(f"  {of}{operation_of(skipped)}: {one_line(skipped['reason'], 160)}")
        if len(report["skipped"]) > _SHOWN_SKIPPED:
            show_text(f"  and {len(report['skipped']) - _SHOWN_SKIPPED} more (--json lists all)")
    if not report["problems"]:
        return
    from openapi_mcp.cli.places import as_named  # it knows how descriptions are loaded

    for problem in report["problems"][:_SHOWN_SKIPPED]:
        place = one_line(as_named(problem["pointer"]), 200)
        show_text(f"{problem['severity']}: {one_line(problem['message'], 200)}\n   at: {place}")
