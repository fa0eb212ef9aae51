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


@pytest.mark.parametrize("media_type", ["application/json;\r\nX-Evil: 1", "application/jsön+json"])
def test_a_body_that_no_header_can_name_costs_its_operation_and_says_so(media_type: str) -> None:
    """security.md 21 R-ROBUST. A media type with a line break in it is no header value."""
    made = toolset({"/bad": {"post": {"requestBody": {"content": {media_type: {}}}}}, "/good": {"get": {}}})
    assert [tool.operation.path for tool in made.tools] == ["/good"]
    (skipped,) = made.skipped
    assert skipped.pointer == "#/paths/~1bad/post/requestBody"
    assert skipped.reason == f"no header can carry the type of its request body ({media_type})"


BYTES = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("declared", "schema", "sent"),
    [
        ("*/*", BYTES, "application/octet-stream"),
        ("application/*", {"contentMediaType": "image/png"}, "application/octet-stream"),
        ("*/*", {"type": "object"}, "application/json"),
        ("text/*", {}, "text/plain"),
        ("multipart/*", {}, "multipart/form-data"),
        ("application/form-data", {}, "multipart/form-data"),
        ("application/*+json", {}, "application/json"),
        ("application/*+xml", {}, "text/xml"),
        ("json", {}, "application/json"),
        ("", {}, "application/json"),
        ("application/json, text/plain", {}, "application/json"),
        ("image/*", BYTES, "image/*"),  # as the file says: request/files.py
        ("image/png", BYTES, "image/png"),
        ("application/xml; charset=utf-8", {}, "application/xml; charset=utf-8"),
    ],
)
def test_the_type_that_is_sent_is_concrete(declared: str, schema: dict[str, Any], sent: str) -> None:
    """OAS 3.1.1, Request Body Object: a key is a media type or a range, and a header names no range."""
    assert tool_with_body({declared: {"schema": schema}}).body_type == sent


def the_body(content: dict[str, Any], **root: Any) -> tuple[BindingKind, Any]:
    """Return the kind and the schema of the one argument that is the body."""
    tool = tool_with_body(content, **root)
    (binding,) = tool.bindings
    assert (binding.argument, required(tool)) == ("body", ["body"])
    return binding.kind, tool.input_schema["properties"]["body"]


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        ("image/png", {}),
        ("image/*", BYTES),
        ("image/jpeg", {"type": "string"}),
        ("application/octet-stream", {"type": "string"}),
        ("application/zip", BYTES),
        ("application/vnd.thing", {}),
        ("application/vnd.thing", {"$ref": "#/components/schemas/Bytes"}),
    ],
)
def test_a_body_of_bytes_is_a_file(media_type: str, schema: dict[str, Any]) -> None:
    """Issue 3, Every document; OAS 3.1.1, Considerations for File Uploads."""
    kind, shown = the_body({media_type: {"schema": schema}}, components={"schemas": {"Bytes": BYTES}})
    assert kind is BindingKind.FILE_BODY
    said = f"The body ({media_type}): base64, or a data: URL."
    assert shown == {"type": "string", "contentEncoding": "base64", "description": said}


@pytest.mark.parametrize(
    ("media_type", "schema", "shown"),
    [
        ("application/xml", {"oneOf": [ADDRESS, {"type": "null"}]},
         {"type": "string", "description": "Text of type application/xml. Fields: city, zip."}),
        ("text/csv", {"type": "string", "maxLength": 9, "format": "binary"},
         {"type": "string", "maxLength": 9, "description": "Text of type text/csv."}),
        ("text/plain", {"description": "Notes."}, {"type": "string", "description": "Notes. Text of type text/plain."}),
        ("application/jwt", {"type": "string", "minLength": 3}, {"type": "string", "minLength": 3}),
    ],
)  # fmt: skip
def test_a_body_of_text_is_a_string_that_says_what_text(media_type: str, schema: Any, shown: Any) -> None:
    """Our choice: what may be an object behind XML is told by its fields."""
    assert the_body({media_type: {"schema": schema}}) == (BindingKind.BODY, shown)


def test_a_body_of_an_unknown_type_whose_schema_is_an_object_stands_field_by_field() -> None:
    """Our choice: `application/vnd.thing` with an object can only be JSON."""
    tool = tool_with_body({"application/vnd.thing": {"schema": ADDRESS}})
    assert (arguments(tool), tool.body_type) == (["city", "zip"], "application/vnd.thing")


