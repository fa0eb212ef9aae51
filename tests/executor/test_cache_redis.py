"""Kept answers in Redis, through executors of several replicas and a live API. Part 8: caches in Redis."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import redis as redis_client
from support.cached import Cached, Clock, Held, cached, fresh, not_modified
from support.linked import KEY, Links, at_once, cut, links
from support.raw import answer
from support.redis import RedisServer

from openapi_mcp.executor import cache_redis
from openapi_mcp.executor.cache_redis import AnswersInRedis
from openapi_mcp.executor.cache_stored import Place, Stored
from openapi_mcp.executor.cache_writes import path_of, written
from openapi_mcp.model.call import Call, Caller
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import Limits
from openapi_mcp.model.secret import Credential, Secret
from openapi_mcp.model.secret import Place as Where

pytestmark = pytest.mark.anyio

API = "https://api.example.com"
OTHER_KEY = "another key, which another fleet of replicas has"


@asynccontextmanager
async def fleet(
    redis: RedisServer, folder: Path, *answers: Any, keys: tuple[str, str] = (KEY, KEY), **more: Any
) -> AsyncIterator[tuple[Cached, Cached, Links]]:
    """Yield two replicas before one API, and their links."""
    clock = Clock()
    async with links(redis.url) as made:
        one, other = ({"shared": AnswersInRedis(made.link(key))} for key in keys)
        async with cached(folder, *answers, clock=clock, cache=one, **more) as first:
            url = first.upstream.url
            async with cached(folder, clock=clock, cache=other, base_url=url, **more) as second:
                second.upstream = first.upstream
                yield first, second, made


def place(text: str = "a", url: str = f"{API}/orders", caller: str = "") -> Place:
    return Place(text=text.encode(), origin=API, path=path_of(url), method="GET", url=url, caller=caller, kind="orders")


def stored(body: bytes = b"{}", at: float = 1_000.0) -> Stored:
    return Stored(status=200, headers=(("etag", '"a"'),), body=body, asked=at, answered=at, used=at)


async def keep(store: AnswersInRedis, where: Place, what: Stored | None = None) -> bool:
    seen = await store.find(where)
    assert seen is not None
    return await store.keep(where, what or stored(), 60.0, seen.mark, lambda: True)


async def has(store: AnswersInRedis, where: Place) -> bool:
    seen = await store.find(where)
    return seen is not None and seen.stored is not None


async def write(store: AnswersInRedis, url: str) -> None:
    what = written(HttpRequest(method="PUT", url=url), HttpResponse(status=200, url=url))
    assert what is not None
    await store.drop(what)


async def test_an_answer_that_one_replica_keeps_is_used_by_the_other(redis: RedisServer, tmp_path: Path) -> None:
    """Issue 9: caches in Redis."""
    async with fleet(redis, tmp_path) as (first, second, made):
        await first.keep()
        first.clock.now += 12
        assert await second.note() == {"from": "cache", "age": 12}
        assert first.upstream.targets == ["GET /orders"]
    assert made.said == []


async def test_no_file_is_made(redis: RedisServer, tmp_path: Path) -> None:
    """With Redis nothing is kept on the replica's own disk."""
    async with fleet(redis, tmp_path) as (first, _, _):
        await first.keep()
    assert not os.listdir(tmp_path)


async def test_a_write_on_one_replica_drops_what_all_have_kept(redis: RedisServer, tmp_path: Path) -> None:
    """Issue 9; RFC 9111, section 4.4."""
    answers = (fresh(b'{"n": 1}'), answer(b"{}"), fresh(b'{"n": 2}'))
    async with fleet(redis, tmp_path, *answers) as (first, second, _):
        await first.keep()
        await second.call("add_order")
        assert (await first.call()).structured == {"n": 2}


