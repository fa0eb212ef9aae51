"""When to look at a call again, and who does: pydocket, in this process or in the Redis that replicas share.

What is queued is a name, and nothing of the call. Every look is made at least once: one that a replica was at when it
ended is made again by another.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from anyio import to_thread

from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from docket import Docket

log = logging.getLogger(__name__)

Look = Callable[[str, bool], Awaitable[None]]
"""Looks at a call, by its name; True where nobody has said for long enough that it goes on."""

_LOOK = "look"
_AT_ONCE = 100  # looks, each of which may ask an API
_AGAIN = timedelta(seconds=15)  # until a look is made again whose replica says nothing
_KEPT = timedelta(minutes=1)  # that a look was made
_PAUSE = timedelta(seconds=1)  # before Redis is tried again
_PATIENCE = 1.0  # seconds that Redis has to take one
_CLOSING = 3.0  # seconds that looks have to end


class Queue:
    """Looks at calls when they are due. `url` is "memory://..." or Redis's; `start` imports and opens it."""

    def __init__(self, url: str, name: str, look: Look, link: Link | None = None) -> None:
        self._url = url
        self._name = name
        self._look = look
        self._link = link
        self._opened: asyncio.Future[Docket] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> "asyncio.Future[Docket]":
        """Begin to look; a second start does nothing."""
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._serve(self._opened))
        return self._opened

    async def later(self, names: Iterable[str], seconds: float, *, is_sure: bool = False) -> bool:
        """Have these calls looked at in some seconds, and not before; return whether that is certain."""
        when = datetime.now(UTC) + timedelta(seconds=seconds)
        wanted, opened = list(names), self.start()
        if not wanted:
            return True

        async def put(_: object = None) -> bool:
            async with asyncio.timeout(_PATIENCE if self._link is not None else None):
                docket = await asyncio.shield(opened)
                done = await docket.replace_many(
                    docket.call(_LOOK, when=when, key=name)(name, is_sure) for name in wanted
                )
            return all(each.schedule_exception is None for each in done)

        return await (put() if self._link is None else self._link.ask(put, otherwise=False))

    async def aclose(self) -> None:
        """End; what is being looked at has a moment for it."""
        for _ in range(2):
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait([self._task], timeout=_CLOSING)

    async def _serve(self, opened: "asyncio.Future[Docket]") -> None:
        await to_thread.run_sync(import_module, "docket")  # that takes half a second: nobody waits for it
        from docket import Docket, Worker

        logging.getLogger("docket").setLevel(logging.CRITICAL)  # that Redis is away is said once, by Link
        async with Docket(name=self._name, url=self._url, execution_ttl=_KEPT) as docket:
            docket.register(self._look, names=[_LOOK])
            opened.set_result(docket)
            async with Worker(
                docket,
                name=secrets.token_hex(8),
                concurrency=_AT_ONCE,
                redelivery_timeout=_AGAIN,
                reconnection_delay=_PAUSE,
                schedule_automatic_tasks=False,
            ) as worker:
                await worker.run_forever()
