"""Bodies that are forms: URL-encoded, and multipart with files, JSON and headers of parts."""

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Encoding
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.media import is_json, is_xml
from openapi_mcp.model.message import Headers, Streamed, Upload
from openapi_mcp.model.xml import XmlNode
from openapi_mcp.request.files import UNKNOWN_TYPE, File, FindFile, is_data_url, kind_of, no_folder, read_file
from openapi_mcp.request.pairs import Pair, pairs, refuse_comma, refuse_taken, scalar
from openapi_mcp.request.xml import write_xml

_PLAIN = Encoding(field="")
_ESCAPES = str.maketrans({char: f"%{ord(char):02X}" for char in ('"', "\\", "\x7f", *map(chr, range(32)))})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFields:
    """What the document says of a form's fields: how each is written, which are files, what headers their parts have.

    `names` are those that it declares, given or not. With `files` None, where it names no fields, each that is a data:
    URL is a file.
    """

    encodings: Mapping[str, Encoding] = field(default_factory=dict)
    files: frozenset[str] | None = frozenset()
    headers: Mapping[str, Headers] = field(default_factory=dict)
    find: FindFile = no_folder
    names: frozenset[str] = frozenset()


def urlencoded(fields: Mapping[str, Any], form: FormFields) -> bytes:
    """Write a URL-encoded form: {"a": [1, 2], "b": {"c": 3}} -> b"a=1&a=2&b=%7B%22c%22%3A3%7D".

    A field is written in the style of its encoding; without one an array by repetition, an object as JSON text, and
    with a content type of JSON either of them.

    Raises:
        ArgumentsError: a value that its style cannot write.

    OAS 3.1.1, 4.8.15.1.2 and 4.8.15.2.
    """
    found = (
        pair.encoded(allow_reserved=encoding.allow_reserved)
        for name, value in fields.items()
        for encoding in (form.encodings.get(name, _PLAIN),)
        for pair in _pairs(name, _as_text(value, encoding), encoding, fields.keys() | form.names)
    )
    return "&".join(found).encode("ascii")


def _pairs(name: str, value: Any, encoding: Encoding, taken: Container[str]) -> list[Pair]:
    found = pairs(name, value, encoding.style or "form", explode=encoding.explode or encoding.style is None)
    refuse_taken(name, found, taken)
    return found


def _as_text(value: Any, encoding: Encoding) -> Any:
    """Return an object as JSON text, and an array too where JSON is what the document asks for."""
    if encoding.style is not None or not isinstance(value, (dict, list)):
        return value
    return write_json(value) if isinstance(value, dict) or _asks_for_json(encoding) else value


def _asks_for_json(encoding: Encoding) -> bool:
    return encoding.content_type is not None and is_json(encoding.content_type)


def multipart(fields: Mapping[str, Any], content_type: str, form: FormFields) -> tuple[bytes | Streamed, str]:
    """Write fields as parts (RFC 7578): an array is a part for each item, an object a part of JSON, a file a file.

    Returns the body, streamed where a file is read from disk, and the Content-Type with the boundary.

    Raises:
        ArgumentsError: a file that cannot be had, a value that its style cannot write.

    OAS 3.1.1, 4.8.15.1.2 and 4.8.15.1.3.
    """
    form = replace(form, names=form.names | fields.keys())
    parts = [part for name, value in fields.items() for part in _parts(name, value, form)]
    # A digest of the whole: the same call is the same bytes, and no content can hold its own boundary. The mark of a
    # file on disk stands for its content.
    seen = hashlib.sha256()
    for head, content in parts:
        seen.update(head)
        seen.update(content.mark.encode() if isinstance(content, Upload) else content)
    boundary = seen.hexdigest()[:40]
    pieces = [piece for part in parts for piece in (f"--{boundary}\r\n".encode(), *part, b"\r\n")]
    body = _joined([*pieces, f"--{boundary}--\r\n".encode()])
    kept = [word for word in content_type.split(";") if word.strip()[:9].lower() != "boundary="]
    return body, f"{';'.join(kept).strip()}; boundary={boundary}"


