"""What Redis does in one step, written in its Lua: nobody comes in between, and it takes one round trip."""

from collections.abc import Sequence
from hashlib import sha1
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis


class Script:
    """A script; Redis is sent its text once, and knows it by its digest from then on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._digest = sha1(text.encode(), usedforsecurity=False).hexdigest()  # how Redis names scripts

    async def run(self, redis: "Redis", keys: Sequence[str], values: Sequence[str | bytes | int]) -> Any:
        """Return its answer."""
        from redis.exceptions import NoScriptError

        try:
            return await redis.evalsha(self._digest, len(keys), *keys, *values)
        except NoScriptError:
            return await redis.eval(self.text, len(keys), *keys, *values)
