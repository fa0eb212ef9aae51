"""The runs of `ask` on this machine: a file of mode 0600 for each, in the user's state folder; the newest are kept."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from openapi_mcp.ask.kept import Mask, Run, read_run, run_text
from openapi_mcp.errors import ConfigError
from openapi_mcp.private import is_private, unfollowed, user_folder, write_privately

MOST = 200
_LARGEST = 40_000_000  # bytes of a file that is read
_ID = re.compile(r"[0-9a-z]{1,24}", re.ASCII)
_SUFFIX = ".json"
_NOBODY_SAID = "runs are kept unless --no-records or --record-arguments off says otherwise"


class Runs:
    """The runs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of_user(cls, environ: Mapping[str, str] = os.environ) -> "Runs":
        """Return those of this user."""
        return cls(user_folder(environ) / "runs")

    def save(self, run: Run, mask: Mask = str) -> None:
        """Keep a run as it is now; the oldest beyond MOST go.

        Raises:
            OSError: it cannot be written.
        ValueError: it holds what JSON has no form for.
        RecursionError: the same, nested too deeply.
        """
        write_privately(self._folder / f"{run.id}{_SUFFIX}", run_text(run, mask))
        for path in self._newest_first()[MOST:]:
            with suppress(OSError):
                path.unlink()

    def newest(self, most: int) -> list[Run]:
        """Return the runs that went on last, as far as they can be read."""
        found = (_read(path) for path in self._newest_first()[:most])
        return [run for run in found if run is not None]

    def find(self, id: str = "") -> Run:
        """Return a run by its id, or by a beginning of it that no other has; without one the last.

        Raises:
            ConfigError: there is no such run, several begin so, or it, or the folder, cannot be read.
        """
        known = self._newest_first(_unreadable)
        paths = [path for path in known if path.stem.startswith(id)] if _ID.fullmatch(id or "0") else []
        if not paths:
            said = f"no run is kept with the id {id[:40]!r}" if id else "no run is kept that could be gone on with"
            where = "--run" if id else "--continue"
            raise ConfigError(said, where=where, hint=f"/runs in a chat lists them; {_NOBODY_SAID}")
        if id and len(paths) > 1 and all(path.stem != id for path in paths):
            said = f"more than one run has an id that begins with {id!r}"
            raise ConfigError(said, where="--run", hint="give more of it")
        path = next((each for each in paths if each.stem == id), paths[0])
        run = _read(path)
        if run is None:
            hint = "it is damaged, or a newer openapi-mcp wrote it; ask anew"
            raise ConfigError("the run cannot be read", where=str(path), hint=hint)
        return run

    def _newest_first(self, failed: Callable[[Path, OSError], None] = lambda _path, _error: None) -> list[Path]:
        """Return the files of the runs; `failed` is told why the folder cannot be read, where it is there."""
        try:
            found = [path for path in self._folder.iterdir() if path.suffix == _SUFFIX and _ID.fullmatch(path.stem)]
        except FileNotFoundError:
            return []
        except OSError as error:
            failed(self._folder, error)
            return []
        return sorted(found, key=_changed, reverse=True)


def _unreadable(folder: Path, error: OSError) -> None:
    hint = "see whose folder it is, and what it may be read by; it must be one of this user's own"
    raise ConfigError(f"the runs cannot be read: {error.strerror}", where=str(folder), hint=hint)


def _changed(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.stem
    except OSError:
        return 0, path.stem


def _read(path: Path) -> Run | None:
    """Return the run of a file that is this user's alone; None where it cannot be read."""
    try:
        with open(path, "rb", opener=unfollowed) as file:
            if not is_private(os.fstat(file.fileno()), 0o100000):
                return None
            data = file.read(_LARGEST + 1)
        run = read_run(data.decode()) if len(data) <= _LARGEST else None
    except (OSError, ValueError):
        return None
    return run if run is not None and run.id == path.stem else None
