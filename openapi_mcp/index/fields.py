"""What is searched of a tool: the words of its name, its path, its texts, its arguments and its answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.document import Operation, Schema
from openapi_mcp.model.tool import Tool

WEIGHTS = {
    "name": 2.5, "path": 2.0, "resource": 1.5, "summary": 3.0, "text": 1.0, "tags": 1.0, "inputs": 0.7, "hints": 0.25,
    "outputs": 0.35,
}  # fmt: skip
"""How much a word counts, by the field that it stands in."""
LENGTHS = {
    "name": 0.3, "path": 0.3, "resource": 0.3, "summary": 0.4, "text": 0.7, "tags": 0.3, "inputs": 0.6, "hints": 0.75,
    "outputs": 0.75,
}  # fmt: skip
"""How much less, where that field is long."""
_MAX_TEXT = 1_500  # characters of a description; what it is about is said at its beginning
_MAX_NAMES = 80  # property names of an answer, or of the arguments
_MAX_VALUES = 20  # values of an enumeration: one with more of them is no list of kinds
_DEPTH = 3  # objects within objects whose properties count


class Fields:
    """Reads the fields of tools; what a `$ref` leads to is read once. `schemas` are what it names."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._known: dict[tuple[str, int], tuple[str, ...]] = {}

    def of(self, tool: Tool) -> dict[str, str]:
        """Return the text of each field of a tool."""
        operation = tool.operation
        steps = [step for step in operation.path.split("/") if step and "{" not in step]
        properties = tool.input_schema.get("properties", {})
        return {
            "name": operation.operation_id or tool.name,
            "path": " ".join(steps),
            "resource": steps[-1] if steps else "",
            "summary": operation.summary or tool.title,
            "text": operation.description[:_MAX_TEXT],
            "tags": " ".join(operation.tags),
            "inputs": " ".join(_inputs(properties)),
            "hints": " ".join(str(one["description"]) for one in properties.values() if "description" in one),
            "outputs": " ".join(dict.fromkeys(self._outputs(operation))),
        }

    def _outputs(self, operation: Operation) -> Iterator[str]:
        for response in operation.responses:
            if response.status.startswith("2"):
                for media in response.content[:1]:
                    yield from self._names(media.schema or {}, 0)[:_MAX_NAMES]
                return

    def _names(self, schema: Any, depth: int) -> tuple[str, ...]:
        """Return the names of the properties of a schema, and of what it holds."""
        if not isinstance(schema, Mapping) or depth >= _DEPTH:
            return ()
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return tuple(self._own_names(schema, depth))
        if (ref, depth) not in self._known:
            self._known[ref, depth] = ()  # where it leads back to itself
            self._known[ref, depth] = self._names(self._schemas.get(ref, {}), depth)[:_MAX_NAMES]
        return self._known[ref, depth]

    def _own_names(self, schema: Schema, depth: int) -> Iterator[str]:
        for name, inner in _mapping(schema.get("properties")).items():
            yield name
            yield from self._names(inner, depth + 1)
        for word in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(word) or ():
                yield from self._names(one, depth)
        yield from self._names(schema.get("items"), depth)


def _inputs(properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of arguments and of what they hold, and the values that one of a few kinds may have."""
    for name, schema in list(properties.items())[:_MAX_NAMES]:
        if name.startswith("_"):  # ours
            continue
        yield name
        values = schema.get("enum") or _mapping(schema.get("items")).get("enum") or ()
        if len(values) <= _MAX_VALUES:
            yield from (value for value in values if isinstance(value, str))
        yield from list(_mapping(schema.get("properties")))[:_MAX_NAMES]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
