"""Reaching a server over HTTP as a client would."""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from support.child import serving_http
from support.live import yaml
from support.upstream import Answer, Upstream

from openapi_mcp.clients import reach as reaching
from openapi_mcp.clients.reach import ReachError, reach, shown_url
from openapi_mcp.clients.talk import Era, Question
from openapi_mcp.errors import ExitCode

pytestmark = pytest.mark.anyio
SECONDS = 30.0
TOKEN = "a-token-of-the-endpoint"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("http")
    (folder / "w.yaml").write_text(yaml("a_list"), encoding="utf-8")
    words = ("--spec", str(folder / "w.yaml"), "--endpoint-token", TOKEN, "--retries", "0")
    with serving_http(*words, folder=folder) as (_, url):
        yield url


async def first(tools: Sequence[Mapping[str, Any]]) -> Question:
    return str(tools[0]["name"]), {}


@pytest.mark.parametrize(("era", "protocol"), [("modern", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_a_server_at_a_url_lists_its_tools_in_either_era(endpoint: str, era: Era, protocol: str) -> None:
    """Issue 10: reachable, era, tools."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    listed, asked = await reach(endpoint, headers, SECONDS, era=era, choose=first)
    assert (listed.era, listed.protocol, listed.tools[0]["name"]) == (era, protocol, "a_list")
    assert asked is not None
    assert (asked.tool, asked.kind) == ("a_list", "unreachable")
    assert (await reach(endpoint, headers, SECONDS, era=era))[1] is None


@pytest.mark.parametrize("era", ["modern", "legacy"])
async def test_a_server_that_wants_another_token_refuses(endpoint: str, era: Era) -> None:
    """Issue 10: 401."""
    with pytest.raises(ReachError) as caught:
        await reach(endpoint, {"Authorization": "Bearer other-token"}, SECONDS, era=era)
    assert caught.value.message == "the server refuses us with 401"
    assert (caught.value.status, caught.value.exit_code) == (401, ExitCode.CREDENTIALS)
    assert "other-token" not in f"{caught.value.message}{caught.value.hint}{caught.value.where}"


async def test_where_nobody_listens_is_said() -> None:
    """Issue 10: reachable."""
    with pytest.raises(ReachError) as caught:
        await reach("http://127.0.0.1:9/mcp", {}, SECONDS)
    assert caught.value.message.startswith("the server is not reached: the handshake: ")
    assert (caught.value.status, caught.value.exit_code) == (None, ExitCode.SOURCE)


async def test_an_address_of_something_else_is_said(upstream: Upstream) -> None:
    """A path that is not the endpoint's; a server that is no MCP server."""
    upstream.answers["/page"] = Answer(b"<h1>hello</h1>", content_type="text/html")
    with pytest.raises(ReachError) as caught:
        await reach(f"{upstream.url}/status/404", {}, SECONDS)
    assert caught.value.message == "the server answers 404"
    with pytest.raises(ReachError) as caught:
        await reach(f"{upstream.url}/page", {}, SECONDS)
    assert "hello" not in caught.value.message


async def test_a_server_that_never_answers_is_given_up(upstream: Upstream) -> None:
    """A client waits so long and no longer."""
    with pytest.raises(ReachError) as caught:
        await reach(f"{upstream.url}/hang", {}, 0.5)
    assert "the handshake: " in caught.value.message


async def test_an_answer_without_end_is_not_read_to_its_end(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md: a gigabyte is not kept."""
    monkeypatch.setattr(reaching, "_MOST", 1000)
    upstream.answers["/large"] = Answer(b'{"x": "' + b"y" * 100_000 + b'"}')
    with pytest.raises(ReachError) as caught:
        await reach(f"{upstream.url}/large", {}, SECONDS, era="legacy")
    assert "it answers without end" in caught.value.message


async def test_a_compressed_answer_is_not_unpacked(upstream: Upstream) -> None:
    """Found by an attack on it: three megabytes that become three gigabytes."""
    bomb = gzip.compress(b"a" * 10_000_000)
    upstream.answers["/bomb"] = Answer(bomb, headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(ReachError) as caught:
        await reach(f"{upstream.url}/bomb", {"accept-encoding": "gzip"}, SECONDS, era="legacy")
    assert "it compresses its answer, which was not asked for" in caught.value.message
    assert upstream.seen[0].values("Accept-Encoding") == ["identity"]


async def test_a_redirect_is_not_followed(upstream: Upstream) -> None:
    """design.md, Safety: a credential goes only to the origin it was given for."""
    upstream.answers["/moved"] = Answer(b"", status=307, headers=(("Location", f"{upstream.url}/elsewhere"),))
    with pytest.raises(ReachError):
        await reach(f"{upstream.url}/moved", {"X-Key": "abcdef"}, SECONDS)
    assert {seen.path for seen in upstream.seen} == {"/moved"}


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    """security.md: user, password and query of a URL."""
    assert shown_url("https://ann:pw@mcp.example.com/mcp?key=abc#x") == "https://mcp.example.com/mcp"
