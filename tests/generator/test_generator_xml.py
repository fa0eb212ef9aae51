"""XML bodies: what a caller sees of them, and how a call writes them."""

from typing import Any

import pytest
from support.make import ALL_METHODS, document, json_body, one_tool, tool_with_body

from openapi_mcp.generator.codec import decode, encode
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.xml import xml_node
from openapi_mcp.loader.read import read
from openapi_mcp.model.tool import Tool, wire_tool
from openapi_mcp.model.xml import ROOT, XmlNode

REF = "#/components/schemas/"
PET = {
    "type": "object",
    "required": ["name"],
    "xml": {"name": "pet", "namespace": "urn:pets"},
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string"},
        "tags": {"type": "array", "xml": {"wrapped": True}, "items": {"$ref": f"{REF}Tag"}},
    },
}
TAG = {"type": "object", "properties": {"id": {"type": "integer", "xml": {"attribute": True}}}, "xml": {"name": "tag"}}
COMPONENTS = {"schemas": {"Pet": PET, "Tag": TAG, "Toy": {"type": "object", "properties": {"a": {"type": "string"}}}}}


def xml_tool(schema: Any, **root: Any) -> Tool:
    return tool_with_body({"application/xml": {"schema": schema}}, **{"components": COMPONENTS, **root})


def node_of(schema: Any, *, openapi: str = "3.1.1", **schemas: Any) -> XmlNode:
    """Return the node of a schema, as the loader reads it, among these components."""
    components = {"schemas": {**COMPONENTS["schemas"], **schemas}}
    body = {"content": {"application/xml": {"schema": schema}}}
    made = document({"/a": {"post": {"requestBody": body}}}, openapi=openapi, components=components)
    request = made.operations[0].request_body
    assert request is not None
    return xml_node(made.schemas, request.content[0].schema or {})


def test_an_object_is_text_or_its_fields() -> None:
    """Issue 3, Every document: a body with a schema is called by its fields. XML as given text goes as it is."""
    tool = xml_tool({"$ref": f"{REF}Pet"})
    shown = tool.input_schema["properties"]["body"]
    assert shown["description"] == "XML: text, or its fields as an object."
    text, fields = shown["anyOf"]
    assert text == {"type": "string"}
    assert list(fields["properties"]) == ["id", "name", "tags"]
    assert fields["required"] == ["name"]
    assert "xml" not in str(wire_tool(tool)["inputSchema"])
    assert tool.body_type == "application/xml"


def test_where_the_document_names_no_root_the_caller_is_told() -> None:
    """OAS 3.2.0, XML Node Names: for a schema in its place no name can be inferred."""
    tool = xml_tool({"description": "A toy.", "properties": {"a": {"type": "string"}}})
    assert tool.input_schema["properties"]["body"] == {
        "anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {"type": "string"}}}],
        "description": f"A toy. XML: text, or the fields of <{ROOT}> as an object.",
    }
    assert tool.xml is None


def test_the_words_of_the_body_stand_before_ours() -> None:
    """Our choice, as for other bodies."""
    content = {"text/xml": {"schema": {"$ref": f"{REF}Toy"}}}
    tool = one_tool(
        {"requestBody": {"description": "The toy.", "content": content}}, method="post", components=COMPONENTS
    )
    said = tool.input_schema["properties"]["body"]["description"]
    assert said == "The toy. XML: text, or its fields as an object."


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        ("application/xml", {"type": "array", "items": {"$ref": f"{REF}Pet"}}),
        ("application/xml", {"oneOf": [{"$ref": f"{REF}Pet"}, {"$ref": f"{REF}Toy"}]}),
        ("application/xml", {"type": "object", "additionalProperties": {"type": "string"}}),
        ("application/xml", {}),
        ("text/csv", {"$ref": f"{REF}Pet"}),
    ],
)
def test_what_is_no_object_with_fields_stays_text(media_type: str, schema: Any) -> None:
    """Our choice: only of fields that the document names it is known how they are written."""
    tool = tool_with_body({media_type: {"schema": schema}}, components=COMPONENTS)
    assert tool.input_schema["properties"]["body"]["type"] == "string"
    assert tool.xml is None


