"""A look at the machine for what an entry names: its command, its files, who may read it, whether it is trusted."""

import json
import os
import shutil
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.jsonc import scan
from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.places import place
from openapi_mcp.clients.standing import Looked, files_of
from openapi_mcp.clients.surroundings import surroundings
from openapi_mcp.clients.trust import gemini_trusts

_LARGEST = 32 << 20  # bytes of a client's own file
_FIRST_LINE = 512


def look(installed: Installed, machine: Machine) -> Looked:
    """Return what the machine says of an entry."""
    target = installed.target
    shared, trusted = _is_shared(installed.file), _is_trusted(installed, machine)
    if not isinstance(target, Launch):
        return Looked(is_shared=shared, is_trusted=trusted)
    folder = Path(folder_of(installed, machine))
    command = _command(installed, target, machine, folder)
    return Looked(
        command=command,
        interpreter=_lost_interpreter(command) if command else "",
        absent=tuple(file for file in files_of(target.args) if not _exists(folder, file)),
        is_shared=shared,
        is_trusted=trusted,
    )


def folder_of(installed: Installed, machine: Machine) -> str:
    """Return the folder that an entry is started in: the one it names, its project's, else the user's own."""
    target = installed.target
    said = target.cwd if isinstance(target, Launch) else None
    own = machine.home if installed.scope is Scope.USER else machine.folder
    return str(Path(own) / said) if said else own


def _command(installed: Installed, launch: Launch, machine: Machine, folder: Path) -> str | None:
    environ = surroundings(KNOWN[installed.client], launch, machine).environ
    command = launch.command if os.path.basename(launch.command) == launch.command else str(folder / launch.command)
    return shutil.which(command, path=environ.get("PATH", os.defpath))


def _lost_interpreter(command: str) -> str:
    """Return the program that a script is run by, where it is gone: what is left when an environment is moved."""
    try:
        first = _bytes(Path(command), _FIRST_LINE).partition(b"\n")[0]
    except OSError:
        return ""
    words = os.fsdecode(first[2:]).split() if first.startswith(b"#!") else []
    return words[0] if words and not os.path.exists(words[0]) else ""


def _exists(folder: Path, file: str) -> bool:
    try:
        return (folder / Path(file).expanduser()).exists()
    except (OSError, ValueError, RuntimeError):  # a name that no file has
        return False


def _is_shared(file: str) -> bool:
    try:
        return sys.platform != "win32" and bool(os.stat(file).st_mode & 0o044)
    except OSError:
        return False


def _is_trusted(installed: Installed, machine: Machine) -> bool | None:
    """Return whether a client may use an entry here, as its own files say; None where they say nothing.

    Of an entry of the user Gemini CLI alone asks whether it trusts the folder that it is started in.
    """
    if installed.client == "gemini":
        return _gemini_trusts(machine)
    if installed.scope is not Scope.PROJECT:
        return None
    own = Path(place(KNOWN[installed.client], Scope.USER, machine))
    project = machine.path(machine.folder).as_posix()
    match installed.client:
        case "claude-code":
            settings = _json(Path(machine.folder) / ".claude" / "settings.local.json")
            known = _below(_json(own), "projects", project)
            return any(_is_enabled(each, installed.name) for each in (settings, known))
        case "codex":
            return _below(_toml(own), "projects", project).get("trust_level") == "trusted"
        case _:
            return None


def _gemini_trusts(machine: Machine) -> bool:
    own = Path(place(KNOWN["gemini"], Scope.USER, machine))
    rules = machine.environ.get("GEMINI_CLI_TRUSTED_FOLDERS_PATH") or own.with_name("trustedFolders.json")
    folder = _real(machine.path(machine.folder))
    return gemini_trusts(folder, machine.environ, _jsonc(own), _jsonc(Path(rules)), _real)


def _real(path: PurePath) -> PurePath:
    try:
        return type(path)(os.path.realpath(path))
    except ValueError:  # a name that no file has
        return path


def _is_enabled(settings: Mapping[str, Any], name: str) -> bool:
    names = settings.get("enabledMcpjsonServers")
    return settings.get("enableAllProjectMcpServers") is True or (isinstance(names, list) and name in names)


def _below(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        inner = value.get(key)
        value = inner if isinstance(inner, dict) else {}
    return value


def _json(file: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(_bytes(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _jsonc(file: Path) -> Mapping[str, Any]:
    """Return an object of a file that may have comments."""
    try:
        node = scan(_bytes(file).decode("utf-8"), comments=True)
    except (OSError, ValueError, TextFaultError):
        return {}
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _toml(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(_bytes(file).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _bytes(file: Path, most: int = _LARGEST) -> bytes:
    """Return what a file holds. It may be a stranger's: a link to a terminal or a pipe would never come to its end.

    Raises:
        OSError: it cannot be read, or is no plain file.
    """
    with open(file, "rb", opener=_without_waiting) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(f"{file} is no file")
        return opened.read(most)


def _without_waiting(file: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to would hold up the opening itself. Windows has no such files."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
