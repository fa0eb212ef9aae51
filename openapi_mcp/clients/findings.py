"""What is right and wrong with an entry, as values; each finding with the command that mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openapi_mcp import __version__
from openapi_mcp.clients.found import Installed, Unread
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.mending import Common, again, edit, look_again, ours
from openapi_mcp.clients.start import StartError
from openapi_mcp.clients.talk import Asked, Listed
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.generator.clients import BY_NAME, Effect, Verdict, list_verdicts
from openapi_mcp.generator.listing import tokens_of

_SLOW = 0.5  # of what a client waits: a machine with other work takes twice as long
_SHOWN_TOOLS = 4
_SEEN = 0.2  # seconds: less than that no server takes to start


class Severity(StrEnum):
    """How bad a finding is; `ok` is what is well, or good to know."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


_SEVERITY = {
    Effect.REFUSED: Severity.ERROR,
    Effect.HIDDEN: Severity.WARNING,
    Effect.CUT: Severity.WARNING,
    Effect.MISREAD: Severity.OK,
}
_VERBS = {Effect.REFUSED: "refuses", Effect.HIDDEN: "hides", Effect.CUT: "cuts", Effect.MISREAD: "takes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about an entry; `rule` names its kind, `mend` is the command that mends it, empty where none is due."""

    client: str
    scope: str
    file: str
    server: str
    rule: str
    severity: Severity
    what: str
    mend: str = ""


def found(installed: Installed, rule: str, severity: Severity, what: str, mend: str = "") -> Finding:
    """Return a finding about an entry."""
    return Finding(
        client=installed.client,
        scope=installed.scope.value,
        file=installed.file,
        server=installed.name,
        rule=rule,
        severity=severity,
        what=what,
        mend=mend,
    )


def unread(problem: Unread) -> Finding:
    """Return the finding about a file that cannot be understood."""
    return Finding(
        client=problem.client,
        scope=problem.scope.value,
        file=problem.file,
        server="",
        rule="file",
        severity=Severity.ERROR,
        what=f"{KNOWN[problem.client].title} cannot read this file either: {problem.what}",
        mend=edit(problem.file),
    )


def of_list(installed: Installed, listed: Listed, common: Common) -> Iterator[Finding]:
    """Yield what there is to say of a server that listed its tools: how long it took, what it costs, who takes it."""
    yield _came(installed, listed)
    yield from _slow(installed, listed)
    yield from _other_version(installed, listed)
    if listed.strays:
        what = f"{listed.strays} lines on stdout are no protocol, which some clients do not forgive: {listed.stray!r}"
        yield found(installed, "stdout", Severity.WARNING, what, again(installed))
    if not listed.tools:
        what = "it lists no tools: no operation is selected"
        yield found(installed, "no-tools", Severity.WARNING, what, ours_or_look(installed, "inspect", common))
    yield from _verdicts(installed, listed, common)


def _came(installed: Installed, listed: Listed) -> Finding:
    client, size = KNOWN[installed.client], listed.bytes
    verb = "starts" if isinstance(installed.target, Launch) else "answers"
    count = len(listed.tools)
    cost = f"{count} tool{'s' * (count != 1)}, {size:,} bytes (about {tokens_of(size):,} tokens)"
    waits = f"{client.title} waits {client.seconds_to_start:g}"
    what = f"{verb} in {listed.seconds:.1f} s ({waits}), speaks {listed.protocol} ({listed.era}): {cost}"
    return found(installed, "list", Severity.OK, what)


def _slow(installed: Installed, listed: Listed) -> Iterator[Finding]:
    limit = KNOWN[installed.client].seconds_to_start
    if listed.seconds > limit * _SLOW:
        severity = Severity.ERROR if listed.seconds > limit else Severity.WARNING
        what = f"its list took {listed.seconds:.1f} s; {KNOWN[installed.client].title} gives up after {limit:g}"
        yield found(installed, "slow", severity, f"{what}. The list is kept now: look again", look_again(installed))


def _other_version(installed: Installed, listed: Listed) -> Iterator[Finding]:
    theirs = listed.server_version
    if listed.server_name == "openapi-mcp" and theirs and theirs != __version__:
        what = f"it runs openapi-mcp {theirs}; this is {__version__}"
        mend = again(installed) if isinstance(installed.target, Launch) else look_again(installed)
        yield found(installed, "version", Severity.WARNING, what, mend)


def _verdicts(installed: Installed, listed: Listed, common: Common) -> Iterator[Finding]:
    """Yield one finding for each rule of the client that tools break."""
    client = BY_NAME[installed.client]
    groups: dict[tuple[Effect, str], list[Verdict]] = {}
    for verdict in list_verdicts(listed.tools, installed.name, (client,)):
        groups.setdefault((verdict.effect, verdict.rule), []).append(verdict)
    for (effect, rule), verdicts in groups.items():
        but = ", but" if effect is Effect.MISREAD else ""
        what = f"{KNOWN[installed.client].title} {_VERBS[effect]} {_tools(verdicts)}{but}: {rule}, {verdicts[0].why}"
        yield found(installed, "tools", _SEVERITY[effect], what, _fitting(installed, rule, common))


def _tools(verdicts: Sequence[Verdict]) -> str:
    names = [verdict.tool for verdict in verdicts if verdict.tool]
    if not names:
        return "the list"
    some = ", ".join(names[:_SHOWN_TOOLS]) + (", ..." if len(names) > _SHOWN_TOOLS else "")
    return f"{len(names)} tool{'' if len(names) == 1 else 's'} ({some})"


def _fitting(installed: Installed, rule: str, common: Common) -> str:
    """Return the command after which tools fit the client, or that shows where the document is at fault."""
    if not isinstance(installed.target, Launch):
        return ""
    if rule == "number of tools":
        return again(installed, "--mode", "search")
    if rule == "description":
        return ours(installed, "check", common)
    return again(installed, "--client", installed.client)


def ours_or_look(installed: Installed, command: str, common: Common, *more: str) -> str:
    """Return a command of ours about the entry's document; of a server at a URL the command that looks again."""
    return ours(installed, command, common, *more) if isinstance(installed.target, Launch) else look_again(installed)


def of_failure(installed: Installed, error: OpenapiMcpError, said: str, common: Common, credential: str) -> Finding:
    """Return what there is to say of a server that did not list its tools; `said` is what it wrote on stderr."""
    what = f"{error.message} ({last_line(said)})" if said else error.message
    match error.exit_code:
        case ExitCode.CREDENTIALS:
            mend = credential
        case ExitCode.SOURCE | ExitCode.DOCUMENT if isinstance(installed.target, Launch):
            mend = ours(installed, "check", common)
        case ExitCode.USAGE if isinstance(error, StartError) and error.status is not None:
            mend = edit(installed.file)  # a word of its command line is wrong, and only the message says which
        case _:
            mend = look_again(installed)
    return found(installed, "start", Severity.ERROR, what, mend)


def last_line(said: str) -> str:
    """Return what of a server's stderr says why: the first line of an error of ours, else the last line."""
    lines = said.splitlines()
    return next((line for line in reversed(lines) if line.startswith("error: ")), lines[-1] if lines else "")


_REFUSED = ("unauthenticated", "forbidden")
_SILENT = ("unreachable", "timeout", "upstream_error")


def of_call(installed: Installed, asked: Asked | None, credential: str, common: Common) -> Finding:
    """Return what the one call says of the API; `credential` is the command that gives another credential."""
    if asked is None:
        what = "the API was not asked: no tool reads without arguments"
        return found(installed, "api", Severity.OK, what)
    if not asked.is_error:
        return found(installed, "api", Severity.OK, f"the API answers: {asked.tool} in {_took(asked)}")
    came = f"{asked.tool} was called: {asked.kind or 'an error'}{_status(asked)}, {asked.message or 'no more is said'}"
    if asked.kind in _REFUSED:
        what = f"the API does not take the credential: {came}"
        return found(installed, "credential", Severity.ERROR, what, credential)
    if asked.kind in _SILENT:
        what = f"the API does not answer: {came}"
        return found(installed, "api", Severity.ERROR, what, ours_or_look(installed, "call", common, asked.tool))
    if asked.kind == "not_found":
        came += "; if the document has changed, the kept list is renewed now: look again"
    return found(installed, "api", Severity.WARNING, came, look_again(installed))


def _took(asked: Asked) -> str:
    """Return how long a call took; and beside it the start of a server whose list was there before itself."""
    took = f"{asked.seconds:.2f} s"
    return (
        f"{took}; behind its kept list the server was up {asked.waited:.1f} s later" if asked.waited > _SEEN else took
    )


def _status(asked: Asked) -> str:
    return f" ({asked.status})" if asked.status else ""
