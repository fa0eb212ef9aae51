"""The runs of `ask` on this machine: a file of mode 0600 for each, in the user's state folder; the newest are kept."""

import os
import re
from collections.abc import Mapping
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
            with suppress(OSError):  # the run is kept, and the next one to be kept tries again
                path.unlink()

    def newest(self, most: int) -> list[Run | ConfigError]:
        """Return the runs that went on last; in place of one that cannot be read, or of all, what is wrong."""
        try:
            paths = self._known()
        except ConfigError as error:
            return [error]
        return [_read_or_error(path) for path in paths[:most]]

    def find(self, id: str = "") -> Run:
        """Return a run by its id, or by a beginning of it that no other has; without one the last.

        Raises:
            ConfigError: there is no such run, several begin so, or it, or the folder, cannot be read.
        """
        known = self._known()
        paths = [path for path in known if path.stem.startswith(id)] if _ID.fullmatch(id or "0") else []
        if not paths:
            said = f"no run is kept with the id {id[:40]!r}" if id else "no run is kept that could be gone on with"
            where = "--run" if id else "--continue"
            raise ConfigError(said, where=where, hint=f"/runs in a chat lists them; {_NOBODY_SAID}")
        if id and len(paths) > 1 and all(path.stem != id for path in paths):
            said = f"more than one run has an id that begins with {id!r}"
            raise ConfigError(said, where="--run", hint="give more of it")
        return _read(next((each for each in paths if each.stem == id), paths[0]))

    def _known(self) -> list[Path]:
        """Return the files of the runs.

        Raises:
            ConfigError: the folder cannot be read.
        """
        try:
            return self._newest_first()
        except OSError as error:
            hint = "see whose folder it is, and who may read it; it must be one of this user's own"
            raise _unreadable("runs", error, self._folder, hint) from None

    def _newest_first(self) -> list[Path]:
        try:
            found = [path for path in self._folder.iterdir() if path.suffix == _SUFFIX and _ID.fullmatch(path.stem)]
        except FileNotFoundError:
            return []
        return sorted(found, key=_changed, reverse=True)


def _unreadable(what: str, error: OSError, path: Path, hint: str) -> ConfigError:
    return ConfigError(f"the {what} cannot be read: {error.strerror or error}", where=str(path), hint=hint)


def _changed(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.stem
    except OSError:
        return 0, path.stem


def _read_or_error(path: Path) -> Run | ConfigError:
    try:
        return _read(path)
    except ConfigError as error:
        return error


def _read(path: Path) -> Run:
    """Return the run of a file that is this user's alone.

    Raises:
        ConfigError: it is not, or it holds no run of this id that we know how to read.
    """
    try:
        with open(path, "rb", opener=unfollowed) as file:
            is_ours = is_private(os.fstat(file.fileno()), 0o100000)
            data = file.read(_LARGEST + 1) if is_ours else b""
    except OSError as error:
        raise _unreadable("run", error, path, "see whose file it is, and who may read it; or ask anew") from None
    if not is_ours:
        said = "the run cannot be read: others may read or write it, or it is not yours"
        raise ConfigError(said, where=str(path), hint="chmod 600 it if you trust what stands in it; or ask anew")
    try:
        run = read_run(data.decode()) if len(data) <= _LARGEST else None
    except ValueError:
        run = None
    if run is None or run.id != path.stem:
        hint = "it is damaged, or a newer openapi-mcp wrote it; ask anew"
        raise ConfigError("the run cannot be read", where=str(path), hint=hint)
    return run
