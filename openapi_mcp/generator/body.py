"""The request body as arguments: the media type to send, and the fields of an object body side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.generator.schema import find, map_children
from openapi_mcp.model.document import MediaType, RequestBody, Schema
from openapi_mcp.model.media import is_form, is_json, is_multipart, is_text, plain_type
from openapi_mcp.model.text import one_line
from openapi_mcp.model.xml import ROOT

_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "xml"}
_PLAIN_WORDS = _ANNOTATIONS | {
    "type",
    "properties",
    "required",
    "dependentRequired",  # left to the API, as minProperties is: fields that stand side by side cannot say it
    "additionalProperties",
    "allOf",
    "$ref",
    "minProperties",
}
_MAX_PARTS = 200  # parts of one `allOf`, nested ones included
_BINARY_ENDINGS = ("/octet-stream", "/pdf", "zip", "/x-tar", "+gzip", "/binary", "/x-binary", "/wasm", "-compressed")
_STRUCTURED_BINARY = ("cbor", "protobuf", "msgpack", "messagepack", "avro", "bson")  # objects, in a form not ours
_SHOWN_FIELDS = 20
_LONGEST_OF_XML = 240  # characters of what a body says of itself before we say how it is given


_CONCRETE = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/plain"}


def by_preference(body: RequestBody) -> list[MediaType]:
    """Return the media types that a header can carry: JSON before forms before text before bytes."""
    sendable = [media for media in body.content if media.content_type.isascii() and media.content_type.isprintable()]
    return sorted(sendable, key=lambda media: _rank(media.content_type))


def _rank(content_type: str) -> int:
    kinds = (_is_plain_json, _is_json_by_name, is_json_patch, is_form, is_multipart, is_text, is_json)
    return next((rank for rank, is_kind in enumerate(kinds) if is_kind(content_type)), len(kinds))


def _is_plain_json(content_type: str) -> bool:
    return plain_type(content_type) == "application/json"


def _is_json_by_name(content_type: str) -> bool:
    return is_json(content_type) and "*" not in content_type and not is_json_patch(content_type)


def is_json_patch(content_type: str) -> bool:
    """True for RFC 6902's list of changes: a merge patch, where there is one, is said in plainer words."""
    return plain_type(content_type) == "application/json-patch+json"


def sent_type(schemas: Mapping[str, Schema], media_type: MediaType) -> str:
    """Return the Content-Type of a body, concrete unless what the caller gives says which it is.

    "*/*" -> "application/json", of bytes "application/octet-stream"; "image/*" stays; "json" -> "application/json"

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    declared = media_type.content_type.partition(",")[0].strip()
    plain = plain_type(declared)
    if plain in ("*/*", "application/*") and as_file(schemas, media_type.schema or {}) is not None:
        return "application/octet-stream"
    if plain in _CONCRETE:
        return _CONCRETE[plain]
    if plain.startswith("multipart/") and "*" not in plain:
        return declared
    if is_multipart(plain):
        return "multipart/form-data"
    if "/" not in plain or ("*" in plain and is_json(plain)):
        return "application/json"
    return "text/xml" if "*" in plain and is_text(plain) else declared


def is_file_body(schemas: Mapping[str, Schema], schema: Schema, content_type: str) -> bool:
    """True when a body is bytes: of a type that is no text, and whose schema does not say otherwise.

    "image/png" -> True; "application/jwt" with {"type": "string"} -> False; any with {"type": "object"} -> False

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    if is_json(content_type) or is_form(content_type) or is_multipart(content_type) or is_text(content_type):
        return False
    if plain_type(content_type).endswith(_STRUCTURED_BINARY):
        return True
    parts = [part for part in _parts(schemas, schema, alternatives=True) if part is not None]
    if any("properties" in part or part.get("type", "string") not in ("string", "null") for part in parts):
        return False
    is_plain_text = any(part.get("type") == "string" for part in parts) and as_file(schemas, schema) is None
    return _is_binary(content_type) or not is_plain_text


def _is_binary(content_type: str) -> bool:
    plain = plain_type(content_type)
    return plain.startswith(("image/", "audio/", "video/", "font/", "model/")) or plain.endswith(_BINARY_ENDINGS)


def as_text(schemas: Mapping[str, Schema], schema: Schema, content_type: str) -> Schema:
    """Return what a caller sees of a body that is text: its own schema where that is text, else its fields by name.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    found = find(schemas, schema)
    said = f"Text of type {plain_type(content_type)}."
    if found.get("type") == "string":
        kept = {key: value for key, value in found.items() if key not in ("format", "contentMediaType")}
        return {**kept, "description": f"{found.get('description', '')} {said}".strip()}
    fields = [
        name for part in _parts(schemas, schema, alternatives=True) if part for name in part.get("properties", ())
    ]
    shown = ", ".join(fields[:_SHOWN_FIELDS]) + (", ..." if len(fields) > _SHOWN_FIELDS else "")
    words = (found.get("description", ""), said, f"Fields: {one_line(shown, 300)}." if fields else "")
    return {"type": "string", "description": " ".join(word for word in words if word)}


def has_fields(schemas: Mapping[str, Schema], schema: Schema) -> bool:
    """True for an object with fields of its own, `allOf` included; alternatives and maps may stand beside them.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    parts = list(_parts(schemas, schema))
    is_object = all(part is not None and part.get("type", "object") == "object" for part in parts)
    return is_object and any("properties" in part for part in parts if part)


