"""Request bodies by their media type: JSON, forms, XML, text and bytes."""

import codecs
from collections.abc import Mapping
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.media import is_form, is_json, is_multipart, is_text, is_xml
from openapi_mcp.model.message import Streamed
from openapi_mcp.model.xml import XmlNode
from openapi_mcp.request.files import FindFile, kind_of, no_folder, read_file
from openapi_mcp.request.form import FormFields, multipart, urlencoded
from openapi_mcp.request.pairs import scalar
from openapi_mcp.request.xml import write_xml

_NO_FIELDS = FormFields()


def encode_body(
    value: Any, content_type: str, form: FormFields = _NO_FIELDS, xml: XmlNode | None = None
) -> tuple[bytes | Streamed, str]:
    """Return a body by its media type, and the Content-Type to send with it.

    {"a": [1, 2]} -> b'{"a":[1,2]}' as JSON, b"a=1&a=2" as a form; a form that is text goes as it is. Text is in the
    charset that its type names; an object that is XML is written as `xml` says. Of a type that is not known here text
    goes as it is, all else as JSON.

    Raises:
        ArgumentsError: a form whose body is no object, a file that cannot be had, text that its charset cannot hold, an
            object that cannot be XML.
    """
    if is_form(content_type):
        return value.encode() if isinstance(value, str) else urlencoded(_fields(value), form), content_type
    if is_multipart(content_type):
        return multipart(_fields(value), content_type, form)
    if is_xml(content_type):
        return _xml(value, content_type, xml or XmlNode()), content_type
    if is_text(content_type):
        return _text(scalar(value), content_type), content_type
    return (write_json(value) if is_json(content_type) else scalar(value)).encode(), content_type


def encode_file(value: Any, content_type: str, find: FindFile = no_folder) -> tuple[bytes | Streamed, str]:
    """Return a body that is a file; for a wildcard the type is what the file says that it is.

    ("data:image/png;base64,aGk=", "image/*") -> (b"hi", "image/png")

    Raises:
        ArgumentsError: neither base64 nor a data: URL nor a file that may be sent.
    """
    file = read_file(value, "body", find)
    data = file.data if isinstance(file.data, bytes) else Streamed(pieces=(file.data,))
    return data, kind_of(file, content_type) if "*" in content_type else content_type


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
