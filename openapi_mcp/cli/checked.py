"""All that a check finds in a document and its tools, and what `check --json` prints of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_mcp.cli.annotate import LEVELS, Finding, Level
from openapi_mcp.cli.inspection import inspection
from openapi_mcp.cli.places import Parts
from openapi_mcp.config import Config
from openapi_mcp.generator.clients import BY_NAME, Effect, Verdict, list_verdicts
from openapi_mcp.generator.review import Review, review
from openapi_mcp.loader.load import TWICE
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.document import Operation, Problem
from openapi_mcp.model.policy import ANY_CLIENT
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import wire_tool

_LEVEL_OF: Mapping[Effect, Level] = {
    Effect.REFUSED: "error",
    Effect.HIDDEN: "warning",
    Effect.CUT: "warning",
    Effect.MISREAD: "note",
}
_SHOWN_TOOLS = 4


class Checked:
    """All that a check has found, in document and tools, with places."""

    def __init__(self, config: Config, catalogue: Catalogue, parts: Parts, server_name: str) -> None:
        self.base = inspection(config, catalogue)
        self.catalogue = catalogue
        document, toolset = catalogue.document, catalogue.toolset
        self.parts = parts
        self.total = len(document.operations) + len(document.skipped)
        self.tools = {tool.name: tool.operation for tool in toolset.tools}
        self.review: Review = review(document.operations, toolset.tools)
        self.verdicts: tuple[Verdict, ...] = list_verdicts([wire_tool(tool) for tool in toolset.tools], server_name)
        self.counted = tuple(BY_NAME) if config.client == ANY_CLIENT else (config.client,)
        problems = (*document.problems, *toolset.problems)
        parts.locate(
            [*(problem.pointer for problem in problems), *(o.pointer for o in document.operations), "#/servers"]
        )
        self.problems = sorted(self._problems(problems), key=_rank)
        self.findings = sorted((*self.problems, *self._client_findings(), *self._notes()), key=_rank)

    def _problems(self, problems: Sequence[Problem]) -> Iterator[Finding]:
        told = (problem for problem in dict.fromkeys(problems) if not problem.message.startswith(TWICE))
        for problem in told:  # of keys that stand twice each is told by itself, with its line
            level: Level = "error" if problem.severity == "error" else "warning"
            yield self.parts.finding("defect", level, problem.pointer, problem.message, problem.hint)
        for uri, located in self.parts.located.items():
            for twice in located.duplicates:
                key = one_line(twice.pointer.rpartition("/")[2], 80)
                yield Finding(
                    rule="duplicate-key",
                    level="warning",
                    message=f"the key {key!r} stands here a second time; what stood there before is lost",
                    hint="keep one of them",
                    pointer=f"{uri}{twice.pointer}",
                    file=self.parts.file(uri),
                    line=twice.place.line,
                    column=twice.place.column,
                )
        if self.base["document"]["base_url"] is None:
            hint = "name one with its full URL, or give --base-url"
            yield self.parts.finding("no-server", "note", "#/servers", "no server can be called as it stands", hint)

    def _client_findings(self) -> Iterator[Finding]:
        """Yield one finding for each client, effect and rule, at the first tool that it is about."""
        groups: dict[tuple[str, Effect, str], list[Verdict]] = {}
        for verdict in self.verdicts:
            if verdict.client in self.counted:
                groups.setdefault((verdict.client, verdict.effect, verdict.rule), []).append(verdict)
        for (name, effect, rule), found in groups.items():
            operation = self.tools.get(found[0].tool)
            pointer = operation.pointer if operation else "#"
            message = f"{_sentence(name, effect, found)}: {rule}, {found[0].why}"
            yield self.parts.finding("client", _LEVEL_OF[effect], pointer, message)

    def _notes(self) -> Iterator[Finding]:
        for operation in self.review.without_description:
            said = f"{operation.method} {operation.path} has neither summary nor description"
            yield self.parts.finding("no-description", "note", operation.pointer, said, "say what it does")
        for operation in self.review.without_response_schema:
            said = f"{operation.method} {operation.path} does not say what a success answers with"
            yield self.parts.finding("no-response-schema", "note", operation.pointer, said, "give the answer a schema")
        for names in self.review.alike:
            said = f"{len(names)} tools use the same words: {some(names)}"
            pointer = self.tools[names[0]].pointer
            yield self.parts.finding("alike", "note", pointer, said, "say in each what sets it apart")

    def report(self) -> dict[str, Any]:
        """Return what `check --json` prints; keys only grow."""
        found = self.review
        return {
            "document": self.base["document"],
            "summary": {f"{level}s": sum(1 for one in self.findings if one.level == level) for level in LEVELS},
            "problems": [_problem_report(problem) for problem in self.problems],
            "clients": [self._client_report(name) for name in BY_NAME],
            "cost": self.base["cost"],
            "skipped": self.base["skipped"],
            "operations": {
                "total": self.total,
                "without_description": [_operation_report(one) for one in found.without_description],
                "without_response_schema": [_operation_report(one) for one in found.without_response_schema],
                "duplicate_operation_ids": [
                    {"operation_id": name, "operations": [_operation_report(one) for one in group]}
                    for name, group in found.duplicate_operation_ids
                ],
                "alike": [{"tools": list(names)} for names in found.alike],
            },
        }

    def _client_report(self, name: str) -> dict[str, Any]:
        own = [verdict for verdict in self.verdicts if verdict.client == name]
        by_effect = {
            effect.value: [{"tool": v.tool, "rule": v.rule, "why": v.why} for v in own if v.effect is effect]
            for effect in Effect
        }
        return {"client": name, "title": BY_NAME[name].title, "counted": name in self.counted, **by_effect}


def _rank(finding: Finding) -> tuple[int, str, int]:
    return LEVELS.index(finding.level), finding.file or "", finding.line or 0


def _sentence(client: str, effect: Effect, found: Sequence[Verdict]) -> str:
    names = [verdict.tool for verdict in found if verdict.tool]
    verb = {"refused": "refuses", "hidden": "hides", "cut": "cuts", "misread": "misreads"}[effect.value]
    count = (
        "the list"
        if not names
        else f"1 tool ({names[0]})"
        if len(names) == 1
        else f"{len(names)} tools ({some(names)})"
    )
    return f"{BY_NAME[client].title} {verb} {count}"


def some(names: Sequence[str]) -> str:
    """Return the first of these names: "a, b, c, d, ..."."""
    return ", ".join(names[:_SHOWN_TOOLS]) + (", ..." if len(names) > _SHOWN_TOOLS else "")


def _problem_report(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.level,
        "file": finding.file,
        "pointer": finding.pointer,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }


def _operation_report(operation: Operation) -> dict[str, Any]:
    return {"method": operation.method, "path": operation.path, "pointer": operation.pointer}
