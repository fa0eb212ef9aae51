"""An object within the arguments of a call: which fields the document declares in it, and which are given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.document import Schema
from openapi_mcp.model.fault import Fault, Path, Repair
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.strategy import Case, Rewrite
from openapi_mcp.recovery.values import MISSING, value_at, with_value
from openapi_mcp.request.arguments import offered

_MOST_FIELDS = 400  # of an object, declared or given, that are looked at
_DEEPEST = 20  # references and alternatives within each other that are followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """An object at a path: () for all of the arguments.

    `declared` are its fields with their schemas, `wire` the names that they have in the request, `required` those that
    have to be given. `given` are the fields that the call has there, and `unknown` those of them that are not declared.
    """

    path: Path
    declared: Mapping[str, Schema]
    wire: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The given names that the document does not have."""
        return tuple(name for name in self.given if name not in self.declared)

    @property
    def is_root(self) -> bool:
        """True for the arguments themselves."""
        return not self.path


def level_of(case: Case) -> Level | None:
    """Return the object in which a field is missing or unknown; None where the document says nothing of its fields.

    What is unknown in an inner object is told at the path of that object, among the arguments at that of the argument.
    """
    path = case.fault.path
    if not path:
        return None
    parent = level_at(case, path[:-1])
    is_field = parent is not None and isinstance(path[-1], str) and path[-1] not in parent.declared
    if case.fault.rule == "unknown" and not is_field:
        return level_at(case, path, case.fault)
    return parent


def level_at(case: Case, path: Path, fault: Fault | None = None) -> Level | None:
    """Return the object at a path; where the fault is about all of it, its schema is the one that counts."""
    given = value_at(_known_by_the_list(case), path)
    if not isinstance(given, Mapping) or len(given) > _MOST_FIELDS:
        return None
    tool = case.tool
    schema = fault.schema if fault else case.work.once("schema", tool, lambda: _schema_at(tool, path), path)
    declared = _of_this_body(case, path, case.work.once("fields", schema, lambda: _fields(schema, tool)))
    if not declared or len(declared) > _MOST_FIELDS:
        return None
    required = frozenset(schema.get("required", ())) if isinstance(schema.get("required", ()), list) else frozenset()
    return Level(
        path=path,
        declared=declared,
        wire={} if path else {each.argument: each.name for each in case.tool.bindings},
        required=required | _missing(case, path),
        given=given,
    )


def _known_by_the_list(case: Case) -> Mapping[str, Any]:
    """Return the arguments without those that are dropped whatever they are: they are not unknown."""
    given = case.call.arguments
    return case.work.once("offered", given, lambda: offered(case.tool, given))


def _of_this_body(case: Case, path: Path, fields: dict[str, Schema]) -> dict[str, Schema]:
    """Return the arguments without those of the bodies that are not sent, where the fault says which are known."""
    known = case.fault.limit
    if path or case.fault.rule != "unknown" or not isinstance(known, tuple) or case.fault.path[0] in fields:
        return fields
    names = case.work.once("names", known, lambda: frozenset(known))
    return fields if fields.keys() <= names else {name: each for name, each in fields.items() if name in names}


def _missing(case: Case, path: Path) -> frozenset[str]:
    """Return the fields of an object that the faults of the call say are missing."""
    missing = (fault.path for fault in case.failure.faults if fault.rule == "required" and fault.path)
    return frozenset(str(each[-1]) for each in missing if each[:-1] == path)


def _schema_at(tool: Tool, path: Path) -> Schema:
    """Return what the input schema says of the value at a path, {} where it says nothing."""
    schema: Schema = tool.input_schema
    for step in path:
        schema = _items(schema, tool) if isinstance(step, int) else _fields(schema, tool).get(step, {})
    return _resolved(schema, tool)


def _items(schema: Schema, tool: Tool) -> Schema:
    found = (each.get("items") for each in _layers(schema, tool))
    return next((items for items in found if isinstance(items, Mapping)), {})


def _fields(schema: Schema, tool: Tool) -> dict[str, Schema]:
    """Return the fields that a schema, what it refers to, its `allOf` and its only alternative declare."""
    fields: dict[str, Schema] = {}
    for layer in _layers(schema, tool):
        properties = layer.get("properties")
        if isinstance(properties, Mapping):
            fields.update({name: each for name, each in properties.items() if isinstance(each, Mapping)})
    return fields


def _layers(schema: Schema, tool: Tool) -> Iterator[Schema]:
    """Yield the schemas that all hold for one value."""
    waiting: list[Any] = [schema]
    seen = 0
    while waiting and seen < _DEEPEST:
        layer, seen = waiting.pop(), seen + 1
        if isinstance(layer, Mapping):
            layer = _resolved(layer, tool)
            yield layer
            waiting += _listed(layer, "allOf")
            waiting += [each for word in ("anyOf", "oneOf") for each in _only(_listed(layer, word))]


def _listed(layer: Schema, word: str) -> list[Any]:
    found = layer.get(word)
    return found[:_DEEPEST] if isinstance(found, list) else []


def _only(alternatives: list[Any]) -> list[Any]:
    """Return the one alternative that is not null: which of several holds is not known."""
    real = [each for each in alternatives if not (isinstance(each, Mapping) and each.get("type") == "null")]
    return real if len(real) == 1 else []


def _resolved(schema: Schema, tool: Tool) -> Schema:
    """Return a schema with what it refers to; references that lead on are followed a little."""
    definitions = tool.input_schema.get("$defs", {})
    for _ in range(_DEEPEST):
        named = definitions.get(str(schema.get("$ref", "")).removeprefix("#/$defs/"))
        if not isinstance(named, Mapping):
            break
        schema = {**{word: each for word, each in schema.items() if word != "$ref"}, **named}
    return schema


def takes(case: Case, level: Level, name: str, value: Any) -> bool:
    """True where the schema of a field takes a value."""
    return case.accepts(value, Fault(path=(*level.path, name), rule="type", schema=level.declared[name]))


def renamed_in(case: Case, level: Level, old: str, new: str, how: str) -> Rewrite:
    """Return the arguments with what an object has as `old` under the name `new`, in its place."""
    value = value_at(case.call.arguments, (*level.path, old))
    whole = value_at(case.call.arguments, level.path)
    fields = {new if name == old else name: each for name, each in whole.items()}
    arguments = fields if level.is_root else with_value(case.call.arguments, level.path, fields)
    repair = Repair(path=(*level.path, new), before={old: value}, after={new: value}, how=how)
    return Rewrite(arguments=arguments, repairs=(repair,))


def is_missing(case: Case) -> bool:
    """True where nothing stands in the place of a fault."""
    return case.value is MISSING
