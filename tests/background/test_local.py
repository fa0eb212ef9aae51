"""What becomes of calls whose replica is gone, of jobs, of calls that break, and of all of them at the end."""

import asyncio
import time
from typing import Any

import pytest
from support.background import ANNE, QUICK, Api, a_link, said, text_of
from support.redis import RedisServer

from openapi_mcp.background.calls import Background
from openapi_mcp.background.local import LocalCalls
from openapi_mcp.background.means import Bounds, Means
from openapi_mcp.background.queue import Queue
from openapi_mcp.background.state import Ongoing
from openapi_mcp.background.store import Store
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from openapi_mcp.shared.link import Link

pytestmark = pytest.mark.anyio
JOB = Job(url="http://api/jobs/1", wait=0.2)


async def orphan(link: Link, tool: str, job: Job | None = None, takes: int = 0) -> str:
    """Leave a call behind as a replica does that is killed; return its handle."""

    async def look(name: str) -> None:
        raise AssertionError("it is looked at by the replica that is left")

    store, queue = Store(link), Queue(link.url, link.key("queue"), look, link)
    call = Call(tool=tool, caller=ANNE)
    began = time.time() - 100
    of = Ongoing(call=call, created=began, updated=began, is_safe=tool.startswith("get"), job=job, takes=takes)
    await store.put(store.name(f"c_{tool}"), of)
    assert await queue.later([store.name(f"c_{tool}")], 1.0)
    await queue.aclose()
    return f"c_{tool}"


async def came_to(background: Background, handle: str) -> Result:
    ended = await background.wait(handle, ANNE, 60)
    assert ended is not None
    assert ended.state is CallState.COMPLETED
    assert ended.result is not None
    return ended.result


async def pending_of(background: Background, api: Api, tool: str, after: float = 0.02) -> Pending:
    pending = await background.run(*api.call(tool), after=after)
    assert isinstance(pending, Pending)
    return pending


async def test_a_read_is_sent_again_a_write_is_not(redis: RedisServer) -> None:
    """The issue: unsafe methods at most once, safe ones again."""
    link, api = a_link(redis.url), Api()
    api.answers.set()
    read, write = await orphan(link, "get_it"), await orphan(link, "post_it")
    async with api.background(link) as background:
        assert text_of(await came_to(background, read)) == "get_it of anne"
        failure = (await came_to(background, write)).failure
    await link.aclose()
    assert failure is not None
    assert (failure.is_unknown, failure.retryable) == (True, False)
    assert api.sent == ["get_it"]
    assert sorted(api.told()) == ["get_it: get_it of anne", "post_it: unreachable"]
    assert all(heard.began <= time.time() - 100 for heard in api.heard)


