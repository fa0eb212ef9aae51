"""The folder whose files a call may send; the only place that looks at the disk for them."""

import mimetypes
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.model.message import Upload
from openapi_mcp.request.files import UNKNOWN_TYPE, File, is_path

_LONGEST_GUESS = 256  # characters


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of files, `--files DIR`: paths are relative to it, or absolute and below it, links resolved."""

    path: Path
    _types: mimetypes.MimeTypes = field(default_factory=lambda: mimetypes.MimeTypes(()), compare=False, repr=False)

    @classmethod
    def open(cls, text: str) -> "Folder":
        """Return the folder of this path.

        Raises:
            ConfigError: there is no such folder.
        """
        try:
            path = Path(text).expanduser().resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise ConfigError(f"there is no folder {text!r}", where="--files", hint="name one that exists") from None
        if not path.is_dir():
            raise ConfigError(f"{text!r} is no folder", where="--files", hint="name the folder that the file is in")
        return cls(path)

    def find(self, text: str, field_name: str) -> File | None:
        """Return the file that a text names; None where it names none and may be base64.

        "report.pdf", "./report.pdf", "/srv/files/report.pdf" and "file:///srv/files/report.pdf" are one file of the
        folder "/srv/files".

        Raises:
            ArgumentsError: a path that leads out of the folder, or to nothing that can be sent.
        """
        plain = _plain(text)
        found = self._resolved(plain)
        if found is not None and found.is_relative_to(self.path):
            return self._file(found, field_name)
        if is_path(text) or "." in plain or _is_rather_path(plain):
            said = "is no file of the folder that files are sent from"
            hint = "give a path below that folder, base64 or a data: URL"
            raise ArgumentsError(said, field=field_name, hint=hint)
        return None

    def _resolved(self, text: str) -> Path | None:
        try:
            return (self.path / text).resolve(strict=True) if text else None
        except (OSError, RuntimeError, ValueError):  # a name that no file can have, or links without end
            return None

    def _file(self, path: Path, field_name: str) -> File:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or not os.access(path, os.R_OK):
            raise ArgumentsError("is no file that can be read", field=field_name, hint="name a plain file")
        kind = self._types.guess_type(path.name)[0]
        identity = (about.st_dev, about.st_ino)
        upload = Upload(path=str(path), size=about.st_size, mark=secrets.token_hex(20), identity=identity)
        name = os.fsencode(path.name).decode("utf-8", "replace")  # a name may be no text
        return File(data=upload, media_type=kind or UNKNOWN_TYPE, name=name)


def _is_rather_path(text: str) -> bool:
    """True for words between slashes, which base64 may be too: of two readings none is taken."""
    return len(text) < _LONGEST_GUESS and "/" in text and "+" not in text and "=" not in text


def _plain(text: str) -> str:
    """Return the path that a text means: of a file: URL its path, of "~/x" what it stands for."""
    if text[:5].lower() == "file:":
        return unquote(_path_of(text))
    return os.path.expanduser(text) if text.startswith("~/") else text


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # "file://[": no host that there can be
        return ""