def _joined(pieces: Iterable[bytes | Upload]) -> bytes | Streamed:
    """Return the pieces as one text of bytes, or as few as the files among them allow."""
    joined: list[bytes | Upload] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return joined[0] if len(joined) == 1 and isinstance(joined[0], bytes) else Streamed(pieces=tuple(joined))


def _parts(name: str, value: Any, form: FormFields) -> Iterator[tuple[bytes, bytes | Upload]]:
    encoding, headers = form.encodings.get(name, _PLAIN), form.headers.get(name, ())
    is_file = form.files is not None and name in form.files
    if encoding.style is not None and not is_file:
        found = _pairs(name, value, encoding, form.names)
        refuse_comma(found)
        for pair in found:
            yield _head(pair.name, headers), pair.text.encode()
        return
    is_whole = isinstance(value, list) and _asks_for_json(encoding) and not is_file
    for item in value if isinstance(value, list) and not is_whole else [value]:
        if is_file or (form.files is None and is_data_url(item)):
            yield _file_part(name, read_file(item, name, form.find), encoding, headers)
        else:
            yield _plain_part(name, item, encoding, headers)


def _file_part(name: str, file: File, encoding: Encoding, headers: Headers) -> tuple[bytes, bytes | Upload]:
    wanted = _declared_type(encoding) or "*/*"
    is_one = "*" not in wanted and "," not in wanted
    content_type = wanted if is_one else kind_of(file, wanted)
    if not is_one and content_type == UNKNOWN_TYPE and "*/*" not in wanted and UNKNOWN_TYPE not in wanted:
        said = f"is {file.media_type}, but must be one of {wanted[:200]}"
        raise ArgumentsError(said, field=name, hint="give a data: URL with its type")
    return _head(name, headers, filename=file.name or name, content_type=content_type), file.data


def _plain_part(name: str, value: Any, encoding: Encoding, headers: Headers) -> tuple[bytes, bytes]:
    """Return a part that is no file; its type is the encoding's, where it names one and the value can be that."""
    wanted = _declared_type(encoding).partition(",")[0].strip()
    wanted = "" if "*" in wanted else wanted
    is_nested = isinstance(value, (dict, list))
    if isinstance(value, dict) and wanted and is_xml(wanted):
        return _head(name, headers, content_type=wanted), write_xml(value, XmlNode(name=name)).encode()
    if is_nested or (wanted and is_json(wanted)):
        content_type = wanted if wanted and is_json(wanted) else "application/json"
        return _head(name, headers, content_type=content_type), _json_text(value).encode()
    return _head(name, headers, content_type=wanted), scalar(value).encode()


def _declared_type(encoding: Encoding) -> str:
    """Return the type that an encoding names; "" for none, or one that no header can carry."""
    declared = encoding.content_type or ""
    return declared if declared.isascii() and declared.isprintable() else ""


def _json_text(value: Any) -> str:
    """Write JSON; a text that is an object or an array of JSON already stays as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            read_json(value)
        except ValueError:
            return write_json(value)
        return value
    return write_json(value)


def _head(name: str, headers: Headers, *, filename: str = "", content_type: str = "") -> bytes:
    """Write the head of a part, up to its content."""
    lines = [
        f'Content-Disposition: form-data; name="{_quoted(name)}"'
        + (f'; filename="{_quoted(filename)}"' if filename else "")
    ]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{key}: {value}" for key, value in headers]
    return "\r\n".join([*lines, "", ""]).encode()


def _quoted(name: str) -> str:
    """Escape a name as browsers do (WHATWG HTML, multipart/form-data encoding algorithm), and what they let through.

    A backslash is the start of an escape to readers (RFC 9110 section 5.6.4): at the end it would hide the quote.
    """
    return name.translate(_ESCAPES)
