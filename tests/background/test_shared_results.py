"""Results of background calls in Redis have a bound in bytes: of each caller, and of all."""

from collections.abc import Sequence

import pytest
import redis as redis_client
from redis.asyncio import Redis
from support.redis import RedisServer

from openapi_mcp.background.shared_results import SealedEnd, SharedResults

pytestmark = pytest.mark.anyio
ENDS = SharedResults(index="all", size_of_a_caller=250, size_of_all=400)


async def put(redis: RedisServer, names: Sequence[str], size: int = 100) -> list[bytes | None]:
    """Put an end for each name, of the caller that it begins with."""
    own = Redis.from_url(redis.url)
    ends = [
        SealedEnd(key=f"end:{name}", ongoing=f"call:{name}", own=f"all:{name[0]}", sealed=b"x" * size) for name in names
    ]
    came = [await ENDS.put(own, each) for each in ends]
    await own.aclose()
    return came


def there(redis: RedisServer) -> list[str]:
    with redis_client.Redis.from_url(redis.url) as own:
        return sorted(key.decode().removeprefix("end:") for key in own.scan_iter("end:*"))


def sums(redis: RedisServer, *whose: str) -> list[int]:
    with redis_client.Redis.from_url(redis.url) as own:
        return [int(own.get(f"{each}:sum") or 0) for each in whose]


async def test_the_oldest_of_a_caller_go_first(redis: RedisServer) -> None:
    """24 answers of 9 MB are not 300 MB of Redis for an hour; other callers lose nothing by that."""
    await put(redis, ["b1", "a1", "a2", "a3", "a4"])
    assert there(redis) == ["a3", "a4", "b1"]
    assert sums(redis, "all", "all:a", "all:b") == [300, 200, 100]


async def test_the_oldest_of_all_go_where_many_callers_have_some(redis: RedisServer) -> None:
    await put(redis, ["a1", "b1", "c1", "d1", "e1", "f1"])
    assert there(redis) == ["c1", "d1", "e1", "f1"]
    assert sums(redis, "all", "all:a", "all:b", "all:c") == [400, 0, 0, 100]


async def test_one_that_is_larger_than_all_may_be_is_kept_alone(redis: RedisServer) -> None:
    await put(redis, ["a1", "b1"])
    await put(redis, ["b2"], 1_000)
    assert there(redis) == ["b2"]
    await put(redis, ["b3"])
    assert (there(redis), sums(redis, "all", "all:b")) == (["b3"], [100, 100])


async def test_the_first_end_counts_and_takes_the_place_of_what_went_on(redis: RedisServer) -> None:
    with redis_client.Redis.from_url(redis.url) as own:
        own.set("call:a1", "it goes on")
        assert await put(redis, ["a1"], 5) == [b"xxxxx"]
        assert await put(redis, ["a1"], 7) == [b"xxxxx"]
        assert (own.exists("call:a1"), sums(redis, "all", "all:a")) == (0, [5, 5])
        assert all(own.ttl(key) > 0 for key in own.scan_iter())


async def test_an_entry_that_is_none_of_ours_goes(redis: RedisServer) -> None:
    """Others may write there."""
    with redis_client.Redis.from_url(redis.url) as own:
        own.zadd("all", {"what is this": 1, f"{9**30} all:a x": 2})
    await put(redis, ["a1", "b1", "c1", "d1", "e1"])
    assert there(redis) == ["b1", "c1", "d1", "e1"]
