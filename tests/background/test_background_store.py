"""Where background calls are kept: for how long, and how much of them."""

import pytest
import redis as redis_client
from support.background import ANNE, a_link, said
from support.redis import RedisServer

from openapi_mcp.background.state import Ended, Ongoing
from openapi_mcp.background.store import Store
from openapi_mcp.model.call import Call

pytestmark = pytest.mark.anyio


def an_end(ended: float, text: str = "") -> Ended:
    return Ended(caller="anne", tool="t", created=0.0, ended=ended, result=said(text))


def ongoing() -> Ongoing:
    return Ongoing(call=Call(tool="t", caller=ANNE), created=0.0, updated=0.0, is_safe=True)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test sets."""
    times = [1_000.0]
    monkeypatch.setattr("openapi_mcp.background.store.time.time", lambda: times[0])
    return times


async def test_a_result_is_kept_for_an_hour(now: list[float]) -> None:
    store = Store(None)
    assert await store.end("a", an_end(1_000.0)) is None
    now[0] += 3_599
    assert await store.get("a") == an_end(1_000.0)
    now[0] += 2
    assert await store.get("a") is None


async def test_results_have_a_bound_together_and_the_oldest_go_first(now: list[float]) -> None:
    store, large = Store(None), "x" * 15_000_000
    for name in "abc":
        await store.end(name, an_end(1_000.0, large))
    assert [await store.get(name) is not None for name in "abc"] == [False, True, True]


async def test_the_first_end_counts() -> None:
    store = Store(None)
    await store.put("a", ongoing())
    assert store.capacity.count("anne") == 1
    assert await store.end("a", an_end(9e9, "first")) is None
    assert await store.end("a", an_end(9e9, "second")) == an_end(9e9, "first")
    assert (store.capacity.count("anne"), store.own) == (0, {})


async def test_the_first_end_counts_for_all_replicas(redis: RedisServer) -> None:
    links = a_link(redis.url), a_link(redis.url)
    one, two = map(Store, links)
    assert await one.put("a", ongoing())
    assert await two.get("a") == ongoing()
    assert await one.end("a", an_end(1.0, "first")) is None
    assert await two.end("a", an_end(2.0, "second")) == an_end(1.0, "first")
    assert await two.ended(["a", "b"]) == {"a"}
    for link in links:
        await link.aclose()


async def test_who_has_another_key_sees_nothing(redis: RedisServer) -> None:
    links = a_link(redis.url), a_link(redis.url, key="another key of the tests, of 32 characters")
    one, two = map(Store, links)
    await one.put(one.name("c_1"), ongoing())
    assert await two.get(two.name("c_1")) is None
    assert one.name("c_1") != two.name("c_1")
    for link in links:
        await link.aclose()


async def test_what_is_put_elsewhere_in_redis_does_not_open(redis: RedisServer) -> None:
    """Who can write there without the key gives no call the result of another."""
    link = a_link(redis.url)
    store = Store(link)
    for name in ("a", "b"):
        await store.put(name, ongoing())
    await store.end("a", an_end(9e9, "of a"))
    await store.end("c", an_end(9e9, "of c"))
    with redis_client.Redis.from_url(redis.url) as own:
        of_a, of_b = own.get(link.key("background-end", "a")) or b"", own.get(link.key("background-call", "b")) or b""
        own.set(link.key("background-end", "c"), of_a)
        own.set(link.key("background-call", "d"), of_b)
    another = Store(link)
    assert [await another.get(name) is not None for name in "abcd"] == [True, True, False, False]
    await link.aclose()
