"""Arguments under a near name: which get the declared one, which are refused."""

from typing import Any

import pytest
from support.make import json_body, one_tool, parameter, toolset
from support.recover import Outcome, refused, remedy, repaired

from openapi_mcp.model.fault import Fault
from openapi_mcp.model.tool import Toolset
from openapi_mcp.recovery.strategies.near_name import STRATEGY
from openapi_mcp.recovery.strategy import Rewrite, Told

Json = dict[str, Any]
INTEGER = {"type": "integer"}


def tool_of(path: str, *parameters: Json, method: str = "get", body: Json | None = None) -> Toolset:
    operation: Json = {"operationId": "it", "parameters": list(parameters)}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": json_body(body)}
    return toolset({path: {method: operation}})


def outcome(tools: Toolset, arguments: Json) -> Outcome:
    return repaired(tools, "it", arguments, (STRATEGY,))


ORDER = tool_of(
    "/orders/{order_id}",
    parameter("order_id", "path", schema=INTEGER),
    parameter("filter[name]"),
    parameter("$top", schema=INTEGER),
    parameter("X-Request-Kind", "header"),
    parameter("tags", schema={"type": "array", "items": {"type": "string"}}),
    parameter("start_latitude", schema={"type": "number"}),
    parameter("description"),
    parameter("page_size", schema=INTEGER),
)


@pytest.mark.parametrize(
    "name", ["orderId", "order-id", "OrderID", "order id", "ORDER_ID", "order.id", "orderid", "order_ID", "order_ids"]
)
def test_a_name_in_another_spelling_gets_the_declared_one(name: str) -> None:
    """Issue, Recover 3."""
    assert outcome(ORDER, {name: 7}).arguments == {"order_id": 7}


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ("filter[name]", "filter_name", "Bob"),
        ("filterName", "filter_name", "Bob"),
        ("name", "filter_name", "Bob"),
        ("$top", "top", 5),
        ("x-request-kind", "X-Request-Kind", "a"),
        ("request_kind", "X-Request-Kind", "a"),
        ("tag", "tags", ["a"]),
        ("startLat", "start_latitude", 41.15),
        ("desc", "description", "blue"),
        ("per_page", "page_size", 20),
        ("limit", "page_size", 20),
        ("pageSize", "page_size", 20),
        ("descripton", "description", "blue"),
    ],
)
def test_an_optional_argument_is_taken_where_its_name_is_plainly_the_same(given: str, name: str, value: Any) -> None:
    """Our choice: by its name on the wire, its separators, or a word that always means the same."""
    assert outcome(ORDER, {"order_id": 7, given: value}).arguments == {"order_id": 7, name: value}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("per_page", "twenty"),
        ("tag", "a"),
        ("desc", True),
        ("note", "blue"),
        ("dscrpton", "blue"),
        ("lat", 41.15),
        ("filter", "Bob"),
    ],
)
def test_an_optional_argument_that_is_not_plainly_meant_is_refused_and_never_dropped(given: str, value: Any) -> None:
    """design.md: derive, never invent; nothing is dropped in silence."""
    found = outcome(ORDER, {"order_id": 7, given: value})
    assert found.arguments is None
    assert found.told.field == given


CUSTOMER = tool_of("/customers/{id}", parameter("id", "path", schema=INTEGER))
ITS_ORDERS = tool_of("/customers/{customer_id}/orders", parameter("customer_id", "path", schema=INTEGER))
USER = tool_of("/users/{username}", parameter("username", "path"))
ITEM = tool_of(
    "/orders/{order_id}/items/{item_id}",
    parameter("order_id", "path", schema=INTEGER),
    parameter("item_id", "path", schema=INTEGER),
)
ISSUE = tool_of("/issues/{number}", parameter("number", "path", schema=INTEGER))
TICKET = tool_of("/tickets/{ticket_number}/lines", parameter("ticket_number", "path", schema=INTEGER))
WEATHER = tool_of("/weather/{city}", parameter("city", "path"))
REFUND = tool_of(
    "/refunds",
    method="post",
    body={"type": "object", "required": ["order_id"], "properties": {"order_id": INTEGER, "note": {"type": "string"}}},
)
TWO_IDS = tool_of(
    "/payments",
    method="post",
    body={
        "type": "object",
        "required": ["order_id", "customer_id"],
        "properties": {"order_id": INTEGER, "customer_id": INTEGER},
    },
)
OWN_ORDERS = tool_of("/orders", parameter("customer_id", required=True, schema=INTEGER))


