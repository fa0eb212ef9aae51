"""Failed calls through the executor: repaired before they are sent and after a refusal, within the caller's rights."""

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import anyio
import pytest
from pytest_httpx import HTTPXMock
from support.make import ALL_METHODS, Json, document, json_body, parameter

from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.recovery import Attempts
from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.call import Call, Caller, Failure, FailureKind, Result
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.policy import Limits, Rate, Recovering, Selection, ToolEdit, ToolLimits
from openapi_mcp.model.secret import Credential, Place, Secret
from openapi_mcp.recovery.steps import Learn, Lookup
from openapi_mcp.recovery.strategy import Case, Remedy, Strategy, at_once

pytestmark = pytest.mark.anyio

API = "https://api.example.com/v1"
SECRET = "t0p/s3cr3t+Key=="
BEARER = Credential(place=Place.HEADER, name="Authorization", value=Secret(SECRET), prefix="Bearer ")
SCOPED: Json = {"security": [{"oauth": ["orders:read"]}]}
PATHS: Json = {
    "/orders": {
        "get": {"operationId": "orders_list", "parameters": [parameter("q")], **SCOPED},
        "post": {
            "operationId": "orders_add",
            "requestBody": {
                "required": True,
                "content": json_body(
                    {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}, "note": {}}}
                ),
            },
        },
        "delete": {"operationId": "orders_clear"},
    },
    "/orders/{id}": {
        "get": {
            "operationId": "orders_read",
            "parameters": [parameter("id", "path", required=True, schema={"type": "integer"}), parameter("kind")],
        }
    },
}
OAUTH: Json = {
    "securitySchemes": {
        "oauth": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "https://id.example.com/t"}},
        }
    }
}


def executor(*strategies: Strategy, select: Selection = ALL_METHODS, **options: Any) -> Executor:
    made = document(PATHS, components=OAUTH)
    if strategies:
        options["strategies"] = lambda: strategies
    return Executor(made, generate(made, select), base_url=API, credentials=[BEARER], **options)


async def called(running: Executor, tool: str, arguments: Json, **more: Any) -> Result:
    async with running:
        return await running.call(Call(tool=tool, arguments=arguments, **more))


def failure(result: Result) -> Failure:
    assert result.failure is not None
    return result.failure


def named(name: str, repair: Any, **more: Any) -> Strategy:
    return Strategy(name=name, rank=1, about="", repair=repair, **more)


async def test_an_argument_that_does_not_fit_is_repaired_before_anything_is_sent(httpx_mock: HTTPXMock) -> None:
    """Issue 7: first attempts succeed that would have failed, and what was repaired stands in the result."""
    httpx_mock.add_response(url=f"{API}/orders/7", json={"id": 7})
    result = await called(executor(), "orders_read", {"id": "7"})
    assert result.structured is not None
    (repair,) = result.structured["_note"]["repairs"]
    assert {**repair, "how": ""} == {"field": "id", "from": "7", "to": 7, "how": ""}
    assert result.structured["id"] == 7
    assert len(httpx_mock.get_requests()) == 1


async def test_recovery_can_be_switched_off(httpx_mock: HTTPXMock) -> None:
    """Issue 7, Tell: --recovery off."""
    result = await called(executor(recovering=Recovering(level="off")), "orders_read", {"id": "7"})
    assert failure(result).message == 'argument "id" is "7", but must be integer'
    assert failure(result).field == "id"
    assert httpx_mock.get_requests() == []


async def test_a_refused_write_is_repaired_and_sent_once_more(httpx_mock: HTTPXMock) -> None:
    """Issue 7, Recover, after a refusal: the answer names the field, and says that nothing was done."""
    httpx_mock.add_response(method="POST", status_code=422, json={"note": ["Too loud."]})
    httpx_mock.add_response(method="POST", status_code=201, json={"id": 7})
    quiet = named("quiet", at_once(lambda case: case.rewritten("hi", "quietly", ("note",))))
    result = await called(executor(quiet), "orders_add", {"size": 5, "note": "HI"})
    assert result.structured is not None
    assert result.structured["_note"]["repairs"][0]["to"] == "hi"
    assert [json.loads(each.content) for each in httpx_mock.get_requests()] == [
        {"size": 5, "note": "HI"},
        {"size": 5, "note": "hi"},
    ]


