"""The place in the arguments that an answer means."""

from typing import Any

import pytest
from support.make import json_body, one_tool, parameter
from test_classify import GIVEN, TOOL, classified

from openapi_mcp.model.fault import Path
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.refusals.complaint import Complaint
from openapi_mcp.recovery.refusals.forms.names import steps_of
from openapi_mcp.recovery.refusals.place import Places


def found(written: Any, *, tool: Tool = TOOL, given: Any = None, location: str = "") -> Path | None:
    named = written if isinstance(written, str) else ""
    complaint = Complaint(said="", at="", named=named, steps=steps_of(written), location=location)
    spot = Places(tool, GIVEN if given is None else given).of(complaint)
    return None if spot is None else spot.path


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("quantity", ("quantity",)),
        ("Quantity", ("quantity",)),
        ("customerId", ("customer_id",)),
        ("shipping_address", ("shippingAddress",)),
        ("#/shippingAddress/city", ("shippingAddress", "city")),
        ("/items/0/sku", ("items", 0, "sku")),
        ("$.items[1].sku", ("items", 1, "sku")),
        ("$['items'][1]['sku']", ("items", 1, "sku")),
        ("items[1][sku]", ("items", 1, "sku")),
        ("Items[1].Sku", ("items", 1, "sku")),
        ("body.items.1.sku", ("items", 1, "sku")),
        ("query.limit", ("limit",)),
        ("filter[name]", ("filter_name",)),
        ("createOrder.quantity", ("quantity",)),
        ("order.quantity", ("quantity",)),
        ("CreateOrderRequest.quantity", ("quantity",)),
        ("/data/attributes/email", ("email",)),
        ("/data/relationships/customer/data/id", ("customer_id",)),
        (["items", {"index": 1}, {"key": "sku"}], ("items", 1, "sku")),
        (["customer_id", "int"], ("customer_id",)),
        ("items.7.sku", ("items",)),
        ("quantity.more", None),
        ("shippingAddress.0", None),
        ("header.quantity", None),
        ("colour", None),
        ("other.quantity", ("quantity",)),
        ("other.0.quantity", None),
        ("shippingAddress.quantity", None),
        ("", None),
        ([None, 1.5, True], None),
        ("..[]..", None),
        ("/", None),
        ("/data/attributes/id", None),
        ("/data/attributes/nobody", None),
        ("/data/relationships/nobody", None),
    ],
)
def test_a_field_is_found_however_it_is_written(written: Any, path: Path | None) -> None:
    """RFC 6901, RFC 9535, JSON:API; what stands before a field in Spring, ASP.NET and FastAPI."""
    assert found(written) == path


def test_of_two_arguments_that_fit_none_is_taken() -> None:
    """design.md: derive, never invent."""
    operation = {
        "parameters": [parameter("id", "path"), parameter("order_id"), parameter("orderId", "header")],
        "requestBody": {"content": json_body({"type": "object", "properties": {"id": {"type": "string"}}})},
    }
    tool = one_tool(operation, method="put", path="/things/{id}")
    assert found("id", tool=tool) is None
    assert found("id", tool=tool, location="body") == ("body_id",)
    assert found("path.id", tool=tool) == ("id",)
    assert found("order_id", tool=tool) == ("order_id",)
    assert found("OrderID", tool=tool) is None
    failure = classified({"errors": [{"field": "id", "message": "No."}]}, tool=tool, given={"id": "1"})
    assert [(fault.path, fault.named) for fault in failure.faults] == [((), "id")]
    assert failure.field == "id"


BODY = {"anyOf": [{"type": "object", "properties": {"name": {"type": "string"}}}, {"type": "array", "items": {
    "allOf": [{"$ref": "#/components/schemas/One"}, True]}}]}  # fmt: skip
ONE = {"type": "object", "properties": {"size": {"type": "integer"}}, "additionalProperties": True}


def test_a_field_of_a_whole_body_is_within_it() -> None:
    """design.md, Tools: a body that is not a plain object is one argument."""
    tool = one_tool({"requestBody": {"content": json_body(BODY)}}, method="post", components={"schemas": {"One": ONE}})
    listed = {"body": [{"size": 1, "extra": {"deep": 2}}]}
    assert found(["body", 0, "size"], tool=tool, given=listed) == ("body", 0, "size")
    assert found([0, "size"], tool=tool, given=listed) == ("body", 0, "size")
    assert found("[0].extra.deep", tool=tool, given=listed) == ("body", 0, "extra", "deep")
    assert found("name", tool=tool, given={"body": {}}) == ("body", "name")
    assert found("name", tool=tool, given={}) == ("body", "name")
    assert found("nobody", tool=tool, given=listed) is None


