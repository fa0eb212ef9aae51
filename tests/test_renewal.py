"""A new document arrives while the app serves: the list and its executor are exchanged, calls in flight are not."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.upstream import Answer, Upstream, description

from openapi_mcp.apart import apart
from openapi_mcp.app import App
from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import ConfigError, SourceError
from openapi_mcp.loading import load_catalogue
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.policy import ToolEdit
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again, renew, serve_catalogue

pytestmark = pytest.mark.anyio


def quiet(_text: str) -> None:
    """Say nothing."""


def config(upstream: Upstream, folder: Path, *paths: str) -> Config:
    return build_config({"spec": upstream.serve(description(*paths))}, {}, folder)


async def arrive(app: App, upstream: Upstream, folder: Path, *paths: str) -> bool:
    changed = config(upstream, folder, *paths)
    return await serve_catalogue(app, changed, await load_catalogue(changed, quiet, {}), {})


def watched(app: App) -> list[list[str]]:
    told: list[list[str]] = []

    async def note() -> None:
        told.append([tool["name"] for tool in app.pages.tools(0)])

    app.on_change.append(note)
    return told


async def test_a_call_in_flight_ends_on_the_old_document(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: calls in flight end on the old one."""
    results: list[Result] = []
    async with open_app(config(upstream, tmp_path, "/held"), quiet, {}) as app:
        old, told = app.executor, watched(app)

        async def call() -> None:
            results.append(await app.call(Call(tool="held", arguments={"n": 1})))

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.to_thread.run_sync(upstream.arrived.get)
            assert await arrive(app, upstream, tmp_path, "/echo")
            assert app.executor is not old
            assert (await app.call(Call(tool="echo", arguments={"n": 2}))).is_error is False
            assert (await app.call(Call(tool="held", arguments={}))).is_error
            upstream.release.set()
        assert told == [["echo", "read_result"]]
    assert [result.is_error for result in results] == [False]
    assert old._sender._lanes._is_closed


async def test_the_same_list_is_not_announced(upstream: Upstream, tmp_path: Path) -> None:
    """A document may change where no tool does."""
    async with open_app(config(upstream, tmp_path, "/echo"), quiet, {}) as app:
        told = watched(app)
        assert not await arrive(app, upstream, tmp_path, "/echo")
        assert told == []


