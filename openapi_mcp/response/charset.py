"""Bytes as text: by their byte order mark, the charset that is named, or UTF-8."""

import codecs
import re

# Codecs of Python that are no charset of an answer: they know no "replace", are slow, or make lone surrogates.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
_MARKS = (  # the longer of those that begin alike first
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LITTLE_ENDIAN = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}  # without a mark: Encoding Standard 4.2
_NAMED_INSIDE = re.compile(
    rb"""<\?xml[^>]*?encoding=["']([\w.:-]+)|<meta[^>]*?charset=["']?([\w.:-]+)""", re.IGNORECASE
)
_LOOKED_AT = 1024  # bytes; HTML Standard, 4.2.5.5


def charset_of(content_type: str) -> str | None:
    """Return Python's name of the charset that a Content-Type names, None where it names none that is known."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return _known(value.strip().strip("\"'"))
    return None


def charset_inside(body: bytes) -> str | None:
    """Return the charset that an XML declaration or an HTML `meta` names (RFC 7303 section 3)."""
    found = _NAMED_INSIDE.search(body, 0, _LOOKED_AT)
    name = _known((found[1] or found[2]).decode("ascii", "replace")) if found else None
    return None if name and name.startswith(("utf-16", "utf-32")) else name  # it could not have been read


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding and found.name not in _NO_CHARSETS else None


def decode_text(body: bytes, charset: str | None, *, is_whole: bool = True) -> tuple[str, bool]:
    """Return a body as text, without its byte order mark, and whether all of it could be read.

    What cannot be read becomes U+FFFD. Where the body is not whole, half a character at its end is left out.
    """
    codec = charset or "utf-8"
    for mark, marked in _MARKS:
        if body.startswith(mark):
            body, codec = body[len(mark) :], marked
            break
    else:
        codec = _LITTLE_ENDIAN.get(codec, codec)
    try:
        return _decoded(body, codec, "strict", is_whole), True
    except UnicodeError:
        return _decoded(body, codec, "replace", is_whole), False


def _decoded(body: bytes, codec: str, errors: str, is_whole: bool) -> str:
    if is_whole:
        return body.decode(codec, errors)
    return codecs.getincrementaldecoder(codec)(errors).decode(body)


def decode_json(body: bytes, charset: str | None) -> tuple[str, bool]:
    """Return JSON's text, and whether all of it could be read: UTF-8 (RFC 8259 section 8.1), UTF-16, UTF-32.

    A charset has no meaning for JSON: it is asked only where the body is none of these.
    """
    if b"\0" in body[:4] and not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_text(body, _wide_codec(body[:4]))
    text, is_read = decode_text(body, None)
    return (text, is_read) if is_read or charset is None else decode_text(body, charset)


def _wide_codec(start: bytes) -> str:
    """Return the encoding that the zeros around the first, ASCII, character tell: RFC 4627 section 3."""
    if start[:1] == b"\0":
        return "utf-16-be" if start[1:2] != b"\0" else "utf-32-be"
    return "utf-32-le" if start[1:4] == b"\0\0\0" else "utf-16-le"
