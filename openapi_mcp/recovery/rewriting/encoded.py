"""Base64 in its several forms, told from texts that are none."""

import base64
import binascii
import re

from openapi_mcp.model.media import sniffed_type

_LONGEST = 20_000_000  # characters
_LINES = (64, 76)  # characters in a line: RFC 7468 section 2, RFC 2045 section 6.8
_DATA_URL = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_ALPHABET = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_READABLE = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")


def bytes_in(text: str) -> bytes | None:
    """Return the bytes that a text surely is base64 of, in any form of it: either alphabet, lines, a data: URL.

    "aGVsbG8gdGhlcmU" -> b"hello there". None for a text that may be no base64 at all: without padding, lines or a
    data: URL it counts as such only where its bytes can be read, as text or as a file, and where not all of its letters
    are small, as those of words are.
    RFC 4648 sections 4 and 5; RFC 2397.
    """
    if len(text) > _LONGEST:
        return None
    head = _DATA_URL.match(text)
    body = text[head.end() :] if head else text
    lines = body.split()
    plain = "".join(lines)
    if not plain or not _ALPHABET.fullmatch(plain) or ({"+", "/"} & set(plain) and {"-", "_"} & set(plain)):
        return None
    data = _decoded(plain)
    is_padded = plain.endswith("=") and len(plain) % 4 == 0
    is_sure = head is not None or is_padded or _is_wrapped(lines)
    return data if data and (is_sure or (plain != plain.lower() and _can_be_read(data))) else None


def _decoded(text: str) -> bytes | None:
    """Return the bytes of one line of base64, None for what is none, or has bits that no byte is made of."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    padded = plain + "=" * (-len(plain) % 4)
    try:
        data = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == padded else None


def _is_wrapped(lines: list[str]) -> bool:
    """True for lines all of the one length that base64 is wrapped at, but for the last."""
    lengths = {len(line) for line in lines[:-1]}
    return len(lengths) == 1 and lengths <= set(_LINES) and len(lines[-1]) <= max(lengths)


def _can_be_read(data: bytes) -> bool:
    if sniffed_type(data):
        return True
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return len(text) > 3 and _READABLE.fullmatch(text) is not None