async def test_a_write_that_was_redirected_is_not_repaired_by_what_the_other_request_is_told(
    httpx_mock: HTTPXMock,
) -> None:
    """Issue 7, Recover: a 303 says that the POST was dealt with, whatever the GET is told."""
    httpx_mock.add_response(method="POST", status_code=303, headers={"Location": f"{API}/orders/new"})
    httpx_mock.add_response(method="GET", status_code=400, json={"note": ["Too loud."]})
    quiet = named("quiet", at_once(lambda case: case.rewritten("hi", "quietly", ("note",))))
    result = await called(executor(quiet), "orders_add", {"size": 5, "note": "HI"})
    assert [each.method for each in httpx_mock.get_requests()] == ["POST", "GET"]
    assert failure(result).hint.startswith("the API redirected the call, which may have been carried out")


async def test_what_a_person_was_shown_is_what_is_sent(httpx_mock: HTTPXMock) -> None:
    """Issue 5, Writes: repaired before it is shown; after a refusal nothing else is sent for it."""
    httpx_mock.add_response(method="POST", status_code=422, json={"note": ["Too loud."]})
    quiet = named("quiet", at_once(lambda case: case.rewritten("hi", "quietly", ("note",))), before=False)
    number = named("number", at_once(lambda case: case.rewritten(int(case.value), "a number")), after=False)
    running = executor(number, quiet)
    call = Call(tool="orders_add", arguments={"size": "5", "note": "HI"})
    shown = running.preview(call)
    assert running.foresee(call) == shown
    assert [each.as_json()["to"] for each in running.foreseen_repairs(call)] == [5]
    result = await called(running, call.tool, dict(call.arguments), is_shown=True)
    (sent,) = httpx_mock.get_requests()
    assert sent.content == shown.body
    assert failure(result).status == 422


def looking(tool: str, seen: list[Any], **arguments: Any) -> Strategy:
    def flow(case: Case) -> Remedy:
        seen.append((yield Lookup(call=Call(tool=tool, arguments=arguments))))
        return None

    return named("looking", flow, asks=True)


async def test_a_lookup_reads_and_its_answer_comes_back(httpx_mock: HTTPXMock) -> None:
    """Issue 7, Recover: each lookup is a read, within the caller's rights, and recorded."""
    httpx_mock.add_response(url=f"{API}/orders?q=Bob", json={"results": [{"id": 7}], "next": None})
    seen: list[Any] = []
    result = await called(executor(looking("orders_list", seen, q="Bob")), "orders_read", {"id": "Bob"})
    assert seen[0].value == {"results": [{"id": 7}], "next": None}
    assert seen[0].is_whole
    told = failure(result).as_json()["error"]["lookups"]
    assert told == [{"tool": "orders_list", "arguments": {"q": "Bob"}, "items": 1}]
    assert result.trace is not None
    assert (result.trace.attempts, result.trace.status, result.trace.request) == (0, None, None)  # of the call itself


async def test_a_lookup_that_is_made_of_the_call_itself_is_none_of_its_requests(httpx_mock: HTTPXMock) -> None:
    """Issue 6, pluggable: who watches a call, and a workflow that waits for a redirect, are not told of its lookups."""
    httpx_mock.add_response(url=f"{API}/orders?q=Bob", status_code=307, headers={"Location": f"{API}/orders?q=Bo"})
    httpx_mock.add_response(url=f"{API}/orders?q=Bo", json={"results": []})
    found: list[Any] = []
    told: list[Any] = []

    def flow(case: Case) -> Remedy:
        found.append((yield Lookup(call=replace(case.call, tool="orders_list", arguments={"q": "Bob"}))))
        return None

    def answered(*came: Any) -> None:
        told.append(came)

    running = executor(named("own", flow, asks=True))
    await called(running, "orders_read", {"id": "Bob"}, sending=told.append, answered=answered, stays=True)
    assert ([each.value for each in found], told) == ([{"results": []}], [])


