"""Whether a call is taken over: its replica has left it to the others, or says nothing of it for some time.

What was said of it before is not believed, and neither is a look in the queue: others may put either into Redis. Who
doubts waits itself for the replica to speak up.
"""

import asyncio
from collections.abc import Awaitable, Callable

from openapi_mcp.background.lease import Leases
from openapi_mcp.background.means import Bounds
from openapi_mcp.background.queue import Queue
from openapi_mcp.background.state import Ongoing
from openapi_mcp.background.work import stop_task

Take = Callable[[str], Awaitable[None]]
"""Goes on with a call, by its name."""


class Takeover:
    """Looks at calls that other replicas go on with, and has those taken that nobody does."""

    def __init__(self, leases: Leases, queue: Queue, bounds: Bounds, take: Take) -> None:
        self._leases = leases
        self._queue = queue
        self._bounds = bounds
        self._take = take
        self._doubted: dict[str, asyncio.Task[None]] = {}

    async def look(self, name: str, of: Ongoing) -> None:
        """Go on with a call that its replica has left, or of which it says nothing for some time from now on."""
        said = await self._leases.last(name)
        if said is not None and self._leases.is_left(name, said, of.takes):
            await self._take(name)
            return
        await self._queue.later([name], self._bounds.doubt + self._bounds.lease)  # should we end before
        if said is not None and name not in self._doubted:
            self._doubted[name] = asyncio.create_task(self._listen(name, said))

    async def close(self) -> None:
        """Take nothing over any more."""
        for doubting in list(self._doubted.values()):
            await stop_task(doubting)

    async def _listen(self, name: str, said: bytes) -> None:
        """Take a call over if nothing else is said of it."""
        try:
            await asyncio.sleep(self._bounds.doubt)
            if await self._leases.last(name) == said:
                await self._take(name)
        finally:
            del self._doubted[name]
