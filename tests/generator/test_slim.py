"""A tool's schemas made smaller until they fit, and still true to what they say."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.make import json_body, tool_with_body

WORDS = "A sentence that says something about this value. " * 4


def made(properties: dict[str, Any], **schemas: Any) -> Any:
    """Return the input schema of a tool whose body has these properties."""
    body = json_body({"type": "object", "properties": properties})
    schema = tool_with_body(body, components={"schemas": schemas}).input_schema
    Draft202012Validator.check_schema(schema)
    return schema


def size(schema: Any) -> int:
    return len(json.dumps(schema, ensure_ascii=False, separators=(",", ":")))


def test_a_tool_of_ordinary_size_keeps_its_words() -> None:
    """Our choice: words are left out of a large tool only."""
    field = {"type": "object", "description": "What it is.", "examples": [{"x": 1}]}
    other = {"type": "string", "title": "B"}
    assert made({"a": {**field, "title": "A"}, "b": other})["properties"] == {"a": field, "b": other}


def test_words_go_before_structure() -> None:
    """Our choice: a caller needs the fields more than the words about them."""
    inner = {f"f{i}": {"type": "string", "description": WORDS, "examples": ["x"]} for i in range(150)}
    schema = made({"a": {"type": "object", "description": "Kept.", "properties": inner}})
    assert size(schema) < 6_500
    assert schema["properties"]["a"]["description"] == "Kept."
    assert schema["properties"]["a"]["properties"] == {f"f{i}": {"type": "string"} for i in range(150)}


def test_a_long_list_of_values_is_said_in_words_where_it_does_not_fit() -> None:
    """Our choice: what is not listed may still be given."""
    values = [f"value-number-{i}" for i in range(3000)]
    schema = made({"a": {"type": "string", "enum": values, "description": "Kept."}, "b": {"enum": values}})
    assert set(schema["properties"]["a"]) == {"type", "description"}
    assert schema["properties"]["a"]["description"].startswith("Kept. One of 3000 values: value-number-0, value-")
    assert schema["properties"]["b"]["description"].startswith("One of 3000 values: value-number-0, ")
    assert Draft202012Validator(schema).is_valid({"a": "value-number-2999"})


def test_what_is_deep_goes_before_what_is_near() -> None:
    """Our choice: the far before the near. A level that is left out says its type and its fields."""
    level: dict[str, Any] = {"type": "object", "properties": {f"leaf_{i}": {"type": "integer"} for i in range(30)}}
    for depth in range(4):
        level = {"type": "object", "properties": {f"at_{depth}_{i}": level for i in range(6)}}
    schema = made({"a": level, "b": {"type": "string"}})
    assert size(schema) <= 32_200
    assert schema["properties"]["b"] == {"type": "string"}
    cut = schema["properties"]["a"]
    while "properties" in cut:
        cut = next(iter(cut["properties"].values()))
    assert cut["type"] == "object"
    assert cut["description"].startswith("Fields: ")


def test_definitions_that_nothing_refers_to_any_more_are_left_out() -> None:
    """Our choice: a list costs the reader its size."""
    big = {"type": "object", "properties": {f"g{i}": {"type": "string", "maxLength": i} for i in range(40)}}
    parts = {f"P{i}": {**big, "title": f"P{i}"} for i in range(12)}
    deep: Any = {"type": "object", "properties": {f"p{i}": {"$ref": f"#/components/schemas/P{i}"} for i in range(12)}}
    twice = {f"q{i}": {"$ref": f"#/components/schemas/P{i}"} for i in range(12)}
    schema = made({"a": {"type": "array", "items": deep}, **twice}, **parts)
    text = json.dumps({**schema, "$defs": None})
    assert size(schema) <= 33_000
    for name, definition in schema.get("$defs", {}).items():
        others = {key: value for key, value in schema["$defs"].items() if value is not definition}
        assert f'"#/$defs/{name}"' in text + json.dumps(others)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 5), st.integers(1, 60), st.integers(0, 3), st.booleans())
def test_what_was_allowed_is_still_allowed(depth: int, fields: int, words: int, enums: bool) -> None:
    """Law. A smaller schema never forbids what the document allows."""
    leaf: dict[str, Any] = {"type": "string", "description": WORDS * words or "x"}
    if enums:
        leaf["enum"] = [f"v{i}" for i in range(60)]
    level: Any = {"type": "object", "properties": {f"f{i}": leaf for i in range(fields)}, "required": ["f0"]}
    value: Any = {f"f{i}": "v59" for i in range(fields)}
    for _ in range(depth):
        level = {"type": "object", "properties": {"n": level, "m": {"type": "array", "items": level}}}
        value = {"n": value, "m": [value]}
    assert Draft202012Validator(made({"a": level})).is_valid({"a": value})
