"""What the document says of answers: which places they have.

Only such a place is written into a suggestion: a key of a map is a value, and a value of a record may be private.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.document import Operation, Schema
from openapi_mcp.workflow.scalars import Path

_MOST_PARTS = 60  # schemas that one step of a path may lead to
_MOST_KEPT = 2_000  # paths that are not looked up again


class Answer:
    """The answer of an operation as its document has it; `schemas` are those that a `$ref` names."""

    def __init__(self, operation: Operation, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._roots = [
            each.schema
            for response in operation.responses
            if response.status.startswith("2")
            for each in response.content[:1]
            if each.schema is not None
        ]
        self._known: dict[Path, bool] = {}

    @property
    def is_list(self) -> bool:
        """True where it is a list."""
        return any("array" in _types(part) for part in self._parts(self._roots))

    def has(self, path: Path) -> bool:
        """True for a place that the document names."""
        if path not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[path] = self._declares(path)
        return self._known[path]

    def _declares(self, path: Path) -> bool:
        schemas: list[Any] = list(self._roots)
        for name in path:
            schemas = [inner for part in self._parts(schemas) for inner in _within(part, name)]
        return bool(schemas)

    def _parts(self, schemas: list[Any]) -> Iterator[Schema]:
        """Yield schemas with what they refer to and are composed of."""
        waiting = list(schemas)
        for _ in range(_MOST_PARTS):
            if not waiting:
                return
            part = waiting.pop(0)
            if not isinstance(part, Mapping):
                continue
            yield part
            if isinstance(reference := part.get("$ref"), str) and reference in self._schemas:
                waiting.append(self._schemas[reference])
            for word in ("allOf", "anyOf", "oneOf"):
                waiting += part[word] if isinstance(part.get(word), list) else []


def _within(part: Schema, name: str | None) -> Iterator[Any]:
    """Yield what a schema says of a property, or of its items."""
    if name is None:
        if isinstance(items := part.get("items"), Mapping):
            yield items
        return
    properties = part.get("properties")
    if isinstance(properties, Mapping) and name in properties:
        yield properties[name]


def _types(part: Schema) -> tuple[Any, ...]:
    said = part.get("type")
    return tuple(said) if isinstance(said, list) else (said,)
