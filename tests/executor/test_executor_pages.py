"""Further pages of an answer: told as the next call, or asked for and collected."""

import json
from typing import Any

import pytest
from support.make import ALL_METHODS, Json, document, json_body, parameter
from support.raw import RawUpstream, Write, answer, hang, raw_upstream

from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Result, Text
from openapi_mcp.model.policy import Limits
from openapi_mcp.model.secret import Credential, Place, Secret

pytestmark = pytest.mark.anyio

KEY = Credential(place=Place.QUERY, name="key", value=Secret("s3cr3t-value"))
FIELDS = {"type": "object", "properties": {"q": {"type": "string"}, "start_cursor": {"type": "string"}}}
PATHS: Json = {
    "/things": {
        "get": {
            "operationId": "things",
            "parameters": [
                parameter("page", schema={"type": "integer", "maximum": 5}),
                parameter("cursor"),
                parameter("offset", schema={"type": "integer"}),
            ],
        },
        "post": {"operationId": "search", "requestBody": {"content": json_body(FIELDS)}},
    },
    "/things/{id}/parts": {
        "get": {"operationId": "parts", "parameters": [parameter("id", "path"), parameter("cursor")]},
    },
}


def body(items: list[int], **fields: Any) -> bytes:
    return answer(json.dumps({"items": items, **fields}).encode())


async def called(
    upstream: RawUpstream, arguments: Json | None = None, *, tool: str = "things", limits: Limits | None = None
) -> Result:
    made = document(PATHS)
    options: Json = {"base_url": upstream.url, "credentials": [KEY], "limits": limits}
    async with Executor(made, generate(made, ALL_METHODS), **options) as running:
        return await running.call(Call(tool=tool, arguments=arguments or {}))


async def collected(*answers: bytes | Write, pages: int = 9, **limits: Any) -> tuple[Any, list[str]]:
    """Return what a call of `things` brings, and the targets that were asked for."""
    async with raw_upstream(*answers) as upstream:
        result = await called(upstream, limits=Limits(follow_pages=pages, **limits))
    assert not result.is_error
    return result.structured, [target.replace("key=s3cr3t-value", "KEY") for target in upstream.targets]


def told(**arguments: Any) -> Json:
    return {"tool": "things", "arguments": arguments}


async def test_the_result_says_the_exact_next_call() -> None:
    """Issue 4, Pages."""
    async with raw_upstream(body([1], next_cursor="a b")) as upstream:
        result = await called(upstream, {"id": "x y"}, tool="parts")
    following = {"tool": "parts", "arguments": {"id": "x y", "cursor": "a b"}}
    assert result.structured == {"items": [1], "next_cursor": "a b", "_note": {"next": following}}
    (block,) = result.content
    assert isinstance(block, Text)
    assert json.loads(block.text) == result.structured
    assert len(upstream.seen) == 1


async def test_an_argument_given_by_its_place_is_told_by_its_name() -> None:
    """The next call is the one that was validated."""
    async with raw_upstream(body([1], next_cursor="z")) as upstream:
        result = await called(upstream, {"query_page": 1, "query_cursor": "y"})
    assert result.structured is not None
    assert result.structured["_note"] == {"next": told(page=1, cursor="z")}


async def test_the_first_way_that_the_schema_allows_is_told() -> None:
    """A next URL with page=6 breaks `maximum`; the cursor does not. What breaks it all is only shown."""
    async with raw_upstream(body([1], next="/things?page=6", next_cursor="z")) as upstream:
        result = await called(upstream)
    assert result.structured is not None
    assert result.structured["_note"] == {"next": told(cursor="z")}
    async with raw_upstream(body([1], next="/things?page=6&key=s3cr3t-value")) as upstream:
        result = await called(upstream)
    assert result.structured is not None
    assert result.structured["_note"] == {"next_url": f"{upstream.url}/things?page=6"}


async def test_no_secret_stands_in_a_next_call() -> None:
    """security.md 10 R-SECRET: a cursor, or an argument of the caller's own, that holds the credential."""
    async with raw_upstream(body([1], next_cursor="s3cr3t-value")) as upstream:
        assert (await called(upstream)).structured == {"items": [1], "next_cursor": "***"}
    async with raw_upstream(body([1], next_cursor="a")) as upstream:
        result = await called(upstream, {"id": "s3cr3t-value"}, tool="parts")
    assert result.structured == {"items": [1], "next_cursor": "a"}


