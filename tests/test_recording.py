"""What was heard of a call becomes its record: style.md, Observers; part 7, Records."""

import json
import string
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from pytest_httpx import HTTPXMock
from support.make import ALL_METHODS, Json, document, json_body, parameter

from openapi_mcp.app import App
from openapi_mcp.as_record import record_of, weight_of
from openapi_mcp.config import build_config
from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.heard import Heard, new_id
from openapi_mcp.model.call import Blob, Call, Failure, FailureKind, Result, Text
from openapi_mcp.model.policy import Limits
from openapi_mcp.model.record import Record, iso_time
from openapi_mcp.model.secret import Credential, Redactor, Secret
from openapi_mcp.model.trace import Trace
from openapi_mcp.recorded import where_recorded
from openapi_mcp.recording import Recorder, observe, open_recorder
from openapi_mcp.server.protocol import create_server

pytestmark = pytest.mark.anyio

API = "https://api.example.com/v1"
SECRET = "t0p-s3cr3t-token"
PATHS: Json = {
    "/things/{id}": {
        "get": {"operationId": "thing", "parameters": [parameter("id", "path", required=True), parameter("q")]},
    },
    "/things": {
        "post": {
            "operationId": "thing_add",
            "requestBody": {"required": True, "content": json_body({"type": "object", "properties": {"name": {}}})},
        },
    },
}


@asynccontextmanager
async def recorded_app(*, arguments: bool = True, **options: Any) -> AsyncIterator[tuple[App, list[Record]]]:
    made = document(PATHS)
    toolset = generate(made, ALL_METHODS)
    credential = Credential.header("Authorization", Secret(SECRET), "Bearer ")
    limits = options.pop("limits", Limits(retries=0))
    executor = Executor(made, toolset, base_url=API, credentials=[credential], limits=limits)
    records: list[Record] = []

    def put(make: Callable[[], Record], _: int) -> None:
        records.append(make())

    async with App(toolset=toolset, document=made, executor=executor, **options) as app:
        observe(app, Recorder(put, arguments=arguments))
        yield app, records


async def test_a_call_that_succeeds_is_recorded_in_full(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"id": 7})
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing", {"id": "7", "q": "a b"})
    (one,) = records
    assert (one.api, one.tool, one.operation, one.operation_id) == ("Test", "thing", "GET /things/{id}", "thing")
    assert one.arguments == {"id": "7", "q": "a b"}
    assert (one.status, one.kind, one.attempts, one.cache, one.caller) == (200, "", 1, "", "")
    assert one.curl == f"curl --globoff -X GET '{API}/things/7?q=a%20b' -H 'Accept: */*' -H 'Authorization: Bearer ***'"
    assert (one.answer, one.size, one.tokens) == ('{"id":7}', 8, 2)
    assert one.duration > 0
    assert one.as_json(whole=True)["result"] == '{"id":7}'


async def test_a_failure_is_recorded_with_its_kind_and_message(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=404, json={"detail": f"no thing for {SECRET}"})
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing", {"id": "7"})
    (one,) = records
    assert (one.status, one.kind, one.is_error) == (404, "not_found", True)
    assert one.message
    assert SECRET not in json.dumps(one.as_json(whole=True))


async def test_what_never_left_is_recorded_too() -> None:
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing", {"q": "x"})
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("thin", {})
    assert [(one.tool, one.kind, one.status, one.attempts) for one in records] == [
        ("thing", "invalid_arguments", None, 0),
        ("thin", "unknown_tool", None, 0),
    ]
    assert [one.operation for one in records] == ["GET /things/{id}", ""]


async def test_a_call_that_is_cancelled_says_what_was_sent_for_it(httpx_mock: HTTPXMock) -> None:
    begun = anyio.Event()

    async def hang(_request: Any) -> Any:
        begun.set()
        await anyio.sleep_forever()

    httpx_mock.add_callback(hang)
    async with (
        recorded_app() as (app, records),
        Client(create_server(app)) as client,
        anyio.create_task_group() as group,
    ):
        group.start_soon(client.call_tool, "thing_add", {"name": "kettle"})
        await begun.wait()
        group.cancel_scope.cancel()
    (one,) = records
    assert (one.kind, one.attempts, one.status) == ("cancelled", 1, None)
    assert "-X POST" in one.curl


