"""What the low-level server lists and answers, and what it does with a call that goes wrong in us."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from support.upstream import Answer, Upstream, description

from openapi_mcp.app import App
from openapi_mcp.config import build_config
from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.recovery import Learning
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.tool import wire_tool
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server.protocol import create_server

BYTES = b"\x00\xffdata"
ENCODED = base64.b64encode(BYTES).decode()


@asynccontextmanager
async def toys(upstream: Upstream, tmp_path: Path, *paths: str) -> AsyncIterator[App]:
    config = build_config({"spec": upstream.serve(description(*paths))}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app:
        yield app


class Failing(Executor):
    """An executor with a bug in it."""

    error: Exception

    async def call(self, call: Call, learn: Learning | None = None) -> Result:
        raise self.error


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (RuntimeError("s3cret"), "bad_response", "openapi-mcp failed; this is a bug"),
        (RecursionError("s3cret"), "bad_response", "openapi-mcp failed; this is a bug"),
        (ConfigError("no usable server", hint="say where"), "refused", "no usable server"),
    ],
)
async def test_what_nobody_foresaw_is_an_error_result_without_its_text(
    upstream: Upstream,
    tmp_path: Path,
    mode: str,
    error: Exception,
    kind: str,
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """mcp-facts.md section 2: on legacy the text of any other exception goes to the client; security.md 10 and 36."""
    async with toys(upstream, tmp_path, "/echo") as app:
        failing = Failing(app.document, app.toolset)
        failing.error = error
        broken = App(toolset=app.toolset, document=app.document, executor=failing)
        async with Client(create_server(broken), mode=mode) as client:
            result = await client.call_tool("echo", {})
    assert result.is_error
    assert result.structured_content is not None
    shown = result.structured_content["error"]
    assert (shown["kind"], shown["message"]) == (kind, message)
    assert "s3cret" not in str(result)
    assert "s3cret" not in caplog.text


@pytest.mark.anyio
async def test_an_audio_answer_arrives_as_audio(upstream: Upstream, tmp_path: Path) -> None:
    """design.md, A result: images and audio are content blocks."""
    upstream.answers["/sound"] = Answer(BYTES, "audio/wav")
    async with toys(upstream, tmp_path, "/sound") as app, Client(create_server(app)) as client:
        (block,) = (await client.call_tool("sound")).content
    assert isinstance(block, types.AudioContent)
    assert (block.mime_type, block.data) == ("audio/wav", ENCODED)


@pytest.mark.anyio
async def test_the_list_carries_each_tool_as_it_is(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 2: schemas pass unchanged."""
    async with toys(upstream, tmp_path, "/things/{id}") as app:
        (tool,) = app.toolset.tools
        listed = types.Tool.model_validate(wire_tool(tool)).model_dump(by_alias=True, exclude_none=True)
        async with Client(create_server(app)) as client:
            seen, ours = (await client.list_tools()).tools
    assert seen.model_dump(by_alias=True, exclude_none=True) == listed
    assert listed["inputSchema"] == tool.input_schema
    assert (listed["name"], ours.name) == ("things", "read_result")


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_cut_result_is_read_on_over_the_protocol(upstream: Upstream, tmp_path: Path, mode: str) -> None:
    """Issue 4, in both eras: the call that a cut result names works as it stands."""
    upstream.answers["/many"] = Answer(json.dumps([f"item {number}" * 9 for number in range(900)]).encode())
    async with toys(upstream, tmp_path, "/many") as app, Client(create_server(app), mode=mode) as client:
        result = await client.call_tool("many")
        seen: list[str] = []
        while result.structured_content is not None:
            seen += result.structured_content["result"]
            more = result.structured_content.get("_note", {}).get("more")
            if more is None:
                break
            result = await client.call_tool(more["next"]["tool"], more["next"]["arguments"])
        assert seen == [f"item {number}" * 9 for number in range(900)]
        wrong = await client.call_tool("read_result", {"handle": "r_gone"})
        assert wrong.is_error
    assert len(upstream.calls) == 1


@pytest.mark.anyio
async def test_what_is_kept_outlives_the_document(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 4: `--watch` exchanges the tools, and the answers that were cut stay."""
    upstream.answers["/many"] = Answer(json.dumps(["x" * 90] * 900).encode())
    config = build_config({"spec": upstream.serve(description("/many"))}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app:
        first = await app.call(Call(tool="many"))
        upstream.serve(description("/other"))
        assert await check_again(app, lambda _: None, {}) is not None
        following = (first.structured or {})["_note"]["more"]["next"]
        assert not (await app.call(Call(tool=following["tool"], arguments=following["arguments"]))).is_error
        assert [tool["name"] for tool in app.pages.tools(0)] == ["other", "read_result"]


@pytest.mark.anyio
async def test_where_nothing_is_cut_there_is_nothing_to_read_on(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 4: with --max-response 0 the tool is not listed, and not known."""
    config = build_config({"spec": upstream.serve(description("/a")), "max_response": 0}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app, Client(create_server(app)) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["a"]
        with pytest.raises(MCPError, match="Unknown tool: read_result"):
            await client.call_tool("read_result", {"handle": "r_x"})
