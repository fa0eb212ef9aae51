"""The request body as arguments: the media type to send, and the fields of an object body side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.generator.schema import find
from openapi_mcp.model.document import MediaType, RequestBody, Schema
from openapi_mcp.model.media import is_form, is_json, is_multipart, is_text, plain_type

_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"}
_PLAIN_WORDS = _ANNOTATIONS | {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "allOf",
    "$ref",
    "minProperties",
}
_MAX_PARTS = 200  # parts of one `allOf`, nested ones included


def choose_media_type(body: RequestBody) -> MediaType | None:
    """Return the media type to send: JSON before forms before text before bytes; None where no header can carry any."""
    sendable = [media for media in body.content if media.content_type.isascii() and media.content_type.isprintable()]
    return min(sendable, key=lambda media: _rank(media.content_type), default=None)


def _rank(content_type: str) -> int:
    kinds = (_is_plain_json, _is_json_by_name, is_form, is_multipart, is_text, is_json)
    return next((rank for rank, is_kind in enumerate(kinds) if is_kind(content_type)), len(kinds))


def _is_plain_json(content_type: str) -> bool:
    return plain_type(content_type) == "application/json"


def _is_json_by_name(content_type: str) -> bool:
    return is_json(content_type) and "*" not in content_type


@dataclass(slots=True)
class ObjectBody:
    """The fields of an object body: their schemas by name, and which of them the body must have."""

    properties: dict[str, Schema] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)


def object_body(schemas: Mapping[str, Schema], schema: Schema) -> ObjectBody | None:
    """Return the fields of a plain object, `allOf` merged; None for all else: arrays, scalars, maps, alternatives.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    body = ObjectBody()
    for part in _parts(schemas, schema):
        if part is None or not _is_plain(part):
            return None
        for name, value in part.get("properties", {}).items():
            known = body.properties.get(name)
            body.properties[name] = value if known is None or known == value else {"allOf": [known, value]}
        body.required.update(part.get("required", ()))
    return body if body.properties else None


def as_file(schemas: Mapping[str, Schema], schema: Schema) -> Schema | None:
    """Return what a caller sees of a field that is a file, or a list of files; None where it is neither.

    OAS 3.0: `format: binary`; OAS 3.1: `contentMediaType` without `contentEncoding`.
    """
    found = find(schemas, schema)
    said = {key: found[key] for key in ("description",) if key in found} | {
        key: schema[key] for key in ("description",) if key in schema
    }
    if found.get("type") == "array" and (item := as_file(schemas, found.get("items", {}))) is not None:
        return {"type": "array", "items": {key: item[key] for key in ("type", "contentEncoding")}, **_file_words(said)}
    is_bytes = "contentMediaType" in found and "contentEncoding" not in found
    if found.get("type", "string") == "string" and (found.get("format") == "binary" or is_bytes):
        return {"type": "string", "contentEncoding": "base64", **_file_words(said)}
    return None


def _file_words(said: Mapping[str, Any]) -> dict[str, Any]:
    """Say which forms a file takes, after what the document says of it."""
    return {"description": f"{said.get('description', '')} File: base64, or a data: URL with its type.".strip()}


def _parts(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[Schema | None]:
    """Yield the schema and all in its `allOf`, references followed; None when they do not come to an end."""
    waiting = [schema]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = find(schemas, waiting.pop(0))
        waiting[:0] = part.get("allOf", ())
        yield part
    yield None


def _is_plain(part: Schema) -> bool:
    extra: Any = part.get("additionalProperties")
    return (
        set(part) <= _PLAIN_WORDS
        and part.get("type", "object") == "object"
        and not (isinstance(extra, Mapping) and extra)
    )