async def test_an_answer_to_a_read_that_began_before_a_write_is_not_kept(redis: RedisServer, tmp_path: Path) -> None:
    """As in the file: what was read may be from before it."""
    held = Held(fresh())
    async with fleet(redis, tmp_path, held, answer(b"{}"), fresh()) as (first, second, _):
        async with anyio.create_task_group() as group:
            group.start_soon(first.call)
            await held.has_come.wait()
            await second.call("add_order")
            held.let.set()
        assert not await second.is_kept()


async def test_an_answer_is_checked_with_the_api_by_the_other_replica(redis: RedisServer, tmp_path: Path) -> None:
    """RFC 9111, section 4.3."""
    async with fleet(redis, tmp_path, fresh(ETag='"a"'), not_modified()) as (first, second, _):
        await first.keep()
        first.clock.now += 61
        result = await second.call()
        assert result.trace is not None
        assert result.trace.cache == "revalidated"


async def test_callers_are_kept_apart(redis: RedisServer, tmp_path: Path) -> None:
    """What one may see says nothing of another."""
    async with fleet(redis, tmp_path) as (first, second, _):
        await first.keep(caller=Caller(id="ann"))
        assert not await second.is_kept(caller=Caller(id="bob"))
        assert await second.is_kept(caller=Caller(id="ann"))


async def test_replicas_with_different_keys_do_not_see_each_other(redis: RedisServer, tmp_path: Path) -> None:
    """design of part 8: the same key and URL are one fleet."""
    async with fleet(redis, tmp_path, keys=(KEY, OTHER_KEY)) as (first, second, _):
        await first.keep()
        assert not await second.is_kept()


async def test_nothing_of_an_answer_can_be_read_in_redis(redis: RedisServer, tmp_path: Path) -> None:
    """Everything that is recorded, cached or shown is free of secrets; what Redis holds is sealed."""
    async with fleet(redis, tmp_path, fresh(b'{"n": "grapes"}')) as (first, second, _):
        await first.keep(caller=Caller(id="ann@example.com"))
        await second.call("add_order")
        with redis_client.Redis.from_url(redis.url) as own:
            names: list[bytes] = list(own.scan_iter())
            found = b"".join(name + (own.dump(name) or b"") for name in names)
    assert found
    for secret in (b"grapes", b"orders", b"ann@", b"127.0.0.1"):
        assert secret not in found


async def test_an_answer_with_a_secret_in_it_is_not_kept(redis: RedisServer, tmp_path: Path) -> None:
    """As in the file; a large one is looked through in a thread."""
    for length in (1, 40_000):
        body = json.dumps({"n": "x" * length, "key": "s3cret-value"}).encode()
        credential = Credential(place=Where.HEADER, name="X-Key", value=Secret("s3cret-value"))
        caller = Caller(id="ann", headers=(("X-Key", credential.value),))
        async with fleet(redis, tmp_path, fresh(body)) as (first, second, _):
            await first.call(caller=caller)
            assert not await second.is_kept(caller=caller)


async def test_a_large_answer_is_kept(redis: RedisServer, tmp_path: Path) -> None:
    """Looked through in a thread, and sealed as a whole."""
    body = json.dumps({"n": "x" * 100_000}).encode()
    async with fleet(redis, tmp_path, fresh(body)) as (first, second, _):
        await first.keep()
        assert await second.is_kept()


async def test_an_answer_that_is_no_longer_true_is_forgotten(redis: RedisServer, tmp_path: Path) -> None:
    """As in the file: a newer answer that is not kept itself ends the one before it."""
    gone = answer(b"{}", "404 No")
    async with fleet(redis, tmp_path, fresh(ETag='"a"'), gone, fresh(b'{"n": 2}')) as (first, second, _):
        await first.keep()
        first.clock.now += 61
        assert (await second.call()).is_error
        first.clock.now -= 30
        assert (await first.call()).structured == {"n": 2}


