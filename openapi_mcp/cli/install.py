"""`openapi-mcp install`: a server in a client's own file, tried before it is written."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import anyio
import typer

from openapi_mcp.cli import complete
from openapi_mcp.cli.installing import (
    Server,
    client_named,
    is_slow,
    launch_of,
    missing,
    name_of,
    remote_of,
    scope_of,
    try_it,
    words_of,
)
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import Notice, notice, quiet_notice, show_error, show_json, show_text
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.cli.start import require_spec, start
from openapi_mcp.clients.changes import Change, holds_secret, is_shown_to_others, make, to_put
from openapi_mcp.clients.hidden import without_secret_urls
from openapi_mcp.clients.known import KnownClient, Scope
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.machine import Machine, this_machine
from openapi_mcp.clients.naming import is_long, require_name, server_name
from openapi_mcp.clients.shown import entry_alone, masked_entry
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.identity import source_of
from openapi_mcp.model.text import visible

if TYPE_CHECKING:
    from openapi_mcp.clients.talk import Listed

HELP = """Put a server into a client's own file: claude-code, claude-desktop, cursor, vscode, windsurf, codex, gemini,
copilot-cli, zed.

The server is started and asked for its tools first, as the client would; where that fails nothing is written. What
else stands in the file stays as it is, and a copy of it is kept beside it. A second run changes nothing.

Examples:

\b
  openapi-mcp install claude-code --spec https://api.example.com/openapi.json --bearer env:API_TOKEN
      for you, in every project; the file refers to API_TOKEN and does not hold it

\b
  openapi-mcp install cursor vscode --spec openapi.yaml --scope project --name shop
      for everybody in this project, in two clients

\b
  openapi-mcp install codex --url https://mcp.example.com/mcp --bearer env:MCP_TOKEN
      a server that runs elsewhere: `openapi-mcp serve http`

\b
  openapi-mcp install gemini --spec openapi.yaml --dry-run
      shows what would change
"""
_OF_THIS_MACHINE = "its command and paths are those of this machine: others in this project need them alike"
Clients = Annotated[
    list[str], typer.Argument(help="Which clients.", metavar="CLIENT...", autocompletion=complete.clients)
]
ScopeOption = Annotated[
    str | None,
    typer.Option(metavar="SCOPE", help="user, project (this folder, for all), or local. Default: user."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Also where the server of that name is another's, or another API's.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change: this server, secrets masked.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A server for one client in one scope, with what came of trying it; None where it was not tried."""

    client: KnownClient
    scope: Scope
    server: Server
    listed: "Listed | None" = None


@takes(*SERVE)
def install(
    *,
    clients: Clients,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the server is called. Default: from the document's title.")
    ] = None,
    scope: ScopeOption = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="A server that runs over HTTP, in place of one to be started.")
    ] = None,
    dry_run: DryRun = False,
    print_only: Annotated[
        bool, typer.Option("--print", help="Only print the entry and where it would go, secrets masked.")
    ] = False,
    write_secrets: Annotated[
        bool, typer.Option("--write-secrets", help="Write secrets themselves into the file, not references to them.")
    ] = False,
    no_start: Annotated[bool, typer.Option("--no-start", help="Write it without trying it first.")] = False,
    force: ForceOption = False,
    as_json: AsJson = False,
    flags: Mapping[str, Any],
) -> int:
    """Try the server, and put it into the clients."""
    machine = this_machine()
    chosen = [_Chosen(each, scope_of(each, scope)) for each in map(client_named, dict.fromkeys(clients))]
    say: Notice = notice
    if url is not None:
        wanted = _at_url(chosen, machine, name, url, flags, write_secrets=write_secrets)
    else:
        wanted, say = _to_start(chosen, machine, name, flags, write_secrets=write_secrets)
    changes = _for_each(wanted, lambda each: _planned(each, machine, force=force))
    if print_only:
        return _print(wanted, changes, as_json=as_json)
    if dry_run:
        return _show_changes(wanted, changes, as_json=as_json)
    try:
        tried = wanted if no_start else _for_each(wanted, lambda each: anyio.run(_tried, each, machine))
    except OpenapiMcpError as error:
        return _not_written(error)
    lacks = [] if no_start or url is not None else _lacks(flags)
    return _write(tried, machine, say, lacks, force=force, as_json=as_json)


