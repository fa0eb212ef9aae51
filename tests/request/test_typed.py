"""What a person wrote for an argument, as a value."""

from typing import Any

import pytest

from openapi_mcp.request.typed import types_of, value_of

DEFINITIONS = {
    "Id": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "Loop": {"anyOf": [{"$ref": "#/$defs/Loop"}, {"type": "string"}]},
}


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "integer"}, {"integer"}),
        ({"type": ["string", "null"]}, {"string", "null"}),
        ({"$ref": "#/$defs/Id"}, {"integer", "null"}),
        ({"allOf": [{"$ref": "#/$defs/Id"}, {"description": "whose"}]}, {"integer", "null"}),
        ({"type": "object", "anyOf": [{"type": "string"}]}, {"object"}),
        ({"$ref": "#/$defs/Loop"}, {"string"}),
        ({"$ref": "#/$defs/Gone"}, set()),
        ({}, set()),
        (True, set()),
    ],
)
def test_the_types_are_found_through_references_and_alternatives(schema: Any, types: set[str]) -> None:
    """JSON Schema 2020-12; a document may refer to itself."""
    assert types_of(schema, DEFINITIONS) == types


@pytest.mark.parametrize(
    ("text", "types", "value"),
    [
        ("7", {"integer"}, 7),
        ("7", {"string", "integer"}, "7"),
        ("seven", {"integer"}, "seven"),
        ("null", {"string", "null"}, None),
        ("null", {"string"}, "null"),
        ('{"a": 1}', {"object", "string"}, {"a": 1}),
        ("[1]", {"array"}, [1]),
        ("true", set(), True),
    ],
)
def test_a_text_is_read_as_what_is_wanted(text: str, types: set[str], value: Any) -> None:
    """Our choice: what cannot be read so stays a text, and the check of the arguments says it."""
    assert value_of(text, types) == value
