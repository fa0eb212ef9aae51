"""Schemas of a document made self-contained: what a schema refers to stands inside it.

Shared and recursive parts stand once under `$defs`, the rest in place.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from openapi_mcp.model.document import Schema
from openapi_mcp.model.jsontext import write_json

Direction = Literal["input", "output"]

_SUBSCHEMAS = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SMALL = 160  # characters; a shared part this small costs less in place than as a reference
_INLINE_DEPTH = 12
# Written differently, or not at all, by ECMA-262 and Python; a pattern with one of these is said in words instead.
_NOT_PORTABLE = re.compile(
    r"\\[AZzGhHRKXQE]|\(\?(?:[aimsuxLn-]+[:)]|P[<=>]|[|>#+])|[*+?}]\+|\[\[:|\\p\{|\(\?<(?![=!])|\(\?\("
)


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


class SelfContained:
    """Collects the schemas of one tool, then writes them with one set of `$defs`.

        parts = SelfContained(document.schemas, "input")
        parts.add("customer", {"$ref": "#/components/schemas/Customer"})
        properties, defs = parts.finish()

    Input leaves out what is readOnly, output what is writeOnly.
    """

    def __init__(self, schemas: Mapping[str, Schema], direction: Direction) -> None:
        self._schemas = schemas
        self._hidden = "readOnly" if direction == "input" else "writeOnly"
        self._roots: dict[str, dict[str, Any]] = {}
        self._parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, schema: Schema) -> None:
        """Take in a schema with all that it refers to.

        Raises:
            MissingSchemaError: a reference leads nowhere.
        """
        self._roots[name] = self._fit(schema)
        waiting = list(_references(self._roots[name]))
        while waiting:
            ref = waiting.pop()
            if ref not in self._parts:
                self._parts[ref] = self._fit(_look_up(self._schemas, ref))
                waiting.extend(_references(self._parts[ref]))

    def finish(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the schemas by name, and the `$defs` that they refer to."""
        inlined = self._inlined()
        kept = [ref for ref in self._parts if ref not in inlined]
        names = _definition_names(kept)
        resolved: dict[str, dict[str, Any]] = {}
        for ref in inlined:  # innermost first, so that each is whole when it is used
            resolved[ref] = _replace(self._parts[ref], resolved, names)
        roots = {name: _replace(schema, resolved, names) for name, schema in self._roots.items()}
        return roots, {names[ref]: _replace(self._parts[ref], resolved, names) for ref in kept}

    def is_hidden(self, schema: Schema) -> bool:
        """True when a property is not for this direction, by its own word or by that of what it refers to."""
        if schema.get(self._hidden) is True:
            return True
        ref = schema.get("$ref")
        return ref is not None and _look_up(self._schemas, ref).get(self._hidden) is True

    def _fit(self, schema: Schema) -> dict[str, Any]:
        fitted = _map_children(schema, self._fit)
        _move_pattern(fitted)
        if "properties" in fitted:
            self._leave_out_hidden(schema, fitted)
        return {key: value for key, value in fitted.items() if key not in ("readOnly", "writeOnly", "deprecated")}

    def _leave_out_hidden(self, schema: Schema, fitted: dict[str, Any]) -> None:
        hidden = {name for name, value in schema["properties"].items() if self.is_hidden(value)}
        if not hidden:
            return
        fitted["properties"] = {name: value for name, value in fitted["properties"].items() if name not in hidden}
        required = [name for name in fitted.get("required", ()) if name not in hidden]
        fitted.pop("required", None)
        if required:
            fitted["required"] = required

    def _inlined(self) -> list[str]:
        """Return the references to write in place, innermost first: not recursive, and used once or small as a whole."""
        everything = (*self._roots.values(), *self._parts.values())
        uses = Counter(ref for schema in everything for ref in _references(schema))
        sizes: dict[str, int] = {}
        depths: dict[str, int] = {}
        for ref in _innermost_first(self._parts):
            part = self._parts[ref]
            inner = [target for target in _references(part) if target in sizes]
            size = len(write_json(part)) + sum(sizes[target] for target in inner)
            depth = 1 + max((depths[target] for target in inner), default=0)
            if (uses[ref] == 1 or size <= _SMALL) and depth <= _INLINE_DEPTH:
                sizes[ref], depths[ref] = size, depth
        return list(sizes)


def _innermost_first(parts: Mapping[str, dict[str, Any]]) -> list[str]:
    """Order the parts that are not recursive so that each follows all that it refers to."""
    below = {ref: set(_references(schema)) for ref, schema in parts.items()}
    above: dict[str, list[str]] = {ref: [] for ref in parts}
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


def _map_children(schema: Schema, change: Any) -> dict[str, Any]:
    """Return a copy of a schema with `change` applied to each schema directly inside it."""
    copy = dict(schema)
    for word in _SUBSCHEMAS:
        if isinstance(copy.get(word), dict):
            copy[word] = change(copy[word])
    for word in _LISTS:
        if word in copy:
            copy[word] = [change(item) for item in copy[word]]
    for word in _MAPS:
        if word in copy:
            copy[word] = {name: change(item) for name, item in copy[word].items()}
    return copy


def children(schema: Schema) -> Iterator[Schema]:
    """Yield each schema that stands directly inside a schema."""
    for word in _SUBSCHEMAS:
        if isinstance(schema.get(word), Mapping):
            yield schema[word]
    for word in _LISTS:
        yield from schema.get(word, ())
    for word in _MAPS:
        yield from schema.get(word, {}).values()


def _references(schema: Schema) -> Iterator[str]:
    stack = [schema]
    while stack:
        node = stack.pop()
        if "$ref" in node:
            yield node["$ref"]
        stack.extend(children(node))


def _replace(schema: Schema, resolved: Mapping[str, dict[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
    """Put the parts that stand in place into a schema, and turn its other references to `$defs`."""
    copy = _map_children(schema, lambda child: _replace(child, resolved, names))
    ref = copy.pop("$ref", None)
    if ref is None:
        return _unwrapped(copy)
    if ref in resolved:
        return {**resolved[ref], **copy}
    return {"$ref": f"#/$defs/{names[ref]}", **{key: copy[key] for key in ("description", "default") if key in copy}}


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
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", ref.rpartition("/")[2])[:48] or "part"
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        names[ref] = name
    return names


def _move_pattern(schema: dict[str, Any]) -> None:
    """Say a pattern in the description where a client's or our own regular expressions would not take it."""
    pattern = schema.get("pattern")
    if pattern is None or _is_portable(pattern):
        return
    del schema["pattern"]
    said = f"Must match the pattern {pattern[:300]}"
    schema["description"] = f"{schema['description']} {said}" if "description" in schema else said


def _is_portable(pattern: str) -> bool:
    if _NOT_PORTABLE.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
