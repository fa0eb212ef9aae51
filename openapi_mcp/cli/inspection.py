"""What `inspect --json` prints: all that is known of the tools of one API, or of several that are listed together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from openapi_mcp.arazzo import load_workflows, place_of
from openapi_mcp.cli.costs import costs_report
from openapi_mcp.cli.needed import Callee, auth_of_plan, auth_report, callees_of
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.executor.base import server_url
from openapi_mcp.generator.pages import written
from openapi_mcp.identity import source_of
from openapi_mcp.loading import Catalogue, load_catalogue
from openapi_mcp.model.capability import Capabilities, Capability, as_json
from openapi_mcp.model.document import Problem, Skipped
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.tool import Tool, Toolset, wire_tool
from openapi_mcp.model.url import redact_url
from openapi_mcp.progress import Notice
from openapi_mcp.said_of import naming, say_of
from openapi_mcp.servable import require_tools
from openapi_mcp.united import united
from openapi_mcp.workflow.carried_out import carried_out

if TYPE_CHECKING:
    from openapi_mcp.workflow.served_apis import ServedApi


def inspection(config: Config, catalogue: Catalogue) -> dict[str, Any]:
    """Return what `inspect --json` prints: {"document", "mode", ..., "tools", "extra_tools", "skipped", "problems"}.

    `extra_tools` are listed too, and are no operations; the costs count all that is listed.
    """
    document, toolset, held = catalogue.document, catalogue.toolset, catalogue.credentials
    try:
        base_url: str | None = redact_url(server_url(document, config.base_url))
    except ConfigError:
        base_url = None
    needs = _needs_of(catalogue)
    callees = callees_of(toolset.tools, held, config.name)
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
                "auth": auth_report(tool, held, config.name, callees),
            }
            for tool in toolset.tools
        ],
        "extra_tools": list(toolset.extras),
        "skipped": [skipped_report(skipped) for skipped in toolset.skipped],
        "problems": [_problem_report(problem) for problem in (*document.problems, *toolset.problems)],
    }


def _needs_of(catalogue: Catalogue) -> Capabilities:
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
    """Return what a tool calls: one operation, or the steps of a workflow with their tools.

    With `runs_first`, the workflows that run before them, and `may_lead_to`, those that their actions may call.
    """
    if tool.plan is None:
        operation = tool.operation
        return {"method": operation.method, "path": operation.path, "operation_id": operation.operation_id}
    own = tool.plan.own
    steps = [
        {"step": step.id, **({"tool": own.tools[step.id]} if step.id in own.tools else {"workflow": step.workflow})}
        for step in own.workflow.steps
    ]
    around = carried_out(tool.plan)
    led = {"runs_first": list(around.first), "may_lead_to": list(around.perhaps)}
    return {"method": None, "path": None, "operation_id": None, "workflow": own.workflow.id, "steps": steps, **led}


def skipped_report(skipped: Skipped) -> dict[str, Any]:
    """Return what is told of an operation, or of a workflow, that is left out."""
    named: dict[str, Any] = {"method": skipped.method, "path": skipped.path}
    if skipped.is_workflow:
        named = {"method": None, "path": None, "workflow": skipped.path}
    return {**named, "pointer": skipped.pointer, "reason": skipped.reason, "tool": skipped.tool or None}


def _problem_report(problem: Problem) -> dict[str, Any]:
    said = {"severity": problem.severity.value, "pointer": problem.pointer}
    return {**said, "message": problem.message, "hint": problem.hint}


async def inspection_of_several(config: Config, notice: Notice) -> dict[str, Any]:
    """Return what `inspect --json` prints for several APIs: all that is listed, and of which of the `apis`.

    One that cannot be loaded has its `error` there.

    Raises:
        OpenapiMcpError: none of them can be; the first one's error.
    """
    each = _Each()
    for api in config.apis:
        try:
            with naming(api):
                catalogue = await load_catalogue(api, partial(say_of, api.name, notice), whole=True)
                require_tools(catalogue.toolset, catalogue.document)
            each.take(api, catalogue)
        except OpenapiMcpError as error:
            each.errors[api.name] = error
    if not each.reports:
        raise next(iter(each.errors.values()))
    together = await _together(config, each)
    skipped = _beyond(together.skipped, each.toolsets, "skipped")
    problems = _beyond(together.problems, each.toolsets, "problems")
    return {
        "document": None,
        "apis": [_api_report(api.name, each.reports.get(api.name), each.errors.get(api.name)) for api in config.apis],
        **costs_report(together, each.needs, config.listing.budget),
        "tools": [*_of_each(each.reports, "tools"), *_of_workflows(together, each.callees)],
        "extra_tools": list(together.extras),
        "skipped": [*_of_each(each.reports, "skipped"), *({**skipped_report(one), "api": ""} for one in skipped)],
        "problems": [*_of_each(each.reports, "problems"), *({**_problem_report(one), "api": ""} for one in problems)],
    }


@dataclass(frozen=True, slots=True)
class _Each:
    """What has been found of each of several APIs, by its name."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    toolsets: dict[str, Toolset | None] = field(default_factory=dict)
    served: "list[ServedApi]" = field(default_factory=list)
    needs: dict[str, Capability] = field(default_factory=dict)
    callees: dict[str, Callee] = field(default_factory=dict)
    errors: dict[str, OpenapiMcpError] = field(default_factory=dict)

    def take(self, api: Config, catalogue: Catalogue) -> None:
        from openapi_mcp.workflows import served_api

        toolset, document = catalogue.toolset, catalogue.document
        self.reports[api.name] = inspection(api, catalogue)
        self.toolsets[api.name] = toolset
        self.served.append(served_api(toolset, document, place_of(source_of(api)), api.name))
        self.needs.update(_needs_of(catalogue))
        self.callees.update(callees_of(toolset.tools, catalogue.credentials, api.name))


async def _together(config: Config, each: _Each) -> Toolset:
    """Return what is listed of several APIs, with the workflows over them."""
    from openapi_mcp.workflows import with_workflows

    workflows = await load_workflows(config)
    more = partial(
        with_workflows,
        placed=workflows.placed,
        apis=each.served,
        client=config.client,
        output_schemas=config.output_schemas,
    )
    reads_on = any(api.name in each.reports and api.limits.max_response for api in config.apis)
    goes_on = bool(config.background_after)
    return united(each.toolsets, reads_on=reads_on, goes_on=goes_on, listing=config.listing, more=more)


def _of_workflows(together: Toolset, callees: Mapping[str, Callee]) -> list[dict[str, Any]]:
    """Return what is told of workflows that call several APIs, and are of none."""
    return [
        {**_tool_report(tool, Capability(), together.style), "auth": auth_of_plan(tool.plan, callees), "api": ""}
        for tool in together.tools
        if tool.plan is not None
    ]


def _beyond(all_of_it: Sequence[Any], toolsets: Mapping[str, Toolset | None], name: str) -> Sequence[Any]:
    """Return what stands behind what the APIs themselves have: that of the workflows."""
    return all_of_it[sum(len(getattr(toolset, name)) for toolset in toolsets.values() if toolset is not None) :]


def _api_report(name: str, report: Mapping[str, Any] | None, error: OpenapiMcpError | None) -> dict[str, Any]:
    said = {"message": error.message, "where": error.where, "hint": error.hint} if error else None
    return {"name": name, "document": report["document"] if report else None, "error": said}


def _of_each(found: Mapping[str, Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return what the reports of several APIs list, each with the name of its API."""
    return [{**entry, "api": name} for name, report in found.items() for entry in report[key]]
