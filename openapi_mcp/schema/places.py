"""The schemas that apply to a place within a value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openapi_mcp.model.fault import Path

_MOST = 60  # schemas of one place that are looked at
_DEFINITION = "#/$defs/"
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def schemas_at(root: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    """Return the schemas of a tool that say something of a place, those of alternatives and references among them.

    ({"properties": {"a": {"items": {"type": "string"}}}}, ("a", 0)) -> [{"type": "string"}]
    """
    definitions = root.get("$defs", {})
    found = spread([root], definitions)
    for step in path:
        found = spread((each for schema in found for each in _inside(schema, step)), definitions)
    return found


def spread(schemas: Iterable[Any], definitions: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return schemas, and those that are held against the same value: of a `$ref`, allOf, anyOf, oneOf.

    The outer first. A bounded number of them: documents may refer to themselves, and fan out.
    """
    waiting = [schema for schema in schemas if isinstance(schema, Mapping)]
    found: dict[int, Mapping[str, Any]] = {}
    while waiting and len(found) < _MOST:
        schema = waiting.pop(0)
        if id(schema) not in found:
            found[id(schema)] = schema
            waiting += [each for each in _beside(schema, definitions) if isinstance(each, Mapping)]
    return list(found.values())


def _beside(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Any]:
    ref = schema.get("$ref")
    if isinstance(ref, str):
        yield definitions.get(ref.removeprefix(_DEFINITION))
    for word in _ALTERNATIVES:
        branches = schema.get(word)
        yield from branches[:_MOST] if isinstance(branches, list) else ()


def _inside(schema: Mapping[str, Any], step: str | int) -> Iterator[Any]:
    if isinstance(step, int):
        first = schema.get("prefixItems")
        is_first = isinstance(first, list) and step < len(first)
        yield first[step] if is_first and isinstance(first, list) else schema.get("items")
    else:
        declared = schema.get("properties")
        is_declared = isinstance(declared, Mapping) and step in declared
        yield declared[step] if is_declared and isinstance(declared, Mapping) else schema.get("additionalProperties")
