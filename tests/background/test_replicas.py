"""Background calls of several replicas on one Redis: each is a Background with a link of its own."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
import redis as redis_client
from support.background import ANNE, BOB, QUICK, Api, a_link, said, text_of
from support.redis import RedisServer

from openapi_mcp.background.calls import Background
from openapi_mcp.background.means import Bounds
from openapi_mcp.background.state import Ongoing
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job

pytestmark = pytest.mark.anyio
SOON = 0.02


@asynccontextmanager
async def replicas(
    url: str, *apis: Api, lines: list[str] | None = None, bounds: Bounds = QUICK
) -> AsyncIterator[list[Background]]:
    async with AsyncExitStack() as stack:
        links = [a_link(url, lines) for _ in apis]
        for link in links:
            stack.push_async_callback(link.aclose)
        yield [
            await stack.enter_async_context(api.background(link, bounds)) for api, link in zip(apis, links, strict=True)
        ]


async def alone(background: Background, handle: str) -> bool:
    """Return whether a caller is told that only this replica knows of a call."""
    found = await background.find(handle, ANNE)
    assert found is not None
    return found.is_alone


async def begun(background: Background, api: Api, tool: str = "get_it") -> str:
    pending = await background.run(*api.call(tool), after=SOON)
    assert isinstance(pending, Pending)
    return pending.handle


async def test_a_call_begun_on_one_is_read_on_another(redis: RedisServer) -> None:
    """The issue: a call begun on one is read on another."""
    one, two = Api(), Api()
    async with replicas(redis.url, one, two) as (first, second):
        handle = await begun(first, one)
        found = await second.find(handle, ANNE)
        assert found is not None
        assert found.state is CallState.WORKING
        assert await second.find(handle, BOB) is None
        one.answers.set()
        ended = await second.wait(handle, ANNE, 30)
    assert ended is not None
    assert text_of(ended.result) == "get_it of anne"
    assert (one.told(), two.told(), two.sent) == (["get_it: get_it of anne"], [], [])


async def test_a_call_is_ended_from_another_replica_and_told_of_once(redis: RedisServer) -> None:
    one, two = Api(), Api()
    async with replicas(redis.url, one, two) as (first, second):
        handle = await begun(first, one, "post_it")
        found = await second.cancel(handle, ANNE)
        assert found is not None
        assert found.state is CallState.CANCELLED
        await asyncio.wait_for(one.is_cancelled.wait(), 30)
        assert await first.find(handle, ANNE) == found
    assert (one.told(), two.told()) == ([], ["post_it: cancelled"])


async def test_a_job_is_asked_for_by_whichever_replica_and_ends_once(redis: RedisServer) -> None:
    one, two = Api(), Api()
    one.answers.set()
    job = Job(url="http://api/jobs/1", wait=0.2)
    one.results = {"post_it": said("accepted", job)}
    answers = [*(said("", job) for _ in range(5)), said("the end")]
    one.jobs = two.jobs = answers
    async with replicas(redis.url, one, two) as (first, second):
        handle = await begun(first, one, "post_it")
        ended = await second.wait(handle, ANNE, 30)
    assert ended is not None
    assert text_of(ended.result) == "the end"
    assert len(one.asked) + len(two.asked) == 6
    assert one.told() + two.told() == ["post_it: the end"]


async def test_what_a_replica_does_not_end_in_time_another_goes_on_with(redis: RedisServer) -> None:
    """A rollout: SIGTERM; a read goes on elsewhere, a write ends with what is known of it."""
    one, two = Api(), Api()
    two.answers.set()
    async with replicas(redis.url, two) as (second,):
        async with replicas(redis.url, one) as (first,):
            read, write = await begun(first, one), await begun(first, one, "post_it")
        of_read, of_write = await second.wait(read, ANNE, 30), await second.wait(write, ANNE, 30)
    assert of_read is not None
    assert of_write is not None
    assert text_of(of_read.result) == "get_it of anne"
    assert of_write.result is not None
    assert of_write.result.failure is not None
    assert of_write.result.failure.is_unknown
    assert (two.sent, one.told(), two.told()) == (["get_it"], ["post_it: unreachable"], ["get_it: get_it of anne"])


async def test_nothing_of_a_call_stands_in_redis_as_it_is(redis: RedisServer) -> None:
    """What leaves this process is sealed; keys hold no handle and no name."""
    api = Api()
    async with replicas(redis.url, api) as (first,):
        handle = await begun(first, api, "get_secrets")
        with redis_client.Redis(port=redis.port) as client:
            held = b"".join(key + (client.dump(key) or b"") for key in client.scan_iter())
        api.answers.set()
    for word in (b"get_secrets", b"anne", handle.encode(), handle[2:].encode()):
        assert word not in held


async def test_without_redis_calls_go_on_and_end_here(redis: RedisServer) -> None:
    """The issue: losing Redis degrades with clear words, and recovers by itself."""
    lines: list[str] = []
    one, two = Api(), Api()
    job = Job(url="http://api/jobs/1", wait=0.2)
    one.results = {"post_it": said("accepted", job)}
    one.jobs = [said("", job), said("the end")]
    async with replicas(redis.url, one, two, lines=lines) as (first, second):
        begun_before = await begun(first, one)
        redis.stop(kill=True)
        begun_after = await begun(first, one)
        assert [(await alone(first, handle)) for handle in (begun_before, begun_after)] == [False, True]
        one.answers.set()
        of_job = await begun(first, one, "post_it")
        for handle, expected in (begun_before, "get_it of anne"), (begun_after, "get_it of anne"), (of_job, "the end"):
            ended = await first.wait(handle, ANNE, 30)
            assert ended is not None
            assert text_of(ended.result) == expected
            elsewhere = await second.find(handle, ANNE)
            assert elsewhere is not None
            assert (elsewhere.state, elsewhere.tool) == (CallState.WORKING, "")
            assert "ask again" in elsewhere.said
        redis.start()
        for handle in (begun_before, begun_after, of_job):
            ended = await second.wait(handle, ANNE, 60)
            assert ended is not None
            assert ended.state is CallState.COMPLETED
    assert sorted(one.told()) == ["get_it: get_it of anne", "get_it: get_it of anne", "post_it: the end"]
    assert (two.told(), two.sent, one.sent) == ([], [], ["get_it", "get_it", "post_it"])
    assert [line for line in lines if "does not answer" in line]


async def test_a_call_that_redis_does_not_know_when_it_is_just_back_is_not_said_to_be_none(redis: RedisServer) -> None:
    """Another replica may not have told of it yet."""
    api, link = Api(), a_link(redis.url)
    async with api.background(link, QUICK) as background:
        assert await background.find("c_elsewhere", ANNE) is None
        link._lost(OSError("it was reset"), is_trying=False)
        link._not_before = 0.0
        for ask in (background.find, background.cancel):
            found = await ask("c_elsewhere", ANNE)
            assert found is not None
            assert (found.state, found.is_known, found.poll) == (CallState.WORKING, False, 2.0)
        assert link.is_there
        link._failed = -math.inf
        assert await background.find("c_elsewhere", ANNE) is None
        assert await background.cancel("c_elsewhere", ANNE) is None
    await link.aclose()


async def test_a_job_that_is_asked_for_while_redis_goes_away_goes_on_when_it_is_back(redis: RedisServer) -> None:
    api, asked = Api(), asyncio.Event()
    job = Job(url="http://api/jobs/1", wait=0.2)
    api.results, api.jobs = {"post_it": said("accepted", job)}, [said("", job), said("the end")]
    api.answers.set()

    async def follow(call: Call, job: Job) -> Result:
        if not asked.is_set():
            redis.stop(kill=True)
            asked.set()
        return await api.follow(call, job)

    link = a_link(redis.url)
    async with Background(replace(api.means, follow=follow), link, QUICK) as background:
        pending = await background.run(*api.call("post_it"), after=0)
        assert isinstance(pending, Pending)
        await asyncio.wait_for(asked.wait(), 30)
        redis.start()
        ended = await background.wait(pending.handle, ANNE, 60)
        assert ended is not None
        assert text_of(ended.result) == "the end"
    await link.aclose()
    assert api.told() == ["post_it: the end"]


async def test_of_two_that_end_a_call_at_once_one_tells_of_it(redis: RedisServer) -> None:
    one, two = Api(), Api()
    async with replicas(redis.url, one, two) as (first, second):
        handle = await begun(first, one)
        found = await asyncio.gather(first.cancel(handle, ANNE), second.cancel(handle, ANNE))
        assert found[0] == found[1]
        await asyncio.wait_for(one.is_cancelled.wait(), 30)
    assert one.told() + two.told() == ["get_it: cancelled"]


async def test_a_replica_that_ends_slowly_takes_nothing_back(redis: RedisServer) -> None:
    """What is handed over is due at once, and who hands it over still looks at what is due."""
    one, two = Api(), Api()
    two.answers.set()

    async def run(call: Call) -> Result:
        try:
            return await one.run(call)
        finally:
            if call.tool == "get_slow":
                await asyncio.sleep(1.5)

    links = [a_link(redis.url) for _ in range(2)]
    async with Background(replace(one.means, run=run), links[0], QUICK) as first:
        handles = [await begun(first, one, tool) for tool in ("get_it", "get_slow")]
    async with two.background(links[1]) as second:
        for handle in handles:
            ended = await second.wait(handle, ANNE, 60)
            assert ended is not None
            assert ended.state is CallState.COMPLETED
    for link in links:
        await link.aclose()
    assert (one.told(), sorted(two.sent)) == ([], ["get_it", "get_slow"])


async def test_what_others_put_into_redis_ends_no_call_that_goes_on(redis: RedisServer) -> None:
    """Looks that nobody is due, and ends that are none: a write that was under way ended by them."""
    one, two = Api(), Api()
    async with replicas(redis.url, one, two) as (first, second):
        handle = await begun(first, one, "post_it")
        link = a_link(redis.url)
        name = link.seal.name("call", handle)
        with redis_client.Redis(port=redis.port) as client:
            for number, args in enumerate([f'["{name}", true]', f'["{name}"]'] * 10):
                look = {"function": "look", "args": args, "kwargs": "[]", "attempt": "1", "generation": "0"}
                due = {"key": f"{number:032x}", "when": "2020-01-01T00:00:00+00:00"}
                client.xadd(f"{link.key('queue')}:stream", {**look, **due})
            client.set(link.key("background-end", name), "what is this")
        found = await second.wait(handle, ANNE, 4 * QUICK.doubt)
        assert found is not None
        assert found.state is CallState.WORKING
        assert (one.cancelled, two.told()) == ([], [])
        one.answers.set()
        ended = await first.wait(handle, ANNE, 30)
        assert ended is not None
        assert text_of(ended.result) == "post_it of anne"
    assert (one.told(), two.told(), two.sent) == (["post_it: post_it of anne"], [], [])


async def taken_back(redis: RedisServer, background: Background, api: Api) -> Pending | None:
    """Have a call end, delete its end, put back what stood there before, and have it looked at; return its next end."""
    handle = await begun(background, api)
    name = background._store.name(handle)
    before = await background._store.get(name)
    assert isinstance(before, Ongoing)
    api.answers.set()
    await background.wait(handle, ANNE, 30)
    with redis_client.Redis(port=redis.port) as client:
        client.delete(*client.keys("*background-end:*"), *client.keys("*background-lease*"))
    await background._store.update(name, before)
    await background._local._queue.later([name], 0.0)
    return await background.wait(handle, ANNE, 30)


async def test_a_read_that_has_ended_here_is_not_sent_again_whatever_stands_in_redis(redis: RedisServer) -> None:
    """Who can write there could have it sent, with its caller's credentials, for a day."""
    api = Api()
    async with replicas(redis.url, api) as (first,):
        ended = await taken_back(redis, first, api)
    assert ended is not None
    assert ended.result is not None
    assert ended.result.failure is not None
    assert (ended.result.failure.retryable, api.sent) == (True, ["get_it"])


