"""The loop over the live shop, through a real MCP client of our server: what a model may take from real answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from mcp import Client
from support.runs import asked, call, calls, says

from openapi_mcp.ask.instructions import instructions
from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.steps import Foresee, Foreseen, Outcome, Step, Think
from openapi_mcp.config import build_config
from openapi_mcp.flow import drive
from openapi_mcp.model.chat import Answered, ChatTool, Ending, EndKind, History, ToolCall, Turn
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.searching import CALL
from openapi_mcp.opening import open_app
from openapi_mcp.server.protocol import create_server

pytestmark = pytest.mark.anyio

Model = Callable[[History], Turn]
LATEST = "Which product of Ana Souza's latest order is sold out?"


@asynccontextmanager
async def offered(shop: Shop, mode: str) -> AsyncIterator[tuple[Client, Offer]]:
    """Serve the shop in memory; return a client, and what a run is offered."""
    options = {"spec": (shop.spec,), "token": (shop.token,), "mode": mode, "methods": ("all",)}
    config = build_config(options, {}, Path("/nowhere"))
    async with (
        open_app(config, lambda _: None, {}, can_change=True) as app,
        Client(create_server(app), mode="auto", raise_exceptions=True) as client,
    ):
        capabilities = (await app.index()).capabilities
        listed = (await client.list_tools()).tools
        yield (
            client,
            Offer(
                tools=tuple(
                    ChatTool(
                        name=tool.name,
                        description=tool.description or "",
                        input_schema=tool.input_schema,
                        is_read=bool(tool.annotations and tool.annotations.read_only_hint),
                    )
                    for tool in listed
                ),
                instructions=instructions(app.toolset.instructions),
                operations={
                    tool.name: ChatTool(
                        name=tool.name,
                        description=tool.description,
                        input_schema=tool.input_schema,
                        is_read=tool.annotations.read_only,
                    )
                    for tool in app.toolset.tools
                }
                if app.toolset.searches
                else {},
                needs={name: each.needs for name, each in capabilities.items()},
                yields={name: each.yields for name, each in capabilities.items()},
            ),
        )


async def ended(client: Client, offer: Offer, model: Model, question: str) -> Ending:
    """Return how a run ends in which the model says what a function makes of the history."""

    async def perform(step: Step) -> Outcome:
        if isinstance(step, Think):
            return model(step.history)
        if isinstance(step, Foresee):
            return Foreseen()
        result = await client.call_tool(step.call.tool, dict(step.call.arguments or {}))
        value = result.structured_content
        return Answered(call=step.call, text=write_json(value), value=value, is_error=bool(result.is_error))

    return await drive(run(asked(question), offer), perform)


def answers(history: History) -> list[Answered]:
    return [each for each in history if isinstance(each, Answered)]


def careful(wrap: Callable[..., ToolCall]) -> Model:
    """Return a model that goes from the customer to the order to its products."""

    def turn(history: History) -> Turn:
        known: list[Any] = [each.value for each in answers(history)]
        if not known:
            return calls(wrap("customers_list", search="Ana Souza"))
        if len(known) == 1:
            customer = known[0]["results"][0]["id"]
            return calls(wrap("orders_list", customer=customer, ordering="-placed_at", page_size=1))
        if len(known) == 2:
            return calls(*(wrap("products_retrieve", id=each["product"]) for each in known[1]["results"][0]["items"]))
        return says(", ".join(each["name"] for each in known[2:] if each["stock"] == 0))

    return turn


def through(name: str, /, **arguments: Any) -> ToolCall:
    return call(CALL, name=name, arguments=arguments)


@pytest.mark.parametrize(("mode", "wrap"), [("tools", call), ("search", through)])
async def test_ids_that_answers_gave_go_through(shop: Shop, mode: str, wrap: Callable[..., ToolCall]) -> None:
    """Issue 11; examples/shop/README.md, Worth asking: no false refusal on the way."""
    async with offered(shop, mode) as (client, offer):
        ending = await ended(client, offer, careful(wrap), LATEST)
    assert (ending.kind, ending.text) == (EndKind.ANSWERED, "Coffee Grinder")
    assert all(each.is_sent and not each.is_error for each in answers(ending.history))


@pytest.mark.parametrize(("mode", "wrap"), [("tools", call), ("search", through)])
async def test_the_customers_id_is_not_passed_as_an_orders(
    shop: Shop, mode: str, wrap: Callable[..., ToolCall]
) -> None:
    """Issue 11: invented arguments; the order is never cancelled, though there is one of this number."""

    def confused(history: History) -> Turn:
        match answers(history):
            case []:
                return calls(wrap("customers_list", search="Ana Souza"))
            case [found]:
                return calls(wrap("orders_cancel_create", id=found.value["results"][0]["id"]))
            case _:
                return says("I do not know which order.")

    async with offered(shop, mode) as (client, offer):
        ending = await ended(client, offer, confused, "Cancel Ana Souza's latest order")
    first, second = answers(ending.history)
    assert (first.is_sent, second.is_sent, second.value["error"]["field"]) == (True, False, "id")
    assert second.value["error"]["from"][0] == {"tool": "orders_list", "field": "results[].id"}