class _Chosen(NamedTuple):
    """A client that is named, and in which scope."""

    client: KnownClient
    scope: Scope


_One = TypeVar("_One", _Chosen, Wanted)
_Made = TypeVar("_Made")


def _for_each(of: Sequence[_One], do: Callable[[_One], _Made]) -> list[_Made]:
    """Return what is done for each client; where one refuses, its error says how the others are gone on with."""
    done = []
    for each in of:
        try:
            done.append(do(each))
        except OpenapiMcpError as error:
            if others := [one.client for one in of if one is not each]:
                error.add_note(_without(others))
            raise
    return done


def _without(others: Sequence[KnownClient]) -> str:
    titles, names = ", ".join(each.title for each in others), " ".join(each.name for each in others)
    return f"nothing is written for {titles} either; `openapi-mcp install {names}` with the same options goes on there"


def _planned(wanted: Wanted, machine: Machine, *, force: bool) -> Change:
    return to_put(wanted.client, wanted.scope, machine, wanted.server.target, force=force)


def _lacks(flags: Mapping[str, Any]) -> list[str]:
    """Return what `inspect` says of tools that lack a credential; the server has been tried, so all is there."""
    from openapi_mcp.cli.lacking import lacking_in, lacking_lines
    from openapi_mcp.cli.loaded import load_each

    config, _ = start(flags)
    return lacking_lines(lacking_in(anyio.run(load_each, config, quiet_notice)))


def _at_url(
    chosen: Sequence[_Chosen],
    machine: Machine,
    name: str | None,
    url: str,
    flags: Mapping[str, Any],
    *,
    write_secrets: bool,
) -> list[Wanted]:
    servers = _for_each(chosen, lambda each: remote_of(each.client, url, flags, machine, write_secrets=write_secrets))
    return _named(chosen, servers, require_name(name or server_name("", urlsplit(url).hostname or "")))


def _to_start(
    chosen: Sequence[_Chosen], machine: Machine, name: str | None, flags: Mapping[str, Any], *, write_secrets: bool
) -> tuple[list[Wanted], Notice]:
    """Return the servers, and where notices go; what cannot be written is refused before anything is fetched."""
    config, say = start(flags)
    require_spec(config)
    for api in config.apis or (config,):
        source_of(api)
    words = words_of(config, flags, write_secrets=write_secrets)
    servers = _for_each(
        chosen, lambda each: launch_of(each.client, words, machine, config, write_secrets=write_secrets)
    )
    called = require_name(name) if name is not None else name_of(config, say)
    if is_long(called):
        say(f"warning: {called!r} is long for a server's name; some clients leave out tools whose names get too long")
    return _named(chosen, servers, called), say


def _named(chosen: Sequence[_Chosen], servers: list[Server], name: str) -> list[Wanted]:
    named = [replace(server, target=replace(server.target, name=name)) for server in servers]
    pairs = zip(chosen, named, strict=True)
    return [Wanted(client=client, scope=scope, server=server) for (client, scope), server in pairs]


async def _tried(wanted: Wanted, machine: Machine) -> Wanted:
    return replace(wanted, listed=await try_it(wanted.client, wanted.scope, wanted.server.target, machine))


def _not_written(error: OpenapiMcpError) -> int:
    """Say why a server was not written, in its own words."""
    said = str(getattr(error, "said", ""))
    show_error(error, [("says", line) for line in said.splitlines()])
    notice("nothing is written; --no-start writes it all the same")
    return int(error.exit_code)