@pytest.mark.parametrize(
    ("tools", "given", "right"),
    [
        (CUSTOMER, {"customer": 5}, {"id": 5}),
        (CUSTOMER, {"customerId": 5}, {"id": 5}),
        (CUSTOMER, {"customer_pk": 5}, {"id": 5}),
        (CUSTOMER, {"pk": 5}, {"id": 5}),
        (ITS_ORDERS, {"id": 5}, {"customer_id": 5}),
        (ITS_ORDERS, {"ID": 5}, {"customer_id": 5}),
        (ITS_ORDERS, {"customer": 5}, {"customer_id": 5}),
        (ITS_ORDERS, {"customer_pk": 5}, {"customer_id": 5}),
        (USER, {"id": "bob"}, {"username": "bob"}),
        (USER, {"user": "bob"}, {"username": "bob"}),
        (USER, {"user_name": "bob"}, {"username": "bob"}),
        (ITEM, {"order_id": 1, "id": 2}, {"order_id": 1, "item_id": 2}),
        (ISSUE, {"issue_number": 7}, {"number": 7}),
        (REFUND, {"id": 17, "note": "x"}, {"order_id": 17, "note": "x"}),
        (REFUND, {"ordre_id": 17}, {"order_id": 17}),
        (TWO_IDS, {"orderId": 17, "customer": 5}, {"order_id": 17, "customer_id": 5}),
    ],
)
def test_an_id_under_another_name_gets_the_declared_one(tools: Toolset, given: Json, right: Json) -> None:
    """Issue, Recover 3: `id` for the only id, the name of the thing for its id."""
    found = outcome(tools, given)
    assert found.arguments == right
    assert all(repair.how for repair in found.repairs)


@pytest.mark.parametrize(
    ("tools", "given"),
    [
        (ITEM, {"item_id": 2, "id": 1}),
        (ITEM, {"id": 2}),
        (TWO_IDS, {"id": 17}),
        (WEATHER, {"id": "Porto"}),
        (OWN_ORDERS, {"id": 5}),
        (CUSTOMER, {"order": 5}),
        (ISSUE, {"order_number": 7}),
        (TICKET, {"number": 7}),
        (CUSTOMER, {"customer": {"name": "Bob"}}),
        (CUSTOMER, {"customer": True}),
        (USER, {"user_id": "bob"}),
        (USER, {"id": 17}),
        (ITS_ORDERS, {"ids": 5}),
        (tool_of("/comments/{id}", parameter("id", "path")), {"comment": "nice"}),
        (tool_of("/workspaces/{slug}/members", parameter("slug", "path")), {"id": "abc"}),
        (tool_of("/maps/{serverpk}", parameter("serverpk", "path")), {"id": "abc"}),
    ],
)
def test_an_id_that_may_be_another_one_is_not_taken(tools: Toolset, given: Json) -> None:
    """Issue, Recover: where two candidates fit, none is taken."""
    found = outcome(tools, given)
    assert found.arguments is None
    assert found.told.field is not None
    assert found.repairs == () or found.told.faults[0].rule == "type"


def test_of_two_that_fit_none_is_taken_and_both_are_named() -> None:
    """design.md, A result."""
    found = outcome(TWO_IDS, {"id": 17}).told
    assert set(found.near) == {"order_id", "customer_id"}
    assert '"order_id"' in found.hint
    assert '"customer_id"' in found.hint


