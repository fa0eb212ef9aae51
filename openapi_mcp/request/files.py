"""Files that a caller gives as text: base64, or a `data:` URL that also says their type."""

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from openapi_mcp.errors import ArgumentsError

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The bytes of a file, and its media type where that is known."""

    data: bytes = field(repr=False)
    media_type: str = UNKNOWN_TYPE


def read_file(text: object, field_name: str) -> File:
    """Return the file that a text stands for.

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
    media_type = words[0] if "/" in words[0] and words[0].isascii() and words[0].isprintable() else UNKNOWN_TYPE
    raw = unquote_to_bytes(content)
    if words[-1].lower() == "base64":
        raw = _from_base64(raw.decode("ascii", "replace"), field_name)
    return File(data=raw, media_type=media_type)


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
