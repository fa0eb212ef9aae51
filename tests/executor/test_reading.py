"""An answer in parts: what was selected, what had room, and the rest."""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.links import KEY, links
from support.make import Json, document, json_body, parameter
from support.raw import answer, raw_upstream
from support.redis import RedisServer

from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Result, Text
from openapi_mcp.model.policy import METHODS, Limits, Selection

pytestmark = pytest.mark.anyio

ITEMS = [{"id": 2**60 + number, "name": f"n{number}", "text": "x" * 80} for number in range(300)]
PAGE = json.dumps({"count": 300, "results": ITEMS}).encode()
PATHS: Json = {
    "/things": {
        "get": {"operationId": "things", "parameters": [parameter("q")]},
        "post": {"operationId": "add", "requestBody": {"content": json_body({"properties": {"a": {}}})}},
    },
    "/scoped": {"get": {"operationId": "scoped", "security": [{"oauth": ["read"]}]}},
    "/own": {"get": {"operationId": "own", "parameters": [parameter("_select")]}},
}  # fmt: skip


def no_time() -> float:
    return 0.0


class Api:
    """A running executor with what was sent to it."""

    def __init__(self, running: Executor, upstream: Any) -> None:
        self.running = running
        self.upstream = upstream

    async def call(self, tool: str, caller: str = "", scopes: frozenset[str] | None = None, **arguments: Any) -> Result:
        who = Caller(id=caller, scopes=scopes)
        return await self.running.call(Call(tool=tool, arguments=arguments, caller=who))

    async def next(self, result: Result, **more: Any) -> Result:
        """Make the call that a cut result names."""
        following = note(result)["more"]["next"]
        return await self.call(following["tool"], **{**following["arguments"], **more})


