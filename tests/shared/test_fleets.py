"""shared/fleets.py: replicas with another --shared-key are noticed."""

import pytest
from redis.asyncio import Redis
from support.links import KEY, links
from support.redis import RedisServer

from openapi_mcp.shared.fleets import KEY as FLEETS
from openapi_mcp.shared.fleets import Fleets

pytestmark = pytest.mark.anyio


async def test_replicas_with_another_key_are_said_once_and_counted(redis: RedisServer) -> None:
    """An operator's finding: half of all get_call were not found, and no line and no number told why."""
    said: list[str] = []
    async with links(redis.url, KEY, KEY, "other" * 10) as (one, same, other):
        mine = Fleets(one, said.append)
        await Fleets(same, said.append).look()
        await mine.look()
        assert (mine.count, said) == (1, [])
        await Fleets(other, lambda _: None).look()
        await mine.look()
        await mine.look()
        assert mine.count == 2
        assert len(said) == 1
        assert said[0].startswith(f"warning: 2 different --shared-key are in use at Redis ({one.address})")
        async with Redis(port=redis.port) as own:
            await own.zrem(FLEETS, other.seal.name("fleet"))
        await mine.look()
        assert (mine.count, said[1:]) == (1, ["all replicas at Redis have the same --shared-key again"])
        assert KEY not in str(said)


async def test_what_somebody_else_puts_there_counts_for_nothing_for_long(redis: RedisServer) -> None:
    """Whoever can write to this Redis may write anything: it ends nobody, and what is not of now goes."""
    async with links(redis.url, KEY) as (one,):
        mine = Fleets(one, lambda _: None)
        async with Redis(port=redis.port) as own:
            await own.set(FLEETS, "text")
            await mine.look()
            await own.zadd(FLEETS, {"later": 9e15, "long ago": 1.0})
            await mine.look()
        assert mine.count == 1


async def test_without_redis_nothing_is_known(redis: RedisServer) -> None:
    """That it is away is said by the link."""
    async with links(redis.url, KEY) as (one,):
        mine = Fleets(one, lambda _: None)
        redis.stop()
        await mine.look()
        assert mine.count == 0
