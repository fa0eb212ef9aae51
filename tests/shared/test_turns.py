"""Turns booked in Redis: as many in a time as the rates say, whoever asks."""

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from support.links import KEY, linked, links
from support.redis import RedisServer

from openapi_mcp.model.policy import Rate
from openapi_mcp.shared.turns import Turns

pytestmark = pytest.mark.anyio

HOURLY = Rate(amount=3, seconds=3600)


async def waits(turns: Turns, times: int, patience: float = 10**12) -> list[float]:
    found = [await turns.book(turns.name(), patience) for _ in range(times)]
    return [wait for wait in found if wait is not None]


async def test_as_many_as_the_rate_says_go_at_once_and_the_next_ones_a_window_later(redis: RedisServer) -> None:
    """A window that moves; the clock is that of Redis, the same for all."""
    async with linked(redis.url) as link:
        found = await waits(Turns(link.namespace(), "", [HOURLY]), 7)
        assert found == pytest.approx([0, 0, 0, 3600, 3600, 3600, 7200], abs=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rates=st.lists(st.builds(Rate, amount=st.integers(1, 4), seconds=st.integers(1, 50)), min_size=1, max_size=3),
    steps=st.lists(st.integers(-5, 200), max_size=30),
)
def test_in_no_window_are_there_more_than_the_rate(redis: RedisServer, rates: list[Rate], steps: list[int]) -> None:
    """A law, whatever is booked, not booked or given back, and by whom; turns come in the order of their booking."""
    redis.empty()
    taken = anyio.run(_turns, redis, rates, steps)
    for rate in rates:
        for first, last in zip(taken, taken[rate.amount :], strict=False):
            assert last - first >= rate.seconds * 1_000_000
    assert taken == sorted(taken)


async def _turns(redis: RedisServer, rates: list[Rate], steps: list[int]) -> list[float]:
    """Return when those turns are that were not given back; a step is a patience, or gives back one of the last."""
    booked: list[tuple[str, float]] = []
    async with links(redis.url, KEY, KEY) as both, Redis(port=redis.port) as own:
        each = [Turns(link.namespace(), "", rates) for link in both]
        for number, step in enumerate(steps):
            turns = each[number % 2]
            if step < 0:
                for name, _ in booked[step : len(booked) + step + 1]:
                    await turns.give_back(name)
                    booked = [one for one in booked if one[0] != name]
                continue
            name = turns.name()
            await turns.book(name, step)
            if (score := await own.zscore(turns._key, name)) is not None:
                booked.append((name, score))
    return [score for _, score in booked]


async def test_all_rates_hold(redis: RedisServer) -> None:
    """In one step: a turn counts for all of them, or for none."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY, Rate(amount=1, seconds=600)])
        assert await waits(turns, 5) == pytest.approx([0, 600, 1200, 3600, 4200], abs=10)


async def test_replicas_count_together(redis: RedisServer) -> None:
    """Each in the order in which they ask."""
    async with links(redis.url, KEY, KEY) as (one, other):
        here, there = (Turns(link.namespace(), "", [HOURLY]) for link in (one, other))
        found = [(await waits(each, 1))[0] for each in (here, there, here, there)]
        assert found == pytest.approx([0, 0, 0, 3600], abs=10)


async def test_other_apis_tools_rates_and_fleets_count_by_themselves(redis: RedisServer) -> None:
    """Nobody's limit is used up by somebody else."""
    async with links(redis.url, KEY, "other" * 10) as (one, other):
        each = [
            Turns(one.namespace(), "", [HOURLY]),
            Turns(one.namespace(), "tool", [HOURLY]),
            Turns(one.namespace("another"), "", [HOURLY]),
            Turns(one.namespace(), "", [Rate(amount=3, seconds=60)]),
            Turns(other.namespace(), "", [HOURLY]),
        ]
        for turns in each:
            assert await waits(turns, 3) == [0, 0, 0]


async def test_what_comes_too_late_is_not_booked(redis: RedisServer) -> None:
    """It is told when it could be."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY])
        assert await waits(turns, 3) == [0, 0, 0]
        assert await waits(turns, 5, patience=20.0) == pytest.approx([3600] * 5, abs=10)
        assert await turns.book("", -1.0) == pytest.approx(3600, abs=10)


async def test_asking_books_nothing(redis: RedisServer) -> None:
    """With less patience than none."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY])
        assert [await turns.book("", -1.0) for _ in range(5)] == [0] * 5
        assert await waits(turns, 3) == [0, 0, 0]


async def test_a_turn_that_is_given_back_is_somebody_elses_though_its_owner_is_cancelled(redis: RedisServer) -> None:
    """The last that was booked is free again."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY])
        await waits(turns, 2)
        await turns.book("mine", 1.0)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await turns.give_back("mine")
        assert await waits(turns, 2) == pytest.approx([0, 3600], abs=10)


async def test_what_was_sent_counts_on_when_what_was_booked_behind_it_is_given_back(redis: RedisServer) -> None:
    """Were it forgotten for those, more would go than the rate says."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY])
        assert await waits(turns, 3) == [0, 0, 0]
        for _ in range(5):
            booked = [turns.name() for _ in range(4)]
            for name in booked:
                await turns.book(name, 10**9)
            for name in booked:
                await turns.give_back(name)
            assert await turns.book("", -1.0) == pytest.approx(3600, abs=10)


async def test_without_redis_nobody_is_told_to_wait(redis: RedisServer) -> None:
    """Each counts for itself then."""
    async with linked(redis.url) as link:
        turns = Turns(link.namespace(), "", [HOURLY])
        redis.stop()
        assert await turns.book("a", 1.0) is None
        await turns.give_back("a")


async def test_what_is_kept_is_bounded_and_goes(redis: RedisServer) -> None:
    """No more turns than the largest rate counts, no longer than the longest window."""
    async with linked(redis.url) as link, Redis(port=redis.port) as own:
        turns = Turns(link.namespace(), "", [Rate(amount=5, seconds=1), Rate(amount=2, seconds=2)])
        await waits(turns, 40, patience=0.0)
        assert await own.zcard(turns._key) == 2
        await waits(turns, 3)
        assert await own.zcard(turns._key) == 5
        assert 0 < await own.pttl(turns._key) < 15_000
        for key in await own.keys():
            assert b"shop" not in key


@pytest.mark.parametrize("score", ["1e300", "inf", "-inf", "1e18", "-1e300", "1"])
async def test_what_somebody_puts_there_is_no_turn(redis: RedisServer, score: str) -> None:
    """Who can write to Redis may hold calls up, but ends none."""
    async with linked(redis.url) as link, Redis(port=redis.port) as own:
        turns = Turns(link.namespace(), "", [HOURLY])
        await own.zadd(turns._key, {"theirs": float(score)})
        assert await waits(turns, 4) == pytest.approx([0, 0, 0, 3600], abs=10)
        await own.set(turns._key, "theirs")
        assert await waits(turns, 4) == pytest.approx([0, 0, 0, 3600], abs=10)


@pytest.mark.parametrize("told", [b"OK", [], [-5, 0], [10**18, 0], [b"1", 1], 7, [1]])
async def test_an_answer_that_makes_no_sense_is_none(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, told: object
) -> None:
    """Each replica counts for itself then."""

    async def run(*_args: object, **_more: object) -> object:
        return told

    async with linked(redis.url) as link:
        monkeypatch.setattr(link, "run", run)
        assert await Turns(link.namespace(), "", [HOURLY]).book("a", 1.0) is None
