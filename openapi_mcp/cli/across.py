"""Workflows over several APIs, as `check` finds them: those over one API are checked with its document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from openapi_mcp.arazzo import load_workflows, place_of
from openapi_mcp.cli.annotate import Finding
from openapi_mcp.cli.inspection import skipped_report
from openapi_mcp.config import Config
from openapi_mcp.identity import source_of
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.document import Problem, Skipped
from openapi_mcp.model.tool import Tool, Toolset


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """What is wrong with workflows over several APIs, and which of them are left out."""

    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def report(self) -> dict[str, Any]:
        """Return what `check --json` says of them."""
        problems = [
            {"severity": each.severity.value, "pointer": each.pointer, "message": each.message, "hint": each.hint}
            for each in self.problems
        ]
        return {"problems": problems, "skipped": [skipped_report(each) for each in self.skipped]}


async def across(config: Config, catalogues: Mapping[str, Catalogue]) -> Across:
    """Return what is found of the workflows over several APIs, whose catalogues stand by their names."""
    made = await _made(config, catalogues)
    return Across(problems=made.problems, skipped=made.skipped, findings=tuple(map(_finding, made.problems)))


async def tools_across(config: Config, catalogues: Mapping[str, Catalogue]) -> tuple[Tool, ...]:
    """Return the tools of the workflows over several APIs; none where there is one API, which has its own."""
    if not config.apis or not config.workflows:
        return ()
    return tuple(tool for tool in (await _made(config, catalogues)).tools if tool.plan is not None)


async def _made(config: Config, catalogues: Mapping[str, Catalogue]) -> Toolset:
    from openapi_mcp.workflows import served_api, with_workflows

    own = {api.name: api for api in config.apis}
    workflows = await load_workflows(config)
    apis = [
        served_api(each.toolset, each.document, place_of(source_of(own[name])), name)
        for name, each in catalogues.items()
    ]
    tools = tuple(chain.from_iterable(each.toolset.tools for each in catalogues.values()))
    plain = Toolset(title="", version="", instructions="", tools=tools)
    return with_workflows(plain, workflows.placed, apis, client=config.client, output_schemas=config.output_schemas)


def _finding(problem: Problem) -> Finding:
    return Finding(
        rule="defect",
        level="error" if problem.severity == "error" else "warning",
        message=problem.message,
        hint=problem.hint,
        pointer=problem.pointer,
    )