async def test_a_read_that_must_have_ended_by_now_is_not_taken_over(redis: RedisServer) -> None:
    """Nobody waits for it any more: a replica that comes back a day later sends nothing."""
    one, two = Api(), Api()
    bounds = replace(QUICK, timeout=0.0)
    async with replicas(redis.url, two, bounds=bounds) as (second,):
        async with replicas(redis.url, one, bounds=bounds) as (first,):
            handle = await begun(first, one)
        ended = await second.wait(handle, ANNE, 30)
    assert ended is not None
    assert ended.result is not None
    assert ended.result.failure is not None
    assert (ended.result.failure.retryable, two.sent) == (True, [])


async def test_a_replica_that_stood_still_leaves_what_another_has_taken_over(redis: RedisServer) -> None:
    """SIGSTOP, or a machine that sleeps: on waking it sees that its lease was taken, and its read is ended."""
    one, two, wakes = Api(), Api(), asyncio.Event()
    async with replicas(redis.url, one, two) as (first, _):
        beat = first._local._beat

        async def stands_still(said: float, *, was_there: bool) -> tuple[float, bool]:
            await wakes.wait()
            return await beat(said, was_there=was_there)

        first._local._beat = stands_still  # type: ignore[method-assign]
        handle = await begun(first, one)
        await first._local._queue.aclose()
        await asyncio.wait_for(two.begun.wait(), 30)
        wakes.set()
        await asyncio.wait_for(one.is_cancelled.wait(), 30)
        two.answers.set()
        ended = await first.wait(handle, ANNE, 30)
    assert ended is not None
    assert text_of(ended.result) == "get_it of anne"
    assert (one.sent, two.sent, one.told(), two.told()) == (["get_it"], ["get_it"], [], ["get_it: get_it of anne"])
