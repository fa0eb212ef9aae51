"""Tools that are switched off at one replica are off at all of them. Part 8, Replicas."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis as redis_client
from support.linked import at_once, cut, links
from support.redis import RedisServer

from openapi_mcp.errors import ConfigError
from openapi_mcp.server.switching import Switching
from openapi_mcp.shared.link import Link
from openapi_mcp.switches import entries, off, switch, take_over

pytestmark = pytest.mark.anyio


class Replica:
    """A replica with a state folder of its own."""

    def __init__(self, link: Link, folder: Path) -> None:
        self.link = link
        self.environ = {"HOME": str(folder), "XDG_STATE_HOME": str(folder), "LOCALAPPDATA": str(folder)}
        self.switching = Switching(link=link, environ=self.environ)

    @property
    def off(self) -> list[str]:
        return sorted(off("shop", self.environ))

    def switch(self, tool: str, *, on: bool = False) -> None:
        switch("shop", tool, on, self.environ, operation=f"GET /{tool}")

    async def look(self) -> None:
        await self.switching.look()


@asynccontextmanager
async def two(redis: RedisServer, folder: Path) -> AsyncIterator[tuple[Replica, Replica]]:
    async with links(redis.url) as made:
        yield Replica(made.link(), folder / "one"), Replica(made.link(), folder / "two")


async def test_what_is_switched_at_one_is_switched_at_the_other(redis: RedisServer, tmp_path: Path) -> None:
    """Off, and on again; with who did it, and when."""
    async with two(redis, tmp_path) as (one, other):
        for each in (one, other):
            await each.look()
        one.switch("a")
        for each in (one, other):
            await each.look()
        assert other.off == ["a"]
        assert entries(other.environ) == entries(one.environ)
        other.switch("a", on=True)
        one.switch("b")
        for each in (other, one, other):
            await each.look()
        assert (one.off, other.off) == (["b"], ["b"])


async def test_a_replica_starts_with_what_the_others_have_agreed_on(redis: RedisServer, tmp_path: Path) -> None:
    """What its own file had from before does not count; the first one's does."""
    async with two(redis, tmp_path) as (one, other):
        one.switch("a")
        other.switch("old")
        await one.look()
        await other.look()
        assert (one.off, other.off) == (["a"], ["a"])


async def test_while_redis_is_away_a_switch_is_this_replicas_and_told_later(redis: RedisServer, tmp_path: Path) -> None:
    """Nothing that was off comes on by that."""
    async with two(redis, tmp_path) as (one, other):
        one.switch("a")
        for each in (one, other):
            await each.look()
        cut(one.link)
        one.switch("b")
        await one.look()
        await other.look()
        assert (one.off, other.off) == (["a", "b"], ["a"])
        at_once(one.link)
        for each in (one, other):
            await each.look()
        assert other.off == ["a", "b"]


async def test_what_redis_has_lost_it_is_told_again(redis: RedisServer, tmp_path: Path) -> None:
    """After a restart without its data, tools that are off stay off."""
    async with two(redis, tmp_path) as (one, other):
        one.switch("a")
        for each in (one, other):
            await each.look()
        redis.empty()
        for each in (one, other, one, other):
            await each.look()
        assert (one.off, other.off) == (["a"], ["a"])
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = list(own.scan_iter())
            assert own.hlen(key) == 2


async def test_one_that_was_changed_in_redis_switches_nothing_on(redis: RedisServer, tmp_path: Path) -> None:
    """Sealed: neither read nor written by who has no key."""
    async with two(redis, tmp_path) as (one, other):
        one.switch("a")
        for each in (one, other):
            await each.look()
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = list(own.scan_iter())
            (name,) = [each for each in own.hkeys(key) if each != b"begun"]
            assert b"shop" not in (own.dump(key) or b"")
            own.hset(key, name, b"what is this")
        await other.look()
        await other.look()
        assert other.off == ["a"]


async def test_one_that_is_put_over_another_in_redis_switches_nothing_on(redis: RedisServer, tmp_path: Path) -> None:
    """Each is sealed for its place; one whose place is no text is none."""
    async with two(redis, tmp_path) as (one, other):
        for tool in "ab":
            one.switch(tool)
        for each in (one, other):
            await each.look()
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = list(own.scan_iter())
            first, second = [each for each in own.hkeys(key) if each != b"begun"]
            own.hset(key, first, own.hget(key, second) or b"")
            await other.look()
            assert other.off == ["a", "b"]
            own.hset(key, b"\xff", own.hget(key, second) or b"")
        await other.look()
        assert other.off == ["a", "b"]


async def test_a_damaged_file_is_an_error_and_nothing_is_told(redis: RedisServer, tmp_path: Path) -> None:
    """What was off is not known: the others keep what they have."""
    async with two(redis, tmp_path) as (one, other):
        one.switch("a")
        for each in (one, other):
            await each.look()
        (file,) = (tmp_path / "one").rglob("switches.json")
        file.write_text("{")
        with pytest.raises(ConfigError):
            await one.look()
        await other.look()
        assert other.off == ["a"]


def test_what_was_switched_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """It is told first."""
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    known = entries(environ)
    switch("shop", "a", False, environ)
    assert not take_over(known, {}, environ)
    assert take_over(entries(environ), {}, environ)
    assert entries(environ) == {}
