"""`openapi-mcp inspect`: the tools that a client would see."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.apis import said_for
from openapi_mcp.auth.choose import lacking
from openapi_mcp.auth.held import Held
from openapi_mcp.cli.complete import tool_names
from openapi_mcp.cli.costs import costs_report, show_capability, show_costs
from openapi_mcp.cli.graph import draw_graph
from openapi_mcp.cli.lacking import lacking_lines
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import show, show_json, show_text
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode, OpenapiMcpError
from openapi_mcp.executor.base import server_url
from openapi_mcp.generator.pages import written
from openapi_mcp.identity import source_of
from openapi_mcp.loading import Catalogue, Notice, load_catalogue, load_workflows, place_of, say_of
from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.capability import Capabilities, Capability, as_json
from openapi_mcp.model.document import WORKFLOW, Operation, Problem, Skipped
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset, wire_tool
from openapi_mcp.model.url import redact_url
from openapi_mcp.said_of import naming
from openapi_mcp.servable import require_tools
from openapi_mcp.united import united

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


async def inspection_of_several(config: Config, notice: Notice) -> dict[str, Any]:
    """Return what `inspect --json` prints for several APIs: all that is listed, and of which of the `apis`.

    One that cannot be loaded has its `error` there.

    Raises:
        OpenapiMcpError: none of them can be; the first one's error.
    """
    from openapi_mcp.workflows import served_api, with_workflows

    errors: dict[str, OpenapiMcpError] = {}
    found: dict[str, dict[str, Any]] = {}
    toolsets: dict[str, Toolset | None] = {}
    served = []
    needs: dict[str, Capability] = {}
    for api in config.apis:
        try:
            with naming(api):
                catalogue = await load_catalogue(api, partial(say_of, api.name, notice), whole=True)
                require_tools(catalogue.toolset, catalogue.document)
            found[api.name] = inspection(api, catalogue)
            toolsets[api.name] = catalogue.toolset
            served.append(served_api(catalogue.toolset, catalogue.document, place_of(source_of(api)), api.name))
            needs |= needs_of(catalogue)
        except OpenapiMcpError as error:
            errors[api.name] = error
    if not found:
        raise next(iter(errors.values()))
    reads_on = any(api.name in found and api.limits.max_response for api in config.apis)
    goes_on = bool(config.background_after)
    workflows = await load_workflows(config)
    more = partial(
        with_workflows, placed=workflows.placed, apis=served, client=config.client, output_schemas=config.output_schemas
    )
    together = united(toolsets, reads_on=reads_on, goes_on=goes_on, listing=config.listing, more=more)
    skipped = _beyond(together.skipped, toolsets, "skipped")
    problems = _beyond(together.problems, toolsets, "problems")
    return {
        "document": None,
        "apis": [_api_report(api.name, found.get(api.name), errors.get(api.name)) for api in config.apis],
        **costs_report(together, needs, config.listing.budget),
        "tools": [*_of_each(found, "tools"), *_of_workflows(together)],
        "extra_tools": list(together.extras),
        "skipped": [*_of_each(found, "skipped"), *map(_skipped_report, skipped)],
        "problems": [*_of_each(found, "problems"), *map(_problem_report, problems)],
    }


def _of_workflows(together: Toolset) -> list[dict[str, Any]]:
    """Return what is told of workflows that call several APIs, and are of none."""
    none: dict[str, Any] = {"security": None, "missing": [], "hint": None}
    own = (tool for tool in together.tools if tool.plan is not None)
    return [{**_tool_report(tool, Capability(), together.style), "auth": none, "api": ""} for tool in own]


def _beyond(all_of_it: Sequence[Any], toolsets: Mapping[str, Toolset | None], name: str) -> Sequence[Any]:
    """Return what stands behind what the APIs themselves have: that of the workflows."""
    return all_of_it[sum(len(getattr(toolset, name)) for toolset in toolsets.values() if toolset is not None) :]


def _skipped_report(skipped: Skipped) -> dict[str, Any]:
    said = {"method": skipped.method, "path": skipped.path, "pointer": skipped.pointer, "reason": skipped.reason}
    return {**said, "tool": skipped.tool or None, "api": ""}


def _problem_report(problem: Problem) -> dict[str, Any]:
    said = {"severity": problem.severity.value, "pointer": problem.pointer}
    return {**said, "message": problem.message, "hint": problem.hint, "api": ""}


def _api_report(name: str, report: Mapping[str, Any] | None, error: OpenapiMcpError | None) -> dict[str, Any]:
    said = {"message": error.message, "where": error.where, "hint": error.hint} if error else None
    return {"name": name, "document": report["document"] if report else None, "error": said}


def _of_each(found: Mapping[str, Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return what the reports of several APIs list, each with the name of its API."""
    return [{**entry, "api": name} for name, report in found.items() for entry in report[key]]


def inspection(config: Config, catalogue: Catalogue) -> dict[str, Any]:
    """Return what `inspect --json` prints: {"document", "mode", ..., "tools", "extra_tools", "skipped", "problems"}.

    `extra_tools` are listed too, and are no operations; the costs count all that is listed.
    """
    document, toolset, held = catalogue.document, catalogue.toolset, catalogue.credentials
    try:
        base_url: str | None = redact_url(server_url(document, config.base_url))
    except ConfigError:
        base_url = None
    needs = needs_of(catalogue)
    return {
        "document": {
            "title": document.title,
            "version": document.version,
            "openapi": document.openapi,
            "source": document.source,
            "base_url": base_url,
            "base_url_assumed": bool(base_url)
            and not config.base_url
            and any(one.is_assumed for one in document.servers),
        },
        **costs_report(toolset, needs, config.listing.budget),
        "tools": [
            {
                **_tool_report(tool, needs.get(tool.name, Capability()), toolset.style),
                "auth": _auth_report(tool.operation, held, config.name),
            }
            for tool in toolset.tools
        ],
        "extra_tools": list(toolset.extras),
        "skipped": [
            {"method": s.method, "path": s.path, "pointer": s.pointer, "reason": s.reason, "tool": s.tool or None}
            for s in toolset.skipped
        ],
        "problems": [
            {"severity": p.severity.value, "pointer": p.pointer, "message": p.message, "hint": p.hint}
            for p in (*document.problems, *toolset.problems)
        ],
    }


