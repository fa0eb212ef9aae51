"""What starts us: the command as a client can run it, from any folder and with no shell."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from openapi_mcp.clients.words import Here

_FLEETING = ("/uv/archive-v", "/.cache/uv/", "/uv/cache/", "/pipx/.cache/", "/.cache/pipx/")


def our_command() -> tuple[str, ...]:
    """Return the words that start us, the first an absolute path: that of the command, else Python's."""
    return starter(sys.argv[0], sys.executable, shutil.which)


def starter(ran: str, python: str, find: Callable[[str], str | None]) -> tuple[str, ...]:
    """Return what starts us, from what was run; a link stays one, as an update of what it leads to changes the target.

    ("/u/ann/.local/bin/openapi-mcp", ...) -> ("/u/ann/.local/bin/openapi-mcp",)
    (".../openapi_mcp/__main__.py", "/usr/bin/python3", ...) -> ("/usr/bin/python3", "-m", "openapi_mcp")
    """
    name = Path(ran).name.lower()
    if name.removesuffix(".exe") != "openapi-mcp":
        return (python, "-m", "openapi_mcp")
    found = ran if os.path.dirname(ran) else find(ran)
    return (os.path.abspath(found or ran),)


def is_fleeting(command: str) -> bool:
    """True for a command in a cache that is emptied now and then, as uvx and `pipx run` make it."""
    plain = command.replace("\\", "/")
    return any(part in plain for part in _FLEETING)


def here() -> Here:
    """Return where we are."""
    folder = str(Path.cwd())

    def absolute(text: str) -> str:
        return os.path.normpath(os.path.join(folder, os.path.expanduser(text)))

    def is_file(text: str) -> bool:
        return not os.path.isabs(text) and os.path.isfile(os.path.join(folder, text))

    def program(text: str) -> str | None:
        found = shutil.which(text)
        return None if found is None else os.path.abspath(found)

    return Here(folder=folder, absolute=absolute, program=program, is_file=is_file)
