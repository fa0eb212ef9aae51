"""A start without a good document: what was served last is served again, and that is said."""

import json
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from support import make
from support.child import LISTED_OVER_HTTP, Child, run_command, running, serving_http
from support.live import Told, names, put, yaml
from support.upstream import PATIENCE, Answer, Upstream, description

from openapi_mcp.app import App
from openapi_mcp.cli.start import catalogue_path
from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import CredentialsError, OpenapiMcpError
from openapi_mcp.front import SUFFIX
from openapi_mcp.generator.catalogue import Answers, Freshness, write_catalogue
from openapi_mcp.generator.stored import last_catalogue
from openapi_mcp.model.call import Call
from openapi_mcp.model.secret import Redactor
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server import watch
from openapi_mcp.server.keep import Keeper
from openapi_mcp.server.watch import Watch

STAYS = r"warning: the last good document stays \(of \d{4}-\d\d-\d\d \d\d:\d\d UTC\); the new one cannot be served: "


def quiet(_text: str) -> None:
    """Say nothing."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / f"key{SUFFIX}"


@asynccontextmanager
async def started(config: Config, told: Told, path: Path | None) -> AsyncIterator[App]:
    """Start as `serve` does, without a list that was sent already."""
    async with open_app(config, told, {}, last_good=path, can_change=True) as app:
        yield app


async def keep(config: Config, path: Path) -> None:
    """Start once, and keep what is served."""
    async with started(config, Told(), path) as app:
        assert app.stored is None
        await Keeper(notice=quiet, path=path).keep(app)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"{"), "not valid YAML"),
        (Answer(b"<!doctype html>"), "HTML"),
        (Answer(json.dumps(description("/echo")).replace('"get"', '"post"').encode()), "no operation became a tool"),
        (Answer(b"", status=503), "answered 503"),
        (Answer(b"", status=304), "answered 304"),
    ],
    ids=["broken", "another thing", "empty", "out of order", "unchanged to nobody"],
)
async def test_the_last_good_document_is_served_where_the_new_one_cannot_be(
    upstream: Upstream, tmp_path: Path, path: Path, answer: Answer, words: str
) -> None:
    """Issue 3, Live: also at start, from the cache, said on stderr."""
    upstream.answers["/spec"] = Answer(json.dumps(description("/echo", server=upstream.url)).encode())
    config, told = build_config({"spec": f"{upstream.url}/spec"}, {}, tmp_path), Told()
    await keep(config, path)
    upstream.answers["/spec"] = answer
    async with started(config, told, path) as app:
        (line,) = told.lines
        assert words in line
        assert line.startswith("warning: the last good document stays (of 2")
        assert names(app) == ["echo"]
        assert not (await app.call(Call(tool="echo", arguments={}))).is_error
    with pytest.raises(OpenapiMcpError, match=words):
        async with started(config, told, None):
            pass
    with pytest.raises(OpenapiMcpError, match=words):
        async with started(config, told, path.with_name(f"other{SUFFIX}")):
            pass


@pytest.mark.anyio
@pytest.mark.parametrize("answer", [Answer(b"", status=503), Answer(b"{")], ids=["out of reach", "broken"])
async def test_the_last_good_document_is_served_where_a_part_of_the_new_one_is_lost(
    upstream: Upstream, tmp_path: Path, path: Path, answer: Answer
) -> None:
    """Issue 3, Live: at start too; without a list of last time what there is is served."""
    paths = {"/a": {"$ref": "/a.json"}, "/b": {"get": {"operationId": "b", "responses": {}}}}
    config = build_config({"spec": upstream.serve(description() | {"paths": paths})}, {}, tmp_path)
    whole = Answer(json.dumps({"get": {"operationId": "a", "responses": {}}}).encode())
    upstream.answers["/a.json"] = answer
    async with started(config, Told(), path) as app:
        assert names(app) == ["b"]
    upstream.answers["/a.json"] = whole
    await keep(config, path)
    upstream.answers["/a.json"] = answer
    told = Told()
    async with started(config, told, path) as app:
        (line,) = told.lines
        assert line.startswith("warning: the last good document stays (of 2")
        assert names(app) == ["a", "b"]
        upstream.answers["/a.json"] = whole
        assert await check_again(app, told, {}) is None
    async with started(config, Told(), None) as app:
        assert names(app) == ["a", "b"]


@pytest.mark.anyio
async def test_without_its_credentials_the_last_good_document_is_not_served(
    upstream: Upstream, tmp_path: Path, path: Path
) -> None:
    """design.md, Options: exit status 5."""
    told = Told()
    url = upstream.serve(description("/echo", server=upstream.url))
    config = build_config({"spec": url, "bearer": "env:TOYS"}, {}, tmp_path)
    async with open_app(config, quiet, {"TOYS": "s3cret"}) as app:
        await Keeper(notice=quiet, path=path).keep(app)
    with pytest.raises(CredentialsError, match="TOYS is not set"):
        async with started(config, told, path):
            pass
    assert told.lines == []


def kept_tools(path: Path) -> int:
    stored = last_catalogue(path)
    assert stored is not None
    with closing(stored):
        return len(stored.toolset.tools)


@pytest.mark.anyio
async def test_a_start_without_the_file_watches_for_it(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 3, Live: the mended document is taken, and kept for the next start."""
    monkeypatch.setattr(watch, "_LOOK", 0.01)
    file, told = tmp_path / "api.yaml", Told()
    put(file, yaml("one"))
    config = Config(spec=str(file), watch=True)
    await keep(config, path)
    file.unlink()
    async with started(config, told, path) as app, anyio.create_task_group() as group:
        group.start_soon(Watch(keeper=Keeper(notice=told, path=path), environ={}).run, app)
        assert "cannot read the file" in await told.wait_for("the last good document stays")
        put(file, "{")
        await told.wait_for("the last good document stays")
        put(file, yaml("one", "two"))
        await told.wait_for("has changed")
        assert names(app) == ["one", "two"]
        while kept_tools(path) != 2:
            await anyio.lowlevel.checkpoint()
        assert [line for line in told.lines if "warning" in line] == []
        group.cancel_scope.cancel()


