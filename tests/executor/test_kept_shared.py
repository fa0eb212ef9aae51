"""Kept answers of replicas: a handle of one is read on another, by its caller alone, with Redis and without."""

import asyncio
from collections.abc import AsyncIterator
from itertools import chain

import pytest
from redis.asyncio import Redis
from support.links import KEY, everything, links, texts
from support.redis import RedisServer

from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.model.answer import Answer
from openapi_mcp.shared.answers import SharedAnswers

pytestmark = pytest.mark.anyio

WHOLE = Answer(value={"n": 2**60, "é": [1.5, "s3cret\nline"]})


def no_time() -> float:
    return 0.0


@pytest.fixture
async def both(redis: RedisServer) -> AsyncIterator[tuple[KeptAnswers, KeptAnswers]]:
    async with links(redis.url, KEY, KEY) as (one, other):
        yield KeptAnswers(no_time, namespace=one.namespace()), KeptAnswers(no_time, namespace=other.namespace())


async def keep(kept: KeptAnswers, answer: Answer = WHOLE, caller: str = "ann") -> str:
    handle = await kept.keep(answer, caller, "things", "others")
    assert handle is not None
    return handle


async def test_a_handle_of_one_replica_is_read_on_another(both: tuple[KeptAnswers, KeptAnswers]) -> None:
    """Issue 9, Replicas: as it was, with the tools that it is about."""
    here, there = both
    handle = await keep(here)
    found = await there.find(handle, "ann")
    assert found is not None
    assert (found.tools, found.answer().value) == (("things", "others"), WHOLE.value)
    assert await there.holds(handle, "ann")
    plain = await there.find(await keep(here, Answer(text="a\nb", is_json=False)), "ann")
    assert plain is not None
    assert plain.answer() == Answer(text="a\nb", is_json=False)


async def test_a_large_answer_comes_whole(both: tuple[KeptAnswers, KeptAnswers]) -> None:
    """Sealed, sent and opened within its time."""
    here, there = both
    found = await there.find(await keep(here, Answer(text="é" * 5_000_000, is_json=False)), "ann")
    assert found is not None
    assert found.answer().text == "é" * 5_000_000


async def test_another_caller_api_or_fleet_finds_nothing(redis: RedisServer) -> None:
    """security.md 26: bound to their caller."""
    async with links(redis.url, KEY, KEY, "other" * 10) as (one, other, foreign):
        handle = await keep(KeptAnswers(no_time, namespace=one.namespace()))
        there = KeptAnswers(no_time, namespace=other.namespace())
        for caller in ("bob", "", "ann "):
            assert await there.find(handle, caller) is None
            assert not await there.holds(handle, caller)
        assert await KeptAnswers(no_time, namespace=other.namespace("another")).find(handle, "ann") is None
        assert await KeptAnswers(no_time, namespace=foreign.namespace()).find(handle, "ann") is None
        assert await there.find(handle, "ann") is not None