async def test_a_look_that_breaks_is_told_and_made_again(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else a job would be told to go on for a day, and nobody asked for it."""
    link, api = a_link(redis.url), Api(jobs=[said("the end")])
    handle = await orphan(link, "post_it", JOB)
    known, breaks = LocalCalls._known, [ValueError("of a newer version")]

    async def breaking(self: LocalCalls, name: str) -> Any:
        if breaks:
            raise breaks.pop()
        return await known(self, name)

    monkeypatch.setattr(LocalCalls, "_known", breaking)
    async with api.background(link) as background:
        assert text_of(await came_to(background, handle)) == "the end"
    await link.aclose()
    assert [record.getMessage() for record in caplog.records if "look" in record.getMessage()] == [
        "background_look_failed error=ValueError"
    ]
    assert "of a newer version" not in caplog.text  # what broke it may be what a call brought


async def test_leases_are_renewed_though_a_tick_breaks(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the others would take for dead what goes on here: a write under way would be told as lost."""
    link, api, broke = a_link(redis.url), Api(), asyncio.Event()
    drop = LocalCalls._drop_ended

    async def breaking(self: LocalCalls) -> None:
        if not broke.is_set():
            broke.set()
            raise ValueError("what others have written")
        await drop(self)

    monkeypatch.setattr(LocalCalls, "_drop_ended", breaking)
    async with api.background(link) as background:
        await broke.wait()
        pending = await pending_of(background, api, "post_it")
        api.answers.set()
        assert text_of(await came_to(background, pending.handle)) == "post_it of anne"
    await link.aclose()
    assert any(record.getMessage() == "background_tick_failed error=ValueError" for record in caplog.records)
    assert "what others have written" not in caplog.text


async def test_a_call_that_ended_with_each_replica_is_given_up(redis: RedisServer) -> None:
    """Our choice: one answer too large for memory must not go through all replicas."""
    link, api = a_link(redis.url), Api()
    handle = await orphan(link, "get_it", takes=2)
    async with api.background(link) as background:
        assert (await came_to(background, handle)).is_error
    await link.aclose()
    assert api.sent == []


async def test_a_replica_that_has_no_room_leaves_a_call_to_others(redis: RedisServer) -> None:
    link, api = a_link(redis.url), Api()
    handle = await orphan(link, "get_it")
    async with api.background(link, Bounds(of_all=1, lease=9, doubt=0.3, tick=0.1, grace=0)) as background:
        mine = await pending_of(background, api, "get_mine")
        await background.wait(handle, ANNE, 2)
        assert api.sent == ["get_mine"]
        api.answers.set()
        await came_to(background, mine.handle)
        await came_to(background, handle)
    await link.aclose()
    assert api.sent == ["get_mine", "get_it"]


async def test_a_call_in_the_background_may_become_a_job() -> None:
    api = Api()
    api.results, api.jobs = {"post_it": said("accepted", JOB)}, [said("", JOB), said("the end")]
    async with api.background() as background:
        pending = await pending_of(background, api, "post_it")
        api.answers.set()
        assert text_of(await came_to(background, pending.handle)) == "the end"
    assert api.told() == ["post_it: the end"]


async def test_a_cancelled_job_is_ended_at_the_api_and_asked_for_no_more() -> None:
    api = Api()
    api.answers.set()
    api.results, api.jobs = {"post_it": said("accepted", JOB)}, [said("", JOB)]
    async with api.background() as background:
        pending = await pending_of(background, api, "post_it")
        found = await background.cancel(pending.handle, ANNE)
        assert found is not None
        asked = len(api.asked)
        await background.wait(pending.handle, ANNE, 1)
        await asyncio.sleep(2 * JOB.wait)
    assert (found.state, api.stopped, len(api.asked)) == (CallState.CANCELLED, [JOB], asked)
    assert api.told() == ["post_it: cancelled"]


async def test_a_job_that_nobody_waits_for_any_longer_is_told_of() -> None:
    """In memory nobody goes on with it once this process has ended."""
    api = Api()
    api.answers.set()
    api.results, api.jobs = {"post_it": said("accepted", JOB)}, [said("", JOB)]
    async with api.background() as background:
        await pending_of(background, api, "post_it")
    assert api.told() == ["post_it: cancelled"]
    failure = api.heard[0].result.failure
    assert failure is not None
    assert (JOB.url in failure.message, failure.is_unknown) == (True, True)


async def test_calls_have_a_moment_to_end_when_the_server_does() -> None:
    api = Api()
    async with api.background(bounds=Bounds(grace=30)) as background:
        await pending_of(background, api, "post_it")
        asyncio.get_running_loop().call_later(0.05, api.answers.set)
    assert api.told() == ["post_it: post_it of anne"]


async def test_a_call_that_breaks_ends_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """A bug of ours leaves no call that goes on for ever; its words may hold anything, and are not shown."""
    api, breaks = Api(), asyncio.Event()

    async def run(call: Call) -> Result:
        await breaks.wait()
        raise ValueError("s3cret")

    means = Means(run=run, follow=api.follow, is_safe=lambda call: True, hear=api.hear)
    async with Background(means, None, QUICK) as background:
        pending = await pending_of(background, api, "get_it")
        breaks.set()
        assert (await came_to(background, pending.handle)).is_error
    assert "background_call_failed error=ValueError" in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_question_that_a_closing_replica_is_at_is_put_again_by_another(redis: RedisServer) -> None:
    """A job is followed by whoever is left."""
    links, one, two = [a_link(redis.url) for _ in range(2)], Api(), Api()
    one.answers.set()
    one.results, two.jobs = {"post_it": said("accepted", JOB)}, [said("the end")]
    asking = asyncio.Event()

    async def follow(call: Call, job: Job) -> Result:
        asking.set()
        await asyncio.Event().wait()
        raise AssertionError("it never ends")

    means = Means(run=one.run, follow=follow, is_safe=lambda call: False, hear=one.hear)
    async with Background(means, links[0], QUICK) as first:
        pending = await pending_of(first, one, "post_it")
        await asyncio.wait_for(asking.wait(), 30)
    async with two.background(links[1]) as second:
        assert text_of(await came_to(second, pending.handle)) == "the end"
    for link in links:
        await link.aclose()
    assert (one.told(), two.told()) == ([], ["post_it: the end"])
