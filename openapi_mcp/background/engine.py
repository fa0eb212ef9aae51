"""Calls that go on in the background: begun here, waited for, read and ended by their handles, on any replica."""

import asyncio
import math
import secrets
import time
from types import TracebackType
from typing import Self

import anyio

from openapi_mcp.background.endings import too_many, unfollowed
from openapi_mcp.background.going import Bounds as Bounds
from openapi_mcp.background.going import Going, in_a_task, stop_task
from openapi_mcp.background.going import Means as Means
from openapi_mcp.background.state import KEPT, Ended, Ongoing, caller_of, pending_of
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Caller, Result
from openapi_mcp.recording import Hearing
from openapi_mcp.shared.link import Link

_MOMENT = 10.0  # seconds in which a replica whose way to Redis was slow has told what it had to
_AWAY = "not known now: what the replicas share did not answer just now; ask again in a moment"
_SOON = 2.0  # seconds after which it is worth asking again


class Background:
    """Runs calls, and goes on in the background with those that take long. Open it for as long as a server serves."""

    def __init__(self, means: Means, link: Link | None = None, bounds: Bounds | None = None) -> None:
        self._means = means
        self._link = link
        self._bounds = bounds or Bounds()
        self._going = Going(means, link, self._bounds)
        self._keep = self._going.keep

    async def __aenter__(self) -> Self:
        self._going.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self._going.close()

    async def run(self, call: Call, hearing: Hearing, *, after: float) -> Result | Pending:
        """Return what a call comes to, or, where it takes longer than `after` seconds, what tells how to go on.

        0 is no limit: then only an API's own job goes on in the background. Who listens to the call is told of its end
        here where it goes on, else not. Cancelling this cancels the call. Where no more may go on in the background,
        nothing is sent; where that is so only by now, the call is waited for.
        """
        if self._keep.own and not self._going.has_room(self._ongoing(call)):
            return too_many(self._keep.room.count(call.caller.id) or len(self._keep.own)).as_result()
        task, name = in_a_task(self._means.run(call)), ""
        try:
            await asyncio.wait([task], timeout=after if 0 < after < math.inf else None)
            if not task.done() and not self._going.has_room(self._ongoing(call)):
                await asyncio.wait([task])
            if task.done() and task.result().job is None:
                return task.result()
            if task.done() and not self._going.has_room(self._ongoing(call)):
                return unfollowed().as_result()
            handle = "c_" + secrets.token_urlsafe(16)
            name = self._keep.name(handle)
            return pending_of(handle, await self._gone_on(name, call, task, hearing))
        except BaseException:
            self._going.abandon(name)
            await stop_task(task)
            raise

    @property
    def here(self) -> dict[str, int]:
        """How many calls go on here: {"running": 2, "job": 1}, those that wait for an answer, and the API's jobs."""
        return self._going.here

    async def find(self, handle: str, caller: Caller) -> Pending | None:
        """Return how far a call is; None where this caller has no such call.

        Where Redis does not answer, or did not a moment ago, a call that is not known here is told as one that goes on,
        to be asked for again.
        """
        found = await self._found(handle, caller)
        return self._unknown(handle) if found is None else pending_of(handle, found)

    async def wait(self, handle: str, caller: Caller, seconds: float) -> Pending | None:
        """Return how far a call is, once it has ended, or after some seconds; None as `find` does."""
        with anyio.move_on_after(seconds):
            if isinstance(await self._known(handle, caller), Ongoing):
                await self._going.wait(self._keep.name(handle))
        return await self.find(handle, caller)

    async def cancel(self, handle: str, caller: Caller) -> Pending | None:
        """End a call, wherever it goes on, and return what it came to; None as `find` does."""
        found = await self._found(handle, caller)
        if isinstance(found, Ongoing):
            found = await self._going.cancel(self._keep.name(handle), found)
        return self._unknown(handle) if found is None else pending_of(handle, found)

    async def _found(self, handle: str, caller: Caller) -> Ongoing | Ended | None:
        found = await self._keep.get(self._keep.name(handle))
        return found if found is not None and caller_of(found) == caller.id else None

    async def _known(self, handle: str, caller: Caller) -> Ongoing | Ended | None:
        """Return what is known of a call; one that has just begun on another replica may be known in a moment only."""
        until = time.monotonic() + (_MOMENT if self._link is not None else 0.0)
        found = await self._found(handle, caller)
        while found is None and time.monotonic() < until:
            await asyncio.sleep(self._bounds.tick)
            found = await self._found(handle, caller)
        return found

    def _unknown(self, handle: str) -> Pending | None:
        """Return what is told of a call that is not known here: None, unless others may know of it."""
        if self._link is None or self._link.is_sure:
            return None
        now = time.time()
        state, until = CallState.WORKING, now + KEPT
        return Pending(
            handle=handle, tool="", state=state, created=now, updated=now, expires=until, poll=_SOON, said=_AWAY
        )

    def _ongoing(self, call: Call) -> Ongoing:
        now = time.time()
        return Ongoing(call=call, created=now, updated=now, is_safe=self._means.is_safe(call))

    async def _gone_on(self, name: str, call: Call, task: asyncio.Task[Result], hearing: Hearing) -> Ongoing:
        """Keep a call, and wait for its end, or have its job followed."""
        of = self._ongoing(call)
        job = task.result().job if task.done() else None
        if job is None:
            return await self._going.begin(name, of, task, hearing)
        return await self._going.entrust(name, of, job, hearing)
