"""Kept answers in the Redis that replicas share: sealed, and used only as long as Redis says that they are still true.

While it is away nothing is used and nothing kept: a stale answer is worse than none. A write that could not be told to
it is told as soon as it is there again, before anything of that origin is used.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from openapi_mcp.executor import cache_scripts as scripts
from openapi_mcp.executor.cache_rules import AHEAD
from openapi_mcp.executor.cache_stored import MAX_BYTES, Mark, Place, Seen, Shown, Stored
from openapi_mcp.executor.cache_writes import Written
from openapi_mcp.shared.foreign import each, seconds, whole, word
from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from redis.asyncio import Redis

STAYS = 86_400  # seconds after its last use that an answer is there; how long it is fresh is another matter
_ROW = 1_000  # bytes that one takes beside what it holds
_DEEPEST = 60  # parts of a path; what is deeper is not kept
_MOST_PATHS = 20_000  # that writes to an origin are noted for; one more, and nothing kept of it counts any more
_PATIENCE = 30.0  # seconds to look at all of them, for a person
_LARGE = 32_000  # bytes of an answer that is looked through in a thread
_SHOWN = ("origin", "method", "url", "status", "caller", "answered", "age", "lifetime")
_ANSWER, _WRITES, _USED, _SIZES = "answer", "writes", "answers-used", "answers-sizes"


class AnswersInRedis:
    """The answers that all replicas keep."""

    def __init__(self, link: Link, *, max_bytes: int = MAX_BYTES) -> None:
        self.is_off = False
        self._link = link
        self._max_bytes = max_bytes
        self._owed: set[str] = set()  # origins, as many as the document has servers

    def close(self) -> None:
        """Do nothing: the link is others' too."""

    def holds_some(self) -> bool:
        """True: others may have kept something."""
        return True

    def has_news(self, seen: Seen) -> bool:
        """True: one look costs less than to know."""
        return True

    async def find(self, place: Place) -> Seen | None:
        """Return what is kept for a place; None where Redis is away, and for a path that nobody keeps anything of."""
        name, paths = self._name(place), self._paths(place)
        if paths is None or not await self.settle():
            return None
        keys = (self._writes(place.origin), self._link.key(_ANSWER, name), self._link.key(_USED))
        found = await self._link.run(scripts.FIND, keys, (_new_epoch(), name, *paths))
        first, second, last, sealed, used = each(found, 5)
        epoch, count = whole(first, digits=19), whole(second)
        if epoch is None or count is None or not isinstance(last, int):
            return None
        stored = self._opened(sealed, name, epoch, last)
        if stored is not None:
            stored = replace(stored, used=seconds(used))
        return Seen(stored=stored, mark=(epoch, 0, count), is_alone=False)

    async def keep(self, place: Place, stored: Stored, lifetime: float, mark: Mark, may: Callable[[], bool]) -> bool:
        """Keep an answer where it may be kept, its origin was not written to since, and no newer one is there."""
        is_large = len(stored.body) > _LARGE
        if not (await anyio.to_thread.run_sync(may) if is_large else may()) or not await self.settle():
            return False
        name = self._name(place)
        sealed = self._link.seal.seal(_packed(place, stored, lifetime, mark), _purpose(name))
        keys = (self._writes(place.origin), *(self._link.key(*key) for key in ((_ANSWER, name), (_USED,), (_SIZES,))))
        given = (_new_epoch(), mark[0], mark[2], str(stored.asked), sealed, len(sealed) + _ROW, str(stored.used))
        limits = (str(stored.used + AHEAD), STAYS, self._max_bytes, name, self._link.key(_ANSWER, ""))
        return bool(await self._link.run(scripts.KEEP, keys, (*given, *limits)))

    async def touch(self, place: Place, now: float) -> None:
        """Note that an answer was used."""
        name = self._name(place)

        async def touch(redis: "Redis") -> None:
            async with redis.pipeline(transaction=False) as pipe:
                pipe.zadd(self._link.key(_USED), {name: now}, xx=True)
                pipe.expire(self._link.key(_ANSWER, name), STAYS)
                await pipe.execute()

        await self._link.ask(touch, None)

    async def forget(self, place: Place, asked: float, now: float) -> None:
        """Drop an answer that is no longer true, unless it was asked for after this, and not in the future."""
        name = self._name(place)
        keys = (self._link.key(_ANSWER, name), self._link.key(_USED), self._link.key(_SIZES))
        await self._link.run(scripts.FORGET, keys, (str(asked), str(now + AHEAD), name))

    async def drop(self, what: Written) -> None:
        """Have nothing used any more that a write puts in doubt; where Redis is away, nothing of its origin later."""
        paths = [self._path("=", what.where, path) for path in what.exactly]
        paths += [self._path("/", what.where, path) for path in what.below]
        keys = (self._writes(what.where),)
        dropped = await self._link.run(scripts.DROP, keys, (_new_epoch(), _MOST_PATHS, *paths))
        if dropped is None:
            self._owed.add(what.where)

    async def settle(self) -> bool:
        """Have nothing used any more of origins that were written to while Redis was away; return whether that is so.

        To be asked now and then too: others keep using what they know no better of.
        """
        owed = tuple(self._owed)
        if not owed:
            return True
        keys = [self._writes(each) for each in owed]
        if await self._link.ask(lambda redis: redis.delete(*keys), None) is None:
            return False
        self._owed.difference_update(owed)
        return True

    async def listed(self) -> list[Shown] | None:
        """Return what is kept, the last used first; None where Redis is away."""
        found = await self._all()
        return None if found is None else [shown for _, shown in found]

    async def clear(self, origin: str | None = None, before: float | None = None) -> int | None:
        """Drop what is kept of an origin, and came before a time; all, where neither is said. Return how many."""
        found = await self._all()
        if found is None:
            return None
        names = [
            name for name, one in found if origin in (None, one.origin) and (before is None or one.answered < before)
        ]
        keys = (self._link.key(_USED), self._link.key(_SIZES))
        cleared = await self._link.run(scripts.REMOVE, keys, (self._link.key(_ANSWER, ""), *names)) if names else 0
        return whole(cleared)

    async def _all(self) -> list[tuple[str, Shown]] | None:
        async def look(redis: "Redis") -> list[tuple[str, Shown]]:
            names: list[Any] = await redis.zrevrange(self._link.key(_USED), 0, -1)
            known = [name for name in map(word, names) if name is not None]
            found = [(name, await self._look(redis, name)) for name in known]
            return [(name, shown) for name, shown in found if shown is not None]

        return await self._link.ask(look, None, patience=_PATIENCE)

    async def _look(self, redis: "Redis", name: str) -> Shown | None:
        pipe = redis.pipeline(transaction=False)
        pipe.hget(self._link.key(_ANSWER, name), "sealed")
        (sealed,) = await pipe.execute(raise_on_error=False)  # what is of another type is none of ours
        packed = self._link.seal.open(sealed, _purpose(name))
        return _shown(packed) if packed is not None else None

    def _opened(self, sealed: Any, name: str, epoch: int, last: int) -> Stored | None:
        """Return an answer that was kept in this epoch, after the last write to it; else None."""
        packed = self._link.seal.open(sealed, _purpose(name))
        if packed is None:
            return None
        mark, stored = _unpacked(packed)
        return stored if mark[0] == epoch and mark[2] >= last else None

    def _name(self, place: Place) -> str:
        return self._link.seal.name(_ANSWER, place.text.decode())

    def _writes(self, origin: str) -> str:
        return self._link.key(_WRITES, self._link.seal.name(_WRITES, origin))

    def _path(self, kind: str, origin: str, path: str) -> str:
        return self._link.seal.name(kind, origin, path)

    def _paths(self, place: Place) -> list[str] | None:
        """Return the names of the writes that put an answer in doubt: to its path, and to all that it is below of."""
        if place.path.count("/") > _DEEPEST:
            return None
        found, path = [self._path("=", place.origin, place.path)], place.path
        while path:
            path = path.rpartition("/")[0]
            found.append(self._path("/", place.origin, path))
        return found