async def test_a_secret_among_the_arguments_is_masked_wherever_it_is_recorded(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={})
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing_add", {"name": {"key": f"x{SECRET}x", SECRET: 1}})
    (one,) = records
    assert one.arguments == {"name": {"key": "x***x", "***": "***"}}
    assert SECRET not in repr(one) + one.answer


async def test_tools_that_are_invented_have_only_so_many_names() -> None:
    """A caller without any right could fill the statistics with names."""
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        for number in range(60):
            with pytest.raises(MCPError):
                await client.call_tool(f"invented_{number % 55}", {})
    assert [one.tool for one in records[48:]] == [
        "invented_48",
        "invented_49",
        *["(unknown)"] * 5,
        *(f"invented_{n}" for n in range(5)),
    ]
    assert "Unknown tool: invented_54" in records[54].message


async def test_what_is_confidential_by_its_name_is_recorded_nowhere(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"access_token": "answered-t0ken", "echo": "hunter22", "id": 7})
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing_add", {"name": {"password": "hunter22", "user": "ana", "pin": 7}})
    (one,) = records
    assert one.arguments == {"name": {"password": "***", "user": "ana", "pin": "***"}}
    assert json.loads(one.answer) == {"access_token": "***", "echo": "***", "id": 7}
    assert '--data-raw \'{"name":{"password":"***","user":"ana","pin":"***"}}\'' in one.curl


def test_what_is_confidential_is_masked_in_repairs() -> None:
    repair = {"field": "password", "from": "hunter22 ", "to": "hunter22", "how": "spaces"}
    one = record_of(heard({"password": "hunter22"}, repairs=[repair]))
    assert one.repairs == [{"field": "password", "from": "*** ", "to": "***", "how": "spaces"}]


async def test_a_secret_as_the_name_of_a_tool_is_masked() -> None:
    async with recorded_app() as (app, records), Client(create_server(app)) as client:
        with pytest.raises(MCPError, match=r"Unknown tool: x\*\*\*"):
            await client.call_tool(f"x{SECRET}", {})
    (one,) = records
    assert one.tool == "x***"
    assert SECRET not in repr(one) + one.answer


async def test_without_arguments_nothing_that_may_repeat_them_is_recorded(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=404, json={"detail": "no thing kettle"})
    async with recorded_app(arguments=False) as (app, records), Client(create_server(app)) as client:
        await client.call_tool("thing", {"id": "kettle"})
    (one,) = records
    assert (one.arguments, one.message, one.curl, one.answer) == (None, "", "", "")
    assert (one.tool, one.status, one.kind) == ("thing", 404, "not_found")
    assert "kettle" not in repr(one)


async def test_through_call_operation_the_operation_itself_is_recorded(httpx_mock: HTTPXMock) -> None:
    from dataclasses import replace

    from openapi_mcp.generator.listing import offered
    from openapi_mcp.model.policy import Listing

    httpx_mock.add_response(json={})
    async with recorded_app() as (app, records):
        searching = offered(app.toolset, Listing(mode="search"))
        app._served = replace(app._served, toolset=searching)
        async with Client(create_server(app)) as client:
            await client.call_tool("call_operation", {"name": "thing", "arguments": {"id": "7"}})
            await client.call_tool("call_operation", {"name": "nothing"})
            await client.call_tool("search_operations", {"query": "things"})
    assert [(one.tool, one.arguments, one.kind) for one in records] == [
        ("thing", {"id": "7"}, ""),
        ("nothing", {}, "unknown_tool"),
        ("search_operations", {"query": "things"}, ""),
    ]


def heard(arguments: Json | None = None, result: Result | None = None, **trace: Any) -> Heard:
    redact = Redactor([Secret(SECRET)])
    made = result or Result(content=(Text(text="{}"),), trace=Trace(redact=redact, **trace))
    call = Call(tool="thing", arguments=arguments or {})
    return Heard(call=call, result=made, tool=None, api="Test", redact=redact, began=0.5, duration=0.25)


