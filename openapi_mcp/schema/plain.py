"""Values that plainly fit their schema, seen without a validator: nearly all, at a fraction of what that costs.

Only what is certain is said. A keyword, a value or a size beyond these few takes the validator of bounded.py, which
also finds the words for what is wrong; until then jsonschema need not even be imported.
"""

# ruff: noqa: SIM110  generators cost a third more than loops, on every call

from collections.abc import Callable, Mapping, Sized
from types import MappingProxyType
from typing import Any

from openapi_mcp.schema.pattern import matches, steps

FEW_STEPS = 1_000  # values and names that are looked at; below a millisecond
_LONGEST_ENUM = 200
_DEEPEST = 150  # schemas within each other, two of Python's thousand levels each
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TELLS_NOTHING = frozenset(
    (
        "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "format",
        "contentEncoding", "contentMediaType", "$comment", "$defs",
    )
)  # fmt: skip
_TYPES = {
    type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array",
}  # fmt: skip


def fits(schema: Mapping[str, Any], value: Any, schemas: Mapping[str, Any] = _NOTHING) -> bool:
    """True where a value is certain to fit a schema (JSON Schema 2020-12); False where it does not, or may not.

    `schemas` are what a `$ref` names.
    """
    return Look(schemas, FEW_STEPS).fits(schema, value)


class Look:
    """One look at a value; it gives up where there is too much to see: then less than nothing is `left`."""

    def __init__(self, schemas: Mapping[str, Any], most: int) -> None:
        self.left = most
        self.schemas = schemas
        self._depth = 0

    def fits(self, schema: Any, value: Any) -> bool:
        """True where a value is certain to fit."""
        self.left -= 1
        if self.left < 0 or self._depth > _DEEPEST or not isinstance(schema, (dict, Mapping)):
            return self.left >= 0 and schema is True
        self._depth += 1
        for word, limit in schema.items():
            rule = _RULES.get(word)
            if not (word in _TELLS_NOTHING if rule is None else rule(self, limit, value, schema)):
                self._depth -= 1
                return False
        self._depth -= 1
        return True


def _reference(look: Look, ref: Any, value: Any, _schema: Any) -> bool:
    named = look.schemas.get(ref) if isinstance(ref, str) else None
    return named is not None and look.fits(named, value)


def _is_of_type(_look: Look, names: Any, value: Any, _schema: Any) -> bool:
    """True for a value of the type. 1.0 is a number here: where an integer is wanted, it takes a closer look."""
    kind = _TYPES.get(type(value))
    if kind == names:
        return kind is not None
    listed = names if isinstance(names, list) else [names]
    return kind is not None and (kind in listed or (kind == "integer" and "number" in listed))


def _properties(look: Look, declared: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(value, dict):
        return True
    if not isinstance(declared, (dict, Mapping)):
        return False
    look.left -= len(value)
    for name, item in value.items():
        if name in declared and not look.fits(declared[name], item):
            return False
    return True


def _required(_look: Look, names: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(value, dict):
        return True
    if not isinstance(names, list):
        return False
    for name in names:
        if not isinstance(name, str) or name not in value:
            return False
    return True


def _additional(look: Look, extra: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict) or extra is True:
        return True
    declared = schema.get("properties", {})
    look.left -= len(value)
    return isinstance(declared, Mapping) and all(
        look.fits(extra, item) for name, item in value.items() if name not in declared
    )


def _items(look: Look, each: Any, value: Any, _schema: Any) -> bool:
    if isinstance(value, list):
        for item in value:
            if not look.fits(each, item):
                return False
    return True


def _enum(_look: Look, allowed: Any, value: Any, _schema: Any) -> bool:
    """True for a listed text, integer, boolean or null: JSON and Python agree when those of one type are equal."""
    if not isinstance(allowed, list) or len(allowed) > _LONGEST_ENUM:
        return False
    kind = type(value)
    return value in allowed if kind is str else any(kind is type(one) and one == value for one in allowed)


def _const(look: Look, only: Any, value: Any, schema: Any) -> bool:
    return _enum(look, [only], value, schema)


def _unique(look: Look, unique: Any, value: Any, _schema: Any) -> bool:
    """True where all items are different texts."""
    if unique is not True or not isinstance(value, list):
        return True
    look.left -= len(value)
    return look.left >= 0 and all(isinstance(item, str) for item in value) and len(set(value)) == len(value)


def _pattern(look: Look, pattern: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(value, str):
        return True
    if not isinstance(pattern, str):
        return False
    look.left -= steps(pattern, value)
    return look.left >= 0 and matches(pattern, value)


def _any_of(look: Look, branches: Any, value: Any, _schema: Any) -> bool:
    if isinstance(branches, list):
        for branch in branches:
            if look.fits(branch, value):
                return True
    return False


def _all_of(look: Look, branches: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(branches, list):
        return False
    for branch in branches:
        if not look.fits(branch, value):
            return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(holds: Callable[[Any, Any], bool]) -> "_Rule":
    return lambda _look, limit, value, _schema: not _is_number(value) or (_is_number(limit) and holds(value, limit))


def _length(kind: type[Sized], holds: Callable[[Any, Any], bool]) -> "_Rule":
    return lambda _look, limit, value, _schema: (
        not isinstance(value, kind) or (_is_number(limit) and holds(len(value), limit))
    )


_Rule = Callable[[Look, Any, Any, Any], bool]
_RULES: dict[str, _Rule] = {
    "$ref": _reference,
    "type": _is_of_type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique,
    "pattern": _pattern,
    "anyOf": _any_of,
    "allOf": _all_of,
    "minimum": _number(lambda value, limit: value >= limit),
    "maximum": _number(lambda value, limit: value <= limit),
    "exclusiveMinimum": _number(lambda value, limit: value > limit),
    "exclusiveMaximum": _number(lambda value, limit: value < limit),
    "minLength": _length(str, lambda length, limit: length >= limit),
    "maxLength": _length(str, lambda length, limit: length <= limit),
    "minItems": _length(list, lambda length, limit: length >= limit),
    "maxItems": _length(list, lambda length, limit: length <= limit),
    "minProperties": _length(dict, lambda length, limit: length >= limit),
    "maxProperties": _length(dict, lambda length, limit: length <= limit),
}
