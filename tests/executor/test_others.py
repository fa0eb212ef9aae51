"""Breakers of replicas: what one has learned the others know. Clocks are moved by hand, the one of Redis goes on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain

import anyio
import pytest
from redis.asyncio import Redis
from support.links import KEY, Linked, everything, links, wind_back
from support.redis import RedisServer

from openapi_mcp.executor.breaker import FIRST_PAUSE, MOST_FAILURES, PATIENCE, Breakers
from openapi_mcp.executor.faults import LeftAloneError
from openapi_mcp.executor.others import EVERY, Others

pytestmark = pytest.mark.anyio

HERE, THERE = ("https", "api.example.com", 443), ("https", "other.example.com", 443)


class Replica:
    """A replica's breakers, as `Trying` uses them; `now` is its own clock."""

    def __init__(self, link: Linked, now: float = 1000.0) -> None:
        self.link = link
        self.breakers = Breakers()
        self.others = Others(link.namespace(), self.breakers)
        self.now = now

    async def begin(self, origin: tuple[str, str, int] = HERE) -> bool:
        """Begin a call; return whether it is a probe."""
        await self.others.hear(origin, self.now)
        return self.breakers.begin(origin, self.now) and await self.others.claim(origin, self.now)

    async def is_refused(self, origin: tuple[str, str, int] = HERE) -> float:
        """Return the seconds for which a call is refused, 0 where it is not."""
        try:
            await self.begin(origin)
        except LeftAloneError as error:
            return error.wait
        return 0.0

    async def fails(self, times: int = 1, began: float | None = None) -> None:
        """Let calls fail, a second apart."""
        for _ in range(times):
            before = self.breakers.mark(HERE)
            self.breakers.failed(HERE, self.now if began is None else began, self.now)
            await self.others.tell(HERE, before)
            self.now += 1.0

    async def answers(self) -> None:
        before = self.breakers.mark(HERE)
        self.breakers.answered(HERE)
        await self.others.tell(HERE, before)

    async def lets_go(self) -> None:
        before = self.breakers.mark(HERE)
        self.breakers.let_go(HERE)
        await self.others.tell(HERE, before)

    async def pauses(self) -> None:
        """Let the pause be over: here, and in Redis, whose clock nobody can move."""
        self.now += 100.0
        await wind_back(self.link)


@asynccontextmanager
async def replicas(redis: RedisServer, *starts: float) -> AsyncIterator[Sequence[Replica]]:
    async with links(redis.url, *[KEY] * len(starts)) as found:
        yield [Replica(link, start) for link, start in zip(found, starts, strict=True)]


async def test_what_one_replica_has_learned_all_know(redis: RedisServer) -> None:
    """Issue 9, Replicas: whatever their clocks say; another origin is not its business."""
    async with replicas(redis, 1000.0, 5.0) as (one, other):
        assert await other.is_refused() == 0.0
        await one.fails(MOST_FAILURES)
        assert await other.is_refused() == 0.0  # heard this very second: nothing is asked
        other.now += EVERY
        assert await other.is_refused() == pytest.approx(FIRST_PAUSE, abs=1)
        assert await other.is_refused(THERE) == 0.0