def test_of_two_given_that_stand_for_one_none_is_taken() -> None:
    """design.md, A result: the same the other way round."""
    found = outcome(CUSTOMER, {"ID": 5, "Id": 6}).told
    assert found.near == ("id",)
    assert '"ID", "Id"' in found.hint


def test_the_nearer_of_two_given_is_taken_and_the_other_one_is_told() -> None:
    """Our choice: another spelling of the name counts for more than the name of the thing."""
    found = outcome(ITS_ORDERS, {"customerId": 5, "customer": 6})
    assert found.arguments is None
    assert [repair.after for repair in found.repairs] == [{"customer_id": 5}]
    assert found.told.field == "customer"


def test_what_is_given_twice_with_the_same_value_is_given_once_and_told() -> None:
    """Our choice: nothing is lost, and nothing is dropped in silence."""
    found = outcome(CUSTOMER, {"id": 5, "ID": 5})
    assert found.arguments == {"id": 5}
    assert [(repair.path, repair.before, repair.after) for repair in found.repairs] == [(("ID",), 5, None)]


@pytest.mark.parametrize("other", [6, True, 1.0])
def test_what_is_given_twice_with_other_values_is_refused(other: Any) -> None:
    """Derive, never invent: which of both is meant is not known. True and 1.0 are equal to 1 in Python."""
    found = outcome(CUSTOMER, {"id": 1, "ID": other}).told
    assert "leave one of them out" in found.hint


NAMED = tool_of("/things", parameter("customer_id", required=True), parameter("customer_name", required=True))
BY_KIND = tool_of(
    "/things", parameter("customer_id", required=True, schema=INTEGER), parameter("customer_name", required=True)
)


