"""The inputs of a workflow as a schema that stands for itself."""

from typing import Any

import pytest
from support.arazzo import described, step, workflow

from openapi_mcp.model.document import Severity
from openapi_mcp.model.workflow import ArazzoDocument
from openapi_mcp.schema.check import Check
from openapi_mcp.workflow.read import read


def with_inputs(inputs: Any, **components: Any) -> ArazzoDocument:
    return read(described(workflow(step(), inputs=inputs), components={"inputs": components}))


def schema_of(inputs: Any, **components: Any) -> Any:
    found = with_inputs(inputs, **components)
    assert found.problems == ()
    return found.workflows[0].inputs


def test_a_schema_without_references_stays_as_it_is() -> None:
    """Arazzo 1.0.1, 4.6.4, inputs."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "minLength": 1}}}
    assert schema_of(schema) == schema


@pytest.mark.parametrize("inputs", [None, True, {}])
def test_no_inputs_are_none(inputs: Any) -> None:
    """Arazzo 1.0.1, 4.6.4: inputs are optional."""
    assert schema_of(inputs) in ({}, {"type": "object"})


def test_a_reference_brings_what_it_names_along() -> None:
    """Arazzo 1.0.1, 4.6.10: inputs use $ref; issue 11: self-contained."""
    schema = schema_of(
        {"properties": {"page": {"$ref": "#/components/inputs/page"}}}, page={"type": "integer", "minimum": 1}
    )
    assert schema == {
        "type": "object",
        "properties": {"page": {"$ref": "#/$defs/page"}},
        "$defs": {"page": {"type": "integer", "minimum": 1}},
    }


def test_a_schema_that_only_leads_to_another_is_that_other() -> None:
    """Our choice: a tool's arguments are the properties of its schema, not of one that it refers to."""
    wish = {"type": "object", "properties": {"title": {"type": "string"}}}
    schema = schema_of(
        {"$ref": "#/components/inputs/a", "description": "mine"}, a={"$ref": "#/components/inputs/b"}, b=wish
    )
    assert schema == {**wish, "description": "mine"}


def test_what_stands_beside_a_reference_holds_too() -> None:
    """JSON Schema 2020-12, core 8.2.3.1: $ref is one keyword among others."""
    schema = schema_of({"$ref": "#/components/inputs/a", "required": ["t"]}, a={"type": "object", "required": ["s"]})
    assert schema == {"type": "object", "required": ["s"], "allOf": [{"required": ["t"]}]}


def test_a_cycle_stays_a_cycle() -> None:
    """Issue 11: cycles kept sane."""
    person = {"type": "object", "properties": {"friend": {"$ref": "#/components/inputs/person"}}}
    schema = schema_of({"properties": {"who": {"$ref": "#/components/inputs/person"}}}, person=person)
    assert schema["$defs"] == {"person": {"type": "object", "properties": {"friend": {"$ref": "#/$defs/person"}}}}
    check = Check(schema, {f"#/$defs/{name}": each for name, each in schema["$defs"].items()})
    assert list(check.errors({"who": {"friend": {"friend": {}}}})) == []
    assert list(check.errors({"who": {"friend": {"friend": 5}}})) != []


def test_references_to_places_of_one_name_are_told_apart() -> None:
    """Our choice: definitions are named by the last word of where they came from."""
    schema = schema_of(
        {
            "properties": {
                "a": {"$ref": "#/components/inputs/a/properties/id"},
                "b": {"$ref": "#/components/inputs/b/properties/id"},
                "c": {"$ref": "#/components/inputs/a/properties/id"},
            }
        },
        a={"properties": {"id": {"type": "string"}}},
        b={"properties": {"id": {"type": "integer"}}},
    )
    assert [each["$ref"] for each in schema["properties"].values()] == ["#/$defs/id", "#/$defs/id_2", "#/$defs/id"]
    assert schema["$defs"] == {"id": {"type": "string"}, "id_2": {"type": "integer"}}


