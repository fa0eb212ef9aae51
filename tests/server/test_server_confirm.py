"""A person is asked before a write, in both eras: what is shown, what counts as a yes, and what is sent after it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client, MCPError, StdioServerParameters
from support.child import clean_environment, command_line, serving_http
from support.linked import links
from support.redis import RedisServer
from support.upstream import Upstream

from openapi_mcp.app import App
from openapi_mcp.config import Config, build_config
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server import confirm, questions
from openapi_mcp.server.protocol import create_server

pytestmark = pytest.mark.anyio

ORDER = {"type": "object", "properties": {"item": {"type": "string"}}, "additionalProperties": False}
CREATED = {"201": {"description": "Made."}}
ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])


def shop(server: str) -> dict[str, Any]:
    """Return a description with a read, a write that creates, and writes that destroy."""
    body = {"requestBody": {"content": {"application/json": {"schema": ORDER}}}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": server}],
        "paths": {
            "/orders": {
                "get": {"operationId": "list", "responses": {}},
                "post": {"operationId": "create", "responses": CREATED, **body},
            },
            "/orders/{id}": {"parameters": [number], "delete": {"operationId": "delete", "responses": {}}},
            "/hang": {"post": {"operationId": "hang", "responses": {}}},
        },
    }


@dataclass(slots=True)
class Somebody:
    """A person who gives each question the same answer, and remembers what was asked."""

    answer: str = "accept"
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Any] | None = None

    async def __call__(self, context: Any, params: Any) -> Any:
        self.asked.append(params.message)
        if self.meanwhile is not None:
            await self.meanwhile()
        return types.ElicitResult(action=self.answer)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Served:
    app: App
    config: Config
    upstream: Upstream

    @property
    def writes(self) -> list[str]:
        """The calls that reached the API."""
        return [f"{seen.method} {seen.target}" for seen in self.upstream.calls]


@asynccontextmanager
async def served(upstream: Upstream, tmp_path: Path, which: str = "writes", **options: Any) -> AsyncIterator[Served]:
    spec = upstream.serve(shop(upstream.url))
    config = build_config({"spec": spec, "methods": "all", "confirm": which, **options}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app:
        yield Served(app, config, upstream)


@asynccontextmanager
async def asking(
    upstream: Upstream, tmp_path: Path, mode: str, person: Somebody | None, which: str = "writes", **options: Any
) -> AsyncIterator[tuple[Client, Served]]:
    """Connect a client, with a person behind it or none, to a server that asks."""
    async with (
        served(upstream, tmp_path, which, **options) as found,
        Client(create_server(found.app), mode=mode, elicitation_callback=person) as client,
    ):
        yield client, found


def error_of(result: types.CallToolResult) -> dict[str, Any]:
    assert result.is_error
    error: dict[str, Any] = result.structured_content["error"]
    return error


@ERAS
async def test_a_write_is_sent_once_after_the_person_accepted_it(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 5, Writes: both eras, with the exact request shown; nothing is sent before."""

    async def look() -> None:
        assert upstream.calls == []

    person = Somebody(meanwhile=look)
    async with asking(upstream, tmp_path, mode, person, bearer="s3cr3t-t0k3n") as (client, found):
        result = await client.call_tool("create", {"item": "tea"})
    assert not result.is_error
    assert found.writes == ["POST /orders"]
    (question,) = person.asked
    assert f"    | POST {upstream.url}/orders\n" in question
    assert "    | Authorization: Bearer ***\n" in question
    assert '    | {"item":"tea"}\n' in question
    assert "s3cr3t-t0k3n" not in question


@ERAS
@pytest.mark.parametrize(
    ("which", "expected"),
    [("none", []), ("destructive", ["DELETE"]), ("writes", ["POST", "DELETE"])],
)
async def test_who_is_asked_about_what_goes_by_the_annotations(
    upstream: Upstream, tmp_path: Path, mode: str, which: str, expected: list[str]
) -> None:
    """Issue 5, Writes: --confirm. Reading, and reading on, is never asked about."""
    person = Somebody()
    async with asking(upstream, tmp_path, mode, person, which) as (client, found):
        for name, arguments in (("list", {}), ("create", {"item": "tea"}), ("delete", {"id": 7}), ("read_result", {})):
            await client.call_tool(name, arguments)
        assert len(found.writes) == 3
    assert [question.split("    | ")[1].split()[0] for question in person.asked] == expected


