"""Which calls somebody goes on with: their replica says so every few seconds, each time by another value.

A look in the queue tells nothing of that: others may put one there. Who looks waits for the next value itself.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from openapi_mcp.background.store import PATIENCE
from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from redis.asyncio import Redis

_KEPT = 3600  # seconds


class Leases:
    """What is said of calls, by their names; a value is sealed for its call, and so is another each time."""

    def __init__(self, link: Link | None) -> None:
        self._link = link

    async def renew(self, names: Collection[str]) -> bool:
        """Say of these calls that they go on here; return whether that is known to the others."""
        return await self._say(names, b"it goes on")

    async def leave(self, name: str, takes: int) -> bool:
        """Say that a call is left to the others; not a second time by the same value: it names who has taken it."""
        return await self._say([name], _left(takes))

    async def last(self, name: str) -> bytes | None:
        """Return what was said last of a call, empty where nothing was; None where Redis does not answer."""
        link = self._link

        async def get(redis: "Redis") -> bytes | None:
            found = await redis.get(self._key(name))
            return found if isinstance(found, bytes) else b""

        return await link.ask(get, None, patience=PATIENCE) if link is not None else None

    def is_left(self, name: str, said: bytes, takes: int) -> bool:
        """True where that says that a call, which so many have taken over, is left to the others."""
        return self._link is not None and self._link.seal.open(said, self._key(name)) == _left(takes)

    async def _say(self, names: Collection[str], what: bytes) -> bool:
        link = self._link
        if link is None:
            return False
        said = [(self._key(name), link.seal.seal(what, self._key(name))) for name in names]

        async def put(redis: "Redis") -> bool:
            pipeline = redis.pipeline(transaction=False)
            for key, value in said:
                pipeline.set(key, value, ex=_KEPT)
            await pipeline.execute()
            return True

        return await link.ask(put, otherwise=False, patience=PATIENCE)

    def _key(self, name: str) -> str:
        return self._link.key("background-lease", name) if self._link is not None else ""


def _left(takes: int) -> bytes:
    return f"it is left by {takes}".encode()
