"""Workflows served as tools: real calls to an API that fails on purpose, a person asked, rights, records."""

import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from support.upstream import Answer, Upstream

from openapi_mcp.as_record import record_of
from openapi_mcp.config import build_config
from openapi_mcp.heard import Heard
from openapi_mcp.joining import open_several
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server.protocol import create_server
from openapi_mcp.server.rights import Rights
from openapi_mcp.workflow import criteria, judged

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])


def pets(server: str) -> Json:
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "servers": [{"url": server}],
        "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}},
        "paths": {
            "/pets": {
                "get": {"operationId": "find", "responses": {}},
                "post": {"operationId": "add", "responses": {"201": {"description": "Made."}}, **body},
            },
            "/pets/{id}": {
                "parameters": [number],
                "get": {"operationId": "read", "responses": {}},
                "delete": {"operationId": "remove", "responses": {}},
            },
            "/hang": {"get": {"operationId": "hang", "responses": {}}},
        },
    }


FIND: Json = {"stepId": "find", "operationId": "find", "outputs": {"id": "$response.body#/id"}}
ADD: Json = {
    "stepId": "add",
    "operationId": "add",
    "requestBody": {"payload": {"name": "$inputs.name"}},
    "outputs": {"id": "$response.body#/id"},
}
BY_ID = [{"name": "id", "in": "path", "value": "$steps.add.outputs.id"}]
READ: Json = {"stepId": "read", "operationId": "read", "parameters": BY_ID, "outputs": {"name": "$response.body#/name"}}
UNDO: Json = {"stepId": "undo", "operationId": "remove", "parameters": BY_ID}
INPUTS: Json = {"type": "object", "properties": {"name": {"type": "string", "default": "Ana"}}}


def ok(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(value).encode(), status=status, headers=tuple(headers.items()))


def arazzo(*steps: Json, outputs: Json | None = None, **more: Json) -> Json:
    """Return a description with the workflow "adopt" of these steps, and others of one step each."""
    own = {"workflowId": "adopt", "inputs": INPUTS, "steps": list(steps), "outputs": outputs or {}}
    others = [{"workflowId": name, "steps": [step]} for name, step in more.items()]
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Pets", "version": "1"},
        "sourceDescriptions": [{"name": "pets", "url": "pets.json", "type": "openapi"}],
        "workflows": [own, *others],
    }


@dataclass(slots=True)
class Somebody:
    answers: list[str]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> Any:
        self.asked.append(params.message)
        return types.ElicitResult(action=self.answers.pop(0))  # type: ignore[arg-type]


@dataclass(slots=True)
class Calling:
    client: Client
    app: Any
    upstream: Upstream
    heard: list[Heard] = field(default_factory=list)

    @property
    def sent(self) -> list[str]:
        return [f"{seen.method} {seen.target}" for seen in self.upstream.calls]

    async def adopt(self, **arguments: Any) -> Json:
        """Return the outputs of the workflow "adopt"."""
        result = await self.client.call_tool("adopt", arguments)
        assert not result.is_error, result.structured_content
        return dict(result.structured_content or {})

    async def failure(self, **arguments: Any) -> Json:
        """Return what is told of its failure."""
        result = await self.client.call_tool("adopt", arguments)
        assert result.is_error, result.structured_content
        return dict((result.structured_content or {})["error"])


@asynccontextmanager
async def calling(
    upstream: Upstream,
    folder: Path,
    description: Json,
    *,
    mode: str = "auto",
    person: Somebody | None = None,
    document: Json | None = None,
    **options: Any,
) -> AsyncIterator[Calling]:
    file = folder / "pets.arazzo.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    flags = {
        "spec": upstream.serve(document or pets(upstream.url)),
        "workflow": [str(file)],
        "methods": "all",
        **options,
    }
    config = build_config({"retries": "0", **flags}, {}, folder)
    async with (
        open_app(config, lambda _: None, {}) as app,
        Client(create_server(app), mode=mode, elicitation_callback=person) as client,
    ):
        made = Calling(client, app, upstream)
        app.on_call.append(made.heard.append)
        yield made


