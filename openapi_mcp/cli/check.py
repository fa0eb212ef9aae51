"""`openapi-mcp check`: what is wrong with a document, and what each client makes of its tools."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

import anyio
import typer

from openapi_mcp import __version__
from openapi_mcp.cli.across import Across, across
from openapi_mcp.cli.annotate import LEVELS, Finding, Level, github, sarif
from openapi_mcp.cli.inspect import inspection
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import show, show_json, show_text
from openapi_mcp.cli.start import start
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.generator.clients import BY_NAME, Effect, Verdict, list_verdicts
from openapi_mcp.generator.review import Review, review
from openapi_mcp.identity import source_of
from openapi_mcp.loader.fetch import Fetched
from openapi_mcp.loader.load import TWICE, unpacked
from openapi_mcp.loader.locate import Located, locate
from openapi_mcp.loader.source import FileSource, Source, UrlSource
from openapi_mcp.loading import Catalogue, Notice, load_catalogue
from openapi_mcp.model.document import WORKFLOW, Operation, Problem
from openapi_mcp.model.policy import ANY_CLIENT
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import wire_tool
from openapi_mcp.said_of import naming

HELP = """Say what is wrong with a document, and which client would refuse, hide, cut or misread which of its tools.

Exit status: 0 when nothing is wrong, 1 on errors, with --strict also on warnings. An error is what leaves an operation
out, or a client's refusal; a warning is a gap, or a tool that a client hides or cuts; the rest are notes. With --client
only that client counts. A document that cannot be read at all ends with 3 or 4, as with every command.

Examples:

\b
  openapi-mcp check --spec openapi.yaml
      problems with line and fix, a verdict for each client, what the list costs

\b
  openapi-mcp check --spec openapi.yaml --methods all --client claude-code --strict

\b
  openapi-mcp check --spec openapi.yaml --format sarif > openapi.sarif
      for code scanning; --format github writes annotations for a workflow's log
"""
_FOUND = ExitCode.BUG  # 1: what linters answer, and the issue asks for; a bug in us says so on stderr
_SERVER = "your-api-server"  # as long as a name may be, so that verdicts hold for any shorter one
_LEVEL_OF: Mapping[Effect, Level] = {
    Effect.REFUSED: "error",
    Effect.HIDDEN: "warning",
    Effect.CUT: "warning",
    Effect.MISREAD: "note",
}
_SHOWN = 20
_SHOWN_GROUPS = 5
_SHOWN_TOOLS = 4

Format = Literal["text", "json", "sarif", "github"]


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, OUTPUT)
def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    form: Annotated[
        Format | None, typer.Option("--format", help="text (default), json, sarif or github annotations.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings too.")] = False,
    server_name: Annotated[
        str,
        typer.Option("--server-name", metavar="NAME", help="What the server is called in a client's configuration."),
    ] = _SERVER,
    flags: Mapping[str, Any],
) -> int:
    """Check a document; the exit status says whether something is wrong."""
    config, notice = start(flags)
    if as_json and form not in (None, "json"):
        raise ConfigError(f"--json and --format {form} exclude each other", where="--format", hint="give one of them")
    each = {api.name: anyio.run(_checked, api, notice, server_name) for api in config.apis or (config,)}
    findings = [finding for checked in each.values() for finding in checked.findings]
    catalogues = {name: checked.catalogue for name, checked in each.items()}
    beside = anyio.run(across, config, catalogues) if config.apis and config.workflows else Across()
    findings += beside.findings
    match "json" if as_json else form:
        case "json":
            reports = {name: checked.report() for name, checked in each.items()}
            named = [{"name": name, **report} for name, report in reports.items()]
            workflows = {"workflows": beside.report()} if config.workflows else {}
            show_json({"apis": named, **workflows} if config.apis else reports[""])
        case "sarif":
            show_json(sarif(findings, __version__))
        case "github":
            for line in github(findings):
                show_text(line)
        case _:
            for checked in each.values():
                _show(checked)
            for finding in beside.findings:
                _show_problem(finding)
            for skipped in beside.skipped:
                show_text(f"{skipped.method} {skipped.path} is left out: {one_line(skipped.reason, 200)}")
    levels = {finding.level for finding in findings}
    return _FOUND if "error" in levels or (strict and "warning" in levels) else ExitCode.OK


async def _checked(config: Config, notice: Notice, server_name: str) -> "_Checked":
    parts = _Parts(source_of(config))
    with naming(config):
        catalogue = await load_catalogue(config, notice, arrived=parts.arrived, whole=True)
    return _Checked(config, catalogue, parts, server_name)


@dataclass(slots=True)
class _Parts:
    """The texts of a description by URI, the root's under "", and places in them."""

    root: Source
    texts: dict[str, bytes] = field(default_factory=dict)
    located: dict[str, Located] = field(default_factory=dict)

    def arrived(self, source: Source, fetched: Fetched | None) -> None:
        if fetched is not None:
            self.texts["" if source == self.root else _uri_of(source)] = fetched.data

    def locate(self, pointers: Sequence[str]) -> None:
        for uri, data in self.texts.items():
            own = [pointer for pointer in pointers if pointer.partition("#")[0] == uri]
            if own or not uri:
                where = self.file(uri) or str(self.root)
                self.located[uri] = locate(unpacked(data, where), own, where=where)

    def finding(self, rule: str, level: Level, pointer: str, message: str, hint: str = "") -> Finding:
        uri = pointer.partition("#")[0]
        located = self.located.get(uri)
        place = located.places.get(pointer) if located else None
        line, column = (place.line, place.column) if place else (None, None)
        return Finding(
            rule=rule,
            level=level,
            message=message,
            hint=hint,
            pointer=pointer,
            file=self.file(uri),
            line=line,
            column=column,
        )

    def file(self, uri: str) -> str | None:
        """Return what a person calls a part: a path, from the working folder where it is below, or a URL."""
        if uri.startswith("file:"):
            return _from_here(url2pathname(urlsplit(uri).path))
        if uri:
            return uri
        match self.root:
            case FileSource():
                return _from_here(str(self.root.path))
            case UrlSource():
                return str(self.root)
            case _:
                return None


