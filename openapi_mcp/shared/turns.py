"""Whose turn it is among all replicas, where only so many requests may go in a time: booked in Redis, by its clock."""

import secrets
from collections.abc import Sequence

import anyio

from openapi_mcp.model.policy import Rate
from openapi_mcp.shared.namespace import Namespace
from openapi_mcp.shared.script import Script

_US = 1_000_000
_ON_THE_WAY = 50_000  # by which requests may come closer together on their way to the API
_LATEST = 86_400 * _US  # from now on: nobody waits longer, so no turn is booked for later

# One sorted set: the turns that were taken or booked, by when they are. A turn comes after the one that was booked
# last, and as long after the one `amount` before it as each rate says, so that in no window there are more. What would
# come too late is not booked. What is booked may be given back: as many as count without it are kept. Answers the
# microseconds until the turn comes, and whether it is booked. What stands later than any turn can is none.
_BOOK = Script(
    """
local log, name, patience = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local turn, most, longest = now, 0, 0
redis.call('ZREMRANGEBYSCORE', log, string.format('(%.0f', now + LATEST), '+inf')
local last = redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2]
if last then turn = math.max(turn, tonumber(last)) end
for i = 3, #ARGV, 2 do
  local amount, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local before = redis.call('ZRANGE', log, -amount, -amount, 'WITHSCORES')[2]
  if before then turn = math.max(turn, tonumber(before) + window) end
  most, longest = math.max(most, amount), math.max(longest, window)
end
local wait = turn - now
if wait > patience then return {wait, 0} end
redis.call('ZADD', log, string.format('%.0f', turn), name)
local booked = redis.call('ZCOUNT', log, string.format('(%.0f', now), '+inf')
redis.call('ZREMRANGEBYRANK', log, 0, -most - booked - 1)
redis.call('ZREMRANGEBYSCORE', log, '-inf', string.format('%.0f', now - longest))
redis.call('PEXPIRE', log, string.format('%.0f', math.ceil((wait + longest) / 1000) + 1000))
return {wait, 1}
""".replace("LATEST", str(_LATEST)),
    kinds=["zset"],
)


# A turn that was waited for is taken by the clock of now, as a process may wake up late: then those that went late
# before it count from when they went. Answers the microseconds until it may go, 0 where it goes now; until then it
# stays booked.
_TAKE = Script(
    """
local log, name = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait = 0
redis.call('ZREM', log, name)
for i = 2, #ARGV, 2 do
  local amount, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local before = redis.call('ZREVRANGEBYSCORE', log, now, '-inf', 'WITHSCORES', 'LIMIT', amount - 1, 1)[2]
  if before then wait = math.max(wait, tonumber(before) + window - now) end
end
redis.call('ZADD', log, string.format('%.0f', now + wait), name)
return wait
""",
    kinds=["zset"],
)


class Turns:
    """The turns of one API, or of one tool of it, by these rates; replicas with other rates count by themselves."""

    def __init__(self, namespace: Namespace, name: str, rates: Sequence[Rate]) -> None:
        self._link = namespace.link
        self._key = namespace.key("turns", name, *map(str, rates))
        self._rates = [number for rate in rates for number in (rate.amount, rate.seconds * _US)]
        wider = [(rate.amount, rate.seconds * _US + min(rate.seconds * _US // 50, _ON_THE_WAY)) for rate in rates]
        self._wider = [number for pair in wider for number in pair]
        self._most = _LATEST + max(rate.seconds for rate in rates) * _US

    def name(self) -> str:
        """Return a name for a turn that is to be booked."""
        return secrets.token_hex(8)

    async def book(self, name: str, patience: float) -> float | None:
        """Return in how many seconds the turn of this name comes, None where Redis is not there, or makes no sense.

        One that comes later than `patience` is not booked; with less than nothing it is only asked for.
        """
        within = int(min(patience * _US, _LATEST))
        told = await self._link.run(_BOOK, [self._key], [name, within, *self._rates])
        match told:
            case [int(wait), int()] if 0 <= wait <= self._most:
                return wait / _US
            case _:
                return None

    async def take(self, name: str) -> float | None:
        """Take a turn whose time has come; return the seconds until it may go, 0 where it goes; None as `book` does."""
        told = await self._link.run(_TAKE, [self._key], [name, *self._wider])
        return told / _US if isinstance(told, int) and 0 <= told <= self._most else None

    async def give_back(self, name: str) -> None:
        """Give back a turn that nobody takes any more, though whoever waits for it is cancelled."""
        with anyio.CancelScope(shield=True):
            await self._link.ask(lambda redis: redis.zrem(self._key, name), 0)
