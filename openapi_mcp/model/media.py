"""Kinds of media types (RFC 6838), by name, and by the first bytes of what is of them (WHATWG MIME Sniffing)."""

import re

_TEXT_ENDINGS = ("xml", "yaml", "javascript", "graphql", "csv", "sql", "toml", "ndjson", "jsonl", "json-seq")
_RECORDS = frozenset(
    (
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
        "application/jsonlines", "application/x-jsonlines", "application/json-lines", "application/x-json-lines",
        "application/stream+json", "application/x-json-stream", "application/json-seq", "text/x-ndjson", "text/jsonl",
    )
)  # fmt: skip
_SIGNATURES = (  # WHATWG MIME Sniffing section 6, where the first bytes alone say it
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\x00", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # section 3: what no text holds
_LOOKED_AT = 1445  # bytes; section 5.2


def plain_type(content_type: str) -> str:
    """Return the type without parameters, in lower case: "Text/HTML; charset=utf-8" -> "text/html"."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """True for application/json, text/json, any `+json` type, and the wildcards that admit JSON."""
    plain = plain_type(content_type)
    return plain in ("application/json", "text/json", "*/*", "application/*") or plain.endswith("+json")


def is_records(content_type: str) -> bool:
    """True for a type of many JSON texts: a line each (NDJSON, JSON Lines), or marked each (RFC 7464, RFC 8091)."""
    plain = plain_type(content_type)
    return plain in _RECORDS or plain.endswith("+json-seq")


def is_form(content_type: str) -> bool:
    """True for a URL-encoded form."""
    return plain_type(content_type) == "application/x-www-form-urlencoded"


def is_multipart(content_type: str) -> bool:
    """True for any multipart type."""
    plain = plain_type(content_type)
    return plain.startswith("multipart/") or plain.endswith("/form-data")  # application/form-data is a common slip


def is_xml(content_type: str) -> bool:
    """True for application/xml, text/xml and any `+xml` type."""
    return plain_type(content_type).endswith(("/xml", "+xml"))


def is_text(content_type: str) -> bool:
    """True for a type whose content is text and not JSON: text/*, XML, YAML and their kind."""
    plain = plain_type(content_type)
    return not is_json(plain) and (plain.startswith("text/") or plain.endswith(_TEXT_ENDINGS))


def sniffed_type(data: bytes) -> str:
    """Return the media type that the first bytes say, empty where they say none.

    b"%PDF-1.7..." -> "application/pdf"
    """
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    return next((kind for mark, kind in _SIGNATURES if data.startswith(mark)), "")


def looks_binary(data: bytes) -> bool:
    """True when bytes near the beginning are such as no text in an encoding of ASCII's kind holds."""
    return _BINARY.search(data, 0, _LOOKED_AT) is not None