@pytest.mark.parametrize("tool", ["orders_clear", "orders_add", "no_such_tool"])
async def test_nothing_that_may_write_is_looked_up(tool: str, httpx_mock: HTTPXMock) -> None:
    """Issue 7, Recover: read-only only."""
    seen: list[Any] = []
    await called(executor(looking(tool, seen, size=5)), "orders_read", {"id": "Bob"})
    assert seen == [None]
    assert httpx_mock.get_requests() == []


async def test_what_the_caller_may_not_call_is_not_looked_up(httpx_mock: HTTPXMock) -> None:
    """Issue 7, Recover: within the caller's rights."""
    seen: list[Any] = []
    caller = Caller(id="ana", scopes=frozenset({"orders:write"}))
    await called(executor(looking("orders_list", seen)), "orders_read", {"id": "Bob"}, caller=caller)
    assert seen == [None]
    assert httpx_mock.get_requests() == []


async def test_a_tool_that_is_not_served_is_not_looked_up(httpx_mock: HTTPXMock) -> None:
    """The operator has left it out."""
    seen: list[Any] = []
    select = Selection(methods=frozenset({"GET"}), exclude=("op:orders_list",))
    await called(executor(looking("orders_list", seen), select=select), "orders_read", {"id": "Bob"})
    assert seen == [None]


async def test_what_a_person_is_to_be_asked_about_is_not_looked_up(httpx_mock: HTTPXMock) -> None:
    """Issue 8, Switches: `confirm = true` of a tool that reads; nobody was asked about a lookup."""
    seen: list[Any] = []
    select = Selection(methods=ALL_METHODS.methods, edits={"orders_list": ToolEdit(limits=ToolLimits(confirm=True))})
    await called(executor(looking("orders_list", seen), select=select), "orders_read", {"id": "Bob"})
    assert seen == [None]
    assert httpx_mock.get_requests() == []


async def test_a_lookup_goes_by_the_rate_of_its_own_tool(httpx_mock: HTTPXMock) -> None:
    """Issue 8, Switches: a repair is no way around it; its failure costs the call nothing."""
    httpx_mock.add_response(url=f"{API}/orders?q=Bob", json=[])
    hourly = ToolLimits(rate_limit=(Rate(amount=1, seconds=3600),))
    select = Selection(methods=ALL_METHODS.methods, edits={"orders_list": ToolEdit(limits=hourly)})
    seen: list[Any] = []
    running = executor(looking("orders_list", seen, q="Bob"), select=select)
    async with running:
        for _ in range(2):
            await running.call(Call(tool="orders_read", arguments={"id": "Bob"}))
    assert seen[0].value == []
    assert seen[1:] == [None]


async def test_a_lookup_that_fails_is_answered_with_nothing(httpx_mock: HTTPXMock) -> None:
    """The call fails as what it is, not as its lookup."""
    httpx_mock.add_response(status_code=403)
    seen: list[Any] = []
    result = await called(executor(looking("orders_list", seen)), "orders_read", {"id": "Bob"})
    assert seen == [None]
    assert failure(result).kind == "invalid_arguments"
    told = failure(result).as_json()["error"]["lookups"]
    assert told == [{"tool": "orders_list", "arguments": {}, "failed": True}]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_lookup_that_is_denied_is_named_as_the_cause(httpx_mock: HTTPXMock, status: int) -> None:
    """style.md, Errors: what happened; who corrects the arguments alone meets the same refusal."""
    httpx_mock.add_response(status_code=status, json={"detail": "Invalid token."})
    result = await called(executor(looking("orders_list", [])), "orders_read", {"id": "Bob"})
    found = failure(result)
    assert found.kind == "invalid_arguments"
    assert f"orders_list could not look it up: the API answered {status}: Invalid token." in found.message
    assert "credential" in found.hint


