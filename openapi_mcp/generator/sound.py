"""Whether a schema is sound: valid JSON Schema 2020-12 whose references stay inside it. Fast: run for every tool."""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from openapi_mcp.model.text import holds_hidden

MAX_DEPTH = 48  # levels of schemas; validators recurse, jsonschema with some ten calls of its own for each
_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_DEFINITION = "#/$defs/"
_BESIDE_REF = frozenset({"$ref", "description", "default", "$defs"})
# What moves the place that references are resolved from, or is defined for other dialects: no tool needs it.
_FOREIGN = frozenset(
    (
        "$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef",
        "$vocabulary", "definitions", "dependencies",
    )
)  # fmt: skip
# Written differently, or not at all, by ECMA-262 and Python; a pattern with one of these is said in words instead.
_NOT_PORTABLE = re.compile(
    r"\\[AZzGhHRKXQE]|\(\?(?:[aimsuxLn-]+[:)]|P[<=>]|[|>#+])|[*+?}]\+|\\p\{|\(\?<(?![=!])|\(\?\("
    r"|\\u[dD][89a-fA-F]"  # half of a character beyond U+FFFF
    r"|\[\[|\[[^]]{0,200}(?:--|&&|~~|\|\|)"  # sets in sets: Python warns of them, but once for each text only
)
_COUNT = re.compile(r"(\)?)\{([0-9]+)(?:,([0-9]*))?\}")
_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_MOST_REPEATS = 1000  # RE2's limit
_MOST_REPEATS_BESIDE_A_LOOK = 128  # what the regular expressions of Rust's validators take there
_MOST_REPEATS_IN_GROUPS = 5000


@lru_cache(maxsize=4096)
def is_portable(pattern: str) -> bool:
    """True when ECMA-262 and Python read a regular expression alike, the Python of tomorrow too, and a person can."""
    if holds_hidden(pattern) or _NOT_PORTABLE.search(pattern) or _repeats_too_often(pattern):
        return False
    try:
        with warnings.catch_warnings(action="error"):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning):
        return False
    return True


def _repeats_too_often(pattern: str) -> bool:
    """True for counts that validators in Rust, Go and C++ refuse: they write each repetition out, within a size."""
    counts = [(int((most or least)[:6]), closes) for closes, least, most in _COUNT.findall(pattern)]
    highest = max((count for count, _ in counts), default=0)
    grouped = max((count for count, closes in counts if closes), default=1)
    most = _MOST_REPEATS_BESIDE_A_LOOK if _LOOK_AROUND.search(pattern) else _MOST_REPEATS
    return highest > most or (len(counts) > 1 and highest * grouped > _MOST_REPEATS_IN_GROUPS)


def schema_fault(schema: Any, *, strict: bool = False) -> str | None:
    """Return what is wrong with a schema, None when it is sound; `strict` also refuses what stands beside a `$ref`.

    {"type": "object", "properties": {"a": {"$ref": "#/$defs/B"}}} -> "the reference '#/$defs/B' leads nowhere in it"

    JSON Schema 2020-12, meta-schema; unknown keywords are allowed there and here.
    """
    definitions = schema.get("$defs") if isinstance(schema, dict) else None
    names = definitions if isinstance(definitions, dict) else {}
    level: list[Any] = [schema]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            fault = _node_fault(node, names, below, strict=strict)
            if fault is not None:
                return fault
        if not below:
            return None
        level = below
    return f"it is nested deeper than {MAX_DEPTH} levels"


def words_beside_ref(node: Mapping[str, Any]) -> bool:
    """True when more stands beside a schema's `$ref` than what Gemini takes there."""
    return isinstance(node.get("$ref"), str) and not _BESIDE_REF.issuperset(node)


def subschemas(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and every schema inside it, as far as they are objects."""
    stack = [schema]
    while stack:
        node = stack.pop()
        if not isinstance(node, dict):
            continue
        yield node
        for word, value in node.items():
            if (inside := _HOLDERS.get(word)) is not None:
                stack.extend(inside(value) or ())


def _node_fault(node: Any, definitions: dict[str, Any], below: list[Any], *, strict: bool) -> str | None:
    """Check one schema without those inside it, which are added to `below`."""
    if isinstance(node, bool):
        return None
    if not isinstance(node, dict):
        return f"a {type(node).__name__} stands where a schema must stand"
    for word, value in node.items():
        if (leaf := _LEAVES.get(word)) is not None:
            if not leaf(value):
                return f"{word!r} has a value that it cannot have"
        elif (inside := _HOLDERS.get(word)) is not None:
            found = inside(value)
            if found is None:
                return f"{word!r} holds no schemas"
            below.extend(found)
        elif word == "$ref":
            if not isinstance(value, str) or value[:8] != _DEFINITION or value[8:] not in definitions:
                return f"the reference {str(value)[:80]!r} leads nowhere in it"
            if strict and not _BESIDE_REF.issuperset(node):
                return f"more than words stands beside the reference {value[:80]!r}"
        elif word in _FOREIGN:
            return f"{word!r} has no place in a tool"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return value is True or value is False


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and (isinstance(value, int) or value.is_integer())


def _is_pattern(value: Any) -> bool:
    return isinstance(value, str) and is_portable(value)


def _is_type(value: Any) -> bool:
    if isinstance(value, str):
        return value in _TYPES
    return _are_names(value) and bool(value) and _TYPES.issuperset(value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


def _are_names_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(_are_names(names) for names in value.values())


def _one(value: Any) -> Iterable[Any] | None:
    return (value,)


def _many(value: Any) -> Iterable[Any] | None:
    return value if isinstance(value, list) and value else None


def _named(value: Any) -> Iterable[Any] | None:
    return value.values() if isinstance(value, dict) else None


def _by_pattern(value: Any) -> Iterable[Any] | None:
    return value.values() if isinstance(value, dict) and all(map(is_portable, value)) else None


_LEAVES: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "required": _are_names,
    "dependentRequired": _are_names_by_name,
    "enum": _is_list,
    "examples": _is_list,
    "pattern": _is_pattern,
    "multipleOf": _is_positive,
    **dict.fromkeys(("$comment", "title", "description", "format", "contentEncoding", "contentMediaType"), _is_text),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _is_flag),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(
        (
            "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties",
            "maxProperties",
        ),
        _is_count,
    ),
}  # fmt: skip
_HOLDERS: dict[str, Callable[[Any], Iterable[Any] | None]] = {
    "patternProperties": _by_pattern,
    **dict.fromkeys(("properties", "$defs", "dependentSchemas"), _named),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _many),
    **dict.fromkeys(
        (
            "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "contentSchema",
            "unevaluatedProperties", "unevaluatedItems",
        ),
        _one,
    ),
}  # fmt: skip
