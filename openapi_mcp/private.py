"""Where we keep what is this user's alone, and how: folders of mode 0700, files of mode 0600 (Windows: the profile)."""

import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from openapi_mcp import front


def user_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of what we keep for this user from one day to the next, by the platform's convention."""
    return Path(front.user_folder(environ))


def own_key(environ: Mapping[str, str]) -> bytes:
    """Return 32 random bytes that stay the same for this user; new ones where they cannot be kept.

    Digests that are keyed with them mean the same from one day to the next, and nothing to others.
    """
    path = user_folder(environ) / "caller.key"
    try:
        own_folder(path.parent)
        with (
            suppress(FileExistsError),
            open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
        ):
            file.write(secrets.token_bytes(32))
        with open(path, "rb", opener=unfollowed) as file:
            key = file.read(33) if is_private(os.fstat(file.fileno()), 0o100000) else b""
    except OSError:
        key = b""
    return key if len(key) == 32 else secrets.token_bytes(32)


def unfollowed(name: str, _flags: int) -> int:
    """Open a file to be read, as an `opener` of open(): a link is refused, and at a pipe nobody is waited for."""
    return os.open(name, os.O_RDONLY | sum(getattr(os, each, 0) for each in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")))


def own_folder(folder: Path) -> None:
    """Make a folder where there is none.

    Raises:
        PermissionError: it is a link, or others may read it.
    """
    # Each folder that we make on the way is ours, too: `mkdir` would leave those open.
    missing = [each for each in folder.parents if not each.exists()]
    for each in (*reversed(missing), folder):
        each.mkdir(mode=0o700, exist_ok=True)
    if not is_private(folder.lstat(), 0o040000):
        raise PermissionError(0, "the folder is a link, or others may read it")


def is_private(found: os.stat_result, kind: int) -> bool:
    """True for a file or folder (`kind`) of this user that nobody else may read or write; a link is neither."""
    if found.st_mode & 0o170000 != kind:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def write_privately(path: Path, text: str) -> None:
    """Write a file in one step: another process sees the old one, or the new one.

    Raises:
        OSError: it cannot be written, or its folder is not this user's alone.
    """
    temporary = path.with_name(f"writing-{secrets.token_hex(8)}")
    try:
        own_folder(path.parent)
        with open(temporary, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # what went wrong is raised, and not that it left something behind
            temporary.unlink(missing_ok=True)
        raise
