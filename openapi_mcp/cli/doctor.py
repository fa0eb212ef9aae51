"""`openapi-mcp doctor`: what is installed where, whether it starts, and what mends what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from openapi_mcp.cli import complete
from openapi_mcp.cli.option import Flag
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, TLS, TOOLS
from openapi_mcp.cli.output import notice, show_json, show_text
from openapi_mcp.clients.at_url import at_urls
from openapi_mcp.clients.findings import Finding, Severity
from openapi_mcp.clients.found import Found, Installed, installed
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.machine import this_machine
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.generator.listing import tokens_of
from openapi_mcp.model.text import one_line, visible
from openapi_mcp.progress import Progress

if TYPE_CHECKING:
    from openapi_mcp.clients.doctor import Examined, Report
    from openapi_mcp.clients.talk import Asked, Listed

HELP = """Say what of ours is installed in which client, whether it starts there, and what mends what is wrong.

Every entry of ours is looked at, started as its client starts it (its environment, its limit), and listed; one tool
that reads and needs no arguments is called, which --no-call leaves out. Servers of others are never started: an entry
is ours when its command is openapi-mcp itself, python -m openapi_mcp, or uvx, uv or pipx with openapi-mcp-cli.

An entry of a project's file came with the project, whoever wrote that: it is looked at, and started only when --name
names it, without the variables that can run other code (LD_*, PYTHON*, PATH and their like). Whose a server at a URL
is nobody can tell: it is asked only when --name names it. Nothing is changed.

Exit status: 0 when nothing is wrong, 1 on errors, with --strict also on warnings.

Examples:

\b
  openapi-mcp doctor
      every client's entries, each finding with the command that mends it

\b
  openapi-mcp doctor claude-code --name shop --no-call
      one entry, without a call to the API

\b
  openapi-mcp doctor --json
      the same as one JSON document
