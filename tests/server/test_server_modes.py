"""The search mode over the protocol, in both eras: finding, describing and calling operations."""

import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from support.child import LISTED_OVER_HTTP, run_command, running, serving_http
from support.issuer import Issuer
from support.make import document, toolset
from support.structured import data_of, error_of
from support.upstream import Answer, Upstream

from openapi_mcp.app import App
from openapi_mcp.config import build_config
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.listing import searching
from openapi_mcp.index.corpus import Corpus, Entry
from openapi_mcp.index.search import Index
from openapi_mcp.joining import open_several
from openapi_mcp.model.call import Caller
from openapi_mcp.model.capability import Capability, Need, Producer
from openapi_mcp.opening import open_app
from openapi_mcp.server.protocol import create_server

pytestmark = pytest.mark.anyio

ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])
THREE = ["search_operations", "describe_operations", "call_operation"]
NUMBER = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
PAGED = {"name": "page", "in": "query", "schema": {"type": "integer"}}
SCHEMES = {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}}


def shop(server: str) -> dict[str, Any]:
    """Return a description with reads, a write that destroys, one operation for some, and one named as our tool."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": server}],
        "components": SCHEMES,
        "paths": {
            "/orders": {
                "get": {"operationId": "orders_list", "summary": "List orders", "parameters": [PAGED], "responses": {}}
            },
            "/orders/{id}": {
                "parameters": [NUMBER],
                "get": {"operationId": "orders_get", "summary": "Read one order", "responses": {}},
                "delete": {"operationId": "orders_delete", "summary": "Delete an order", "responses": {}},
            },
            "/salaries": {
                "get": {
                    "operationId": "salaries_list",
                    "summary": "List salaries, and who placed which order",
                    "responses": {},
                    "security": [{"oauth": ["admin"]}],
                }
            },
            "/search": {"get": {"operationId": "search_operations", "summary": "Surgery search", "responses": {}}},
        },
    }


def wordy(server: str) -> dict[str, Any]:
    """Return the same where each operation has much to say."""
    made = shop(server)
    for path, item in made["paths"].items():
        for method in item.keys() - {"parameters"}:
            item[method]["description"] = f"Words of {method} {path} that are to be read. " * 20
    return made


@asynccontextmanager
async def opened(upstream: Upstream, tmp_path: Path, **options: Any) -> AsyncIterator[App]:
    spec = upstream.serve(options.pop("document", None) or shop(upstream.url))
    given = {"spec": spec, "mode": "search", "methods": "all", "auth": ("oauth=t0k3n",), **options}
    async with open_app(build_config(given, {}, tmp_path), lambda _: None, {}) as app:
        yield app


@asynccontextmanager
async def connected(upstream: Upstream, tmp_path: Path, era: str, **options: Any) -> AsyncIterator[Client]:
    person = options.pop("person", None)
    async with (
        opened(upstream, tmp_path, **options) as app,
        Client(create_server(app), mode=era, elicitation_callback=person) as client,
    ):
        yield client


async def call(client: Client, name: str, **arguments: Any) -> types.CallToolResult:
    return await client.call_tool("call_operation", {"name": name, "arguments": arguments})


async def names_found(client: Client, query: str) -> list[str]:
    found = data_of(await client.call_tool("search_operations", {"query": query}))
    return [hit["name"] for hit in found["results"]]


@ERAS
async def test_operations_are_found_described_and_called(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 6, Search mode. The list is the same before and after."""
    async with connected(upstream, tmp_path, era) as client:
        before = (await client.list_tools()).tools
        assert [tool.name for tool in before] == [*THREE, "read_result"]
        found = data_of(await client.call_tool("search_operations", {"query": "read one order", "limit": 2}))
        assert (found["query"], len(found["results"])) == ("read one order", 2)
        best = next(hit for hit in found["results"] if hit["name"] == "orders_get")
        assert {key: best[key] for key in ("method", "path", "summary")} == {
            "method": "GET",
            "path": "/orders/{id}",
            "summary": "Read one order.",
        }
        told = data_of(await client.call_tool("describe_operations", {"names": [best["name"]]}))
        (operation,) = told["operations"]
        assert operation["input_schema"]["required"] == ["id"]
        assert operation["annotations"]["readOnlyHint"] is True
        assert "unknown" not in told
        assert data_of(await call(client, best["name"], id=7))["target"] == "/orders/7"
        assert (await client.list_tools()).tools == before
    assert [seen.target for seen in upstream.calls] == ["/orders/7"]


