"""A workflow over the shop, end to end, as real clients use it: over stdio and HTTP, from the shell, in the records."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import Command, Shop, running_shop
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment, serving_http

pytestmark = pytest.mark.anyio

ARAZZO = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions:
  - {name: shop, url: %s, type: openapi}
workflows:
  - workflowId: placeOrder
    summary: Place an order for a customer who is found by name
    inputs:
      type: object
      properties:
        name: {type: string, description: The customer's name}
        product: {type: integer}
        quantity: {type: integer, default: 2}
      required: [name, product]
    steps:
      - stepId: find
        operationId: customers_list
        parameters: [{name: search, in: query, value: $inputs.name}]
        successCriteria:
          - {context: $response.body, condition: "$.results[?@.id]", type: jsonpath}
        outputs: {customer: "$response.body#/results/0/id"}
      - stepId: place
        operationPath: "{$sourceDescriptions.shop.url}#/paths/~1api~1orders~1/post"
        requestBody:
          payload:
            customer: $steps.find.outputs.customer
            items: [{product: $inputs.product, quantity: $inputs.quantity}]
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {order: "$response.body#/id"}
      - stepId: read
        operationId: $sourceDescriptions.shop.orders_retrieve
        parameters: [{name: id, in: path, value: $steps.place.outputs.order}]
        outputs: {status: "$response.body#/status", items: "$response.body#/items"}
    outputs:
      order: $steps.place.outputs.order
      status: $steps.read.outputs.status
      items: $steps.read.outputs.items
  - workflowId: ordersOf
    summary: The orders of a customer
    inputs: {type: object, properties: {name: {type: string}}, required: [name]}
    steps:
      - stepId: find
        operationId: customers_list
        parameters: [{name: search, in: query, value: $inputs.name}]
        outputs: {customer: "$response.body#/results/0/id"}
      - stepId: orders
        operationId: orders_list
        parameters: [{name: customer, in: query, value: $steps.find.outputs.customer}]
        outputs: {count: "$response.body#/count"}
    outputs: {count: $steps.orders.outputs.count}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of our own: what is ordered here is Ana's latest order, of which others ask."""
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def options(shop: Shop, folder: Path) -> list[str]:
    file = folder / "shop.arazzo.yaml"
    file.write_text(ARAZZO % shop.spec, encoding="utf-8")
    return [*shop.options, "--methods", "get,post", "--workflow", str(file)]


async def count(client: Client) -> int:
    result = await client.call_tool("ordersOf", {"name": "Ana Souza"})
    assert not result.is_error, result.structured_content
    return int((result.structured_content or {})["count"])


async def place(client: Client) -> dict[str, Any]:
    """Order a product of our own, and count the orders before and after."""
    sku = f"wf-{uuid4().hex[:12]}"
    product = {"sku": sku, "name": "Paper Crane", "category": "kitchen", "price": "4.50", "stock": 5}
    made = await client.call_tool("products_create", product)
    assert not made.is_error, made.structured_content
    before = await count(client)
    wanted = {"name": "Ana Souza", "product": (made.structured_content or {})["id"]}
    result = await client.call_tool("placeOrder", wanted)
    assert not result.is_error, result.structured_content
    assert await count(client) == before + 1
    return dict(result.structured_content or {})


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_workflow_places_an_order_over_stdio(shop: Shop, tmp_path: Path, mode: str) -> None:
    """Issue 11, Proof: end to end through a real MCP client; the second start is from the catalogue."""
    arguments = ["-m", "openapi_mcp", "serve", *options(shop, tmp_path), "--quiet"]
    environment = clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=tmp_path, env=environment)
    lists = []
    for _ in range(2):
        async with Client(server, mode=mode) as client:
            lists.append([(tool.name, tool.input_schema) for tool in (await client.list_tools()).tools])
            placed = await place(client)
        assert placed["status"] == "placed"
        assert [(item["product_name"], item["quantity"]) for item in placed["items"]] == [("Paper Crane", 2)]
    assert lists[0] == lists[1]
    assert {"placeOrder", "ordersOf", "orders_create"} <= {name for name, _ in lists[0]}


