"""index/search.py."""

from dataclasses import replace
from typing import Any

import pytest
from support import make
from support.capable import capabilities, need

from openapi_mcp.index.corpus import read_corpus
from openapi_mcp.index.search import Index
from openapi_mcp.model.document import WORKFLOW, Operation


def operation(summary: str, **fields: Any) -> dict[str, Any]:
    return {"summary": summary, **fields}


SHOP = {
    "/customers": {"get": operation("List customers"), "post": operation("Create a customer")},
    "/customers/{id}": {
        "get": operation("Retrieve a customer"),
        "patch": operation("Update a customer"),
        "delete": operation("Delete a customer"),
    },
    "/orders": {"get": operation("List orders")},
    "/orders/{id}/refunds": {"post": operation("Refund an order")},
    "/products": {"get": operation("List products", tags=["catalogue"])},
    "/stock/{sku}": {"get": operation("Units of a product in each warehouse")},
}
NAMES = {tool.name: f"{tool.operation.method} {tool.operation.path}" for tool in make.toolset(SHOP).tools}


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(read_corpus(make.toolset(SHOP).tools, {}, {}))


def found(index: Index, query: str, **how: Any) -> list[str]:
    return [NAMES[hit.tool] for hit in index.search(query, **how).hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("list the customers", "GET /customers"),
        ("add a customer", "POST /customers"),
        ("remove this customer", "DELETE /customers/{id}"),
        ("change a customer's address", "PATCH /customers/{id}"),
        ("refunding an order", "POST /orders/{id}/refunds"),
        ("warehouses", "GET /stock/{sku}"),
        ("catalogue", "GET /products"),
        ("clients", "GET /customers"),
        ("stock", "GET /stock/{sku}"),
    ],
)
def test_the_words_of_a_task_find_the_tool_for_it(index: Index, query: str, first: str) -> None:
    """Issue 6, Search quality."""
    assert found(index, query)[0] == first


def test_each_step_of_a_request_finds_its_tool(index: Index) -> None:
    """Issue 6, Search quality: queries split into clauses and fused."""
    best = found(index, "Update the customer, list the orders and refund the last one; check units in the warehouses")
    assert set(best[:4]) == {
        "PATCH /customers/{id}", "GET /orders", "POST /orders/{id}/refunds", "GET /stock/{sku}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("list orders", ""),
        ("list the newest orders", ""),
        ("list the placed orders of a customer", "list_customers -> list_orders(customer)"),
        ("list orders by Maria", "list_customers -> list_orders(customer)"),
        ("list placed orders of customer 7", ""),
        ("list orders, and the customers of 7", "list_customers -> list_orders(customer)"),
    ],
)
def test_the_plan_has_what_may_be_given_where_the_request_asks_for_it(query: str, plan: str) -> None:
    """Our choice: by what it is, or by a name to find it by; a number may be the id itself."""
    paths = {
        "/customers": {"get": operation("List customers", operationId="list_customers")},
        "/orders": {"get": operation("List placed orders", operationId="list_orders")},
    }
    known = capabilities(
        {"list_orders": [need("customer", "list_customers", is_required=False)], "list_customers": []},
        finds={"list_customers": ["name"]},
    )
    index = Index(read_corpus(make.toolset(paths).tools, {}, known))
    found = index.search(query)
    assert (found.hits[0].tool, found.plan) == ("list_orders", plan)


def test_only_what_a_caller_may_use_is_found(index: Index) -> None:
    """Issue 6: filters bind it as they bind the list."""
    best = found(index, "customers", allowed=lambda name: NAMES[name].startswith("DELETE"))
    assert best == ["DELETE /customers/{id}"]


def test_no_more_is_found_than_is_wanted_and_the_best_has_the_score_of_one(index: Index) -> None:
    """Our choice: scores say how well the others fit beside the best."""
    hits = index.search("customer orders products", limit=3).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert (len(hits), hits[0].score) == (3, 1.0)


@pytest.mark.parametrize("query", ["", "the", "zebra", "!!!", "\u0000", "a" * 100_000])
def test_words_that_no_tool_has_find_nothing(index: Index, query: str) -> None:
    """Our choice."""
    found = index.search(query)
    assert (found.hits, found.plan) == ((), "")


def test_an_index_without_tools_finds_nothing() -> None:
    """Our choice."""
    assert Index(read_corpus((), {}, {})).search("anything").hits == ()


def test_equal_hits_keep_one_order() -> None:
    """Our choice: the same question has the same answer."""
    tools = make.toolset({f"/p{index}": {"get": operation("Orders", operationId=f"o{index}")} for index in range(5)})
    index = Index(read_corpus(tools.tools, {}, {}))
    assert [hit.tool for hit in index.search("orders").hits] == sorted(tool.name for tool in tools.tools)


WORKFLOWS = {
    "orderFor": "Place an order of a product for a customer, and read it back",
    "tidy": "Delete the orders that no customer paid",
}


@pytest.fixture(scope="module")
def with_workflows() -> Index:
    """Return the index of a shop with workflows, as `workflows.py` makes tools of them."""
    paths = {
        "/customers": {"get": operation("List customers", operationId="customers_list")},
        "/orders": {
            "get": operation("List orders", operationId="orders_list"),
            "post": operation("Place an order for a customer", operationId="orders_create"),
        },
        "/orders/{id}": {
            method: operation(f"{verb} an order of a customer", operationId=f"orders_{verb.lower()}")
            for method, verb in (("get", "Retrieve"), ("put", "Replace"), ("patch", "Update"), ("delete", "Delete"))
        },
        "/orders/{id}/cancel": {"post": operation("Cancel an order of a customer", operationId="orders_cancel")},
    }
    tools = make.toolset(paths).tools
    made = [
        replace(
            tools[0],
            name=name,
            operation=Operation(method=WORKFLOW, path=name, pointer="", operation_id=name, summary=summary),
        )
        for name, summary in WORKFLOWS.items()
    ]
    needed = capabilities({"orders_create": [need("customer", "customers_list", entity="customer")]})
    return Index(read_corpus([*tools, *made], {}, needed))


@pytest.mark.parametrize("query", ["place an order for a customer", "placing orders for my customer"])
def test_a_workflow_that_says_all_of_a_request_is_among_the_first(with_workflows: Index, query: str) -> None:
    """Issue 11: it is the whole way, and its method is none that a verb could stand for."""
    assert "orderFor" in [hit.tool for hit in with_workflows.search(query).hits][:2]


def test_a_plan_names_the_workflow_that_is_the_whole_way(with_workflows: Index) -> None:
    """Issue 11: chains that no longer need a loop; the steps themselves are still said."""
    said = with_workflows.search("place an order for a customer")
    assert said.hits[0].tool == "orders_create"
    assert said.plan == "orderFor, or customers_list -> orders_create(customer)"


def test_a_workflow_that_says_some_of_a_request_is_not_raised(with_workflows: Index) -> None:
    """Our choice: one that does less, or something else, is no way; a word alone is of many things."""
    for query in ("cancel an order of a customer", "orders"):
        said = with_workflows.search(query)
        assert not {"orderFor", "tidy"} & {hit.tool for hit in said.hits[:3]}
        assert "orderFor" not in said.plan


def test_a_workflow_that_is_not_allowed_is_not_found(with_workflows: Index) -> None:
    """Issue 9: who may not call a tool does not see it."""
    said = with_workflows.search("place an order for a customer", allowed=lambda name: name != "orderFor")
    assert "orderFor" not in {hit.tool for hit in said.hits}
    assert "orderFor" not in said.plan
