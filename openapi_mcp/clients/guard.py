"""What doctor does with an entry that came with a project: it is started only when named, and without loaders."""

from collections.abc import Iterator
from dataclasses import replace

from openapi_mcp.clients.findings import Finding, Severity, found
from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.mending import edit, look_again

_LOADERS = ("LD_", "DYLD_", "PYTHON", "UV_", "PIP_", "PIPX_")


def is_strange(installed: Installed) -> bool:
    """True for an entry of a project's file: whoever wrote the project wrote it, and it came with the checkout."""
    return installed.scope is Scope.PROJECT


def without_loaders(installed: Installed) -> Installed:
    """Return an entry as it may be started: that of a project without the variables that run other code.

    {"PYTHONPATH": "./x", "API_TOKEN": "y"} -> {"API_TOKEN": "y", "PYTHONSAFEPATH": "1"}: nor does `python -m` take its
    modules from the project's folder.
    """
    target = installed.target
    if not is_strange(installed) or not isinstance(target, Launch):
        return installed
    env = {name: given for name, given in target.env.items() if not _is_loader(name)}
    return replace(installed, target=replace(target, env={**env, "PYTHONSAFEPATH": "1"}))


def guarded(installed: Installed) -> Iterator[Finding]:
    """Yield what is said of the variables that are left out."""
    target = installed.target
    if is_strange(installed) and isinstance(target, Launch):
        names = ", ".join(name for name in target.env if _is_loader(name))
        if names:
            what = f"its environment has {names}, which can run other code; doctor leaves that out"
            yield found(installed, "loader", Severity.WARNING, what, edit(installed.file))


def left_alone(installed: Installed) -> Finding:
    """Return what is said of an entry that was not started."""
    target = installed.target
    command = f" ({target.command})" if isinstance(target, Launch) else ""
    what = f"it was not started: it came with the project. Look at its entry{command}; to have it started, name it"
    return found(installed, "not-started", Severity.OK, what, look_again(installed))


def _is_loader(name: str) -> bool:
    return name.upper().startswith(_LOADERS) or name.upper() == "PATH"
