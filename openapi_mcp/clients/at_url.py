"""The servers at a URL in clients' files. Whose they are nobody can tell: one is asked only when a person names it."""

from collections.abc import Iterable, Iterator

from openapi_mcp.clients.edit import entries
from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.found import Installed, read_table
from openapi_mcp.clients.known import KNOWN, KnownClient, Scope
from openapi_mcp.clients.launch import Remote, read_entry
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.places import place
from openapi_mcp.errors import ConfigError


def at_urls(machine: Machine, clients: Iterable[KnownClient] = KNOWN.values()) -> tuple[Installed, ...]:
    """Return every entry with a URL, in the order of the clients; of a file that cannot be read `installed` tells."""
    return tuple(entry for client in clients for scope in client.scopes for entry in _in_file(client, scope, machine))


def _in_file(client: KnownClient, scope: Scope, machine: Machine) -> Iterator[Installed]:
    try:
        read, table = read_table(client, scope, machine)
        found = entries(read.text, table)
    except (ConfigError, TextFaultError):
        return
    file = str(place(client, scope, machine))
    for name, value in found.items():
        target = read_entry(client, name, value)
        if isinstance(target, Remote):
            yield Installed(client=client.name, scope=scope, file=file, name=name, target=target)