@ERAS
@pytest.mark.parametrize(
    ("answer", "kind", "said"), [("decline", "refused", "declined"), ("cancel", "cancelled", "without an answer")]
)
async def test_what_the_person_does_not_accept_is_not_sent(
    upstream: Upstream, tmp_path: Path, mode: str, answer: str, kind: str, said: str
) -> None:
    """Issue 5, Writes; design.md, A result: kinds of failure."""
    async with asking(upstream, tmp_path, mode, Somebody(answer)) as (client, found):
        error = error_of(await client.call_tool("delete", {"id": 7}))
    assert (error["kind"], found.writes) == (kind, [])
    assert said in error["message"]


@ERAS
async def test_a_client_that_cannot_ask_is_told_how_the_call_can_be_allowed(
    upstream: Upstream, tmp_path: Path, mode: str
) -> None:
    """Issue 5, Writes: a refusal that says how to allow it."""
    async with asking(upstream, tmp_path, mode, None) as (client, found):
        error = error_of(await client.call_tool("create", {"item": "it's"}))
        long = error_of(await client.call_tool("create", {"item": "x" * 2_000}))
    assert (error["kind"], found.writes) == ("refused", [])
    assert "cannot ask" in error["message"]
    assert "without it" in error["hint"]
    assert """openapi-mcp call create --args '{"item":"it'"'"'s"}'""" in error["hint"]
    assert len(long["hint"]) < 300


