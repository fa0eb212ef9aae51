"""Request bodies: JSON, form, multipart, text and bytes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.media import is_form, is_json, is_multipart, is_text
from openapi_mcp.request.files import UNKNOWN_TYPE, File, read_file
from openapi_mcp.request.style import form_pairs, scalar


def encode_body(value: Any, content_type: str, files: frozenset[str] = frozenset()) -> tuple[bytes, str]:
    """Return a body's bytes by its media type, and the Content-Type to send with them.

    {"a": [1, 2]} -> b'{"a":[1,2]}' as JSON, b"a=1&a=2" as a form, where an object stands as JSON text (OAS 3.1.1,
    Encoding Object, `contentType`). `files` are the fields of a multipart body that are files; a body of any other type
    than JSON, form and text is a file itself.

    Raises:
        ArgumentsError: a form whose body is no object, a file that cannot be read.
    """
    if is_json(content_type):
        return write_json(value).encode(), content_type
    if is_form(content_type):
        return _form(_fields(value)), content_type
    if is_multipart(content_type):
        return _multipart(_fields(value), content_type.partition(";")[0].strip(), files)
    if is_text(content_type):
        return scalar(value).encode(), content_type
    file = read_file(value, "body")
    return file.data, file.media_type if "*" in content_type else content_type


def _fields(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise ArgumentsError("must be an object: the body is a form", field="body", hint="give its fields by name")


def _form(fields: Mapping[str, Any]) -> bytes:
    texts = {name: write_json(item) if isinstance(item, dict) else item for name, item in fields.items()}
    return "&".join(pair for name, item in texts.items() for pair in form_pairs(name, item)).encode("ascii")


def _multipart(fields: Mapping[str, Any], content_type: str, files: frozenset[str]) -> tuple[bytes, str]:
    """Write fields as parts (RFC 7578): an array is a part for each item, an object a part of JSON."""
    parts = [
        _part(name, read_file(item, name) if name in files else item)
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    # A digest of the whole: the same call is the same bytes, and no content can hold its own boundary.
    boundary = hashlib.sha256(b"".join(parts)).hexdigest()[:40]
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, f"{content_type}; boundary={boundary}"


def _part(name: str, value: Any) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    match value:
        case File():
            media_type = value.media_type or UNKNOWN_TYPE
            head = f'{disposition}; filename="{_quoted(name)}"\r\nContent-Type: {media_type}'
            content = value.data
        case dict() | list():
            head, content = f"{disposition}\r\nContent-Type: application/json", write_json(value).encode()
        case _:
            head, content = disposition, scalar(value).encode()
    return head.encode() + b"\r\n\r\n" + content


def _quoted(name: str) -> str:
    """Escape a name as browsers do (WHATWG HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