async def test_where_nothing_fails_redis_is_asked_once_a_second(redis: RedisServer) -> None:
    """A closed breaker costs no call anything."""
    async with replicas(redis, 1000.0) as (one,), Redis(port=redis.port) as own:
        await one.begin()
        before = (await own.info("commandstats"))["cmdstat_evalsha"]["calls"]
        for _ in range(100):
            one.now += 0.0099
            await one.begin()
        assert (await own.info("commandstats"))["cmdstat_evalsha"]["calls"] == before
        one.now += EVERY
        await one.begin()
        assert (await own.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1


async def test_one_probe_is_out_in_the_whole_fleet(redis: RedisServer) -> None:
    """The others know when they may ask."""
    async with replicas(redis, 1000.0, 1000.0, 1000.0) as (one, other, third):
        await one.fails(MOST_FAILURES)
        other.now += EVERY
        await other.is_refused()  # it knows
        await one.pauses()
        other.now += 100.0
        assert await other.begin() is True
        assert await one.is_refused() == pytest.approx(PATIENCE, abs=1)
        assert await third.is_refused() == pytest.approx(PATIENCE, abs=1)
        await other.answers()
        for each in (one, third):
            each.now += EVERY
            assert await each.is_refused() == 0.0
            assert not each.breakers


async def test_two_that_would_probe_at_once_are_one(redis: RedisServer) -> None:
    """Between what was heard and the probe the other was quicker."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        other.now += EVERY
        await other.is_refused()
        await one.pauses()
        one.now += 1
        await other.others.hear(HERE, other.now)
        assert await one.begin() is True
        assert other.breakers.begin(HERE, other.now + 100) is True
        with pytest.raises(LeftAloneError) as raised:
            await other.others.claim(HERE, other.now + 100)
        assert raised.value.wait == pytest.approx(PATIENCE, abs=1)


async def test_a_probe_that_fails_makes_the_pause_longer_for_all(redis: RedisServer) -> None:
    """Twice as long."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        await one.pauses()
        assert await one.begin() is True
        await one.fails()
        other.now += EVERY
        assert await other.is_refused() == pytest.approx(2 * FIRST_PAUSE, abs=1.5)


async def test_a_probe_that_came_to_nothing_leaves_its_place_to_any_replica(redis: RedisServer) -> None:
    """Cancelled, say."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        await one.pauses()
        assert await one.begin() is True
        with anyio.CancelScope() as scope:
            scope.cancel()
            await one.lets_go()
        other.now += EVERY
        assert await other.begin() is True


async def test_a_replica_that_dies_with_its_probe_holds_up_nobody_for_long(redis: RedisServer) -> None:
    """From then on calls pass, until one fails."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        await one.pauses()
        assert await one.begin() is True
        await one.pauses()  # one is gone
        other.now += EVERY
        assert [await other.begin() for _ in range(3)] == [True, True, True]
        await other.fails()
        assert await other.is_refused() > FIRST_PAUSE


async def test_what_was_closed_meanwhile_is_no_probe(redis: RedisServer) -> None:
    """It is a plain call."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        other.now += EVERY
        await other.is_refused()
        await one.answers()
        other.now += EVERY / 2
        assert other.breakers.begin(HERE, other.now + 100) is True
        assert await other.others.claim(HERE, other.now + 100) is False
        assert not other.breakers


async def test_of_two_that_open_the_longer_pause_counts(redis: RedisServer) -> None:
    """One that has heard nothing yet makes it no shorter."""
    async with replicas(redis, 1000.0, 1000.0, 1000.0) as (one, other, third):
        await other.fails(MOST_FAILURES - 1)
        await one.fails(MOST_FAILURES)
        await one.pauses()
        await one.begin()
        await one.fails()
        await other.fails()
        assert await third.is_refused() == pytest.approx(2 * FIRST_PAUSE, abs=1.5)


async def test_without_redis_each_replica_learns_by_itself_and_tells_when_it_can(redis: RedisServer) -> None:
    """Killed in the middle: what is known stays, and what is learned meanwhile is not taken back."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        redis.stop(kill=True)
        await one.fails(MOST_FAILURES)
        assert await one.is_refused() > 0
        assert await other.is_refused() == 0.0
        redis.start()
        for each in (one, other):
            each.link._not_before = 0.0
            each.now += EVERY
        assert await one.is_refused() > 0  # Redis knows nothing of it
        one.now += 100.0
        assert await one.begin() is True  # nobody to ask: its own word counts
        await one.fails()
        other.now += EVERY
        assert await other.is_refused() == pytest.approx(2 * FIRST_PAUSE, abs=1.5)


async def test_a_known_breaker_goes_on_while_redis_is_away(redis: RedisServer) -> None:
    """Its pause is over when it is over."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        other.now += EVERY
        await other.is_refused()
        redis.stop(kill=True)
        other.now += EVERY
        assert await other.is_refused() == pytest.approx(FIRST_PAUSE - EVERY, abs=1)
        other.now += 100.0
        assert await other.begin() is True
        await other.answers()
        assert not other.breakers


async def test_other_fleets_and_apis_hear_nothing(redis: RedisServer) -> None:
    """Each has its own."""
    async with links(redis.url, KEY, "other" * 10) as (one, foreign):
        here, there = Replica(one), Replica(foreign)
        await here.fails(MOST_FAILURES)
        assert await there.is_refused() == 0.0
        another = Others(one.namespace("another"), there.breakers)
        await another.hear(HERE, 5000.0)
        assert not there.breakers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "10 5000 1 0",
        "-1 -1 -1 -1 -1",
        "1e9 5 5 5 1",
        "10 5000 99999999999999 0 0",
        "9" * 400 + " 1 1 0 0",
        "10 5000 1 99999999999999 1",
    ],
)
async def test_foreign_data_closes_the_api_for_a_minute_at_most(redis: RedisServer, text: str) -> None:
    """Whoever may write to Redis can have it left alone for as long as we ourselves would, no longer."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other), Redis(port=redis.port) as own:
        await one.fails(MOST_FAILURES)
        (key,) = await own.keys("*:breakers:*")
        assert b"example" not in b" ".join(chain(*(await everything(own)).items()))
        for name in await own.hgetall(key):
            await own.hset(key, name, text)
        await own.hset(key, "theirs", text)
        assert await other.is_refused() <= 60.0
        await own.delete(key)
        await own.set(key, "theirs")
        other.now += 100.0
        assert await other.is_refused() <= 60.0
        await other.fails(MOST_FAILURES)


async def test_a_fleet_knows_of_so_many_origins(redis: RedisServer) -> None:
    """A document may name any number of servers."""
    async with replicas(redis, 1000.0) as (one,), Redis(port=redis.port) as own:
        for number in range(130):
            origin = ("https", f"{number}.example.com", 443)
            before = one.breakers.mark(origin)
            for _ in range(MOST_FAILURES):
                one.breakers.failed(origin, one.now, one.now)
                one.now += 1.0
            await one.others.tell(origin, before)
        (key,) = await own.keys("*:breakers:*")
        assert await own.hlen(key) <= 100
        assert 0 < await own.pttl(key) <= 600_000


async def test_who_is_cancelled_while_it_asks_for_the_probe_leaves_its_place(redis: RedisServer) -> None:
    """Here and in Redis, whether it was asked there yet or not."""
    async with replicas(redis, 1000.0, 1000.0) as (one, other):
        await one.fails(MOST_FAILURES)
        await one.pauses()
        with anyio.CancelScope() as scope:
            assert one.breakers.begin(HERE, one.now) is True
            scope.cancel()
            await one.others.claim(HERE, one.now)
        other.now += EVERY
        assert await other.begin() is True