async def test_what_goes_between_two_looks_is_not_found(
    redis: RedisServer, both: tuple[KeptAnswers, KeptAnswers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hour is over, or Redis is, between how large it is and what it is."""
    here, there = both
    handle = await keep(here)

    async def before(self: SharedAnswers, key: str) -> int:
        async with Redis(port=redis.port) as own:
            await own.delete(key)
        return 100

    monkeypatch.setattr(SharedAnswers, "_size", before)
    assert await there.find(handle, "ann") is None


@pytest.mark.parametrize("handle", ["", "r_", "r_" + "\ud800" * 22, "x" * 10**6, "r_" + "a" * 22])
async def test_what_is_no_handle_finds_nothing(both: tuple[KeptAnswers, KeptAnswers], handle: str) -> None:
    """Whatever a caller writes there."""
    assert await both[1].find(handle, "ann") is None
    assert not await both[1].holds(handle, "ann")


async def test_in_redis_nothing_can_be_read_or_exchanged(
    redis: RedisServer, both: tuple[KeptAnswers, KeptAnswers]
) -> None:
    """Sealed, each for its place: not an answer, a tool, a caller or a handle is told by keys or values."""
    here, there = both
    first, second = await keep(here), await keep(here, caller="bob")
    async with Redis(port=redis.port) as own:
        kept = await texts(own, "*:answers:*")
        said = b" ".join(chain(*(await everything(own)).items()))
        for word in (b"s3cret", b"things", b"ann", b"bob", first.encode(), b"shop"):
            assert word not in said
        ages = [await own.pttl(key) for key in await own.keys()]
        assert 0 < min(ages) <= max(ages) <= 3_600_000
        for key, value in zip(kept, reversed(kept.values()), strict=True):
            await own.set(key, value)
        assert await there.find(first, "ann") is None
        assert await there.find(second, "bob") is None
        for foreign in (b"", b"x", b"{}\n{}", bytes(100)):
            for key in kept:
                await own.set(key, foreign)
            assert await there.find(first, "ann") is None
        for key in kept:
            await own.delete(key)
            await own.lpush(key, "theirs")
        assert await there.find(first, "ann") is None
        assert await here.find(first, "ann") is not None


async def test_in_all_there_are_no_more_bytes_than_may_be_and_the_oldest_go_first(redis: RedisServer) -> None:
    """Of all replicas together."""
    async with links(redis.url, KEY, KEY) as (one, other):
        here = KeptAnswers(no_time, namespace=one.namespace(), max_bytes=10_000)
        there = KeptAnswers(no_time, namespace=other.namespace(), max_bytes=10_000)
        handles = [await keep((here, there)[number % 2], Answer(text="x" * 3000, is_json=False)) for number in range(8)]
        fresh = KeptAnswers(no_time, namespace=other.namespace(), max_bytes=10_000)
        assert [await fresh.holds(handle, "ann") for handle in handles] == [False] * 5 + [True] * 3
        async with Redis(port=redis.port) as own:
            assert len(await own.keys("*:answers:*")) == 3
            (total,) = (await texts(own, "*:answers-sum:*")).values()
            assert int(total) == sum(map(len, (await texts(own, "*:answers:*")).values()))
            (index,) = await own.keys("*:answers-index:*")
            entries = [entry for entry in await own.zrange(index, 0, -1) if isinstance(entry, bytes)]
            await own.zadd(index, dict.fromkeys(entries, 1))
        last = await keep(here, Answer(text="y", is_json=False))  # the others were kept in 1970
        assert [await fresh.holds(handle, "ann") for handle in (*handles, last)] == [False] * 8 + [True]


async def test_a_sum_that_makes_no_sense_costs_no_more_than_what_was_kept(redis: RedisServer) -> None:
    """Somebody else wrote there."""
    async with links(redis.url, KEY) as (one,), Redis(port=redis.port) as own:
        kept = KeptAnswers(no_time, namespace=one.namespace(), max_bytes=10_000)
        await keep(kept)
        (total,) = await own.keys("*:answers-sum:*")
        await own.set(total, 10**15)
        handle, next_one = await keep(kept), await keep(kept)
        fresh = KeptAnswers(no_time, namespace=one.namespace(), max_bytes=10_000)
        assert [await fresh.holds(each, "ann") for each in (handle, next_one)] == [True, True]
        await own.set(total, "theirs")
        assert await kept.find(await keep(kept), "ann") is not None
        assert len(await own.keys("*:answers:*")) == 4


async def test_what_is_too_large_is_kept_nowhere(redis: RedisServer) -> None:
    """As without Redis."""
    async with links(redis.url, KEY) as (one,), Redis(port=redis.port) as own:
        kept = KeptAnswers(no_time, namespace=one.namespace(), max_bytes=4000)
        assert await kept.keep(Answer(text="x" * 4000, is_json=False), "ann", "things") is None
        assert await own.keys() == []


async def test_an_answer_that_is_gone_before_redis_refuses_it_is_gone(redis: RedisServer) -> None:
    """Others came meanwhile, and there is no room for all."""
    async with links(redis.url, KEY) as (one,):
        kept = KeptAnswers(no_time, namespace=one.namespace(), max_bytes=2000)
        redis.stop()
        handles = await asyncio.gather(*(keep(kept, Answer(text="x" * 1000, is_json=False)) for _ in range(2)))
        assert [kept.is_here_alone(handle, "ann") for handle in handles] == [False, True]


@pytest.mark.parametrize("kill", [False, True])
async def test_without_redis_an_answer_is_kept_and_found_here(
    redis: RedisServer, both: tuple[KeptAnswers, KeptAnswers], *, kill: bool
) -> None:
    """Lost in the middle, and back again."""
    here, there = both
    before = await keep(here)
    redis.stop(kill=kill)
    handle = await keep(here)
    assert await here.find(before, "ann") is not None
    assert await here.find(handle, "ann") is not None
    assert await there.find(handle, "ann") is None
    redis.start()
    for each in both:
        assert each._shared is not None
        each._shared.namespace.link._not_before = 0.0
    assert await there.find(before, "ann") is not None
    after = await keep(here)
    assert await there.find(after, "ann") is not None