def test_a_reference_to_nothing_says_nothing() -> None:
    """A toolset kept on disk may be of another time."""
    assert Places(TOOL, {}).says({"$ref": "#/$defs/nobody"}, "type") is None


def test_the_branch_of_a_union_is_no_step() -> None:
    """Pydantic names the model that it tried: ["body", "pet", "Cat", "name"]."""
    cat, dog = ({"type": "object", "properties": {name: {"type": "string"}}} for name in ("name", "size"))
    pet = {"oneOf": [cat, dog, *({"type": "null"} for _ in range(30))]}
    made = {"requestBody": {"content": json_body({"type": "object", "properties": {"pet": pet, "age": {}}})}}
    tool = one_tool(made, method="post")
    given = {"pet": {"name": "x"}, "age": None}
    assert found(["pet", "Cat", "name"], tool=tool, given=given) == ("pet", "name")
    assert found(["pet", "cat", "name"], tool=tool, given=given) is None
    assert found(["age", "Cat", "name"], tool=tool, given=given) is None
    assert classified("'yes' is not right", tool=tool, given={"age": True, "pet": {"name": "yes"}}).field == "pet.name"


def test_a_place_that_is_not_given_ends_where_the_value_does() -> None:
    """What is repaired there has parents that are there."""
    assert found("shippingAddress.city", given={"shippingAddress": "Bonn"}) == ("shippingAddress",)
    assert found("shippingAddress.city", given={}) == ("shippingAddress", "city")
    assert found("items.0.sku", given={"items": "a"}) == ("items",)


def test_the_schema_of_a_place_is_the_documents() -> None:
    """What is behind a `$ref` is found where a schema holds itself."""
    node: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}
    node["properties"]["inner"] = {"$ref": "#/components/schemas/Node"}
    made = {"requestBody": {"content": json_body({"$ref": "#/components/schemas/Node"})}}
    tool = one_tool(made, method="post", components={"schemas": {"Node": node}})
    (fault,) = classified({"inner": {"inner": {"name": ["No."]}}}, tool=tool, given={}).faults
    assert (fault.path, fault.schema) == (("inner", "inner", "name"), {"type": "string"})
    faults = classified({"shippingAddress": ["No."], "items": [{"quantity": ["No."]}]}).faults
    assert [list(fault.schema) for fault in faults] == [["type", "properties"], ["type"]]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("Shipping address can't be blank", "shippingAddress"),
        ("The shipping date field is required.", "shipping_date"),
        ("Parameter limit is too large", "limit"),
        ("Customer with id 7 does not exist", "customer_id"),
        ("Key (customer_id)=(7) is not present in table", "customer_id"),
        ("quantity and limit do not go together", None),
        ('Invalid value for "limit"', "limit"),
        ("Bad value: customer_id is unknown", "customer_id"),
        ("sort by status or email: must be one of status, email", None),
        ("status cannot be closed by limit", "status"),
        ("Cannot be closed, see status and limit", None),
        ("We know no customer 'Bonn'", "shippingAddress.city"),
        ("There is nothing for 'b'", "items[1].sku"),
        ("The request is not valid.", None),
        ("params/shop_id must be integer", "shop_id"),
        ("items[1].sku is wrong", "items[1].sku"),
        ("Validation failed: Email is invalid; Status is unknown", "email"),
    ],
)
def test_the_field_that_a_sentence_speaks_of_is_found(said: str, field: str | None) -> None:
    """Rails, Laravel, fastify, plain text: one argument, or none."""
    assert classified({"message": said}, 400).field == field


def test_what_is_not_there_is_a_path_argument() -> None:
    """The brief: a 404 without any field names each path argument, or the one that its words speak of."""
    tool = one_tool(
        {"parameters": [parameter("shop_id", "path"), parameter("order_id", "path"), parameter("page")]},
        path="/shops/{shop_id}/orders/{order_id}",
    )
    given = {"shop_id": "ann", "order_id": "17"}

    def missing(body: Any) -> list[tuple[str, str]]:
        return [(fault.place, fault.rule) for fault in classified(body, 404, tool=tool, given=given).faults]

    both = [("shop_id", "exists"), ("order_id", "exists")]
    assert missing(None) == both
    assert missing({"detail": "Not found."}) == both
    assert missing({"detail": "Order not found"}) == [("order_id", "exists")]
    assert missing({"detail": "There is no 17"}) == [("order_id", "exists")]
    assert missing({"detail": "No order 17 in shop ann"}) == both
    assert missing({"page": ["Invalid page."]}) == [("page", "invalid")]
    assert classified(None, 404).field == "shop_id"
    assert classified(None, 404, given={}).faults == ()
