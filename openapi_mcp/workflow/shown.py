"""What a caller is shown of a workflow's inputs: the properties of one plain object, wherever its schema has them.

Clients refuse `allOf`, `anyOf` and `oneOf` at the root of a tool's input schema. What these say beyond the properties
is held against what was given when a run begins (taking.py).
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from openapi_mcp.model.document import Schema
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Plan, PlannedWorkflow

_DEFINITION = "#/$defs/"
_MOST = 500  # schemas that are looked at
_DEEPEST = 20  # of them within each other
_MOST_WAYS = 6
_Schemas: TypeAlias = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The properties of an object, and those that it always needs; `ways` are alternatives, by what each needs."""

    properties: Mapping[str, Any] = field(default_factory=dict)
    required: Sequence[str] = ()
    definitions: Mapping[str, Any] = field(default_factory=dict)
    ways: Sequence[Sequence[str]] = ()

    @property
    def words(self) -> str:
        """What no plain object can say: "Give id, or name and kind."; "" where there is nothing of the kind."""
        if not 1 < len(self.ways) <= _MOST_WAYS or not all(self.ways):
            return ""
        said = [" and ".join(one_line(name, 60) for name in way) for way in self.ways]
        return f"Give {', or '.join(dict.fromkeys(said))}."


def shown(inputs: Schema) -> Shown | None:
    """Return what is shown of a schema, None where no object ever fits it, or it is too large to be looked through."""
    definitions = inputs.get("$defs", {})
    found = _Looking(definitions).at(inputs, _DEEPEST)
    if found is None:
        return None
    properties = {name: _joined(each) for name, each in found.sure.items()}
    properties |= {name: _either(each) for name, each in found.maybe.items() if name not in properties}
    properties |= {name: {} for name in found.required if name not in properties}
    return Shown(properties=properties, required=tuple(found.required), definitions=definitions, ways=found.ways)


def shown_of(plan: Plan) -> Shown | str:
    """Return what a caller of a plan is shown: its own inputs, then those of what it depends on; or why nothing is."""
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    required: dict[str, None] = {}
    ways: Sequence[Sequence[str]] = ()
    for part in _taking(plan):
        found = shown(part.workflow.inputs)
        if found is None:
            return f"the inputs of {one_line(part.workflow.id, 80)!r} are no object"
        for name, schema in found.properties.items():
            properties.setdefault(name, schema if isinstance(schema, Mapping) else {})
        definitions |= found.definitions
        required |= dict.fromkeys(found.required)
        ways = ways or found.ways
    return Shown(properties=properties, required=tuple(required), definitions=definitions, ways=ways)


def _taking(plan: Plan) -> Iterator[PlannedWorkflow]:
    """Yield the parts whose inputs a caller gives: the workflow itself, and those that it depends on."""
    by_id = {part.name: part for part in plan.parts}
    waiting, seen = deque([plan.id]), set[str]()
    while waiting:
        name = waiting.popleft()
        if name in by_id and name not in seen:
            seen.add(name)
            yield by_id[name]
            waiting += by_id[name].workflow.depends_on


@dataclass(slots=True, kw_only=True)
class _Found:
    """Properties by where they hold: `sure` always, `maybe` in some of several cases."""

    sure: _Schemas = field(default_factory=dict)
    maybe: _Schemas = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)
    ways: Sequence[Sequence[str]] = ()

    def also(self, other: "_Found") -> None:
        """Take what holds together with this."""
        _add(self.sure, other.sure)
        _add(self.maybe, other.maybe)
        self.required |= other.required
        self.ways = self.ways or other.ways

    def perhaps(self, other: "_Found") -> None:
        """Take what holds in a case of its own."""
        _add(self.maybe, other.sure)
        _add(self.maybe, other.maybe)


class _Looking:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._left = _MOST

    def at(self, schema: Any, levels: int) -> _Found | None:
        """Return what a schema says of an object, None where none fits it."""
        self._left -= 1
        if schema is True:
            return _Found()
        if not isinstance(schema, Mapping) or not _may_be_object(schema) or self._left < 0 or levels == 0:
            return None
        found = _Found(
            sure={name: [each] for name, each in schema.get("properties", {}).items()},
            required=dict.fromkeys(schema.get("required", ())),
        )
        for each in self._all(schema):
            if (part := self.at(each, levels - 1)) is None:
                return None
            found.also(part)
        for word in ("anyOf", "oneOf"):
            if word in schema and not self._one_of(schema[word], found, levels):
                return None
        for each in _cases(schema):
            found.perhaps(self.at(each, levels - 1) or _Found())
        named = schema.get("if")
        asked = self.at(named, levels - 1) if isinstance(named, Mapping) else None
        found.perhaps(_Found(sure={name: [{}] for name in (asked.sure if asked else ())}))
        return found

    def _all(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        yield from schema.get("allOf", ())
        if "$ref" in schema:
            yield self._definitions.get(str(schema["$ref"]).removeprefix(_DEFINITION))

    def _one_of(self, schemas: Sequence[Any], found: _Found, levels: int) -> bool:
        """Take what alternatives say; False where no object fits any of them."""
        parts = [part for each in schemas if (part := self.at(each, levels - 1)) is not None]
        for part in parts:
            found.perhaps(part)
        always = [name for name in (parts[0].required if parts else ()) if all(name in each.required for each in parts)]
        found.required |= dict.fromkeys(always)
        found.ways = found.ways or [tuple(part.required) for part in parts]
        return bool(parts)


def _may_be_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type", "object")
    return "object" in ([kind] if isinstance(kind, str) else kind)


def _cases(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the schemas that hold where another one does, or where a property is there."""
    yield from (schema[word] for word in ("then", "else") if word in schema)
    yield from schema.get("dependentSchemas", {}).values()


def _add(schemas: _Schemas, more: _Schemas) -> None:
    for name, each in more.items():
        schemas.setdefault(name, []).extend(one for one in each if one not in schemas[name])


def _joined(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def _either(schemas: list[Any]) -> Any:
    """Return what a property may be; without a default, which would be given in the other cases, too."""
    if any(not isinstance(each, Mapping) or not each for each in schemas):
        return {}
    plain = [{word: each for word, each in schema.items() if word != "default"} for schema in schemas]
    return plain[0] if len(plain) == 1 else {"anyOf": plain}
