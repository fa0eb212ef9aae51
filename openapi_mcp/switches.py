"""Tools that a person switched off in the dashboard: a small file of this user's, that every server of theirs reads.

`switches.json` holds only what is off: {"shop": {"orders_delete": {"at": "2026-11-21T09:30:00Z", "by": "dashboard",
"operation": "DELETE /orders/{}"}}}, by what the operator calls the API (identity.py) and the tool's name in its list.
A document cannot talk itself out of it: a tool is off where its name is, and where its operation is.
Off wins: a switch takes tools away, and brings none back that the configuration leaves out.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from openapi_mcp.errors import ConfigError
from openapi_mcp.front import SWITCHES, switches_state
from openapi_mcp.model.document import SWITCHED_OFF
from openapi_mcp.private import is_private, own_folder, user_folder, write_privately

_MAX = 4_000_000  # bytes of the file that are read; some thirty thousand tools
_AT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{1,20}Z", re.ASCII)

Off: TypeAlias = dict[str, dict[str, dict[str, str]]]
State: TypeAlias = tuple[str, int, int] | tuple[()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What is off, as the file said it in this `state` (path, mtime in ns, size; empty where there is no file)."""

    state: State = ()
    entries: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def reasons(self, api: str) -> dict[str, str]:
        """Return why what is off of an API is not there, by the names of the tools and by their operations."""
        reasons: dict[str, str] = {}
        for tool, said in self.entries.get(api, {}).items():
            reason = f"{SWITCHED_OFF} in the dashboard on {said['at'][:10]}"
            reasons |= {name: reason for name in (tool, said.get("operation")) if name}
        return reasons


NOTHING_OFF = Switched()


def off(api: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the operations of the tools of an API that are switched off, by the tools' names; "" where none is known.

    Raises:
        ConfigError: the file is damaged.
    """
    return {tool: said.get("operation", "") for tool, said in _read(_path(environ)).get(api, {}).items()}


def switch(api: str, tool: str, on: bool, environ: Mapping[str, str] = os.environ, *, operation: str = "") -> None:
    """Switch a tool on or off; what others switch at the same time, in other processes too, stays as they said.

    `operation` is the signature of its operation.

    Raises:
        ConfigError: the file is damaged, or cannot be written.
    """
    path = _path(environ)
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        with _locked(path):
            known = _read(path)
            own = known.get(api, {})
            if on:
                own = {name: said for name, said in own.items() if not _is_of(name, said, tool, operation)}
            else:
                own = {tool: {"at": at, "by": "dashboard", "operation": operation}} | own  # off already: as it was
            others = {name: each for name, each in known.items() if name != api}
            _write(path, others | ({api: own} if own else {}))
    except OSError as error:
        raise _unwritable(path, error) from None


def read_switches(known: Switched | None, environ: Mapping[str, str] = os.environ) -> tuple[Switched, str]:
    """Return what is off now, and what is to be said of it, once: what was off stays off while the file is damaged.

    `known` is what was off so far, None at a start; a file in the state that is known is not read again.

    Raises:
        ConfigError: the file is damaged at a start: what was off is not known, and may not be served.
    """
    state: State = tuple(switches_state(environ))  # before it is read: what comes later is news
    if known is not None and state == known.state:
        return known, ""
    try:
        return Switched(state=state, entries=_read(_path(environ))), ""
    except ConfigError as error:
        if known is None:
            raise
        said = f"warning: {error.message}, so all tools stay as they were ({error.where}; {error.hint})"
        return replace(known, state=state), said


def entries(environ: Mapping[str, str] = os.environ) -> Off:
    """Return all that is off, as the file says it.

    Raises:
        ConfigError: the file is damaged.
    """
    return _read(_path(environ))


def take_over(known: Off, wanted: Off, environ: Mapping[str, str] = os.environ) -> bool:
    """Write what another replica has said in place of what was `known`; False where somebody else has written since.

    Raises:
        ConfigError: the file is damaged, or cannot be written.
    """
    path = _path(environ)
    try:
        with _locked(path):
            if _read(path) != known:
                return False
            _write(path, wanted)
            return True
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ConfigError:
    said = f"cannot switch the tool: {error.strerror or type(error).__name__}"
    return ConfigError(said, where=str(path), hint="see that the folder is yours alone (mode 0700)")


def _path(environ: Mapping[str, str]) -> Path:
    return user_folder(environ) / SWITCHES


def _is_of(name: str, said: Mapping[str, str], tool: str, operation: str) -> bool:
    """True where an entry turns off this tool, be it under another name."""
    return name == tool or bool(operation and said.get("operation") == operation)


def _read(path: Path) -> Off:
    """Return what the file holds; nothing where there is none.

    Raises:
        ConfigError: it is another one's, or damaged.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
            if not is_private(os.fstat(file.fileno()), 0o100000):
                raise _damaged(path, "is not this user's alone")
            entries = json.loads(file.read(_MAX + 1).decode(), object_pairs_hook=_each_once)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        raise _damaged(path, "cannot be read") from None
    if not _is_sound(entries):
        raise _damaged(path, "is damaged")
    return dict(entries)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of which no name stands twice: which of the two counts would be a guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _is_sound(entries: Any) -> bool:
    """True for {"label": {"tool": {"at": "2026-11-21T09:30:00Z", ...}}}."""
    if not isinstance(entries, dict) or not all(isinstance(tools, dict) for tools in entries.values()):
        return False
    each = [said for tools in entries.values() for said in tools.values()]
    return all(
        isinstance(said, dict)
        and _AT.fullmatch(str(said.get("at"))) is not None
        and isinstance(said.get("operation", ""), str)
        for said in each
    )


def _damaged(path: Path, what: str) -> ConfigError:
    said = f"the list of tools that are switched off {what}"
    return ConfigError(said, where=str(path), hint="correct it, or remove it: then none is switched off")


def _write(path: Path, entries: Off) -> None:
    """Write the file, with a time that no earlier state of it had: whoever looks at that alone sees every change."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    write_privately(path, json.dumps(entries, indent=1, sort_keys=True))
    found = path.stat()
    if found.st_mtime_ns <= before:
        os.utime(path, ns=(found.st_atime_ns, before + 1_000))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes, and other threads of ours, from changing the file meanwhile."""
    own_folder(path.parent)
    with open(path.with_suffix(".lock"), "a", opener=lambda name, flags: os.open(name, flags, 0o600)) as lock:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # freed when it is closed
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