def test_of_two_names_the_one_that_takes_the_value_is_meant() -> None:
    """Our choice: "Bob" is no integer, so it is the customer's name."""
    assert outcome(BY_KIND, {"customer_id": 5, "customer": "Bob"}).arguments == {
        "customer_id": 5,
        "customer_name": "Bob",
    }
    assert outcome(NAMED, {"customer": "Bob"}).arguments is None


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("country", "county"), ("max_price", "min_price"), ("exclude_deleted", "include_deleted"), ("payee", "payer"),
        ("export_format", "import_format"), ("created_at", "create_at"), ("quality", "quantity"),
        ("receiver", "received"), ("conversation", "conversion"), ("customer", "consumer"), ("end_date", "and_date"),
        ("internal", "interval"), ("name", "nam"), ("state", "stat"), ("line1", "line2"), ("email", "mobile"),
        ("type_id", "type"), ("before_id", "before"), ("server_pk", "serverid"), ("namespaceid", "namespace"),
        ("serverid", "serverpk"), ("comment_id", "comment"), ("note_id", "notes"), ("name", "a" * 200),
        ("active_users", "inactive_users"), ("to_currency", "from_currency"), ("created_after", "created_before"),
    ],
)  # fmt: skip
def test_another_word_is_no_slip(declared: str, given: str) -> None:
    """0 wrong repairs: a word of its own is meant as it is written."""
    tools = tool_of("/things", parameter(declared, required=True))
    found = outcome(tools, {given: "x"})
    assert found.arguments is None
    assert found.repairs == ()


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("customer_name", "custmer_name"), ("quantity", "quantiy"), ("email", "emial"), ("address", "adress"),
        ("description", "descritpion"), ("organization_name", "orgnization_name"), ("currency", "curency"),
        ("destination", "destintion"), ("receiver", "reciever"), ("shippingAddress", "shipingAddress"),
        ("subscription", "subscripton"), ("environment", "enviroment"), ("message", "mesage"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_read_as_what_is_missing(declared: str, given: str) -> None:
    """Issue, Recover 3: a near name."""
    tools = tool_of("/things", parameter(declared, required=True))
    found = outcome(tools, {given: "x"})
    assert found.arguments == {declared: "x"}
    assert f'"{given}" was taken for "{declared}"' in found.repairs[0].how


def test_a_slip_is_not_taken_where_the_value_does_not_fit() -> None:
    """Our choice: a slip is weak evidence; the value must agree."""
    tools = tool_of("/things", parameter("quantity", required=True, schema=INTEGER))
    assert outcome(tools, {"quantiy": "many"}).repairs == ()


def test_a_value_that_has_to_be_rewritten_too_is_brought_to_its_name() -> None:
    """Our choice: "7" may become 7 by another strategy, which sees it under its name only."""
    found = outcome(ITS_ORDERS, {"customerId": "7"})
    assert found.told.faults[0].rule == "type"
    assert found.told.field == "customer_id"


MENDABLE = tool_of(
    "/things",
    parameter("tags", required=True, schema={"type": "array", "items": {"type": "string"}}),
    parameter("size", required=True, schema=INTEGER),
    parameter("shape", required=True, schema={"type": "object"}),
)


@pytest.mark.parametrize(
    ("given", "is_renamed"),
    [
        ({"tag": "a"}, True), ({"sizes": [7]}, True), ({"sizes": [7, 8]}, False), ({"sizes": {"a": 1}}, False),
        ({"shapes": 7}, False), ({"Tags": [7]}, True), ({"shapes": '{"a": 1}'}, True), ({"sizes": None}, False),
        ({"Size": [7, 8]}, True), ({"SHAPE": 7}, True), ({"Size": None}, True),
    ],
)  # fmt: skip
def test_only_what_may_be_rewritten_to_the_declared_type_is_brought_to_its_name(
    given: Json, *, is_renamed: bool
) -> None:
    """Another strategy takes a single value for an array, or JSON text for an object; what is spelled so is meant."""
    assert bool(outcome(MENDABLE, given).repairs) is is_renamed


def test_a_slip_that_two_names_may_have_been_is_told_with_both() -> None:
    """Two that fit: none is taken."""
    tools = tool_of("/things", parameter("amounts", required=True), parameter("amount_b"), parameter("amounted"))
    assert outcome(tools, {"amountd": "x"}).arguments is None
    tools = tool_of("/things", parameter("colourA", required=True), parameter("colourB"))
    assert outcome(tools, {"coluor_a": "x"}).arguments == {"colourA": "x"}
    tools = tool_of("/things", parameter("setting", required=True), parameter("seating"))
    found = outcome(tools, {"seting": "x"}).told
    assert set(found.near) >= {"setting", "seating"}
    assert '"setting", "seating"' in found.hint


LINES = tool_of(
    "/orders",
    method="post",
    body={
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "allOf": [{"type": "object", "properties": {"note": {"type": "string"}}}],
                    "required": ["product_id"],
                    "properties": {"product_id": INTEGER, "quantity": INTEGER},
                },
            }
        },
    },
)
CLOSED = tool_of(
    "/orders",
    method="post",
    body={
        "type": "object",
        "required": ["item"],
        "properties": {
            "item": {
                "type": "object",
                "additionalProperties": False,
                "required": ["product_id"],
                "properties": {"product_id": INTEGER, "quantity": INTEGER},
            }
        },
    },
)


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ([{"productId": 7}, {"product": 8, "quantity": 1}], [{"product_id": 7}, {"product_id": 8, "quantity": 1}]),
        ([{"id": 7}], [{"product_id": 7}]),
        ([{"prodcut_id": 7, "colour": "blue"}], [{"product_id": 7, "colour": "blue"}]),
    ],
)
def test_a_field_of_an_inner_object_gets_its_name(given: Json, right: Json) -> None:
    """Issue, Recover 3; within arrays and allOf as well."""
    assert outcome(LINES, {"items": given}).arguments == {"items": right}


