"""A new document while the server runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from support.live import Told, names, put, yaml
from support.upstream import Upstream, description

from openapi_mcp.app import App
from openapi_mcp.config import Config
from openapi_mcp.model.policy import Listing
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import renew
from openapi_mcp.server import watch
from openapi_mcp.server.keep import Keeper
from openapi_mcp.server.watch import Watch

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_LOOK", 0.01)


@asynccontextmanager
async def watched(config: Config, told: Told) -> AsyncIterator[App]:
    looking = Watch(keeper=Keeper(notice=told, path=None), environ={})
    async with open_app(config, told, {}, can_change=True) as app, anyio.create_task_group() as group:
        group.start_soon(looking.run, app)
        yield app
        group.cancel_scope.cancel()


def counter(app: App) -> Callable[[], int]:
    changes: list[None] = []

    async def changed() -> None:
        changes.append(None)

    app.on_change.append(changed)
    return lambda: len(changes)


async def test_a_changed_file_is_served_and_told(tmp_path: Path) -> None:
    """Issue: a changed document gives a new list and a list-changed notification."""
    file, told = tmp_path / "api.yaml", Told()
    put(file, yaml("one"))
    async with watched(Config(spec=str(file), watch=True), told) as app:
        changes = counter(app)
        put(file, yaml("one", "two"))
        assert await told.wait_for("has changed") == "the document has changed: 2 tools now"
        assert (names(app), changes()) == (["one", "two"], 1)


async def test_another_mode_that_comes_with_a_document_is_told_with_its_reason(tmp_path: Path) -> None:
    """Issue 6, Search mode: says on stderr which and why; also when it changes."""
    file, told = tmp_path / "api.yaml", Told()
    put(file, yaml("one"))
    made = Config(spec=str(file), watch=True, listing=Listing(budget=400))
    async with watched(made, told) as app:
        put(file, yaml(*(f"operation_{number}" for number in range(20))))
        said = await told.wait_for("has changed")
        assert said == f"the document has changed: 20 tools now; search mode: {app.toolset.why}"
        assert "the list of 21 tools costs at least about" in said
        put(file, yaml(*(f"operation_{number}" for number in range(21))))
        assert await told.wait_for("has changed") == "the document has changed: 21 tools now"
        put(file, yaml("one"))
        assert (await told.wait_for("has changed")).startswith("the document has changed: 1 tools now; tools mode: the")


async def test_a_file_that_the_document_refers_to_is_watched_too(tmp_path: Path) -> None:
    """Issue: `--watch` (files), of a document spread over several."""
    told = Told()
    put(tmp_path / "api.yaml", yaml("one") + "  /other: {$ref: other.yaml}\n")
    put(tmp_path / "other.yaml", "get: {operationId: first, responses: {}}\n")
    async with watched(Config(spec=str(tmp_path / "api.yaml"), watch=True), told) as app:
        assert names(app) == ["one", "first"]
        put(tmp_path / "other.yaml", "get: {operationId: second, responses: {}}\n")
        await told.wait_for("has changed")
        assert names(app) == ["one", "second"]


async def test_the_last_good_document_stays_while_a_file_that_it_refers_to_is_gone(tmp_path: Path) -> None:
    """Issue: the last good document stays; so does it where a file was written this very moment."""
    part, told = tmp_path / "other.yaml", Told()
    put(tmp_path / "api.yaml", yaml("one") + "  /other: {$ref: other.yaml}\n")
    put(part, "get: {operationId: first, responses: {}}\n")
    async with watched(Config(spec=str(tmp_path / "api.yaml"), watch=True), told) as app:
        part.unlink()
        assert "other.yaml" in await told.wait_for("the last good document stays")
        part.write_text("get: {", encoding="utf-8")
        assert "not valid YAML" in await told.wait_for("the last good document stays")
        assert names(app) == ["one", "first"]
        put(part, "get: {operationId: second, responses: {}}\n")
        await told.wait_for("has changed")
        assert names(app) == ["one", "second"]


async def test_the_last_good_document_stays_while_the_the_new_one_is_broken(tmp_path: Path) -> None:
    """Issue: the last good document stays when the new one is broken; that is said."""
    file, told = tmp_path / "api.yaml", Told()
    put(file, yaml("one"))
    async with watched(Config(spec=str(file), watch=True), told) as app:
        put(file, yaml("two") + "  - x\n")
        said = await told.wait_for("the last good document stays")
        assert "the document is not valid YAML" in said
        assert names(app) == ["one"]
        put(file, yaml("two"))
        await told.wait_for("has changed")
        assert names(app) == ["two"]


async def test_a_source_is_fetched_again_and_again(upstream: Upstream) -> None:
    """Issue: `--refresh SECONDS`."""
    told = Told()
    url = upstream.serve(description("/echo"))
    async with watched(Config(spec=url, refresh=0.02), told) as app:
        assert names(app) == ["echo"]
        upstream.serve(description("/echo", "/guarded"))
        await told.wait_for("has changed")
        assert names(app) == ["echo", "guarded"]


async def test_new_settings_watch_or_no_longer(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: --watch and --refresh are settings as others are."""
    file, told = tmp_path / "api.yaml", Told()
    put(file, yaml("one"))
    plain = Config(spec=str(file))
    async with watched(plain, told) as app:
        await renew(app, replace(plain, watch=True), told, {})
        put(file, yaml("one", "two"))
        await told.wait_for("has changed")
        asked = replace(plain, spec=upstream.serve(description("/echo")), refresh=0.02)
        await renew(app, asked, told, {})
        put(file, "broken: [")
        upstream.serve(description("/echo", "/guarded"))
        await told.wait_for("has changed")
        assert (names(app), [line for line in told.lines if "warning" in line]) == (["echo", "guarded"], [])
        await renew(app, replace(asked, refresh=None), told, {})
        await anyio.wait_all_tasks_blocked()
        upstream.seen.clear()
        upstream.serve(description("/echo"))
        await renew(app, replace(asked, refresh=None, confirm="writes"), told, {})
        assert upstream.seen == []