@ERAS
async def test_a_workflow_is_one_tool_and_each_step_a_call_with_a_record(
    upstream: Upstream, tmp_path: Path, mode: str
) -> None:
    """Issue 11: each workflow becomes one tool with its inputs and outputs; steps run through our executor."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    upstream.in_turn["GET /pets/7"] = [ok({"id": 7, "name": "Ana"})]
    description = arazzo(ADD, READ, outputs={"id": "$steps.add.outputs.id", "name": "$steps.read.outputs.name"})
    async with calling(upstream, tmp_path, description, mode=mode) as own:
        (listed,) = [tool for tool in (await own.client.list_tools()).tools if tool.name == "adopt"]
        assert await own.adopt(name="Bia") == {"id": 7, "name": "Ana"}
    assert listed.input_schema == INPUTS
    assert listed.annotations is not None
    assert listed.annotations.read_only_hint is False
    assert own.sent == ["POST /pets", "GET /pets/7"]
    assert upstream.calls[0].body == b'{"name":"Bia"}'
    assert [(each.call.tool, each.result.is_error) for each in own.heard] == [
        ("add", False),
        ("read", False),
        ("adopt", False),
    ]
    assert len({each.id for each in own.heard}) == 3
    assert [record_of(each).step_of for each in own.heard] == [own.heard[2].id, own.heard[2].id, ""]


async def test_defaults_of_inputs_are_sent_and_wrong_inputs_are_refused_before_anything_is(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Arazzo 1.0.1, 4.6.4: inputs are a JSON Schema."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    async with calling(upstream, tmp_path, arazzo(ADD)) as own:
        assert await own.adopt() == {
            "steps": [{"workflow": "adopt", "step": "add", "tool": "add", "status": 201}],
        }
        failure = await own.failure(name=7, colour="red")
    assert upstream.calls[0].body == b'{"name":"Ana"}'
    assert (failure["kind"], len(own.sent)) == ("invalid_arguments", 1)
    assert "colour" in failure["message"]


async def test_a_failure_names_workflow_step_criterion_and_answer_and_what_was_written(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 11: errors name the step; a model knows which writes have happened."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    upstream.in_turn["GET /pets/7"] = [ok({"detail": "gone"}, 404)]
    reading = {**READ, "successCriteria": [{"condition": "$statusCode == 200"}]}
    async with calling(upstream, tmp_path, arazzo(ADD, reading), recovery="off") as own:
        failure = await own.failure()
    assert failure["message"].startswith("workflow 'adopt', step 'read': $statusCode == 200 was expected; ")
    assert failure["kind"] == "not_found"
    assert failure["status"] == 404
    assert failure["hint"] == "already carried out: add (add); another call of the workflow would do it again"
    assert failure["retryable"] is False
    assert failure["body"]["answer"] == {"detail": "gone"}
    assert [step["status"] for step in failure["body"]["steps"]] == [201, 404]


async def test_every_failure_action_against_an_api_that_fails_on_purpose(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11, Proof: end, goto a step, goto a workflow, retry, retry by another step and by another workflow."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    upstream.in_turn["DELETE /pets/7"] = [ok({})]

    async def run(action: Json, *answers: Answer, **more: Json) -> tuple[list[str], bool]:
        upstream.seen.clear()
        upstream.in_turn["GET /pets/7"] = list(answers)
        done = {"name": "done", "type": "end"}
        steps = (ADD, {**READ, "onFailure": [action], "onSuccess": [done]}, UNDO)
        async with calling(upstream, tmp_path, arazzo(*steps, **more), recovery="off") as own:
            result = await own.client.call_tool("adopt", {})
        return own.sent, bool(result.is_error)

    broken, well = ok({}, 500), ok({"name": "Ana"})
    made, read, undone = "POST /pets", "GET /pets/7", "DELETE /pets/7"
    assert await run({"name": "a", "type": "end"}, broken) == ([made, read], True)
    assert await run({"name": "a", "type": "goto", "stepId": "undo"}, broken) == ([made, read, undone], False)
    assert await run({"name": "a", "type": "retry", "retryLimit": 2, "retryAfter": 0.01}, broken, well) == (
        [made, read, read],
        False,
    )
    assert await run({"name": "a", "type": "retry", "retryLimit": 2}, broken) == ([made, read, read, read], True)
    upstream.in_turn["GET /pets"] = [ok({"id": 1})]
    other = {"stepId": "look", "operationId": "find"}
    gone = {"name": "a", "type": "goto", "workflowId": "other"}
    assert await run(gone, broken, other=other) == ([made, read, "GET /pets"], False)
    again = {"name": "a", "type": "retry", "workflowId": "other"}
    assert await run(again, broken, well, other=other) == ([made, read, "GET /pets", read], False)
    by_step = {"name": "a", "type": "retry", "stepId": "undo"}
    assert await run(by_step, broken, well) == ([made, read, undone, read], False)


async def test_a_write_without_an_answer_is_never_sent_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: its outcome is unknown, whatever the author's retry says."""
    step = {
        "stepId": "add", "operationId": "add", "requestBody": {"payload": {"name": "x"}},
        "onFailure": [{"name": "again", "type": "retry", "retryLimit": 5}],
    }  # fmt: skip
    upstream.answers["/pets"] = Answer(b"", status=504)
    async with calling(upstream, tmp_path, arazzo(step)) as own:
        failure = await own.failure()
    assert failure["unknown_outcome"] is True
    said = "perhaps carried out, as the API answered 504, which does not say whether it was carried out: add (add); not"
    assert failure["hint"].startswith(said)
    assert own.sent == ["POST /pets"]


async def test_no_goto_sends_a_write_of_unknown_outcome_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: not at once, and not by way of a read."""
    upstream.answers["/pets"] = Answer(b"", status=503)
    step = {**ADD, "onFailure": [{"name": "again", "type": "goto", "stepId": "add"}]}
    async with calling(upstream, tmp_path, arazzo(step)) as own:
        failure = await own.failure()
        assert own.sent == ["POST /pets"]
    assert failure["unknown_outcome"] is True
    assert "it is not sent again" in failure["message"]


async def test_a_failure_has_what_the_steps_before_it_yielded(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: who takes up a half-done chain needs the id that the write gave; end as a failure action, too."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7, "note": "n" * 5_000}, 201)] * 2
    upstream.answers["/pets/7"] = Answer(b"{}", status=404)
    adding = {**ADD, "outputs": {"id": "$response.body#/id", "note": "$response.body#/note"}}
    ending = {**READ, "onFailure": [{"name": "stop", "type": "end"}]}
    for last in (READ, ending):
        async with calling(upstream, tmp_path, arazzo(adding, last), recovery="off") as own:
            failure = await own.failure()
        first, second = failure["body"]["steps"]
        assert first["outputs"]["id"] == 7
        assert len(str(first["outputs"]["note"])) < 1_000
        assert "outputs" not in second
        assert failure["attempts"] == 1
        assert failure["body"]["calls"] == 2


async def test_a_write_that_did_not_bring_what_was_expected_says_what_it_gave(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: it was carried out, whatever the criteria say."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    step = {**ADD, "successCriteria": [{"condition": "$statusCode == 200"}]}
    async with calling(upstream, tmp_path, arazzo(step)) as own:
        failure = await own.failure()
    assert [each["outputs"] for each in failure["body"]["steps"]] == [{"id": 7}]


@pytest.mark.parametrize("answers", [["accept", "accept"], ["accept", "decline"], ["decline"]])
async def test_a_person_is_asked_before_each_write_with_its_exact_request(
    upstream: Upstream, tmp_path: Path, answers: list[str]
) -> None:
    """Issue 11, --confirm: in the middle of a run, by the same question as for any call."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    upstream.in_turn["DELETE /pets/7"] = [ok({})]
    person, given = Somebody(list(answers)), len(answers)
    steps = ({**ADD, "onFailure": [{"name": "again", "type": "retry"}]}, UNDO)
    async with calling(upstream, tmp_path, arazzo(*steps), mode="legacy", person=person, confirm="writes") as own:
        result = await own.client.call_tool("adopt", {"name": "Bia"})
    assert len(person.asked) == given
    assert '    | {"name":"Bia"}\n' in person.asked[0]
    assert "POST" in person.asked[0]
    assert result.is_error is (answers[-1] == "decline")
    assert own.sent == ["POST /pets", "DELETE /pets/7"][: answers.count("accept")]