def test_unknown_fields_of_a_closed_inner_object_get_their_names_and_the_others_are_told() -> None:
    """`additionalProperties: false` within: the fault stands at the object."""
    assert outcome(CLOSED, {"item": {"productId": 7, "Quantity": 2}}).arguments == {
        "item": {"product_id": 7, "quantity": 2}
    }
    assert outcome(CLOSED, {"item": {"productId": 7, "quantty": 2, "x": 1}}).arguments is None


def test_an_unknown_argument_is_told_the_nearest_names() -> None:
    """Issue, Tell: the near names."""
    found = outcome(ORDER, {"order_id": 7, "start_altitude": 1}).told
    assert found.near == ("start_latitude",)


def test_the_opposite_is_never_told_as_near() -> None:
    """A model would ask for the cheapest and get the dearest."""
    found = outcome(ORDER, {"order_id": 7, "start_longitude": 1}).told
    assert (found.near, "did you mean" in found.hint) == ((), False)


def test_a_field_that_the_api_misses_is_found_among_the_unknown_ones() -> None:
    """Issue, Recover: after a refusal as well; an object of the document may take any field."""
    tool = one_tool(
        {
            "requestBody": {
                "required": True,
                "content": json_body(
                    {
                        "type": "object",
                        "properties": {"item": {"type": "object", "properties": {"product_id": {"type": "integer"}}}},
                    }
                ),
            }
        },
        method="post",
    )
    case = refused(tool, {"item": {"productId": 7}}, Fault(path=("item", "product_id"), rule="required"))
    found = remedy(STRATEGY, case)
    assert isinstance(found, Rewrite)
    assert found.arguments == {"item": {"product_id": 7}}
    told = remedy(STRATEGY, refused(tool, {"item": {"zzz": 7}}, Fault(path=("item", "zzz"), rule="unknown")))
    assert told == Told()


@pytest.mark.parametrize("fault", [Fault(path=(), rule="unknown"), Fault(path=("id",), rule="type")])
def test_other_faults_are_none_of_its_business(fault: Fault) -> None:
    """A strategy says nothing where it knows nothing."""
    assert remedy(STRATEGY, refused(CUSTOMER.tools[0], {"ID": 1}, fault)) is None


def test_very_many_unknown_arguments_are_not_looked_at() -> None:
    """Bounded work."""
    assert outcome(CUSTOMER, {f"x{number}": 1 for number in range(500)}).arguments is None
    assert outcome(CUSTOMER, {"x" * 100_000: 1, "ID": 5}).repairs != ()


LISTED = tool_of(
    "/orders",
    parameter("customer", schema=INTEGER),
    parameter("status", schema={"enum": ["paid"]}),
    parameter("page", schema=INTEGER),
    parameter("page_size", schema=INTEGER),
    parameter("ordering", schema={"enum": ["name", "-name"]}),
    parameter("user"),
)


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"staus": "paid"}, {"status": "paid"}),
        ({"stauts": "paid"}, {"status": "paid"}),
        ({"statuss": "paid"}, {"status": "paid"}),
        ({"page_siz": 2}, {"page_size": 2}),
        ({"sort": "name"}, {"ordering": "name"}),
        ({"sort_by": "-name"}, {"ordering": "-name"}),
        ({"orderBy": "name"}, {"ordering": "name"}),
        ({"customer_id": 1}, {"customer": 1}),
        ({"customer": 1, "customer_id": 1}, {"customer": 1}),
    ],
)
def test_plain_slips_and_words_for_order_are_taken_in_optional_arguments_too(given: Json, right: Json) -> None:
    assert outcome(LISTED, given).arguments == right