FORM = {
    "type": "object",
    "required": ["photo", "name"],
    "properties": {
        "name": {"type": "string"},
        "photo": {**BYTES, "description": "A portrait."},
        "more": {"type": "array", "items": {"$ref": "#/components/schemas/Bytes"}, "maxItems": 3},
        "address": ADDRESS,
        "note": {"type": "string", "contentMediaType": "application/json"},
        "icon": {"allOf": [{"$ref": "#/components/schemas/Bytes"}], "description": "Small."},
        "stamp": {"type": ["string", "null"], "contentMediaType": "image/png"},
        "coded": {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
    },
}
FILE_WORDS = "File: base64, or a data: URL."


@pytest.mark.spec("OAS 3.1.1 Considerations for multipart Content")
def test_the_files_of_a_multipart_body_are_files_wherever_the_schema_says_so() -> None:
    """OAS 3.0.4: `format: binary`; 3.1: `contentMediaType` without an encoding; in allOf, lists, nullable too."""
    tool = tool_with_body({"multipart/form-data": {"schema": FORM}}, components={"schemas": {"Bytes": BYTES}})
    kinds = {binding.argument: binding.kind for binding in tool.bindings}
    files = {"photo", "more", "icon", "stamp"}
    assert {name for name, kind in kinds.items() if kind is BindingKind.FILE} == files
    assert set(kinds) == set(FORM["properties"])
    assert required(tool) == ["name", "photo"]
    shown = tool.input_schema["properties"]
    file = {"type": "string", "contentEncoding": "base64"}
    assert shown["photo"] == {**file, "description": f"A portrait. {FILE_WORDS}"}
    assert shown["more"] == {"type": "array", "items": file, "maxItems": 3, "description": FILE_WORDS}
    assert shown["icon"] == {**file, "description": f"Small. {FILE_WORDS}"}
    assert shown["stamp"] == {**file, "description": FILE_WORDS}


def test_the_alternatives_of_a_multipart_body_become_fields_that_may_be_left_out() -> None:
    """Our choice: which of its fields are files has to be known."""
    by_url = {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}
    by_file = {"type": "object", "required": ["file"], "properties": {"file": BYTES}}
    schema = {"required": ["name"], "properties": {"name": {"type": "string"}}, "oneOf": [by_url, by_file]}
    tool = tool_with_body({"multipart/form-data": {"schema": schema}})
    assert arguments(tool) == ["name", "url", "file"]
    assert required(tool) == ["name"]
    assert tool.bindings[2].kind is BindingKind.FILE


@pytest.mark.parametrize("schema", [None, {}, {"type": "object"}, {"type": "string"}, {"additionalProperties": BYTES}])
def test_a_multipart_body_without_fields_is_one_object(schema: Any) -> None:
    """Our choice: the operation is served; what its fields are only the caller may know."""
    kind, shown = the_body({"multipart/form-data": {} if schema is None else {"schema": schema}})
    assert kind is BindingKind.BODY
    assert shown == {"type": "object", "description": "The fields of the form by name; a file as a data: URL."}


def test_a_list_of_lists_without_end_is_no_file() -> None:
    """security.md 20 R-ROBUST: cycles."""
    endless = {"type": "array", "items": {"$ref": "#/components/schemas/Endless"}}
    form = {"properties": {"a": {"$ref": "#/components/schemas/Endless"}}}
    tool = tool_with_body({"multipart/form-data": {"schema": form}}, components={"schemas": {"Endless": endless}})
    assert [binding.kind for binding in tool.bindings] == [BindingKind.BODY_FIELD]


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
    assert tool.input_schema["properties"] == {
        "body": {"type": "string", "description": "The note. Text of type text/markdown."}
    }
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


def test_null_deletes_a_field_of_a_merge_patch() -> None:
    """RFC 7396 section 1; a field that is required cannot be deleted, one that takes null already stays as it is."""
    properties = {
        "name": {"type": "string", "description": "N."},
        "id": {"type": "integer"},
        "note": {"type": ["string", "null"]},
        "any": {},
    }
    schema = {"type": "object", "required": ["id"], "properties": properties}
    tool = tool_with_body({"application/merge-patch+json": {"schema": schema}})
    assert tool.input_schema["properties"] == {
        "name": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "N."},
        "id": {"type": "integer"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "any": {},
    }


@pytest.mark.parametrize("kind", ["application/cbor", "application/x-protobuf", "application/vnd.msgpack"])
def test_objects_in_a_form_that_is_not_ours_are_bytes(kind: str) -> None:
    """Our choice: JSON text under such a type would be a lie."""
    tool = tool_with_body({kind: {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}})
    assert [binding.kind for binding in tool.bindings] == [BindingKind.FILE_BODY]
