"""Answers that were cut, kept in Redis to be read on by any replica: sealed, for some time, within some bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread

from openapi_mcp.shared.namespace import Namespace
from openapi_mcp.shared.script import Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

Made = TypeVar("Made")

_LARGE = 1_000_000  # bytes: what is sealed in a thread, so that other calls go on
_PER_SECOND = 10_000_000  # bytes: slower than this, Redis is as good as not there

# An answer expires by itself; the index, a sorted set by when each was kept, tells which is the oldest, and the sum
# says how many bytes there are, and is counted anew where it makes no sense. What would be too much goes, the oldest
# first.
_KEEP = Script(
    """
local answer, index, sum = KEYS[1], KEYS[2], KEYS[3]
local data, age, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function drop(entry)
  redis.call('ZREM', index, entry)
  local size, key = string.match(entry, '^(%d+) (.+)$')
  if size and #size <= 15 then
    redis.call('DEL', key)
    redis.call('DECRBY', sum, size)
  end
end
local known = redis.call('GET', sum)
if known and (#known > 15 or not string.match(known, '^%d+$')) then
  local counted = 0
  for _, entry in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    counted = counted + (tonumber(string.match(entry, '^(%d+) ')) or 0)
  end
  redis.call('SET', sum, string.format('%.0f', math.min(counted, most)))
end
local long_ago = string.format('%.0f', now - age * 1000)
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', long_ago)) do drop(entry) end
local total = redis.call('INCRBY', sum, #data)
while total > most do
  local oldest = redis.call('ZRANGE', index, 0, 0)[1]
  if not oldest then
    redis.call('SET', sum, #data)
    break
  end
  drop(oldest)
  total = tonumber(redis.call('GET', sum))
end
redis.call('SET', answer, data, 'PX', ARGV[2])
redis.call('ZADD', index, string.format('%.0f', now), string.format('%d %s', #data, answer))
redis.call('PEXPIRE', index, ARGV[2])
redis.call('PEXPIRE', sum, ARGV[2])
return 1
""",
    kinds=["string", "zset", "string"],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAnswers:
    """The cut answers of one API, by caller and handle; `max_age` in seconds, `max_bytes` of all of them together."""

    namespace: Namespace
    max_bytes: int
    max_age: float

    async def keep(self, handle: str, caller: str, data: bytes) -> bool:
        """Keep what a handle of this caller stands for; return whether Redis has taken it."""
        key = self._key(handle, caller)
        sealed = await _apart(partial(self.namespace.link.seal.seal, data, key), len(data))
        keys = [key, self.namespace.key("answers-index"), self.namespace.key("answers-sum")]
        values: list[str | bytes | int] = [sealed, int(self.max_age * 1000), self.max_bytes]
        return await self.namespace.link.run(_KEEP, keys, values, patience=_patience(len(sealed))) is not None

    async def holds(self, handle: str, caller: str) -> bool:
        """True where something is kept by that handle for this caller."""
        return await self._size(self._key(handle, caller)) > 0

    async def find(self, handle: str, caller: str) -> bytes | None:
        """Return what a handle of this caller stands for; None where it is not there, or is none of ours."""
        key = self._key(handle, caller)
        size = await self._size(key)  # how long it may take depends on it
        if not 0 < size <= 2 * self.max_bytes:
            return None

        async def get(redis: "Redis") -> bytes | None:
            found = await redis.get(key)
            return found if isinstance(found, bytes) else None

        sealed = await self.namespace.link.ask(get, None, patience=_patience(size))
        return await _apart(partial(self.namespace.link.seal.open, sealed, key), size) if sealed is not None else None

    async def _size(self, key: str) -> int:
        async def look(redis: "Redis") -> int:
            return int(await redis.strlen(key))

        return await self.namespace.link.ask(look, 0)

    def _key(self, handle: str, caller: str) -> str:
        """Return the key, which is the purpose of the seal too: an answer that is put elsewhere opens nothing."""
        return self.namespace.key("answers", caller, handle)


async def _apart(work: Callable[[], Made], size: int) -> Made:
    return work() if size < _LARGE else await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


def _patience(size: int) -> float:
    """Return the seconds in which so many bytes have come or gone."""
    return 1.0 + size / _PER_SECOND
