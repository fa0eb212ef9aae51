"""What becomes of calls in the background, and of what is shared, when a part is lost. Issue 9, each part alone."""

import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial

import anyio.to_thread
import pytest
from support.asking import Answer, Asking, comes_true, data_of
from support.fleet import TOKEN, Fleet, Fleets, each_of
from support.ledger import Ledger, running_ledger

pytestmark = pytest.mark.anyio

AWAY, BACK = "Redis does not answer", "Redis answers again"


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with running_ledger(late=3.0, steps=3) as running:
        yield running


@pytest.fixture(scope="module")
def running(fleets: Fleets, ledger: Ledger) -> Iterator[Fleet]:
    with fleets(ledger, "--background-after", "0.5", "--retries", "0") as fleet:
        yield fleet


@pytest.fixture
def fleet(running: Fleet) -> Iterator[Fleet]:
    """Two replicas; what a test has ended is started again after it."""
    yield running
    if running.redis.process is None:
        running.redis.start()
        running.recorded()  # both end: what they have missed is no matter of the next test
    for replica in running.each:
        if replica.child is None:
            replica.start()


async def begun(client: Asking, tool: str, n: int) -> Answer:
    """Return the first answer of a call that goes on in the background."""
    answer = await client.call(tool, n=n)
    assert answer.handle, answer
    return answer


async def end(fleet: Fleet, how: signal.Signals) -> int:
    """End the first replica."""
    return await anyio.to_thread.run_sync(fleet.a.end, how)


async def times_recorded(fleet: Fleet) -> Counter[int]:
    """Return how often each number is in the records; both replicas have ended then."""
    return Counter(record["arguments"].get("n") for record in await anyio.to_thread.run_sync(fleet.recorded))


async def test_the_calls_of_a_killed_replica_end_on_the_other(fleet: Fleet) -> None:
    """Issue 9: sent once. A safe method is sent again, an unsafe one never, a job is asked for by the other."""
    async with each_of(fleet) as (one, other):
        read, write, job = [await begun(one, tool, n) for tool, n in (("slow", 21), ("exports", 22), ("builds", 23))]
        await end(fleet, signal.SIGKILL)
        assert data_of(await other.to_the_end(read)) == {"n": 21, "kind": "slow"}
        assert data_of(await other.to_the_end(job))["status"] == "succeeded"
        lost = await other.to_the_end(write)
    assert (lost.error["unknown_outcome"], lost.error["retryable"]) == (True, False), lost
    assert len(fleet.ledger.arrived("slow", 21)) == 2
    assert len(fleet.ledger.arrived("exports", 22)) == 1
    assert fleet.ledger.done["builds", 23] == 1
    found = await times_recorded(fleet)
    assert [found[n] for n in (21, 22, 23)] == [1, 1, 1]


async def test_a_replica_that_is_told_to_end_leaves_no_call_undone(fleet: Fleet) -> None:
    """Issue 9: on SIGTERM what can be handed over is, and the rest ends; nothing is sent twice."""
    async with each_of(fleet) as (one, other):
        calls = [await begun(one, tool, n) for tool, n in (("slow", 24), ("exports", 25), ("builds", 26))]
        assert await end(fleet, signal.SIGTERM) == 0, fleet.a.said
        assert [data_of(await other.to_the_end(call))["n"] for call in calls] == [24, 25, 26]
    assert len(fleet.ledger.arrived("slow", 24)) == 1
    assert not fleet.ledger.twice
    found = await times_recorded(fleet)
    assert [found[n] for n in (24, 25, 26)] == [1, 1, 1]


async def test_calls_in_the_background_outlive_redis(fleet: Fleet) -> None:
    """Issue 9: Redis restarted, every background call ends, and either replica knows its end."""
    async with each_of(fleet) as (one, other):
        calls = [await begun(one, tool, n) for tool, n in (("slow", 33), ("exports", 34), ("builds", 35))]
        fleet.redis.stop(kill=True)
        assert data_of(await one.call("fast", n=36))["n"] == 36
        fleet.redis.start()
        for client in (one, other):
            assert [data_of(await client.to_the_end(call))["n"] for call in calls] == [33, 34, 35]
    assert not fleet.ledger.twice
    found = await times_recorded(fleet)
    assert [found[n] for n in (33, 34, 35, 36)] == [1, 1, 1, 1]


async def test_while_redis_is_away_each_goes_on_with_what_it_has(fleet: Fleet) -> None:
    """Issue 9: losing Redis degrades with clear words, and recovers by itself."""
    before = Counter({word: fleet.a.said.count(word) for word in (AWAY, BACK)})
    async with each_of(fleet) as (one, other):
        fleet.redis.stop(kill=True)
        assert data_of(await one.call("fast", n=30))["n"] == 30
        cut = data_of(await one.call("large", n=30))["_note"]["more"]["handle"]
        data_of(await one.call("read_result", handle=cut))
        call = await begun(one, "slow", 30)
        assert data_of(await one.to_the_end(call))["n"] == 30
        elsewhere = await other.call("get_call", handle=call.handle)
        assert elsewhere.may_be_repeated or elsewhere.handle, elsewhere
        fleet.redis.start()
        call = await begun(one, "slow", 31)
        assert data_of(await other.to_the_end(call))["n"] == 31, fleet.said
    assert fleet.a.said.count(AWAY) == before[AWAY] + 1
    assert fleet.a.said.count(BACK) == before[BACK] + 1


async def test_an_origin_that_failed_for_one_is_left_alone_by_the_other(fleet: Fleet) -> None:
    """Issue 9: circuit breakers in Redis. A replica by itself would send ten before it leaves the origin alone."""
    async with each_of(fleet) as (one, other):
        await comes_true(partial(is_left_alone, one), "the first replica does not leave it alone")
        before = len(fleet.ledger.arrived("failing"))
        await comes_true(partial(is_left_alone, other), "the other does not leave it alone")
    assert before >= 10
    assert len(fleet.ledger.arrived("failing")) - before < 5
    await times_recorded(fleet)  # both start anew, with nothing learned
    fleet.redis.empty()


async def is_left_alone(client: Asking) -> bool:
    """Call an API that fails; return whether that was not even sent."""
    answer = await client.call("failing", n=0)
    assert answer.error["retryable"], answer
    return bool(answer.error["attempts"] == 0)


async def test_an_answer_that_one_keeps_is_used_by_the_other_until_it_is_written(fleet: Fleet) -> None:
    """Issue 9: caches in Redis; a write on one drops what all kept."""
    async with each_of(fleet) as (one, other):
        first = data_of(await one.call("cached", n=41))
        again = data_of(await other.call("cached", n=41))
        assert (first["version"], again["version"]) == (0, 0)
        assert again["_note"]["cache"], again
        assert len(fleet.ledger.arrived("cached", 41)) == 1
        data_of(await other.call("cached_put", n=41))
        assert data_of(await one.call("cached", n=41))["version"] == 1
        assert data_of(await other.call("cached", n=41))["version"] == 1


async def test_nothing_in_redis_says_what_was_called_or_answered(fleet: Fleet) -> None:
    """Brief of part 8: what is put into Redis is sealed, and key names hold no secret."""
    async with each_of(fleet) as (one, other):
        call = await begun(one, "slow", 123454321)
        data_of(await one.call("large", n=123454322))
        data_of(await one.call("cached", n=123454323))
        data_of(await other.to_the_end(call))
    held = fleet.redis.everything()
    assert held
    for words in (b"12345432", call.handle.encode(), TOKEN.encode(), b"a line that makes", fleet.ledger.url.encode()):
        assert words not in held, words
