"""Where a client keeps its servers on a machine."""

from pathlib import PurePath

from openapi_mcp.clients.known import KnownClient, Scope
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.errors import ConfigError


def place(client: KnownClient, scope: Scope, machine: Machine) -> PurePath:
    """Return the file that holds a client's servers of a scope.

    (Cursor, user, a home of /u/ann) -> /u/ann/.cursor/mcp.json

    Raises:
        ConfigError: the client has no such scope.
    """
    folders = _folders(machine)
    return machine.path(_of_scope(client, scope)[machine.system].format_map(folders))


def table(client: KnownClient, scope: Scope, machine: Machine) -> tuple[str, ...]:
    """Return the keys that lead to the servers in that file: ("mcpServers",)."""
    _of_scope(client, scope)
    return tuple(key.format(folder=_as_key(machine)) for key in client.tables[scope])


def _of_scope(client: KnownClient, scope: Scope) -> "dict[System, str]":
    if scope not in client.files:
        has = ", ".join(client.scopes)
        raise ConfigError(f"{client.title} has no scope {scope.value!r}", where="--scope", hint=f"it has {has}")
    return dict(client.files[scope])


def _folders(machine: Machine) -> dict[str, str]:
    """Return the folders by the words for them; a client's own variable moves its folder."""
    environ, home = machine.environ, machine.home
    config = environ.get("XDG_CONFIG_HOME") if machine.system is System.LINUX else None
    return {
        "home": home,
        "folder": machine.folder,
        "config": config or f"{home}/.config",
        "appdata": environ.get("APPDATA") or f"{home}/AppData/Roaming",
        "claude": environ.get("CLAUDE_CONFIG_DIR") or home,
        "codex": environ.get("CODEX_HOME") or f"{home}/.codex",
        "gemini": environ.get("GEMINI_CLI_HOME") or home,
        "copilot": environ.get("COPILOT_HOME") or f"{home}/.copilot",
    }


def _as_key(machine: Machine) -> str:
    """Return the project's folder as Claude Code writes it into its file: with `/` on Windows, too."""
    return machine.path(machine.folder).as_posix()
