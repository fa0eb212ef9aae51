"""Where in an answer a value stands that was selected of it: what an expression computes is no answer of the API."""

from typing import Any

import pytest
from support.runs import NEEDS, SHOP_TOOLS, call, ok

from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.picked import WHOLE, Each, Picked, Shape, given, selected
from openapi_mcp.model.capability import Yield

YIELDS = {
    "orders_list": (Yield(entity="order", field="results[].id"), Yield(entity="customer", field="results[].customer")),
    "customers_list": (Yield(entity="customer", field="results[].id"),),
}
OFFER = Offer(tools=SHOP_TOOLS, needs=NEEDS, yields=YIELDS)


ID, NAME = Picked("results[].id"), Picked("results[].name")


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("results[].id", Each(ID)),
        ("results[*].id", Each(ID)),
        ("results[0]", Picked("results[]")),
        ("results[0].id", ID),
        ("results[:3].{a: id, b: name}", Each({"a": ID, "b": NAME})),
        ("results[?total > `1`].{n: name} | [].{id: n}", Each({"id": NAME})),
        ("results[].items[].product", Each(Picked("results[].items[].product"))),
        ("results[].to_string(id)", Each(ID)),
        ("max_by(results, &total).id", ID),
        ("sort(results[].id)", Each(ID)),
        ("map(&id, results)", Each(ID)),
        ("[].id", Each(Picked("[].id"))),
        ("results[].[id, name]", Each(Each(Picked("?")))),
        ("results[].[id, length(name)]", Each(Each(None))),
        ("reverse(results)", Picked("results", is_turned=True)),
        ("reverse(results)[0].id", ID),
        ("reverse(name)", Picked("name", is_turned=True)),
        ("map(id, &results)", None),
        ("{id: `3`}", {"id": None}),
        ("results[].name || `[3]`", None),
        ("(", None),
        ("x" * 2_000, None),
        ("|".join(["@"] * 450), None),
    ],
)
def test_what_an_expression_selects_is_known_by_where_it_stood(expression: str, shape: Shape) -> None:
    """jmespath.org, the specification; work on what a model writes has a bound."""
    assert selected(expression, WHOLE) == shape


def test_an_expression_whose_shape_doubles_at_every_step_is_followed_no_further_than_the_answer() -> None:
    """security.md: bounds on what a model writes."""
    shape = selected("|".join(["[{a: @, b: @}, {b: @, a: @}][0]"] * 30), WHOLE)
    assert [leaf.value for leaf in given(shape, {"a": {"a": 1}, "b": {}})] == []


def grounded(tool: str, expression: str, answer: Any, made: Any) -> bool:
    grounds = Grounds(OFFER)
    grounds.hear(ok(call(tool, _select=expression), answer))
    return grounds.lacking(meant(made)) is None


ORDER, CUSTOMER = call("orders_retrieve", id=3), call("orders_list", customer=3)


@pytest.mark.parametrize(
    ("tool", "expression", "answer", "made", "is_grounded"),
    [
        ("orders_list", "results[].id", {"result": [3]}, ORDER, True),
        ("orders_list", "results[].{order: id}", {"result": [{"order": 3}]}, ORDER, True),
        ("orders_list", "results[].customer", {"result": [3]}, CUSTOMER, True),
        ("orders_list", "results[].customer", {"result": [3]}, ORDER, False),
        ("customers_list", "results[].id", {"result": [3]}, ORDER, False),
        ("customers_list", "results[].id", {"result": [3]}, CUSTOMER, True),
        ("orders_list", "results[].{id: quantity}", {"result": [{"id": 3}]}, ORDER, False),
        ("orders_list", "results[].quantity", {"result": [3]}, ORDER, False),
        ("orders_list", "results[].[id, quantity]", {"result": [[8, 3]]}, ORDER, False),
        ("orders_list", "{id: length(results)}", {"id": 3}, ORDER, False),
        ("orders_list", "length(results)", {"result": 3}, ORDER, False),
        ("orders_list", "results[?length(items) > `3`].id", {"result": [3]}, ORDER, True),
    ],
)
def test_a_short_number_counts_by_where_it_stands_in_the_answer(
    tool: str, expression: str, answer: Any, made: Any, is_grounded: bool
) -> None:
    """Issue 11: never passes an id that no answer gave; the name that the model chose for a field gives none."""
    assert grounded(tool, expression, answer, made) is is_grounded
