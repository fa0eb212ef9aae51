"""The calls that go on in this process: waited for until their end, leased, gone on with, handed over.

A call that we wait for ourselves belongs to the replica that sent it, which says every few seconds that it goes on.
Where it says that no longer, another one takes it over: what may be sent again is sent again, what may not be ends
with a failure that says so, and an API's own job is asked for as before.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio

from openapi_mcp.background.batching import Batched
from openapi_mcp.background.failures import cancelled, given_up, left_behind, lost, stopped
from openapi_mcp.background.lease import Leases
from openapi_mcp.background.means import Bounds, Means
from openapi_mcp.background.polling import further, wait_for
from openapi_mcp.background.queue import Queue
from openapi_mcp.background.state import Ended, Ongoing, caller_of, size_of
from openapi_mcp.background.store import Store
from openapi_mcp.background.takeover import Takeover
from openapi_mcp.background.work import in_a_task, result_of, stop_task
from openapi_mcp.heard import Hearing
from openapi_mcp.model.call import Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.leave import Leave
from openapi_mcp.shared.link import Link
from openapi_mcp.telemetry.spans import span

log = logging.getLogger(__name__)

_MOST_TAKES = 2  # a call whose answer ends one replica after the other does not go through all of them


@dataclass(slots=True, eq=False)
class _Running:
    """A call that we wait for ourselves, and who is told of its end."""

    of: Ongoing
    task: asyncio.Task[Result]
    hearing: Hearing
    after: asyncio.Task[None] | None = None


class _Ending(asyncio.Event):
    """Set when a call has ended, wherever that was; `waiting` counts who waits for it."""

    waiting = 0


class LocalCalls:
    """What goes on here; `store` is what all replicas know of it."""

    def __init__(self, means: Means, link: Link | None, bounds: Bounds) -> None:
        self.store = Store(link)
        self._means = means
        self._link = link
        self._bounds = bounds
        url = link.url if link is not None else f"memory://{secrets.token_hex(8)}"
        self._queue = Queue(url, link.key("queue") if link is not None else "queue", self._look_safely, link)
        self._leases = Leases(link)
        self._lease = Batched(self._leased)
        self._takeover = Takeover(self._leases, self._queue, bounds, self._take_on)
        self._running: dict[str, _Running] = {}
        self._waited: dict[str, _Ending] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._is_closing = False

    @property
    def here(self) -> dict[str, int]:
        """How many go on here, by what they wait for."""
        running = len(self._running)
        return {"running": running, "job": max(0, len(self.store.own) - running)}

    def open(self) -> None:
        """Begin to look at what goes on elsewhere, where there are other replicas."""
        if self._link is not None:
            self._queue.start()
            self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """End: calls have a moment for it, then the other replicas go on with what they may."""
        self._is_closing = True
        await self._takeover.close()
        waits = [running.after for running in self._running.values() if running.after is not None]
        if waits:
            await asyncio.wait(waits, timeout=self._bounds.grace)
        for name, running in list(self._running.items()):
            await self._hand_over(name, running)
        for name, of in list(self.store.own.items()) if self._link is None else ():
            await self._leave_behind(name, of, self._hearing(of))
        if self._ticking is not None:
            await stop_task(self._ticking)
        await self._queue.aclose()

    async def begin(self, name: str, of: Ongoing, task: asyncio.Task[Result], hearing: Hearing) -> Ongoing:
        """Wait for the end of a call from now on."""
        running = self._running[name] = _Running(of=of, task=task, hearing=hearing)
        running.after = asyncio.create_task(self._attend(name, running))
        await self.store.put(name, of)
        if self._link is not None:
            await self._lease(name)
        return of

    async def _leased(self, names: Sequence[str]) -> Sequence[bool]:
        await self._leases.renew(names)
        return [await self._queue.later(names, self._bounds.lease)] * len(names)

    async def wait(self, name: str) -> None:
        """Wait for the end of a call, here or elsewhere."""
        event = self._waited.setdefault(name, _Ending())
        event.waiting += 1
        try:
            await event.wait()
        finally:
            event.waiting -= 1
            if not event.waiting and self._waited.get(name) is event:
                del self._waited[name]

    async def entrust(self, name: str, of: Ongoing, job: Job, hearing: Hearing) -> Ongoing:
        """Have a job asked for when it is due: by any replica, or by us alone where Redis is away."""
        of = replace(of, job=job, updated=time.time())
        is_known = await self.store.put(name, of) or self._link is None
        if is_known and await self._queue.later([name], wait_for(job)):
            return of
        return await self.begin(name, of, asyncio.create_task(self._followed(name, of, job)), hearing)

    def has_room(self, of: Ongoing) -> bool:
        """True where a call may go on here besides what does."""
        return not self.store.capacity.is_full(caller_of(of), self._bounds, size_of(of))

    def may_run(self, of: Ongoing) -> bool:
        """True where a call may go on here whose answer we wait for ourselves."""
        own = sum(caller_of(each.of) == caller_of(of) for each in self._running.values())
        is_free = len(self._running) < self._bounds.running and own < self._bounds.running_of_a_caller
        return is_free and self.has_room(of)

    def abandon(self, name: str) -> None:
        """Forget a call that nobody knows of."""
        self.store.forget(name)
        self._running.pop(name, None)

    async def cancel(self, name: str, of: Ongoing) -> Ended:
        """End a call, and tell of it; return its end, which may have been another one."""
        end = _end(of, None)
        before = await self.store.end(name, end)
        if before is not None:
            return before
        running = self._running.pop(name, None)
        if running is not None:
            await stop_task(running.task)
        hearing = running.hearing if running is not None else self._hearing(of)
        hearing.failed(*cancelled())
        self._wake(name)
        if of.job is None or self._means.stop is None:
            return end
        return replace(end, is_job_ended=await self._means.stop(of.call, of.job))

    async def _attend(self, name: str, running: _Running) -> None:
        """Wait for the end of a call."""
        await asyncio.wait([running.task])
        if self._running.get(name) is not running:
            return  # cancelled, or handed over: who did that tells of it
        result = result_of(running.task)
        del self._running[name]
        if result.job is not None:
            await self.entrust(name, running.of, result.job, running.hearing)
        else:
            await self._ended(name, running.of, result, running.hearing)

    async def _followed(self, name: str, of: Ongoing, job: Job) -> Result:
        """Return the end of a job that we ask for ourselves."""
        while True:
            await asyncio.sleep(wait_for(job))
            came = further(of, await self._means.follow(of.call, job), time.time())
            if isinstance(came, Result):
                return came
            of, job = came
            await self.store.update(name, of)

    async def _look_safely(self, name: str) -> None:
        """Look at a call; what breaks that is told, and it is looked at again: nobody else would, and nobody knew."""
        try:
            await self._look(name)
        except Exception as error:
            # Text and traceback may quote values of a call: they are for who asked to debug.
            log.error("background_look_failed error=%s", type(error).__name__)
            log.debug("background_look_failed traceback", exc_info=True)
            await self._queue.later([name], self._bounds.doubt)

    async def _look(self, name: str) -> None:
        """Look at a call that is due, or that somebody says is."""
        of = await self._known(name)
        if not isinstance(of, Ongoing):
            return
        if self._is_closing:
            await self._queue.later([name], self._bounds.tick)  # for another replica
        elif name in self._running:
            await self._queue.later([name], self._bounds.lease)
        elif of.job is not None:
            await self._ask(name, of, of.job)
        else:
            await self._takeover.look(name, of)

    async def _known(self, name: str) -> Ongoing | Ended | None:
        """Return what is known of a call; where Redis goes away just now, that is waited for."""
        of = await self.store.get(name)
        while of is None and self._link is not None and not self._link.is_there:
            await asyncio.sleep(self._bounds.tick)
            of = await self.store.get(name)
        return of

    async def _ask(self, name: str, of: Ongoing, job: Job) -> None:
        """Ask once how far a job is."""
        with span(f"follow {of.call.tool}", {"gen_ai.tool.name": of.call.tool}):
            task = in_a_task(self._means.follow(of.call, job))
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                await stop_task(task)
                with anyio.CancelScope(shield=True):
                    await self._queue.later([name], self._bounds.tick)  # another replica asks, without a doubt
                raise
        came = further(of, result_of(task), time.time())
        if isinstance(came, Result):
            await self._ended(name, of, came, self._hearing(of))
            return
        of, job = came
        await self.store.update(name, of)
        is_queued = await self._queue.later([name], wait_for(job))
        while not is_queued:  # Redis is away
            await asyncio.sleep(self._bounds.tick)
            is_queued = await self._queue.later([name], wait_for(job))

    async def _take_on(self, name: str) -> None:
        """Go on with a call whose replica is gone, unless it has ended meanwhile.

        What others delete or put back in Redis has nothing sent again that has ended here, or must have by now.
        """
        of = await self.store.get(name)
        if not isinstance(of, Ongoing) or of.job is not None or name in self._running:
            return
        hearing = self._hearing(of)
        if name in self.store.over or time.time() > of.created + self._bounds.timeout:
            log.warning("call_not_taken_over tool=%s", of.call.tool)
            await self._ended(name, of, stopped(is_safe=of.is_safe).as_result(), hearing)
            return
        if not of.is_safe or of.takes >= _MOST_TAKES:
            log.warning("call_given_up tool=%s is_safe=%s takes=%d", of.call.tool, of.is_safe, of.takes)
            await self._ended(name, of, (given_up() if of.is_safe else lost()).as_result(), hearing)
            return
        if not self.may_run(of):
            await self._queue.later([name], self._bounds.doubt)  # another replica may have room
            return
        log.info("call_taken_over tool=%s", of.call.tool)
        of = replace(of, takes=of.takes + 1, updated=time.time())
        with span(f"take over {of.call.tool}", {"gen_ai.tool.name": of.call.tool}):
            leave = Leave(self._bounds.timeout)
            leave.give(anyio.current_time())
            task = in_a_task(self._means.run(replace(hearing.watched(of.call), leave=leave)))
        await self.begin(name, of, task, hearing)

    async def _ended(self, name: str, of: Ongoing, result: Result, hearing: Hearing) -> None:
        """Keep what a call came to, and tell of it, unless somebody else has ended it before."""
        if await self.store.end(name, _end(of, result)) is None:
            hearing.ended(result)
        self._wake(name)

    def _hearing(self, of: Ongoing) -> Hearing:
        return self._means.hear(of.call, time.time() - of.created)

    def _wake(self, name: str) -> None:
        """Wake those who wait for the end of a call."""
        event = self._waited.pop(name, None)
        if event is not None:
            event.set()

    async def _tick(self) -> None:
        """Say of our calls that they go on, and hear of those that others have ended."""
        said, was_there = time.monotonic(), True
        while True:
            await asyncio.sleep(self._bounds.tick)
            try:
                said, was_there = await self._beat(said, was_there=was_there)
            except Exception as error:  # the outermost door of this task: without it no lease would be renewed
                log.error("background_tick_failed error=%s", type(error).__name__)
                log.debug("background_tick_failed traceback", exc_info=True)  # as above

    async def _beat(self, said: float, *, was_there: bool) -> tuple[float, bool]:
        """Do that once; return when the leases were renewed last, and whether Redis is there."""
        await self.store.tell()
        await self._drop_ended()
        if time.monotonic() - said >= self._bounds.lease:
            await self._drop_taken()
        is_there = self._link is not None and self._link.is_there
        if is_there and not was_there:
            await self._tell_again()
        if is_there and (time.monotonic() - said >= self._bounds.lease / 3 or not was_there):
            said = time.monotonic()
            await self._leased(list(self._running))
        return said, is_there

    async def _drop_ended(self) -> None:
        """Stop what another replica has ended, and wake who waits for that."""
        for name in await self.store.ended(list(self.store.own.keys() | self._waited.keys())):
            if not isinstance(await self.store.get(name), Ended):
                continue  # others may write there
            await self._stop(name)
            self._wake(name)

    async def _drop_taken(self) -> None:
        """Stop what another replica has taken over, as this one said nothing: it stood still, or Redis was away."""
        for name, running in list(self._running.items()):
            of = await self.store.get(name)
            if isinstance(of, Ongoing) and of.takes > running.of.takes:
                log.info("call_left tool=%s", of.call.tool)
                await self._stop(name)

    async def _stop(self, name: str) -> None:
        """Go on with a call no longer, as another replica has, or has ended it."""
        self.store.forget(name)
        running = self._running.pop(name, None)
        if running is not None:
            await stop_task(running.task)

    async def _tell_again(self) -> None:
        """Tell a Redis that is there again what it may have lost."""
        await asyncio.gather(*(self.store.update(name, of, is_new=True) for name, of in self.store.own.items()))
        await self._queue.later(self.store.own.keys() - self._running.keys(), self._bounds.lease)

    async def _hand_over(self, name: str, running: _Running) -> None:
        """Leave a call to the other replicas where they may go on with it; else it ends."""
        of = self.store.own.get(name, running.of)
        del self._running[name]
        await stop_task(running.task)
        is_left = self._link is not None and (of.is_safe or of.job is not None)
        is_left = is_left and await self._leases.leave(name, of.takes)
        if not (is_left and await self._queue.later([name], 0.0)):
            await self._leave_behind(name, of, running.hearing)

    async def _leave_behind(self, name: str, of: Ongoing, hearing: Hearing) -> None:
        """End a call with which nobody goes on; what the API itself goes on with is told."""
        if of.job is not None:
            log.warning("job_left_behind tool=%s", of.call.tool)
        failure = left_behind(of.job) if of.job is not None else stopped(is_safe=of.is_safe)
        await self._ended(name, of, failure.as_result(), hearing)


def _end(of: Ongoing, result: Result | None) -> Ended:
    kept = replace(result, trace=None) if result is not None else None
    return Ended(caller=caller_of(of), tool=of.call.tool, created=of.created, ended=time.time(), result=kept)
