"""JSON Schema's keywords by the form of their values: what is malformed is no schema, and holds nothing."""

from typing import Any

from openapi_mcp.workflow.regex import is_pattern

_TYPES = frozenset(("null", "boolean", "object", "array", "number", "integer", "string"))
MAPS = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
"""Keywords whose value is a map of schemas: its keys are names, not keywords."""
LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
"""Keywords whose value is a list of schemas."""
SCHEMAS = frozenset(
    (
        "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "contains", "propertyNames",
        "not", "if", "then", "else", "contentSchema",
    )
)  # fmt: skip
"""Keywords whose value is a schema."""
_COUNTS = frozenset(
    ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains")
)
_NUMBERS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
_TEXTS = frozenset(("title", "description", "format", "pattern", "$ref", "$comment", "$id", "$anchor", "$schema"))
_FLAGS = frozenset(("uniqueItems", "deprecated", "readOnly", "writeOnly"))
NOT_FOLLOWED = frozenset(("$dynamicRef", "$recursiveRef", "$id", "$schema", "$anchor", "$dynamicAnchor", "$vocabulary"))
"""Keywords that make other places of a schema, or other rules; nothing here follows them."""


def is_well_formed(word: str, value: Any) -> bool:
    """Return whether a keyword has a value of the form that JSON Schema 2020-12 gives it."""
    if word in MAPS:
        return isinstance(value, dict) and all(_is_schema(each) for each in value.values())
    if word in LISTS:
        return isinstance(value, list) and bool(value) and all(_is_schema(each) for each in value)
    if word in SCHEMAS:
        return _is_schema(value)
    if word in _TEXTS:
        return isinstance(value, str) and (word != "pattern" or is_pattern(value))
    if word in _FLAGS:
        return isinstance(value, bool)
    if word in _COUNTS or word in _NUMBERS:
        return _is_number(value) and (word in _NUMBERS or value >= 0) and (word != "multipleOf" or value > 0)
    match word:
        case "type":
            names = [value] if isinstance(value, str) else value
            return isinstance(names, list) and bool(names) and all(_is_text(each) and each in _TYPES for each in names)
        case "required":
            return isinstance(value, list) and all(map(_is_text, value))
        case "dependentRequired":
            return isinstance(value, dict) and all(is_well_formed("required", each) for each in value.values())
        case "enum" | "examples":
            return isinstance(value, list)
        case _:
            return True


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