def test_what_may_be_meant_otherwise_is_told() -> None:
    """Derive, never invent."""
    assert outcome(LISTED, {"use": "ana"}).arguments is None
    assert outcome(LISTED, {"sort": "price"}).told.near[0] == "ordering"
    two = outcome(tool_of("/a", parameter("sort"), parameter("order_by")), {"sort_by": "x"}).told
    assert set(two.near) == {"sort", "order_by"}
    both = outcome(LISTED, {"customer": 1, "customer_id": 2}).told
    assert both.hint == '"customer_id" may stand for "customer", which is given too: leave one of them out'
    third = tool_of("/a", parameter("size", schema=INTEGER), parameter("side_mode"))
    assert outcome(third, {"sie": 2}).arguments is None


PEOPLE = tool_of(
    "/customers",
    method="post",
    body={
        "type": "object",
        "required": ["name", "city"],
        "properties": {"name": {"type": "string"}, "city": {"type": "string"}},
    },
)


def test_a_name_akin_to_the_missing_one_is_to_be_renamed() -> None:
    """Told, and not done: the whole name may not be what is asked for."""
    for given in ("fullName", "display_name"):
        found = outcome(PEOPLE, {given: "Ann Lee", "city": "Porto"}).told
        assert found.hint == f'rename "{given}" to "name"'
    assert "rename" not in outcome(PEOPLE, {"first_name": "Ann", "city": "Porto"}).told.hint
    assert "rename" not in outcome(PEOPLE, {"full_name": "A", "display_name": "B", "city": "Porto"}).told.hint


@pytest.mark.parametrize(
    ("given", "declared", "description", "is_taken"),
    [
        ("per_page", "limit", "Spending limit", False),
        ("per_page", "limit", "Maximum number of results", True),
        ("per_page", "limit", "", True),
        ("search", "term", "Contract term", False),
        ("search", "term", "Term to search for", True),
        ("search", "q", "Quantile", False),
        ("q", "query", "SQL statement", False),
        ("q", "query", "The query", True),
        ("email", "mail", "The letter body", False),
        ("document", "doc", "Date of contract", False),
        ("minimum", "min", "minutes", False),
        ("category", "cat", "Name of the cat", False),
        ("category", "cat", "The category", True),
        ("lat", "latitude", "North-south", True),
        ("limit", "page_size", "How many", True),
        ("pwd", "password", "", False),
        ("pasword", "password", "", False),
        ("tokens", "token", "", False),
        ("timeouts", "timeout_s", "", False),
        ("timeoutS", "timeout_s", "", True),
    ],
)
def test_a_word_for_another_one_is_taken_where_the_document_speaks_of_the_same(
    given: str, declared: str, description: str, *, is_taken: bool
) -> None:
    """0 wrong repairs: a limit may be that of a page, or that of a budget."""
    tools = tool_of("/things", {**parameter(declared), "description": description})
    found = outcome(tools, {given: "x"})
    assert found.arguments == ({declared: "x"} if is_taken else None)
    if given == "per_page" and not is_taken:
        assert found.told.near == (declared,)


def test_an_order_is_taken_only_where_no_other_argument_is_one() -> None:
    """Which of both "order_by" means is not known."""
    assert outcome(tool_of("/a", parameter("sort"), parameter("sort_order")), {"order_by": "x"}).arguments is None
    found = outcome(tool_of("/a", parameter("sort"), parameter("order_id")), {"order_by": "x"})
    assert found.arguments == {"sort": "x"}


@pytest.mark.parametrize("name", ["parent_id", "client_id", "external_id", "user_id"])
def test_an_id_is_not_taken_for_that_of_another_thing(name: str) -> None:
    """What a POST makes has an id of its own."""
    body = {"type": "object", "required": [name], "properties": {name: INTEGER}}
    assert outcome(tool_of("/things", method="post", body=body), {"id": 5}).arguments is None


def test_an_id_is_taken_for_that_of_what_the_call_is_about() -> None:
    body = {"type": "object", "required": ["user_id"], "properties": {"user_id": INTEGER}}
    assert outcome(tool_of("/users", method="post", body=body), {"id": 5}).arguments == {"user_id": 5}