@asynccontextmanager
async def api(
    body: bytes = PAGE,
    *,
    content_type: str = "application/json",
    max_response: int = 5000,
    kept: KeptAnswers | None = None,
    keeps: bool = True,
    select: bool = True,
) -> AsyncIterator[Api]:
    made = document(PATHS, components={"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}})
    tools = generate(made, Selection(methods=frozenset(METHODS), select=select))
    kept = kept or (KeptAnswers(no_time) if keeps else None)
    async with raw_upstream(answer(body, content_type=content_type)) as upstream:
        limits = Limits(max_response=max_response)
        async with Executor(made, tools, base_url=upstream.url, limits=limits, kept=kept) as running:
            yield Api(running, upstream)


def note(result: Result) -> Any:
    if result.structured is not None:
        return result.structured.get("_note", {})
    return json.loads(result.content[-1].text)["_note"] if len(result.content) > 1 else {}  # type: ignore[union-attr]


def error(result: Result) -> Any:
    assert result.is_error
    assert result.structured is not None
    return result.structured["error"]


async def test_a_cut_answer_is_read_on_to_its_end_without_another_request() -> None:
    """design.md, A result: carries a handle that read_result reads on from."""
    async with api() as running:
        result = await running.call("things")
        assert result.structured is not None
        seen = list(result.structured["results"])
        while "more" in note(result):
            result = await running.next(result)
            assert result.structured is not None
            assert len(result.content) == 1
            assert len(getattr(result.content[0], "text", "")) <= 5000
            assert note(result)["total"] == 300
            seen += result.structured["result"]
        assert seen == ITEMS
        assert len(running.upstream.seen) == 1


async def test_any_part_is_read_by_select_offset_and_limit() -> None:
    """Issue 4: read_result(handle, select, offset, limit)."""
    async with api() as running:
        handle = note(await running.call("things"))["more"]["handle"]
        for select, offset, limit, found in (
            ("results[].id", 298, None, [2**60 + 298, 2**60 + 299]),
            ("results[].name", 5, 2, ["n5", "n6"]),
            ("results[7].text", 78, None, "xx"),
            ("results[].name", 10**9, None, []),
            ("count", 0, None, 300),
            ("nothing", 0, None, None),
        ):
            limited: Json = {} if limit is None else {"limit": limit}
            result = await running.call("read_result", handle=handle, select=select, offset=offset, **limited)
            assert result.structured is not None
            assert result.structured["result"] == found
        result = await running.call("read_result", handle=handle, select="results[3]", offset=1, limit=1)
        assert result.structured is not None
        assert result.structured["name"] == "n3"
        assert note(result)["total"] == 3
        beyond = await running.call("read_result", handle=handle, select="results", offset=300)
        assert beyond.structured == {"result": [], "_note": {"total": 300}}


async def test_a_number_may_come_as_its_text() -> None:
    """Our choice: some models write each argument as a text."""
    async with api() as running:
        handle = note(await running.call("things"))["more"]["handle"]
        result = await running.call("read_result", handle=handle, select="results[].name", offset=" 5", limit="2")
        assert (result.structured or {})["result"] == ["n5", "n6"]


async def test_null_stands_for_what_is_not_given() -> None:
    """Our choice: models write null for an argument that they leave out."""
    async with api() as running:
        handle = note(await running.call("things"))["more"]["handle"]
        result = await running.call("read_result", handle=handle, select=None, offset=1, limit=None)
        assert list(result.structured or {}) == ["results", "_note"]


async def test_a_text_is_read_on_as_text() -> None:
    """Issue 4: works for text; offset and limit count characters."""
    body = "".join(f"line {number}\n" for number in range(2000))
    async with api(body.encode(), content_type="text/plain") as running:
        result = await running.call("things")
        seen = ""
        while True:
            first = result.content[0]
            assert isinstance(first, Text)
            assert result.structured is None
            seen += first.text
            if "more" not in note(result):
                break
            result = await running.next(result)
        assert seen == body
        handle = note(await running.call("things"))["more"]["handle"]
        said = error(await running.call("read_result", handle=handle, select="a"))
        assert (said["kind"], said["field"]) == ("invalid_arguments", "select")
        assert "this result is text" in said["message"]


async def test_a_handle_that_leads_nowhere_says_to_call_again() -> None:
    """Issue 4. Another caller's is none: security.md 26."""
    async with api() as running:
        handle = note(await running.call("things", caller="ann"))["more"]["handle"]
        for caller, tried in (("ann", "r_unknown"), ("bob", handle), ("", handle)):
            said = error(await running.call("read_result", caller=caller, handle=tried))
            assert (said["kind"], said["field"]) == ("not_found", "handle")
            assert said["hint"] == "make the call again whose result was cut"
        assert not (await running.call("read_result", caller="ann", handle=handle)).is_error


async def test_a_handle_that_another_replica_may_have_given_is_asked_for_again_while_redis_is_away(
    redis: RedisServer,
) -> None:
    """Issue 9, Proof: the right answer or a clear failure that may be retried; what could be kept here only says so."""
    async with links(redis.url, KEY, KEY) as (one, other):
        here, there = (KeptAnswers(no_time, namespace=each.namespace()) for each in (one, other))
        async with api(kept=here) as first, api(kept=there) as second:
            assert "replica" not in note(await first.call("things"))["more"]["hint"]
            redis.stop(kill=True)
            result = await first.call("things")
            assert note(result)["more"]["hint"].endswith("one replica alone has it: where it is not known, call again")
            result = await first.next(result, limit=100)
            assert "one replica alone has it" in note(result)["more"]["hint"]
            handle = note(result)["more"]["handle"]
            unknown = error(await second.call("read_result", handle=handle))
            assert (unknown["kind"], unknown["field"]) == ("unreachable", "handle")
            assert (unknown["retryable"], unknown["retry_after"]) == (True, 2)
            assert error(await second.call("read_result", handle="r_guessed"))["kind"] == "not_found"
            redis.start()
            one._not_before = other._not_before = 0.0
            assert error(await second.call("read_result", handle=handle)) == unknown  # it was away a moment ago
            assert other.is_there
            other._failed = -math.inf
            assert error(await second.call("read_result", handle=handle))["kind"] == "not_found"
            more = note(await first.call("things"))["more"]
            assert "replica" not in more["hint"]
            assert not (await second.call("read_result", handle=more["handle"])).is_error


async def test_an_answer_is_read_on_with_the_scopes_that_its_tool_wants_and_no_others() -> None:
    """Issue 5, Per caller (b): the same subject, with a token that grants less, or after the tool is gone."""
    kept, reads = KeptAnswers(no_time), frozenset({"read"})
    async with api(kept=kept) as running:
        handle = note(await running.call("scoped", "ann", reads))["more"]["handle"]
        assert not (await running.call("read_result", "ann", reads, handle=handle)).is_error
        assert not (await running.call("read_result", "ann", None, handle=handle)).is_error
        refused = error(await running.call("read_result", "ann", frozenset({"write"}), handle=handle))
        unknown = error(await running.call("read_result", "ann", frozenset({"write"}), handle="r_unknown"))
        assert refused == {**unknown, "message": unknown["message"].replace("r_unknown", handle)}
        gone = await kept.keep(Answer(text="x", is_json=False), "ann", "gone")
        assert error(await running.call("read_result", "ann", reads, handle=gone))["kind"] == "not_found"


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({}, "handle", 'argument "handle" is missing'),
        ({"handle": 5}, "handle", "must be string"),
        ({"handle": "r_x", "offset": -1}, "offset", "must be at least 0"),
        ({"handle": "r_x", "limit": 0}, "limit", "must be at least 1"),
        ({"handle": "r_x", "limit": "ten"}, "limit", "must be integer"),
        ({"handle": "r_x", "offset": "-1"}, "offset", "must be at least 0"),
        ({"handle": "r_x", "page": 2}, "page", 'argument "page" is unknown: this tool takes handle, select, offset'),
        ({"handle": "r_x", "select": "a["}, "select", "ends too early"),
        ({"handle": "r_x", "select": "a ]"}, "select", "(at character 3)"),
    ],
)
async def test_arguments_of_read_result_are_checked_like_those_of_every_tool(
    arguments: Json, field: str, said: str
) -> None:
    """security.md 15: isError naming the argument and the rule."""
    async with api() as running:
        found = error(await running.call("read_result", **arguments))
        assert (found["kind"], found["field"]) == ("invalid_arguments", field)
        assert said in found["message"]


