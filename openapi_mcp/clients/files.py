"""Clients' files: read, kept a copy of, and written in one step, so that a client never sees half of one."""

import os
import re
import secrets
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from openapi_mcp.errors import ConfigError
from openapi_mcp.references import reason

_LARGEST = 20_000_000  # bytes; Claude Code keeps more than servers in its file
_BACKUPS = 5
_SUFFIX = ".bak"
_WHEN = re.compile(r"[0-9]{8}T[0-9]{6}(?:-[0-9]{1,3})?")
_OF_A_SECOND = 100  # copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file as it was read: where it really is, its text, and its mode; None where there is no file."""

    path: Path
    text: str
    mode: int | None


def read_file(path: Path) -> Read:
    """Return a file through every link; one that is not there is empty.

    Raises:
        ConfigError: it cannot be read, is no file, too large or no UTF-8.
    """
    try:
        real = Path(os.path.realpath(path))
        if real.is_symlink():
            raise ConfigError("this link leads in a circle", where=str(path), hint="remove it")
        if not real.exists():
            return Read(path=real, text="", mode=None)
        if not real.is_file():
            raise ConfigError("this is no file", where=str(path), hint="move it away")
        with real.open("rb") as opened:
            data, mode = opened.read(_LARGEST + 1), stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        text = data.decode("utf-8")
    except (OSError, ValueError) as error:
        hint = "make it readable, or choose another --scope"
        raise ConfigError(f"cannot read the client's file: {reason(error)}", where=str(path), hint=hint) from None
    if len(data) > _LARGEST:
        raise ConfigError("the client's file is larger than 20 MB", where=str(path), hint="look what fills it")
    return Read(path=real, text=text, mode=mode)


def write_file(read: Read, text: str, *, when: str, private: bool) -> Path | None:
    """Write a file anew in one step, with the mode it had; return the copy of what was there, None where nothing was.

    `when`, as in 20261122T081541, is in the copy's name; the last few copies are kept, and what a person calls by any
    other name always. A new one that is `private` is its owner's alone.

    Raises:
        ConfigError: it cannot be written, is another user's or read-only, or has changed since it was read.
    """
    try:
        data = text.encode("utf-8")
        read.path.parent.mkdir(parents=True, exist_ok=True)
        if read.mode is None:
            _write(read, data, 0o600 if private else 0o666 & ~_umask())
            return None
        _require_ours(read)
        copy = _keep_copy(read, when)
        _write(read, data, read.mode)
    except (OSError, ValueError) as error:
        hint = "nothing was changed; --print shows the entry to add by hand"
        raise ConfigError(f"cannot write the client's file: {reason(error)}", where=str(read.path), hint=hint) from None
    _forget_copies(read.path, copy)
    return copy


def copies(path: Path) -> list[Path]:
    """Return our copies of a file, the newest last; what a person has kept beside it is none of them."""
    found = ((_time_of(path, each), each) for each in path.parent.iterdir())
    return [each for when, each in sorted((when, each) for when, each in found if when is not None)]


def _time_of(path: Path, other: Path) -> tuple[str, int] | None:
    """Return when a copy was made, and the how manieth of that second it is; None for what is no copy of ours."""
    name = other.name
    when = name.removeprefix(f"{path.name}.").removesuffix(_SUFFIX)
    if name != f"{path.name}.{when}{_SUFFIX}" or not _WHEN.fullmatch(when):
        return None
    time, _, number = when.partition("-")
    return time, int(number or 0)


def _require_ours(read: Read) -> None:
    found = read.path.stat()
    if not found.st_mode & 0o222:
        raise ConfigError("the file is read-only", where=str(read.path), hint="something else may manage it; see there")
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        hint = "run this as the user whose client it is"
        raise ConfigError("the file belongs to another user", where=str(read.path), hint=hint)


def _keep_copy(read: Read, when: str) -> Path:
    """Keep what a file says beside it; a copy of the same second stays, and the next one has a number."""
    numbers = ("", *(f"-{number}" for number in range(2, _OF_A_SECOND)))
    places = [read.path.with_name(f"{read.path.name}.{when}{number}{_SUFFIX}") for number in numbers]
    copy = next((place for place in places if not os.path.lexists(place)), places[0])
    with open(copy, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(read.text.encode("utf-8"))
    return copy


def _forget_copies(path: Path, new: Path) -> None:
    """Remove all but the last copies; the one just made stays, whatever the clock says of it."""
    old = [each for each in copies(path) if each != new]
    for each in old[: -(_BACKUPS - 1)]:
        with suppress(OSError):  # an old copy too many: the next change tries again
            each.unlink()


def _write(read: Read, data: bytes, mode: int) -> None:
    temporary = read.path.with_name(f".{read.path.name}.{secrets.token_hex(8)}")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        if read_file(read.path).text != read.text:
            raise ConfigError("the file has changed meanwhile", where=str(read.path), hint="run this again")
        temporary.replace(read.path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """Return what new files are kept from; reading it is setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def is_open_to_others(read: Read) -> bool:
    """True where others may read a file that is there."""
    return sys.platform != "win32" and read.mode is not None and bool(read.mode & 0o044)
