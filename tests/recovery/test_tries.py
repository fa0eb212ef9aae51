"""The calls that may help where an argument names nothing, or is missing."""

from typing import Any

import pytest
from support.lookups import CUSTOMER, ID, NUMBER, SHOP, TEXT, Api, named, page
from support.make import Json, answering, json_body, parameter
from support.needs import thing

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault, Looked
from openapi_mcp.recovery.telling.tries import may_matter, suggested

API = Api(SHOP)
FOUND_BY: Json = {
    "/customers": {
        "get": named("customers", answering(page(CUSTOMER)), parameter("q", required=True)),
        "post": {
            **named("add_customer", answering(CUSTOMER, "201")),
            "requestBody": {"content": json_body(thing(name=TEXT))},
        },
    },
    "/customers/{id}": {"get": named("customer", answering(CUSTOMER), ID)},
}
MADE_ONLY: Json = {
    "/customers": {"post": FOUND_BY["/customers"]["post"]},
    "/customers/{id}": FOUND_BY["/customers/{id}"],
}


def fault(*path: str | int, rule: str = "type", **more: Any) -> Fault:
    return Fault(path=path, rule=rule, **{"schema": NUMBER, **more})


def told(
    api: Api, tool: str, arguments: Json, *faults: Fault, looked: tuple[Looked, ...] = ()
) -> list[tuple[str, Any]]:
    failure = Failure(kind=FailureKind.NOT_FOUND if not faults else FailureKind.REJECTED, message="no", faults=faults)
    found = suggested(Call(tool=tool, arguments=arguments), failure, api.known, looked)
    return [(each.tool, each.arguments) for each in found]


def test_a_text_is_searched_for_and_a_missing_one_is_listed() -> None:
    """Issue 7, Tell: the tools that yield what is missing, with the arguments to use."""
    assert told(API, "customer", {"id": "Bob"}, fault("id")) == [("customers", {"search": "Bob"})]
    assert told(API, "add_order", {}, fault("customer", rule="required")) == [("customers", {})]
    assert told(API, "customer", {"id": 99}, fault("id", rule="exists")) == [("customers", {})]
    assert told(API, "customer", {"id": "x" * 500}, fault("id")) == [("customers", {})]


def test_what_is_no_id_and_what_no_tool_yields_are_passed_over() -> None:
    choice, unknown = fault("status", rule="enum"), fault("note", rule="type")
    assert told(API, "add_order", {"status": "x", "note": 7}, choice, unknown, fault("customer")) == [("customers", {})]
    one_more = fault("customer", rule="exists")
    assert told(API, "add_order", {"customer": 9}, one_more, one_more) == [("customers", {})]


def test_a_search_that_was_made_is_not_offered_again() -> None:
    made = Looked(tool="customers", arguments={"search": "Bob"})
    assert told(API, "customer", {"id": "Bob"}, fault("id"), looked=(made,)) == [("customers", {})]
    both = (made, Looked(tool="customers", arguments={}))
    assert told(API, "customer", {"id": "Bob"}, fault("id"), looked=both) == [("customers", {})]


def test_of_a_bare_404_the_ids_in_the_path_are_looked_at() -> None:
    assert told(API, "change_order", {"id": 9, "customer": 4}) == [("orders", {})]


def test_what_an_answer_names_by_its_kind_is_found() -> None:
    """Rails says "company must exist" of a company_id."""
    said = Fault(path=(), rule="exists", named="Product")
    assert told(API, "add_order", {"customer": 1, "items": []}, said) == [("products", {})]
    assert told(API, "add_order", {"customer": 1}, Fault(path=(), rule="exists", named="warehouse")) == []
    assert told(API, "add_order", {"customer": 1}, Fault(path=(), rule="exists")) == []


def test_a_list_that_must_be_searched_is_offered_with_the_text_or_without_arguments() -> None:
    api = Api(FOUND_BY)
    assert told(api, "customer", {"id": "Bob"}, fault("id")) == [("customers", {"q": "Bob"})]
    assert told(api, "customer", {"id": 9}, fault("id", rule="exists")) == [("customers", None)]


def test_where_nothing_reads_what_makes_one_is_told() -> None:
    assert told(Api(MADE_ONLY), "customer", {"id": "Bob"}, fault("id")) == [("add_customer", None)]


@pytest.mark.parametrize(
    ("failure", "matters"),
    [
        (Failure(kind=FailureKind.NOT_FOUND, message=""), True),
        (Failure(kind=FailureKind.REJECTED, message=""), False),
        (Failure(kind=FailureKind.REJECTED, message="", faults=(fault("id"),)), True),
        (Failure(kind=FailureKind.REJECTED, message="", faults=(fault("id", rule="taken"),)), False),
        (
            Failure(kind=FailureKind.REJECTED, message="", faults=(fault("n", schema={"type": ["number", "null"]}),)),
            False,
        ),
        (Failure(kind=FailureKind.REJECTED, message="", faults=(fault("n", schema={"type": 7}),)), True),
    ],
)
def test_only_what_may_be_an_id_is_looked_into(failure: Failure, matters: bool) -> None:
    assert may_matter(failure) is matters


def test_a_text_under_the_only_unknown_name_is_searched_for() -> None:
    """{"sku": "kettle"} for a missing id."""
    missing, unknown = fault("id", rule="required"), fault("email", rule="unknown", schema={})
    assert told(API, "customer", {"email": "a@b.c"}, missing, unknown) == [("customers", {"search": "a@b.c"})]
    other = fault("more", rule="unknown", schema={})
    assert told(API, "customer", {"email": "a@b.c", "more": "x"}, missing, unknown, other) == [("customers", {})]
    assert told(API, "customer", {"email": 7}, missing, unknown) == [("customers", {})]