async def test_a_document_without_tools_does_not_arrive(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: the last good document stays when the new one is broken."""
    async with open_app(config(upstream, tmp_path, "/echo"), quiet, {}) as app:
        excluding = build_config({"spec": f"{upstream.url}/document.json", "exclude": ["/*"]}, {}, tmp_path)
        with pytest.raises(ConfigError, match="no operation became a tool"):
            await serve_catalogue(app, excluding, await load_catalogue(excluding, quiet, {}), {})
        assert not (await app.call(Call(tool="echo", arguments={}))).is_error


async def test_a_document_of_the_same_bytes_is_fetched_and_not_made_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, At once: freshness is checked by the digest."""
    given = config(upstream, tmp_path, "/echo")
    async with open_app(given, quiet, {}) as app:
        before = app.executor
        fetched = len(upstream.seen)
        assert await check_again(app, quiet, {}) is None
        assert len(upstream.seen) == fetched + 1
        assert app.executor is before
        upstream.serve(description("/echo", "/more"))
        found = await check_again(app, quiet, {})
        assert found is not None
        assert list(app.toolset.by_name) == ["echo", "more"]
        assert app.freshness == found.freshness


async def test_what_cannot_be_had_is_said_and_changes_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: the last good document stays when the new one is out of reach."""
    said: list[str] = []
    given = config(upstream, tmp_path, "/echo")
    async with open_app(given, quiet, {}) as app:
        upstream.document = b"{"
        assert await check_again(app, said.append, {}) is None
        assert list(app.toolset.by_name) == ["echo"]
    (line,) = said
    assert re.match(r"warning: the last good document stays \(of \S+ \S+ UTC\); the new one cannot be served: ", line)


async def test_the_same_trouble_is_said_once(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: `--refresh` meets it again and again; after a good answer it is news."""
    said: list[str] = []
    given = config(upstream, tmp_path, "/echo")
    good = upstream.document
    async with open_app(given, quiet, {}) as app:
        for document in (b"{", b"{", good, b"{", b"<!doctype html>"):
            upstream.document = document
            assert await check_again(app, said.append, {}) is None
    assert ["HTML" in line for line in said] == [False, False, True]


def conditional(upstream: Upstream) -> list[tuple[str, bool]]:
    """Return the path of each request for the document, and whether it was asked by what is known, and forget them."""
    asked = [(seen.path, bool(seen.values("If-None-Match"))) for seen in upstream.seen]
    upstream.seen.clear()
    return asked


async def test_what_its_server_still_has_is_not_sent_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: ETag."""
    upstream.has_etags = True
    given = config(upstream, tmp_path, "/echo")
    async with open_app(given, quiet, {}) as app:
        assert conditional(upstream) == [("/document.json", False)]
        assert await check_again(app, quiet, {}) is None
        assert conditional(upstream) == [("/document.json", True)]
        upstream.serve(description("/more"))
        assert await check_again(app, quiet, {}) is not None
        assert conditional(upstream) == [("/document.json", True)]  # what came with the question is what is read
        assert await check_again(app, quiet, {}) is None
        assert conditional(upstream) == [("/document.json", True)]


def item(name: str) -> Answer:
    return Answer(json.dumps({"get": {"operationId": name, "responses": {}}}).encode())


async def test_a_change_of_one_part_is_seen_while_the_document_is_the_same(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: of a document spread over several URLs; one that could not be had may come."""
    upstream.has_etags = True
    paths = {"/a": {"$ref": "/a.json"}, "/b": {"$ref": "/b.json"}}
    given = build_config({"spec": upstream.serve(description() | {"paths": paths})}, {}, tmp_path)
    upstream.answers = {"/a.json": item("a"), "/b.json": Answer(b"", status=404)}
    async with open_app(given, quiet, {}) as app:
        assert sorted(conditional(upstream)) == [("/a.json", False), ("/b.json", False), ("/document.json", False)]
        assert await check_again(app, quiet, {}) is None
        assert sorted(conditional(upstream)) == [("/a.json", True), ("/b.json", False), ("/document.json", True)]
        upstream.answers["/a.json"] = item("changed")
        assert await check_again(app, quiet, {}) is not None
        assert list(app.toolset.by_name) == ["changed"]
        upstream.answers["/b.json"] = item("b")
        assert await check_again(app, quiet, {}) is not None
        assert sorted(app.toolset.by_name) == ["b", "changed"]


@pytest.mark.parametrize("query", ["", "?key=s3cret"], ids=["plain", "secret"])
@pytest.mark.parametrize(
    "answer",
    [Answer(b"", status=500), Answer(b"{"), Answer(b""), Answer(b"\x1f\x8bx")],
    ids=["out of reach", "broken", "empty", "damaged"],
)
async def test_while_a_part_that_was_there_is_lost_the_last_good_list_stays(
    upstream: Upstream, tmp_path: Path, answer: Answer, query: str
) -> None:
    """Issue 3, Live: as for the document itself. A document that does without the part is a change like another."""
    said: list[str] = []
    document = description() | {"paths": {"/a": {"$ref": "/a.json"}, "/b": {"$ref": f"/b.json{query}"}}}
    given = build_config({"spec": upstream.serve(document)}, {}, tmp_path)
    upstream.answers = {"/a.json": item("a"), "/b.json": item("b")}
    async with open_app(given, quiet, {}) as app:
        upstream.answers |= {"/a.json": item("changed"), "/b.json": answer}
        for _ in range(2):
            assert await check_again(app, said.append, {}) is None
        assert list(app.toolset.by_name) == ["a", "b"]
        assert ["a referenced document cannot be" in line for line in said] == [True]
        upstream.answers["/b.json"] = item("b")
        assert await check_again(app, said.append, {}) is not None
        assert list(app.toolset.by_name) == ["changed", "b"]
        upstream.answers["/b.json"] = answer
        del document["paths"]["/b"]
        upstream.serve(document)
        assert await check_again(app, said.append, {}) is not None
        assert list(app.toolset.by_name) == ["changed"]
    assert len(said) == 1


async def test_a_part_whose_url_may_hold_a_secret_is_not_written_down(upstream: Upstream, tmp_path: Path) -> None:
    """security.md: nothing secret on disk. Such a document is loaded again as a whole."""
    upstream.answers = {"/a.json": item("a")}
    document = description() | {"paths": {"/a": {"$ref": "/a.json?key=s3cret"}}}
    given = build_config({"spec": upstream.serve(document)}, {}, tmp_path)
    async with open_app(given, quiet, {}) as app:
        assert app.freshness is not None
        assert [part.uri for part in app.freshness.parts] == ["", None]
        assert await check_again(app, quiet, {}) is None
        upstream.answers["/a.json"] = item("changed")
        assert await check_again(app, quiet, {}) is not None


async def test_long_work_apart_returns_or_raises_what_it_does() -> None:
    """It runs in a thread with a loop of its own."""

    async def work() -> int:
        await anyio.lowlevel.checkpoint()
        return 7

    async def fail() -> Any:
        raise ConfigError("no")

    assert await apart(work) == 7
    with pytest.raises(ConfigError, match="no"):
        await apart(fail)


async def test_settings_that_come_while_a_document_is_loaded_are_not_lost(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: the document is looked at once more, with the settings of now."""
    given = build_config({"spec": f"{upstream.url}/late/document"}, {}, tmp_path)
    upstream.serve(description("/one", "/two"))
    upstream.release.set()
    async with open_app(given, quiet, {}) as app, anyio.create_task_group() as group:
        upstream.release.clear()
        upstream.serve(description("/one", "/two", "/three"))
        before = len(upstream.seen)
        group.start_soon(check_again, app, quiet, {})
        while len(upstream.seen) == before:
            await anyio.lowlevel.checkpoint()
        await renew(app, replace(given, edits={"two": ToolEdit(enabled=False)}), quiet, {})
        assert listed(app) == ["one"]
        upstream.release.set()
    assert listed(app) == ["one", "three"]


async def test_a_document_that_comes_while_settings_are_read_is_not_lost(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: the other way around."""
    given = build_config({"spec": f"{upstream.url}/late/document"}, {}, tmp_path)
    upstream.serve(description("/one", "/two"))
    upstream.release.set()
    async with open_app(given, quiet, {}) as app, anyio.create_task_group() as group:
        upstream.release.clear()
        before = len(upstream.seen)
        group.start_soon(renew, app, replace(given, exclude=("/two",)), quiet, {})
        while len(upstream.seen) == before:
            await anyio.lowlevel.checkpoint()
        upstream.serve(description("/one", "/two", "/three"))
        arrived = replace(given, spec=f"{upstream.url}/document.json")
        await serve_catalogue(app, given, await load_catalogue(arrived, quiet, {}), {})
        assert listed(app) == ["one", "two", "three"]
        upstream.release.set()
    assert listed(app) == ["one", "three"]


def with_workflow(upstream: Upstream, folder: Path, document: dict[str, Any], name: str) -> Config:
    """Return the configuration of a document with a workflow of this name over its operation `one`."""
    step = {"stepId": "first", "operationId": "one"}
    said = {
        "arazzo": "1.0.1",
        "info": {"title": "T", "version": "1"},
        "sourceDescriptions": [{"name": "toys", "url": "toys.json", "type": "openapi"}],
        "workflows": [{"workflowId": name, "steps": [step]}],
    }
    file = folder / "toys.arazzo.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return build_config({"spec": upstream.serve(document), "workflow": [str(file)]}, {}, folder)


async def test_workflows_are_read_again_with_other_settings(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11; issue 8, Switches: the document is the same, the file of workflows need not be."""
    given = with_workflow(upstream, tmp_path, description("/one", "/two"), "before")
    async with open_app(given, quiet, {}) as app:
        assert listed(app) == ["one", "two", "before"]
        with_workflow(upstream, tmp_path, description("/one", "/two"), "after")
        assert await renew(app, replace(given, edits={"two": ToolEdit(enabled=False)}), quiet, {})
        assert listed(app) == ["one", "after"]


async def test_other_settings_do_not_cost_a_part_that_is_lost_meanwhile(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: all stays as it was, as where the document itself is out of reach."""
    document = description("/one") | {"paths": {**description("/one")["paths"], "/a": {"$ref": "/a.json"}}}
    upstream.answers = {"/a.json": item("a")}
    given = with_workflow(upstream, tmp_path, document, "flow")
    async with open_app(given, quiet, {}) as app:
        before = listed(app)
        assert "a" in before
        upstream.answers["/a.json"] = Answer(b"", status=500)
        with pytest.raises(SourceError, match="a referenced document cannot be"):
            await renew(app, replace(given, edits={"one": ToolEdit(enabled=False)}), quiet, {})
        assert listed(app) == before


async def test_a_limit_of_results_that_comes_later_has_them_read_on(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: --max-response from none to some, and back."""
    without = build_config({"spec": upstream.serve(description("/rows")), "max_response": 0}, {}, tmp_path)
    upstream.answers["/rows"] = Answer(json.dumps(list(range(1_000))).encode())
    async with open_app(without, quiet, {}) as app:
        assert not app.reads_on
        assert await renew(app, replace(without, limits=replace(without.limits, max_response=100)), quiet, {})
        assert app.reads_on
        result = await app.call(Call(tool="rows", arguments={}))
        handle = (result.structured or {})["_note"]["more"]["handle"]
        assert not (await app.call(Call(tool="read_result", arguments={"handle": handle}))).is_error
        assert await renew(app, without, quiet, {})
        assert not app.reads_on


def listed(app: App) -> list[str]:
    return [tool.name for tool in app.toolset.tools]


async def test_a_changed_document_is_fetched_once(upstream: Upstream, tmp_path: Path) -> None:
    """A judge's finding: what came with the question whether it is the same was thrown away, and asked for again."""
    upstream.has_etags = True
    async with open_app(config(upstream, tmp_path, "/echo"), quiet, {}) as app:
        config(upstream, tmp_path, "/echo", "/held")
        before = len(upstream.seen)
        assert await check_again(app, quiet, {}) is not None
        assert [each.path for each in upstream.seen[before:]] == ["/document.json"]
        assert [tool.name for tool in app.toolset.tools] == ["echo", "held"]
