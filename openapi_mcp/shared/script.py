"""What Redis does in one step, written in its Lua: nobody comes in between, and it takes one round trip."""

from collections.abc import Sequence
from hashlib import sha1
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis


# A key that has come to hold another type of value holds none of ours: it goes, and is written anew.
_OURS = """
for at, kind in ipairs({KINDS}) do
  local found = redis.call('TYPE', KEYS[at]).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', KEYS[at]) end
end
"""


class Script:
    """A script; Redis is sent its text once, and knows it by its digest from then on.

    `kinds` are the types of its first keys, such as ("hash", "zset"): what somebody else has put there goes first.
    """

    def __init__(self, text: str, *, kinds: Sequence[str] = ()) -> None:
        self.text = _OURS.replace("KINDS", ", ".join(f"'{kind}'" for kind in kinds)) + text if kinds else text
        self._digest = sha1(self.text.encode(), usedforsecurity=False).hexdigest()  # how Redis names scripts

    async def run(self, redis: "Redis", keys: Sequence[str], values: Sequence[str | bytes | int]) -> Any:
        """Return its answer."""
        from redis.exceptions import NoScriptError

        try:
            return await redis.evalsha(self._digest, len(keys), *keys, *values)
        except NoScriptError:
            return await redis.eval(self.text, len(keys), *keys, *values)