@pytest.mark.spec("OAS 3.1.1 XML Object")
def test_the_xml_objects_of_a_document_become_a_tree() -> None:
    """OAS 3.1.1, XML Object. What says nothing but the default is not in it."""
    tag = XmlNode(name="tag", fields=(XmlNode(key="id", kind="attribute"),))
    fields = (XmlNode(key="id", kind="attribute"), XmlNode(key="tags", kind="element", item=tag))
    assert node_of({"$ref": f"{REF}Pet"}) == XmlNode(name="pet", namespace="urn:pets", fields=fields)
    assert node_of({"$ref": f"{REF}Pet"}, openapi="3.0.4") == node_of({"$ref": f"{REF}Pet"})


def test_the_root_of_a_swagger_document_is_named_by_its_definition() -> None:
    """Swagger 2.0, XML Object."""
    toy = {"in": "body", "name": "x", "schema": {"$ref": "#/definitions/Toy"}}
    whole: Any = {
        "swagger": "2.0",
        "info": {"title": "Test", "version": "1"},
        "definitions": {"Toy": COMPONENTS["schemas"]["Toy"]},
        "paths": {"/a": {"post": {"parameters": [toy], "consumes": ["application/xml"]}}},
    }
    (tool,) = generate(read(whole, source="test.json", base_uri=None), ALL_METHODS).tools
    assert tool.xml == XmlNode(name="Toy")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": f"{REF}Toy"}, XmlNode(name="Toy")),
        ({"allOf": [{"$ref": f"{REF}Toy"}], "description": "One."}, XmlNode(name="Toy")),
        ({"allOf": [{"$ref": f"{REF}Toy"}, {"xml": {"name": "T"}}]}, XmlNode(name="T")),
        ({"$ref": f"{REF}Toy", "xml": {"name": "T"}}, XmlNode(name="T")),
        ({"$ref": f"{REF}Named"}, XmlNode(name="Named")),
        ({"$ref": f"{REF}Bare"}, XmlNode(name="T")),
        ({"$ref": f"{REF}a b"}, XmlNode()),
        ({"properties": {"a": {}}}, XmlNode()),
        # what an object inherits from among others does not name it
        ({"allOf": [{"$ref": f"{REF}Bare"}, {"properties": {"b": {}}}]}, XmlNode()),
        # the nearest word counts
        ({"$ref": f"{REF}Without", "xml": {"nodeType": "element", "name": "T"}}, XmlNode(name="T")),
    ],
)
def test_the_root_is_named_by_its_own_word_else_by_its_component(schema: Any, expected: XmlNode) -> None:
    """OAS 3.2.0, XML Node Names, Referenced Element With CDATA."""
    toy: Any = {"properties": {"a": {}}}
    named = {"$ref": f"{REF}Toy"}
    without = {**toy, "xml": {"nodeType": "none"}}
    schemas = {"Named": named, "Bare": {**toy, "xml": {"name": "T"}}, "Without": without, "a b": toy}
    assert node_of(schema, **schemas) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"xml": {"name": "x"}}, XmlNode(key="a", name="x")),
        ({"xml": {"name": "a"}}, None),
        ({"xml": {"name": "x:y"}}, XmlNode(key="a", name="y", prefix="x")),
        ({"xml": {"name": "x y", "prefix": "<", "namespace": "\x01"}}, None),
        ({"xml": {"prefix": "xmlns", "namespace": "urn:a"}}, None),
        ({"xml": {"prefix": "p", "namespace": "http://www.w3.org/2000/xmlns/"}}, XmlNode(key="a", prefix="p")),
        ({"xml": {"nodeType": "element"}}, None),
        ({"xml": {"nodeType": "text", "name": "x"}}, XmlNode(key="a", kind="text")),
        ({"type": "array", "xml": {"name": "aliens"}, "items": {}}, None),
        ({"type": "array", "xml": {"name": "aliens"}, "items": {"xml": {"name": "x"}}},
         XmlNode(key="a", item=XmlNode(name="x"))),
        ({"type": ["array", "null"], "xml": {"wrapped": True}, "items": {}}, XmlNode(key="a", kind="element")),
        ({"anyOf": [{"$ref": f"{REF}Tag"}, {"type": "null"}]},
         XmlNode(key="a", name="tag", fields=(XmlNode(key="id", kind="attribute"),))),
        ({"items": {"allOf": [{"$ref": f"{REF}Toy"}, {"xml": {"name": "x"}}]}},
         XmlNode(key="a", item=XmlNode(name="x"))),
    ],
)  # fmt: skip
def test_a_property_is_written_by_its_xml_object(schema: Any, expected: XmlNode | None) -> None:
    """OAS 3.1.1, XML Object; what no XML can hold is as if it were not there."""
    assert node_of({"properties": {"a": schema}}).fields == ((expected,) if expected else ())


