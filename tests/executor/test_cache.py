"""Kept answers, through the executor and a live API. RFC 9111; issue 8, Cache."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.cached import Clock, cached, disk, fresh, not_modified
from support.make import Json
from support.raw import answer, redirect

from openapi_mcp.model.call import Call, Text
from openapi_mcp.model.policy import Limits, ToolLimits
from openapi_mcp.model.secret import Credential, Secret

pytestmark = pytest.mark.anyio


async def test_an_answer_that_names_a_lifetime_is_used_again_until_it_ends(tmp_path: Path) -> None:
    """RFC 9111, section 4.2: fresh while its age is less than its lifetime."""
    async with cached(tmp_path, fresh(b'{"n": 1}'), fresh(b'{"n": 2}')) as api:
        first = await api.call()
        api.clock.now += 12
        again = await api.call()
        api.clock.now += 48
        later = await api.call()
    assert first.structured == {"n": 1}
    assert again.structured == {"n": 1, "_note": {"cache": {"from": "cache", "age": 12}}}
    assert later.structured == {"n": 2}
    traces = [result.trace for result in (first, again, later) if result.trace]
    assert [(trace.cache, trace.attempts, trace.status) for trace in traces] == [
        ("stored", 1, 200), ("hit", 0, 200), ("stored", 1, 200),
    ]  # fmt: skip


@pytest.mark.parametrize("first", [fresh(seconds=600), fresh(seconds=600, ETag='"a"')])
async def test_a_clock_that_was_set_back_has_the_api_asked_again(tmp_path: Path, first: bytes) -> None:
    """How old the kept answer is nobody knows; it does not come back once the clock is there again."""
    gone = answer(b"{}", "404 No")
    async with cached(tmp_path, first, gone, fresh(b'{"n": 3}', seconds=600)) as api:
        await api.keep()
        api.clock.now -= 86_400
        assert (await api.call()).is_error
        api.clock.now += 86_400
        assert (await api.call()).structured == {"n": 3}
        api.clock.now -= 3
        assert await api.is_kept()


async def test_that_an_answer_was_used_is_noted_now_and_then(tmp_path: Path) -> None:
    """Issue 8: the least recently used go first."""
    async with cached(tmp_path, fresh(seconds=3_600)) as api:
        await api.keep()
        used = []
        for _ in range(3):
            api.clock.now += 40
            assert await api.is_kept()
            used.append(used_at(api.cache.path) - api.clock.now)
    assert used == [-40, 0, -40]


def used_at(path: Path) -> float:
    connection = sqlite3.connect(path)
    (found,) = connection.execute("SELECT used FROM answers").fetchone()
    connection.close()
    return float(found)


async def test_a_kept_answer_is_there_in_the_next_process(tmp_path: Path) -> None:
    """Issue 8: SQLite by default."""
    clock = Clock()
    async with cached(tmp_path, clock=clock) as api:
        await api.keep()
        url = api.upstream.url
        async with cached(tmp_path, clock=clock, base_url=url) as other:
            assert await other.note() == {"from": "cache", "age": 0}
            assert api.upstream.targets == ["GET /orders"]


def answered(**headers: str) -> bytes:
    return answer(b'{"n": 1}', "200 OK", "application/json", **headers)


@pytest.mark.parametrize(
    ("headers", "is_kept"),
    [
        ({"Cache_Control": "max-age=60"}, True),
        ({"Cache_Control": "max-age=60, public"}, True),
        ({"Cache_Control": "private, max-age=60"}, True),
        ({"Cache_Control": "s-maxage=60"}, False),
        ({"Cache_Control": "public"}, False),
        ({"Cache_Control": "max-age=60, no-store"}, False),
        ({"Cache_Control": "no-cache=foo,no-store, max-age=60"}, False),
        ({"Cache_Control": "max-age=60, no-cache"}, False),
        ({"Cache_Control": "max-age=soon"}, False),
        ({"Cache_Control": "max-age=60, max-age=0"}, True),
        ({"Cache_Control": "max-age=0"}, False),
        ({"Cache_Control": "max-age=60, must-revalidate"}, True),
        ({"Cache_Control": 'max-age="60"'}, True),
        ({"Cache_Control": "max-age=60", "Vary": "*"}, False),
        ({"Cache_Control": "max-age=60", "Vary": "Accept-Language"}, True),
        ({"Cache_Control": "max-age=60", "Age": "59"}, True),
        ({"Cache_Control": "max-age=60", "Age": "60"}, False),
        ({"Cache_Control": "max-age=60", "X-Long": "x" * 17_000}, False),
        ({"Cache_Control": f"max-age=60, {'x' * 2_000}"}, False),
        ({"Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, False),
        ({}, False),
    ],
)
async def test_what_is_used_again_without_asking(tmp_path: Path, headers: dict[str, str], is_kept: bool) -> None:
    """RFC 9111, sections 3, 4.2 and 5.2.2. No lifetime is guessed from Last-Modified (section 4.2.2 allows it)."""
    async with cached(tmp_path, answered(**headers)) as api:
        await api.call()
        assert await api.is_kept() is is_kept


@pytest.mark.parametrize(
    ("expires", "date", "is_kept"),
    [(60, 0, True), (60, None, True), (0, 0, False), (30, 60, False), (60, -60, True), (-1, -60, False)],
)
async def test_expires_counts_from_the_date_of_the_answer(
    tmp_path: Path, expires: int, date: int | None, is_kept: bool
) -> None:
    """RFC 9111, sections 4.2.1 and 4.2.3: an old Date is an old answer."""
    clock = Clock()
    headers = {"Expires": clock.date(expires)} | ({} if date is None else {"Date": clock.date(date)})
    async with cached(tmp_path, answered(**headers), clock=clock) as api:
        await api.call()
        assert await api.is_kept() is is_kept


@pytest.mark.parametrize("expires", ["0", "-1", "never", "Mon, 01 Jan 99999 00:00:00 GMT", "x" * 100])
async def test_an_expires_that_is_no_date_is_in_the_past(tmp_path: Path, expires: str) -> None:
    """RFC 9111, section 5.3; also where --cache-ttl gives a lifetime to those that name none."""
    async with cached(tmp_path, answer(Expires=expires), limits=Limits(retries=0, cache_ttl=60)) as api:
        await api.call()
        assert not await api.is_kept()


@pytest.mark.parametrize(
    ("headers", "is_kept"),
    [
        ({}, True),
        ({"Cache_Control": "private"}, True),
        ({"Cache_Control": "no-store"}, False),
        ({"Cache_Control": "no-cache"}, False),
        ({"Cache_Control": "max-age=0"}, False),
        ({"Cache_Control": "max-age=nonsense"}, False),
        ({"Pragma": "no-cache"}, False),
    ],
)
async def test_the_operators_lifetime_is_for_answers_that_say_nothing(
    tmp_path: Path, headers: dict[str, str], is_kept: bool
) -> None:
    """Issue 8: `--cache-ttl` gives a lifetime to answers that name none."""
    async with cached(tmp_path, answered(**headers), limits=Limits(retries=0, cache_ttl=60)) as api:
        await api.call()
        api.clock.now += 59
        assert await api.is_kept() is is_kept
        api.clock.now += 2
        assert not await api.is_kept()


async def test_an_answer_with_a_validator_is_asked_for_again_and_confirmed(tmp_path: Path) -> None:
    """RFC 9111, sections 4.3.1 and 4.3.4: the body stays, the headers are those of the 304."""
    first = answer(b'{"n": 1}', ETag='"a"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT", X_Rate="9")
    same = not_modified(ETag='"a"', Cache_Control="max-age=60", X_Rate="8")
    async with cached(tmp_path, first, same) as api:
        await api.keep()
        again = await api.call()
        assert api.upstream.values("if-none-match") == ['"a"']
        assert api.upstream.values("if-modified-since") == ["Mon, 01 Jan 2024 00:00:00 GMT"]
        third = await api.note()
    assert again.structured is not None
    assert (again.structured["n"], again.structured["_note"]["cache"]) == (1, {"from": "revalidated"})
    assert again.trace is not None
    assert (again.trace.cache, again.trace.attempts, again.trace.status) == ("revalidated", 1, 200)
    assert third == {"from": "cache", "age": 0}
    assert len(api.upstream.seen) == 2


async def test_an_answer_that_has_changed_takes_the_place_of_the_kept_one(tmp_path: Path) -> None:
    """RFC 9111, section 4.3.3."""
    async with cached(
        tmp_path, answer(b'{"n": 1}', ETag='"a"'), answer(b'{"n": 2}', ETag='"b"'), not_modified(ETag='"b"')
    ) as api:
        results = [await api.call() for _ in range(3)]
        assert api.upstream.values("if-none-match") == ['"b"']
    assert [(result.structured or {})["n"] for result in results] == [1, 2, 2]


async def test_a_304_of_another_answer_is_asked_past(tmp_path: Path) -> None:
    """RFC 9111, section 4.3.4: nothing that is kept is meant by it."""
    said = (answer(b'{"n": 1}', ETag='"a"'), not_modified(ETag='"z"'), answer(b'{"n": 3}'))
    async with cached(tmp_path, *said) as api:
        await api.keep()
        result = await api.call()
        assert api.upstream.values("if-none-match") == []
    assert result.structured == {"n": 3}


async def test_a_304_without_a_date_makes_the_answer_as_young_as_itself(tmp_path: Path) -> None:
    """RFC 9111, section 4.2.3: the old Date does not outlive the confirmation."""
    clock = Clock()
    first = fresh(ETag='"a"', Date=clock.date())
    async with cached(tmp_path, first, not_modified(ETag='"a"', Age="5"), clock=clock) as api:
        await api.keep()
        clock.now += 100
        assert await api.note() == {"from": "revalidated"}
        assert await api.note() == {"from": "cache", "age": 5}


@pytest.mark.parametrize(("status", "stays"), [("500 No", True), ("429 No", True), ("403 No", False)])
async def test_a_refusal_is_told_and_the_kept_answer_stays_where_it_passes(
    tmp_path: Path, status: str, stays: bool
) -> None:
    """RFC 9111, section 4.3.3: no stale answer in place of an error; what is forbidden now is no longer kept."""
    async with cached(tmp_path, fresh(ETag='"a"'), answer(status=status), answer(ETag='"b"')) as api:
        await api.keep()
        api.clock.now += 100
        assert (await api.call()).is_error
        await api.call()
        assert bool(api.upstream.values("if-none-match")) is stays


@pytest.mark.parametrize(
    ("said", "is_kept"),
    [
        (fresh(), True),
        (answer(status="203 Here", Cache_Control="max-age=60"), True),
        (answer(b"", "204 None", Cache_Control="max-age=60"), True),
        (answer(status="404 No", Cache_Control="max-age=60"), True),
        (answer(status="410 No", Cache_Control="max-age=60"), True),
        (answer(status="404 No"), False),
        (answer(status="404 No", ETag='"a"'), False),
        (answer(status="400 No", Cache_Control="max-age=60"), False),
        (answer(status="500 No", Cache_Control="max-age=60"), False),
        (answer(status="206 Part", Cache_Control="max-age=60"), False),
        (redirect("http://elsewhere.test/", Cache_Control="max-age=60"), False),
    ],
)
async def test_which_outcomes_are_kept(tmp_path: Path, said: bytes, is_kept: bool) -> None:
    """RFC 9111, section 3: what is whole; a refusal only where it says itself for how long it is one."""
    limits = Limits(retries=0, cache_ttl=0 if is_kept else 60)
    async with cached(tmp_path, said, limits=limits) as api:
        first = await api.call()
        before = len(api.upstream.seen)
        again = await api.call()
        assert (len(api.upstream.seen) == before) is is_kept
    assert first.is_error is again.is_error


async def test_what_a_redirect_leads_to_is_not_kept_for_where_it_led_from(tmp_path: Path) -> None:
    """RFC 9111, section 4: a kept answer is for its own URL; how long the redirect holds, nobody has said."""
    async with cached(tmp_path, redirect("/orders/new"), fresh(), redirect("/orders/new"), fresh()) as api:
        await api.call()
        assert not await api.is_kept()


async def test_an_answer_that_was_cut_short_is_not_kept(tmp_path: Path) -> None:
    """RFC 9111, section 3.3."""
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: max-age=60\r\n\r\ndata: 1\n\n"
    limits = Limits(retries=0, max_body=5)
    async with cached(tmp_path, endless, limits=limits) as api:
        await api.call()
        assert not await api.is_kept()


async def test_a_large_answer_is_not_kept(tmp_path: Path) -> None:
    """Our choice: 5 MB."""
    body = b'"' + b"x" * 5_000_000 + b'"'
    async with cached(tmp_path, fresh(body)) as api:
        await api.call()
        assert not await api.is_kept()


async def test_head_and_get_are_kept_apart(tmp_path: Path) -> None:
    """RFC 9111, section 2: the method belongs to the key."""
    async with cached(tmp_path, fresh(), fresh(b"", X_Count="7")) as api:
        await api.keep()
        first = await api.call("orders_head")
        again = await api.call("orders_head")
    assert len(api.upstream.seen) == 2
    headers = [(result.structured or {})["_note"]["headers"] for result in (first, again)]
    assert [(each["x-count"], each.get("age")) for each in headers] == [("7", None), ("7", "0")]


@pytest.mark.parametrize("arguments", [{"page": "2"}, {"X-Part": "b"}])
async def test_another_query_or_header_is_another_answer(tmp_path: Path, arguments: Json) -> None:
    """RFC 9111, section 4.1, and more: many an API forgets to say Vary."""
    async with cached(tmp_path) as api:
        await api.keep()
        assert not await api.is_kept(**arguments)
        assert await api.is_kept(**arguments)
        assert await api.is_kept()


@pytest.mark.parametrize("arguments", [{"If-None-Match": '"a"'}, {"Range": "bytes=0-1"}])
async def test_a_call_with_conditions_of_its_own_goes_past_the_cache(tmp_path: Path, arguments: Json) -> None:
    """RFC 9111, section 4.3.2: what it asks about is not ours to say."""
    async with cached(tmp_path) as api:
        await api.keep("order", id="1")
        assert not await api.is_kept("order", id="1", **arguments)
        assert await api.is_kept("order", id="1")


async def test_a_header_of_the_operators_can_forbid_it(tmp_path: Path) -> None:
    """RFC 9111, section 5.2.1: a Cache-Control that goes with every request."""
    no_store = Credential.header("Cache-Control", Secret("no-store"))
    async with cached(tmp_path, credentials=(no_store,)) as api:
        await api.call()
        assert not await api.is_kept()


async def test_a_read_with_a_body_goes_past_the_cache(tmp_path: Path) -> None:
    """RFC 9110, section 9.3.1: a body of GET means what the API alone knows; QUERY likewise."""
    body: Json = {"content": {"application/json": {"schema": {"type": "object", "properties": {"a": {}}}}}}
    paths: Json = {"/find": {"get": {"operationId": "find", "requestBody": body}}}
    async with cached(tmp_path, paths=paths) as api:
        await api.call("find", a=1)
        assert not await api.is_kept("find", a=1)


async def test_a_lookup_of_the_recovery_asks_the_api(tmp_path: Path) -> None:
    """Issue 8: what a repair rests on is the present state; the answer is kept for others."""
    async with cached(tmp_path, fresh(b'{"n": 1}'), fresh(b'{"n": 2}')) as api:
        await api.keep()
        page = await api.running._pages.ask(Call(tool="orders"), anyio.current_time() + 30, is_lookup=True)
        assert len(api.upstream.seen) == 2
        assert (await api.call()).structured == {"n": 2, "_note": {"cache": {"from": "cache", "age": 0}}}
        assert page is not None


async def test_the_same_asked_for_many_times_at_once_is_answered_right(tmp_path: Path) -> None:
    """Our choice: they need not be one request."""
    results: list[Any] = []
    async with cached(tmp_path) as api, anyio.create_task_group() as group:

        async def call() -> None:
            results.append((await api.call()).structured)

        for _ in range(50):
            group.start_soon(call)
    assert [each["n"] for each in results] == [1] * 50
    assert api.said == []


async def test_nothing_is_said_and_no_file_made_for_answers_that_name_nothing(tmp_path: Path) -> None:
    """Our choice: such an API pays nothing."""
    async with cached(tmp_path, answer()) as api:
        assert await api.note() is None
    assert not (tmp_path / "kept").exists()


async def test_a_text_says_that_it_was_kept_in_a_block_of_its_own(tmp_path: Path) -> None:
    """design.md, A result."""
    said = answer(b"plain", content_type="text/plain", Cache_Control="max-age=60")
    async with cached(tmp_path, said) as api:
        await api.call()
        result = await api.call()
    assert [each.text for each in result.content if isinstance(each, Text)] == [
        "plain", '{"_note":{"cache":{"from":"cache","age":0}}}',
    ]  # fmt: skip


async def test_the_lifetime_of_a_tool_beats_that_of_all(tmp_path: Path) -> None:
    """Issue 8, Switches: per tool in the config."""
    async with cached(tmp_path, answer(), limits=Limits(retries=0, cache_ttl=60)) as api:
        tools = api.running._toolset.by_name
        limits = ToolLimits(cache_ttl=0.0)
        assert isinstance(tools, dict)
        tools["orders"] = replace(tools["orders"], limits=limits)
        await api.call()
        assert not await api.is_kept()
        await api.keep("people")


@pytest.mark.parametrize(
    ("damage", "words"),
    [(b"this is no database" * 100, "not a database"), (b"", None)],
)
async def test_a_damaged_file_costs_only_what_it_held(tmp_path: Path, damage: bytes, words: str | None) -> None:
    """Issue 8: the call goes on, it is said once, and the next answer is kept in a new file."""
    file = tmp_path / "kept" / "answers.db"
    file.parent.mkdir(mode=0o700)
    file.touch(0o600)
    file.write_bytes(damage)
    async with cached(tmp_path) as api:
        for _ in range(3):
            assert not (await api.call()).is_error
        assert await api.is_kept()
        assert len(api.said) == (words is not None)
        assert words is None or words in api.said[0]


async def test_a_file_that_is_damaged_inside_costs_only_what_it_held(tmp_path: Path) -> None:
    """Issue 8: rows that are not ours."""
    async with cached(tmp_path) as api:
        await api.keep()
        with sqlite3.connect(api.cache.path) as found:
            found.execute("UPDATE answers SET headers = '[1]'")
        found.close()
        assert not await api.is_kept()
        await api.call()
        assert await api.is_kept()
        assert len(api.said) == 1


async def test_a_folder_that_others_can_read_holds_no_answers(tmp_path: Path) -> None:
    """security.md: 0600 in 0700; calls go on, and it is said once."""
    (tmp_path / "kept").mkdir(mode=0o755)
    async with cached(tmp_path) as api:
        await api.call()
        assert not await api.is_kept()
    assert [line.endswith("others may read it") for line in api.said] == [True]


async def test_a_file_that_another_process_holds_is_waited_for_only_so_long(tmp_path: Path) -> None:
    """Issue 8: locked; the answer comes from the API, and is said once not to be kept."""
    async with cached(tmp_path, fresh(b'{"n": 1}'), fresh(b'{"n": 2}')) as api:
        await api.keep()
        disk(api)._far._opened._patience = 0.0
        disk(api)._far.close()
        other = sqlite3.connect(api.cache.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert (await api.call(page="2")).structured == {"n": 2}
        other.execute("ROLLBACK")
        other.close()
        assert await api.is_kept()
    assert [line.endswith("locked") for line in api.said] == [True]


async def test_without_the_cache_answers_are_neither_kept_nor_used(tmp_path: Path) -> None:
    """Issue 8: --no-cache."""
    clock = Clock()
    async with cached(tmp_path, clock=clock) as api:
        await api.keep()
        options: Json = {"base_url": api.upstream.url, "cache": {"only_drops": True}, "clock": clock}
        async with cached(tmp_path, **options) as other:
            before = len(api.upstream.seen)
            await other.call()
            assert len(api.upstream.seen) == before + 1
            assert await api.is_kept()
            await other.call("set_order", id="1")
        assert not await api.is_kept()


async def test_without_the_cache_a_write_makes_no_file(tmp_path: Path) -> None:
    """Issue 8: --no-cache; there is nothing to drop."""
    async with cached(tmp_path, cache={"only_drops": True}) as api:
        await api.call("set_order", id="1")
    assert not (tmp_path / "kept").exists()


async def test_no_server_is_no_reason_to_fail_otherwise_than_before(tmp_path: Path) -> None:
    """A URL that is none goes on to who says so."""
    async with cached(tmp_path, base_url="http://") as api:
        assert (await api.call()).is_error
        assert (await api.call("set_order", id="1")).is_error


NO_STORE = answer(b'{"n": 0}', Cache_Control="no-store")


@pytest.mark.parametrize("later", [fresh(b'{"n": 2}'), NO_STORE, answer(b'{"n": 2}', "404 No")])
async def test_answers_do_not_go_back_in_time(tmp_path: Path, later: bytes) -> None:
    """RFC 9111, section 4; another answer of the operation that was not to be kept changes nothing."""
    async with cached(tmp_path, fresh(), NO_STORE, later) as api:
        await api.keep()
        await api.call(page="2")
        shown = [(await api.call()).structured or {}]
        await api.call(page="3")
        shown.append((await api.call()).structured or {})
        assert len(api.upstream.seen) == 3
    assert [each["n"] for each in shown] == [1, 1]


@pytest.mark.parametrize("later", [answer(b'{"n": 2}'), answer(b'{"n": 2}', "404 No")])
async def test_what_another_process_keeps_is_forgotten_by_one_that_did_not_look_for_it(
    tmp_path: Path, later: bytes
) -> None:
    """RFC 9111, section 4: the newer answer was shown, whoever asked for it."""
    said = (NO_STORE, fresh(), later, fresh(b'{"n": 3}'))
    async with cached(tmp_path, *said) as api, cached(tmp_path, base_url=api.upstream.url, clock=api.clock) as other:
        await api.call(page="2")
        await other.keep()
        await api.call()
        assert (await other.call()).structured == {"n": 3}


async def test_the_first_answer_that_is_worth_keeping_is_kept(tmp_path: Path) -> None:
    """Our choice: an operation that was not looked for is, from then on."""
    async with cached(tmp_path, NO_STORE, fresh(b'{"n": 2}')) as api:
        await api.call()
        await api.keep()
        assert await api.is_kept()


async def test_a_write_before_the_first_answer_that_is_worth_keeping_costs_one_more(tmp_path: Path) -> None:
    """Our choice: nobody has looked since when there were how many writes."""
    async with cached(tmp_path, NO_STORE, answer(), fresh()) as api:
        await api.call()
        await api.call("set_order", id="7")
        assert not await api.is_kept()
        await api.keep()
        assert await api.is_kept()


async def test_a_file_that_is_damaged_while_nothing_is_looked_for_costs_nothing(tmp_path: Path) -> None:
    """Issue 8: whatever is wrong with the file, the API is asked."""
    async with cached(tmp_path, NO_STORE, fresh()) as api:
        await api.call()
        (tmp_path / "kept").mkdir(mode=0o700)
        api.cache.path.touch(0o600)
        api.cache.path.write_bytes(b"this is no database" * 100)
        assert (await api.call()).structured == {"n": 1}
        await api.keep()


async def test_what_is_never_kept_is_not_looked_for_though_others_are(tmp_path: Path) -> None:
    """benchmarks/cache.py: such a call costs next to nothing."""
    async with cached(tmp_path, fresh(), answer()) as api:
        await api.keep("people")
        await api.call()
        disk(api)._near.find = disk(api)._far.find = None  # type: ignore[assignment,method-assign]
        assert not (await api.call(page="2")).is_error
