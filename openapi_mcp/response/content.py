"""What a body really is: as its Content-Type says, and where that cannot be, as its bytes do.

Nothing is accused wrongly: another type is only said where the bytes are certain of it.
"""

from dataclasses import dataclass, field, replace

from openapi_mcp.model.jsontext import BeyondReadingError, JsonValue, read_mended_json
from openapi_mcp.model.media import is_records, is_text, looks_binary, plain_type, sniffed_type
from openapi_mcp.model.text import one_line
from openapi_mcp.response.charset import charset_inside, charset_of, decode_json, decode_text
from openapi_mcp.response.records import NotARecordError, Records, UnreadRecordsError, read_records
from openapi_mcp.response.weight import is_heavy

UNKNOWN_TYPE = "application/octet-stream"
_SAYS_NOTHING = frozenset(
    ("", UNKNOWN_TYPE, "binary/octet-stream", "application/unknown", "unknown/unknown", "application/binary", "*/*")
)
_TEXT_ENDINGS = ("/x-www-form-urlencoded", "/ecmascript", "mpegurl")
_MAY_SHOW_HTML = ("text/plain", "text/html", "text/markdown", "text/x-", "text/event-stream")
_ALIASES = {
    "image/apng": "image/png", "image/x-png": "image/png", "image/vnd.mozilla.apng": "image/png",
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/jfif": "image/jpeg", "image/x-bmp": "image/bmp",
    "image/x-ms-bmp": "image/bmp", "application/x-pdf": "application/pdf", "application/x-gzip": "application/gzip",
    "application/x-zip-compressed": "application/zip", "application/x-zip": "application/zip",
}  # fmt: skip
# Types whose every file begins with a mark that we know: without it a body is none of them.
_MARKED = frozenset(
    ("image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "application/pdf", "application/zip")
) | {"application/gzip"}
_LOOKED_AT = 512  # bytes
_BEFORE = b"\xef\xbb\xbf \t\r\n"  # a byte order mark and white space
_UNREAD = "what could not be read as text stands as U+FFFD"
_NOT_UTF_8 = f"the body is not all UTF-8: {_UNREAD}"
_HEAVY = "has too many parts to be read as JSON"
_MENDED = "half a surrogate pair stands as U+FFFD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """JSON where it `is_json`, else text, else bytes of a media type.

    `said` is how the body misses what is said of it; `is_cut` where a last record that is not whole was left out.
    """

    value: JsonValue = None
    is_json: bool = False
    text: str | None = None
    data: bytes | None = field(default=None, repr=False)
    media_type: str = ""
    said: tuple[str, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    data: bytes
    kind: str
    charset: str | None
    is_whole: bool

    def is_rather(self, what: str) -> tuple[str, ...]:
        return (f"Content-Type says {one_line(self.kind, 80)}, the body is {what}",)


def is_json_type(kind: str) -> bool:
    """True for a media type that is one JSON text."""
    return kind.endswith(("/json", "+json"))


def read_content(content_type: str, data: bytes, *, is_whole: bool = True) -> Content:
    """Return what a body holds; where it is not whole, what came of it is no mismatch.

    ("application/json", b"[1]") -> JSON; ("application/json", b"<html>") -> text, said to be HTML

    RFC 9110 section 8.3; WHATWG MIME Sniffing.
    """
    kind = plain_type(content_type)
    body = _Body(data=data, kind=kind, charset=charset_of(content_type), is_whole=is_whole)
    if is_records(kind):
        return _records(body)
    if is_json_type(kind):
        return _json(body)
    if kind in _SAYS_NOTHING:
        return _unknown(body)
    return _text(body) if is_text(kind) or kind.endswith(_TEXT_ENDINGS) else _binary(body)


def _json(body: _Body) -> Content:
    if is_heavy(body.data):
        return _unread(body, _HEAVY)
    text, is_read = decode_json(body.data, body.charset)
    try:
        value, is_mended = read_mended_json(text)
    except BeyondReadingError as error:
        return _unread(body, error.what)
    except ValueError:
        return _lines(body, text) or _other(body, "not JSON")
    return Content(value=value, is_json=True, said=_changes(is_read, is_mended))


def _changes(is_read: bool, is_mended: bool) -> tuple[str, ...]:
    """Say what in JSON was replaced to make it text that UTF-8 can carry."""
    return (() if is_read else (_NOT_UTF_8,)) + ((_MENDED,) if is_mended else ())


def _unread(body: _Body, what: str) -> Content:
    """Return as text what is JSON, or may well be, and is not read."""
    content = _as_text(body)
    return replace(content, said=(f"the body {what}, so it stands here as text", *content.said))


def _lines(body: _Body, text: str) -> Content | None:
    """Return the records of a body that should be one JSON text, None where it is not several either."""
    try:
        records = read_records(text, is_whole=body.is_whole)
    except NotARecordError:
        return None
    except UnreadRecordsError as error:
        return _unread(body, str(error)) if _is_a_record(text) else None
    if len(records.values) < (2 if body.is_whole else 1):
        return None
    said = body.is_rather(f"{len(records.values)} JSON texts, one a line")
    return _content(records, said)


def _is_a_record(text: str) -> bool:
    """True where the first line is one JSON text: what follows are others, and not its rest."""
    try:
        read_records(text.partition("\n")[0])
    except ValueError:
        return False
    return True


def _content(records: Records, said: tuple[str, ...] = ()) -> Content:
    said = (*said, *_changes(True, records.is_mended))
    return Content(value=records.values, is_json=True, said=said, is_cut=records.is_cut)


def _records(body: _Body) -> Content:
    if is_heavy(body.data):
        return _unread(body, _HEAVY)
    text, is_read = decode_json(body.data, body.charset)
    try:
        records = read_records(text, is_whole=body.is_whole)
    except UnreadRecordsError as error:
        return _unread(body, str(error))
    except NotARecordError as error:
        if one := _one_json(body):
            return replace(one, said=(*body.is_rather("one JSON text"), *one.said))
        return _other(body, f"not that: {error}")
    return _content(records, () if is_read else (_NOT_UTF_8,))


def _other(body: _Body, otherwise: str) -> Content:
    """Return what should be JSON and is not: bytes that are certain, else text."""
    found = _certain_type(body.data)
    if found:
        return _bytes(body, found, body.is_rather(found))
    what = "HTML" if _is_html(body.data) else otherwise
    content = _as_text(body)
    return replace(content, said=(*body.is_rather(what), *content.said)) if body.is_whole else content


def _unknown(body: _Body) -> Content:
    """Return what has no type, or one that says nothing: RFC 9110 section 8.3 lets a recipient look."""
    found = _certain_type(body.data)
    if found:
        return _bytes(body, found)
    return _one_json(body, b'{["') or _clean_text(body) or _bytes(body, body.kind or UNKNOWN_TYPE)


def _text(body: _Body) -> Content:
    found = _certain_type(body.data)
    if found:
        return _bytes(body, found, body.is_rather(found))
    is_markup = body.kind.endswith(("html", "xml"))
    if is_markup and (one := _one_json(body)):
        return replace(one, said=(*body.is_rather("JSON"), *one.said))
    if body.charset is None and looks_binary(body.data) and not decode_text(body.data, None, is_whole=body.is_whole)[1]:
        return _bytes(body, UNKNOWN_TYPE, body.is_rather("no text"))
    content = _as_text(body)
    if not is_markup and not body.kind.startswith(_MAY_SHOW_HTML) and _is_html(body.data):
        return replace(content, said=(*body.is_rather("HTML"), *content.said))
    return content


def _binary(body: _Body) -> Content:
    kind = _ALIASES.get(body.kind, body.kind)
    found = sniffed_type(body.data)
    if not found:
        return _unmarked(body, kind)
    if "*" in kind:
        return _bytes(body, found)
    is_other_image = kind.startswith(("image/", "audio/", "video/")) and found.startswith(("image/", "application/pdf"))
    if found != kind and (kind in _MARKED or is_other_image):
        return _bytes(body, found, body.is_rather(found))
    return _bytes(body, body.kind)


def _unmarked(body: _Body, kind: str) -> Content:
    """Return what says to be binary and begins with no mark that we know."""
    is_media = kind.startswith(("image/", "audio/", "video/", "font/"))
    one = _one_json(body)
    if one:
        return replace(one, said=(*body.is_rather("JSON"), *one.said)) if is_media or kind in _MARKED else one
    text = _clean_text(body) if kind in _MARKED or (is_media and _is_html(body.data)) else None
    if text:
        return replace(text, said=body.is_rather("HTML" if _is_html(body.data) else "text"))
    return (None if is_media or body.charset is None else _clean_text(body)) or _bytes(body, body.kind)


def _certain_type(data: bytes) -> str:
    """Return the type that the first bytes say where no text could begin so, else nothing."""
    found = sniffed_type(data)
    return found if found == "application/pdf" or looks_binary(data) else ""


def _one_json(body: _Body, starts: bytes = b"{[") -> Content | None:
    """Return a body that holds one JSON object or array, whatever it says of itself."""
    first = body.data[:_LOOKED_AT].lstrip(_BEFORE)[:1]
    if not first or first not in starts:
        return None
    text, is_read = decode_json(body.data, body.charset)
    try:
        value, is_mended = read_mended_json(text)
    except ValueError:
        return None
    return Content(value=value, is_json=True, said=_changes(True, is_mended)) if is_read else None


def _clean_text(body: _Body) -> Content | None:
    """Return a body that is text beyond doubt: every character can be read, and none is one that no text holds."""
    text, is_read = decode_text(body.data, body.charset, is_whole=body.is_whole)
    return Content(text=text) if is_read and not looks_binary(text[:_LOOKED_AT].encode()) and "\0" not in text else None


def _as_text(body: _Body) -> Content:
    charset = body.charset or charset_inside(body.data)
    text, is_read = decode_text(body.data, charset, is_whole=body.is_whole)
    if is_read:
        return Content(text=text)
    return Content(text=text, said=(f"the body is not all {charset or 'UTF-8'}: {_UNREAD}",))


def _bytes(body: _Body, media_type: str, said: tuple[str, ...] = ()) -> Content:
    return Content(data=body.data, media_type=media_type, said=said)


def _is_html(data: bytes) -> bool:
    return data[:_LOOKED_AT].lstrip(_BEFORE).lower().startswith((b"<!doctype html", b"<html"))
