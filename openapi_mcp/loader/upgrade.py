"""Schemas of OpenAPI 3.0 and 3.1 in one form: JSON Schema 2020-12, valid whatever stood in the document.

Each node is rebuilt from the keywords that a validator knows, each with a value of the type it must have; what OpenAPI
adds is rewritten or said in words, and the rest is left out. `$ref` stays, in canonical form (loader/refs.py).
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi_mcp.loader.discriminator import discriminator_in_words
from openapi_mcp.loader.enums import fit_enum, of_type
from openapi_mcp.loader.labels import labels_in_words
from openapi_mcp.loader.refs import Resources
from openapi_mcp.model.document import Schema
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.xml import KINDS

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_ANNOTATIONS = ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "xml")
_REFUSING_NULL = frozenset({"allOf", "anyOf", "oneOf", "enum"})  # without a `type`; other rules let null through
_MAX_DEPTH = 60

NodeReader = Callable[[JsonValue, int], dict[str, Any]]


def upgrade_schema(schema: JsonValue, *, openapi: str, resources: Resources | None = None, base: str = "") -> Schema:
    """Return a schema of OpenAPI `openapi` ("2.0", "3.0.3", "3.1.0") in 2020-12 form; upgrading twice changes nothing.

    `base` is the URI of the document that holds it, "" for the root; references in it go by that (or by its `$id`).
    3.0: `nullable: true` becomes a null alternative (2.0: `x-nullable`), beside `allOf` without a `type` too; a
    boolean `exclusiveMinimum` becomes a number, and siblings of `$ref` are dropped. 3.1: siblings of `$ref` apply.
    All: `example` becomes `examples`, a list of types `anyOf`, in `xml` what 3.2 has another word for that word.

    Raises:
        RefError: a `$ref` that is not a pointer into the document.

    OAS 3.0.4 Schema Object; OAS 3.1.1 Schema Object; JSON Schema 2020-12.
    """
    upgrade = _Upgrade(openapi, resources or Resources({"": schema}), base)
    return upgrade.node(schema, 0)


class _Upgrade:
    def __init__(self, openapi: str, resources: Resources, base: str) -> None:
        self.is_30 = openapi.startswith(("3.0", "2."))
        self.nullable = "x-nullable" if openapi.startswith("2.") else "nullable"
        self.resources = resources
        self.base = base

    def node(self, schema: JsonValue, depth: int) -> dict[str, Any]:
        if schema is False:
            return {"not": {}}
        if not isinstance(schema, dict):
            return {}
        identifier = schema.get("$id")
        if isinstance(identifier, str) and not self.is_30 and not identifier.startswith("#"):
            base = self.resources.embedded(identifier, self.base)
            if base != self.base:
                return _Upgrade("3.1", self.resources, base).node(schema, depth)
        ref = schema.get("$ref")
        if depth > _MAX_DEPTH:
            too_deep = {"description": "Nested too deeply to be shown; any value."}
            return {"$ref": self.canonical(ref)} if isinstance(ref, str) else too_deep
        return self._reference(ref, schema, depth) if isinstance(ref, str) else self._plain(schema, depth)

    def canonical(self, ref: str) -> str:
        """Return the place that a reference names, as Document.schemas knows it."""
        return self.resources.canonical(ref, self.base)

    def _reference(self, target: str, schema: dict[str, JsonValue], depth: int) -> dict[str, Any]:
        ref = {"$ref": self.canonical(target)}
        if self.is_30:
            return ref
        siblings = self._plain({key: value for key, value in schema.items() if key != "$ref"}, depth)
        if not siblings or set(siblings) <= set(_ANNOTATIONS):
            return {**ref, **siblings}
        return {**siblings, "allOf": [ref, *siblings.get("allOf", ())]}

    def _plain(self, schema: dict[str, JsonValue], depth: int) -> dict[str, Any]:
        if schema.get("type") == "file":  # Swagger 2.0's word for bytes, which newer documents use too
            schema = {**schema, "type": "string", "format": "binary"}
        types = self._types(schema)
        or_null = not types and self._is_nullable(schema) and any(word in schema for word in _REFUSING_NULL)
        if depth == _MAX_DEPTH and (len(types) > 1 or or_null):
            types = []  # no level is left for alternatives
            if or_null:
                schema = {word: value for word, value in schema.items() if word not in _REFUSING_NULL}
        known = dict(self._keywords(schema, depth + (len(types) > 1 or or_null)))
        known.update(_exclusive_bounds(schema, known))
        _add_examples(schema, known)
        _add_discriminator(schema, known)
        _add_labels(schema, known)
        _open_tagged_union(schema, known)
        _fit_enum(types, known)
        if len(types) > 1:
            return _alternatives(types, known)
        if or_null:
            return _or_null(known)
        return {"type": types[0], **known} if types else known

    def _keywords(self, schema: dict[str, JsonValue], depth: int) -> Iterator[tuple[str, Any]]:
        for word, value in schema.items():
            read = _READERS.get(word)
            if read is not None:
                fitted = read(self, value, depth + 1)
                if fitted is not None:
                    yield word, fitted
        if isinstance(items := schema.get("items"), list) and items:  # a tuple as draft 4 wrote it
            yield "prefixItems", [self.node(item, depth + 1) for item in items]
        if "const" in schema:
            yield "const", schema["const"]
        if "default" in schema:
            yield "default", schema["default"]

    def _types(self, schema: dict[str, JsonValue]) -> list[str]:
        """Return what `type` and `nullable` allow; several become alternatives, more portable than a list of types."""
        declared = schema.get("type")
        names = [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else []
        types = list(dict.fromkeys(name for name in names if isinstance(name, str) and name in _TYPES))
        if self._is_nullable(schema) and types and "null" not in types:
            types.append("null")
        return types

    def _is_nullable(self, schema: dict[str, JsonValue]) -> bool:
        return self.is_30 and schema.get(self.nullable) is True


def _or_null(known: dict[str, Any]) -> dict[str, Any]:
    """Take null in beside a schema without a type: {"allOf": [x]} -> {"anyOf": [{"allOf": [x]}, {"type": "null"}]}.

    An `anyOf` that stands alone takes it among its own; a `oneOf` may have it already, and would refuse it as two.
    """
    outside = {key: known[key] for key in _ANNOTATIONS if key in known}
    inside = {key: value for key, value in known.items() if key not in outside}
    if not _REFUSING_NULL.intersection(inside):
        return known
    branches = inside["anyOf"] if set(inside) == {"anyOf"} else [_without_null(inside)]
    null = {"type": "null"}
    return {**outside, "anyOf": branches if null in branches else [*branches, null]}


def _alternatives(types: list[str], known: dict[str, Any]) -> dict[str, Any]:
    outside = {key: known[key] for key in _ANNOTATIONS if key in known}
    inside = {key: value for key, value in known.items() if key not in outside}
    inside = _without_null(inside)
    branches = [{"type": name, **inside} for name in types if name != "null"]
    if len(branches) > 1 and "enum" in inside:
        branches = _each_with_its_own(branches)
    if "null" in types:
        branches.append({"type": "null"})
    return {**outside, "anyOf": branches}


def _each_with_its_own(branches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave each alternative the values of the `enum` that are of its type; without any an alternative is none."""
    split = [{**branch, "enum": of_type(branch["enum"], branch["type"])} for branch in branches]
    kept = [branch for branch in split if branch["enum"]]
    return kept or [{word: value for word, value in branch.items() if word != "enum"} for branch in branches]