async def test_pages_are_collected_with_the_credential_of_each_call() -> None:
    """Issue 4, Pages: `--follow-pages N`."""
    found, targets = await collected(
        body([1], next_cursor="a", total=3), body([2], next_cursor="b"), body([3], next_cursor=None)
    )
    assert found == {"items": [1, 2, 3], "next_cursor": None, "total": 3, "_note": {"pages": 3}}
    assert targets == ["GET /things?KEY", "GET /things?cursor=a&KEY", "GET /things?cursor=b&KEY"]


@pytest.mark.parametrize(("pages", "asked"), [(0, 1), (1, 1), (2, 2), (3, 3)])
async def test_no_more_pages_are_asked_for_than_was_said(pages: int, asked: int) -> None:
    """The rest is the next call."""
    found, targets = await collected(*(body([n], next_cursor=f"c{n}") for n in range(5)), pages=pages)
    assert len(targets) == asked
    assert found["items"] == list(range(asked))
    assert found["_note"]["next"] == told(cursor=f"c{asked - 1}")


async def test_a_page_that_fails_leaves_what_came_before() -> None:
    """The note says why, and which call takes it up."""
    found, _ = await collected(body([1], next_cursor="a"), answer(b'{"detail": "slow"}', "503 Slow"))
    assert found["items"] == [1]
    assert found["_note"] == {
        "next": told(cursor="a"),
        "stopped": {"kind": "upstream_error", "message": "the API answered 503: slow"},
    }


async def test_a_page_that_is_not_had_leaves_what_came_before() -> None:
    """A broken answer, another origin: nothing of it is followed."""
    found, _ = await collected(body([1], next_cursor="a"), b"nonsense\r\n\r\n")
    assert found["_note"]["stopped"]["kind"] == "bad_response"
    moved = answer(b"", "302 Found", Location="http://other.example.com/")
    found, _ = await collected(body([1], next_cursor="a"), moved)
    assert found["_note"]["stopped"]["kind"] == "refused"


async def test_all_pages_share_one_deadline() -> None:
    """security.md 16 R-TIMEOUT: what came in time is not lost."""
    found, _ = await collected(body([1], next_cursor="a"), body([2], next_cursor="b"), hang, timeout=0.5)
    assert (found["items"], found["_note"]["pages"], found["_note"]["next"]) == ([1, 2], 2, told(cursor="b"))
    assert found["_note"]["stopped"]["kind"] == "timeout"


async def test_all_pages_share_one_cap() -> None:
    """security.md 17 R-UPSTREAM: --max-body in all."""
    answers = (body([n], next_cursor=f"c{n}", pad="x" * 400) for n in range(5))
    found, targets = await collected(*answers, max_body=1000)
    assert (found["items"], len(targets)) == ([0, 1], 3)
    assert found["_note"]["stopped"]["kind"] == "too_large"


async def test_another_origin_is_never_asked() -> None:
    """Hostile upstream: a next URL that leads away."""
    async with raw_upstream(body([7])) as other, raw_upstream(body([1], next=f"{other.url}/things?page=2")) as upstream:
        result = await called(upstream, limits=Limits(follow_pages=5))
        assert (len(upstream.seen), other.seen) == (1, [])
    assert result.structured is not None
    assert result.structured["_note"] == {"next_url": f"{other.url}/things?page=2"}


async def test_a_post_is_told_its_next_call_and_not_repeated() -> None:
    """An unsafe method is sent once."""
    async with raw_upstream(body([1], next_cursor="a", has_more=True)) as upstream:
        result = await called(upstream, {"q": "x"}, tool="search", limits=Limits(follow_pages=5))
    assert upstream.targets == ["POST /things?key=s3cr3t-value"]
    assert result.structured is not None
    following = {"tool": "search", "arguments": {"q": "x", "start_cursor": "a"}}
    assert result.structured["_note"] == {"next": following}


async def test_what_was_collected_is_cut_like_any_answer() -> None:
    """--max-response holds for the whole."""
    answers = (body(list(range(200)), next_cursor=f"c{n}") for n in range(3))
    found, _ = await collected(*answers, body([], next_cursor=""), max_response=1500)
    assert found["_note"]["pages"] == 4
    (cut,) = found["_note"]["more"]["cut"]
    assert cut["shown"] + cut["left"] == 600
