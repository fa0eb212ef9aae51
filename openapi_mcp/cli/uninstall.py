"""`openapi-mcp uninstall`: a server taken out of a client's own file."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from openapi_mcp.cli.install import AsJson, Clients, DryRun, ForceOption, ScopeOption
from openapi_mcp.cli.installing import client_named, scope_of
from openapi_mcp.cli.output import notice, show_json, show_text
from openapi_mcp.clients.changes import Change, make, to_take
from openapi_mcp.clients.edit import entries
from openapi_mcp.clients.found import Installed, installed
from openapi_mcp.clients.known import KNOWN, KnownClient, Scope
from openapi_mcp.clients.machine import Machine, this_machine
from openapi_mcp.clients.mending import away
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.text import visible

HELP = """Take a server out of a client's own file. What else stands there stays; a copy of the file is kept beside it.

Examples:

\b
  openapi-mcp uninstall claude-code --name shop

\b
  openapi-mcp uninstall cursor vscode
      the only server of ours in each of them

\b
  openapi-mcp uninstall codex --name shop --scope project --dry-run
      shows what would change
"""


def uninstall(
    *,
    clients: Clients,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which server; also behind the clients. Default: the only one.")
    ] = None,
    scope: ScopeOption = None,
    dry_run: DryRun = False,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> int:
    """Take the server out of the clients."""
    named, rest = _divided(clients)
    if len(rest) > 1 or (rest and name is not None):
        raise ConfigError(f"one server is taken out at a time, not {', '.join(rest)}", where="NAME", hint="name one")
    machine = this_machine()
    wanted = name if name is not None else next(iter(rest), None)
    changes = [_change(client, scope, wanted, machine, force=force) for client in named]
    if dry_run:
        return _show(changes, as_json=as_json)
    when = time.strftime("%Y%m%dT%H%M%S")
    done = [_taken(change, machine, when, force=force) for change in changes]
    if as_json:
        show_json([_as_json(change, copy) for change, copy in done])
        return ExitCode.OK
    for change, copy in done:
        gone = f"{change.name}: taken out of {change.client.title} ({change.scope.value}): {change.file}"
        show_text(visible(f"{gone}\n  what was there before: {copy}"))
    return ExitCode.OK


def _taken(planned: Change, machine: Machine, when: str, *, force: bool) -> tuple[Change, Path | None]:
    """Make a change on the file as it is now: two clients may have one."""
    change = to_take(planned.client, planned.scope, machine, planned.name, force=force)
    return change, make(change, when)


def _divided(words: list[str]) -> tuple[list[KnownClient], list[str]]:
    """Return the clients that are named first, and what stands behind them."""
    count = next((index for index, word in enumerate(words) if word not in KNOWN), len(words))
    clients = words[: max(count, 1)]  # what begins it has to be a client
    return [client_named(word) for word in dict.fromkeys(clients)], words[max(count, 1) :]


def _change(client: KnownClient, scope: str | None, name: str | None, machine: Machine, *, force: bool) -> Change:
    """Return the change that takes a server out of the scope that is meant: the user's where none is.

    Raises:
        ConfigError: it is not there, or there are several and none is named.
    """
    meant = scope_of(client, scope)
    ours = [each for each in installed(machine, (client,)).servers if name in (None, each.name)]
    if name is None:
        _require_here(client, meant, ours)
        name = _only(client, sorted({each.name for each in ours if each.scope is meant}))
    change = to_take(client, meant, machine, name, force=force)
    if change.is_none:
        _require_here(client, meant, ours)
        hint = f"openapi-mcp doctor {client.name} shows what is there"
        raise ConfigError(f"{client.title} has no server {name[:80]!r}", where=change.file, hint=hint)
    return change


def _require_here(client: KnownClient, meant: Scope, ours: Sequence[Installed]) -> None:
    """Refuse where all servers that may be meant stand in other scopes, and say how one is taken out of there."""
    if ours and all(each.scope is not meant for each in ours):
        first = ours[0]
        message = f"{client.title} has {first.name!r} in its scope {first.scope.value}, not in {meant.value}"
        raise ConfigError(message, where=first.file, hint=away(first))


def _only(client: KnownClient, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        hint = "name the server if openapi-mcp cannot tell that it is ours"
        raise ConfigError(f"{client.title} has no server of ours", where="NAME", hint=hint)
    raise ConfigError(f"{client.title} has several servers of ours", where="NAME", hint=f"name one: {', '.join(names)}")


def _show(changes: list[Change], *, as_json: bool) -> int:
    if as_json:
        show_json([{**_as_json(change, None), "diff": change.as_diff()} for change in changes])
        return ExitCode.OK
    for change in changes:
        show_text(change.as_diff())
    notice("nothing is written: --dry-run")
    return ExitCode.OK


def _as_json(change: Change, copy: Path | None) -> dict[str, Any]:
    return {
        "client": change.client.name,
        "scope": change.scope.value,
        "file": change.file,
        "name": change.name,
        "backup": None if copy is None else str(copy),
        "left": list(entries(change.after, change.table)),
    }
