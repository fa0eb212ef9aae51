"""What is installed where: every entry of ours in the files of every client."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openapi_mcp.clients.edit import Table, entries
from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.files import Read, read_file
from openapi_mcp.clients.known import KNOWN, KnownClient, Scope
from openapi_mcp.clients.launch import Target, read_entry
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.ours import is_ours
from openapi_mcp.clients.places import place, table
from openapi_mcp.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A server of ours in a client's file."""

    client: str
    scope: Scope
    file: str
    name: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A client's file that cannot be understood: what is wrong with it, and where."""

    client: str
    scope: Scope
    file: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that was found, in the order of the clients; and the files that could not be read."""

    servers: tuple[Installed, ...]
    problems: tuple[Unread, ...]


def installed(machine: Machine, clients: Iterable[KnownClient] = KNOWN.values()) -> Found:
    """Return the servers of ours in the files of these clients; each file is read, none is written."""
    servers: list[Installed] = []
    problems: list[Unread] = []
    for client in clients:
        for scope in client.scopes:
            try:
                servers += _in_file(client, scope, machine)
            except ConfigError as error:
                file = str(place(client, scope, machine))
                what = f"{error.message} ({error.where})" if error.where != file else error.message
                problems.append(Unread(client=client.name, scope=scope, file=file, what=what))
    return Found(servers=tuple(servers), problems=tuple(problems))


def read_table(client: KnownClient, scope: Scope, machine: Machine) -> tuple[Read, Table]:
    """Return a client's file of a scope, and where its servers are in it.

    Raises:
        ConfigError: the client has no such scope, or its file cannot be read.
    """
    at = Table(client=client, keys=table(client, scope, machine))
    return read_file(Path(place(client, scope, machine))), at


def unreadable(fault: TextFaultError, read: Read) -> ConfigError:
    """Return the error that says where in a file something is wrong."""
    where = f"{read.path}:{fault.line}:{fault.column}"
    hint = "correct the file; nothing in it was changed"
    return ConfigError(f"this file cannot be understood: {fault.what}", where=where, hint=hint)


def _in_file(client: KnownClient, scope: Scope, machine: Machine) -> Iterator[Installed]:
    read, at = read_table(client, scope, machine)
    try:
        found = entries(read.text, at)
    except TextFaultError as fault:
        raise unreadable(fault, read) from None
    file = str(place(client, scope, machine))
    for name, value in found.items():
        target = read_entry(client, name, value)
        if target is not None and is_ours(target):
            yield Installed(client=client.name, scope=scope, file=file, name=name, target=target)
