"""Things named by what they belong to, looked up in two steps."""

from typing import Any

import pytest
from support.lookups import ID, NUMBER, ORDER, SHOP, TEXT, Answers, Api, drive, named, page, whole
from support.make import Json, answering, parameter
from support.needs import many, thing

from openapi_mcp.model.call import Call
from openapi_mcp.recovery.lookup.find import Taken
from openapi_mcp.recovery.lookup.hops import find_of
from openapi_mcp.recovery.lookup.phrase import read_phrase
from openapi_mcp.recovery.steps import Found
from openapi_mcp.recovery.strategy import Told

API = Api(SHOP)
BOB: Json = {"id": 7, "name": "Bob"}
OLD: Json = {"id": 40, "customer": 7, "placed_at": "2026-01-01T10:00:00Z"}
NEW: Json = {"id": 41, "customer": 7, "placed_at": "2026-01-02T10:00:00Z"}
OTHER: Json = {"id": 42, "customer": 8, "placed_at": "2026-01-03T10:00:00Z"}


def found(text: str, answers: Answers, api: Api = API, tool: str = "order") -> tuple[Any, list[str]]:
    phrase = read_phrase(text, "order")
    assert phrase is not None
    return drive(find_of(phrase, api.wanted(tool, "id", text), api.known), answers)


def shop(*orders: Json, customers: tuple[Json, ...] = (BOB,), goes_on: bool = False) -> Answers:
    def answer(call: Call) -> Found | None:
        if call.tool == "customers":
            return whole(*customers)
        return Found(value={"results": list(orders)}, is_whole=not goes_on)

    return answer


def test_the_latest_order_of_somebody_is_found_in_two_steps() -> None:
    """Issue 7, Recover, 5: "Bob's latest order"."""
    taken, asked = found("Bob's latest order", shop(NEW, OLD))
    assert taken == Taken(
        id=41,
        how='looked "Bob" up with customers(search="Bob"): customer 7; its latest order by placed_at with '
        "orders(customer=7): 41",
    )
    assert asked == ["customers(search='Bob')", "orders(customer=7)"]
    assert found("the first order of Bob", shop(NEW, OLD))[0].id == 40


def test_a_filter_that_is_not_heeded_makes_no_difference() -> None:
    """Each record says itself whose it is."""
    assert found("Bob's latest order", shop(OTHER, NEW, OLD))[0].id == 41
    assert found("Bob's order", shop(OTHER, NEW))[0].id == 41


@pytest.mark.parametrize(
    ("text", "answers", "hint"),
    [
        ("Bob's order", shop(NEW, OLD), "Bob has more than one order: ask which is meant, then give its id"),
        ("Bob's latest order", shop(), "Bob has no order"),
        ("Bob's latest order", shop(OTHER), "Bob has no order"),
        ("Bob's latest order", shop(NEW, OLD, goes_on=True), "Bob has more of them than were looked at"),
        ("Bob's latest order", shop(NEW, {**NEW, "id": 43}), "which order of Bob is the latest one is not clear"),
        ("Bob's latest order", shop(customers=(BOB, {**BOB, "id": 8})), '"Bob" names more than one customer'),
        ("Bob's latest order", shop(customers=()), 'no customer is called "Bob"'),
    ],
)
def test_what_is_not_sure_is_told(text: str, answers: Answers, hint: str) -> None:
    """Derive, never invent."""
    told, _ = found(text, answers)
    assert isinstance(told, Told)
    assert told.hint.startswith(hint)


@pytest.mark.parametrize("text", ["Bob's latest orders", "the first orders of Bob", "Bob's orders"])
@pytest.mark.parametrize("orders", [(NEW, OLD), (NEW,)])
def test_a_phrase_in_the_plural_means_several(text: str, orders: tuple[Json, ...]) -> None:
    """An id is that of one thing."""
    told, _ = found(text, shop(*orders))
    assert isinstance(told, Told)
    assert {each["id"] for each in told.near} == {each["id"] for each in orders}
    assert told.hint.startswith("several are asked for, and this takes one order")