def test_a_property_that_two_parts_describe_takes_from_both() -> None:
    """JSON Schema 2020-12, allOf."""
    parts = [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"xml": {"name": "x"}}}}]
    assert node_of({"allOf": parts}).fields == (XmlNode(key="a", name="x"),)


def inside(node: XmlNode) -> tuple[XmlNode, ...]:
    return node.fields if node.item is None else (*node.fields, node.item)


def depth(node: XmlNode) -> int:
    return 1 + max((depth(inner) for inner in inside(node)), default=0)


def count(node: XmlNode) -> int:
    return 1 + sum(count(inner) for inner in inside(node))


@pytest.mark.parametrize("width", [1, 3])
def test_a_schema_without_end_is_followed_for_some_levels(width: int) -> None:
    """security.md 20 R-ROBUST: cycles. Beyond them the names are those of the properties."""
    inner = {"$ref": f"{REF}Endless"}
    endless = {"properties": {f"p{n}": {"allOf": [inner, {"xml": {"name": "x"}}]} for n in range(width)}}
    found = node_of(inner, Endless=endless)
    assert depth(found) <= 13
    assert count(found) <= 500
    assert found.fields[0].fields[0].name == "x"


@pytest.mark.parametrize("loop", [{"allOf": [{"$ref": f"{REF}A"}]}, {"type": "array", "items": {"$ref": f"{REF}A"}}])
def test_a_schema_that_is_itself_says_nothing(loop: Any) -> None:
    """security.md 20 R-ROBUST: cycles."""
    assert node_of({"properties": {"a": {"$ref": f"{REF}A"}}}, A=loop) == XmlNode()


def without_xml(value: Any) -> Any:
    if isinstance(value, list):
        return [without_xml(item) for item in value]
    return {k: without_xml(v) for k, v in value.items() if k != "xml"} if isinstance(value, dict) else value


TWICE = {"allOf": [{"$ref": f"{REF}Pet"}, {"properties": {"id": {"type": "integer"}}}], "xml": {"name": "x"}}
BESIDE = {
    "properties": {"a": {"$ref": f"{REF}Pet", "xml": {"name": "x"}}, "b": {"type": ["string", "null"], "xml": {}}}
}


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("schema", [{"$ref": f"{REF}Pet"}, PET, TWICE, BESIDE, {"xml": {"name": "x"}}])
def test_xml_objects_change_nothing_in_a_tool_that_sends_no_xml(media_type: str, schema: Any) -> None:
    """OAS 3.1.1: the XML Object is for XML only. A client never sees it."""
    plain = tool_with_body({media_type: {"schema": without_xml(schema)}}, components=without_xml(COMPONENTS))
    tool = tool_with_body({media_type: {"schema": schema}}, components=COMPONENTS)
    assert wire_tool(tool) == wire_tool(plain)
    assert (tool.bindings, tool.xml) == (plain.bindings, None)


def test_an_answer_shows_no_xml_object() -> None:
    """OAS 3.1.1, XML Object."""
    answer = {"responses": {"200": {"description": "A pet.", "content": json_body({"$ref": f"{REF}Pet"})}}}
    tool = one_tool(answer, components=COMPONENTS)
    assert wire_tool(tool) == wire_tool(one_tool(without_xml(answer), components=without_xml(COMPONENTS)))


def test_the_tree_is_kept_with_the_tool() -> None:
    """The catalogue: a warm start writes the same body."""
    node = node_of({"$ref": f"{REF}Pet"})
    assert decode(XmlNode, encode(node)) == node
    assert encode(node)["fields"][0] == {"key": "id", "kind": "attribute"}
