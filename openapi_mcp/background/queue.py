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

import anyio
import anyio.to_thread

from openapi_mcp.background.docket_guard import LOOK, without_pickles, without_strangers, without_strikes
from openapi_mcp.background.store import PATIENCE
from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from docket import Docket

log = logging.getLogger(__name__)

Look = Callable[[str], Awaitable[None]]
"""Looks at a call, by its name."""

_AT_ONCE = 100  # looks, each of which may ask an API
_AGAIN = timedelta(seconds=15)  # until a look is made again whose replica says nothing
_KEPT = timedelta(minutes=1)  # that a look was made
_PAUSE = timedelta(seconds=1)  # before Redis is tried again
_OPENING = 10.0  # seconds that who comes first waits for the import
_CLOSING = 3.0  # seconds that looks have to end


class Queue:
    """Looks at calls when they are due. `url` is "memory://..." or Redis's; `start` imports and opens it."""

    def __init__(self, url: str, name: str, look: Look, link: Link | None = None) -> None:
        self._url = url
        self._name = name
        self._look = look
        self._link = link
        self._docket: Docket | None = None
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; a second start does nothing."""
        if self._task is None:
            self._task = asyncio.create_task(self._serve())

    async def later(self, names: Iterable[str], seconds: float) -> bool:
        """Have these calls looked at in some seconds, and not before; return whether that is certain."""
        self.start()
        when, wanted = datetime.now(UTC) + timedelta(seconds=seconds), list(names)
        await self._opening()
        from redis.exceptions import ConnectionError

        docket = self._docket
        if docket is None or not wanted:
            return not wanted
        calls = [docket.call(LOOK, when=when, key=name)(name) for name in wanted]

        async def put(_: object = None) -> bool:
            try:
                return all(each.schedule_exception is None for each in await docket.replace_many(calls))
            except ConnectionError:
                if self._docket is docket:
                    raise
                return False  # it was closed meanwhile, which is no loss of Redis

        return await (put() if self._link is None else self._link.ask(put, otherwise=False, patience=PATIENCE))

    async def _opening(self) -> None:
        """Wait until it is open: what a call was told to be kept must be; not for a Redis that is away."""
        is_away = self._link is not None and not self._link.is_there
        with anyio.move_on_after(0 if is_away else _OPENING):
            await self._opened.wait()

    async def aclose(self) -> None:
        """End; what is being looked at has a moment for it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2 * _CLOSING)

    async def _serve(self) -> None:
        """Look, and begin again where that breaks: by something in Redis that is not ours."""
        await anyio.to_thread.run_sync(import_module, "docket")  # that takes half a second: nobody waits for it
        without_pickles()
        without_strangers()
        without_strikes()
        while True:
            working = asyncio.create_task(self._work())
            try:
                await asyncio.wait([working])
            except asyncio.CancelledError:
                await _end(working)
                raise
            log.error("background_queue_failed error=%s", type(working.exception()).__name__)
            await asyncio.sleep(_PAUSE.total_seconds())

    async def _work(self) -> None:
        from docket import Docket

        logging.getLogger("docket").setLevel(logging.CRITICAL)  # that Redis is away is said once, by Link
        async with Docket(name=self._name, url=self._url, execution_ttl=_KEPT) as self._docket:
            self._docket.tasks.clear()  # its own ones sleep for as long as an entry says
            self._docket.register(self._look, names=[LOOK])
            self._opened.set()
            try:
                await self._attend(self._docket)
            finally:  # before its connections are closed
                self._docket = None
                self._opened.clear()

    async def _attend(self, docket: "Docket") -> None:
        from docket import Worker

        async with Worker(
            docket,
            name=secrets.token_hex(8),
            concurrency=_AT_ONCE,
            redelivery_timeout=_AGAIN,
            reconnection_delay=_PAUSE,
            schedule_automatic_tasks=False,
            fallback_task=_nothing,
        ) as worker:
            await worker.run_forever()


async def _nothing(*_: object) -> None:
    """Be done with what others have queued under a name that is none of ours."""


async def _end(working: asyncio.Task[None]) -> None:
    """Have it end: the first time it lets what it is at end, the second time it does not."""
    for _ in range(2):
        working.cancel()
        await asyncio.wait([working], timeout=_CLOSING)
