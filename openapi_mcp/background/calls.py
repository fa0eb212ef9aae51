"""Calls that go on in the background: begun here, waited for, read and ended by their handles, on any replica."""

import asyncio
import math
import secrets
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

import anyio

from openapi_mcp.background.failures import too_many, unfollowed
from openapi_mcp.background.local import LocalCalls
from openapi_mcp.background.means import Bounds, Means
from openapi_mcp.background.state import KEPT, Ended, Ongoing, caller_of, pending_of
from openapi_mcp.background.work import in_a_task, stop_task
from openapi_mcp.heard import Hearing
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Caller, Result
from openapi_mcp.model.leave import Leave
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
        self._local = LocalCalls(means, link, self._bounds)
        self._store = self._local.store

    async def __aenter__(self) -> Self:
        self._local.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self._local.close()

    async def run(self, call: Call, hearing: Hearing, *, after: float) -> Result | Pending:
        """Return what a call comes to, or, where it takes longer than `after` seconds, what tells how to go on.

        0 is no limit: then only an API's own job goes on in the background. Who listens to the call is told of its end
        here where it goes on, else not; and it has longer then. Cancelling this cancels the call. Where no more may go
        on in the background, nothing is sent; where that is so only by now, the call is waited for.
        """
        if self._store.own and not self._local.has_room(self._ongoing(call)):
            return too_many(self._store.capacity.count(call.caller.id) or len(self._store.own)).as_result()
        leave = Leave(self._bounds.timeout)
        task, name = in_a_task(self._means.run(replace(call, leave=leave))), ""
        try:
            await asyncio.wait([task], timeout=after if 0 < after < math.inf else None)
            if not task.done() and not self._local.may_run(self._ongoing(call)):
                await asyncio.wait([task])
            if task.done() and task.result().job is None:
                return task.result()
            if task.done() and not self._local.has_room(self._ongoing(call)):
                return unfollowed().as_result()
            handle = "c_" + secrets.token_urlsafe(16)
            name = self._store.name(handle)
            leave.give(anyio.current_time())
            return self._told(handle, await self._gone_on(name, call, task, hearing))
        except BaseException:  # also a cancellation: nobody has the handle, so nothing goes on; then it rises
            self._local.abandon(name)
            await stop_task(task)
            raise

    @property
    def here(self) -> dict[str, int]:
        """How many calls go on here: {"running": 2, "job": 1}, those that wait for an answer, and the API's jobs."""
        return self._local.here

    async def find(self, handle: str, caller: Caller) -> Pending | None:
        """Return how far a call is; None where this caller has no such call.

        Where Redis does not answer, or did not a moment ago, a call that is not known here is told as one that goes on,
        to be asked for again.
        """
        found = await self._found(handle, caller)
        return self._unknown(handle) if found is None else self._told(handle, found)

    async def wait(self, handle: str, caller: Caller, seconds: float) -> Pending | None:
        """Return how far a call is, once it has ended, or after some seconds; None as `find` does."""
        with anyio.move_on_after(seconds):
            if isinstance(await self._known(handle, caller), Ongoing):
                await self._local.wait(self._store.name(handle))
        return await self.find(handle, caller)

    async def cancel(self, handle: str, caller: Caller) -> Pending | None:
        """End a call, wherever it goes on, and return what it came to; None as `find` does."""
        found = await self._found(handle, caller)
        if isinstance(found, Ongoing):
            found = await self._local.cancel(self._store.name(handle), found)
        return self._unknown(handle) if found is None else pending_of(handle, found)

    def _told(self, handle: str, of: Ongoing | Ended) -> Pending:
        """Return what is told of a call; also that it is lost with this replica, while no other can know of it."""
        is_alone = isinstance(of, Ongoing) and self._store.is_alone_with(self._store.name(handle))
        return replace(pending_of(handle, of), is_alone=is_alone)

    async def _found(self, handle: str, caller: Caller) -> Ongoing | Ended | None:
        found = await self._store.get(self._store.name(handle))
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
            return await self._local.begin(name, of, task, hearing)
        return await self._local.entrust(name, of, job, hearing)
