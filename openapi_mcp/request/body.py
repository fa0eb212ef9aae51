"""Request bodies: JSON, form and text."""

from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.request.style import form_pairs, scalar


def encode_body(value: Any, content_type: str) -> bytes:
    """Return a body's bytes by its media type.

    {"a": [1, 2]} -> b'{"a":[1,2]}' as JSON, b"a=1&a=2" as a form, where an object stands as JSON text (OAS 3.1.1,
    Encoding Object, `contentType`)

    Raises:
        ArgumentsError: a form whose body is no object.
    """
    plain = content_type.partition(";")[0].strip().lower()
    if plain == "application/x-www-form-urlencoded":
        return _form(value)
    if plain.startswith("text/") and not plain.endswith("json"):
        return scalar(value).encode()
    return write_json(value).encode()


def _form(value: Any) -> bytes:
    if not isinstance(value, dict):
        raise ArgumentsError("must be an object: the body is a form", field="body", hint="give its fields by name")
    texts = {name: write_json(item) if isinstance(item, dict) else item for name, item in value.items()}
    return "&".join(pair for name, item in texts.items() for pair in form_pairs(name, item)).encode("ascii")