async def test_a_client_that_answers_with_an_error_of_its_own_cannot_ask(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: a question that nobody saw is not answered."""

    async def broken(context: Any, params: Any) -> types.ErrorData:
        return types.ErrorData(code=-32603, message="no dialog here")

    async with (
        served(upstream, tmp_path) as found,
        Client(create_server(found.app), mode="legacy", elicitation_callback=broken) as client,
    ):
        error = error_of(await client.call_tool("delete", {"id": 7}))
    assert (error["kind"], found.writes) == ("refused", [])


@ERAS
async def test_nobody_is_bothered_with_a_call_that_cannot_be_sent(
    upstream: Upstream, tmp_path: Path, mode: str
) -> None:
    """security.md 15: invalid arguments fail as always, and an unknown tool too."""
    person = Somebody()
    async with asking(upstream, tmp_path, mode, person) as (client, found):
        error = error_of(await client.call_tool("delete", {"id": "seven"}))
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("drop_all", {})
    assert (error["kind"], error["field"]) == ("invalid_arguments", "id")
    assert person.asked == []
    assert [each for each in found.writes if not each.startswith("GET ")] == []  # what may be meant is looked up


async def test_nobody_is_bothered_with_a_call_that_lacks_its_credential(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Credentials by the document: told before sending."""
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    guarded = {**shop(upstream.url), "components": schemes, "security": [{"key": []}]}
    config = build_config({"spec": upstream.serve(guarded), "methods": "all", "confirm": "writes"}, {}, tmp_path)
    person = Somebody()
    async with (
        open_app(config, lambda _: None, {}) as app,
        Client(create_server(app), elicitation_callback=person) as client,
    ):
        error = error_of(await client.call_tool("delete", {"id": 7}))
    assert (error["kind"], person.asked, upstream.calls) == ("unauthenticated", [], [])


@ERAS
async def test_a_model_cannot_confirm_to_itself(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 5, Writes: neither an argument nor `_meta` says yes."""
    person = Somebody("decline")
    yes: dict[str, Any] = {"confirm": True, "_confirm": "accept", "confirmed": True}
    async with asking(upstream, tmp_path, mode, person) as (client, found):
        with_meta = await client.call_tool("delete", {"id": 7}, meta={"confirm": "accept", **yes})  # type: ignore[arg-type]
        with_arguments = await client.call_tool("delete", {"id": 7, **yes})
    assert with_meta.is_error
    assert with_arguments.is_error
    assert (len(person.asked), found.writes) == (1, [])


@ERAS
async def test_another_document_in_between_is_asked_about_anew(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 5, Writes: what was confirmed is what is sent."""

    async def move() -> None:
        if len(person.asked) == 1:
            upstream.serve(shop(f"{upstream.url}/v2"))
            await check_again(found.app, lambda _: None, {})

    person = Somebody(meanwhile=move)
    async with asking(upstream, tmp_path, mode, person) as (client, found):
        result = await client.call_tool("delete", {"id": 7})
    assert not result.is_error
    assert [f"{upstream.url}/v2" in question for question in person.asked] == [False, True]
    assert found.writes == ["DELETE /v2/orders/7"]


async def test_a_document_in_between_that_cannot_send_the_call_ends_it(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Writes: the tool is gone by the time of the answer."""

    async def remove() -> None:
        changed = shop(upstream.url)
        del changed["paths"]["/orders/{id}"]
        upstream.serve(changed)
        await check_again(found.app, lambda _: None, {})

    person = Somebody(meanwhile=remove)
    async with asking(upstream, tmp_path, "legacy", person) as (client, found):
        error = error_of(await client.call_tool("delete", {"id": 7}))
    assert (error["kind"], found.writes) == ("unknown_tool", [])


async def test_whoever_does_not_answer_in_time_has_not_confirmed(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: ten minutes; the deadline of the call itself begins only after the answer."""
    async with asking(upstream, tmp_path, "legacy", Somebody()) as (client, found):
        monkeypatch.setattr(confirm, "PATIENCE", 0)
        error = error_of(await client.call_tool("delete", {"id": 7}))
    assert (error["kind"], found.writes) == ("cancelled", [])
    assert "in time" in error["message"]


@ERAS
async def test_a_call_that_is_cancelled_while_the_person_is_asked_sends_nothing(
    upstream: Upstream, tmp_path: Path, mode: str
) -> None:
    """security.md 25 R-CANCEL."""
    asked = anyio.Event()

    async def wait() -> None:
        asked.set()
        await anyio.sleep_forever()

    async with asking(upstream, tmp_path, mode, Somebody(meanwhile=wait)) as (client, found):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "delete", {"id": 7})
            await asked.wait()
            group.cancel_scope.cancel()
        assert not (await client.call_tool("list", {})).is_error
    assert found.writes == ["GET /orders"]


async def test_a_confirmed_call_can_be_cancelled(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 25 R-CANCEL: closing the upstream request."""
    async with asking(upstream, tmp_path, "legacy", Somebody()) as (client, _), anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "hang", {})
        await anyio.to_thread.run_sync(upstream.wait_for_call)
        group.cancel_scope.cancel()
    assert upstream.wait_for_hang_up() == "/hang"


YES: dict[str, Any] = {"confirm": types.ElicitResult(action="accept")}


async def asked(client: Client, name: str, arguments: dict[str, Any], **more: Any) -> types.InputRequiredResult:
    """Call a tool and return the question that the call is answered with."""
    result = await client.session.call_tool(name, arguments, allow_input_required=True, **more)
    assert isinstance(result, types.InputRequiredResult)
    assert result.input_requests is not None
    assert list(result.input_requests) == ["confirm"]
    return result


async def test_a_confirmation_counts_once(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Writes: a replayed state is asked about anew, and nothing is sent a second time."""
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        state = (await asked(client, "delete", {"id": 7})).request_state
        first = await client.session.call_tool("delete", {"id": 7}, input_responses=YES, request_state=state)
        assert not first.is_error
        again = await asked(client, "delete", {"id": 7}, input_responses=YES, request_state=state)
    assert again.request_state != state
    assert found.writes == ["DELETE /orders/7"]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"input_responses": {"other": types.ElicitResult(action="accept")}},
        {"input_responses": {"confirm": types.ListRootsResult(roots=[])}},
    ],
)
async def test_a_state_without_an_answer_confirms_nothing(
    upstream: Upstream, tmp_path: Path, answers: dict[str, Any]
) -> None:
    """Issue 5, Writes: asked anew."""
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        state = (await asked(client, "delete", {"id": 7})).request_state
        await asked(client, "delete", {"id": 7}, request_state=state, **answers)
    assert found.writes == []