async def test_where_nobody_can_be_asked_in_the_middle_nothing_is_sent(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: refused with a clear word; reading alone needs nobody."""
    upstream.in_turn["GET /pets"] = [ok({"id": 1})]
    description = arazzo(FIND, ADD, look={"stepId": "find", "operationId": "find"})
    person = Somebody([])
    async with calling(upstream, tmp_path, description, person=person, confirm="writes") as own:
        failure = await own.failure()
        assert "cannot be done in the middle of a run" in failure["message"]
        assert own.sent == []
        assert not (await own.client.call_tool("look", {})).is_error
    async with calling(upstream, tmp_path, description, mode="legacy", confirm="writes") as own:
        assert "cannot ask one" in (await own.failure())["message"]
    assert own.sent == ["GET /pets"]


async def test_a_workflow_is_for_those_who_may_take_each_of_its_steps(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: callers' rights hold for each step."""
    description = pets(upstream.url)
    description["paths"]["/pets"]["post"]["security"] = [{"oauth": ["write"]}]
    file = tmp_path / "pets.arazzo.json"
    file.write_text(json.dumps(arazzo(FIND, ADD)), encoding="utf-8")
    config = build_config(
        {"spec": upstream.serve(description), "workflow": [str(file)], "methods": "all"}, {}, tmp_path
    )
    async with open_app(config, lambda _: None, {}) as app:
        rights = Rights(app)
        assert rights.tool("adopt", frozenset()) is None
        assert rights.tool("adopt", frozenset({"write"})) is not None
        assert "adopt" not in [tool["name"] for tool in rights.pages(frozenset()).tools(0)]


async def test_a_cancelled_workflow_stops_at_once(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: its step's request is closed, and both are recorded as cancelled."""
    steps = ({"stepId": "wait", "operationId": "hang"}, FIND)
    async with calling(upstream, tmp_path, arazzo(*steps)) as own:
        with anyio.move_on_after(30) as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(own.client.call_tool, "adopt", {})
                await anyio.to_thread.run_sync(upstream.wait_for_call)
                group.cancel_scope.cancel()
        assert not scope.cancelled_caught
        await anyio.to_thread.run_sync(upstream.wait_for_hang_up)
    assert own.sent == ["GET /hang"]


async def test_progress_names_the_step(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11; MCP, Progress: the API answers only once that is told."""
    description = pets(upstream.url)
    description["paths"] = {"/held": {"get": {"operationId": "find", "responses": {}}}}
    file = tmp_path / "pets.arazzo.json"
    file.write_text(json.dumps(arazzo(FIND)), encoding="utf-8")
    config = build_config({"spec": upstream.serve(description), "workflow": [str(file)]}, {}, tmp_path)
    said: list[str] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        said.append(message or "")
        if said[-1].startswith("adopt: step find: no answer yet"):
            upstream.release.set()

    async with open_app(config, lambda _: None, {}) as app, Client(create_server(app), mode="legacy") as client:
        result = await client.call_tool("adopt", {}, progress_callback=told)
    assert not result.is_error, result.structured_content
    assert upstream.release.is_set(), said


async def test_workflows_are_found_described_and_called_in_the_search_mode(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: the search mode's tools know them."""
    upstream.in_turn["GET /pets"] = [ok({"id": 1})]
    description = arazzo(FIND, outputs={"id": "$steps.find.outputs.id"})
    async with calling(upstream, tmp_path, description, context_budget="0") as own:
        found = await own.client.call_tool("search_operations", {"query": "adopt"})
        assert "adopt" in [hit["name"] for hit in (found.structured_content or {})["results"]]
        told = await own.client.call_tool("describe_operations", {"names": ["adopt"]})
        (operation,) = (told.structured_content or {})["operations"]
        assert operation["returns"] == "id."
        called = await own.client.call_tool("call_operation", {"name": "adopt", "arguments": {}})
        assert called.structured_content == {"id": 1}


async def test_a_changed_workflow_is_served_when_the_document_is_looked_at_again(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, Live: the file of a workflow is a part of what is served."""
    async with calling(upstream, tmp_path, arazzo(FIND)) as own:
        (tmp_path / "pets.arazzo.json").write_text(json.dumps(arazzo(ADD, FIND)), encoding="utf-8")
        assert await check_again(own.app, lambda _: None, {}) is not None
        tool = own.app.tool_of("adopt")
    assert tool.plan.tools == ("add", "find")


async def test_secrets_in_an_answer_are_masked_in_what_a_workflow_returns(upstream: Upstream, tmp_path: Path) -> None:
    """security.md A: a credential is told to nobody, wherever it comes back from."""
    upstream.in_turn["GET /pets"] = [ok({"id": "s3cr3t-t0k3n"})]
    description = arazzo(FIND, outputs={"id": "$steps.find.outputs.id"})
    async with calling(upstream, tmp_path, description, bearer="s3cr3t-t0k3n") as own:
        assert await own.adopt() == {"id": "***"}
    assert "s3cr3t-t0k3n" not in str([each.redact(str(each.result.structured)) for each in own.heard])


LONG_TOKEN = "".join(f"{number:03}" for number in range(60)) + "x"


@pytest.mark.parametrize("padding", [0, 3_000], ids=["short", "longer than what is told"])
async def test_no_part_of_a_secret_is_told_where_a_failure_is_cut(
    upstream: Upstream, tmp_path: Path, padding: int
) -> None:
    """security.md A: what is cut before it is masked has the beginning of a secret that nobody finds any more."""
    upstream.in_turn["GET /pets"] = [
        ok({"pad": "-" * max(padding - 1_100, 0), "id": LONG_TOKEN, "more": "." * padding})
    ]
    unmet = {**FIND, "successCriteria": [{"condition": "$response.body#/id == 'x'"}]}
    async with calling(upstream, tmp_path, arazzo(unmet), bearer=LONG_TOKEN) as own:
        failure = await own.failure()
    assert "was expected" in failure["message"]
    assert LONG_TOKEN[:12] not in str(failure)
    assert LONG_TOKEN[:12] not in str([each.result for each in own.heard])


async def test_no_part_of_a_secret_is_told_where_what_steps_yielded_is_cut(upstream: Upstream, tmp_path: Path) -> None:
    """security.md A: an output of a step before the failure may hold a secret that no answer had."""
    upstream.in_turn["GET /pets"] = [ok({"id": 1}), ok({"id": 1})]
    yielding = {**FIND, "outputs": {"said": "$inputs.name"}}
    unmet = {**FIND, "stepId": "again", "successCriteria": [{"condition": "$response.body#/id == 2"}]}
    async with calling(upstream, tmp_path, arazzo(yielding, unmet), bearer=LONG_TOKEN) as own:
        failure = await own.failure(name=f"{'-' * 200}{LONG_TOKEN}")
    assert failure["body"]["steps"][0]["outputs"]["said"].startswith("---")
    assert LONG_TOKEN[:12] not in str(failure)


async def test_expressions_see_an_answer_without_the_secrets_in_it(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: the credential that one API echoes is not the next step's to send, nor a condition's to guess."""
    upstream.in_turn["GET /pets"] = [
        Answer(json.dumps({"id": f"Bearer {LONG_TOKEN}"}).encode(), headers=(("X-Echo", LONG_TOKEN),))
    ]
    finding = {**FIND, "outputs": {**FIND["outputs"], "head": "$response.header.X-Echo"}}
    values = {"id": "$steps.find.outputs.id", "head": "$steps.find.outputs.head"}
    adding = {**ADD, "requestBody": {"payload": values}}
    guessing = {"condition": f"^Bearer {LONG_TOKEN[:4]}", "type": "regex", "context": "$response.body#/id"}
    async with calling(upstream, tmp_path, arazzo(finding, adding), bearer=LONG_TOKEN) as own:
        failure = await own.failure()
    assert "$steps.find.outputs.id holds a secret, which is masked (***) and not sent as a value" in failure["message"]
    assert [(seen.method, LONG_TOKEN in str(failure)) for seen in upstream.calls] == [("GET", False)]
    async with calling(upstream, tmp_path, arazzo({**FIND, "successCriteria": [guessing]}), bearer=LONG_TOKEN) as own:
        assert "was expected" in (await own.failure())["message"]


async def test_conditions_are_looked_at_beside_the_loop(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md: a condition and what it is held against may be hostile; other calls go on meanwhile."""
    threads: list[threading.Thread] = []
    first_unmet = criteria.first_unmet

    def watched(*held: Any) -> Any:
        threads.append(threading.current_thread())
        return first_unmet(*held)

    monkeypatch.setattr(judged, "first_unmet", watched)
    upstream.in_turn["GET /pets"] = [ok({"id": 7})]
    async with calling(upstream, tmp_path, arazzo(FIND)) as own:
        await own.adopt()
    assert threads
    assert threading.main_thread() not in threads


async def test_a_call_of_a_workflow_that_is_left_out_says_why(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: it is in no list, and a client that knows its name is told the reason."""
    twice = arazzo(FIND, FIND, other=FIND)
    async with calling(upstream, tmp_path, twice) as own:
        with pytest.raises(MCPError, match="Unknown tool: adopt; the workflow is left out: there are two steps 'find'"):
            await own.client.call_tool("adopt", {})


async def test_a_workflow_calls_several_apis(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: sources are the APIs that are served, by their names."""
    upstream.in_turn["GET /pets"] = [ok({"id": 3})]
    other_upstream.in_turn["GET /pets/3"] = [ok({"name": "Ana"})]
    reading = {
        **READ,
        "operationId": "$sourceDescriptions.second.read",
        "parameters": [{"name": "id", "in": "path", "value": "$steps.find.outputs.id"}],
    }
    finding = {**FIND, "operationId": "$sourceDescriptions.first.find"}
    description = arazzo(finding, reading, outputs={"name": "$steps.read.outputs.name"})
    description["sourceDescriptions"] = [
        {"name": name, "url": f"https://example.com/{name}.json", "type": "openapi"} for name in ("first", "second")
    ]
    file = tmp_path / "both.arazzo.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    specs = [
        f"first={upstream.serve(pets(upstream.url))}",
        f"second={other_upstream.serve(pets(other_upstream.url))}",
    ]
    config = build_config({"spec": specs, "workflow": [str(file)]}, {}, tmp_path)
    async with open_several(config, lambda _: None, {}) as app, Client(create_server(app)) as client:
        result = await client.call_tool("adopt", {})
        index = await app.index()
    assert result.structured_content == {"name": "Ana"}
    assert index.search("adopt", 1).hits[0].tool == "adopt"


def guarded(server: str) -> Json:
    """Return the pets of which reading one needs a token, and a login that yields it."""
    of = pets(server)
    of["components"]["securitySchemes"] |= {
        "session": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "query", "name": "api_key"},
    }
    of["paths"]["/login"] = {
        "get": {"operationId": "login", "responses": {}, "parameters": [{"name": "user", "in": "query"}]}
    }
    of["paths"]["/pets/{id}"]["get"]["security"] = [{"session": []}]
    of["paths"]["/pets"]["get"]["security"] = [{"key": []}]
    return of


TOKEN = "sess-abc123def"
LOGIN: Json = {"stepId": "login", "operationId": "login", "outputs": {"token": "$response.body#/token"}}
BEARER = {"name": "Authorization", "in": "header", "value": "Bearer {$steps.login.outputs.token}"}
SECOND: Json = {"name": "id", "in": "path", "value": 7}


@asynccontextmanager
async def logging_in(upstream: Upstream, folder: Path, *steps: Json, **options: Any) -> AsyncIterator[Calling]:
    """Call "adopt", whose first step logs in, and whose outputs are all that it yields."""
    said = {"token": TOKEN, "user": "ann"}
    upstream.in_turn.setdefault("GET /login", [ok(said, 200, **{"Cache-Control": "max-age=600"})])
    upstream.in_turn.setdefault("GET /pets/7", [ok({"name": "Ana", "you": TOKEN})])
    outputs = {"token": "$steps.login.outputs.token", "all": "$steps.login.outputs.all"}
    if any(each["stepId"] == "read" for each in steps):
        outputs["pet"] = "$steps.read.outputs.pet"
    login = {**LOGIN, "outputs": {**LOGIN["outputs"], "all": "$response.body"}}
    description = arazzo(login, *steps, outputs=outputs)
    document = options.pop("document", guarded(upstream.url))
    async with calling(upstream, folder, description, document=document, **options) as own:
        yield own


def reading(*parameters: Json) -> Json:
    return {
        "stepId": "read", "operationId": "read",
        "parameters": [SECOND, *parameters], "outputs": {"pet": "$response.body"},
    }  # fmt: skip


@pytest.mark.parametrize("form", ["Bearer {$steps.login.outputs.token}", "$steps.login.outputs.token"])
async def test_a_token_that_a_step_got_is_the_credential_of_those_after_it_and_no_model_sees_it(
    upstream: Upstream, tmp_path: Path, form: str
) -> None:
    """Arazzo 1.0.1, its first example; security.md R-CRED: a credential is masked wherever it occurs."""
    step = reading({**BEARER, "value": form})
    async with logging_in(upstream, tmp_path, step) as own:
        result = await own.adopt()
    assert upstream.calls[1].values("authorization") == [form.replace("{$steps.login.outputs.token}", TOKEN).replace(
        "$steps.login.outputs.token", TOKEN
    )]  # fmt: skip
    assert result == {"token": "***", "all": {"token": "***", "user": "ann"}, "pet": {"name": "Ana", "you": "***"}}
    told = [record_of(each) for each in own.heard]
    assert [each.tool for each in told] == ["login", "read", "adopt"]
    assert TOKEN not in repr(told)


async def test_a_token_that_is_a_number_is_a_credential_and_masked_as_that(upstream: Upstream, tmp_path: Path) -> None:
    """security.md R-CRED: also where it stands as a number in an answer, or within a text."""
    number = 90071992547409931
    upstream.in_turn["GET /login"] = [ok({"token": number, "user": "ann"})]
    upstream.in_turn["GET /pets/7"] = [ok({"you": number, "said": f"you are {number}"})]
    async with logging_in(upstream, tmp_path, reading(BEARER)) as own:
        result = await own.adopt()
    assert upstream.calls[1].values("authorization") == [f"Bearer {number}"]
    assert result == {
        "token": "***",
        "all": {"token": "***", "user": "ann"},
        "pet": {"you": "***", "said": "you are ***"},
    }
    assert str(number) not in repr([record_of(each) for each in own.heard])


async def test_a_token_is_of_one_run_and_of_the_place_that_its_scheme_has(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: a run logs in anew, though the answer might be used again; an apiKey in the query as in a header."""
    step = {
        "stepId": "find", "operationId": "find",
        "parameters": [{"name": "api_key", "in": "query", "value": "$steps.login.outputs.token"}],
    }  # fmt: skip
    async with logging_in(upstream, tmp_path, step, cache_dir=str(tmp_path / "cache")) as own:
        await own.adopt()
        await own.adopt()
    assert own.sent == ["GET /login", f"GET /pets?api_key={TOKEN}"] * 2
    assert TOKEN not in repr([record_of(each) for each in own.heard])


async def test_what_the_operator_configured_takes_the_place_of_a_token(upstream: Upstream, tmp_path: Path) -> None:
    """security.md R-CRED 3: the configured credential is set last."""
    async with logging_in(upstream, tmp_path, reading(BEARER), auth=["session=operator-token"]) as own:
        await own.adopt()
    assert upstream.calls[1].values("authorization") == ["Bearer operator-token"]


@pytest.mark.parametrize("value", ["Bearer {$inputs.name}", "Bearer literal", "$steps.login.outputs.said"])
async def test_no_credential_comes_from_a_model_or_a_file(upstream: Upstream, tmp_path: Path, value: str) -> None:
    """security.md: a model carries no credentials; not by way of an output either."""
    upstream.in_turn["GET /login?user=Ana"] = [ok({"token": TOKEN})]
    login = {
        **LOGIN, "parameters": [{"name": "user", "in": "query", "value": "$inputs.name"}],
        "outputs": {"said": "$request.query.user"},
    }  # fmt: skip
    description = arazzo(login, reading({**BEARER, "value": value}))
    async with calling(upstream, tmp_path, description, document=guarded(upstream.url)) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login?user=Ana"]
    assert "credential" in failure["message"]


async def test_a_token_goes_to_the_origin_that_it_came_from(upstream: Upstream, tmp_path: Path) -> None:
    """security.md R-REDIR: neither to another server of the document, nor along a redirect."""
    elsewhere = Answer(
        b"", status=302, headers=(("Location", f"http://localhost:{upstream.url.rpartition(':')[2]}/x"),)
    )
    upstream.in_turn["GET /pets/7"] = [elsewhere]
    async with logging_in(upstream, tmp_path, reading(BEARER)) as own:
        await own.failure()
    assert own.sent == ["GET /login", "GET /pets/7"]


def noting(payload: Any, **more: Any) -> Json:
    return {"stepId": "add", "operationId": "add", "requestBody": {"payload": payload}, **more}


async def test_a_token_in_a_body_is_not_redirected_to_another_origin(upstream: Upstream, tmp_path: Path) -> None:
    """security.md R-REDIR: a 307 would send the same body once more (RFC 9110, 15.4.8)."""
    there = f"http://localhost:{upstream.url.rpartition(':')[2]}/x"
    upstream.in_turn["POST /pets"] = [Answer(b"", status=307, headers=(("Location", there),))]
    async with logging_in(upstream, tmp_path, noting({"note": "$steps.login.outputs.token"})) as own:
        await own.failure()
    assert own.sent == ["GET /login", "POST /pets"]


@pytest.mark.parametrize(
    ("payload", "sent"),
    [
        ({"note": "$steps.login.outputs.token"}, {"note": TOKEN}),
        ({"note": ["Bearer {$steps.login.outputs.token}"]}, {"note": [f"Bearer {TOKEN}"]}),
        ('{"note": "{$steps.login.outputs.token}"}', {"note": TOKEN}),
    ],
)
@pytest.mark.parametrize("auth", [[], ["session=operator-token"]])
async def test_a_token_is_sent_as_a_value_to_the_api_that_answered_it_and_told_nobody(
    upstream: Upstream, tmp_path: Path, payload: Any, sent: Json, auth: list[str]
) -> None:
    """RFC 7009: a revocation takes the token in its body; no mask is ever sent in the place of a value."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7, "note": TOKEN}, 201)]
    person = Somebody(["accept"])
    options: Json = {"mode": "legacy", "person": person, "confirm": "writes", "auth": auth}
    outputs = {"outputs": {"pet": "$response.body"}}
    async with logging_in(upstream, tmp_path, noting(payload, **outputs), reading(BEARER), **options) as own:
        result = await own.adopt()
    assert json.loads(upstream.calls[1].body) == sent
    assert len(person.asked) == 1
    assert TOKEN not in repr((result, person.asked, [record_of(each) for each in own.heard]))


async def test_a_failure_of_a_step_that_sends_a_token_as_a_value_does_not_show_it(
    upstream: Upstream, tmp_path: Path
) -> None:
    """security.md: masked in errors and records, of what was sent too."""
    upstream.in_turn["POST /pets"] = [ok({"detail": f"no such token: {TOKEN}"}, 422)]
    async with logging_in(upstream, tmp_path, noting({"note": "$steps.login.outputs.token"}), reading(BEARER)) as own:
        failure = await own.failure()
    assert json.loads(upstream.calls[1].body) == {"note": TOKEN}
    assert TOKEN not in repr((failure, [record_of(each) for each in own.heard]))


async def test_a_token_goes_as_a_value_to_no_other_server_of_the_same_document(
    upstream: Upstream, tmp_path: Path
) -> None:
    """security.md R-SSRF: as where it is a credential; nothing is sent."""
    document = guarded(upstream.url)
    document["paths"]["/pets"]["post"]["servers"] = [{"url": upstream.url.replace("127.0.0.1", "localhost")}]
    note = noting({"note": "$steps.login.outputs.token"})
    async with logging_in(upstream, tmp_path, note, reading(BEARER), document=document) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login"]
    assert (failure["kind"], "does not go there" in failure["message"]) == ("refused", True)


@pytest.mark.parametrize("value", ["$steps.login.outputs.all", "{$steps.login.outputs.all#/token}"])
async def test_what_is_masked_of_an_answer_is_not_sent_in_its_place(
    upstream: Upstream, tmp_path: Path, value: str
) -> None:
    """Our choice: a step that would write `***` fails, and says why."""
    async with logging_in(upstream, tmp_path, noting({"note": value}), reading(BEARER)) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login"]
    assert "masked" in failure["message"]


async def test_stars_that_an_api_answers_itself_are_a_value_as_others_are(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: without a secret in any answer nothing was masked."""
    upstream.in_turn["GET /pets"] = [ok({"id": "good ***"})]
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    description = arazzo(FIND, noting({"note": "$steps.find.outputs.id"}))
    async with calling(upstream, tmp_path, description) as own:
        await own.adopt()
    assert json.loads(upstream.calls[1].body) == {"note": "good ***"}


async def test_a_token_goes_to_no_other_server_of_the_same_document(upstream: Upstream, tmp_path: Path) -> None:
    """security.md R-SSRF: what a document's servers say moves no credential; the step fails before it is sent."""
    document = guarded(upstream.url)
    document["paths"]["/pets/{id}"]["get"]["servers"] = [{"url": upstream.url.replace("127.0.0.1", "localhost")}]
    async with logging_in(upstream, tmp_path, reading(BEARER), document=document) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login"]
    assert failure["kind"] == "unauthenticated"


async def test_a_person_is_asked_about_a_call_with_a_token_and_is_not_shown_it(
    upstream: Upstream, tmp_path: Path
) -> None:
    """security.md: no secret in a question."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    person = Somebody(["accept"])
    step = {**ADD, "parameters": [BEARER]}
    async with logging_in(upstream, tmp_path, step, mode="legacy", person=person, confirm="writes") as own:
        await own.adopt(name="Bia")
    assert upstream.calls[1].values("authorization") == [f"Bearer {TOKEN}"]
    assert len(person.asked) == 1
    assert TOKEN not in person.asked[0]


async def test_a_failure_after_a_login_says_nothing_of_its_token(upstream: Upstream, tmp_path: Path) -> None:
    """security.md: masked in errors; the API may repeat it in a refusal."""
    upstream.in_turn["GET /pets/7"] = [ok({"detail": f"{TOKEN} may not"}, 403)]
    async with logging_in(upstream, tmp_path, reading(BEARER)) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login", "GET /pets/7"]
    assert TOKEN not in repr(failure)
    assert TOKEN not in repr([record_of(each) for each in own.heard])


@pytest.mark.parametrize(
    "follows",
    [
        {"onFailure": [{"name": "again", "type": "retry", "retryLimit": 5, "retryAfter": 0}]},
        {"onFailure": [{"name": "back", "type": "goto", "stepId": "find"}]},
    ],
)
async def test_a_step_that_is_repeated_asks_the_api_and_no_kept_answer(
    upstream: Upstream, tmp_path: Path, follows: Json
) -> None:
    """Our choice: who polls wants the present state, though the API lets its last answer be used again."""
    kept = {"Cache-Control": "max-age=600"}
    upstream.in_turn["GET /pets"] = [ok({"id": each}, 200, **kept) for each in (1, 2)]
    step = {**FIND, "successCriteria": [{"condition": "$response.body#/id == 2"}], **follows}
    description = arazzo(step, outputs={"id": "$steps.find.outputs.id"})
    async with calling(upstream, tmp_path, description, cache_dir=str(tmp_path / "cache")) as own:
        assert await own.adopt() == {"id": 2}
        assert await own.adopt() == {"id": 2}
    assert own.sent == ["GET /pets"] * 2


STAYS = {"outputs": {"to": "$response.header.Location"}}


@pytest.mark.parametrize(
    "criteria",
    [
        [{"condition": "$statusCode == 303"}],
        [{"condition": "^30[23]$", "context": "$statusCode", "type": "regex"}],
        [{"condition": "$response.header.Location != null"}],
    ],
)
async def test_a_step_that_expects_a_redirect_sees_it(upstream: Upstream, tmp_path: Path, criteria: list[Json]) -> None:
    """Arazzo 1.0.1, 4.6.11: a criterion is about the answer of the step's operation; the write is done by then."""
    upstream.in_turn["POST /pets"] = [Answer(b"", status=303, headers=(("Location", "/pets/7"),))]
    step = {**ADD, **STAYS, "successCriteria": criteria}
    async with calling(upstream, tmp_path, arazzo(step, outputs={"to": "$steps.add.outputs.to"})) as own:
        assert await own.adopt() == {"to": "/pets/7"}
    assert own.sent == ["POST /pets"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {**STAYS},
        {**STAYS, "successCriteria": [{"condition": "$statusCode >= 200 && $statusCode < 300"}]},
        {**STAYS, "successCriteria": [{"condition": "$statusCode == 200"}]},
    ],
)
async def test_a_redirect_that_a_step_is_not_about_is_followed(upstream: Upstream, tmp_path: Path, more: Json) -> None:
    """Our choice: as of any other call."""
    upstream.in_turn["POST /pets"] = [Answer(b"", status=303, headers=(("Location", "/pets/7"),))]
    upstream.in_turn["GET /pets/7"] = [ok({})]
    async with calling(upstream, tmp_path, arazzo({**ADD, "outputs": {}, **more})) as own:
        await own.adopt()
    assert own.sent == ["POST /pets", "GET /pets/7"]


async def test_a_write_that_was_redirected_is_told_as_carried_out(upstream: Upstream, tmp_path: Path) -> None:
    """RFC 9110, 15.4.4: a 303 answers a write that is done; its redirect is within the API's own origin."""
    upstream.in_turn["POST /pets"] = [Answer(b"", status=303, headers=(("Location", "/pets/7"),))]
    step = {**ADD, "successCriteria": [{"condition": "$statusCode == 302"}]}
    async with calling(upstream, tmp_path, arazzo(step)) as own:
        failure = await own.failure()
    assert "another origin" not in failure["message"]
    assert "redirects" in failure["message"]
    assert failure["hint"].startswith("already carried out: add (add)")


PICTURE = Answer(b"\x89PNG\r\n\x1a\n\x00\xff\xfe", content_type="image/png")


async def test_an_image_that_is_an_output_is_handed_on_as_a_direct_call_has_it(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: its bytes are no JSON; null would be told as a success."""
    upstream.in_turn["GET /pets"] = [PICTURE]
    step = {**FIND, "outputs": {"image": "$response.body", "type": "$response.header.Content-Type"}}
    outputs = {"image": "$steps.find.outputs.image", "type": "$steps.find.outputs.type"}
    async with calling(upstream, tmp_path, arazzo(step, outputs=outputs)) as own:
        direct = await own.client.call_tool("find", {})
        result = await own.client.call_tool("adopt", {})
    assert result.content[0] == direct.content[0]
    assert isinstance(direct.content[0], types.ImageContent)
    assert result.structured_content == {
        "image": f"image/png, {len(PICTURE.body)} bytes: beside this, as it is no JSON",
        "type": "image/png",
    }


LOOKED = {**FIND, "outputs": {"image": "$response.body"}}
OF_LOOKED: Json = {"picture": "$steps.find.outputs.image"}
SHOWING: Json = {"workflowId": "show", "steps": [LOOKED], "outputs": OF_LOOKED}
CALLING: list[tuple[Json, Json]] = [
    ({"steps": [{"stepId": "call", "workflowId": "show"}]}, {"out": "$steps.call.outputs.picture"}),
    (
        {"steps": [{"stepId": "call", "workflowId": "show", "outputs": {"p": "{$outputs.picture}"}}]},
        {"out": "$steps.call.outputs.p"},
    ),
    ({"dependsOn": ["show"], "steps": [ADD]}, {"out": "$workflows.show.outputs.picture"}),
    (
        {"steps": [{**ADD, "onSuccess": [{"name": "on", "type": "goto", "workflowId": "other"}]}]},
        {"out": "$steps.add.outputs.id"},
    ),
]


@pytest.mark.parametrize(("calling_it", "outputs"), CALLING)
async def test_an_image_of_a_workflow_that_is_called_or_gone_to_is_handed_on(
    upstream: Upstream, tmp_path: Path, calling_it: Json, outputs: Json
) -> None:
    """Arazzo 1.0.1, 4.6.4, 4.6.7: outputs of a workflow are values of the one that calls it, or are its own."""
    upstream.in_turn["GET /pets"] = [PICTURE]
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    description = arazzo()
    described = {"workflowId": "adopt", "inputs": INPUTS}
    other = {**SHOWING, "workflowId": "other", "outputs": {"out": OF_LOOKED["picture"]}}
    description["workflows"] = [{**described, **calling_it, "outputs": outputs}, SHOWING, other]
    async with calling(upstream, tmp_path, description) as own:
        result = await own.client.call_tool("adopt", {})
    assert [type(each) for each in result.content] == [types.ImageContent, types.TextContent], result
    assert result.structured_content == {"out": f"image/png, {len(PICTURE.body)} bytes: beside this, as it is no JSON"}


@pytest.mark.parametrize("name", ["$steps.find.outputs.image", "of {$steps.find.outputs.image}"])
async def test_an_image_that_a_later_step_would_send_is_named(upstream: Upstream, tmp_path: Path, name: str) -> None:
    """Our choice: that the output leads to nothing sent people to the wrong place."""
    upstream.in_turn["GET /pets"] = [PICTURE]
    adding = {**ADD, "requestBody": {"payload": {"name": name}}}
    async with calling(upstream, tmp_path, arazzo(LOOKED, adding)) as own:
        failure = await own.failure()
    said = f"leads to nothing (the answer is {len(PICTURE.body)} bytes, image/png: neither JSON nor text)"
    assert said in failure["message"]
    assert own.sent == ["GET /pets"]


async def test_a_component_is_a_value_where_an_expression_names_it(upstream: Upstream, tmp_path: Path) -> None:
    """Arazzo 1.0.1, 4.7: $components.parameters.foo; of a run, not of the reader alone."""
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    step = {**ADD, "requestBody": {"payload": {"name": "$components.parameters.named"}}}
    outputs = {"name": "$components.parameters.named", "open": "$components.parameters.open"}
    description = arazzo(step, outputs=outputs)
    own_name = {"name": "name", "in": "query", "value": "Rex"}
    description["components"] = {"parameters": {"named": own_name, "open": {**own_name, "value": "$inputs.name"}}}
    async with calling(upstream, tmp_path, description) as own:
        assert await own.adopt() == {"name": "Rex", "open": None}
    assert upstream.calls[0].body == b'{"name":"Rex"}'


async def test_workflows_that_hand_on_to_each_other_end(upstream: Upstream, tmp_path: Path) -> None:
    """bounds.py: outputs that name each other in a circle come from no step."""
    description = arazzo()
    again = {"stepId": "again", "workflowId": "adopt", "outputs": {"x": "$outputs.x"}}
    first = {**LOOKED, "onSuccess": [{"name": "end", "type": "end"}]}
    outputs = {"x": "$steps.again.outputs.x"}
    description["workflows"] = [{"workflowId": "adopt", "steps": [first, again], "outputs": outputs}]
    upstream.in_turn["GET /pets"] = [PICTURE]
    async with calling(upstream, tmp_path, description) as own:
        result = await own.client.call_tool("adopt", {})
    assert result.structured_content == {"x": None}


async def test_an_image_that_the_last_step_brings_is_the_answer_of_a_workflow_without_outputs(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: as `workflow suggest` writes chains."""
    upstream.in_turn["GET /pets"] = [PICTURE]
    upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    async with calling(upstream, tmp_path, arazzo(ADD, {**FIND, "outputs": {}})) as own:
        result = await own.client.call_tool("adopt", {})
    async with calling(upstream, tmp_path, arazzo({**FIND, "outputs": {}}, ADD)) as own:
        other = await own.client.call_tool("adopt", {})
    assert [type(each) for each in result.content] == [types.ImageContent, types.TextContent]
    assert [type(each) for each in other.content] == [types.TextContent]


async def test_a_step_asks_for_one_page(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: `$response.body#/next` is about the API's own answer, and no page is asked for that nobody sees."""
    document = pets(upstream.url)
    document["paths"]["/pets"]["get"]["parameters"] = [{"name": "page", "in": "query", "schema": {"type": "integer"}}]
    for target, more in (("GET /pets", "/pets?page=2"), ("GET /pets?page=2", None)):
        said = {"count": 2, "next": more and upstream.url + more, "results": [{"id": 1}]}
        upstream.in_turn[target] = [ok(said)]
    step = {**FIND, "outputs": {"next": "$response.body#/next"}}
    description = arazzo(step, outputs={"next": "$steps.find.outputs.next"})
    async with calling(upstream, tmp_path, description, document=document, follow_pages="5") as own:
        await own.client.call_tool("find", {})
        assert own.sent == ["GET /pets", "GET /pets?page=2"]
        assert await own.adopt() == {"next": f"{upstream.url}/pets?page=2"}
    assert own.sent[2:] == ["GET /pets"]


@pytest.mark.parametrize("is_nested", [False, True])
async def test_a_token_of_another_workflow_is_not_lent_and_not_shown_either(
    upstream: Upstream, tmp_path: Path, is_nested: bool
) -> None:
    """security.md: masked in errors; where it stands as a credential it is one, whoever got it."""
    upstream.in_turn["GET /login"] = [ok({"token": TOKEN})]
    value = "Bearer {$steps.first.outputs.token}" if is_nested else "Bearer {$workflows.logIn.outputs.token}"
    first = {"stepId": "first", "workflowId": "logIn", "outputs": {"token": "$outputs.token"}}
    description = arazzo(*([first] if is_nested else []), reading({**BEARER, "value": value}))
    if not is_nested:
        description["workflows"][0]["dependsOn"] = ["logIn"]
    outputs = {"token": "$steps.login.outputs.token"}
    description["workflows"].append({"workflowId": "logIn", "steps": [LOGIN], "outputs": outputs})
    async with calling(upstream, tmp_path, description, document=guarded(upstream.url)) as own:
        failure = await own.failure()
    assert own.sent == ["GET /login"]
    assert TOKEN not in repr(failure)


@pytest.mark.parametrize("is_value", [False, True])
async def test_a_token_of_one_api_goes_to_no_other_one(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, is_value: bool
) -> None:
    """security.md: several APIs share a process and nothing else; a workflow that gives it as a value is left out."""
    upstream.in_turn["GET /login"] = [ok({"token": TOKEN})]
    other_upstream.in_turn["POST /pets"] = [ok({"id": 7}, 201)]
    upstream.in_turn["GET /pets/7"] = [ok({"name": "Ana"})]
    login = {**LOGIN, "operationId": "$sourceDescriptions.first.login"}
    add = {
        **ADD, "operationId": "$sourceDescriptions.second.add", "parameters": [BEARER],
        "requestBody": {"payload": {"note": "$steps.login.outputs.token" if is_value else "none"}},
    }  # fmt: skip
    read = {**reading(BEARER), "operationId": "$sourceDescriptions.first.read"}
    description = {
        **arazzo(login, add, read, outputs={"pet": "$steps.read.outputs.pet"}),
        "sourceDescriptions": [
            {"name": "first", "url": f"{upstream.url}/document.json", "type": "openapi"},
            {"name": "second", "url": f"{other_upstream.url}/document.json", "type": "openapi"},
        ],
    }
    file = tmp_path / "both.arazzo.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    specs = [
        f"first={upstream.serve(guarded(upstream.url))}",
        f"second={other_upstream.serve(pets(other_upstream.url))}",
    ]
    config = build_config({"spec": specs, "workflow": [str(file)], "methods": "all"}, {}, tmp_path)
    async with open_several(config, lambda _: None, {}) as app, Client(create_server(app)) as client:
        assert ("adopt" in [each.name for each in (await client.list_tools()).tools]) is not is_value
        if is_value:
            return
        result = await client.call_tool("adopt", {})
    assert result.structured_content == {"pet": {"name": "Ana"}}
    (added,) = other_upstream.calls
    assert (added.body, added.values("authorization")) == (b'{"note":"none"}', [])
    assert upstream.calls[-1].values("authorization") == [f"Bearer {TOKEN}"]


async def test_a_token_for_all_steps_is_a_credential_of_those_after_the_login(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Arazzo 1.0.1, 4.6.4: a workflow's parameters are each step's; the first one has to go without."""
    description = arazzo(LOGIN, reading())
    description["workflows"][0]["parameters"] = [BEARER]
    upstream.in_turn["GET /login"] = [ok({"token": TOKEN})]
    upstream.in_turn["GET /pets/7"] = [ok({})]
    async with calling(upstream, tmp_path, description, document=guarded(upstream.url)) as own:
        await own.adopt()
    assert [each.values("authorization") for each in upstream.calls] == [[], [f"Bearer {TOKEN}"]]


async def test_a_run_that_logs_in_again_goes_on_with_the_new_token_and_with_the_same_one(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: what is masked already is still found in the answer that holds it."""
    upstream.in_turn["GET /login"] = [ok({"token": each}) for each in (TOKEN, TOKEN, "sess-another-one")]
    upstream.in_turn["GET /pets/7"] = [ok({}, 401), ok({}, 401), ok({})]
    again = {"name": "again", "type": "retry", "stepId": "login", "retryLimit": 3}
    step = {**reading(BEARER), "onFailure": [again], "successCriteria": [{"condition": "$statusCode == 200"}]}
    description = arazzo(LOGIN, step, outputs={"token": "$steps.login.outputs.token"})
    async with calling(upstream, tmp_path, description, document=guarded(upstream.url)) as own:
        assert await own.adopt() == {"token": "***"}
    sent = [each.values("authorization") for each in upstream.calls if each.path == "/pets/7"]
    assert sent == [[f"Bearer {TOKEN}"], [f"Bearer {TOKEN}"], ["Bearer sess-another-one"]]
