"""A change of one client's file: worked out, shown, made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openapi_mcp.clients.edit import Table, entries, put_entry, take_entry
from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.files import Read, is_open_to_others, write_file
from openapi_mcp.clients.found import read_table, unreadable
from openapi_mcp.clients.hidden import url_secrets
from openapi_mcp.clients.known import KnownClient, Scope
from openapi_mcp.clients.launch import Reference, Remote, Target, read_entry
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.ours import is_ours
from openapi_mcp.clients.places import place
from openapi_mcp.clients.served import serve_the_same, what_serves
from openapi_mcp.clients.shown import difference
from openapi_mcp.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a client's file says now, and what it shall say; the texts may hold secrets."""

    client: KnownClient
    scope: Scope
    file: str
    name: str
    read: Read = field(repr=False)
    table: Table
    after: str = field(repr=False)

    @property
    def is_none(self) -> bool:
        """True where the file says so already."""
        return self.after == self.read.text

    def as_diff(self) -> str:
        """Return the change as a unified diff: our own entry, secrets masked, and of all else only names."""
        return difference(self.read.text, self.after, self.table, self.name, self.file)


def to_put(client: KnownClient, scope: Scope, machine: Machine, target: Target, *, force: bool) -> Change:
    """Return the change that makes a client know a server.

    Raises:
        ConfigError: its file cannot be understood, or has another's server of that name, or one of ours for another
            API, which `force` overwrites.
    """

    def put(text: str, table: Table) -> str:
        there = entries(text, table).get(target.name)
        if there is not None and not force:
            _require_same(client, target, _require_ours(client, target, there), machine)
        return put_entry(text, table, target)

    return _change(client, scope, machine, target.name, put)


def to_take(client: KnownClient, scope: Scope, machine: Machine, name: str, *, force: bool) -> Change:
    """Return the change that makes a client forget a server.

    Raises:
        ConfigError: its file cannot be understood, or the server is another's, which `force` takes out.
    """

    def take(text: str, table: Table) -> str:
        there = entries(text, table).get(name)
        target = read_entry(client, name, there)
        if there is not None and not force and (target is None or not is_ours(target)):
            message = f"{name!r} is no server that openapi-mcp has put there, as far as it can tell"
            raise ConfigError(message, where=client.title, hint="--force takes it out all the same")
        return take_entry(text, table, name)

    return _change(client, scope, machine, name, take)


def make(change: Change, when: str, target: Target | None = None) -> Path | None:
    """Write a client's file; return the copy of what it said before.

    Raises:
        ConfigError: as `write_file` does.
    """
    private = change.scope is not Scope.PROJECT or (target is not None and holds_secret(target))
    return write_file(change.read, change.after, when=when, private=private)


def holds_secret(target: Target) -> bool:
    """True for a server with a value in its variables, headers or URLs that stands in the file itself."""
    given: Mapping[str, Any] = target.headers if isinstance(target, Remote) else target.env
    words = (target.url,) if isinstance(target, Remote) else target.args
    return any(not isinstance(value, Reference) for value in given.values()) or any(url_secrets(" ".join(words)))


def is_shown_to_others(change: Change, target: Target) -> bool:
    """True where a secret would come into a file that others may read."""
    return holds_secret(target) and is_open_to_others(change.read)


def _change(
    client: KnownClient, scope: Scope, machine: Machine, name: str, changed: Callable[[str, Table], str]
) -> Change:
    read, table = read_table(client, scope, machine)
    file = str(place(client, scope, machine))
    if scope is Scope.PROJECT:
        _require_within(read.path, file, machine)
    try:
        after = changed(read.text, table)
    except TextFaultError as fault:
        raise unreadable(fault, read) from None
    return Change(client=client, scope=scope, file=file, name=name, read=read, table=table, after=after)


def _require_within(real: Path, file: str, machine: Machine) -> None:
    """Refuse a link that leads out of the project: whoever wrote the repository chose where."""
    if not real.is_relative_to(Path(machine.folder).resolve()):
        message = f"this leads out of the project, to {str(real)[:200]}"
        raise ConfigError(message, where=file, hint="remove the link, or install without --scope project")


def _require_ours(client: KnownClient, target: Target, there: Any) -> Target:
    """Return the server that an entry is; refuse to write over one that somebody else put there."""
    known = read_entry(client, target.name, there)
    same_url = isinstance(known, Remote) and isinstance(target, Remote) and known.url == target.url
    if known is None or not (same_url or is_ours(known)):
        message = f"{client.title} has a server {target.name!r} that is not ours"
        raise ConfigError(message, where=client.title, hint="choose another --name, or --force writes over it")
    return known


def _require_same(client: KnownClient, target: Target, known: Target, machine: Machine) -> None:
    """Refuse to write over a server of ours that serves another API."""
    if not serve_the_same(known, target, machine):
        message = f"{client.title} has a server {target.name!r} already: it serves {what_serves(known, machine)}"
        hint = "--name OTHER puts this one beside it; --force replaces it"
        raise ConfigError(message, where=client.title, hint=hint)
