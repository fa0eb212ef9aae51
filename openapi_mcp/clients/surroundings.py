"""Which environment a client starts a server with."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openapi_mcp.clients.known import KnownClient, Passes
from openapi_mcp.clients.launch import Given, Launch, Reference
from openapi_mcp.clients.machine import Machine, System

_FEW = frozenset(("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "USER"))
_FEW_ON_WINDOWS = frozenset(
    (
        "APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE",
        "PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "WINDIR",
    )
)  # fmt: skip
_LIKE_A_SECRET = re.compile("TOKEN|SECRET|PASSWORD|PASSWD|KEY|AUTH|CREDENTIAL|PRIVATE|CERT", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The environment of a server that a client starts, and the variables it refers to that are not set."""

    environ: Mapping[str, str]
    missing: tuple[str, ...]


def surroundings(client: KnownClient, launch: Launch, machine: Machine) -> Surroundings:
    """Return what a server is started with by a client that itself has the machine's environment."""
    passed = {name: value for name, value in machine.environ.items() if _is_passed(client, name, machine.system)}
    given = {name: _value(value, machine.environ) for name, value in launch.env.items()}
    environ = passed | {name: value for name, value in given.items() if value is not None}
    return Surroundings(environ=environ, missing=tuple(_missing(launch, machine.environ)))


def passes(client: KnownClient, name: str, system: System) -> bool:
    """True where a client passes on a variable that its entry does not name."""
    return _is_passed(client, name, system)


def _is_passed(client: KnownClient, name: str, system: System) -> bool:
    match client.passes:
        case Passes.ALL:
            return True
        case Passes.NO_SECRETS:
            return not _LIKE_A_SECRET.search(name)
        case Passes.FEW:
            return name.upper() in _FEW_ON_WINDOWS if system is System.WINDOWS else name in _FEW


def _value(given: Given, environ: Mapping[str, str]) -> str | None:
    if isinstance(given, str):
        return given
    value = environ.get(given.variable)
    return None if value is None else given.before + value


def _missing(launch: Launch, environ: Mapping[str, str]) -> Iterator[str]:
    for given in launch.env.values():
        if isinstance(given, Reference) and not environ.get(given.variable):
            yield given.variable
