"""`openapi-mcp check`: what is wrong with a document, and what each client makes of its tools."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import anyio
import typer

from openapi_mcp import __version__
from openapi_mcp.cli.across import Across, across
from openapi_mcp.cli.annotate import LEVELS, Finding, github, sarif
from openapi_mcp.cli.checked import Checked, some
from openapi_mcp.cli.inspect import operation_of
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import show, show_json, show_text
from openapi_mcp.cli.places import Parts, as_named
from openapi_mcp.cli.start import start
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.generator.clients import BY_NAME, Effect
from openapi_mcp.identity import source_of
from openapi_mcp.loading import load_catalogue
from openapi_mcp.model.document import Operation
from openapi_mcp.model.text import one_line
from openapi_mcp.progress import Notice
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
_SHOWN = 20
_SHOWN_GROUPS = 5

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
            for skipped in beside.report()["skipped"]:
                show_text(f"{operation_of(skipped)} is left out: {one_line(skipped['reason'], 200)}")
    levels = {finding.level for finding in findings}
    return _FOUND if "error" in levels or (strict and "warning" in levels) else ExitCode.OK


async def _checked(config: Config, notice: Notice, server_name: str) -> Checked:
    parts = Parts(source_of(config))
    with naming(config):
        catalogue = await load_catalogue(config, notice, arrived=parts.arrived, whole=True)
    return Checked(config, catalogue, parts, server_name)


def _show(checked: Checked) -> None:
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
        show_text(f"tools that use the same words: {some(names)}")
    if len(checked.review.alike) > _SHOWN_GROUPS:
        show_text(f"and {len(checked.review.alike) - _SHOWN_GROUPS} more groups of tools alike (--json lists all)")
    counts = {level: sum(1 for one in checked.findings if one.level == level) for level in LEVELS}
    show_text(", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()))


def _show_problem(finding: Finding) -> None:
    place = f"   (line {finding.line}, column {finding.column})" if finding.line else ""
    show_text(f"{finding.level}: {one_line(finding.message, 300)}")
    file = finding.file if finding.pointer.startswith("#") else ""
    show_text(f"   at: {one_line((file or '') + as_named(finding.pointer), 300)}{place}")
    if finding.hint:
        show_text(f"  fix: {one_line(finding.hint, 300)}")


def _show_clients(checked: Checked) -> None:
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
        workflows = sum("workflow" in one for one in skipped)
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
    show_text(f"operations {which}: {len(operations)} ({some(named)})")
