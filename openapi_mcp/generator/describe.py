"""What a model reads of a tool: title, description, annotations; and the server's instructions."""

import re
from collections.abc import Iterable, Mapping

from openapi_mcp.generator.schema import MissingSchemaError, find
from openapi_mcp.model.document import Document, Operation, Response, Schema
from openapi_mcp.model.media import is_json
from openapi_mcp.model.policy import ANY_METHOD, METHODS, SAFE_METHODS, Selection
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Annotations

MAX_DESCRIPTION = 1024  # clients.py: the point first, the rest may be cut
READ_ONLY = SAFE_METHODS | {"OPTIONS", "QUERY"}
_MAX_RETURNS = 240
_SHOWN_FIELDS = 10
_MAX_NESTING = 5  # lists of lists, and an `allOf` of one around another, that are followed
_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,200}>")


def title(operation: Operation) -> str:
    """Return a short human name: the summary, else the operationId or method and path in words."""
    if operation.summary:
        return one_line(operation.summary, 80)
    text = operation.operation_id or f"{operation.method.lower()} {operation.path}"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", " ", text).split()
    return one_line(" ".join(words).capitalize() or operation.path, 80)


def description(operation: Operation, schemas: Mapping[str, Schema], longest: int = MAX_DESCRIPTION) -> str:
    """Return the description: the point, the document's own words, and one `Returns: ...` line."""
    ending = f"\n{returns(operation, schemas)}"
    point = one_line(operation.summary, 300)
    details = one_line(_MARKUP.sub(" ", operation.description), longest)
    if not point and not details:
        point = f"{title(operation)}."
    if details.startswith(point.rstrip(".")):
        point = ""
    parts = [_sentence(point), "Deprecated." if operation.deprecated else "", details]
    if not operation.summary and not operation.description:
        parts.append(f"{operation.method} {one_line(operation.path, 200)}")
    text = " ".join(part for part in parts if part)
    return one_line(text, longest - len(ending)) + ending


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?…:" else f"{text}."


def returns(operation: Operation, schemas: Mapping[str, Schema]) -> str:
    """Return one line on what a success answers, such as `Returns: list of Order: id, customer, items`."""
    response = success(operation)
    if response is None:
        return "Returns: not described."
    if not response.content:
        said = one_line(response.description, 120)
        return f"Returns: no content ({response.status})." if not said else f"Returns: {_sentence(said)}"
    media = next((media for media in response.content if is_json(media.content_type)), response.content[0])
    if not is_json(media.content_type) or media.schema is None:
        return f"Returns: {one_line(media.content_type, 80)}."
    try:
        return f"Returns: {one_line(_shape(media.schema, schemas), _MAX_RETURNS)}."
    except MissingSchemaError:
        return "Returns: JSON."


def success(operation: Operation) -> Response | None:
    """Return the response a success answers with: the lowest 2xx, else `default`."""
    found = sorted((r for r in operation.responses if r.status.startswith("2")), key=lambda r: r.status)
    return found[0] if found else next((r for r in operation.responses if r.status == "default"), None)


def _shape(schema: Schema, schemas: Mapping[str, Schema], depth: int = 0) -> str:
    """Say a schema in a few words: its name, its fields; a list by its items."""
    name, schema = _unwrapped(schema, schemas)
    match schema:
        case {"items": items, "type": "array"} if depth < _MAX_NESTING:
            return f"list of {_shape(items, schemas, depth + 1)}"
        case {"properties": properties} if properties:
            fields = _fields(properties, schemas, depth)
            return f"{name}: {fields}" if name else fields
        case _:
            return name or str(schema.get("type", "JSON"))


def _unwrapped(schema: Schema, schemas: Mapping[str, Schema]) -> tuple[str, Schema]:
    """Return the name and the schema behind references, each of which may be wrapped in an `allOf` of one."""
    for _ in range(_MAX_NESTING):
        name, schema = _name(schema), find(schemas, schema)
        match schema:
            case {"allOf": [only]} if "properties" not in schema:
                schema = only
            case _:
                return name, schema
    return _name(schema), find(schemas, schema)


def _fields(properties: Mapping[str, Schema], schemas: Mapping[str, Schema], depth: int) -> str:
    shown = [
        f"{name} ({_shape(value, schemas, depth + 1)})" if depth == 0 and _is_list_of_objects(value, schemas) else name
        for name, value in list(properties.items())[:_SHOWN_FIELDS]
    ]
    more = len(properties) - len(shown)
    return ", ".join(shown) + (f", and {more} more" if more else "")


def _is_list_of_objects(schema: Schema, schemas: Mapping[str, Schema]) -> bool:
    found = find(schemas, schema)
    return found.get("type") == "array" and "properties" in find(schemas, found.get("items", {}))


def _name(schema: Schema) -> str:
    ref = schema.get("$ref", "")
    return one_line(ref.rpartition("/")[2], 60) if ref.startswith("#/components/schemas/") else ""


def annotations(operation: Operation) -> Annotations:
    """Return the hints that HTTP tells: GET and HEAD read, PUT and DELETE repeat, POST destroys unless it creates."""
    method = operation.method
    creates = method == "POST" and any(response.status == "201" for response in operation.responses)
    return Annotations(
        read_only=method in READ_ONLY,
        destructive=method not in READ_ONLY and not creates,
        idempotent=method in READ_ONLY or method in ("PUT", "DELETE"),
    )


def instructions(document: Document, selection: Selection, allowed: Iterable[str] = ()) -> str:
    """Return the server's instructions: what the API is, and how its results are to be read (under 2 kB).

    `allowed` are the methods of the tools, which may be there though their methods are not selected.
    """
    about = one_line(_MARKUP.sub(" ", document.description), 600)
    known = {method if method in METHODS else "others" for method in allowed}  # the document's own words stay out
    writes = sorted((selection.methods | known) - READ_ONLY - {"TRACE", ANY_METHOD})
    rights = f"Tools may change data ({', '.join(writes)})." if writes else "Only reading operations are offered."
    return "\n".join(
        line
        for line in (
            f"{document.title} {document.version}".strip() + ", served from its OpenAPI description.",
            about,
            rights,
            'A failed call answers {"error": {"kind", "message", "hint", ...}}; follow the hint before trying again.',
            "What this server adds to an answer stands under the key `_note`.",
        )
        if line
    )
