"""Questions that a person has been asked, with the replicas of a server. Part 8: `--confirm` across replicas."""

import pytest
import redis as redis_client
from support.linked import at_once, cut, links
from support.redis import RedisServer

from openapi_mcp.server.questions import PATIENCE, Questions

pytestmark = pytest.mark.anyio


async def test_a_question_of_one_replica_is_answered_at_the_other_once(redis: RedisServer) -> None:
    """An answer is good for one call; whichever replica it comes to."""
    async with links(redis.url) as made:
        one, other = Questions(made.link()), Questions(made.link())
        name = await one.begin("a call")
        assert await other.is_about(name, "a call")
        assert not await other.is_about(name, "a call")
        assert not await one.is_about(name, "a call")


async def test_a_question_about_another_call_is_over_too(redis: RedisServer) -> None:
    """As where there is one process: whoever answered it wrongly is asked anew."""
    async with links(redis.url) as made:
        questions = Questions(made.link())
        name = await questions.begin("a call")
        assert not await questions.is_about(name, "another call")
        assert not await questions.is_about(name, "a call")
        assert not await questions.is_about("", "")


async def test_nothing_of_the_call_stands_in_redis_and_it_goes_by_itself(redis: RedisServer) -> None:
    """A digest of a call can be guessed; a name that the key makes cannot."""
    async with links(redis.url) as made:
        name = await Questions(made.link()).begin("a call")
        with redis_client.Redis.from_url(redis.url, decode_responses=True) as own:
            (key,) = own.keys()
            assert name not in key
            assert own.get(key) != "a call"
            assert 0 < own.ttl(key) <= PATIENCE


async def test_while_redis_is_away_a_question_is_this_replicas_own(redis: RedisServer) -> None:
    """It is good here, once, and nowhere else."""
    async with links(redis.url) as made:
        link = made.link()
        one, other = Questions(link), Questions(made.link())
        cut(link)
        first, second = await one.begin("a call"), await one.begin("a call")
        at_once(link)
        assert not await other.is_about(first, "a call")
        assert await one.is_about(second, "a call")
        assert not await one.is_about(second, "a call")


async def test_a_question_in_redis_confirms_nothing_while_that_is_away(redis: RedisServer) -> None:
    """Nobody knows whether it was answered already: the person is asked anew."""
    async with links(redis.url) as made:
        link = made.link()
        questions = Questions(link)
        name = await questions.begin("a call")
        cut(link)
        assert not await questions.is_about(name, "a call")


async def test_an_answer_counts_once_though_its_question_is_put_back(redis: RedisServer) -> None:
    """Whoever can read and write there, without the key, and is a caller too."""
    async with links(redis.url) as made:
        one, other = Questions(made.link()), Questions(made.link())
        name = await one.begin("a call")
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = own.keys()
            before = own.get(key)
            assert await one.is_about(name, "a call")
            own.set(key, before)
            assert not await other.is_about(name, "a call")
            own.set(key, before)
            assert not await one.is_about(name, "a call")
            (mark,) = own.keys()
            assert 0 < own.ttl(mark) <= PATIENCE
            assert name not in mark.decode()


async def test_what_somebody_else_has_put_there_is_no_question(redis: RedisServer) -> None:
    """Of whatever type: the person is asked anew."""
    async with links(redis.url) as made:
        questions = Questions(made.link())
        name = await questions.begin("a call")
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = own.keys()
            own.delete(key)
            own.hset(key, "a", "b")
        assert not await questions.is_about(name, "a call")
        assert await questions.is_about(await questions.begin("a call"), "a call")
