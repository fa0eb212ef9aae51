"""Schemas looked at from outside: what stands behind references and compositions, and what an example shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.document import MediaType, Operation, Schema
from openapi_mcp.model.media import is_json

_MOST_PARTS = 16  # of a composition
_MOST_PROPERTIES = 200
_DEEPEST_EXAMPLE = 5
_COMPOSING = frozenset(("allOf", "anyOf", "oneOf"))
_HOPS = 20  # references that lead to a reference

Schemas = Mapping[str, Schema]


class Shapes:
    """The schemas of a document, by the references that name them; a reference that leads nowhere says nothing.

    What stands behind a reference is put together once.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._parts: dict[str, tuple[tuple[str, Schema], ...]] = {}
        self._properties: dict[str, dict[str, Any]] = {}

    def parts(self, schema: Any) -> tuple[tuple[str, Schema], ...]:
        """Return a schema and what it is composed of, each with the reference that led to it, "" for none.

        That is its `allOf`, and a sole alternative, as an object that may be null has it.
        """
        ref = _reference(schema)
        if not ref:
            return tuple(self._composed(schema))
        if ref not in self._parts:
            self._parts[ref] = tuple(self._composed(schema))
        return self._parts[ref]

    def _composed(self, schema: Any) -> Iterator[tuple[str, Schema]]:
        waiting = [(schema, "")]
        for _ in range(_MOST_PARTS):
            if not waiting:
                return
            part, ref = self._behind(*waiting.pop(0))
            yield ref, part
            if not _COMPOSING.isdisjoint(part):
                waiting[:0] = [(inner, ref) for inner in (*_listed(part, "allOf"), *_sole(part))]

    def _behind(self, schema: Any, ref: str) -> tuple[Schema, str]:
        for _ in range(_HOPS):
            named = _reference(schema)
            if not named:
                return (schema if isinstance(schema, (dict, Mapping)) else {}), ref
            schema, ref = self._schemas.get(named), named
        return {}, ref

    def properties(self, schema: Any) -> dict[str, Any]:
        """Return the properties of an object, those of its `allOf` among them."""
        ref = _reference(schema)
        if not ref:
            return self._gathered(schema)
        if ref not in self._properties:
            self._properties[ref] = self._gathered(schema)
        return self._properties[ref]

    def _gathered(self, schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _, part in self.parts(schema):
            held = part.get("properties")
            if isinstance(held, Mapping) and len(found) < _MOST_PROPERTIES:
                found.update(list(held.items())[:_MOST_PROPERTIES])
        return found

    def kinds(self, schema: Any) -> frozenset[str]:
        """Return the JSON types that a schema names, none where it names none."""
        return frozenset(kind for _, part in self.parts(schema) for kind in types_of(part))

    def items(self, schema: Any) -> Any:
        """Return the schema of a list's items; {} where it says nothing of them, None where it is no list."""
        found: dict[str, Any] | None = None
        for _, part in self.parts(schema):
            if isinstance(part.get("items"), Mapping):
                return part["items"]
            if "array" in types_of(part):
                found = {}
        return found

    def branches(self, schema: Any) -> list[Any]:
        """Return the alternatives of a schema that may hold something."""
        composed = (part for _, part in self.parts(schema) if "anyOf" in part or "oneOf" in part)
        listed = [inner for part in composed for inner in _alternatives(part)]
        return listed[:_MOST_PARTS] if len(listed) > 1 else []


def _reference(schema: Any) -> str:
    named = schema.get("$ref") if isinstance(schema, (dict, Mapping)) else None  # asked of a dict, the answer is quick
    return named if isinstance(named, str) else ""


def types_of(part: Schema) -> tuple[str, ...]:
    """Return the types that a schema itself names."""
    said = part.get("type")
    if isinstance(said, str):
        return (said,)
    return tuple(kind for kind in said if isinstance(kind, str)) if isinstance(said, list) else ()


def _listed(part: Schema, word: str) -> list[Any]:
    held = part.get(word)
    return held[:_MOST_PARTS] if isinstance(held, list) else []


def _alternatives(part: Schema) -> list[Any]:
    listed = [inner for word in ("anyOf", "oneOf") for inner in _listed(part, word)]
    return [inner for inner in listed if inner != {"type": "null"}]


def _sole(part: Schema) -> list[Any]:
    found = _alternatives(part) if "anyOf" in part or "oneOf" in part else []
    return found if len(found) == 1 else []


def component(ref: str) -> str:
    """Return the name of what a reference points at: "#/components/schemas/Order" -> "Order"."""
    return ref.rpartition("/")[2] if "/schemas/" in ref or "/definitions/" in ref else ""


def answers(operation: Operation) -> list[Schema]:
    """Return the schemas of a success, those of the lowest status first; none where nothing is said of it."""
    found: list[Schema] = []
    for response in sorted(operation.responses, key=lambda response: response.status):
        if response.status[:1] == "2" or (response.status == "default" and not found):
            found += [shown(media) for media in response.content if is_json(media.content_type)]
    return [schema for schema in found if schema]


def shown(media: MediaType) -> Schema:
    """Return the schema of a media type, or what its example shows where it has none that says something."""
    schema = media.schema or {}
    if schema.keys() - {"type", "description", "title", "examples", "additionalProperties"}:
        return schema
    examples = schema.get("examples")
    example = examples[0] if isinstance(examples, list) and examples else media.example
    return of_example(example) if isinstance(example, (dict, list)) else schema


def of_example(value: Any, depth: int = 0) -> Schema:
    """Return the schema that an example shows: {"id": 7} -> an object with an integer `id`."""
    if depth > _DEEPEST_EXAMPLE:
        return {}
    match value:
        case dict():
            held = list(value.items())[:_MOST_PROPERTIES]
            return {"type": "object", "properties": {str(name): of_example(one, depth + 1) for name, one in held}}
        case list():
            return {"type": "array", "items": of_example(value[0], depth + 1) if value else {}}
        case _:
            return {"type": _KINDS[type(value)]} if type(value) in _KINDS else {}


_KINDS = {str: "string", int: "integer", bool: "boolean", float: "number"}