def test_times_that_name_different_things_choose_none_and_both_are_told() -> None:
    """What was placed last need not start last."""
    late, other = {**NEW, "starts_at": "2026-02-01"}, {**OLD, "starts_at": "2026-03-01"}
    told, _ = found("Bob's latest order", shop({**OLD, "id": 39, "starts_at": "2026-01-01"}, late, other))
    assert isinstance(told, Told)
    assert [each["id"] for each in told.near][:2] == [41, 40]
    assert "is not clear (placed_at says 41, starts_at says 40)" in told.hint
    changed = ({**NEW, "updated_at": "2026-02-01"}, {**OLD, "updated_at": "2026-03-01"})
    assert found("Bob's latest order", shop(*changed))[0].id == 41


def test_the_state_of_an_order_is_no_matter_of_whose_it_is() -> None:
    assert found("Bob's latest order", shop({**NEW, "status": "cancelled"}, OLD))[0].id == 41


def test_the_orders_to_choose_from_are_told_with_their_times() -> None:
    told, _ = found("Bob's order", shop(NEW, OLD))
    assert told.near == ({"id": 41, "placed_at": NEW["placed_at"]}, {"id": 40, "placed_at": OLD["placed_at"]})


def test_what_cannot_be_looked_up_is_not_spoken_of() -> None:
    assert found("Bob's latest order", lambda _: None)[0] is None
    assert found("Bob's latest order", lambda call: whole(BOB) if call.tool == "customers" else None)[0] is None


def test_orders_below_their_customer_are_read_there() -> None:
    """GET /customers/{id}/orders."""
    customer = thing(id=NUMBER, name=TEXT)
    api = Api(
        {
            "/customers": {"get": named("customers", answering(many(customer)))},
            "/customers/{customer_id}/orders": {
                "get": named(
                    "orders_of", answering(many(thing(id=NUMBER))), parameter("customer_id", "path", schema=NUMBER)
                )
            },
            "/orders/{id}": {"get": named("order", answering(thing(id=NUMBER)), ID)},
        }
    )

    def answer(call: Call) -> Found:
        return whole(BOB) if call.tool == "customers" else whole({"id": 41})

    taken, asked = found("Bob's order", answer, api)
    assert (taken.id, asked) == (41, ["customers()", "orders_of(customer_id=7)"])


def test_where_two_kinds_may_own_it_none_is_chosen() -> None:
    """ "Acme's order" may be that of a shop or of a route."""
    one = {
        "get": named(
            "orders", answering(page(ORDER)), parameter("depot", schema=NUMBER), parameter("route", schema=NUMBER)
        )
    }
    api = Api(
        {
            "/orders": one,
            "/orders/{id}": {"get": named("order", answering(ORDER), ID)},
            "/depots": {"get": named("depots", answering(page(thing(id=NUMBER, name=TEXT))))},
            "/routes": {"get": named("routes", answering(page(thing(id=NUMBER, name=TEXT))))},
        }
    )
    assert found("Acme's order", lambda _: whole(BOB), api) == (None, [])


def test_whose_it_may_be_is_told_by_its_kind_and_with_the_call_that_reads_theirs() -> None:
    """The id of a customer is none of an order."""
    told, _ = found("Bobb's latest order", shop(NEW, customers=(BOB,)))
    assert told.near == ({"customer": 7, "name": "Bob"},)
    assert [(each.tool, each.arguments) for each in told.tries] == [("orders", {"customer": 7})]
    assert told.hint == 'no customer is called "Bobb": choose one that is there, then find its order with orders'
    told, _ = found("Zoe's latest order", shop(NEW, customers=()))
    assert [(each.tool, each.arguments) for each in told.tries] == [("customers", None)]
