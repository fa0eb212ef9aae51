"""Names where ids are needed, on a live API: the shop, whose ids are numbers."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment

pytestmark = pytest.mark.anyio


class Model:
    """Calls tools as a model does."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return what a call answers: {"error": ...} where it failed."""
        result = await self._client.call_tool(tool, arguments)
        return dict(result.structured_content or {})


@asynccontextmanager
async def serving(shop: Shop, tmp_path: Path, *options: str) -> AsyncIterator[Model]:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", *shop.options, *options],
        env=clean_environment(HOME=str(tmp_path)),
    )
    async with Client(server) as client:
        yield Model(client)


async def test_names_become_ids(shop: Shop, tmp_path: Path) -> None:
    """Issue 7, Recover, 5: "Bob's latest order", a title, an email."""
    meant = [
        ("customers_retrieve", " ana  souza", 1, ["customers_list"]),
        ("customers_retrieve", "chloe.martin@example.com", 3, ["customers_list"]),
        ("customers_retrieve", "CHLO\u00c9 MARTIN", 3, ["customers_list", "customers_list"]),
        ("products_retrieve", "Night Trains of Europe", 4, ["products_list"]),
        ("products_retrieve", "harbour-stories", 3, ["products_list", "products_list"]),
        ("orders_retrieve", "Ana Souza's latest order", 40, ["customers_list", "orders_list"]),
        ("orders_retrieve", "the first order of hugo.almeida@example.com", 11, ["customers_list", "orders_list"]),
    ]
    async with serving(shop, tmp_path) as model:
        for tool, text, id, asked in meant:
            answer = await model.call(tool, id=text)
            assert answer.get("id") == id, answer
            (repair,) = answer["_note"]["repairs"]
            assert (repair["field"], repair["from"], repair["to"]) == ("id", text, id)
            assert [each["tool"] for each in answer["_note"]["lookups"]][: len(asked)] == asked


async def test_of_two_that_are_called_so_both_are_told_and_nothing_is_done(shop: Shop, tmp_path: Path) -> None:
    """Derive, never invent: where two candidates fit, none is taken and both are named."""
    emails = ("twin.one@example.com", "twin.two@example.com")
    async with serving(shop, tmp_path, "--methods", "all") as model:
        made = [
            await model.call("customers_create", name="Twin Namesake", email=email, city="Faro") for email in emails
        ]
        ids = [each["id"] for each in made]
        try:
            error = (await model.call("customers_partial_update", id="twin namesake", city="Lagos"))["error"]
            assert error["near"] == [
                {"id": id, "name": f"Twin Namesake ({email})"} for id, email in zip(ids, emails, strict=True)
            ]
            assert '"id" takes an id: "twin namesake" names more than one customer' in error["hint"]
            assert error["attempts"] == 0
            assert (await model.call("customers_retrieve", id=ids[0]))["city"] == "Faro"
        finally:
            for id in ids:
                await model.call("customers_destroy", id=id)


async def test_what_cannot_be_derived_is_told_with_what_helps(shop: Shop, tmp_path: Path) -> None:
    """Issue 7, Tell; and Recover, 7: a conflict is never repeated, the current state offered by a read."""
    listed = {"tool": "customers_list", "why": "yields customer: results[].id", "arguments": {}}
    async with serving(shop, tmp_path, "--methods", "all") as model:
        error = (await model.call("customers_retrieve", id="Ana Sousa"))["error"]
        assert error["near"][0] == {"id": 1, "name": "Ana Souza (ana.souza@example.com)"}
        assert error["try"] == [listed]
        error = (await model.call("orders_create", items=[{"product": 21, "quantity": 1}]))["error"]
        assert (error["hint"], error["try"]) == ('add "customer"; customers_list yields it', [listed])
        error = (await model.call("customers_destroy", id=1))["error"]
        assert (error["kind"], error["attempts"]) == ("conflict", 1)
        reading = {"tool": "customers_retrieve", "why": "reads the present state", "arguments": {"id": 1}}
        assert error["try"] == [reading]


async def test_in_the_search_mode_what_may_be_tried_can_be_called_as_it_stands(shop: Shop, tmp_path: Path) -> None:
    """design.md, A result: what is to be called next goes through `call_operation` there."""
    async with serving(shop, tmp_path, "--mode", "search") as model:
        told = await model.call("call_operation", name="customers_retrieve", arguments={"id": 4711})
        (step,) = told["error"]["try"]
        assert step["tool"] == "call_operation"
        assert (await model.call(step["tool"], **step["arguments"]))["count"] >= 12