async def test_a_start_from_the_catalogue_knows_of_a_changed_workflow(shop: Shop, tmp_path: Path) -> None:
    """Issue 11; issue 3, Cache: the file's state is in what decides whether a kept list is true."""
    arguments = ["-m", "openapi_mcp", "serve", *options(shop, tmp_path), "--quiet"]
    environment = clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=tmp_path, env=environment)
    async with Client(server) as client:
        assert "ordersOf" in [tool.name for tool in (await client.list_tools()).tools]
    file = tmp_path / "shop.arazzo.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("ordersOf", "countOrders"), encoding="utf-8")
    async with Client(server) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert "countOrders" in names
    assert "ordersOf" not in names


async def test_a_workflow_over_several_apis_is_listed_and_called_from_the_kept_list(shop: Shop, tmp_path: Path) -> None:
    """Issue 11; issue 5, Several APIs: the second start is from what was kept, the third knows of the new file."""
    file = tmp_path / "both.arazzo.yaml"
    file.write_text(ARAZZO % "https://elsewhere.example.com/openapi.json", encoding="utf-8")
    given = ["--spec", f"shop={shop.spec}", "--token", f"shop={shop.token}", "--spec", f"other={shop.spec}"]
    arguments = ["-m", "openapi_mcp", "serve", *given, "--workflow", str(file), "--quiet"]
    environment = clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=tmp_path, env=environment)
    for _ in range(2):
        async with Client(server) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert "ordersOf" in names
            assert await count(client) > 0
    file.write_text(file.read_text(encoding="utf-8").replace("ordersOf", "countOrders"), encoding="utf-8")
    async with Client(server) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert "countOrders" in names
    assert "ordersOf" not in names


async def test_a_workflow_places_an_order_over_http(shop: Shop, tmp_path: Path) -> None:
    """Issue 11, Proof: through a real MCP client over Streamable HTTP."""
    with serving_http(*options(shop, tmp_path), folder=tmp_path) as (_, url):
        async with Client(url) as client:
            assert (await place(client))["status"] == "placed"


def test_the_shell_knows_workflows(shop: Shop, tmp_path: Path, command: Command) -> None:
    """Issue 11: `inspect`, `check`, `search` and `call` know them; each step has its record."""
    given = options(shop, tmp_path)
    report = json.loads(command("inspect", *given, "--json").out)
    (tool,) = [tool for tool in report["tools"] if tool["name"] == "placeOrder"]
    assert (tool["method"], tool["path"], tool["workflow"]) == (None, None, "placeOrder")
    assert tool["steps"] == [
        {"step": "find", "tool": "customers_list"},
        {"step": "place", "tool": "orders_create"},
        {"step": "read", "tool": "orders_retrieve"},
    ]
    assert "its steps: find (customers_list)" in command("inspect", *given, "placeOrder").out
    assert command("check", *given).status == 0
    found = json.loads(command("search", "place an order for a customer by name", *given, "--json").out)
    assert "placeOrder" in [each.get("workflow") for each in found["results"]]
    called = command("call", "ordersOf", *given, "-a", "name=Ana Souza")
    assert json.loads(called.out)["count"] > 0
    dry = command("call", "placeOrder", *given, "-a", "name=Ana Souza", "-a", "product=1", "--dry-run")
    assert "a workflow is not one request" in dry.err
    calls = json.loads(command("history", "--json").out)["calls"]
    assert sorted(call["tool"] for call in calls[:3]) == ["customers_list", "ordersOf", "orders_list"]


