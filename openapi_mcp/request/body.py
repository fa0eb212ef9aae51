"""Request bodies: JSON, form, multipart, text and bytes."""

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.media import is_form, is_json, is_multipart, is_text, is_xml
from openapi_mcp.model.xml import XmlNode
from openapi_mcp.request.files import File, kind_of, read_file
from openapi_mcp.request.style import form_pairs, scalar
from openapi_mcp.request.xml import write_xml


def encode_body(
    value: Any, content_type: str, files: frozenset[str] | None = frozenset(), xml: XmlNode | None = None
) -> tuple[bytes, str]:
    """Return a body's bytes by its media type, and the Content-Type to send with them.

    {"a": [1, 2]} -> b'{"a":[1,2]}' as JSON, b"a=1&a=2" as a form, where an object stands as JSON text (OAS 3.1.1,
    Encoding Object, `contentType`). `files` are the fields of a multipart body that are files; with None, where the
    document names no fields, each that is a data: URL. Text is in the charset that its type names; an object that is
    XML is written as `xml` says. Of a type that is not known here text goes as it is, all else as JSON.

    Raises:
        ArgumentsError: a form whose body is no object, a file that cannot be read, text that its charset cannot hold,
            an object that cannot be XML.
    """
    if is_form(content_type):
        return _form(_fields(value)), content_type
    if is_multipart(content_type):
        return _multipart(_fields(value), content_type.partition(";")[0].strip(), files)
    if is_xml(content_type):
        return _xml(value, content_type, xml or XmlNode()), content_type
    if is_text(content_type):
        return _text(scalar(value), content_type), content_type
    return (write_json(value) if is_json(content_type) else scalar(value)).encode(), content_type


def encode_file(value: Any, content_type: str) -> tuple[bytes, str]:
    """Return the bytes of a body that is a file; for a wildcard the type is what the file says that it is.

    ("data:image/png;base64,aGk=", "image/*") -> (b"hi", "image/png")

    Raises:
        ArgumentsError: neither base64 nor a data: URL.
    """
    file = read_file(value, "body")
    return file.data, kind_of(file, content_type) if "*" in content_type else content_type


def _fields(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise ArgumentsError("must be an object: the body is a form", field="body", hint="give its fields by name")


def _xml(value: Any, content_type: str, node: XmlNode) -> bytes:
    if isinstance(value, dict):
        head = f'<?xml version="1.0" encoding="{_charset(content_type)}"?>\n'
        return _text(head + write_xml(value, node), content_type)
    if isinstance(value, str):
        return _text(value, content_type)
    raise ArgumentsError("must be text or an object: the body is XML", field="body", hint="give its fields by name")


def _text(text: str, content_type: str) -> bytes:
    charset = _charset(content_type)
    try:
        return text.encode(charset)
    except UnicodeError:  # not only of encoding: `idna` and its kind have errors of their own
        hint = f"leave out what {charset} has no character for"
        raise ArgumentsError("holds a character outside its charset", field="body", hint=hint) from None


def _charset(content_type: str) -> str:
    """Return the charset that a media type names; UTF-8 where it names none that is known here."""
    words = (word.strip() for word in content_type.split(";"))
    charset = next((word[8:].strip("\"' ") for word in words if word[:8].lower() == "charset="), "")
    try:
        return charset if codecs.lookup(charset)._is_text_encoding else "UTF-8"
    except (LookupError, ValueError):  # a NUL in it
        return "UTF-8"


def _form(fields: Mapping[str, Any]) -> bytes:
    texts = {name: write_json(item) if isinstance(item, dict) else item for name, item in fields.items()}
    return "&".join(pair for name, item in texts.items() for pair in form_pairs(name, item)).encode("ascii")


def _multipart(fields: Mapping[str, Any], content_type: str, files: frozenset[str] | None) -> tuple[bytes, str]:
    """Write fields as parts (RFC 7578): an array is a part for each item, an object a part of JSON."""
    parts = [_part(name, value) for name, value in _items(fields, files)]
    # A digest of the whole: the same call is the same bytes, and no content can hold its own boundary.
    boundary = hashlib.sha256(b"".join(parts)).hexdigest()[:40]
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, f"{content_type}; boundary={boundary}"


def _items(fields: Mapping[str, Any], files: frozenset[str] | None) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            is_file = _is_data_url(item) if files is None else name in files
            yield name, read_file(item, name) if is_file else item


def _is_data_url(value: Any) -> bool:
    return isinstance(value, str) and value[:5].lower() == "data:" and "," in value


def _part(name: str, value: Any) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    match value:
        case File():
            head = f'{disposition}; filename="{_quoted(value.name or name)}"\r\nContent-Type: {value.media_type}'
            content = value.data
        case dict() | list():
            head, content = f"{disposition}\r\nContent-Type: application/json", write_json(value).encode()
        case _:
            head, content = disposition, scalar(value).encode()
    return head.encode() + b"\r\n\r\n" + content


def _quoted(name: str) -> str:
    """Escape a name as browsers do (WHATWG HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
