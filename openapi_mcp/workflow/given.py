"""The inputs of a workflow: arguments of its steps, by names of their own, with the schemas of their tools."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from openapi_mcp.model.document import Schema

_DEFINITION = "#/$defs/"
_MOST_WALKED = 20_000  # values of one schema
_MOST_REFERENCES = 8
_DEEPEST = 60


class Inputs:
    """Collects the inputs of a workflow.

    `repeated` are the arguments that more than one step takes: their inputs are named by the step, too.
    """

    def __init__(self, repeated: Collection[str] = ()) -> None:
        self._taken: Counter[str] = Counter()
        self._apart = repeated
        self._properties: dict[str, Any] = {}
        self._required: list[str] = []
        self._definitions: dict[str, Any] = {}

    def add(
        self, step: str, argument: str, schema: Any, definitions: Mapping[str, Any], *, is_required: bool = True
    ) -> str:
        """Take an argument of a step, its schema and the `$defs` that it refers to; return the input's name.

        That is the argument's own, or with the step before it where another step has one of that name: "orders_page".
        """
        self._taken[argument] += 1
        name = f"{step}_{argument}" if argument in self._apart else argument
        while name in self._properties:
            name += "_"
        names = {each: self._free(each, definitions[each]) for each in _needed(schema, definitions)}
        self._properties[name] = _renamed(schema, names)
        self._required += [name] if is_required else []
        self._definitions.update({names[each]: _renamed(definitions[each], names) for each in names})
        return name

    @property
    def repeated(self) -> frozenset[str]:
        """The arguments that were taken more than once."""
        return frozenset(name for name, count in self._taken.items() if count > 1)

    def schema(self) -> Schema:
        """Return the inputs as one JSON Schema."""
        made: dict[str, Any] = {"type": "object", "properties": self._properties}
        if self._required:
            made["required"] = list(self._required)
        return {**made, "$defs": self._definitions} if self._definitions else made

    def _free(self, name: str, schema: Any) -> str:
        """Return a name for a definition that no other one has."""
        made = name
        while made in self._definitions and self._definitions[made] != schema:
            made += "_"
        return made


def inside(schema: Any, whole: Schema, *, is_list: bool) -> Mapping[str, Any]:
    """Return the schema of an object, or of a list's items, with its properties; {} where it says no such."""
    schema = _followed(schema, whole)
    if is_list:
        schema = _followed(schema.get("items"), whole)
    return schema if isinstance(schema.get("properties"), Mapping) else {}


def _followed(schema: Any, whole: Schema) -> Mapping[str, Any]:
    """Return what a schema refers to, through a few references."""
    for _ in range(_MOST_REFERENCES):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            break
        schema = whole.get("$defs", {}).get(str(schema["$ref"]).removeprefix(_DEFINITION))
    return schema if isinstance(schema, Mapping) else {}


def _needed(schema: Any, definitions: Mapping[str, Any]) -> list[str]:
    """Return the definitions that a schema leads to."""
    found: dict[str, None] = {}
    waiting = [schema]
    while waiting:
        for reference in _references(waiting.pop()):
            name = reference.removeprefix(_DEFINITION)
            if reference.startswith(_DEFINITION) and name in definitions and name not in found:
                found[name] = None
                waiting.append(definitions[name])
    return list(found)


def _references(schema: Any) -> Iterator[str]:
    waiting, left = [schema], _MOST_WALKED
    while waiting and left:
        left -= 1
        each = waiting.pop()
        if isinstance(each, Mapping):
            if isinstance(reference := each.get("$ref"), str):
                yield reference
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _renamed(schema: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    """Return a schema whose references name definitions anew."""
    if depth > _DEEPEST:
        return {}
    if isinstance(schema, Mapping):
        return {
            key: f"{_DEFINITION}{names[value.removeprefix(_DEFINITION)]}"
            if key == "$ref" and isinstance(value, str) and value.removeprefix(_DEFINITION) in names
            else _renamed(value, names, depth + 1)
            for key, value in schema.items()
        }
    return [_renamed(each, names, depth + 1) for each in schema] if isinstance(schema, list) else schema