def test_the_shell_knows_workflows_over_several_apis(shop: Shop, tmp_path: Path, command: Command) -> None:
    """Issue 11: sources are told apart by name; what is not served is said, not called."""
    file = tmp_path / "both.arazzo.yaml"
    file.write_text(ARAZZO % "https://elsewhere.example.com/openapi.json", encoding="utf-8")
    given = ["--spec", f"shop={shop.spec}", "--token", f"shop={shop.token}", "--spec", f"other={shop.spec}"]
    given += ["--workflow", str(file)]
    assert "its steps: find (shop_customers_list)" in command("inspect", *given, "ordersOf").out
    called = command("call", "ordersOf", *given, "-a", "name=Ana Souza")
    assert json.loads(called.out)["count"] > 0
    found = json.loads(command("search", "orders of a customer", *given, "--json").out)
    assert "ordersOf" in [each.get("workflow") for each in found["results"]]
    checked = json.loads(command("check", *given, "--json").out)["workflows"]
    assert [each["workflow"] for each in checked["skipped"]] == ["placeOrder"]
    assert "method POST is not enabled" in checked["skipped"][0]["reason"]
    assert command("check", *given).status == 0


def test_check_names_the_step_that_is_wrong(shop: Shop, tmp_path: Path, command: Command) -> None:
    """Issue 11: `check` knows the problems of a workflow, with its place in the file."""
    given = options(shop, tmp_path)
    file = tmp_path / "shop.arazzo.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("orders_list", "orders_lsit"), encoding="utf-8")
    checked = command("check", *given, "--json")
    (found,) = [each for each in json.loads(checked.out)["problems"] if each["severity"] == "error"]
    assert "the workflow 'ordersOf' is left out: step 'orders' calls 'orders_lsit'" in found["message"]
    assert found["file"].endswith("shop.arazzo.yaml")
    line = file.read_text(encoding="utf-8").splitlines()[found["line"] - 1]
    assert "stepId: orders" in line


CALLING = """
arazzo: 1.0.1
info: {title: Shop orders, version: 1.0.0}
sourceDescriptions:
  - {name: shop, url: %s, type: openapi}
workflows:
  - workflowId: orderFor
    inputs: {$ref: "#/components/inputs/orderFor"}
    steps:
      - stepId: find
        operationId: customers_list
        parameters: [{name: search, in: query, value: $inputs.name}]
        successCriteria: [{condition: $statusCode == 200}]
        outputs: {customer: "$response.body#/results/0/id"}
      - stepId: place
        workflowId: place
        parameters:
          - {name: customer, value: $steps.find.outputs.customer}
          - {name: product, value: $inputs.product}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {order: $outputs.order}
    outputs: {order: $steps.place.outputs.order}
  - workflowId: place
    inputs:
      type: object
      properties: {customer: {type: integer}, product: {type: integer}}
    steps:
      - stepId: order
        operationId: orders_create
        requestBody:
          contentType: application/json
          payload: {customer: $inputs.customer, items: [{product: $inputs.product, quantity: 1}]}
        successCriteria: [{condition: $statusCode == 201}]
        outputs: {order: "$response.body#/id"}
    outputs: {order: $steps.order.outputs.order}
components:
  inputs:
    orderFor:
      type: object
      properties: {name: {type: string}, product: {type: integer}}
"""


def test_a_step_that_calls_a_workflow_takes_its_last_answer(shop: Shop, tmp_path: Path, command: Command) -> None:
    """Arazzo 1.0.1, examples, pet-coupons: a step that calls a workflow, with a criterion on $statusCode."""
    file = tmp_path / "orders.arazzo.yaml"
    file.write_text(CALLING % shop.spec, encoding="utf-8")
    given = [*shop.options, "--methods", "get,post", "--workflow", str(file)]
    assert "$statusCode" not in command("check", *given).out
    product = {
        "sku": f"wf-{uuid4().hex[:12]}",
        "name": "Coupon Crane",
        "category": "kitchen",
        "price": "4.50",
        "stock": 5,
    }
    made = json.loads(command("call", "products_create", *given, "--args", json.dumps(product)).out)
    called = command("call", "orderFor", *given, "-a", "name=Ana Souza", "-a", f"product={made['id']}")
    assert called.status == 0, called.err
    order = json.loads(command("call", "orders_retrieve", *given, "-a", f"id={json.loads(called.out)['order']}").out)
    assert [(item["product"], item["quantity"]) for item in order["items"]] == [(made["id"], 1)]