async def test_the_list_with_its_frame_is_within_300_tokens(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 6, Search mode: as the server sends it; tokens are bytes / 4."""
    spec = upstream.serve(shop(upstream.url))
    with running("serve", "--mode", "search", "--methods", "all", "--spec", spec, folder=tmp_path) as child:
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        child.request("tools/list", {"_meta": meta})
        assert len(child.every_line[-1]) <= 1_200


@ERAS
async def test_the_results_errors_and_checks_are_those_of_a_plain_tool(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Issue 6, Search mode: `call_operation` gives the same as a tool by itself."""
    upstream.answers["/orders"] = Answer(json.dumps([{"id": 1, "token": "t0k3n"}]).encode())
    calls: list[tuple[str, dict[str, Any]]] = [
        ("orders_list", {"_select": "[0].id"}),
        ("orders_list", {}),
        ("orders_get", {"id": "seven"}),
        ("orders_get", {}),
        ("orders_get", {"id": 7, "colour": "red"}),
        ("salaries_list", {}),
    ]
    async with connected(upstream, tmp_path, era, select=True) as client:
        through = [(await call(client, name, **given)).model_dump() for name, given in calls]
    async with connected(upstream, tmp_path, era, select=True, mode="tools") as client:
        plain = [(await client.call_tool(name, given)).model_dump() for name, given in calls]
    assert through == [with_tries_through_the_tool(each) for each in plain]
    assert through[0]["structured_content"] == {"result": 1}
    assert "t0k3n" not in str(through)


def with_tries_through_the_tool(result: dict[str, Any]) -> dict[str, Any]:
    """Return a failed result with what may be tried as the search mode's tool makes it."""
    said = result["structured_content"] or {}
    steps = said.get("error", {}).get("try", [])
    if not steps:
        return result
    made = [
        {**step, "tool": "call_operation", "arguments": {"name": step["tool"], "arguments": step["arguments"]}}
        for step in steps
    ]
    told = {"error": {**said["error"], "try": made}}
    (block,) = result["content"]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return {**result, "structured_content": told, "content": [{**block, "text": text}]}


@ERAS
async def test_the_next_page_is_called_as_its_note_says(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """design.md, A result: what is to be called next is callable as it stands."""
    following = f"{upstream.url}/orders?page=2"
    upstream.answers["/orders"] = Answer(json.dumps({"results": [{"id": 1}], "next": following}).encode())
    async with connected(upstream, tmp_path, era) as client:
        first = data_of(await call(client, "orders_list"))
        step = first["_note"]["next"]
        assert step == {"tool": "call_operation", "arguments": {"name": "orders_list", "arguments": {"page": 2}}}
        await client.call_tool(step["tool"], step["arguments"])
    assert [seen.target for seen in upstream.calls] == ["/orders", "/orders?page=2"]


@ERAS
async def test_what_is_cut_is_read_on(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 4 in the search mode: of a call's answer, and of a description that is as long."""
    upstream.answers["/orders"] = Answer(json.dumps(["x" * 90] * 40).encode())
    names = ["orders_list", "orders_get", "orders_delete", "salaries_list"]
    async with connected(upstream, tmp_path, era, max_response=3_000, document=wordy(upstream.url)) as client:
        items = await all_of(client, await call(client, "orders_list"), "result")
        assert items == ["x" * 90] * 40
        told = await client.call_tool("describe_operations", {"names": names})
        assert [operation["name"] for operation in await all_of(client, told, "operations")] == names


async def all_of(client: Client, result: types.CallToolResult, field: str) -> list[Any]:
    """Return all items of a field of a result that was cut, read on as its notes say."""
    data, parts = data_of(result), 1
    items = data[field]
    while "more" in data.get("_note", {}):
        step = data["_note"]["more"]["next"]
        data, parts = data_of(await client.call_tool(step["tool"], step["arguments"])), parts + 1
        items += data["result"]
    assert parts > 1
    return list(items)


async def test_a_description_is_whole_where_nothing_is_cut(upstream: Upstream, tmp_path: Path) -> None:
    """design.md, Options: --max-response 0. There is nothing to read on, and no tool for it."""
    async with connected(upstream, tmp_path, "auto", max_response=0) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == THREE
        told = data_of(await client.call_tool("describe_operations", {"names": ["orders_list", "orders_get"]}))
        assert len(told["operations"]) == 2
        with pytest.raises(MCPError, match="Unknown tool: read_result"):
            await client.call_tool("read_result", {"handle": "r_x"})


@ERAS
async def test_names_that_are_not_there_are_told_of_with_those_like_them(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """style.md, Errors: what happened, where, what to do; a tool's failure, which a model reads."""
    async with connected(upstream, tmp_path, era) as client:
        told = data_of(await client.call_tool("describe_operations", {"names": ["order_list", "orders_get", "zzz"]}))
        assert [operation["name"] for operation in told["operations"]] == ["orders_get"]
        near, none = told["unknown"]
        assert (near["name"], near["did_you_mean"][0]) == ("order_list", "orders_list")
        assert none == {"name": "zzz", "did_you_mean": []}
        told = data_of(await client.call_tool("describe_operations", {"names": [f"order_list{n}" for n in range(5)]}))
        assert [bool(each["did_you_mean"]) for each in told["unknown"]] == [True, True, True, False, False]
        error = error_of(await call(client, "order_list"))
        assert (error["kind"], error["field"]) == ("unknown_tool", "name")
        assert error["hint"].startswith("did you mean orders_list")
        assert "search_operations finds" in error["hint"]
        assert "search_operations finds" in error_of(await call(client, "zzz"))["hint"]
        assert "call it by its name" in error_of(await call(client, "read_result"))["hint"]
    assert upstream.calls == []


@ERAS
async def test_an_operation_is_no_tool_of_the_list(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """MCP, server/tools, Error Handling: -32602, with the way that there is."""
    async with connected(upstream, tmp_path, era) as client:
        with pytest.raises(MCPError, match=r"^Unknown tool: orders_list; call it with call_operation$"):
            await client.call_tool("orders_list")
        with pytest.raises(MCPError, match=r"^Unknown tool: nowhere$"):
            await client.call_tool("nowhere")


@ERAS
async def test_a_tool_of_the_search_mode_is_none_where_each_operation_is_one(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Our choice: the mode may have changed with the document; an operation of that name is one all the same."""
    made = shop(upstream.url)
    del made["paths"]["/search"]
    async with connected(upstream, tmp_path, era, mode="tools", document=made) as client:
        for name in THREE:
            with pytest.raises(MCPError, match=rf"^Unknown tool: {name}; each operation is a tool of its own now$"):
                await client.call_tool(name)
        with pytest.raises(MCPError, match=r"^Unknown tool: nowhere$"):
            await client.call_tool("nowhere")


@ERAS
async def test_an_operation_named_as_one_of_our_tools_is_called_through_ours(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Our choice: a document's names are its own; in the list by itself, it is that tool."""
    async with connected(upstream, tmp_path, era) as client:
        assert data_of(await call(client, "search_operations"))["target"] == "/search"
    async with connected(upstream, tmp_path, era, mode="tools") as client:
        assert data_of(await client.call_tool("search_operations"))["target"] == "/search"
        for name in ("describe_operations", "call_operation"):
            with pytest.raises(MCPError, match=rf"^Unknown tool: {name}; each operation"):
                await client.call_tool(name, {"name": "orders_list", "names": []})


@ERAS
async def test_arguments_that_do_not_fit_are_a_failure_that_names_them(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """security.md 15."""
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("search_operations", {"query": ""}, "query"),
        ("search_operations", {"query": "a", "limit": "many"}, "limit"),
        ("describe_operations", {"names": []}, "names"),
        ("call_operation", {}, "name"),
        ("call_operation", {"name": "orders_get", "arguments": "id=7"}, "arguments"),
    ]
    async with connected(upstream, tmp_path, era) as client:
        for name, given, field in wrong:
            error = error_of(await client.call_tool(name, given))
            assert (error["kind"], error["field"]) == ("invalid_arguments", field)
            assert error["hint"]
        assert upstream.calls == []
        as_text = {"name": "orders_get", "arguments": '{"id": 7}'}
        assert data_of(await client.call_tool("call_operation", as_text))["target"] == "/orders/7"


async def test_words_that_find_nothing_are_answered_with_what_there_is(upstream: Upstream, tmp_path: Path) -> None:
    """style.md, Errors: what to do."""
    async with connected(upstream, tmp_path, "auto") as client:
        found = data_of(await client.call_tool("search_operations", {"query": "zzzz"}))
    assert found["results"] == []
    assert found["hint"].endswith("the operations are about: orders, salaries, search")


async def test_a_client_that_asks_for_progress_hears_of_the_operation(upstream: Upstream, tmp_path: Path) -> None:
    """MCP, Progress."""
    heard: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(upstream, tmp_path, "legacy") as client:
        given = {"name": "orders_get", "arguments": {"id": 7}}
        await client.call_tool("call_operation", given, progress_callback=note)
    assert heard == ["calling GET /orders/{id}"]


async def test_the_schemas_of_the_list_are_known_without_it(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 1, 8: without them every call over HTTP would make the whole list first."""
    async with opened(upstream, tmp_path) as app:
        server = create_server(app)
        assert server.get_tool_input_schema is not None
        for tool in app.pages.tools(0):
            assert server.get_tool_input_schema(tool["name"]) == tool["inputSchema"]
        assert server.get_tool_input_schema("orders_list") is None
    async with opened(upstream, tmp_path, mode="tools") as app:
        server = create_server(app)
        assert server.get_tool_input_schema is not None
        assert server.get_tool_input_schema("call_operation") is None
        assert server.get_tool_input_schema("orders_get") == app.toolset.by_name["orders_get"].input_schema
        assert "handle" in (server.get_tool_input_schema("read_result") or {})["properties"]


@ERAS
async def test_a_bug_in_the_search_is_an_error_result(
    upstream: Upstream, tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 10 and 36: what nobody foresaw says nothing of itself."""

    async def broken(self: App) -> Index:
        raise RuntimeError("s3cret")

    monkeypatch.setattr(App, "index", broken)
    async with connected(upstream, tmp_path, era) as client:
        for name, given in (("search_operations", {"query": "a"}), ("describe_operations", {"names": ["a"]})):
            result = await client.call_tool(name, given)
            assert error_of(result)["kind"] == "bad_response"
            assert "s3cret" not in str(result)


# Who may call what


def reader(monkeypatch: pytest.MonkeyPatch, *scopes: str) -> None:
    """Let every request come from a caller with these scopes."""
    caller = Caller(id="reader", scopes=frozenset(scopes))
    monkeypatch.setattr("openapi_mcp.server.modes.caller_of", lambda _: caller)


async def test_what_a_caller_may_not_call_is_not_found_described_or_called(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5, Per caller (b): as unknown as what is not there, in every answer."""
    reader(monkeypatch)
    async with connected(upstream, tmp_path, "auto") as client:
        assert "salaries_list" not in await names_found(client, "list salaries, and who placed which order")
        nothing = data_of(await client.call_tool("search_operations", {"query": "salaries"}))
        assert "salaries" not in nothing["hint"]
        told = data_of(await client.call_tool("describe_operations", {"names": ["salaries_list", "salarie_list"]}))
        assert told["operations"] == []
        assert "salaries_list" not in [near for each in told["unknown"] for near in each["did_you_mean"]]
        hidden, unknown = [error_of(await call(client, name)) for name in ("salaries_list", "xalaries_list")]
        assert hidden["hint"].replace("x", "s") == unknown["hint"].replace("x", "s")
        with pytest.raises(MCPError, match=r"^Unknown tool: salaries_list$"):
            await client.call_tool("salaries_list")
        assert upstream.calls == []
        reader(monkeypatch, "admin")
        assert (await names_found(client, "salaries"))[0] == "salaries_list"
        assert data_of(await call(client, "salaries_list"))["target"] == "/salaries"


async def test_a_need_names_no_operation_that_the_caller_may_not_call(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5, Per caller (b): nor does a description that is read on by a caller with fewer scopes."""
    sources = tuple(
        Producer(tool=name, method="GET", path="/", field="id") for name in ("salaries_list", "orders_list")
    )
    entry = Entry(method="GET", fields={"name": {"order": 1}}, about="")
    needs = {"orders_get": Capability(needs=(Need(argument="id", entity="order", producers=sources),))}

    async def index(self: App) -> Index:
        return Index(Corpus(entries={"orders_get": entry}, capabilities=needs))

    monkeypatch.setattr(App, "index", index)
    names = ["orders_get", "salaries_list", "orders_list", "orders_delete"]
    async with connected(upstream, tmp_path, "auto", max_response=3_000, document=wordy(upstream.url)) as client:
        for scopes, expected in (((), ["orders_list"]), (("admin",), ["salaries_list", "orders_list"])):
            reader(monkeypatch, *scopes)
            hits = data_of(await client.call_tool("search_operations", {"query": "order"}))["results"]
            (hit,) = [hit for hit in hits if hit["name"] == "orders_get"]
            assert [source["tool"] for source in hit["needs"][0]["from"]] == expected
            told = data_of(await client.call_tool("describe_operations", {"names": ["orders_get"]}))
            assert [source["tool"] for source in told["operations"][0]["needs"][0]["from"]] == expected
        cut = data_of(await client.call_tool("describe_operations", {"names": names}))
        step = cut["_note"]["more"]["next"]
        assert data_of(await client.call_tool(step["tool"], step["arguments"]))["result"]
        reader(monkeypatch)
        assert error_of(await client.call_tool(step["tool"], step["arguments"]))["kind"] == "not_found"


# A list that abbreviates


@ERAS
async def test_a_compact_list_has_what_describes_its_tools(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """What the list leaves out can be asked for; each tool is still called by its own name."""
    compact = {"mode": "tools", "list_style": "compact"}
    async with connected(upstream, tmp_path, era, **compact) as client:
        listed = (await client.list_tools()).tools
        assert [tool.name for tool in listed][-2:] == ["describe_operations", "read_result"]
        assert "page" not in listed[0].input_schema.get("properties", {})
        names = ["orders_list", "orders_gett"]
        told = data_of(await client.call_tool("describe_operations", {"names": names}))
        (described,) = told["operations"]
        assert "page" in described["input_schema"]["properties"]
        (unknown,) = told["unknown"]
        assert unknown["did_you_mean"][0] == "orders_get"
        assert data_of(await client.call_tool("orders_get", {"id": 7}))["target"] == "/orders/7"
        error = error_of(await client.call_tool("describe_operations", {"names": []}))
        assert (error["kind"], error["field"]) == ("invalid_arguments", "names")
        with pytest.raises(MCPError, match="Unknown tool: call_operation"):
            await call(client, "orders_get", id=7)
    async with connected(upstream, tmp_path, era, mode="tools") as client:
        with pytest.raises(MCPError, match="Unknown tool: describe_operations"):
            await client.call_tool("describe_operations", {"names": ["orders_list"]})


async def test_an_operation_named_as_what_describes_is_called_as_itself(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: the document's own tool keeps its name, and ours is not listed."""
    own = shop(upstream.url)
    own["paths"]["/search"]["get"]["operationId"] = "describe_operations"
    compact = {"mode": "tools", "list_style": "compact", "document": own}
    async with connected(upstream, tmp_path, "auto", **compact) as client:
        assert [tool.name for tool in (await client.list_tools()).tools].count("describe_operations") == 1
        assert data_of(await client.call_tool("describe_operations"))["target"] == "/search"


async def test_what_describes_a_compact_list_tells_only_of_what_a_caller_may_call(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5, Per caller (b): in the list and in what is told of it."""
    reader(monkeypatch)
    async with connected(upstream, tmp_path, "auto", mode="tools", list_style="compact") as client:
        told = data_of(await client.call_tool("describe_operations", {"names": ["salaries_list", "orders_list"]}))
        assert [operation["name"] for operation in told["operations"]] == ["orders_list"]
        assert "salaries_list" not in str(told["unknown"][0]["did_you_mean"])


async def test_one_tool_describes_the_compact_lists_of_several_apis(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 6: a client gets one list."""
    spec = [f"shop={upstream.serve(shop(upstream.url))}", f"till={other_upstream.serve(shop(other_upstream.url))}"]
    config = build_config({"spec": spec, "mode": "tools", "list_style": "compact"}, {}, tmp_path)
    async with open_several(config, lambda _: None, {}) as apis, Client(create_server(apis), mode="auto") as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        assert listed[-2:] == ["describe_operations", "read_result"]
        names = ["till_orders_get", "shop_orders_get"]
        told = data_of(await client.call_tool("describe_operations", {"names": names}))
        assert [operation["name"] for operation in told["operations"]] == names


# What a person is asked


class Somebody:
    """A person who gives each question the same answer."""

    def __init__(self, answer: str = "accept", meanwhile: Any = None) -> None:
        self.answer = answer
        self.meanwhile = meanwhile
        self.asked: list[str] = []

    async def __call__(self, context: Any, params: Any) -> Any:
        self.asked.append(params.message)
        if self.meanwhile is not None:
            await self.meanwhile()
        return types.ElicitResult(action=self.answer)  # type: ignore[arg-type]


@ERAS
async def test_a_person_is_asked_about_the_operation_itself(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 5, Writes: the exact request, whatever tool it came by; reading is never asked about."""
    person = Somebody()
    async with connected(upstream, tmp_path, era, confirm="writes", person=person) as client:
        await call(client, "orders_get", id=7)
        assert person.asked == []
        assert not (await call(client, "orders_delete", id=7)).is_error
        (question,) = person.asked
        assert "The tool orders_delete was called" in question
        assert f"    | DELETE {upstream.url}/orders/7\n" in question
        person.answer = "decline"
        assert error_of(await call(client, "orders_delete", id=8))["kind"] == "refused"
    assert [f"{seen.method} {seen.target}" for seen in upstream.calls] == ["GET /orders/7", "DELETE /orders/7"]


@ERAS
async def test_a_client_that_cannot_ask_is_told_the_command_that_a_person_can_run(
    upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Issue 5, Writes: the command names the operation, as the command line knows no other tools."""
    async with connected(upstream, tmp_path, era, confirm="writes") as client:
        error = error_of(await call(client, "orders_delete", id=7))
    assert error["kind"] == "refused"
    assert """openapi-mcp call orders_delete --args '{"id":7}'""" in error["hint"]
    assert upstream.calls == []


async def test_a_confirmation_is_for_one_operation_and_one_call_of_it(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Writes, 2026-07-28: the state is good for the very same call through `call_operation`, once."""
    yes: dict[str, Any] = {"confirm": types.ElicitResult(action="accept")}
    seven = {"name": "orders_delete", "arguments": {"id": 7}}
    async with connected(upstream, tmp_path, "auto", confirm="writes", person=Somebody()) as client:
        asked = await client.session.call_tool("call_operation", seven, allow_input_required=True)
        assert isinstance(asked, types.InputRequiredResult)
        given: dict[str, Any] = {"input_responses": yes, "request_state": asked.request_state}
        others: list[tuple[str, dict[str, Any]]] = [
            ("call_operation", {"name": "orders_delete", "arguments": {"id": 8}}),
            ("call_operation", {"name": "orders_get", "arguments": {"id": 7}}),
            ("orders_delete", {"id": 7}),
            ("search_operations", {"query": "delete"}),
        ]
        for name, arguments in others:
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await client.session.call_tool(name, arguments, **given)
        assert upstream.calls == []
        done = await client.session.call_tool("call_operation", seven, **given)
        assert isinstance(done, types.CallToolResult)
        assert not done.is_error
        again = await client.session.call_tool("call_operation", seven, allow_input_required=True, **given)
        assert isinstance(again, types.InputRequiredResult)
    assert [f"{seen.method} {seen.target}" for seen in upstream.calls] == ["DELETE /orders/7"]


async def test_an_operation_that_is_gone_by_the_time_of_the_answer_is_unknown(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, Live: with the hint of this mode."""
    async with opened(upstream, tmp_path, confirm="writes") as app:

        async def remove() -> None:
            read = document({"/orders": {"get": {"operationId": "orders_list"}}})
            tools = searching(toolset({"/orders": {"get": {"operationId": "orders_list"}}}), "")
            await app.serve(tools, read, Executor(read, tools))

        async with Client(create_server(app), mode="legacy", elicitation_callback=Somebody(meanwhile=remove)) as client:
            error = error_of(await call(client, "orders_delete", id=7))
    assert (error["kind"], "search_operations" in error["hint"]) == ("unknown_tool", True)
    assert upstream.calls == []


# Over HTTP


@contextmanager
def served(*options: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a server, which ends well."""
    with serving_http(*options, folder=folder) as (child, url):
        yield url
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
        assert "Traceback" not in child.stderr


@asynccontextmanager
async def over_http(url: str, era: str, headers: dict[str, str] | None = None) -> AsyncIterator[Client]:
    """Connect a client that sends these headers with every request."""
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=20, headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        yield client


async def test_a_forwarded_header_goes_with_the_call_of_an_operation(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Per caller (a): without it no operation is called; the list and its search are for everyone."""
    spec = upstream.serve(shop(upstream.url))
    options = ("--spec", spec, "--mode", "search", "--forward", "X-Key")
    with served(*options, folder=tmp_path) as url:
        for era in ("legacy", "auto"):
            async with over_http(url, era) as client:
                assert "orders_get" in await names_found(client, "read one order")
                (told,) = data_of(await client.call_tool("describe_operations", {"names": ["orders_get"]}))[
                    "operations"
                ]
                assert told["path"] == "/orders/{id}"
                error = error_of(await call(client, "orders_get", id=7))
                assert (error["kind"], "X-Key" in error["message"]) == ("unauthenticated", True)
            async with over_http(url, era, {"X-Key": "mine"}) as client:
                assert not (await call(client, "orders_get", id=7)).is_error
    assert [seen.values("x-key") for seen in upstream.calls] == [["mine"], ["mine"]]


async def test_over_http_each_caller_finds_and_calls_what_its_token_allows(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Per caller (b)."""
    issuer = Issuer(other_upstream)
    spec = upstream.serve(shop(upstream.url))
    options = ("--spec", spec, "--mode", "search", "--auth", "oauth=the-servers-own", "--oauth-issuer", issuer.url)
    with served(*options, "--oauth-audience", "https://mcp.test/mcp", folder=tmp_path) as url:
        for scope, expected in (("other", False), ("admin", True)):
            bearer = {"Authorization": f"Bearer {issuer.token(scope=scope, sub=scope)}"}
            async with over_http(url, "auto", bearer) as client:
                assert [tool.name for tool in (await client.list_tools()).tools] == [*THREE, *LISTED_OVER_HTTP]
                assert ("salaries_list" in await names_found(client, "salaries")) is expected
                assert (await call(client, "salaries_list")).is_error is not expected
    assert [seen.path for seen in upstream.calls] == ["/salaries"]


# Beside the server


async def test_the_command_line_calls_an_operation_by_its_name_in_every_mode(
    upstream: Upstream, tmp_path: Path
) -> None:
    """design.md, Commands."""
    spec = upstream.serve(shop(upstream.url))
    arguments = ("call", "--mode", "search", "--spec", spec, "orders_get", "-a", "id=7", "--json")
    done = await anyio.to_thread.run_sync(lambda: run_command(*arguments, folder=tmp_path))
    assert (done.status, done.json["target"]) == (0, "/orders/7")


@ERAS
async def test_the_operations_of_several_apis_are_found_and_called_together(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, era: str
) -> None:
    """Issue 6, Search mode: one search over all, each call where it belongs."""
    spec = [f"shop={upstream.serve(shop(upstream.url))}", f"till={other_upstream.serve(shop(other_upstream.url))}"]
    following = f"{other_upstream.url}/orders?page=2"
    other_upstream.answers["/orders"] = Answer(json.dumps({"results": [{"id": 1}], "next": following}).encode())
    config = build_config({"spec": spec, "mode": "search"}, {}, tmp_path)
    async with (
        open_several(config, lambda _: None, {}) as apis,
        Client(create_server(apis), mode=era) as client,
    ):
        assert [tool.name for tool in (await client.list_tools()).tools] == [*THREE, "read_result"]
        assert {"shop_orders_list", "till_orders_list"} <= {*await names_found(client, "list orders")}
        names = ["till_orders_get", "shop_orders_get"]
        told = data_of(await client.call_tool("describe_operations", {"names": names}))
        assert [operation["name"] for operation in told["operations"]] == names
        first = data_of(await call(client, "till_orders_list"))
        assert first["_note"]["next"]["arguments"]["name"] == "till_orders_list"
        assert error_of(await call(client, "orders_list"))["kind"] == "unknown_tool"
    assert ([seen.target for seen in upstream.calls], [seen.target for seen in other_upstream.calls]) == (
        [],
        ["/orders"],
    )


@ERAS
async def test_an_unknown_tool_is_told_the_near_ones(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """One line, of tools that this caller may call."""
    async with connected(upstream, tmp_path, era, mode="tools") as client:
        with pytest.raises(MCPError, match=r"^Unknown tool: order_list; did you mean orders_list( or \w+)*\?$"):
            await client.call_tool("order_list")
        with pytest.raises(MCPError, match=r"^Unknown tool: a b$"):
            await client.call_tool("a\nb")