async def test_an_answer_without_a_state_confirms_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 5, Writes: a model, or a client, that answers a question nobody was asked."""
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        await asked(client, "delete", {"id": 7}, input_responses=YES)
        await asked(client, "delete", {"id": 7}, input_responses=YES)
    assert found.writes == []


async def test_a_state_confirms_neither_another_call_nor_one_of_another_server(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Writes: forged, changed arguments, another tool, another process's key; mcp-facts.md section 2."""
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        state = (await asked(client, "delete", {"id": 7})).request_state
        assert state is not None
        async with Client(create_server(found.app), elicitation_callback=Somebody()) as elsewhere:
            foreign = (await asked(elsewhere, "delete", {"id": 7})).request_state
        wrong: list[tuple[str, dict[str, Any], Any]] = [
            ("delete", {"id": 8}, state),
            ("create", {"item": "tea"}, state),
            ("delete", {"id": 7}, f"{state[:-4]}AAAA"),
            ("delete", {"id": 7}, "accept"),
            ("delete", {"id": 7}, foreign),
        ]
        for name, arguments, given in wrong:
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await client.session.call_tool(name, arguments, input_responses=YES, request_state=given)
    assert found.writes == []


async def test_a_confirmation_expires(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 5, Writes: ten minutes."""
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        state = (await asked(client, "delete", {"id": 7})).request_state
        now = time.time()
        monkeypatch.setattr("mcp.server.request_state.time.time", lambda: now + 601)
        with pytest.raises(MCPError, match="Invalid or expired requestState"):
            await client.session.call_tool("delete", {"id": 7}, input_responses=YES, request_state=state)
    assert found.writes == []


async def test_of_too_many_open_questions_the_oldest_is_asked_anew(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: what is kept has a bound, and what is not known confirms nothing."""
    monkeypatch.setattr(questions, "_MOST_OPEN", 1)
    async with asking(upstream, tmp_path, "auto", Somebody()) as (client, found):
        oldest = (await asked(client, "delete", {"id": 7})).request_state
        newest = (await asked(client, "delete", {"id": 7})).request_state
        result = await client.session.call_tool("delete", {"id": 7}, input_responses=YES, request_state=newest)
        assert not result.is_error
        await asked(client, "delete", {"id": 7}, input_responses=YES, request_state=oldest)
    assert len(found.writes) == 1


@ERAS
async def test_over_stdio_a_person_is_asked(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 5, Writes: the real process; the second time from the catalogue that the first one kept."""
    line = command_line(*options(upstream))
    server = StdioServerParameters(command=line[0], args=line[1:], env=clean_environment(), cwd=tmp_path)
    await one_yes_and_one_no(server, upstream, mode)
    upstream.seen.clear()
    await one_yes_and_one_no(server, upstream, mode)


@ERAS
async def test_over_http_a_person_is_asked(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 5, Writes: the real process. The legacy question comes on the stream of the call's own answer."""
    _, *rest = options(upstream)
    with serving_http(*rest, folder=tmp_path) as (_, url):
        await one_yes_and_one_no(url, upstream, mode)


def options(upstream: Upstream) -> tuple[str, ...]:
    spec = upstream.serve(shop(upstream.url))
    return ("serve", "--spec", spec, "--allow", "DELETE /orders/*", "--confirm", "destructive")


async def one_yes_and_one_no(server: Any, upstream: Upstream, mode: str) -> None:
    person = Somebody()
    async with Client(server, mode=mode, elicitation_callback=person) as client:
        assert not (await client.call_tool("delete", {"id": 1})).is_error
        person.answer = "decline"
        assert error_of(await client.call_tool("delete", {"id": 2}))["kind"] == "refused"
    assert [seen.target for seen in upstream.calls] == ["/orders/1"]
    assert len(person.asked) == 2


async def test_a_question_of_one_replica_is_answered_at_another_once(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """Part 8, Replicas: the state of a question is sealed by what they share, and each answer counts once in all."""
    spec = upstream.serve(shop(upstream.url))
    config = build_config({"spec": spec, "methods": "all", "confirm": "writes"}, {}, tmp_path)
    said: list[str] = []
    async with (
        links(redis.url) as made,
        open_app(config, said.append, {}, link=made.link()) as one,
        open_app(config, said.append, {}, link=made.link()) as other,
        Client(create_server(one), elicitation_callback=Somebody()) as first,
        Client(create_server(other), elicitation_callback=Somebody()) as second,
    ):
        state = (await asked(first, "delete", {"id": 7})).request_state
        result = await second.session.call_tool("delete", {"id": 7}, input_responses=YES, request_state=state)
        assert not result.is_error
        await asked(first, "delete", {"id": 7}, input_responses=YES, request_state=state)
    assert [f"{seen.method} {seen.target}" for seen in upstream.calls] == ["DELETE /orders/7"]
