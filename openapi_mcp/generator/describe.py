"""What a model reads of a tool: title, description, annotations."""

import re
from collections.abc import Mapping, Sequence

from openapi_mcp.generator.boilerplate import Details
from openapi_mcp.generator.enrich import DEPRECATED, MAX_DESCRIPTION
from openapi_mcp.generator.point import point
from openapi_mcp.generator.prose import plain
from openapi_mcp.generator.schema import MissingSchemaError, find
from openapi_mcp.model.document import Operation, Response, Schema
from openapi_mcp.model.media import is_json
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Annotations

READ_ONLY = SAFE_METHODS | {"OPTIONS", "QUERY"}
_MAX_RETURNS = 240
_SHOWN_FIELDS = 10
_MAX_NESTING = 5  # lists of lists, and an `allOf` of one around another, that are followed
_SAYS_NOTHING = re.compile(
    r"((successful|default|empty) )?(response|ok|success|successful|succeeded|no content)\W*", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_EMPTY = frozenset(
    (
        "", "a", "an", "the", "thi", "that", "it", "of", "for", "to", "in", "on", "by", "with", "your", "provided",
        "specified", "given", "specific", "single", "one", "you", "can", "be", "i", "are", "and",
    )
)  # fmt: skip


def title(operation: Operation) -> str:
    """Return a short human name: the summary, else the operationId or method and path in words."""
    if operation.summary:
        return one_line(plain(operation.summary), 80)
    text = operation.operation_id or f"{operation.method.lower()} {operation.path}"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", " ", text).split()
    return one_line(" ".join(words).capitalize() or operation.path, 80)


def description(
    operation: Operation, schemas: Mapping[str, Schema], details: Details, longest: int = MAX_DESCRIPTION
) -> str:
    """Return the description: the point, the document's own words, and one `Returns: ...` line.

    `details` are what the document says of its operations.
    """
    ending = f"\n{returns(operation, schemas)}"
    summary = _sentence(one_line(plain(operation.summary), 300))
    said, others = _told_apart(summary, details.of(operation))
    if not said:
        said = _unsaid(operation, schemas)
    parts = [said, DEPRECATED if operation.deprecated else "", *others]
    return one_line(" ".join(filter(None, parts)), longest - len(ending)) + ending


def _told_apart(summary: str, details: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the point and the sentences that follow it; what is said in both stands there once.

    ("List orders.", ["Lists orders.", "Newest first."]) -> ("List orders.", ["Newest first."])
    """
    first, others = (details[0], details[1:]) if details else ("", ())
    if not summary or first.startswith(summary.rstrip(".")):
        return first, others
    return summary, others if _words(first) <= _words(summary) else details


def _words(text: str) -> set[str]:
    """Return the words of a sentence by which it says something, without their endings."""
    return {word.rstrip("s") for word in _WORD.findall(text.lower())} - _EMPTY


def _unsaid(operation: Operation, schemas: Mapping[str, Schema]) -> str:
    """Return the point of an operation without words: by its operationId, else by its path and what it answers."""
    said = (
        f"{title(operation)}."
        if operation.operation_id
        else point(operation, is_list=_answers_list(operation, schemas))
    )
    return f"{said} {operation.method} {one_line(operation.path, 200)}"


def _answers_list(operation: Operation, schemas: Mapping[str, Schema]) -> bool:
    """True where a success answers a list, or an object around one of objects."""
    response = success(operation)
    media = next((each for each in response.content if is_json(each.content_type)), None) if response else None
    if media is None or media.schema is None:
        return False
    try:
        _, schema = _unwrapped(media.schema, schemas)
        inside = schema.get("properties", {}).values()
        return schema.get("type") == "array" or any(_is_list_of_objects(each, schemas) for each in inside)
    except MissingSchemaError:
        return False


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?…:" else f"{text}."


def returns(operation: Operation, schemas: Mapping[str, Schema]) -> str:
    """Return one line on what a success answers, such as `Returns: list of Order: id, customer, items`."""
    response = success(operation)
    if response is None:
        return "Returns: not described."
    if not response.content:
        said = one_line(plain(response.description), 120)
        if not said or _SAYS_NOTHING.fullmatch(said):
            return f"Returns: no content ({response.status})."
        return f"Returns: {_sentence(said)}"
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