def _print(wanted: list[Wanted], changes: list[Change], *, as_json: bool) -> int:
    if as_json:
        show_json([_as_json(each, change) for each, change in zip(wanted, changes, strict=True)])
        return ExitCode.OK
    for each, change in zip(wanted, changes, strict=True):
        notice(f"{each.client.title} ({each.scope.value}): {change.file}")
        show_text(entry_alone(change.table, without_secret_urls(each.server.target)))
    return ExitCode.OK


def _show_changes(wanted: list[Wanted], changes: list[Change], *, as_json: bool) -> int:
    if as_json:
        show_json([_as_json(each, change, diff=True) for each, change in zip(wanted, changes, strict=True)])
        return ExitCode.OK
    for change in changes:
        if change.is_none:
            notice(f"{change.file} says so already")
        else:
            show_text(change.as_diff())
    notice("nothing is written: --dry-run")
    return ExitCode.OK


def _write(wanted: list[Wanted], machine: Machine, say: Notice, lacks: list[str], *, force: bool, as_json: bool) -> int:
    """Write each file, and say what was written where; two clients may have one file, so each is read anew."""
    when = time.strftime("%Y%m%dT%H%M%S")
    done = []
    for each in wanted:
        change = _planned(each, machine, force=force)
        copy = None if change.is_none else make(change, when, each.server.target)
        done.append({**_as_json(each, change, copy=None if copy is None else str(copy)), "lacking": lacks})
        if not as_json:
            _tell(each, change, copy, machine, say)
    if as_json:
        show_json(done)
        return ExitCode.OK
    for line in lacks:
        show_text(line)
    return ExitCode.OK


def _tell(each: Wanted, change: Change, copy: Path | None, machine: Machine, say: Notice) -> None:
    before = [] if copy is None else [f"what was there before: {copy}"]
    shared = [_OF_THIS_MACHINE] if each.scope is Scope.PROJECT and isinstance(each.server.target, Launch) else []
    more = [*before, *each.server.told, *shared, f"next: {each.client.next_step(each.scope)}"]
    show_text(visible("\n  ".join([_line(each, change), *more])))
    for warning in _warnings(each, change, machine):
        say(f"warning: {warning}")


def _line(each: Wanted, change: Change) -> str:
    """Return what was done: "shop: 12 tools in 0.8 s; written for Cursor (user): /u/ann/.cursor/mcp.json"."""
    tried = "not tried (--no-start)"
    if each.listed is not None:
        tools = len(each.listed.tools)
        tried = f"{tools} tool{'s' * (tools != 1)} in {each.listed.seconds:.1f} s"
    done = "as it was" if change.is_none else "written"
    return f"{change.name}: {tried}; {done} for {each.client.title} ({each.scope.value}): {change.file}"


def _warnings(each: Wanted, change: Change, machine: Machine) -> list[str]:
    found = list(each.server.warnings)
    if each.listed is None:
        found += [f"{name} is not set here" for name in missing(each.server.target, machine.environ)]
    elif is_slow(each.client, each.listed):
        found.append(f"{each.client.title} gives up after {each.client.seconds_to_start:g} s")
    if each.scope is Scope.PROJECT and holds_secret(each.server.target):
        found.append(f"a secret stands in {change.file}: keep it out of version control")
    if is_shown_to_others(change, each.server.target):
        found.append(f"others on this machine may read {change.file}, and a secret stands in it")
    return found


def _as_json(each: Wanted, change: Change, copy: str | None = None, *, diff: bool = False) -> dict[str, Any]:
    listed = each.listed
    return {
        "client": each.client.name,
        "scope": each.scope.value,
        "file": change.file,
        "name": change.name,
        "changes": not change.is_none,
        "backup": copy,
        "entry": masked_entry(change.table, without_secret_urls(each.server.target)),
        "tools": None if listed is None else len(listed.tools),
        "seconds": None if listed is None else round(listed.seconds, 3),
        "told": list(each.server.told),
        "warnings": list(each.server.warnings),
        "next": each.client.next_step(each.scope),
        **({"diff": change.as_diff()} if diff else {}),
    }