def test_definitions_of_the_schema_itself_are_found() -> None:
    """Our choice: many write them so, though "#" is the document."""
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "string"}}}
    assert schema_of(schema) == schema


def test_a_property_may_have_the_name_of_a_keyword() -> None:
    """JSON Schema 2020-12: the keys of `properties` are names."""
    properties = {"$ref": {"type": "string"}, "enum": {"type": "string"}, "properties": {"type": "string"}}
    assert schema_of({"type": "object", "properties": properties})["properties"] == properties


def test_what_looks_like_a_reference_in_a_value_is_a_value() -> None:
    """JSON Schema 2020-12: `default`, `const` and `enum` hold values."""
    value = {"$ref": "#/nowhere"}
    schema = {"type": "object", "properties": {"a": {"default": value, "const": value, "enum": [value]}}}
    assert schema_of(schema) == schema


@pytest.mark.parametrize(
    "inputs",
    [
        5,
        "x",
        False,
        {"type": "array"},
        {"type": ["string", "null"]},
        {"$ref": "#/components/inputs/gone"},
        {"$ref": "#/components/inputs/self"},
        {"$ref": "#/components/inputs/flag"},
        {"properties": {"a": {"$ref": "#/components/inputs/gone"}}},
        {"properties": {"a": {"$ref": "https://other.example/schema.json"}}},
        {"properties": {"a": {"$ref": "other.json#/a"}}},
        {"properties": {"a": {"$ref": "#anchor"}}},
        {"properties": {"a": {"$ref": "#/info/title"}}},
    ],
)
def test_inputs_that_are_no_schema_of_an_object_leave_the_workflow_out(inputs: Any) -> None:
    """Our choice; nothing is fetched for a schema."""
    found = with_inputs(inputs, self={"$ref": "#/components/inputs/self"}, flag=True)
    assert found.workflows == ()
    assert any(each.severity is Severity.ERROR and "inputs" in each.pointer for each in found.problems)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "text"},
        {"type": 5},
        {"type": []},
        {"type": [["string"]]},
        {"properties": []},
        {"properties": {"a": 5}},
        {"required": "a"},
        {"required": [5]},
        {"enum": "a"},
        {"items": []},
        {"allOf": []},
        {"allOf": {}},
        {"minLength": -1},
        {"minLength": "1"},
        {"minimum": True},
        {"multipleOf": 0},
        {"pattern": "("},
        {"pattern": 5},
        {"uniqueItems": 1},
        {"dependentRequired": {"a": 5}},
        {"$ref": 5},
        {"$dynamicRef": "#x"},
        {"$id": "https://other.example/"},
    ],
)
def test_a_malformed_keyword_holds_nothing_and_is_said(broken: dict[str, Any]) -> None:
    """Our choice: a document of others is served with a gap; no check of arguments may end in an error of ours."""
    found = with_inputs({"type": "object", "properties": {"a": {"title": "A", **broken}}})
    assert found.workflows[0].inputs["properties"] == {"a": {"title": "A"}}
    assert [each.severity for each in found.problems] == [Severity.WARNING]


def test_a_schema_nested_without_end_leaves_the_workflow_out() -> None:
    """Our choice: what checks arguments goes no deeper."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        schema = {"items": schema}
    found = with_inputs({"properties": {"a": schema}})
    assert found.workflows == ()
    assert "nested" in found.problems[0].message


def test_a_fan_of_references_is_not_unrolled() -> None:
    """Our choice: 2^60 leaves are 60 definitions."""
    layers = {f"l{index}": {"allOf": [{"$ref": f"#/components/inputs/l{index + 1}"}] * 2} for index in range(60)}
    schema = schema_of({"properties": {"a": {"$ref": "#/components/inputs/l0"}}}, **layers, l60={"type": "string"})
    assert len(schema["$defs"]) == 61
