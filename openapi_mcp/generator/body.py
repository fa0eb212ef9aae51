"""The request body as arguments: the media type to send, and the fields of an object body side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.generator.schema import find
from openapi_mcp.model.document import MediaType, RequestBody, Schema

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
    """Return the media type to send: JSON before a form before text; None where none of these is declared."""
    ranked = [
        (rank, index) for index, media in enumerate(body.content) if (rank := _rank(media.content_type)) is not None
    ]
    return body.content[min(ranked)[1]] if ranked else None


def is_json(content_type: str) -> bool:
    """True for application/json, any `+json` type, and the wildcards that admit JSON."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain in ("application/json", "text/json", "*/*", "application/*") or plain.endswith("+json")


def _rank(content_type: str) -> int | None:
    if not content_type.isascii() or not content_type.isprintable():
        return None  # no header can carry it
    plain = content_type.partition(";")[0].strip().lower()
    if plain == "application/json":
        return 0
    if is_json(plain):
        return 1 if plain.endswith("json") else 4
    if plain == "application/x-www-form-urlencoded":
        return 2
    return 3 if plain.startswith("text/") else None


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