def _without_null(keywords: dict[str, Any]) -> dict[str, Any]:
    """Drop null from an `enum` whose null stands as an alternative of its own."""
    values = [value for value in keywords.get("enum", ()) if value is not None]
    return {**keywords, "enum": values} if values else {k: v for k, v in keywords.items() if k != "enum"}


def _exclusive_bounds(schema: Mapping[str, JsonValue], known: dict[str, Any]) -> dict[str, Any]:
    """Return number bounds for the booleans of 3.0: {minimum: 3, exclusiveMinimum: true} -> {exclusiveMinimum: 3}."""
    bounds: dict[str, Any] = {}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in known:
            bounds[exclusive] = known.pop(bound)
    return bounds


def _add_examples(schema: Mapping[str, JsonValue], known: dict[str, Any]) -> None:
    if "example" in schema and "examples" not in known:
        known["examples"] = [schema["example"]]


def _fit_enum(types: list[str], known: dict[str, Any]) -> None:
    """Bring the values of an `enum` to the one type beside it: {type: string, enum: [1]} allows no value as it is."""
    kinds = [name for name in types if name != "null"]
    if len(kinds) == 1 and "enum" in known:
        known["enum"] = fit_enum(known["enum"], kinds[0])
        if not known["enum"]:
            del known["enum"]


def _add_discriminator(schema: Mapping[str, JsonValue], known: dict[str, Any]) -> None:
    """Say in words which property tells the branches apart; 2020-12 has no keyword for it."""
    if said := discriminator_in_words(schema.get("discriminator")):
        known["description"] = f"{known['description']} {said}" if "description" in known else said


def _add_labels(schema: Mapping[str, JsonValue], known: dict[str, Any]) -> None:
    """Say in words what a document calls its values in `x-` words, which no reader of a tool would see."""
    said = labels_in_words(schema) if any(word[:2] == "x-" for word in schema) else ""
    if said:
        known["description"] = f"{known['description']} {said}" if "description" in known else said


