"""What a caller is shown of a workflow's inputs, whatever their schema combines."""

from typing import Any

import pytest

from openapi_mcp.workflow.shown import Shown, shown

Json = dict[str, Any]
ID: Json = {"properties": {"id": {"type": "integer"}}}
NAME: Json = {"properties": {"name": {"type": "string"}}}
TEXT: Json = {"properties": {"id": {"type": "string"}}}
BOTH: Json = {**ID["properties"], **NAME["properties"]}


def of(schema: Json) -> Shown:
    found = shown(schema)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("schema", "properties", "required"),
    [
        ({}, {}, ()),
        ({**ID, "required": ["id"]}, ID["properties"], ("id",)),
        ({"required": ["id"]}, {"id": {}}, ("id",)),
        ({"allOf": [{**ID, "required": ["id"]}, {"oneOf": [NAME, True]}]}, BOTH, ("id",)),
        ({"allOf": [{"$ref": "#/$defs/x"}], **ID, "$defs": {"x": {**NAME, "not": ID}}}, BOTH, ()),
        ({"allOf": [ID, TEXT]}, {"id": {"allOf": [{"type": "integer"}, {"type": "string"}]}}, ()),
        ({"anyOf": [ID, TEXT]}, {"id": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}, ()),
        ({"anyOf": [{**ID, "required": ["id", "x"]}, {"required": ["x"]}]}, {**ID["properties"], "x": {}}, ("x",)),
        ({**ID, "oneOf": [{"properties": {"id": {"const": each}}} for each in (1, 2)]}, ID["properties"], ()),
        ({"anyOf": [{"type": "string"}, {"type": ["object", "null"], **ID}]}, ID["properties"], ()),
        ({"if": {"properties": {"id": {"const": 1}}}, "then": NAME}, {"name": {"type": "string"}, "id": {}}, ()),
        ({**ID, "dependentSchemas": {"id": {**NAME, "required": ["name"]}}}, BOTH, ()),
        ({"anyOf": [{"properties": {"id": {"type": "integer", "default": 1}}}]}, ID["properties"], ()),
        ({"properties": {"id": {"type": "integer", "default": 1}}}, {"id": {"type": "integer", "default": 1}}, ()),
    ],
)  # fmt: skip
def test_each_input_is_shown_wherever_a_schema_has_it(
    schema: Json, properties: Json, required: tuple[str, ...]
) -> None:
    """JSON Schema 2020-12, 10.2: what always holds is required, what holds in one case is offered."""
    found = of({"type": "object", **schema})
    assert found.properties == properties
    assert tuple(found.required) == required


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"allOf": [False]},
        {"allOf": [{"type": ["string", "null"]}]},
        {"anyOf": [{"type": "string"}, {"type": "array"}]},
        {"allOf": [{"$ref": "#/$defs/none"}]},
        {"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"oneOf": [{"$ref": "#/$defs/x"}]}}},
        {"allOf": [{}] * 1_000},
    ],
)
def test_what_no_object_fits_is_not_shown(schema: Json) -> None:
    """MCP, Tool: an input schema is an object; and work on a foreign schema has a bound."""
    assert shown(schema) is None


def test_alternatives_are_said_in_words_where_each_needs_something() -> None:
    """Our choice: a plain object cannot say that one of two names is needed."""
    assert of({"anyOf": [{"required": ["id"]}, {"required": ["name", "kind"]}]}).words == "Give id, or name and kind."
    assert of({"allOf": [{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}]}).words == "Give a, or b."
    assert of({"anyOf": [ID, NAME]}).words == of({"oneOf": [{"required": ["id"]}]}).words == of(ID).words == ""
