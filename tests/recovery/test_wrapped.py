"""Arguments that were given one level too deep, or too high."""

from typing import Any

import pytest
from support.lookups import SHOP, Api
from support.make import Json, json_body, one_tool, parameter
from support.repair import before, failed, sent

from openapi_mcp.flow import drive_at_once
from openapi_mcp.model.call import Call
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.recover import nothing_known
from openapi_mcp.recovery.strategies.flattened import STRATEGY as FLATTENED
from openapi_mcp.recovery.strategies.wrapped import STRATEGY as WRAPPED
from openapi_mcp.recovery.strategy import Case, Rewrite, Told

TEXT: Json = {"type": "string"}
ADDRESS: Json = {"type": "object", "properties": {"street": TEXT, "city": TEXT}}


def orders(required: tuple[str, ...] = (), **properties: Json) -> Tool:
    """Return a tool that changes an order, with these fields of its body."""
    schema = {"type": "object", "properties": properties, "required": list(required)}
    body = {"required": True, "content": json_body(schema)}
    return one_tool({"parameters": [parameter("id", "path")], "requestBody": body}, method="post", path="/orders/{id}")


def whole(schema: Any) -> Tool:
    """Return a tool whose body is one argument."""
    return one_tool({"requestBody": {"required": True, "content": json_body(schema)}}, method="post", path="/orders")


ORDER = orders(note=TEXT, size={"type": "integer"})
EITHER = whole({"anyOf": [ADDRESS, {"type": "object", "properties": {"zip": TEXT}}]})


def arguments(found: Rewrite | Told | None) -> Any:
    return found.arguments if isinstance(found, Rewrite) else found


@pytest.mark.parametrize(
    "given",
    [
        {"id": "7", "body": {"note": "a", "size": 1}},
        {"id": "7", "requestBody": {"note": "a", "size": 1}},
        {"id": "7", "order": {"note": "a", "size": 1}},
        {"id": "7", "data": '{"note": "a", "size": 1}'},
        {"arguments": {"id": "7", "note": "a", "size": 1}},
    ],
)
def test_arguments_are_taken_out_of_the_object_around_them(given: Json) -> None:
    """Issue 7, Recover, 1: a wrapped body."""
    assert arguments(before(WRAPPED, ORDER, given)) == {"id": "7", "note": "a", "size": 1}


@pytest.mark.parametrize(
    "given",
    [
        {"id": "7", "body": {"note": "a", "colour": "red"}},
        {"id": "7", "note": "b", "body": {"note": "a"}},
        {"id": "7", "billing": {"note": "a"}},
        {"id": "7", "body": {}},
        {"id": "7", "body": "note"},
        {"billing": {"note": "a"}},
        {"anything": {"id": "7", "note": "a", "size": 1}},
        {"not": {"id": "7", "note": "a"}},
        {"exclude": {"id": "7", "note": "a"}},
        {"old": {"id": "7", "note": "a"}},
        {"parent": {"id": "7", "note": "a"}},
    ],
)
def test_what_does_not_fit_one_way_stays_where_it_is(given: Json) -> None:
    """design.md: derive, never invent; nothing is overwritten."""
    assert before(WRAPPED, ORDER, given) is None


def test_an_object_is_taken_apart_into_the_arguments_that_say_its_name() -> None:
    """Issue 7, Recover, 1."""
    tool = orders(address_street=TEXT, addressCity=TEXT)
    given = {"id": "7", "address": {"street": "a", "city": "b"}}
    assert arguments(before(WRAPPED, tool, given)) == {"id": "7", "address_street": "a", "addressCity": "b"}
    assert before(WRAPPED, tool, {"id": "7", "address": {"street": "a", "zip": "b"}}) is None


def test_a_body_that_is_one_argument_is_found_under_another_name() -> None:
    """Issue 7, Recover, 1."""
    assert arguments(before(WRAPPED, EITHER, {"data": {"street": "a"}})) == {"body": {"street": "a"}}
    assert before(WRAPPED, EITHER, {"data": {"colour": "a"}}) is None


def test_what_takes_too_many_steps_to_check_stays_where_it_is() -> None:
    """Everything a caller gives is hostile."""
    tool = orders(ids={"type": "array", "items": {"type": "integer"}, "uniqueItems": True})
    given = {"anything": {"id": "7", "ids": [float(number) for number in range(300_000)]}}
    assert before(WRAPPED, tool, given) is None


@pytest.mark.parametrize("held", [{"size": 5}, {"value": 5}])
def test_a_value_is_taken_out_of_an_object_of_its_name(held: Json) -> None:
    """Issue 7, Recover, 1."""
    assert arguments(before(WRAPPED, ORDER, {"id": "7", "size": held})) == {"id": "7", "size": 5}


@pytest.mark.parametrize("held", [{"size": 5, "unit": "kg"}, {"width": 5}, {"size": "x"}, {"size": [5]}, "x"])
def test_a_value_among_others_is_not(held: Any) -> None:
    """design.md: derive, never invent."""
    assert before(WRAPPED, ORDER, {"id": "7", "size": held}) is None


@pytest.mark.parametrize(
    "name", ["address_street", "address.street", "address[street]", "address-street", "addressStreet"]
)
def test_a_field_that_says_its_object_is_put_into_it(name: str) -> None:
    """Issue 7, Recover, 1: a flattened body."""
    found = before(FLATTENED, orders(address=ADDRESS), {"id": "7", name: "a"})
    assert arguments(found) == {"id": "7", "address": {"street": "a"}}


