"""Whether all who use a Redis have the same --shared-key: one with another finds nothing of what the others keep."""

from collections.abc import Callable

import anyio

from openapi_mcp.model.told import Told
from openapi_mcp.shared.link import Link
from openapi_mcp.shared.script import Script

KEY = "openapi-mcp:fleets"  # the one key of ours that all fleets have
EVERY = 10.0  # seconds
SEEN = 45  # seconds for which a fleet counts that was here

# A sorted set: a fingerprint of each --shared-key, by when one who has it was here last. What stands later than now is
# none of ours. Answers how many there are.
_MEET = Script(
    """
local now = redis.call('TIME')[1]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - SEEN)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
redis.call('EXPIRE', KEYS[1], SEEN)
return redis.call('ZCARD', KEYS[1])
""".replace("SEEN", str(SEEN)),
    kinds=["zset"],
)


class Fleets:
    """Counts the keys that are in use, by fingerprints that tell nothing of them; `count` is 0 until that is known.

    `say` takes a line for a person: when there are several, and when there is one again.
    """

    def __init__(self, link: Link, say: Callable[[str], None]) -> None:
        self.count = 0
        self._link = link
        self._say = say

    async def run(self) -> None:
        """Look, now and then, until cancelled."""
        while True:
            await self.look()
            await anyio.sleep(EVERY)

    async def look(self) -> None:
        """Say that we are here, and learn who else is."""
        found = await self._link.run(_MEET, [KEY], [self._link.seal.name("fleet")])
        if not isinstance(found, int) or found < 1:
            return
        before, self.count = self.count, found
        where = {"address": self._link.address}
        if found > 1 >= before:
            text = (
                f"warning: {found} different --shared-key are in use at Redis ({self._link.address}): what replicas "
                "with another one keep there is not found here, background calls too; give all of them the same"
            )
            self._say(Told(text, "shared_keys_differ", where))
        elif found == 1 < before:
            self._say(Told("all replicas at Redis have the same --shared-key again", "shared_keys_agree", where))
