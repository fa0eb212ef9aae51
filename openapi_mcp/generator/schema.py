"""Schemas of a document made self-contained: what a schema refers to stands inside it.

Shared and recursive parts stand once under `$defs`, the rest in place. What the document says of one component is
worked out once for all tools (Parts); what one tool holds of it is bounded (SelfContained).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from openapi_mcp.generator.said import say
from openapi_mcp.generator.sound import is_portable
from openapi_mcp.generator.visible import leave_out_unseen
from openapi_mcp.model.document import Schema
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import clean_text, one_line

Direction = Literal["input", "output"]

_SUBSCHEMAS = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")
_IN_PLACE = frozenset(("$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"))
_NESTING = frozenset((*_SUBSCHEMAS, *_LISTS, *_MAPS))
_DROPPED = frozenset({"readOnly", "writeOnly", "deprecated", "xml"})
_SMALL = 160  # characters; a shared part this small costs less in place than as a reference
_INLINE_DEPTH = 12
_ROOM = 8_000  # characters of the parts in one tool; what is further away from the root is said in words
_SHOWN_FIELDS = 12
LONGEST_ARGUMENT = 240
_LONGEST = 120  # characters of a description inside a schema; an argument's own may be longer


class MissingSchemaError(LookupError):
    """A `$ref` that the document does not answer; the message says which."""


def find(schemas: Mapping[str, Schema], schema: Schema) -> Schema:
    """Follow a bare `$ref` to the schema that it names.

    Raises:
        MissingSchemaError: it names nothing, or itself.
    """
    seen = set()
    while (ref := schema.get("$ref")) is not None:
        if ref in seen:
            raise MissingSchemaError(f"the reference {ref!r} leads back to itself")
        seen.add(ref)
        schema = _look_up(schemas, ref)
    return schema


def _look_up(schemas: Mapping[str, Schema], ref: str) -> Schema:
    try:
        return schemas[ref]
    except KeyError as error:
        raise MissingSchemaError(str(error.args[0])) from None


@dataclass(frozen=True)
class Part:
    """A schema fitted to tools, with the references in it, one entry for each use."""

    schema: dict[str, Any]
    refs: tuple[str, ...]

    @cached_property
    def size(self) -> int:
        """Its length in characters; asked for only where there are references to make room for."""
        return len(write_json(self.schema))


@dataclass(slots=True)
class Parts:
    """The components of one document, each fitted once. Input leaves out what is readOnly, output what is writeOnly."""

    schemas: Mapping[str, Schema]
    direction: Direction
    _known: dict[str, Part] = field(default_factory=dict)
    _fitted: dict[tuple[int, int], tuple[Schema, Part]] = field(default_factory=dict)

    def __getitem__(self, ref: str) -> Part:
        if ref not in self._known:
            schema = _look_up(self.schemas, ref)
            find(self.schemas, schema)  # references that lead to nothing but each other: no validator ends there
            self._known[ref] = self.fit(schema)
        return self._known[ref]

    def fit(self, schema: Schema, *, longest: int = _LONGEST) -> Part:
        """Return a schema as tools show it, its references as they are; `longest` is for its own description.

        Raises:
            MissingSchemaError: a property's reference leads nowhere.
        """
        known = self._fitted.get((id(schema), longest))
        if known is None:
            refs: list[str] = []
            fitted = self._fit(schema, refs, longest)
            known = schema, Part(fitted, tuple(refs))
            self._fitted[id(schema), longest] = known  # with the schema, so that its id is not given to another
        return known[1]

    def is_hidden(self, schema: Schema) -> bool:
        """True when a property is not for this direction, by its own word or by that of what it refers to."""
        hidden = "readOnly" if self.direction == "input" else "writeOnly"
        if schema.get(hidden) is True:
            return True
        ref = schema.get("$ref")
        return ref is not None and _look_up(self.schemas, ref).get(hidden) is True

    def _fit(self, schema: Schema, refs: list[str], longest: int) -> dict[str, Any]:
        if "$ref" in schema:
            refs.append(schema["$ref"])
        fitted = {key: value for key, value in schema.items() if key not in _DROPPED}
        leave_out_unseen(fitted)
        if "properties" in fitted:
            self._leave_out_hidden(fitted)
        if "title" in fitted and "description" in fitted and "const" not in fitted:
            del fitted["title"]  # a generator's name for what the description says; of one value it is the label
        if "description" in fitted or "examples" in fitted:
            say(fitted, longest)
        self._fit_patterns(fitted)
        return map_children(fitted, lambda child: self._fit(child, refs, _LONGEST))

    def _fit_patterns(self, schema: dict[str, Any]) -> None:
        """Keep the patterns that every client's and our own regular expressions take.

        Of outputs none is kept: clients compile them in ECMA-262's Unicode mode; one needless escape loses the list.
        """
        is_output = self.direction == "output"
        if "pattern" in schema and (is_output or not is_portable(schema["pattern"])):
            _move_pattern(schema)
        if "patternProperties" in schema:
            named = schema["patternProperties"]
            _drop_patterns_of_names(schema, {text for text in named if is_output or not is_portable(text)})

    def _leave_out_hidden(self, schema: dict[str, Any]) -> None:
        hidden = {name for name, value in schema["properties"].items() if self.is_hidden(value)}
        if not hidden:
            return
        schema["properties"] = {name: value for name, value in schema["properties"].items() if name not in hidden}
        required = [name for name in schema.pop("required", ()) if name not in hidden]
        if required:
            schema["required"] = required
        dependent = _without(schema.pop("dependentRequired", {}), hidden)
        if dependent:
            schema["dependentRequired"] = dependent


def _without(dependent: Mapping[str, list[str]], hidden: set[str]) -> dict[str, list[str]]:
    """Return what the properties that are shown need of each other."""
    shown = {name: [other for other in needed if other not in hidden] for name, needed in dependent.items()}
    return {name: needed for name, needed in shown.items() if needed and name not in hidden}


class SelfContained:
    """Collects the schemas of one tool, then writes them with one set of `$defs`.

    schemas = SelfContained(Parts(document.schemas, "input"))
    schemas.add("customer", {"$ref": "#/components/schemas/Customer"})
    properties, defs = schemas.finish()
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._roots: dict[str, Part] = {}

    def add(self, name: str, schema: Schema) -> None:
        """Take in a schema.

        Raises:
            MissingSchemaError: a reference in it leads nowhere.
        """
        self._roots[name] = self._parts.fit(schema, longest=LONGEST_ARGUMENT)

    def finish(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the schemas by name, and the `$defs` that they refer to.

        Raises:
            MissingSchemaError: a reference leads nowhere.
        """
        if not any(root.refs for root in self._roots.values()):
            return {name: _replace(root.schema, {}) for name, root in self._roots.items()}, {}
        held = self._within_reach()
        inlined = self._inlined(held)
        kept = [ref for ref in held if ref not in inlined]
        names = _definition_names(kept)
        written: dict[str, dict[str, Any]] = {ref: {"$ref": f"#/$defs/{names[ref]}"} for ref in kept}
        for ref in self._all_refs(held):
            if ref not in held:
                written[ref] = self._in_words(ref)
        for ref in inlined:  # innermost first, so that each is whole when it is used
            written[ref] = _replace(held[ref].schema, written)
        roots = {name: _replace(root.schema, written) for name, root in self._roots.items()}
        definitions = {names[ref]: _replace(held[ref].schema, written) for ref in kept}
        _break_circles(definitions)
        return roots, definitions

    def _within_reach(self) -> dict[str, Part]:
        """Return the parts nearest to the roots, as many as there is room for; the furthest are left out first."""
        held: dict[str, Part] = {}
        room = _ROOM - sum(root.size for root in self._roots.values())
        level = list(dict.fromkeys(ref for root in self._roots.values() for ref in root.refs))
        while level and room > 0:
            for ref in level:
                part = self._parts[ref]
                if part.size <= room or not held:
                    held[ref] = part
                    room -= part.size
            level = [r for ref in level if ref in held for r in held[ref].refs if r not in held]
            level = list(dict.fromkeys(level))
        return held

    def _all_refs(self, held: Mapping[str, Part]) -> Iterable[str]:
        return dict.fromkeys(ref for part in (*self._roots.values(), *held.values()) for ref in part.refs)

    def _in_words(self, ref: str) -> dict[str, Any]:
        """Return what stands for a part that there is no room for: its type, and its fields by name."""
        part = self._parts[ref].schema
        fields = list(part.get("properties", {}))
        shown = ", ".join(fields[:_SHOWN_FIELDS]) + (", ..." if len(fields) > _SHOWN_FIELDS else "")
        name = one_line(ref.rpartition("/")[2], 80)
        said = f"{name}, not shown in full" + (f"; fields: {one_line(shown, 300)}" if shown else "")
        kind = {"type": part["type"]} if "type" in part else {}
        return {**kind, "description": said}

    def _inlined(self, held: Mapping[str, Part]) -> list[str]:
        """Return the references to write in place, innermost first: not recursive, used once or small when whole."""
        uses = Counter(ref for part in (*self._roots.values(), *held.values()) for ref in part.refs)
        sizes: dict[str, int] = {}
        depths: dict[str, int] = {}
        for ref in _innermost_first(held):
            part = held[ref]
            inner = [target for target in part.refs if target in sizes]
            size = part.size + sum(sizes[target] for target in inner)
            depth = 1 + max((depths[target] for target in inner), default=0)
            if (uses[ref] == 1 or size <= _SMALL) and depth <= _INLINE_DEPTH:
                sizes[ref], depths[ref] = size, depth
        return list(sizes)


def _innermost_first(held: Mapping[str, Part]) -> list[str]:
    """Order the parts that are not recursive so that each follows all that it refers to."""
    below = {ref: {target for target in part.refs if target in held} for ref, part in held.items()}
    above: dict[str, list[str]] = {ref: [] for ref in held}
    for ref, inner in below.items():
        for target in inner:
            above[target].append(ref)
    waiting = {ref: len(inner) for ref, inner in below.items()}
    ready = [ref for ref, count in waiting.items() if count == 0]
    order = []
    while ready:
        ref = ready.pop()
        order.append(ref)
        for outer in above[ref]:
            waiting[outer] -= 1
            if waiting[outer] == 0:
                ready.append(outer)
    return order


def map_children(schema: dict[str, Any], change: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Apply `change` to each schema directly inside a schema that is ours to change; return it."""
    if _NESTING.isdisjoint(schema):
        return schema
    for word in _SUBSCHEMAS:
        if isinstance(schema.get(word), dict):
            schema[word] = change(schema[word])
    for word in _LISTS:
        if word in schema:
            schema[word] = [change(item) for item in schema[word]]
    for word in _MAPS:
        if word in schema:
            schema[word] = {name: change(item) for name, item in schema[word].items()}
    return schema


def children(schema: Schema) -> Iterator[Schema]:
    """Yield each schema that stands directly inside a schema."""
    for word in _SUBSCHEMAS:
        if isinstance(schema.get(word), dict):
            yield schema[word]
    for word in _LISTS:
        yield from schema.get(word, ())
    for word in _MAPS:
        yield from schema.get(word, {}).values()


def _replace(schema: Mapping[str, Any], written: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a copy with what is written for each reference in its place."""
    copy = map_children(dict(schema), lambda child: _replace(child, written))
    ref = copy.pop("$ref", None)
    if ref is None:
        return _unwrapped(copy) if "allOf" in copy else copy
    target = written[ref]
    if "$ref" not in target:
        return {**target, **copy}
    return {**target, **{key: copy[key] for key in ("description", "default") if key in copy}}


def _break_circles(definitions: dict[str, dict[str, Any]]) -> None:
    """Take apart definitions that are composed of themselves: no validator comes to an end there.

    {"Pet": {"oneOf": [Cat], "properties": P}, "Cat": {"allOf": [Pet, own]}}: in Cat stands what Pet says by itself, P.
    """
    done: set[str] = set()

    def visit(name: str, above: frozenset[str]) -> None:
        for holder in _composed(definitions[name]):
            target = holder["$ref"].removeprefix("#/$defs/")
            if target in above:
                del holder["$ref"]
                own = {word: value for word, value in definitions[target].items() if word not in _IN_PLACE}
                holder.update({**own, **holder})
            elif target not in done:
                visit(target, above | {target})
        done.add(name)

    for name in definitions:
        if name not in done:
            visit(name, frozenset((name,)))


def _composed(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the references that are held against the same value as the schema itself."""
    stack = [schema]
    while stack:
        node = stack.pop()
        if "$ref" in node:
            yield node
        stack.extend(node[word] for word in ("not", "if", "then", "else") if isinstance(node.get(word), dict))
        stack.extend(inner for word in ("allOf", "anyOf", "oneOf") for inner in node.get(word, ()))


def _unwrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """Merge an `allOf` of one into what stands around it, as generators write it to add a description to a `$ref`."""
    match schema:
        case {"allOf": [only]} if not (set(only) & set(schema)) - {"description", "title"} and "$ref" not in only:
            return {**only, **{key: value for key, value in schema.items() if key != "allOf"}}
        case _:
            return schema


def _definition_names(refs: list[str]) -> dict[str, str]:
    """Return a short unique name for each reference: "#/components/schemas/Order" -> "Order"."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for ref in refs:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", ref.rstrip("#").rpartition("/")[2])[:48] or "part"
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        names[ref] = name
    return names


def _move_pattern(schema: dict[str, Any]) -> None:
    """Say a pattern in the description."""
    said = f"Must match the pattern {clean_text(schema.pop('pattern'))[:300]}"
    schema["description"] = f"{schema['description']} {said}" if "description" in schema else said


def _drop_patterns_of_names(schema: dict[str, Any], dropped: set[str]) -> None:
    """Leave out patterns for names of properties, and with them what forbids the names that are not declared."""
    kept = {pattern: value for pattern, value in schema.pop("patternProperties").items() if pattern not in dropped}
    if kept:
        schema["patternProperties"] = kept
    for word in ("additionalProperties", "unevaluatedProperties"):
        if dropped and schema.get(word) is False:
            del schema[word]