def needs_of(catalogue: Catalogue) -> Capabilities:
    """Return what the tools need and yield, in whatever mode they are listed."""
    from openapi_mcp.index.capabilities import find_capabilities

    return find_capabilities(catalogue.toolset.tools, catalogue.document.schemas)


def _tool_report(tool: Tool, capability: Capability, style: str) -> dict[str, Any]:
    told, listed = wire_tool(tool), written(style)(tool)
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        **_called(tool),
        "tags": list(tool.operation.tags),
        "input_schema": tool.input_schema,
        "output_schema": tool.output_schema,
        "annotations": told["annotations"],
        **as_json(capability),
        **({"limits": limits} if (limits := tool.limits.as_json()) else {}),
        "bytes": len(write_json(listed).encode()),
    }


def _called(tool: Tool) -> dict[str, Any]:
    """Return what a tool calls: one operation, or the steps of a workflow with their tools."""
    if tool.plan is None:
        operation = tool.operation
        return {"method": operation.method, "path": operation.path, "operation_id": operation.operation_id}
    own = tool.plan.own
    steps = [
        {"step": step.id, **({"tool": own.tools[step.id]} if step.id in own.tools else {"workflow": step.workflow})}
        for step in own.workflow.steps
    ]
    return {"method": None, "path": None, "operation_id": None, "workflow": own.workflow.id, "steps": steps}


def operation_of(report: Mapping[str, Any], longest: int = 120) -> str:
    """Return what a reported tool calls, in a line: "GET /orders", "workflow placeOrder"."""
    if "workflow" in report:
        return f"workflow {one_line(report['workflow'], longest)}"
    return f"{report['method']} {one_line(report['path'], longest)}"


def _auth_report(operation: Operation, held: Held, api: str) -> dict[str, Any]:
    """Return what an operation needs and lacks: {"security": [{SCHEME: [SCOPE]}] | null, "missing", "hint"}."""
    needed = None
    if operation.security is not None:
        needed = [{scheme.name: list(scheme.scopes) for scheme in each.schemes} for each in operation.security]
    if (missed := lacking(operation, held)) is None:
        return {"security": needed, "missing": [], "hint": None}
    return {"security": needed, "missing": list(missed.schemes), "hint": said_for(api, missed.hint or "")}


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

    show_text(f"{extra['name']}  (no operation)\n\n{extra['description']}\n")
    show_text(json.dumps({"input_schema": extra["inputSchema"]}, indent=2, ensure_ascii=False))
    show_text(f"\n{len(write_json(extra).encode())} bytes in the list, {_hints({**_UNSAID, **extra['annotations']})}")


def _show_tool(tool: dict[str, Any]) -> None:
    import json

    show_text(f"{tool['name']}  ({operation_of(tool, 500)})\n\n{tool['description']}\n")
    show_text(json.dumps({"input_schema": tool["input_schema"]}, indent=2, ensure_ascii=False))
    if tool["output_schema"] is not None:
        show_text(json.dumps({"output_schema": tool["output_schema"]}, indent=2, ensure_ascii=False))
    if "steps" in tool:
        steps = (f"{step['step']} ({step.get('tool') or step['workflow']})" for step in tool["steps"])
        show_text(f"\nits steps: {one_line(', '.join(steps), 1_000)}")
    show_capability(tool)
    if "limits" in tool:
        show_text(f"\nits own: {', '.join(f'{name} {_plain(said)}' for name, said in tool['limits'].items())}")
    if tool["auth"]["missing"]:
        show_text(f"\nlacks a credential: {one_line(tool['auth']['hint'], 500)}")
    show_text(f"\n{tool['bytes']} bytes in the list, {_hints(tool['annotations'])}")


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
    workflows = sum(each["method"] == WORKFLOW for each in skipped)
    operations = len(skipped) - workflows
    said = [f"{operations} operations"] if operations else []
    said += [f"{workflows} workflow{'' if workflows == 1 else 's'}"] if workflows else []
    return " and ".join(said)


def _show_left_out(report: dict[str, Any]) -> None:
    if report["skipped"]:
        show_text(f"{_counted(report['skipped'])} left out:")
        for skipped in report["skipped"][:_SHOWN_SKIPPED]:
            of = f"{skipped['api']}: " if skipped.get("api") else ""
            operation = f"{skipped['method']} {one_line(skipped['path'], 120)}"
            show_text(f"  {of}{operation}: {one_line(skipped['reason'], 160)}")
        if len(report["skipped"]) > _SHOWN_SKIPPED:
            show_text(f"  and {len(report['skipped']) - _SHOWN_SKIPPED} more (--json lists all)")
    for problem in report["problems"][:_SHOWN_SKIPPED]:
        show_text(
            f"{problem['severity']}: {one_line(problem['message'], 200)}\n   at: {one_line(problem['pointer'], 200)}"
        )
