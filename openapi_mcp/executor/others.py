"""What the replicas have learned of the origins that fail: told to each other, and heard about once a second."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anyio

from openapi_mcp.executor.breaker import LONGEST_PAUSE, PATIENCE, Breaker, Breakers, Mark
from openapi_mcp.model.url import Origin
from openapi_mcp.shared.namespace import Namespace
from openapi_mcp.shared.script import Script

EVERY = 1.0  # seconds: a call of an API that fails nowhere waits for no one, but one a second
_MS = 1000
_MOST_ORIGINS = 100
_FORGOTTEN = 600  # seconds after its pause: who would have asked again is gone

# One hash: by a name for its origin what is known of a breaker that is open. "failures pause until probed held": times
# in milliseconds by the clock of Redis, `probed` that of the first probe since `until`, 0 without one, `held` 1 while
# one is out. What is not written so is none of ours, and goes.
_KNOWN = """
local open, name = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function read(text)
  local failures, pause, till, probed, held = string.match(text or '', '^(%d+) (%d+) (%d+) (%d+) ([01])$')
  if not failures or #failures > 9 or tonumber(pause) > LONGEST then return nil end
  if tonumber(till) > now + LONGEST or tonumber(probed) > now then return nil end
  return {tonumber(failures), tonumber(pause), tonumber(till), tonumber(probed), tonumber(held)}
end
local function write(at, one)
  local text = string.format('%.0f %.0f %.0f %.0f %d', one[1], one[2], one[3], one[4], one[5])
  redis.call('HSET', open, at, text)
  redis.call('PEXPIRE', open, FORGOTTEN)
end
local function left(one)
  local free = one[3]
  if one[5] == 1 then free = one[4] + PATIENCE end
  return math.max(0, free - now)
end
local function told(at, one)
  local since = -1
  if one[4] > 0 then since = now - one[4] end
  return {at, one[1], one[2], one[3] - now, since, one[5]}