async def test_a_select_that_does_not_fit_a_kept_answer_is_an_error() -> None:
    """Nothing was done, so nothing is lost."""
    async with api() as running:
        handle = note(await running.call("things"))["more"]["handle"]
        said = error(await running.call("read_result", handle=handle, select="abs(results)"))
        assert (said["kind"], said["field"]) == ("invalid_arguments", "select")
        assert "abs() takes number" in said["message"]


async def test_without_a_store_a_cut_says_what_else_helps() -> None:
    """Library use: as before."""
    async with api(keeps=False) as running:
        result = await running.call("things")
        assert list(note(result)["more"]) == ["cut", "hint"]
        assert error(await running.call("read_result", handle="r_x"))["kind"] == "unknown_tool"


async def test_an_answer_too_large_to_keep_has_no_handle() -> None:
    """As without a store."""
    async with api(kept=KeptAnswers(no_time, max_bytes=1000)) as running:
        assert "handle" not in note(await running.call("things"))["more"]


async def test_a_call_returns_the_part_that_it_selects() -> None:
    """Issue 4: `_select`, which every call takes when --select is on. It is never sent."""
    async with api() as running:
        result = await running.call("things", q="a", _select="results[?name=='n7'].id")
        assert result.structured == {"result": [2**60 + 7]}
        result = await running.call("add", a=1, _select="{n: count}")
        assert result.structured == {"n": 300}
        result = await running.call("things", _select="")
        assert "results" in (result.structured or {})
        assert running.upstream.targets == ["GET /things?q=a", "POST /things", "GET /things"]
        assert running.upstream.seen[1].endswith(b'{"a":1}')


async def test_what_is_selected_is_cut_and_read_on_like_all_else() -> None:
    """The handle is for what the call selected."""
    async with api() as running:
        result = await running.call("things", _select="results[].text")
        assert note(result)["more"]["next"]["arguments"].keys() == {"handle", "offset"}
        result = await running.next(result, offset=299)
        assert result.structured == {"result": ["x" * 80], "_note": {"total": 300}}


async def test_a_selection_that_cannot_be_read_is_said_before_anything_is_sent() -> None:
    """Issue 4: nothing is sent, and the error says why."""
    async with api() as running:
        said = error(await running.call("add", a=1, _select="results[?id=1]"))
        assert (said["kind"], said["field"]) == ("invalid_arguments", "_select")
        assert "at character 12" in said["message"]
        assert error(await running.call("things", _select=5))["field"] == "_select"
        assert running.upstream.seen == []


async def test_a_selection_that_does_not_fit_shows_all_of_the_answer_and_says_so() -> None:
    """The call was made, and may have written: to fail it would have it made again."""
    async with api() as running:
        result = await running.call("add", a=1, _select="abs(results)")
        assert not result.is_error
        assert note(result)["select"].startswith("not applied: it does not fit this answer: abs() takes number")
        assert (result.structured or {})["count"] == 300


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"plain", "text/plain", "not applied: the answer is text, not JSON"),
        (b"\x89PNG\x00", "image/png", "not applied: the answer is bytes, not JSON"),
        (b'{"a": 1, "b": 2}', "application/json", "it comes to null; the answer has the fields a, b"),
        (b"[1]", "application/json", "it comes to null; the answer is an array"),
        (b"5", "application/json", "it comes to null; the answer has no fields"),
    ],
)
async def test_a_selection_of_nothing_says_what_there_is(body: bytes, content_type: str, said: str) -> None:
    """Issue 4: a failure-free note."""
    async with api(body, content_type=content_type) as running:
        result = await running.call("things", _select="c")
        assert not result.is_error
        assert note(result)["select"] == said


async def test_a_select_over_an_answer_with_a_note_of_its_own_works_on_the_answer() -> None:
    """The body is the upstream's; what we say of it is not in it."""
    async with api(b'{"_note": {"theirs": 1}}') as running:
        assert (await running.call("things", _select="_note")).structured == {"theirs": 1}


async def test_a_documents_own_argument_of_that_name_is_sent() -> None:
    """Our choice: the document wins, and no selection is offered there."""
    async with api() as running:
        result = await running.call("own", _select="a[")
        assert not result.is_error
        assert running.upstream.targets == ["GET /own?_select=a%5B"]


async def test_without_the_option_the_argument_is_unknown() -> None:
    """As any other that the tool does not have."""
    async with api(select=False) as running:
        assert 'argument "_select" is unknown' in error(await running.call("things", _select="a"))["message"]
        assert running.upstream.seen == []