async def test_a_lookup_is_sent_once(httpx_mock: HTTPXMock) -> None:
    """What is wrong with the call is known already: that is not to wait for an API that fails."""
    httpx_mock.add_response(status_code=503)
    running = executor(looking("orders_list", []), limits=Limits(retries=3))
    assert failure(await called(running, "orders_read", {"id": "Bob"})).kind == "invalid_arguments"
    assert len(httpx_mock.get_requests()) == 1
    assert not running._trying._breakers


async def test_all_lookups_of_a_call_have_a_third_of_its_time() -> None:
    """However slow they are, there is time for the call itself, and to tell what is wrong."""
    seen: list[dict[str, Any]] = []

    async def page(call: Call, **how: Any) -> Failure:
        seen.append({**how, "tool": call.tool})
        return Failure(kind=FailureKind.TIMEOUT, message="late")

    begin = anyio.current_time()
    attempts = Attempts(page=page, deadline=begin + 300.0)
    call = Call(tool="orders_list", arguments={})
    async with executor() as running:
        for _ in range(2):
            assert await running._recovery._look_up(attempts, call) is None
    assert [how["is_lookup"] for how in seen] == [True, True]
    (deadline,) = {how["deadline"] for how in seen}
    assert begin + 100 <= deadline < begin + 200


@pytest.mark.parametrize(("own", "most"), [(5.0, 10.0), (250.0, 200.0)])
async def test_a_tools_own_timeout_ends_its_lookups_too(own: float, most: float) -> None:
    """Issue 8, Switches: whoever asks; it gives a lookup no more time than all have."""
    seen: list[tuple[str, float]] = []

    async def page(call: Call, **how: Any) -> Failure:
        seen.append((call.tool, how["deadline"]))
        return Failure(kind=FailureKind.TIMEOUT, message="late")

    begin = anyio.current_time()
    edits = {"orders_list": ToolEdit(limits=ToolLimits(timeout=own))}
    async with executor(select=Selection(methods=ALL_METHODS.methods, edits=edits)) as running:
        attempts = Attempts(page=page, deadline=begin + 300.0)
        await running._recovery._look_up(attempts, Call(tool="orders_list", arguments={}))
    ((_, deadline),) = seen
    assert begin + min(own, 100) <= deadline < begin + most


@pytest.mark.parametrize("secret", [SECRET])
async def test_no_secret_stands_in_what_is_told_of_a_repair(secret: str, httpx_mock: HTTPXMock) -> None:
    """security.md 10: whoever calls may have heard it."""
    httpx_mock.add_response(json={"id": 7})
    rewrite = named("rewrite", at_once(lambda case: case.rewritten(7, f"was {case.value}", ("id",))))
    result = await called(executor(rewrite), "orders_read", {"id": secret})
    assert result.structured is not None
    assert secret not in json.dumps(result.structured)
    assert result.structured["_note"]["repairs"] == [{"field": "id", "from": "***", "to": 7, "how": "was ***"}]


async def test_what_tools_need_is_asked_for_once_it_matters(httpx_mock: HTTPXMock) -> None:
    """Issue 7: through the needs/yields index, where a call has failed."""
    made = document(PATHS, components=OAUTH)
    tools = generate(made, ALL_METHODS)
    asked: list[str] = []

    async def learn() -> Capabilities:
        asked.append("asked")
        return find_capabilities(tools.tools, made.schemas)

    known: list[Any] = []

    def flow(case: Case) -> Remedy:
        known.append((yield Learn())("orders_read"))
        return None

    httpx_mock.add_response(json=[])
    async with Executor(
        made, tools, base_url=API, credentials=[BEARER], strategies=lambda: [named("learning", flow, asks=True)]
    ) as running:
        await running.call(Call(tool="orders_list"), learn)
        assert asked == []
        await running.call(Call(tool="orders_read", arguments={"id": "Bob"}), learn)
    assert asked != []
    assert known[0].needs[0].argument == "id"