def _uri_of(source: Source) -> str:
    match source:
        case FileSource():
            return source.path.resolve().as_uri()
        case UrlSource():
            return source.url
        case _:
            return str(source)


def _from_here(path: str) -> str:
    try:
        return str(Path(path).resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return os.fspath(path)


class _Checked:
    """All that a check has found, in document and tools, with places."""

    def __init__(self, config: Config, catalogue: Catalogue, parts: _Parts, server_name: str) -> None:
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
            said = f"{len(names)} tools use the same words: {_some(names)}"
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
        else f"{len(names)} tools ({_some(names)})"
    )
    return f"{BY_NAME[client].title} {verb} {count}"


def _some(names: Sequence[str]) -> str:
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


def _show(checked: _Checked) -> None:
    document, cost = checked.base["document"], checked.base["cost"]
    title = one_line(f"{document['title']} {document['version']}", 160)
    show_text(f"{title} (OpenAPI {document['openapi']}, {checked.total} operations)")
    for finding in checked.problems:
        _show_problem(finding)
    _show_clients(checked)
    for finding in checked.findings:
        if finding.rule == "client":
            show_text(f"{finding.level}: {one_line(finding.message, 400)}")
    show_text(f"list: {cost['tools']} tools, {cost['bytes']:,} bytes (about {cost['tokens']:,} tokens)")
    _show_reasons(checked.base["skipped"])
    _show_operations("without summary and description", checked.review.without_description)
    _show_operations("that do not say what a success answers with", checked.review.without_response_schema)
    for names in checked.review.alike[:_SHOWN_GROUPS]:
        show_text(f"tools that use the same words: {_some(names)}")
    if len(checked.review.alike) > _SHOWN_GROUPS:
        show_text(f"and {len(checked.review.alike) - _SHOWN_GROUPS} more groups of tools alike (--json lists all)")
    counts = {level: sum(1 for one in checked.findings if one.level == level) for level in LEVELS}
    show_text(", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()))


def _show_problem(finding: Finding) -> None:
    place = f"   (line {finding.line}, column {finding.column})" if finding.line else ""
    show_text(f"{finding.level}: {one_line(finding.message, 300)}")
    file = finding.file if finding.pointer.startswith("#") else ""
    show_text(f"   at: {one_line((file or '') + finding.pointer, 300)}{place}")
    if finding.hint:
        show_text(f"  fix: {one_line(finding.hint, 300)}")


def _show_clients(checked: _Checked) -> None:
    from rich.table import Table

    table = Table(title="What each client does with these tools", title_justify="left", pad_edge=False)
    for heading in ("Client", *(effect.value for effect in Effect)):
        table.add_column(heading)
    for name, client in BY_NAME.items():
        own = [verdict for verdict in checked.verdicts if verdict.client == name]
        counts = [len({v.tool for v in own if v.effect is effect}) for effect in Effect]
        table.add_row(client.title, *(str(count) if count else "-" for count in counts))
    show(table)


def _show_reasons(skipped: Sequence[Mapping[str, str]]) -> None:
    reasons: dict[str, int] = {}
    for one in skipped:
        reasons[one["reason"]] = reasons.get(one["reason"], 0) + 1
    if reasons:
        workflows = sum(one.get("method") == WORKFLOW for one in skipped)
        beside = f", workflows: {workflows}" if workflows else ""
        show_text(f"operations left out: {len(skipped) - workflows}{beside}")
    ranked = sorted(reasons.items(), key=lambda reason: -reason[1])
    for reason, count in ranked[:_SHOWN]:
        show_text(f"  {count} x {one_line(reason, 200)}")
    if len(ranked) > _SHOWN:
        show_text(f"  and {len(ranked) - _SHOWN} more reasons (--json lists all)")


def _show_operations(which: str, operations: Sequence[Operation]) -> None:
    if not operations:
        return
    named = [f"{operation.method} {one_line(operation.path, 80)}" for operation in operations]
    show_text(f"operations {which}: {len(operations)} ({_some(named)})")