def _open_tagged_union(schema: Mapping[str, JsonValue], known: dict[str, Any]) -> None:
    """Write `oneOf` as `anyOf` where a validator cannot tell its branches apart.

    A property does, by a Discriminator Object, or a `format`, which is an annotation in 2020-12.
    """
    branches = known.get("oneOf", ())
    is_told = isinstance(schema.get("discriminator"), dict) or any("format" in branch for branch in branches)
    if branches and is_told and "anyOf" not in known:
        known["anyOf"] = known.pop("oneOf")


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _schema(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, Any] | None:
    return up.node(value, depth) if isinstance(value, (dict, bool)) else None


def _open_or_schema(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, Any] | bool | None:
    return value if isinstance(value, bool) else _schema(up, value, depth)


def _schema_list(up: _Upgrade, value: JsonValue, depth: int) -> list[dict[str, Any]] | None:
    if not isinstance(value, list):
        return None
    return [up.node(item, depth) for item in value if isinstance(item, (dict, bool))] or None


def _schema_map(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, dict[str, Any]] | None:
    if not isinstance(value, dict):
        return None
    return {name: up.node(item, depth) for name, item in value.items() if isinstance(item, (dict, bool))}


def _properties(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, dict[str, Any]] | None:
    """Read `properties`; one whose schema is none (`null`, `"string"`) may have any value, but is still there."""
    return {name: up.node(item, depth) for name, item in value.items()} if isinstance(value, dict) else None


def _pattern_map(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, dict[str, Any]] | None:
    """Read `patternProperties`; a pattern that no validator could compile is left out."""
    schemas = _schema_map(up, value, depth)
    return schemas and {pattern: schema for pattern, schema in schemas.items() if _compiles(pattern)}


def _compiles(pattern: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a later Python may read differently
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _number(_: _Upgrade, value: JsonValue, __: int) -> JsonValue:
    return value if _is_number(value) else None


def _positive(_: _Upgrade, value: JsonValue, __: int) -> JsonValue:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None


def _count(_: _Upgrade, value: JsonValue, __: int) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _flag(_: _Upgrade, value: JsonValue, __: int) -> bool | None:
    return True if value is True else None


def _text(_: _Upgrade, value: JsonValue, __: int) -> str | None:
    return clean_text(value) or None if isinstance(value, str) else None


def _exact_text(_: _Upgrade, value: JsonValue, __: int) -> str | None:
    return value if isinstance(value, str) else None


def _names(_: _Upgrade, value: JsonValue, __: int) -> list[str] | None:
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    return list(dict.fromkeys(names)) or None


def _names_by_name(up: _Upgrade, value: JsonValue, depth: int) -> dict[str, list[str]] | None:
    if not isinstance(value, dict):
        return None
    return {name: listed for name, names in value.items() if (listed := _names(up, names, depth))} or None


def _values(_: _Upgrade, value: JsonValue, __: int) -> list[JsonValue] | None:
    return (list(value) or None) if isinstance(value, list) else None


def _xml(_: _Upgrade, value: JsonValue, __: int) -> dict[str, str] | None:
    """Read an XML Object in the form of 3.2, where `nodeType` says what `attribute` and `wrapped` said before."""
    if not isinstance(value, dict):
        return None
    read = {word: text for word in ("name", "namespace", "prefix") if isinstance(text := value.get(word), str) and text}
    if value.get("nodeType") in KINDS:
        read["nodeType"] = str(value["nodeType"])
    elif value.get("attribute") is True:
        read["nodeType"] = "attribute"
    elif value.get("wrapped") is True:
        read["nodeType"] = "element"
    return read or None


_Reader = Callable[[_Upgrade, JsonValue, int], Any]
_READERS: dict[str, _Reader] = {
    "title": _text,
    "description": _text,
    "deprecated": _flag,
    "readOnly": _flag,
    "writeOnly": _flag,
    "examples": _values,
    "enum": _values,
    "format": _text,
    "pattern": _exact_text,
    "contentEncoding": _text,
    "contentMediaType": _text,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": _positive,
    "minLength": _count,
    "maxLength": _count,
    "minItems": _count,
    "maxItems": _count,
    "minContains": _count,
    "maxContains": _count,
    "minProperties": _count,
    "maxProperties": _count,
    "uniqueItems": _flag,
    "required": _names,
    "properties": _properties,
    "patternProperties": _pattern_map,
    "dependentRequired": _names_by_name,
    "dependentSchemas": _schema_map,
    "additionalProperties": _open_or_schema,
    "unevaluatedProperties": _open_or_schema,
    "unevaluatedItems": _open_or_schema,
    "items": _schema,
    "contains": _schema,
    "propertyNames": _schema,
    "not": _schema,
    "if": _schema,
    "then": _schema,
    "else": _schema,
    "allOf": _schema_list,
    "anyOf": _schema_list,
    "oneOf": _schema_list,
    "prefixItems": _schema_list,
    "xml": _xml,
}