async def test_a_call_past_its_deadline_waits_for_nothing_more(httpx_mock: HTTPXMock) -> None:
    """Issue 7, Recover: inside its deadline."""
    known: list[Any] = []

    def flow(case: Case) -> Generator[Any, Any, None]:
        known.append((yield Learn())("orders_read"))

    async def learn() -> Capabilities:
        await anyio.sleep_forever()
        raise AssertionError

    running = executor(named("learning", flow, asks=True), limits=Limits(timeout=0.001))
    async with running:
        await running.call(Call(tool="orders_read", arguments={"id": "Bob"}), learn)
    assert known[0].needs == ()


async def test_arguments_without_end_are_refused_as_before(httpx_mock: HTTPXMock) -> None:
    """security.md 17: whatever comes."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    result = await called(executor(), "orders_read", {"id": deep})
    assert failure(result).kind == "invalid_arguments"


async def test_a_shown_request_is_the_same_each_time_though_its_key_is_new(httpx_mock: HTTPXMock) -> None:
    """Issue 5, Writes: an answer counts for the request that was shown; issue 7, Retry: a key where one is declared."""
    paths: Json = {"/a": {"post": {"operationId": "add", "parameters": [parameter("Idempotency-Key", "header")]}}}
    made = document(paths)
    running = Executor(made, generate(made, ALL_METHODS), base_url=API)
    call = Call(tool="add")
    assert running.foresee(call) == running.foresee(call)
    httpx_mock.add_response(method="POST", is_reusable=True)
    async with running:
        await running.call(call)
        await running.call(call)
    keys = [each.headers["Idempotency-Key"] for each in httpx_mock.get_requests()]
    assert len(set(keys)) == 2


async def test_pages_after_one_that_was_sent_as_it_is_are_sent_so_too(httpx_mock: HTTPXMock) -> None:
    """Our choice: a text that has not its declared format is the API's to judge, on every page."""
    asked = [
        parameter("since", schema={"type": "string", "format": "date"}),
        parameter("page", schema={"type": "integer"}),
    ]
    made = document({"/a": {"get": {"operationId": "all", "parameters": asked}}})
    httpx_mock.add_response(json={"items": [{"a": 1}], "next": f"{API}/a?since=lately&page=2"})
    httpx_mock.add_response(json={"items": [{"a": 2}], "next": None})
    async with Executor(made, generate(made, ALL_METHODS), base_url=API, limits=Limits(follow_pages=3)) as running:
        result = await running.call(Call(tool="all", arguments={"since": "lately"}))
    assert result.structured is not None
    assert [item["a"] for item in result.structured["items"]] == [1, 2]
    assert result.structured["_note"]["pages"] == 2


async def nothing_learned() -> Capabilities:
    return {}


async def test_what_a_call_would_look_up_is_known_without_asking(httpx_mock: HTTPXMock) -> None:
    """Issue 7: a dry run says it, secrets masked; nothing is sent."""
    seen: list[Any] = []
    running = executor(looking("orders_list", seen, q=f"a {SECRET}"))
    (found,) = await running.foreseen_lookups(Call(tool="orders_read", arguments={"id": "x"}), nothing_learned)
    assert found.as_json() == {"tool": "orders_list", "arguments": {"q": "a ***"}, "items": 0}
    assert await running.foreseen_lookups(Call(tool="orders_read", arguments={"id": 5}), nothing_learned) == ()
    assert seen == [None]
    assert httpx_mock.get_requests() == []


@pytest.mark.parametrize(
    ("tool", "scopes"), [("orders_list", frozenset[str]()), ("orders_clear", None), ("none", None)]
)
async def test_no_lookup_is_promised_that_may_not_be_made(tool: str, scopes: frozenset[str] | None) -> None:
    """Issue 7: each lookup is a read, within the caller's rights."""
    call = Call(tool="orders_read", arguments={"id": "x"}, caller=Caller(scopes=scopes))
    assert await executor(looking(tool, [])).foreseen_lookups(call, nothing_learned) == ()


async def test_nesting_without_end_promises_nothing() -> None:
    """security.md 17: whatever comes."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert await executor().foreseen_lookups(Call(tool="orders_read", arguments={"id": deep}), nothing_learned) == ()
