"""A tool's schemas made smaller, step by step, until they fit: words go before structure, the far before the near."""

from collections.abc import Callable
from typing import Any

from openapi_mcp.generator.schema import map_children
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line

COMFORT = 4_500  # bytes of one tool's schemas above which words are shortened
LIMIT = 32_000  # bytes that they never exceed, so that a tool stays under 40 kB
_SHOWN_VALUES = 40
_SHOWN_FIELDS = 400
_DEEPEST = 24
_LONGEST = 300  # bytes of one value
_LONGEST_VALUES = 4_000  # bytes of one enum

Schemas = dict[str, Any]
Change = Callable[[dict[str, Any], int], dict[str, Any]]


def slim(properties: Schemas, definitions: Schemas) -> tuple[Schemas, Schemas]:
    """Return the properties of a tool and its `$defs`, shortened as far as it takes.

    Above COMFORT: examples and nested descriptions are shortened, then left out, then the arguments' own are shortened.
    Above LIMIT: long enums, defaults and patterns are cut; what is nested deepest becomes its type, level by level.
    """
    size = _size(properties, definitions)
    for room, change in _STEPS:
        if size <= room:
            continue
        properties = {name: _change(schema, change, 0) for name, schema in properties.items()}
        definitions = _used({name: _change(schema, change, 1) for name, schema in definitions.items()}, properties)
        size = _size(properties, definitions)
    return properties, definitions


def flat(properties: Schemas, definitions: Schemas) -> tuple[Schemas, Schemas]:
    """Return the same with nothing nested deeper than any validator can follow."""
    change = _only_to(_DEEPEST)
    properties = {name: _change(schema, change, 1) for name, schema in properties.items()}
    return properties, _used({name: _change(schema, change, 1) for name, schema in definitions.items()}, properties)


def _size(properties: Schemas, definitions: Schemas) -> int:
    return _bytes(properties) + (_bytes(definitions) if definitions else 0)


def _bytes(value: Any) -> int:
    return len(write_json(value).encode("utf-8", "surrogatepass"))


def _change(schema: dict[str, Any], change: Change, depth: int) -> dict[str, Any]:
    changed = change(schema, depth)
    return map_children(dict(changed), lambda child: _change(child, change, depth + 1))


def _used(definitions: Schemas, properties: Schemas) -> Schemas:
    """Return the definitions that are still referred to."""
    found: Schemas = {}
    texts = [write_json(properties)]
    while texts:
        text = texts.pop()
        for name, schema in definitions.items():
            if name not in found and f'"#/$defs/{name}"' in text:
                found[name] = schema
                texts.append(write_json(schema))
    return {name: schema for name, schema in definitions.items() if name in found}


def _shorter_words(length: int, from_depth: int) -> Change:
    def change(schema: dict[str, Any], depth: int) -> dict[str, Any]:
        kept = {key: value for key, value in schema.items() if key not in ("examples", "title")}
        if depth >= from_depth and "description" in kept:
            said = kept.pop("description")
            return {**kept, "description": one_line(said, length)} if length else kept
        return kept

    return change


def _fewer_values(schema: dict[str, Any], _depth: int) -> dict[str, Any]:
    values = schema.get("enum", ())
    if len(values) <= _SHOWN_VALUES and _bytes(values) <= _LONGEST_VALUES:
        return schema
    shown = ", ".join(one_line(str(value), 60) for value in values[:_SHOWN_VALUES])
    kept = {key: value for key, value in schema.items() if key != "enum"}
    said = f"One of {len(values)} values: {shown}, ..."
    return {**kept, "description": f"{kept['description']} {said}" if "description" in kept else said}


def _shorter_values(schema: dict[str, Any], _depth: int) -> dict[str, Any]:
    """Leave out a default that is long, and say the start of a pattern that is."""
    kept = {key: value for key, value in schema.items() if key not in ("default", "const") or _bytes(value) <= _LONGEST}
    pattern = kept.get("pattern", "")
    if len(pattern) > _LONGEST:
        del kept["pattern"]
        said = f"Must match a pattern that begins {one_line(pattern, 120)}"
        kept["description"] = f"{kept['description']} {said}" if "description" in kept else said
    return kept


def _only_to(deepest: int) -> Change:
    """Return a change that leaves of a schema below `deepest` its type and the names of its fields."""

    def change(schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if depth < deepest:
            return schema
        kept: dict[str, Any] = {key: schema[key] for key in ("type", "enum", "format") if key in schema}
        fields = list(schema.get("properties", {}))[:_SHOWN_FIELDS]
        return {**kept, "description": f"Fields: {one_line(', '.join(fields), 300)}"} if fields else kept

    return change


_STEPS: tuple[tuple[int, Change], ...] = (
    (COMFORT, _shorter_words(80, 1)),
    (COMFORT, _shorter_words(0, 1)),
    (COMFORT, _shorter_words(120, 0)),
    (LIMIT, _fewer_values),
    (LIMIT, _shorter_values),
    *((LIMIT, _only_to(depth)) for depth in (8, 6, 5, 4, 3, 2, 1)),
    (LIMIT, _shorter_words(0, 0)),
)
