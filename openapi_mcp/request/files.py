"""Files that a caller gives as text: base64, or a `data:` URL that also says their type."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.media import sniffed_type

UNKNOWN_TYPE = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")  # RFC 6838


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The bytes of a file, its media type where that is known, and its name where one is given."""

    data: bytes = field(repr=False)
    media_type: str = UNKNOWN_TYPE
    name: str = ""


def read_file(text: object, field_name: str) -> File:
    """Return the file that a text stands for; a parameter `name` of a data: URL is the file's name.

    "aGk=" -> b"hi"; "data:text/plain;base64,aGk=" -> b"hi" of text/plain; "data:,hi" -> b"hi" (RFC 2397)

    Raises:
        ArgumentsError: neither base64 nor a data: URL.
    """
    if isinstance(text, str) and text[:5].lower() == "data:":
        return _from_data_url(text[5:], field_name)
    if isinstance(text, str):
        return File(data=_from_base64(text, field_name))
    raise _no_file(field_name)


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
    range_start = wanted.partition("*")[0].strip().lower()
    known = (file.media_type, sniffed_type(file.data))
    return next((media_type for media_type in known if media_type and media_type.startswith(range_start)), UNKNOWN_TYPE)


def _from_base64(text: str, field_name: str) -> bytes:
    """Decode either alphabet of RFC 4648, with or without padding and line breaks."""
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _no_file(field_name) from None


def _no_file(field_name: str) -> ArgumentsError:
    return ArgumentsError(
        "is neither base64 nor a data: URL", field=field_name, hint="give the file's bytes as base64 text"
    )