def _purpose(name: str) -> str:
    """Return what an answer is sealed for: no other place, so that one cannot be shown for another."""
    return f"answer {name}"


def _new_epoch() -> int:
    return secrets.randbits(60)


def _packed(place: Place, stored: Stored, lifetime: float, mark: Mark) -> bytes:
    said = {
        "mark": mark,
        "headers": stored.headers,
        "asked": stored.asked,
        "origin": place.origin,
        "method": place.method,
        "url": place.url,
        "status": stored.status,
        "caller": place.caller,
        "answered": stored.answered,
        "age": stored.age,
        "lifetime": lifetime,
    }
    return json.dumps(said).encode() + b"\n" + stored.body


def _unpacked(packed: bytes) -> tuple[Mark, Stored]:
    line, _, body = packed.partition(b"\n")
    said = json.loads(line)
    first, second, third = said["mark"]
    times = {name: said[name] for name in ("asked", "answered", "age")}
    headers = tuple((name, value) for name, value in said["headers"])
    return (first, second, third), Stored(status=said["status"], headers=headers, body=body, **times)


def _shown(packed: bytes) -> Shown:
    line, _, body = packed.partition(b"\n")
    said = json.loads(line)
    return Shown(size=len(body), **{name: said[name] for name in _SHOWN})