@pytest.mark.parametrize(
    ("path", "kept", "is_dropped"),
    [
        ("/orders/7", "/orders/7?fields=id", True),
        ("/orders/7", "/orders", True),
        ("/orders/7", "/orders/7/lines/1", True),
        ("/users/5/orders/7", "/users/5", True),
        ("/orders", "/orders/8", True),
        ("/", "/anything", True),
        ("/orders/7", "/", False),
        ("/orders/7", "/orders/8", False),
        ("/orders/7", "/orders/77", False),
        ("/orders/7", "/people", False),
    ],
)
async def test_a_write_drops_the_same_as_in_the_file(
    redis: RedisServer, path: str, kept: str, is_dropped: bool
) -> None:
    """The table of test_cache_writes.py."""
    async with links(redis.url) as made:
        store, where = AnswersInRedis(made.link()), place(url=f"{API}{kept}")
        assert await keep(store, where)
        await write(store, f"{API}{path}")
        assert await has(store, where) is not is_dropped


async def test_each_read_is_looked_for(redis: RedisServer) -> None:
    """One look costs less than to know whether any replica has kept something meanwhile."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        seen = await store.find(place())
        assert seen is not None
        assert not seen.is_alone
        assert store.has_news(seen)


async def test_a_path_of_thousands_of_parts_is_not_looked_for(redis: RedisServer) -> None:
    """Each part is a name to be made and asked for; a caller chooses how many there are."""
    async with links(redis.url) as made:
        assert await AnswersInRedis(made.link()).find(place(url=f"{API}{'/a' * 61}")) is None


async def test_a_later_answer_to_an_earlier_question_does_not_take_the_newer_ones_place(redis: RedisServer) -> None:
    """As in the file, unless the newer one is from the future: a clock was set back."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        assert await keep(store, place(), stored(b"new", at=1_000))
        late = Stored(status=200, headers=(), body=b"late", asked=990, answered=1_001, used=1_001)
        assert not await keep(store, place(), late)
        await store.forget(place(), 990, 1_001)
        assert await has(store, place())
        assert await keep(store, place(), stored(b"set back", at=500))
        await store.forget(place(), 500, 500)
        assert not await has(store, place())


async def test_what_was_used_longest_ago_goes_first(redis: RedisServer) -> None:
    """Answers are within a size; each use is noted."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link(), max_bytes=50_000)
        for number in range(60):
            assert await keep(store, place(f"{number}"), stored(b"x" * 500, at=1_000 + number))
            await store.touch(place("0"), 1_000 + number)
        listed = await store.listed()
        assert listed is not None
        assert 1 <= len(listed) < 40
        assert await has(store, place("0"))
        assert await has(store, place("59"))
        assert not await has(store, place("1"))


async def test_what_nobody_uses_for_a_day_goes(redis: RedisServer) -> None:
    """What has expired by itself is not counted any more once something else is kept."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        assert await keep(store, place("old"), stored(at=1_000))
        with redis_client.Redis.from_url(redis.url) as own:
            (name,) = own.keys("*:answer:*")
            assert 0 < own.ttl(name) <= cache_redis.STAYS
        assert await keep(store, place("new"), stored(at=1_000 + cache_redis.STAYS))
        assert not await has(store, place("old"))


