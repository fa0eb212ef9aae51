"""What a model reads of a tool."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.make import ALL_METHODS, answering, json_body, one_tool, parameter, toolset

from openapi_mcp.model.tool import Annotations

ORDER = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "customer": {"type": "string"}},
}
ITEM = {"type": "object", "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}}
REF = {"$ref": "#/components/schemas/Order"}


def described(operation: dict[str, Any], method: str = "get", **schemas: Any) -> str:
    return one_tool(operation, method=method, components={"schemas": schemas}).description


def returned(schema: Any, **schemas: Any) -> str:
    return described(answering(schema), **schemas).splitlines()[-1]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"summary": "List all orders"}, "List all orders"),
        ({"summary": "List <b>\u200ball</b>\norders"}, "List all orders"),
        ({"operationId": "listAllOrders"}, "List all orders"),
        ({"operationId": "orders_list-v2"}, "Orders list v2"),
        ({"operationId": "用户"}, "/things"),
        ({}, "Get things"),
        ({"summary": "word " * 40}, "word " * 14 + "word…"),
    ],
)
def test_a_title_is_the_summary_else_the_name_in_words(operation: dict[str, Any], expected: str) -> None:
    """MCP, Tool.title; our choice of 80 characters."""
    assert one_tool(operation).title == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"summary": "List orders"}, "List orders."),
        ({"summary": "List orders", "description": "Newest first."}, "List orders. Newest first."),
        ({"summary": "List orders", "description": "List orders, newest first."}, "List orders, newest first."),
        ({"summary": "Really?", "description": "Yes."}, "Really? Yes."),
        ({"description": "<p>Newest&nbsp;first.</p>\n\n<br/>Paged."}, "Newest first. Paged."),
        ({"description": "a < b and c > d"}, "a < b and c > d"),
        ({"summary": "List orders", "deprecated": True}, "List orders. Deprecated."),
        ({"operationId": "listOrders"}, "List orders. GET /things"),
        ({}, "Gets things. GET /things"),
        ({"description": "Newest first. Paged.", "deprecated": True}, "Newest first. Deprecated. Paged."),
        ({"summary": "List orders", "description": "Lists the orders. Newest first."}, "List orders. Newest first."),
        ({"summary": "**List** [orders](https://a.example)"}, "List orders."),
        (
            {"summary": "List orders", "description": "Newest first. See [the guide](https://a.example)."},
            "List orders. Newest first.",
        ),
    ],
)
def test_a_description_begins_with_the_point(operation: dict[str, Any], expected: str) -> None:
    """mcp-facts.md section 6: the point first, the rest may be cut."""
    assert described(operation) == f"{expected}\nReturns: not described."


def test_a_description_has_at_most_1024_characters_and_keeps_what_the_tool_returns() -> None:
    """mcp-facts.md section 6."""
    text = described({"summary": "s " * 400, "description": "d " * 4000, **answering(REF)}, Order=ORDER)
    assert len(text) <= 1024
    assert text.endswith("…\nReturns: Order: id, customer.")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (REF, "Returns: Order: id, customer."),
        (ORDER, "Returns: id, customer."),
        ({"type": "array", "items": REF}, "Returns: list of Order: id, customer."),
        ({"type": "array", "items": {"type": "string"}}, "Returns: list of string."),
        ({"allOf": [REF], "description": "x"}, "Returns: Order: id, customer."),
        ({"type": "string"}, "Returns: string."),
        ({}, "Returns: JSON."),
        (
            {
                "type": "object",
                "properties": {"count": {"type": "integer"}, "results": {"type": "array", "items": REF}},
            },
            "Returns: count, results (list of Order: id, customer).",
        ),
        (
            {"type": "object", "properties": {f"f{i}": {} for i in range(13)}},
            "Returns: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, and 3 more.",
        ),
        ({"$ref": "#/components/schemas/Nowhere"}, "Returns: JSON."),
        ({"$ref": "#/components/schemas/Self"}, "Returns: JSON."),
        ({"$ref": "#/components/schemas/Lists"}, "Returns: list of list of list of list of list of Lists."),
        ({"$ref": "#/components/schemas/Wrapped"}, "Returns: Wrapped."),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"$ref": "#/components/schemas/Nowhere"}}},
            },
            "Returns: JSON.",
        ),
    ],
)
def test_what_a_tool_returns_stands_in_one_line(schema: Any, expected: str) -> None:
    """design.md, Tools: what a tool returns stands as one line in its description. Cycles must not end the program."""
    schemas = {
        "Order": ORDER,
        "Self": {"$ref": "#/components/schemas/Self"},
        "Lists": {"type": "array", "items": {"$ref": "#/components/schemas/Lists"}},
        "Wrapped": {"allOf": [{"$ref": "#/components/schemas/Wrapped"}]},
    }
    assert returned(schema, **schemas) == expected


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ({}, "Returns: not described."),
        ({"404": {"description": "Gone."}}, "Returns: not described."),
        ({"204": {"description": ""}}, "Returns: no content (204)."),
        ({"204": {"description": "Deleted"}}, "Returns: Deleted."),
        ({"204": {"description": "Successful response."}}, "Returns: no content (204)."),
        ({"200": {"description": "x", "content": {"text/csv": {}}}}, "Returns: text/csv."),
        ({"200": {"description": "x", "content": {"application/json": {}}}}, "Returns: application/json."),
        ({"default": {"description": "x", "content": json_body({"type": "string"})}}, "Returns: string."),
        (
            {
                "404": {"description": "x", "content": json_body({"type": "integer"})},
                "2XX": {"description": "x", "content": json_body({"type": "boolean"})},
                "201": {"description": "x", "content": json_body({"type": "string"})},
            },
            "Returns: string.",
        ),
        (
            {
                "200": {
                    "description": "x",
                    "content": {"text/csv": {}, "application/json": {"schema": {"type": "null"}}},
                }
            },
            "Returns: null.",
        ),
    ],
)
def test_what_a_tool_returns_is_its_lowest_success(responses: dict[str, Any], expected: str) -> None:
    """OAS 3.1.1, Responses Object."""
    assert described({"responses": responses}).splitlines()[-1] == expected


@pytest.mark.parametrize(
    ("method", "responses", "expected"),
    [
        ("get", {}, Annotations(read_only=True, destructive=False, idempotent=True)),
        ("head", {}, Annotations(read_only=True, destructive=False, idempotent=True)),
        ("options", {}, Annotations(read_only=True, destructive=False, idempotent=True)),
        ("put", {}, Annotations(read_only=False, destructive=True, idempotent=True)),
        ("delete", {}, Annotations(read_only=False, destructive=True, idempotent=True)),
        ("patch", {}, Annotations(read_only=False, destructive=True, idempotent=False)),
        ("post", {}, Annotations(read_only=False, destructive=True, idempotent=False)),
        ("post", {"201": {"description": "x"}}, Annotations(read_only=False, destructive=False, idempotent=False)),
        ("patch", {"201": {"description": "x"}}, Annotations(read_only=False, destructive=True, idempotent=False)),
    ],
)
def test_annotations_tell_the_truth_that_http_tells(
    method: str, responses: dict[str, Any], expected: Annotations
) -> None:
    """design.md, Tools; security.md 33; RFC 9110 section 9.2."""
    assert one_tool({"responses": responses}, method=method).annotations == expected


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text(max_size=300))
def test_no_text_of_a_document_makes_a_tool_too_long_or_hides_something(
    summary: str, description: str, name: str, info: str
) -> None:
    """Law. security.md 31 R-TEXT; mcp-facts.md section 6."""
    operation = {"summary": summary, "description": description, "parameters": [parameter("a", description=name)]}
    made = toolset({"/a": {"get": operation}}, info={"title": info, "version": info, "description": info * 9})
    (tool,) = made.tools
    assert len(tool.title) <= 80
    assert len(tool.description) <= 1024
    assert len(made.instructions) <= 2000
    hidden = set("\x00\x07\x1b\x7f\x9b\u200b\u202e\ufeff\U000e0041\u00ad")
    assert not hidden & set(tool.title + tool.description + made.instructions + str(tool.input_schema))


def test_every_tool_of_one_document_is_described_once() -> None:
    """Our choice: a tool is the same whatever else is listed, but for sentences that many share."""
    one = toolset({"/a": {"get": {}}}, selection=ALL_METHODS)
    two = toolset({"/a": {"get": {}}, "/b": {"get": {}}}, selection=ALL_METHODS)
    assert one.tools[0] == two.tools[0]