end
"""


def _script(text: str) -> Script:
    """Return a script that knows what an entry is."""
    numbers = {"FORGOTTEN": _FORGOTTEN, "LONGEST": LONGEST_PAUSE, "PATIENCE": PATIENCE, "MOST": _MOST_ORIGINS / _MS}
    text = _KNOWN + text
    for name, number in numbers.items():
        text = text.replace(name, f"{number * _MS:.0f}")
    return Script(text, kinds=["hash"])


_LOOK = _script("""
local all, found = redis.call('HGETALL', open), {}
for i = 1, #all, 2 do
  local one = read(all[i + 1])
  if one and one[3] + FORGOTTEN > now then found[#found + 1] = told(all[i], one)
  else redis.call('HDEL', open, all[i]) end
end
return found
""")
_OPEN = _script("""
local one = read(redis.call('HGET', open, name))
local failures, pause = tonumber(ARGV[2]), tonumber(ARGV[3])
if one and one[3] > now + pause then return 1 end
if not one and redis.call('HLEN', open) >= MOST then return 0 end
write(name, {failures, pause, now + pause, 0, 0})
return 1
""")
_CLAIM = _script("""
local one = read(redis.call('HGET', open, name))
if not one then return {} end
if left(one) > 0 then return told(name, one) end
if one[4] == 0 then one[4] = now end
one[5] = 1
write(name, one)
return 1
""")
_CLOSE = Script("return redis.call('HDEL', KEYS[1], ARGV[1])", kinds=["hash"])
_LET_GO = _script("""
local one = read(redis.call('HGET', open, name))
if one then
  one[5] = 0
  write(name, one)
end
return 1
""")


class Others:
    """The other replicas, as far as `breakers` go: what those learn is told, and what others learn is put into them.

    Redis is asked once a second, at each change of an open breaker, and before a probe: one is out in the whole fleet.
    While it is away each replica learns by itself.
    """

    def __init__(self, namespace: Namespace, breakers: Breakers) -> None:
        self._namespace = namespace
        self._key = namespace.key("breakers")
        self._breakers = breakers
        self._next = -math.inf  # when to ask again
        self._changes = 0  # of ours: what was asked before one says nothing of it
        self._heard: dict[str, Breaker] = {}
        self._done: set[str] = set()  # what was heard of these, or that there is nothing, is in the breakers
        self._agreed: set[Origin] = set()  # of whose open breaker Redis knows

    async def hear(self, origin: Origin, now: float) -> None:
        """Take over what the others know of an origin."""
        if now >= self._next:
            self._next = now + EVERY
            await self._ask(now)
        self._take_over(origin)

    async def hear_aside(self, origin: Origin, now: float) -> None:
        """The same while nobody calls, as numbers are told of it; the next call asks for itself, at once."""
        if now >= self._next:
            await self._ask(now)
        self._take_over(origin)

    def _take_over(self, origin: Origin) -> None:
        if not self._heard and not self._agreed:
            return
        name = self._name(origin)
        if name in self._done:
            return
        self._done.add(name)
        if heard := self._heard.get(name):
            self._learn(origin, heard)
        elif origin in self._agreed:
            self._agreed.discard(origin)
            self._breakers.answered(origin)

    async def claim(self, origin: Origin, now: float) -> bool:
        """Return whether the call that is to be a probe here is the one of the whole fleet; False, it is a plain call.

        Raises:
            LeftAloneError: another replica has one out, or knows of a longer pause.
        """
        before = self._breakers.mark(origin)
        try:
            told = await self._run(_CLAIM, origin)
        except BaseException:  # also a cancellation: no probe is out, so another may be; then it rises
            self._breakers.let_go(origin)
            await self.tell(origin, before)
            raise
        if told == [] and origin in self._agreed:
            self._agreed.discard(origin)
            self._breakers.answered(origin)
            return False
        if found := _read([told], now):
            self._learn(origin, *found.values())
            self._breakers.check(origin, now)
        return True

    async def tell(self, origin: Origin, before: Mark) -> None:
        """Tell the others what has become of a breaker that was so before, though its call is cancelled."""
        now = self._breakers.mark(origin)
        if now == before:
            return
        self._changes += 1
        self._done.add(self._name(origin))
        with anyio.CancelScope(shield=True):
            if now.until is None:
                await self._run(_CLOSE, origin)
                self._agreed.discard(origin)
            elif now.until != before.until:
                if await self._run(_OPEN, origin, now.failures, int(now.pause * _MS)):
                    self._agreed.add(origin)
            else:  # the probe came to nothing
                await self._run(_LET_GO, origin)

    async def _ask(self, now: float) -> None:
        changes = self._changes
        told = await self._namespace.link.run(_LOOK, [self._key], [])
        if isinstance(told, list) and changes == self._changes:
            self._heard, self._done = _read(told, now), set()

    async def _run(self, script: Script, origin: Origin, *values: int) -> Any:
        return await self._namespace.link.run(script, [self._key], [self._name(origin), *values])

    def _learn(self, origin: Origin, breaker: Breaker) -> None:
        self._agreed.add(origin)
        self._breakers.learn(origin, replace(breaker))

    def _name(self, origin: Origin) -> str:
        return self._namespace.link.seal.name("origin", *map(str, origin))


def _read(told: Sequence[Any], now: float) -> dict[str, Breaker]:
    """Return the breakers that Redis tells of, by name and by the clock that is `now`."""
    found = {}
    for one in told:
        match one:
            case [bytes(name), int(failures), int(pause), int(left), int(since), int(held)]:
                found[name.decode("ascii", "replace")] = Breaker.of(
                    failures=failures,
                    pause=pause / _MS,
                    until=now + left / _MS,
                    probed_at=now - since / _MS if since >= 0 else None,
                    is_probed=held == 1,
                )
    return found