async def test_where_too_many_paths_are_written_to_nothing_of_the_origin_is_used(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is noted of writes has a bound; beyond it everything kept before goes."""
    monkeypatch.setattr(cache_redis, "_MOST_PATHS", 12)
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        assert await keep(store, place())
        for number in range(8):
            await write(store, f"{API}/people/{number}")
        assert not await has(store, place())
        assert await keep(store, place())
        assert await has(store, place())


async def test_an_answer_that_was_changed_or_put_elsewhere_in_redis_is_not_used(redis: RedisServer) -> None:
    """Each is sealed for its own place."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        await keep(store, place("a"))
        with redis_client.Redis.from_url(redis.url) as own:
            (first,) = own.keys("*:answer:*")
            sealed = own.hget(first, "sealed")
            await keep(store, place("b"))
            (second,) = set(own.keys("*:answer:*")) - {first}
            own.hset(second, "sealed", sealed)
            own.hset(first, "sealed", sealed[:-1] + b"?")
        assert not await has(store, place("a"))
        assert not await has(store, place("b"))
        assert await store.listed() == []


async def test_while_redis_is_away_calls_go_on_and_nothing_is_used_or_kept(redis: RedisServer, tmp_path: Path) -> None:
    """Issue 9: losing Redis degrades with clear words, and recovers by itself. Said once."""
    async with fleet(redis, tmp_path, fresh(b'{"n": 1}'), fresh(b'{"n": 2}')) as (first, second, made):
        await first.keep()
        redis.stop(kill=True)
        assert (await second.call()).structured == {"n": 2}
        assert not await second.is_kept()
        redis.start()
        at_once(made.open[1])
        await second.call()
        assert await second.is_kept()
    assert [line[:26] for line in made.said] == ["warning: Redis does not an", "Redis answers again"]


async def test_what_was_kept_before_redis_began_anew_is_not_used(redis: RedisServer, tmp_path: Path) -> None:
    """After a crash the last second of what it was told may be gone: also a write, with an older answer still there."""
    async with fleet(redis, tmp_path, fresh(b'{"n": 1}'), fresh(b'{"n": 2}')) as (first, _, _):
        await first.keep()
        redis.stop()
        redis.start()
        assert (await first.call()).structured == {"n": 2}


async def test_a_write_while_redis_is_away_drops_what_was_kept_once_it_is_there(redis: RedisServer) -> None:
    """A replica that is cut off tells of its writes as soon as it can; until then it uses nothing itself."""
    async with links(redis.url) as made:
        own, other = AnswersInRedis(made.link()), AnswersInRedis(made.link())
        assert await keep(own, place())
        link = made.open[0]
        cut(link)
        await write(own, f"{API}/people")
        assert await own.find(place()) is None
        assert not await own.keep(place("b"), stored(), 60.0, (1, 0, 0), lambda: True)
        assert await has(other, place())
        at_once(link)
        assert await own.settle()
        assert not await has(other, place())
        assert await own.settle()


async def test_what_is_kept_is_shown_and_cleared(redis: RedisServer) -> None:
    """`openapi-mcp cache --redis`: the same as of a file."""
    async with links(redis.url) as made:
        store = AnswersInRedis(made.link())
        assert await store.clear() == 0
        await keep(store, place("a", caller="ann"), stored(b"four", at=1_000))
        await keep(store, place("b", f"{API}/people"), stored(at=2_000))
        listed = await store.listed()
        assert listed is not None
        assert [(one.url, one.size, one.caller, one.lifetime) for one in listed] == [
            (f"{API}/people", 2, "", 60.0), (f"{API}/orders", 4, "ann", 60.0),
        ]  # fmt: skip
        assert await store.clear("https://other.example.com") == 0
        assert await store.clear(API, before=1_500) == 1
        assert not await has(store, place("a"))
        assert await store.clear() == 1
        assert await store.listed() == []


async def test_nothing_is_shown_or_cleared_where_redis_is_away() -> None:
    """None says that it could not be asked."""
    async with links("redis://127.0.0.1:1/0") as made:
        store = AnswersInRedis(made.link())
        assert await store.listed() is None
        assert await store.clear() is None


async def test_with_no_cache_a_write_still_drops_what_others_have_kept(redis: RedisServer, tmp_path: Path) -> None:
    """--no-cache: this replica uses and keeps nothing."""
    async with fleet(redis, tmp_path, fresh(), answer(b"{}"), fresh()) as (first, second, _):
        await first.keep()
        second.cache.only_drops = True
        await second.call("add_order")
        assert not await first.is_kept()
        assert await first.is_kept()
        assert not await second.is_kept()


async def test_an_answer_of_an_operation_that_names_no_lifetime_is_kept_for_the_operators(
    redis: RedisServer, tmp_path: Path
) -> None:
    """--cache-ttl, as in the file."""
    limits = Limits(retries=0, cache_ttl=30)
    async with fleet(redis, tmp_path, answer(b"{}"), limits=limits) as (first, second, _):
        await first.running.call(Call(tool="orders", arguments={}))
        assert await second.is_kept()
