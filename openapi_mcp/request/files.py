"""Files that a caller gives as text: base64, a `data:` URL that also says their type, or a path where they may."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.media import sniffed_type
from openapi_mcp.model.message import Upload

UNKNOWN_TYPE = "application/octet-stream"
_LONGEST_PATH = 4_096  # characters
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\s*")  # RFC 4648, padded
_PATH_STARTS = ("./", "../", "~/", "file:", ".\\", "..\\")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")  # RFC 6838


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file: its bytes or where they are on disk, its media type where that is known, its name where one is given."""

    data: bytes | Upload = field(repr=False)
    media_type: str = UNKNOWN_TYPE
    name: str = ""


FindFile = Callable[[str, str], File | None]
"""Returns the file that a path names, None for a text that names none; (text, field) raise an ArgumentsError."""


def no_folder(text: str, field_name: str) -> None:
    """Find no file: no folder is allowed. A text that can only be a path is refused with that.

    Raises:
        ArgumentsError: the text is a path.
    """
    if is_path(text):
        hint = "start the server with --files DIR to send files below DIR, or give base64 or a data: URL"
        raise ArgumentsError("is a path, and no folder of files is open to calls", field=field_name, hint=hint)


def is_path(text: str) -> bool:
    """True for a text that can only be a path. Base64 may begin with a slash too, as a JPEG's does: "/9j/4AAQ"."""
    is_short = len(text) < _LONGEST_PATH
    return is_short and (text.startswith(_PATH_STARTS) or (text[:1] == "/" and not _BASE64.fullmatch(text)))


def is_data_url(value: object) -> bool:
    """True for a `data:` URL (RFC 2397)."""
    return isinstance(value, str) and value[:5].lower() == "data:" and "," in value


def read_file(text: object, field_name: str, find: FindFile = no_folder) -> File:
    """Return the file that a text stands for; a parameter `name` of a data: URL is the file's name.

    "aGk=" -> b"hi"; "data:text/plain;base64,aGk=" -> b"hi" of text/plain; "data:,hi" -> b"hi" (RFC 2397); a path is
    what `find` makes of it

    Raises:
        ArgumentsError: neither base64 nor a data: URL nor a path that `find` allows.
    """
    if not isinstance(text, str):
        raise _no_file(field_name)
    if text[:5].lower() == "data:":
        return _from_data_url(text[5:], field_name)
    found = find(text, field_name) if len(text) < _LONGEST_PATH else None
    return found or File(data=_from_base64(text, field_name))


def _from_data_url(text: str, field_name: str) -> File:
    head, comma, content = text.partition(",")
    if not comma:
        raise _no_file(field_name)
    words = [word.strip() for word in head.split(";")]
    media_type = words[0].lower() if _MEDIA_TYPE.fullmatch(words[0]) else UNKNOWN_TYPE
    name = next((unquote(word[5:]) for word in words if word[:5].lower() == "name="), "")
    raw = unquote_to_bytes(content)
    if words[-1].lower() == "base64":
        raw = _from_base64(raw.decode("ascii", "replace"), field_name)
    return File(data=raw, media_type=media_type, name=name)


def kind_of(file: File, wanted: str) -> str:
    """Return a concrete media type for a file where a wildcard is declared: as it says, else as its first bytes do.

    OAS 3.1.1, Media Type Object: "image/*" is a range (RFC 9110 section 12.5.1).
    """
    ranges = tuple(one.partition("*")[0].strip().lower() for one in wanted.split(","))
    sniffed = sniffed_type(file.data) if isinstance(file.data, bytes) else None
    known = (sniffed, file.media_type) if file.media_type == UNKNOWN_TYPE else (file.media_type, sniffed)
    return next((media_type for media_type in known if media_type and media_type.startswith(ranges)), UNKNOWN_TYPE)


def _from_base64(text: str, field_name: str) -> bytes:
    """Decode either alphabet of RFC 4648, with or without padding; line breaks may stand in it, blanks may not."""
    plain = "".join(text.strip().splitlines()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _no_file(field_name) from None


def _no_file(field_name: str) -> ArgumentsError:
    return ArgumentsError(
        "is neither base64 nor a data: URL",
        field=field_name,
        hint="give the file's bytes as base64 text; a path is for servers that were started with --files DIR",
    )
