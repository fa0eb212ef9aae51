"""The shop's tools as a real MCP client sees them: in memory, over stdio and over Streamable HTTP, in both eras."""

import base64
import csv
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from conftest import Shop
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from support.child import LISTED_OVER_HTTP, serving_http
from support.upstream import Upstream, description

from openapi_mcp.config import build_config
from openapi_mcp.opening import open_app
from openapi_mcp.server.protocol import create_server

pytestmark = pytest.mark.anyio

ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
READING_TOOLS = [
    "customers_list",
    "customers_retrieve",
    "orders_list",
    "orders_retrieve",
    "products_list",
    "products_retrieve",
    "products_label_retrieve",
    "reports_sales_retrieve",
]


@asynccontextmanager
async def in_memory(mode: str, **options: Any) -> AsyncIterator[Client]:
    """Connect to a server in this process, as `serve` has it."""
    config = build_config(options, {}, Path("/nowhere"))
    async with (
        open_app(config, lambda _: None, {}, can_change=True) as app,
        Client(create_server(app), mode=mode, raise_exceptions=True) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def endpoint(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the shop served over Streamable HTTP."""
    with serving_http(*shop.options, folder=tmp_path_factory.mktemp("http")) as (_, url):
        yield url


@pytest.fixture(params=["memory legacy", "memory auto", "http legacy", "http auto"])
async def client(request: pytest.FixtureRequest, shop: Shop, endpoint: str) -> AsyncIterator[Client]:
    """A connected client of the shop."""
    transport, mode = request.param.split()
    if transport == "http":
        async with Client(endpoint, mode=mode) as connected:
            yield connected
    else:
        async with in_memory(mode, spec=shop.spec, token=shop.token) as connected:
            yield connected


def text_of(result: types.CallToolResult) -> str:
    """Return the text of a result that is one block of text."""
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def data_of(result: types.CallToolResult) -> Any:
    """Return the structured content of a success, which must be what the text says."""
    assert not result.is_error, result
    assert result.structured_content == json.loads(text_of(result))
    return result.structured_content


def error_of(result: types.CallToolResult) -> dict[str, Any]:
    """Return the error object of a failure, which must be what the text says."""
    assert result.is_error
    assert result.structured_content == json.loads(text_of(result))
    assert set(result.structured_content) == {"error"}
    error: dict[str, Any] = result.structured_content["error"]
    return error


async def answer_who_lacks_stock(client: Client) -> list[str]:
    """Find which products of Ana Souza's latest order are sold out by now, as a model would."""
    found = data_of(await client.call_tool("customers_list", {"search": "Ana Souza"}))
    orders = data_of(await client.call_tool("orders_list", {"customer": found["results"][0]["id"], "page_size": 1}))
    products = [
        data_of(await client.call_tool("products_retrieve", {"id": item["product"]}))
        for item in orders["results"][0]["items"]
    ]
    return [product["name"] for product in products if product["stock"] == 0]


async def test_the_list_holds_the_reading_operations_in_document_order(client: Client) -> None:
    """design.md, Tools and Safety; security.md 13."""
    listed = await client.list_tools()
    names = [tool.name for tool in listed.tools]
    assert [name for name in names if name not in LISTED_OVER_HTTP] == READING_TOOLS
    assert set(names) - set(READING_TOOLS) <= {*LISTED_OVER_HTTP}
    assert listed.next_cursor is None
    reading = [tool for tool in listed.tools if tool.name != "cancel_call"]  # which ends what we have begun
    assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in reading)
    assert all(tool.output_schema is None for tool in listed.tools)


async def test_the_server_introduces_itself(client: Client) -> None:
    """mcp-facts.md section 2: an empty version would go out as it is."""
    assert client.server_info is not None
    assert client.server_info.name == "openapi-mcp"
    assert client.server_info.title == "Shop"
    assert client.server_info.version == "0.1.0"
    assert client.instructions is not None
    assert client.instructions.startswith("Shop 1.0.0, served from its OpenAPI description.")
    assert client.server_capabilities.tools is not None
    assert client.server_capabilities.tools.list_changed  # settings may change while it runs


async def test_a_filter_reaches_the_api(client: Client) -> None:
    """design.md, A result: the answer's JSON as it is."""
    page = data_of(await client.call_tool("products_list", {"in_stock": True, "page_size": 100}))
    assert page["count"] >= 20
    assert all(product["in_stock"] for product in page["results"])
    sold_out = data_of(await client.call_tool("products_list", {"in_stock": False, "page_size": 100}))
    assert [product["name"] for product in sold_out["results"] if product["stock"] != 0] == []


async def test_ana_souzas_latest_order_is_followed_to_the_shelf(client: Client) -> None:
    """examples/shop/README.md, Worth asking."""
    assert await answer_who_lacks_stock(client) == ["Coffee Grinder"]


async def test_a_png_is_an_image_block(client: Client) -> None:
    """design.md, A result: images are content blocks."""
    result = await client.call_tool("products_label_retrieve", {"id": 3})
    (block,) = result.content
    assert isinstance(block, types.ImageContent)
    assert block.mime_type == "image/png"
    assert base64.b64decode(block.data).startswith(b"\x89PNG\r\n\x1a\n")
    assert result.structured_content is None
    assert not result.is_error


async def test_csv_is_text(client: Client) -> None:
    """design.md, A result: text is text in its charset."""
    result = await client.call_tool("reports_sales_retrieve")
    rows = list(csv.reader(text_of(result).splitlines()))
    assert rows[0] == ["sku", "name", "quantity"]
    assert ["coffee-grinder", "Coffee Grinder"] in [row[:2] for row in rows]
    assert result.structured_content is None
    assert not result.is_error


async def test_a_404_is_a_tool_error_with_the_error_object(client: Client) -> None:
    """design.md, A result, Failure."""
    assert error_of(await client.call_tool("products_retrieve", {"id": 99999})) == {
        "kind": "not_found",
        "message": "the API answered 404: No Product matches the given query.",
        "status": 404,
        "field": "id",
        "retryable": False,
        "retry_after": None,
        "attempts": 1,
        "hint": 'correct "id": it names nothing that is there; then call again; products_list yields it',
        "try": [{"tool": "products_list", "why": "yields product: results[].id", "arguments": {}}],
        "rule": "exists",
        "body": {"detail": "No Product matches the given query."},
        "evidence": {"at": "#/detail", "said": "No Product matches the given query."},
    }


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"category": "cars"}, "category"),
        ({"in_stock": "maybe"}, "in_stock"),
        ({"max_price": -1}, "max_price"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_arguments_that_do_not_fit_are_a_tool_error_that_names_them(
    client: Client, arguments: dict[str, Any], field: str
) -> None:
    """security.md 15."""
    error = error_of(await client.call_tool("products_list", arguments))
    assert (error["kind"], error["field"], error["status"], error["attempts"]) == ("invalid_arguments", field, None, 0)
    assert f'"{field}"' in error["message"]


async def test_an_unknown_tool_is_a_protocol_error(client: Client) -> None:
    """MCP, server/tools, Error Handling: -32602."""
    with pytest.raises(MCPError) as caught:
        await client.call_tool("orders_destroy", {"id": 1})
    assert caught.value.error.code == types.INVALID_PARAMS
    assert caught.value.error.message.startswith("Unknown tool: orders_destroy; did you mean orders_")


async def test_fifty_calls_at_once_get_their_own_answers(client: Client) -> None:
    """security.md 28."""
    names: dict[int, str] = {}

    async def look_up(number: int) -> None:
        product = data_of(await client.call_tool("products_retrieve", {"id": number % 30 + 1}))
        names[number] = f"{product['id']}"

    async with anyio.create_task_group() as group:
        for number in range(50):
            group.start_soon(look_up, number)
    assert names == {number: str(number % 30 + 1) for number in range(50)}


@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_that_starts_us_over_stdio_gets_its_answers(shop: Shop, mode: str, tmp_path: Path) -> None:
    """style.md, Tests: one subprocess for stdio."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", "--spec", shop.spec, "--token", "env:SHOP_TOKEN", "--quiet"],
        env={"SHOP_TOKEN": shop.token},
        cwd=tmp_path,
    )
    async with Client(parameters, mode=mode) as client:
        assert client.protocol_version == ERAS[mode]
        assert [tool.name for tool in (await client.list_tools()).tools] == [*READING_TOOLS, "read_result"]
        assert await answer_who_lacks_stock(client) == ["Coffee Grinder"]
        image = await client.call_tool("products_label_retrieve", {"id": 1})
        assert [block.type for block in image.content] == ["image"]
        assert error_of(await client.call_tool("customers_retrieve", {"id": 99999}))["status"] == 404
        assert error_of(await client.call_tool("customers_retrieve", {}))["field"] == "id"
        with pytest.raises(MCPError):
            await client.call_tool("customers_lst", {})


@pytest.mark.parametrize("mode", ERAS)
async def test_the_era_that_the_client_asks_for_is_spoken(shop: Shop, endpoint: str, mode: str) -> None:
    """mcp-facts.md section 1: both eras are mandatory."""
    async with Client(endpoint, mode=mode) as client:
        assert client.protocol_version == ERAS[mode]


@pytest.mark.parametrize("mode", ERAS)
async def test_what_was_written_is_read_back(shop: Shop, mode: str) -> None:
    """design.md, Options: --methods; A result: what is no 200 says so under `_note`."""
    async with in_memory(mode, spec=shop.spec, token=shop.token, methods="all") as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert len(listed) == 22  # one of them is no operation
        deleting = listed["customers_destroy"].annotations
        assert deleting is not None
        assert (deleting.read_only_hint, deleting.destructive_hint, deleting.idempotent_hint) == (False, True, True)
        wanted = {"name": "Zoë Test", "email": f"zoe-{mode}@example.com", "city": "Oslo", "phone": None}
        created = data_of(await client.call_tool("customers_create", wanted))
        assert {name: created[name] for name in wanted} == wanted
        assert created["_note"]["status"] == 201
        number = created["id"]
        order = {"customer": number, "items": [{"product": 24, "quantity": 1}]}
        placed = data_of(await client.call_tool("orders_create", order))
        assert [item["product_name"] for item in placed["items"]] == ["Tea Towel"]
        kept = error_of(await client.call_tool("customers_destroy", {"id": number}))
        assert (kept["kind"], kept["status"]) == ("conflict", 409)
        assert data_of(await client.call_tool("orders_destroy", {"id": placed["id"]})) == {"_note": {"status": 204}}
        assert data_of(await client.call_tool("customers_destroy", {"id": number})) == {"_note": {"status": 204}}
        assert error_of(await client.call_tool("customers_retrieve", {"id": number}))["kind"] == "not_found"


@pytest.mark.parametrize("mode", ERAS)
async def test_refused_arguments_never_reach_the_api(upstream: Upstream, mode: str) -> None:
    """security.md 15: and no upstream request."""
    spec = upstream.serve(description("/things/{id}", server=upstream.url))
    async with in_memory(mode, spec=spec) as client:
        wrong: list[dict[str, Any]] = [{}, {"id": ""}, {"id": ".."}, {"id": "../x"}, {"id": {}}, {"x": 1}]
        for arguments in (*wrong, {"id": "a", "n": "x"}):
            assert error_of(await client.call_tool("things", arguments))["kind"] == "invalid_arguments"
        assert upstream.calls == []
        await client.call_tool("things", {"id": "a/b"})
    assert [call.target for call in upstream.calls] == ["/things/a%2Fb"]


@pytest.mark.parametrize("mode", ERAS)
async def test_calls_in_flight_do_not_wait_for_each_other(upstream: Upstream, mode: str) -> None:
    """security.md 16: other calls are served meanwhile; 28."""
    spec = upstream.serve(description("/held", "/echo"))
    answers: list[Any] = []
    async with in_memory(mode, spec=spec) as client:

        async def hold(number: int) -> None:
            answers.append((number, data_of(await client.call_tool("held", {"n": number}))["n"]))

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(hold, number)
            for _ in range(50):
                await anyio.to_thread.run_sync(upstream.wait_for_call)
            assert data_of(await client.call_tool("echo", {"n": 1}))["target"] == "/echo?n=1"
            assert answers == []
            upstream.release.set()
    assert sorted(answers) == [(number, [str(number)]) for number in range(50)]


async def test_a_client_of_the_older_era_hears_over_http_that_the_list_has_changed(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, Live: in both eras. The client opens its stream when it likes, so the list changes until it hears."""
    heard = anyio.Event()

    async def note(message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            heard.set()

    spec = upstream.serve(description("/echo", server=upstream.url))
    with serving_http("--spec", spec, "--refresh", "1", folder=tmp_path) as (child, url):
        async with Client(url, mode="legacy", message_handler=note) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["echo", *LISTED_OVER_HTTP]
            for number in range(200):
                upstream.serve(description("/more", f"/t{number}", server=upstream.url))
                await anyio.to_thread.run_sync(child.wait_for_stderr, "the document has changed")
                with anyio.move_on_after(0.1):
                    await heard.wait()
                if heard.is_set():
                    break
            assert heard.is_set()
            assert [tool.name for tool in (await client.list_tools()).tools] == [
                "more",
                f"t{number}",
                *LISTED_OVER_HTTP,
            ]


async def test_a_client_that_asks_for_progress_hears_that_its_call_is_on_its_way(client: Client) -> None:
    """MCP, Progress: for a request that carries a token; both eras, both transports."""
    heard: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    await client.call_tool("products_retrieve", {"id": 1}, progress_callback=note)
    first, *later = heard
    assert first == (0, None, "calling GET /api/products/{id}/")
    assert all("no answer yet" in (message or "") for _, _, message in later)  # on a machine that is slow
