"""Schemas without `$ref`, for clients that follow none: each part in its place, as far as there is room."""

from collections import deque
from typing import Any

from openapi_mcp.generator.schema import map_children
from openapi_mcp.generator.slim import LIMIT
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line

Schemas = dict[str, Any]
_DEFINITION = "#/$defs/"
_SHOWN_FIELDS = 12
_DEEPEST = 16  # definitions inside one another


def inline(properties: Schemas, definitions: Schemas, room: int = LIMIT) -> Schemas:
    """Return the properties with what they refer to written in place, the nearest first.

    What is recursive, or has no room left, is said in words: its type and its fields.
    """
    inlining = _Inlining(definitions, room - len(write_json(properties)))
    written = {name: inlining.copied(schema, ()) for name, schema in properties.items()}
    inlining.run()
    return written


class _Inlining:
    def __init__(self, definitions: Schemas, room: int) -> None:
        self.definitions = definitions
        self.sizes = {name: len(write_json(schema)) for name, schema in definitions.items()}
        self.room = room
        self.waiting: deque[tuple[dict[str, Any], tuple[str, ...]]] = deque()

    def copied(self, schema: Any, inside: tuple[str, ...]) -> dict[str, Any]:
        """Return a copy whose references wait to be replaced; `inside` are the definitions that it stands in."""
        copy = map_children(dict(schema), lambda child: self.copied(child, inside))
        if "$ref" in copy:
            self.waiting.append((copy, inside))
        return copy

    def run(self) -> None:
        while self.waiting:
            holder, inside = self.waiting.popleft()
            name = holder.pop("$ref").removeprefix(_DEFINITION)
            target = self.definitions[name]
            if name in inside or len(inside) >= _DEEPEST or self.sizes[name] > self.room:
                said = _in_words(name, target)
            else:
                self.room -= self.sizes[name]
                said = self.copied(target, (*inside, name))
                self._move_waiting(said, holder)
            holder.update({key: value for key, value in said.items() if key not in holder})

    def _move_waiting(self, said: dict[str, Any], holder: dict[str, Any]) -> None:
        """Let a definition that is itself a reference wait in the place that it is written to."""
        if self.waiting and self.waiting[-1][0] is said:
            self.waiting[-1] = (holder, self.waiting[-1][1])


def _in_words(name: str, schema: Any) -> dict[str, Any]:
    fields = list(schema.get("properties", {}))
    shown = ", ".join(fields[:_SHOWN_FIELDS]) + (", ..." if len(fields) > _SHOWN_FIELDS else "")
    said = f"{one_line(name, 60)}, not shown in full" + (f"; fields: {one_line(shown, 300)}" if shown else "")
    kind = {"type": schema["type"]} if "type" in schema else {}
    return {**kind, "description": said}
