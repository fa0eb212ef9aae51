"""Calls that a model makes a little wrong, over the live shop through a real client: repaired, or told what to do."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from conftest import Shop
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment
from support.upstream import Upstream, description

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["tools", "search"])
async def client(request: pytest.FixtureRequest, shop: Shop, tmp_path: Path) -> AsyncIterator[Client]:
    """A client of the shop over stdio, in either mode."""
    options = (*shop.options, "--methods", "all", "--mode", request.param)
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", *options, "--cache-dir", str(tmp_path)],
        env=clean_environment(),
    )
    async with Client(server, mode="auto") as connected:
        yield connected


async def call(client: Client, tool: str, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    """Call an operation as the mode has it; return whether it failed, and what came."""
    listed = {each.name for each in (await client.list_tools()).tools}
    if tool in listed:
        result = await client.call_tool(tool, arguments)
    else:
        result = await client.call_tool("call_operation", {"name": tool, "arguments": arguments})
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    assert result.structured_content == json.loads(block.text)
    assert result.structured_content is not None
    return bool(result.is_error), dict(result.structured_content)


async def test_a_name_becomes_the_id_of_the_one_customer_who_has_it(client: Client) -> None:
    """Issue 7, Recover, 5: looked up, and said; nothing went back to the model."""
    failed, found = await call(client, "orders_list", customer="ana souza", page_size="2")
    assert not failed
    assert {order["customer"] for order in found["results"]} == {1}
    assert [each["to"] for each in found["_note"]["repairs"]] == [1, 2]
    assert found["_note"]["lookups"] == [{"tool": "customers_list", "arguments": {"search": "ana souza"}, "items": 1}]


async def test_the_latest_order_of_somebody_is_found_in_two_steps(client: Client) -> None:
    """Issue 7, Recover, 5: "Bob's latest order"."""
    _, orders = await call(client, "orders_list", customer=1, ordering="-placed_at", page_size=1)
    failed, found = await call(client, "orders_retrieve", id="Ana Souza's latest order")
    assert not failed
    assert found["id"] == orders["results"][0]["id"]
    assert len(found["_note"]["lookups"]) == 2


async def test_who_is_nobody_is_told_with_the_way_to_somebody(client: Client) -> None:
    """Issue 7, Tell: the field, and the calls that yield what is missing, as they are made in this mode."""
    failed, found = await call(client, "orders_list", customer="Nobody Atall")
    error = found["error"]
    assert failed
    assert (error["kind"], error["field"]) == ("invalid_arguments", "customer")
    (first, *_) = error["try"]
    if first["tool"] == "call_operation":
        first = {**first["arguments"], "why": first["why"]}
        first["tool"] = first.pop("name")
    assert first["tool"] == "customers_list"
    assert "customer" in error["hint"]


async def test_a_call_with_many_slips_is_made_right(client: Client) -> None:
    """Issue 7, Recover, 1 to 3: each is told, in words that a model can learn from."""
    failed, found = await call(client, "products_list", pageSize="3", category="KITCHEN")
    assert not failed
    assert {product["category"] for product in found["results"]} == {"kitchen"}
    repairs = {each["field"]: each for each in found["_note"]["repairs"]}
    assert repairs["category"] == {
        "field": "category",
        "from": "KITCHEN",
        "to": "kitchen",
        "how": repairs["category"]["how"],
    }
    assert all(each["how"] for each in repairs.values())


@pytest.mark.parametrize("level", ["off", "safe", "full"])
async def test_how_far_repairs_go_is_the_operators_choice(level: str, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 7, Tell: --recovery off|safe|full."""
    spec = upstream.serve(description("/echo", server=upstream.url))
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", "--spec", spec, "--recovery", level, "--cache-dir", str(tmp_path)],
        env=clean_environment(),
    )
    async with Client(server, mode="auto") as client:
        failed, _ = await call(client, "echo", n="7")
    assert failed is (level == "off")


async def test_where_a_person_is_asked_a_name_is_looked_up_and_told_not_sent(shop: Shop, tmp_path: Path) -> None:
    """Issue 5, Writes: the person is asked about the request that is sent; so what was looked up is a call to make."""
    options = (*shop.options, "--methods", "all", "--confirm", "writes", "--cache-dir", str(tmp_path))
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "openapi_mcp", "serve", *options], env=clean_environment()
    )
    async with Client(server, mode="auto") as client:
        failed, found = await call(
            client, "orders_create", customer="Ana Souza", items=[{"product": 21, "quantity": "1"}]
        )
        error = found["error"]
        assert failed
        assert (error["kind"], error["attempts"]) == ("invalid_arguments", 0)
        (again,) = error["try"]
        assert again["tool"] == "orders_create"
        assert again["arguments"] == {"customer": 1, "items": [{"product": 21, "quantity": 1}]}
        failed, found = await call(client, "orders_create", **again["arguments"])
        assert found["error"]["kind"] == "refused"  # this client cannot ask
