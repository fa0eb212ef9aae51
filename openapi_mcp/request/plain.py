"""Arguments that plainly fit their schema, seen without a validator: most calls, at a fraction of what that costs.

Only what is certain is said. A keyword, a value or a size beyond these few takes the validator of bounded.py, which
also finds the words for what is wrong; until then jsonschema need not even be imported.
"""

from collections.abc import Callable, Mapping, Sized
from typing import Any

_STEPS = 1_000  # values and names that are looked at; below a millisecond
_LONGEST_ENUM = 200
_TELLS_NOTHING = frozenset(
    (
        "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "format",
        "contentEncoding", "contentMediaType", "$comment", "$defs",
    )
)  # fmt: skip


def fits(schema: Mapping[str, Any], value: Any) -> bool:
    """True where a value is certain to fit a schema (JSON Schema 2020-12); False where it does not, or may not."""
    return _Look().fits(schema, value)


class _Look:
    """One look at a value; it gives up where there is too much to see."""

    def __init__(self) -> None:
        self.left = _STEPS

    def fits(self, schema: Any, value: Any) -> bool:
        self.left -= 1 + (len(value) if isinstance(value, (dict, list)) else 0)
        if self.left < 0 or not isinstance(schema, Mapping):
            return self.left >= 0 and schema is True
        return all(
            word in _TELLS_NOTHING or (word in _RULES and _RULES[word](self, limit, value, schema))
            for word, limit in schema.items()
        )


def _is_of_type(_look: _Look, names: Any, value: Any, _schema: Any) -> bool:
    kind = _type_of(value)
    listed = names if isinstance(names, list) else [names]
    return kind is not None and (kind in listed or (kind == "integer" and "number" in listed))


def _type_of(value: Any) -> str | None:
    """Return the type of a JSON value. 1.0 is a number here: where an integer is wanted, it takes a closer look."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "array"
        case _:
            return None


def _properties(look: _Look, declared: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(value, dict):
        return True
    return isinstance(declared, Mapping) and all(
        look.fits(declared[name], item) for name, item in value.items() if name in declared
    )


def _required(_look: _Look, names: Any, value: Any, _schema: Any) -> bool:
    if not isinstance(value, dict):
        return True
    return isinstance(names, list) and all(isinstance(name, str) and name in value for name in names)


def _additional(look: _Look, extra: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict) or extra is True:
        return True
    declared = schema.get("properties", {})
    return isinstance(declared, Mapping) and all(
        look.fits(extra, item) for name, item in value.items() if name not in declared
    )


def _items(look: _Look, each: Any, value: Any, _schema: Any) -> bool:
    return not isinstance(value, list) or all(look.fits(each, item) for item in value)


def _enum(_look: _Look, allowed: Any, value: Any, _schema: Any) -> bool:
    """True for a listed text: JSON and Python agree when texts are equal."""
    listed = isinstance(allowed, list) and len(allowed) <= _LONGEST_ENUM
    return listed and isinstance(value, str) and value in allowed


def _any_of(look: _Look, branches: Any, value: Any, _schema: Any) -> bool:
    return isinstance(branches, list) and any(look.fits(branch, value) for branch in branches)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(holds: Callable[[Any, Any], bool]) -> "_Rule":
    return lambda _look, limit, value, _schema: not _is_number(value) or (_is_number(limit) and holds(value, limit))


def _length(kind: type[Sized], holds: Callable[[Any, Any], bool]) -> "_Rule":
    return lambda _look, limit, value, _schema: (
        not isinstance(value, kind) or (_is_number(limit) and holds(len(value), limit))
    )


_Rule = Callable[[_Look, Any, Any, Any], bool]
_RULES: dict[str, _Rule] = {
    "type": _is_of_type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "enum": _enum,
    "anyOf": _any_of,
    "minimum": _number(lambda value, limit: value >= limit),
    "maximum": _number(lambda value, limit: value <= limit),
    "exclusiveMinimum": _number(lambda value, limit: value > limit),
    "exclusiveMaximum": _number(lambda value, limit: value < limit),
    "minLength": _length(str, lambda length, limit: length >= limit),
    "maxLength": _length(str, lambda length, limit: length <= limit),
    "minItems": _length(list, lambda length, limit: length >= limit),
    "maxItems": _length(list, lambda length, limit: length <= limit),
}
