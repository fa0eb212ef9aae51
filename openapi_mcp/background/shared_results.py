"""The ends of background calls in Redis: the first that is put there counts, and all of them have a bound in bytes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openapi_mcp.background.state import KEPT
from openapi_mcp.shared.script import Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

_OURS = 1

# An end expires by itself. The index of a caller, and that of all, are sorted sets by when each was put there, each
# with the sum of its bytes beside it. Where one is too much, its oldest go, from both.
_PUT = Script("""
local key, all, own = KEYS[1], KEYS[2], KEYS[3]
local data, age = ARGV[1], tonumber(ARGV[2])
if not redis.call('SET', key, data, 'NX', 'PX', age) then return redis.call('GET', key) end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function take(index, entry, size)
  redis.call('ZREM', index, entry)
  if redis.call('EXISTS', index .. ':sum') == 1 then redis.call('DECRBY', index .. ':sum', size) end
end
local function drop(entry)
  local size, whose, where = string.match(entry, '^(%d+) (%S+) (.+)$')
  if size and #size < 12 then
    redis.call('DEL', where)
    take(whose, entry, size)
  end
  take(all, entry, size and #size < 12 and size or 0)
end
local long_ago = string.format('%.0f', now - age * 1000)
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', all, '-inf', long_ago)) do drop(entry) end
local function add(index, most)
  local total = redis.call('INCRBY', index .. ':sum', #data)
  while total > most do
    local oldest = redis.call('ZRANGE', index, 0, 0)[1]
    if not oldest then
      redis.call('SET', index .. ':sum', #data)
      break
    end
    redis.call('ZREM', index, oldest)
    drop(oldest)
    total = tonumber(redis.call('GET', index .. ':sum') or 0)
  end
end
add(own, tonumber(ARGV[3]))
add(all, tonumber(ARGV[4]))
for _, index in ipairs({own, all}) do
  redis.call('ZADD', index, string.format('%.0f', now), string.format('%d %s %s', #data, own, key))
  redis.call('PEXPIRE', index, age)
  redis.call('PEXPIRE', index .. ':sum', age)
end
return 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEnd:
    """A sealed end, its key, the key of what went on until then, and that of the index of its caller."""

    key: str
    ongoing: str
    own: str
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedResults:
    """Puts ends into Redis. `index` is the key of that of all; sizes are in bytes."""

    index: str
    size_of_a_caller: int = 64_000_000
    size_of_all: int = 256_000_000

    async def put(self, redis: "Redis", end: SealedEnd) -> bytes | None:
        """Return the end that counts, which is this one where it is the first."""
        keys = (end.key, self.index, end.own)
        values = (end.sealed, int(KEPT * 1000), self.size_of_a_caller, self.size_of_all)
        found = await _PUT.run(redis, keys, values)
        await redis.delete(end.ongoing)
        return end.sealed if found == _OURS else found
