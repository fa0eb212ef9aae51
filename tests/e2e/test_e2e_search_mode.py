"""The shop in search mode, as a real client uses it over stdio: three steps from a name to what is sold out.

Every name of an operation comes from a search, every argument from what a description or an answer says.
"""

import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment

pytestmark = pytest.mark.anyio

THREE = ["search_operations", "describe_operations", "call_operation"]
QUESTION = "Which product of Ana Souza's latest order is sold out?"


class Model:
    """What a model does with the tools of the search mode."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool of the list."""
        result = await self._client.call_tool(tool, arguments)
        assert not result.is_error, result
        assert result.structured_content is not None
        return dict(result.structured_content)

    async def find(self, words: str, *wanted: str) -> dict[str, Any]:
        """Return the best hit that takes these arguments, described in full."""
        found = await self.ask("search_operations", query=words)
        names = [hit["name"] for hit in found["results"]]
        for operation in (await self.ask("describe_operations", names=names))["operations"]:
            if operation["annotations"]["readOnlyHint"] and {*wanted} <= operation["input_schema"]["properties"].keys():
                return dict(operation)
        raise AssertionError(f"none of {names} takes {wanted}")

    async def call(self, operation: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        """Call an operation that was found."""
        return await self.ask("call_operation", name=operation["name"], arguments=arguments)

    async def answer(self) -> list[str]:
        """Follow the customer's name to the latest order, and its items to their stock."""
        customers = await self.find("list customers, search by name", "search")
        (customer,) = (await self.call(customers, search="Ana Souza"))["results"]
        orders = await self.find("list the orders of a customer, latest first", "customer", "ordering")
        placed = await self.call(orders, customer=customer["id"], ordering="-placed_at", page_size=1)
        products = await self.find("retrieve one product and its stock", "id")
        items = [await self.call(products, id=item["product"]) for item in placed["results"][0]["items"]]
        return [product["name"] for product in items if product["stock"] == 0]


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_the_last_orders_stock_is_found_by_search_describe_and_call(shop: Shop, tmp_path: Path, era: str) -> None:
    """Issue 6, Proof; examples/shop/README.md, Worth asking. The second time from the catalogue."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", "--mode", "search", "--spec", shop.spec, "--token", "env:SHOP_TOKEN"],
        env=clean_environment(SHOP_TOKEN=shop.token),
        cwd=tmp_path,
    )
    for _ in range(2):
        async with Client(server, mode=era) as client:
            before = (await client.list_tools()).tools
            assert [tool.name for tool in before] == [*THREE, "read_result"]
            assert await Model(client).answer() == ["Coffee Grinder"]
            assert (await client.list_tools()).tools == before


async def test_ten_hits_of_the_shop_are_within_1000_tokens(shop: Shop, tmp_path: Path) -> None:
    """Issue 6, Search mode: the answer as the client gets it, counted once."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", "--mode", "search", "--methods", "all", "--spec", shop.spec],
        env=clean_environment(),
        cwd=tmp_path,
    )
    async with Client(server) as client:
        result = await client.call_tool("search_operations", {"query": QUESTION + " List products, orders, customers."})
    assert len((result.structured_content or {})["results"]) == 10
    (block,) = result.content
    assert block.type == "text"
    assert len(block.text.encode()) <= 4_000
