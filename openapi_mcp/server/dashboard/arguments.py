"""A tool's input schema for people: a row for each argument and what is inside it, and types in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.jsontext import begin_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.typed import types_of
from openapi_mcp.schema.places import spread

MOST = 200  # rows of a table, fields of a form
_DEEPEST = 5
_LONGEST_NAME = 120  # characters, as below
_LONGEST_SAID = 1_000
_MOST_CHOICES = 12  # that a type names
_LONGEST_VALUE = 60
_WORDS = {"string": "text", "integer": "whole number", "boolean": "yes or no", "object": "object", "array": "list"}

Definitions = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One argument, or a field in one: "items[].product". `place` is where it goes: "query", "" for what is inside."""

    name: str
    type: str
    required: bool
    description: str
    place: str = ""


def rows_of(tool: Tool) -> tuple[list[Row], int]:
    """Return the rows of a tool's arguments, and how many top-level ones are left out."""
    properties = declared(tool)
    places = {binding.argument: binding.location for binding in tool.bindings}
    definitions = tool.input_schema.get("$defs", {})
    needed = _required(tool.input_schema)
    rows: list[Row] = []
    for count, (name, schema) in enumerate(properties.items()):
        if len(rows) >= MOST:
            return rows, len(properties) - count
        row = _row(one_line(name, _LONGEST_NAME), schema, definitions, required=name in needed, place=places.get(name))
        rows += [row, *_inside(row.name, schema, definitions, MOST - len(rows) - 1)]
    return rows, 0


def declared(tool: Tool) -> Mapping[str, Any]:
    """Return the schemas of a tool's arguments, by their names."""
    properties = tool.input_schema.get("properties", {})
    return properties if isinstance(properties, Mapping) else {}


def said_type(schema: Any, definitions: Definitions, depth: int = 0) -> str:
    """Return a schema's type in words: "whole number", "one of a, b", "list of text", "text or nothing"."""
    if (choices := choices_of(schema, definitions)) is not None:
        shown = ", ".join(_value(each) for each in choices[:_MOST_CHOICES])
        return f"one of {shown}" + (f" and {len(choices) - _MOST_CHOICES} more" if len(choices) > _MOST_CHOICES else "")
    types = types_of(schema, definitions)
    words = [_word(name, schema, definitions, depth) for name in sorted(types - {"null"})] or ["anything"]
    return " or ".join([*words, *(["nothing"] if "null" in types else [])])


def choices_of(schema: Any, definitions: Definitions) -> Sequence[Any] | None:
    """Return the only values that a schema takes; None where it does not list them."""
    for each in spread([schema], definitions):
        if isinstance(values := each.get("enum"), list) and values:
            return values
        if "const" in each:
            return [each["const"]]
    return None


def said_of(schema: Any, definitions: Definitions) -> str:
    """Return what a schema says of itself, with its bounds and its default."""
    told = [each for each in spread([schema], definitions) if each.get("description") or each.get("title")]
    text = str(told[0].get("description") or told[0]["title"]) if told else ""
    return " ".join(part for part in (one_line(text, _LONGEST_SAID), _bounds(schema)) if part)


def _row(name: str, schema: Any, definitions: Definitions, *, required: bool, place: str | None = None) -> Row:
    return Row(
        name=name,
        type=said_type(schema, definitions),
        required=required,
        description=said_of(schema, definitions),
        place=place or "",
    )


def _inside(name: str, schema: Any, definitions: Definitions, room: int, depth: int = 1) -> list[Row]:
    """Return rows of the fields of an object, or of the objects in a list, at most `room`."""
    rows: list[Row] = []
    for each, mark in _objects(schema, definitions):
        properties = each.get("properties")
        needed = _required(each)
        for key, inner in properties.items() if isinstance(properties, Mapping) else ():
            if len(rows) >= room:
                return rows
            row = _row(f"{name}{mark}.{one_line(str(key), 60)}", inner, definitions, required=key in needed)
            rows.append(row)
            if depth < _DEEPEST:
                rows += _inside(row.name, inner, definitions, room - len(rows), depth + 1)
    return rows


def _objects(schema: Any, definitions: Definitions) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the schemas that say what is in an object, or in the items of a list."""
    for each in spread([schema], definitions):
        yield each, ""
        for item in spread([each.get("items")], definitions):
            yield item, "[]"


def _required(schema: Mapping[str, Any]) -> set[str]:
    names = schema.get("required", ())
    return {name for name in names if isinstance(name, str)} if isinstance(names, (list, tuple)) else set()


def _word(name: str, schema: Any, definitions: Definitions, depth: int) -> str:
    if name == "array" and depth < _DEEPEST:
        items = [each["items"] for each in spread([schema], definitions) if each.get("items")]
        return f"list of {said_type(items[0], definitions, depth + 1)}" if items else "list"
    formats = [each["format"] for each in spread([schema], definitions) if isinstance(each.get("format"), str)]
    return f"{_WORDS.get(name, one_line(name, 40))}{f' ({one_line(formats[0], 40)})' if formats else ''}"


def _bounds(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return ""
    words = {"minimum": "at least", "maximum": "at most", "default": "default"}
    said = ", ".join(f"{word} {_value(schema[key])}" for key, word in words.items() if key in schema)
    return f"({said})" if said else ""


def _value(value: Any) -> str:
    return one_line(value if isinstance(value, str) else begin_json(value, _LONGEST_VALUE + 1), _LONGEST_VALUE)
