"""What a write puts in doubt. RFC 9111, section 4.4; issue 8: a write to a resource drops its cached reads."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cached import Cached, Held, cached, disk, fresh
from support.make import Json
from support.raw import answer, hang, redirect

from openapi_mcp.executor.cache_writes import has_written, path_of, written
from openapi_mcp.model.call import Call, Caller
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import Limits

pytestmark = pytest.mark.anyio

API = "https://api.example.com"
SEGMENTS = st.lists(st.text("abc17", min_size=1, max_size=3), min_size=1, max_size=4).map(lambda parts: "/".join(parts))


def drops(url: str, kept: str, *, method: str = "PUT", **headers: str) -> bool:
    """Return whether a write drops what is kept of a path."""
    response = HttpResponse(status=200, url=url, headers=tuple(headers.items()))
    found = written(HttpRequest(method=method, url=url), response)
    assert found is not None
    path = path_of(f"{API}{kept}")
    return path in found.exactly or any(f"{each}/" <= path < f"{each}0" for each in found.below)


@pytest.mark.parametrize(
    ("path", "kept", "is_dropped"),
    [
        ("/orders/7", "/orders/7", True),
        ("/orders/7", "/orders/7?fields=id", True),
        ("/orders/7", "/orders", True),
        ("/orders/7", "/orders?page=2", True),
        ("/orders/7", "/orders/", True),
        ("/orders/7/", "/Orders//7", True),
        ("/orders/%37", "/orders/7", True),
        ("/orders/7.json", "/orders.json", True),
        ("/orders/7", "/orders/7/lines/1", True),
        ("/users/5/orders/7", "/users/5", True),
        ("/orders", "/orders/8", True),
        ("/", "/anything", True),
        ("/orders/7", "/orders/8", False),
        ("/orders/7", "/orders/77", False),
        ("/orders/7", "/orders-archive", False),
        ("/orders/7", "/people", False),
    ],
)
def test_a_write_drops_what_it_wrote_what_is_above_and_what_is_below(path: str, kept: str, is_dropped: bool) -> None:
    """Issue 8; our choice of how far that goes: over-dropping costs a request, a stale answer costs trust."""
    assert drops(f"{API}{path}", kept) is is_dropped


@pytest.mark.parametrize(
    ("name", "value", "is_dropped"),
    [
        ("Location", "/people/9", True),
        ("Location", f"{API}/people/9", True),
        ("Content-Location", "../people", True),
        ("Location", "https://elsewhere.test/people/9", False),
        ("Location", "http://[", False),
        ("Location", "/people/9" + "x" * 9_000, False),
        ("Link", "/people/9", False),
    ],
)
def test_what_the_answer_names_is_dropped_too(name: str, value: str, is_dropped: bool) -> None:
    """RFC 9111, section 4.4: Location and Content-Location, of the same origin."""
    assert drops(f"{API}/orders/7", "/people", **{name: value}) is is_dropped


def test_a_url_without_an_origin_drops_nothing() -> None:
    """There is nothing kept of one."""
    assert written(HttpRequest(method="PUT", url="mailto:x"), None) is None


def test_a_path_of_very_many_parts_is_bounded() -> None:
    """security.md: the work for a hostile Location is bounded."""
    found = written(HttpRequest(method="PUT", url=API + "/a" * 3_000), None)
    assert found is not None
    assert len(found.exactly) == 51


@given(SEGMENTS, SEGMENTS)
def test_a_write_drops_itself_all_above_and_all_below(first: str, second: str) -> None:
    """A law: whatever lies on one line of paths is dropped, whichever of the two is written."""
    url = f"{API}/{first}"
    assert drops(url, f"/{first}")
    assert drops(url, f"/{first}/{second}")
    assert drops(f"{url}/{second}", f"/{first}")


@pytest.mark.parametrize(
    ("status", "is_unknown", "became_get", "wrote"),
    [
        (200, False, False, True), (303, False, False, True), (500, False, False, True), (422, False, False, False),
        (401, False, False, False), (429, False, False, False), (422, True, False, True), (403, False, True, True),
        (404, False, False, True), (409, False, False, True), (412, False, False, True),
    ],
)  # fmt: skip
def test_only_a_clean_refusal_leaves_all_as_it_was(
    status: int, is_unknown: bool, became_get: bool, wrote: bool
) -> None:
    """A conflict, or what is gone, tells that what is kept may be what was thought: the next read asks the API."""
    response = HttpResponse(status=status, url=API, became_get=became_get)
    assert has_written(response, is_unknown=is_unknown) is wrote


KEPT: tuple[tuple[str, Json], ...] = (
    ("orders", {}), ("orders", {"page": "2"}), ("order", {"id": "7"}), ("order", {"id": "8"}), ("lines", {"id": "7"}),
    ("people", {}),
)  # fmt: skip


async def kept_after(api: Cached, tool: str, **arguments: Any) -> list[int]:
    """Return which of KEPT are kept after a call."""
    for name, given_ in KEPT:
        await api.keep(name, **given_)
    api.upstream.answers.insert(0, answer(status="200 Done"))
    await api.call(tool, **arguments)
    return [index for index, (name, given_) in enumerate(KEPT) if await api.is_kept(name, **given_)]


@pytest.mark.parametrize(
    ("tool", "arguments", "stay"),
    [
        ("set_order", {"id": "7"}, [3, 5]),
        ("drop_order", {"id": "8"}, [2, 4, 5]),
        ("add_order", {}, [5]),
        ("add_line", {"id": "7"}, [3, 5]),
    ],
)
async def test_writes_drop_reads(tmp_path: Path, tool: str, arguments: Json, stay: list[int]) -> None:
    """Issue 8."""
    async with cached(tmp_path) as api:
        assert await kept_after(api, tool, **arguments) == stay


async def test_a_write_drops_the_reads_of_every_caller_and_of_other_processes(tmp_path: Path) -> None:
    """Issue 8: whoever wrote, it is written."""
    ann = Caller(id="ann")
    async with cached(tmp_path) as api, cached(tmp_path, base_url=api.upstream.url, clock=api.clock) as other:
        await api.keep(caller=ann)
        await other.call("set_order", id="7")
        assert not await api.is_kept(caller=ann)


async def test_a_write_that_was_refused_drops_nothing(tmp_path: Path) -> None:
    """RFC 9111, section 4.4: only what is no error."""
    async with cached(tmp_path, fresh(), answer(status="422 No"), fresh()) as api:
        await api.keep()
        await api.call("set_order", id="7")
        assert await api.is_kept()


async def test_a_refusal_that_tells_of_something_done_drops_it(tmp_path: Path) -> None:
    """Half of it may have been carried out."""
    said = answer(b'{"error": {"message": "order 7 was created, but level is not known"}, "id": 77}', "422 No")
    async with cached(tmp_path, fresh(), said, fresh()) as api:
        await api.keep()
        await api.call("add_order")
        assert not await api.is_kept()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", answer(status="502 Bad")])
async def test_a_write_whose_outcome_nobody_knows_drops_what_it_may_have_written(tmp_path: Path, said: bytes) -> None:
    """Issue 8: it may have been carried out."""
    async with cached(tmp_path, fresh(), said, fresh()) as api:
        await api.keep()
        assert (await api.call("set_order", id="7")).is_error
        assert not await api.is_kept()


async def test_a_write_that_is_cancelled_drops_what_it_may_have_written(tmp_path: Path) -> None:
    """Issue 8: as above."""
    held = Held(answer())
    async with cached(tmp_path, fresh(), held, fresh()) as api:
        await api.keep()
        async with anyio.create_task_group() as group:
            group.start_soon(api.running.call, Call(tool="set_order", arguments={"id": "7"}))
            await held.has_come.wait()
            group.cancel_scope.cancel()
        held.let.set()
        assert not await api.is_kept()


async def test_a_write_that_times_out_drops_what_it_may_have_written(tmp_path: Path) -> None:
    """Issue 8: as above."""
    limits = Limits(retries=0, timeout=0.5)
    async with cached(tmp_path, fresh(), hang, fresh(), limits=limits) as api:
        await api.keep()
        await api.call("set_order", id="7")
        assert not await api.is_kept()


async def test_a_write_that_was_never_sent_drops_nothing(tmp_path: Path) -> None:
    """It did nothing."""
    async with cached(tmp_path) as api:
        await api.keep()
        api.running._sender._turns = anyio.Semaphore(0)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(api.running.call, Call(tool="set_order", arguments={"id": "7"}))
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        assert await api.is_kept()


@pytest.mark.parametrize("is_other", [False, True], ids=["one process", "two"])
@pytest.mark.parametrize("is_first", [False, True], ids=["a file", "no file yet"])
async def test_a_read_that_began_before_a_write_and_ends_after_it_is_not_kept(
    tmp_path: Path, is_first: bool, is_other: bool
) -> None:
    """Issue 8: what it brings may be from before."""
    held = Held(fresh(b'{"n": "old"}'))
    async with (
        cached(tmp_path, fresh(), held, answer(), fresh(b'{"n": "new"}')) as api,
        cached(tmp_path, base_url=api.upstream.url, clock=api.clock) as other,
    ):
        if is_first:
            api.upstream.answers.pop(0)
        else:
            await api.keep("people")
        async with anyio.create_task_group() as group:
            group.start_soon(api.running.call, Call(tool="orders"))
            await held.has_come.wait()
            await (other if is_other else api).call("set_order", id="7")
            held.let.set()
        assert (await api.call()).structured == {"n": "new"}


async def test_what_a_writes_redirect_leads_to_is_dropped(tmp_path: Path) -> None:
    """RFC 9110, section 15.4.4: it was done."""
    async with cached(tmp_path, fresh(), redirect("/people", 303), answer(), fresh()) as api:
        await api.keep("people")
        await api.call("set_order", id="7")
        assert not await api.is_kept("people")


async def test_where_nothing_can_be_dropped_the_file_goes(tmp_path: Path) -> None:
    """Our choice: rather no kept answer than one from before a write."""
    async with cached(tmp_path) as api:
        await api.keep()
        with disk(api)._far._transaction() as other:
            other.execute("DROP TABLE writes")
        await api.call("set_order", id="7")
        assert not api.cache.path.exists()
        await api.call()
        assert await api.is_kept()
    assert len(api.said) == 1


async def test_where_the_file_cannot_even_be_deleted_nothing_is_kept_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice, as above."""

    def refuse(*_given: Any, **_more: Any) -> None:
        raise PermissionError(13, "no")

    async with cached(tmp_path) as api:
        await api.keep()
        with disk(api)._far._transaction() as other:
            other.execute("DROP TABLE writes")
        monkeypatch.setattr(Path, "unlink", refuse)
        await api.call("set_order", id="7")
        monkeypatch.undo()
        assert not await api.is_kept()
        assert not await api.is_kept()