def as_xml(schema: Schema, root: str, words: str) -> Schema:
    """Return what a caller sees of an XML body that is an object: text, or that object.

    `root` is what the document names its element, "" where it does not; `words` describe a body that does not itself.
    """
    said = "XML: text, or its fields as an object." if root else f"XML: text, or the fields of <{ROOT}> as an object."
    words = one_line(schema.get("description", words), _LONGEST_OF_XML)
    plain = {key: value for key, value in schema.items() if key != "description"}
    if "$ref" not in plain:
        plain = {"type": "object", **plain}
    return {"anyOf": [{"type": "string"}, plain], "description": f"{words} {said}".strip()}


@dataclass(slots=True)
class ObjectBody:
    """The fields of an object body: their schemas by name, and which of them the body must have."""

    properties: dict[str, Schema] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    def take(self, part: Schema) -> None:
        """Add what one part says; a field that two parts describe must fit both."""
        for name, value in part.get("properties", {}).items():
            known = self.properties.get(name)
            is_new = known is None or known == value or _without_xml(known) == _without_xml(value)
            self.properties[name] = value if is_new else {"allOf": [known, value]}
        self.required.update(part.get("required", ()))


def _without_xml(schema: Schema) -> dict[str, Any]:
    return map_children({word: value for word, value in schema.items() if word != "xml"}, _without_xml)


def object_body(schemas: Mapping[str, Schema], schema: Schema) -> ObjectBody | None:
    """Return the fields of a plain object, `allOf` merged; None for all else: arrays, scalars, maps, alternatives.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    body = ObjectBody()
    for part in _parts(schemas, schema):
        if part is None or not _is_plain(part):
            return None
        body.take(part)
    return body if body.properties else None


def form_body(schemas: Mapping[str, Schema], schema: Schema) -> ObjectBody | None:
    """Return the fields of a multipart body, those of all its alternatives; None where it names none.

    Which of them are files has to be known, so alternatives become fields that may be left out.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    body = ObjectBody()
    for part in _parts(schemas, schema):
        body.take(part or {})
    required = frozenset(body.required)
    for part in _parts(schemas, schema, alternatives=True):
        body.take({**(part or {}), "required": required})
    return body if body.properties else None


def said_forms(has_folder: bool = False) -> str:
    """Return the forms in which a file is given, in words."""
    return "a path, base64 or a data: URL" if has_folder else "base64, or a data: URL"


def as_file(schemas: Mapping[str, Schema], schema: Schema, forms: str = "") -> Schema | None:
    """Return what a caller sees of a field that is a file, or a list of files; None where it is neither.

    `forms` are those it is given in. OAS 3.0: `format: binary`; OAS 3.1: `contentMediaType` without `contentEncoding`.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    parts = [part for part in _parts(schemas, schema, alternatives=True) if part is not None]
    words = " ".join(
        dict.fromkeys(said for part in (schema, *parts) if isinstance(said := part.get("description"), str))
    )
    said = {"description": f"{words} File: {forms or said_forms()}.".strip()}
    if any(_is_bytes(part) for part in parts):
        return {"type": "string", "contentEncoding": "base64", **said}
    for part in parts:
        if part.get("type") == "array" and any(
            item is not None and _is_bytes(item) for item in _parts(schemas, part.get("items", {}), alternatives=True)
        ):
            bounds = {word: part[word] for word in ("minItems", "maxItems") if word in part}
            return {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}, **bounds, **said}
    return None


def _is_bytes(schema: Schema) -> bool:
    if schema.get("type", "string") != "string" or "contentEncoding" in schema:
        return False
    return schema.get("format") == "binary" or not is_json(schema.get("contentMediaType", "application/json"))


def _parts(schemas: Mapping[str, Schema], schema: Schema, *, alternatives: bool = False) -> Iterator[Schema | None]:
    """Yield the schema and all in its `allOf`, references followed; None when they do not come to an end.

    With `alternatives` also what stands in `anyOf` and `oneOf`.
    """
    words = ("allOf", "anyOf", "oneOf") if alternatives else ("allOf",)
    waiting = [schema]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = find(schemas, waiting.pop(0))
        waiting[:0] = [inner for word in words for inner in part.get(word, ())]
        yield part
    yield None


def _is_plain(part: Schema) -> bool:
    extra: Any = part.get("additionalProperties")
    return (
        set(part) <= _PLAIN_WORDS
        and part.get("type", "object") == "object"
        and not (isinstance(extra, Mapping) and extra)
    )