def test_fields_given_beside_their_object_are_put_into_it_where_it_is_asked_for() -> None:
    """Issue 7, Recover, 1."""
    given = {"id": "7", "street": "a", "city": "b"}
    meant = {"id": "7", "address": {"street": "a", "city": "b"}}
    assert sent(orders(address=ADDRESS), given) == meant
    assert sent(orders(address=ADDRESS), {"id": "7", "street": "a", "address": {"city": "b"}}) == meant
    assert sent(EITHER, {"street": "a"}) == {"body": {"street": "a"}}
    required = orders(("address",), address=ADDRESS)
    assert arguments(before(FLATTENED, required, {"id": "7", "street": "a"}))["address"] == {"street": "a"}


def test_a_single_field_of_an_object_that_need_not_be_there_is_only_named() -> None:
    """Issue 7: 0 wrong repairs. It may be a field of something else."""
    found = before(FLATTENED, orders(address=ADDRESS), {"id": "7", "street": "a"})
    assert found == Told(near=("address.street",))


def test_a_field_that_only_one_object_can_have_is_put_into_it() -> None:
    """Issue 7, Recover, 1: where exactly one place fits."""
    settings = {"type": "object", "properties": {"colour": TEXT}}
    found = before(FLATTENED, orders(settings=settings), {"id": "7", "colour": "red"})
    assert arguments(found) == {"id": "7", "settings": {"colour": "red"}}


@pytest.mark.parametrize(
    "outer", ["exclude", "remove", "previous", "old", "parent", "not", "fallback_settings", "brand"]
)
def test_a_field_of_an_object_that_means_another_thing_is_only_named(outer: str) -> None:
    """Issue 7: 0 wrong repairs. To leave out a colour is the reverse of asking for it."""
    tool = orders((), **{outer: {"type": "object", "properties": {"colour": TEXT, "size": TEXT}}})
    assert before(FLATTENED, tool, {"id": "7", "colour": "red"}) == Told(near=(f"{outer}.colour",))
    assert before(FLATTENED, tool, {"id": "7", "colour": "red", "size": "S"}) == Told(near=(f"{outer}.colour",))
    said = arguments(before(FLATTENED, tool, {"id": "7", f"{outer}_colour": "red"}))
    assert said == {"id": "7", outer: {"colour": "red"}}


def test_an_object_that_is_required_takes_its_field_where_it_is_no_other_thing() -> None:
    """The role of "source" is not said by the name of its field."""
    source = {"type": "object", "properties": {"iban": TEXT}}
    assert before(FLATTENED, orders(("source",), source=source), {"id": "7", "iban": "x"}) == Told(
        near=("source.iban",)
    )
    found = before(FLATTENED, orders(("customer",), customer=source), {"id": "7", "iban": "x"})
    assert arguments(found) == {"id": "7", "customer": {"iban": "x"}}


def test_a_field_whose_name_is_near_to_an_argument_is_only_named() -> None:
    """Issue 7: 0 wrong repairs."""
    tool = orders(("address",), address=ADDRESS, streets=TEXT)
    assert before(FLATTENED, tool, {"id": "7", "street": "a"}) == Told(near=("address.street",))


def test_a_field_of_two_objects_stays_where_it_is() -> None:
    """design.md: where two candidates fit, none is taken."""
    two = orders(("billing", "shipping"), billing=ADDRESS, shipping=ADDRESS)
    assert before(FLATTENED, two, {"id": "7", "street": "a", "billing": {}, "shipping": {}}) is None


def test_a_field_that_its_object_has_already_stays_where_it_is() -> None:
    """Our choice: nothing is overwritten."""
    given = {"id": "7", "street": "a", "address": {"street": "b"}}
    assert before(FLATTENED, orders(address=ADDRESS), given) is None
    assert before(FLATTENED, orders(address=ADDRESS), {"id": "7", "colour": "a"}) is None


@pytest.mark.parametrize("given", [{"id": 7}, {"id": 7, "name": "Ana"}, {"customer_id": 7, "customer_name": "Ana"}])
def test_a_thing_is_taken_for_its_id(given: Json) -> None:
    """Where an id is meant, and the object has one, with nothing else but names."""
    tool = orders(customer_id={"type": "integer"})
    assert arguments(before(WRAPPED, tool, {"id": "1", "customer_id": given})) == {"id": "1", "customer_id": 7}


@pytest.mark.parametrize(
    "given",
    [{"id": 7, "customer_id": 8}, {"product_id": 7}, {"id": 7, "size": 1}, {"id": True}, {"id": "x"}, {"name": "Ana"}],
)
def test_a_thing_whose_id_is_not_clear_stays(given: Json) -> None:
    tool = orders(customer_id={"type": "integer"})
    assert arguments(before(WRAPPED, tool, {"id": "1", "customer_id": given})) is None


def test_without_the_name_of_an_id_one_has_to_be_needed_there() -> None:
    """A customer of an order is one; its quantity is none."""
    api = Api(SHOP)
    tool = api.tools["orders"]
    failure = failed(tool, {"customer": {"id": 7}})
    call = Call(tool="orders", arguments={"customer": {"id": 7}})
    case = Case(call=call, tool=tool, fault=failure.faults[0], failure=failure)
    assert arguments(drive_at_once(WRAPPED.repair(case), lambda _: api.known.learned)) == {"customer": 7}
    assert drive_at_once(WRAPPED.repair(case), lambda _: nothing_known) is None
