"""The calls that lead to a tool."""

import pytest
from support.capable import capabilities, need

from openapi_mcp.index.plan import plan
from openapi_mcp.model.capability import Capabilities

SHOP = capabilities(
    {
        "customers_list": [],
        "products_list": [],
        "orders_list": [need("customer", "customers_list", is_required=False)],
        "products_retrieve": [need("id", "products_list", "orders_list", entity="product")],
        "orders_retrieve": [need("id", "orders_list", entity="order")],
        "orders_create": [need("customer", "customers_list"), need("product", "products_list", "orders_list")],
    },
    yields={
        "customers_list": ["customer"],
        "products_list": ["product"],
        "orders_list": ["order", "customer", "product"],
        "orders_create": ["order"],
    },
)


def test_a_tool_that_needs_nothing_has_no_plan() -> None:
    """Issue 6, a plan in the search result: "" where nothing has to come before."""
    assert plan("customers_list", SHOP) == ""


def test_a_tool_that_nothing_is_known_of_has_no_plan() -> None:
    """Our choice: the same as one that needs nothing."""
    assert plan("unheard_of", SHOP) == ""


def test_what_must_be_given_comes_from_the_call_before() -> None:
    """Issue 6: the argument in parentheses is what comes from there."""
    assert plan("orders_retrieve", SHOP) == "orders_list -> orders_retrieve(id)"


def test_what_may_be_given_is_followed_where_the_search_found_its_best_source() -> None:
    """Issue 6: customers_list -> orders_list(customer) -> ..."""
    near = ("orders_retrieve", "orders_list", "customers_list")
    assert plan("orders_retrieve", SHOP, near) == "customers_list -> orders_list(customer) -> orders_retrieve(id)"
    known = capabilities({"list": [need("milestone", "milestones", "search", is_required=False)]})
    assert plan("list", known, ("list", "search")) == ""


def test_of_the_tool_itself_what_may_be_given_is_followed_where_the_request_asks_for_it() -> None:
    """Our choice: all orders are listed without a customer, those of Maria with one."""
    near = ("orders_list", "customers_list")
    assert plan("orders_list", SHOP, near) == ""
    assert plan("orders_list", SHOP, near, asks=lambda need: need.entity == "product") == ""
    asked = plan("orders_list", SHOP, near, asks=lambda need: need.entity == "customer")
    assert asked == "customers_list -> orders_list(customer)"
    assert plan("orders_list", SHOP, ("orders_list",), asks=lambda need: need.entity == "customer") == ""


def test_the_way_leads_over_what_the_request_names() -> None:
    """Issue 6: customers_list -> orders_list(customer) -> products_retrieve, for the stock of what was ordered last."""
    near = ("products_retrieve", "customers_list", "orders_list", "products_list")
    assert plan("products_retrieve", SHOP, near, near) == (
        "customers_list -> orders_list(customer) -> products_retrieve(id)"
    )
    assert plan("products_retrieve", SHOP, near) == "products_list -> products_retrieve(id)"


def test_what_is_to_be_called_is_itself_no_way_to_it() -> None:
    """Our choice: who places an order names orders, and wants none of those that there are."""
    near = ("orders_create", "orders_list")
    assert plan("orders_create", SHOP, near, near) == plan("orders_create", SHOP)
    known = capabilities(
        {"make": [need("user", "me", "list")], "list": [need("list_id", "lists", entity="list")], "me": []},
        yields={"make": ["list"], "list": ["song", "user"]},
    )
    assert plan("make", known, named=("make", "list")) == "me -> make(user)"


def test_several_needs_of_a_call_are_met_before_it() -> None:
    """Our choice: in the order of the needs."""
    assert plan("orders_create", SHOP) == "customers_list -> products_list -> orders_create(customer, product)"


def test_a_call_that_meets_two_needs_is_made_once() -> None:
    """Our choice: values that belong together come from one answer."""
    known = capabilities({"get": [need("owner", "users", "repos"), need("repo", "repos", "forks")], "repos": []})
    assert plan("get", known) == "repos -> get(owner, repo)"
    later = capabilities({"get": [need("repo", "repos"), need("owner", "users", "repos")]})
    assert plan("get", later) == "repos -> get(repo, owner)"