"""
_FOUND = ExitCode.BUG  # 1, as `check` has it
_BEGIN = "openapi-mcp install claude-code --spec https://api.example.com/openapi.json"
_LONGEST = 600
_SHOWN_OTHERS = 10


def doctor(
    *,
    clients: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CLIENT]...", help="Only these clients. Default: all.", autocompletion=complete.clients
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Only the entry of this name, a project's too.")
    ] = None,
    no_call: Annotated[bool, typer.Option("--no-call", help="Do not ask the API behind a server.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    """Examine every entry of ours; the exit status says whether something is wrong."""
    machine = this_machine()
    known = [KNOWN[client] for client in _known(clients or ())]
    remote = at_urls(machine, known)
    wanted = _wanted(installed(machine, known), remote, name)
    others = () if name else remote
    report = anyio.run(_examined, machine, wanted, not no_call, name is not None)
    if as_json:
        show_json(as_report(report, others))
    else:
        _show(report, others, name)
    levels = {finding.severity for finding in report.findings}
    return _FOUND if Severity.ERROR in levels or (strict and Severity.WARNING in levels) else ExitCode.OK


async def _examined(machine: Any, wanted: Found, asks: bool, is_named: bool) -> "Report":
    from openapi_mcp.clients.doctor import Doctor

    with Progress(notice, "looking at what is installed") as progress:
        return await Doctor(machine=machine, asks=asks, common=_common(), is_named=is_named).report(wanted, progress)


def _known(clients: Sequence[str]) -> Sequence[str]:
    for client in clients:
        if client not in KNOWN:
            hint = f"clients are {', '.join(KNOWN)}"
            raise ConfigError(f"there is no client {client[:40]!r}", where="CLIENT", hint=hint)
    return clients or tuple(KNOWN)


def _wanted(found: Found, remote: Sequence[Installed], name: str | None) -> Found:
    """Return what is to be examined: everything of ours, or what has this name, at a URL too."""
    if name is None:
        return found
    return replace(found, servers=tuple(one for one in (*found.servers, *remote) if one.name == name))


def _common() -> Mapping[str, bool]:
    """Return the options that all commands about a document take, and whether each is followed by a value."""
    groups = (DOCUMENT, TOOLS, CREDENTIALS, TLS)
    declared = [option for group in groups for option in group.values()]
    return {name: option.kind is not Flag for option in declared for name in option.names}


def as_report(report: "Report", others: Sequence[Installed] = ()) -> dict[str, Any]:
    """Return what `doctor --json` prints; keys only grow."""
    findings = list(report.findings)
    return {
        "summary": {
            "servers": len(report.servers),
            "errors": sum(1 for one in findings if one.severity is Severity.ERROR),
            "warnings": sum(1 for one in findings if one.severity is Severity.WARNING),
        },
        "servers": [_server(one) for one in report.servers],
        "files": [_finding(one) for one in report.files],
        "not_asked": [_entry(one) for one in others],
    }


def _server(one: "Examined") -> dict[str, Any]:
    return {
        **_entry(one.installed),
        "listed": _or_none(one.listed, _listed),
        "limit_seconds": KNOWN[one.installed.client].seconds_to_start,
        "call": _or_none(one.asked, _asked),
        "stderr": one.said,
        "findings": [_finding(each) for each in one.findings],
    }


def _entry(entry: Installed) -> dict[str, Any]:
    return {
        "client": entry.client,
        "title": KNOWN[entry.client].title,
        "scope": entry.scope.value,
        "file": entry.file,
        "name": entry.name,
        "transport": "stdio" if isinstance(entry.target, Launch) else "http",
    }


def _or_none(value: Any, shown: Callable[[Any], Any]) -> Any:
    return None if value is None else shown(value)


def _listed(listed: "Listed") -> dict[str, Any]:
    return {
        "seconds": round(listed.seconds, 3),
        "era": listed.era,
        "protocol": listed.protocol,
        "server_name": listed.server_name,
        "server_version": listed.server_version,
        "tools": len(listed.tools),
        "bytes": listed.bytes,
        "tokens": tokens_of(listed.bytes),
    }


def _asked(asked: "Asked") -> dict[str, Any]:
    return {
        "tool": asked.tool,
        "seconds": round(asked.seconds, 3),
        "waited_seconds": round(asked.waited, 3),
        "is_error": asked.is_error,
        "kind": asked.kind or None,
        "status": asked.status,
        "message": asked.message,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "client": finding.client,
        "scope": finding.scope,
        "file": finding.file,
        "server": finding.server,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "what": finding.what,
        "mend": finding.mend or None,
    }


def _show(report: "Report", others: Sequence[Installed], name: str | None) -> None:
    if not report.servers and not report.files:
        named = f" named {name!r}" if name else ""
        show_text(f"no client has a server of ours{named}")
        show_text(f"begin with: {_BEGIN}")
        _show_others(others)
        return
    for (client, scope, file), servers in groupby(report.servers, key=_place):
        show_text(f"{KNOWN[client].title} ({scope}): {_plain(file)}")
        for one in servers:
            show_text(f"  {_plain(one.installed.name)}")
            for finding in one.findings:
                _show_finding(finding)
    for finding in report.files:
        show_text(f"{KNOWN[finding.client].title} ({finding.scope}): {_plain(finding.file)}")
        _show_finding(finding)
    _show_others(others)
    _show_counts(report)


def _show_others(others: Sequence[Installed]) -> None:
    """Show the servers at a URL that were left alone."""
    if others:
        some = ", ".join(f"{_plain(one.name)} ({KNOWN[one.client].title})" for one in others[:_SHOWN_OTHERS])
        more = f" and {len(others) - _SHOWN_OTHERS} more" if len(others) > _SHOWN_OTHERS else ""
        show_text(f"not asked, as nobody can tell whose a server at a URL is: {some}{more}; --name NAME asks one")


def _place(one: "Examined") -> tuple[str, str, str]:
    return one.installed.client, one.installed.scope.value, one.installed.file


def _show_finding(finding: Finding) -> None:
    show_text(f"    {finding.severity.value:<8}{_plain(finding.what)}")
    if finding.mend:
        show_text(f"         fix: {visible(finding.mend)}")


def _show_counts(report: "Report") -> None:
    levels = [finding.severity for finding in report.findings]
    errors, warnings = levels.count(Severity.ERROR), levels.count(Severity.WARNING)
    show_text(
        f"{len(report.servers)} server{_s(len(report.servers))}: {errors} error{_s(errors)}, "
        f"{warnings} warning{_s(warnings)}"
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _plain(text: str) -> str:
    return one_line(text, _LONGEST)
