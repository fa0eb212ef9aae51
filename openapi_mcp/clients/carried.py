"""How the variables of a server come to it by way of a client."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openapi_mcp.clients.known import KnownClient
from openapi_mcp.clients.launch import Given, Reference
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.surroundings import passes
from openapi_mcp.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What stands in an entry for the variables of its server, what is left to a person, and what does not come."""

    env: Mapping[str, Given] = field(repr=False)
    told: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def carried(
    client: KnownClient, variables: Mapping[str, str | None], machine: Machine, *, write_secrets: bool
) -> Carried:
    """Return how a client gives a server its variables: as its reference, else from its own environment.

    `write_secrets` writes their values, as they are here.

    Raises:
        ConfigError: the client has no way, and nobody allowed to write the value.
    """
    env: dict[str, Given] = {}
    told: list[str] = []
    for name, value in variables.items():
        here = machine.environ.get(name)
        if value is not None or (write_secrets and here):
            env[name] = value or here or ""
        elif client.reference is not None:
            env[name] = Reference(variable=name)
            told += [] if client.asks else [f"{client.title} has to be started where {name} is set"]
        elif passes(client, name, machine.system):
            told.append(f"{client.title} has to be started where {name} is set; its file cannot refer to a variable")
        else:
            raise _no_way(client, name)
    return Carried(env=env, told=tuple(told))


def of_the_shell(client: KnownClient, names: tuple[str, ...], machine: Machine, *, write_secrets: bool) -> Carried:
    """Return how a client gives a server the settings of this shell, OPENAPI_MCP_...; it may have no way to."""
    if client.reference is None and not write_secrets:
        lost = (f"what {name} says here is not said to a server that {client.title} starts" for name in names)
        return Carried(env={}, lost=tuple(lost))
    return carried(client, dict.fromkeys(names), machine, write_secrets=write_secrets)


def _no_way(client: KnownClient, name: str) -> ConfigError:
    hint = "give file:PATH, or log in with `openapi-mcp login`, or make a bundle; --write-secrets writes its value"
    message = f"{client.title} starts servers without your shell's variables, so {name} would not be there"
    return ConfigError(message, where=f"env:{name}", hint=hint)