def test_repairs_without_values_say_what_was_done_and_where() -> None:
    repair = {"field": "name", "from": "Ana", "to": 7, "how": "looked up"}
    lookup = {"tool": "people_list", "arguments": {"search": "Ana"}}
    one = record_of(heard(repairs=[repair], lookups=[lookup]), arguments=False)
    assert (one.repairs, one.lookups) == (({"field": "name", "how": "looked up"},), ({"tool": "people_list"},))
    assert record_of(heard(repairs=[repair])).repairs == [repair]


@pytest.mark.parametrize(
    ("given_", "recorded"),
    [
        ({"text": "x" * 30_000}, {"text": f"{'x' * 2_000}... (30,000 characters)"}),
        ({"list": ["y"] * 30_000}, {"...": "120,010 characters of JSON"}),
        ({"number": float("nan")}, {"...": "arguments that JSON has no form for"}),
    ],
)
def test_arguments_beyond_measure_are_shortened(given_: Json, recorded: Json) -> None:
    assert record_of(heard(given_)).arguments == recorded


def test_of_bytes_the_type_and_the_size_are_recorded() -> None:
    result = Result(content=(Blob(data=b"12345", mime_type="image/png", uri="x"),))
    one = record_of(heard(result=result))
    assert (one.answer, one.size, one.tokens) == ("[image/png, 5 bytes]", 5, 1)


def test_a_long_answer_is_shortened() -> None:
    result = Result(content=(Text(text="z" * 10_000),))
    assert record_of(heard(result=result)).answer == f"{'z' * 4_000}... (10,000 characters)"


def test_a_failure_without_a_trace_is_recorded() -> None:
    failed = Failure(kind=FailureKind.REFUSED, message="declined; nothing was sent").as_result()
    one = record_of(heard(result=failed))
    assert (one.kind, one.message, one.attempts) == ("refused", "declined; nothing was sent", 0)


def test_ids_are_twelve_signs_and_never_twice() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {12}
    assert set("".join(ids)) <= set(string.ascii_lowercase + string.digits) - set("ilou")


def test_a_time_is_told_in_utc() -> None:
    assert iso_time(0.5) == "1970-01-01T00:00:00.500Z"


def test_where_calls_are_recorded(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "STORE": "postgresql://u:p@db/x"}

    def where(**flags: Any) -> str | Path:
        return where_recorded(build_config(flags, {}, tmp_path), environ)

    assert where() == tmp_path / "openapi-mcp" / "records.db"
    assert where(records="calls.db") == Path("calls.db")
    assert where(records="env:STORE") == "postgresql://u:p@db/x"
    with pytest.raises(CredentialsError, match="NOWHERE"):
        where(records="env:NOWHERE")
    for text in ("postgresql:/me:hush@db/x", "postgres:me:hush@db", "host=db user=me password=hush"):
        with pytest.raises(ConfigError, match="no URL of a database") as raised:  # and no file of such a name is made
            where(records=text)
        assert "hush" not in f"{raised.value.message} {raised.value.where} {raised.value.hint}"


async def test_where_none_are_wanted_there_is_no_recorder(tmp_path: Path) -> None:
    config = build_config({"no_records": True}, {}, tmp_path)
    async with open_recorder(config, lambda _: None, {}) as recorder, recorded_app() as (app, _):
        before = list(app.on_call)
        observe(app, recorder)
        assert app.on_call == before
    assert recorder is None


def test_what_a_call_holds_until_it_is_recorded_is_known() -> None:
    """SECURITY.md, availability: what waits for a store is bounded in bytes, so each call's are counted."""
    answer = (Text(text="x" * 7_000), Blob(data=b"y" * 8_000, mime_type="", uri=""))
    assert weight_of(heard()) < 1_000
    assert weight_of(heard({"a": [{"b" * 5_000: "c" * 6_000}]})) >= 11_000
    assert weight_of(heard(result=Result(content=answer))) >= 15_000
    assert weight_of(heard({"a": [0] * 100_000})) > 1_000_000
