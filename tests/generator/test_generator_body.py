"""The request body as arguments."""

from typing import Any

import pytest
from support.make import json_body, one_tool, tool_with_body, toolset

from openapi_mcp.model.tool import BindingKind, Tool

ADDRESS = {
    "type": "object",
    "required": ["city"],
    "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
}


def arguments(tool: Tool) -> list[str]:
    return [binding.argument for binding in tool.bindings]


def required(tool: Tool) -> list[str]:
    found: list[str] = tool.input_schema.get("required", [])
    return found


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["application/json"], "application/json"),
        (["text/plain", "application/xml", "application/json"], "application/json"),
        (["application/vnd.api+json", "application/x-www-form-urlencoded"], "application/vnd.api+json"),
        (["application/x-www-form-urlencoded", "text/plain"], "application/x-www-form-urlencoded"),
        (["application/x-www-form-urlencoded", "*/*"], "application/x-www-form-urlencoded"),
        (["*/*"], "application/json"),
        (["application/*"], "application/json"),
        (["text/plain"], "text/plain"),
        (["application/json; charset=utf-8"], "application/json; charset=utf-8"),
        (["application/merge-patch+json", "application/json"], "application/json"),
        (["text/json"], "text/json"),
        (["APPLICATION/JSON"], "APPLICATION/JSON"),
    ],
)
def test_the_media_type_that_is_sent_is_the_plainest_declared(types: list[str], expected: str) -> None:
    """OAS 3.1.1, Request Body Object. Our choice: JSON before a form before text."""
    assert tool_with_body({name: {} for name in types}).body_type == expected


@pytest.mark.parametrize(
    "media_type",
    ["multipart/form-data", "application/xml", "image/png", "application/json;\r\nX-Evil: 1", "application/jsön+json"],
)
def test_a_body_that_cannot_be_sent_costs_its_operation_and_says_so(media_type: str) -> None:
    """security.md 21 R-ROBUST. A media type with a line break in it is no header value."""
    made = toolset(
        {
            "/bad": {"post": {"requestBody": {"content": {media_type: {}}}}},
            "/good": {"get": {}},
        }
    )
    assert [tool.operation.path for tool in made.tools] == ["/good"]
    (skipped,) = made.skipped
    assert skipped.pointer == "#/paths/~1bad/post/requestBody"
    assert skipped.reason == f"a request body of type {media_type} cannot be sent yet"


def test_the_fields_of_an_object_stand_side_by_side() -> None:
    """design.md, Tools: arguments are flat."""
    tool = tool_with_body(json_body(ADDRESS))
    assert arguments(tool) == ["city", "zip"]
    assert required(tool) == ["city"]
    assert {binding.kind for binding in tool.bindings} == {BindingKind.BODY_FIELD}


def test_the_fields_of_an_optional_body_are_optional() -> None:
    """OAS 3.1.1, Request Body Object: required."""
    assert required(tool_with_body(json_body(ADDRESS), required=False)) == []


def test_a_body_merged_with_all_of_is_one_object() -> None:
    """JSON Schema 2020-12, allOf. A field that two parts describe must fit both."""
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Address"},
            {"properties": {"city": {"minLength": 2}, "zip": {"type": "string"}}},
            {"required": ["street"], "properties": {"street": {"type": "string"}}},
        ]
    }
    tool = tool_with_body(json_body(schema), components={"schemas": {"Address": ADDRESS}})
    assert arguments(tool) == ["city", "zip", "street"]
    assert required(tool) == ["city", "street"]
    assert tool.input_schema["properties"]["city"] == {"allOf": [{"type": "string"}, {"minLength": 2}]}
    assert tool.input_schema["properties"]["zip"] == {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "string"},
        {"oneOf": [ADDRESS, {"type": "object", "properties": {"id": {"type": "integer"}}}]},
        {"type": ["object", "null"], "properties": {"a": {}}},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"allOf": [ADDRESS, {"oneOf": [{"required": ["zip"]}, {"required": ["city"]}]}]},
        {},
    ],
)
def test_a_body_that_is_not_a_plain_object_is_one_argument(schema: dict[str, Any]) -> None:
    """design.md, Tools; mcp-facts.md section 7: wrap in one property (`body`), so the root stays a plain object."""
    tool = tool_with_body(json_body(schema))
    assert arguments(tool) == ["body"]
    assert required(tool) == ["body"]


@pytest.mark.parametrize("extra", [True, False, {}])
def test_an_object_open_or_closed_to_other_fields_is_plain(extra: object) -> None:
    """Our choice: only a schema for other fields makes a map of it."""
    assert arguments(tool_with_body(json_body({**ADDRESS, "additionalProperties": extra}))) == ["city", "zip"]


def test_all_of_without_end_is_one_argument() -> None:
    """security.md 20 R-ROBUST: cycles."""
    components = {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"x": {}}}}}
    assert arguments(tool_with_body(json_body({"$ref": "#/components/schemas/A"}), components=components)) == ["body"]


def test_what_is_read_only_is_no_argument() -> None:
    """mcp-facts.md section 7: readOnly is left out of input schemas, and of `required`."""
    schema = {
        "type": "object",
        "required": ["id", "name", "owner"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "owner": {"$ref": "#/components/schemas/Owner"},
        },
    }
    owner = {"type": "object", "readOnly": True, "properties": {"x": {}}}
    tool = tool_with_body(json_body(schema), components={"schemas": {"Owner": owner}})
    assert arguments(tool) == ["name"]
    assert required(tool) == ["name"]


def test_a_body_of_text_is_one_string() -> None:
    """Our choice."""
    tool = one_tool(
        {"requestBody": {"required": True, "description": "The note.", "content": {"text/markdown": {}}}}, method="put"
    )
    assert tool.input_schema["properties"] == {"body": {"type": "string", "description": "The note."}}
    assert required(tool) == ["body"]


def test_a_body_that_describes_itself_keeps_its_own_words() -> None:
    """Our choice: the schema's description is the more specific one."""
    body = {"description": "Outer.", "content": json_body({"type": "array", "description": "Inner."})}
    tool = one_tool({"requestBody": body}, method="post")
    assert tool.input_schema["properties"]["body"]["description"] == "Inner."
    assert required(tool) == []


@pytest.mark.parametrize("body", [{"content": {}}, {}])
def test_a_body_without_content_is_no_body(body: dict[str, Any]) -> None:
    """Our choice: nothing can be said of it."""
    tool = one_tool({"requestBody": body}, method="post")
    assert (tool.bindings, tool.body_type) == ((), None)