def test_a_damaged_catalogue_is_no_last_good_document(path: Path) -> None:
    """Issue 3: never a list that is not whole."""
    make_catalogue(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5] + b"X" + whole[-4:])
    assert last_catalogue(path) is None
    assert last_catalogue(path.with_name("other")) is None
    assert last_catalogue(None) is None


def make_catalogue(path: Path) -> None:
    answers = Answers(initialize={}, discover={}, list={}, listens=False)
    paths: dict[str, Any] = {"/a": {"get": {}}}
    write_catalogue(path, make.document(paths), make.toolset(paths), answers, Freshness(), Redactor(()))


@pytest.mark.anyio
async def test_every_file_of_a_kept_document_is_watched(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 3, Live: `--watch` (files), after a start from the catalogue too."""
    monkeypatch.setattr(watch, "_LOOK", 0.01)
    told = Told()
    put(tmp_path / "api.yaml", yaml("one") + "  /other: {$ref: other.yaml}\n")
    put(tmp_path / "other.yaml", "get: {operationId: first, responses: {}}\n")
    config = Config(spec=str(tmp_path / "api.yaml"), watch=True)
    await keep(config, path)
    stored = last_catalogue(path)
    async with open_app(config, told, {}, stored, can_change=True) as app, anyio.create_task_group() as group:
        group.start_soon(Watch(keeper=Keeper(notice=told, path=None), environ={}).run, app)
        put(tmp_path / "other.yaml", "get: {operationId: second, responses: {}}\n")
        await told.wait_for("has changed")
        assert names(app) == ["one", "second"]
        group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_kept_document_is_asked_for_by_its_etag(upstream: Upstream, tmp_path: Path, path: Path) -> None:
    """Issue 3, Live: the check behind a warm start; what was kept is what the server still has."""
    upstream.has_etags = True
    config = build_config({"spec": upstream.serve(description("/echo"))}, {}, tmp_path)
    await keep(config, path)
    upstream.seen.clear()
    async with open_app(config, quiet, {}, last_catalogue(path), can_change=True) as app:
        assert await check_again(app, quiet, {}) is None
        upstream.serve(description("/more"))
        assert await check_again(app, quiet, {}) is not None
        assert names(app) == ["more"]
    assert [bool(seen.values("If-None-Match")) for seen in upstream.seen] == [True, True]


def wait_for_catalogue(tmp_path: Path) -> None:
    """Return once something is kept; a server over HTTP does that behind its first answers."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if list((tmp_path / "home" / "openapi-mcp").glob(f"*{SUFFIX}")):
            return
        pause.wait(0.05)
    raise AssertionError("nothing was kept")


def tools_over_http(url: str) -> list[str]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    with httpx.Client(trust_env=False, timeout=20) as client:
        return tool_names(client.post(url, headers=headers, json=body).json())


def tool_names(frame: dict[str, Any]) -> list[str]:
    return [tool["name"] for tool in frame["result"]["tools"]]


def end(child: Child) -> None:
    child.process.send_signal(signal.SIGTERM)
    assert child.wait() == 0


def test_a_server_over_http_starts_from_what_it_served_last(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: `serve http` too; `--no-catalogue` keeps nothing and uses nothing."""
    arguments = ("--spec", upstream.serve(description("/echo")))
    with serving_http(*arguments, folder=tmp_path) as (child, _):
        wait_for_catalogue(tmp_path)
        end(child)
    upstream.document = b"{"
    with serving_http(*arguments, folder=tmp_path) as (child, url):
        assert tools_over_http(url) == ["echo", *LISTED_OVER_HTTP]
        end(child)
        warning, served, *_ = child.stderr.splitlines()
        assert warning.startswith("warning: the last good document stays (of ")
        assert "1 tools of Toys" in served
    ended = run_command("serve", "http", "--port", "0", "--no-catalogue", *arguments, folder=tmp_path)
    assert ended.status == 4


@pytest.mark.parametrize("broken", [b"{", None], ids=["broken", "gone"])
def test_a_server_over_stdio_starts_from_what_it_served_last(
    upstream: Upstream, tmp_path: Path, broken: bytes | None
) -> None:
    """Issue 3, Live: a file too, whose new content is broken or gone. Only `serve` takes the old one."""
    file = tmp_path / "toys.json"
    file.write_text(json.dumps(description("/echo", server=upstream.url)))
    os.utime(file, (1_000_000_000, 1_000_000_000))
    with running("serve", "--spec", str(file), folder=tmp_path) as child:
        child.open()
        child.request("tools/list")
        child.close_stdin()
        assert child.wait() == 0
    if broken is None:
        file.unlink()
    else:
        file.write_bytes(broken)
    with running("serve", "--spec", str(file), folder=tmp_path) as child:
        child.wait_for_stderr(STAYS)
        child.open()
        assert tool_names(child.request("tools/list")) == ["echo", "read_result"]
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        child.close_stdin()
        assert child.wait() == 0
        assert len(child.stderr.splitlines()) == 3
    status = 3 if broken is None else 4
    for command in (("serve", "--no-catalogue"), ("inspect",), ("check",), ("call", "echo")):
        ended = run_command(*command, "--spec", str(file), folder=tmp_path)
        assert (command[0], ended.status) == (command[0], status)


def test_a_document_on_standard_input_is_not_kept() -> None:
    """The command line does not say which it was."""
    assert catalogue_path(Config(spec="-"), ("serve", "http", "--spec", "-")) is None
    assert catalogue_path(Config(spec="a.yaml"), ("serve", "http", "--spec", "a.yaml")) is not None