def test_a_producer_is_preceded_by_its_own_producers() -> None:
    """Issue 6: needs are followed back."""
    known = capabilities({"c": [need("b_id", "b")], "b": [need("a_id", "a")], "a": []})
    assert plan("c", known) == "a -> b(a_id) -> c(b_id)"


def test_a_call_stands_once_though_two_ways_lead_over_it() -> None:
    """Our choice: no call is made twice for the same answer."""
    known = capabilities(
        {"d": [need("b", "bs"), need("c", "cs")], "bs": [need("a", "as")], "cs": [need("a", "as")], "as": []}
    )
    assert plan("d", known) == "as -> bs(a) -> cs(a) -> d(b, c)"
    nested = capabilities({"d": [need("b", "bs"), need("a", "as")], "bs": [need("a", "as")], "as": []})
    assert plan("d", nested) == "as -> bs(a) -> d(b, a)"


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"x": [need("id", "dead", "alive")], "dead": [need("n")], "alive": []}, "alive -> x(id)"),
        ({"x": [need("id", "dead")], "dead": [need("n")]}, "dead -> x(id)"),
        ({"x": [need("id", "y", "z")], "y": [need("id", "x")], "z": []}, "z -> x(id)"),
        ({"x": [need("id", "y")], "y": [need("id", "x")]}, "y -> x(id)"),
        ({"x": [need("id", "x")]}, ""),
        ({"x": [need("id", "POST make", "list")]}, "list -> x(id)"),
        ({"x": [need("id", "POST make")]}, "make -> x(id)"),
        ({"x": [need("id")]}, ""),
    ],
    ids=[
        "one that can be reached is preferred",
        "one that cannot is better than none",
        "a circle is left",
        "a circle is cut",
        "never itself",
        "reading is preferred",
        "writing is better than nothing",
        "what no tool yields",
    ],
)
def test_the_best_producer_is_one_that_can_be_called(needs: Capabilities, expected: str) -> None:
    """Our choice: a plan that cannot begin helps nobody."""
    assert plan("x", capabilities(needs)) == expected  # type: ignore[arg-type]


def test_what_may_be_given_is_not_fetched_by_writing() -> None:
    """Our choice: nothing is made for an argument that can be left out."""
    known = capabilities({"list": [need("owner", "POST make", is_required=False)]})
    assert plan("list", known, ("list", "make")) == ""


def test_a_tool_that_is_not_allowed_is_not_named() -> None:
    """security.md: filters, and what a caller may not do, bind a search as they bind the list."""
    assert plan("products_retrieve", SHOP, allowed=lambda tool: tool != "products_list") == (
        "orders_list -> products_retrieve(id)"
    )
    assert plan("orders_retrieve", SHOP, allowed=lambda tool: tool != "orders_list") == ""


def test_a_long_way_is_cut_at_its_beginning() -> None:
    """Our choice: five calls at most."""
    known = capabilities({f"t{n}": [need("id", f"t{n + 1}")] for n in range(9)} | {"t9": []})
    assert plan("t0", known) == "t4 -> t3(id) -> t2(id) -> t1(id) -> t0(id)"
    wide = capabilities({"t": [need(f"n{n}", f"p{n}") for n in range(7)]})
    assert plan("t", wide) == "... -> p3 -> p4 -> p5 -> p6 -> t(n0, n1, n2, n3, n4, n5, n6)"


def test_of_very_many_needs_some_are_followed() -> None:
    """security.md: a document is hostile; the way to a tool is looked for within a bounded time."""
    wide = capabilities({"t": [need(f"n{n}", f"p{n}") for n in range(99)]})
    assert plan("t", wide).startswith("... -> p12 -> p13 -> p14 -> p15 -> t(n0, n1, ")


def test_a_dense_graph_of_circles_is_planned_in_no_more_than_five_calls() -> None:
    """security.md: a document is hostile; each of 40 tools needs three things, each from all others."""
    names = [f"t{n}" for n in range(40)]
    known = capabilities({name: [need(f"n{n}", *names) for n in range(3)] for name in names})
    assert plan("t0", known).count(" -> ") <= 5
