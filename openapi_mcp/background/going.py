"""The calls that go on here: waited for until their end, leased, taken over, handed over.

A call that we wait for ourselves belongs to the replica that sent it, which says every few seconds that it goes on.
Where it says that no longer, another one looks: what may be sent again is sent again, what may not be ends with a
failure that says so, and an API's own job is asked for as before.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import anyio

from openapi_mcp.background.endings import cancelled, given_up, lost, stopped
from openapi_mcp.background.further import further, wait_for
from openapi_mcp.background.keep import Keep
from openapi_mcp.background.lease import Leases
from openapi_mcp.background.queue import Queue
from openapi_mcp.background.room import Space
from openapi_mcp.background.state import Ended, Ongoing, caller_of, size_of
from openapi_mcp.background.together import Together
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from openapi_mcp.recording import Hearing
from openapi_mcp.shared.link import Link
from openapi_mcp.telemetry.spans import span

log = logging.getLogger(__name__)

_CANCELLED_EVERY = 0.5  # seconds
_MOST_TAKES = 2  # a call whose answer ends one replica after the other does not go through all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a server lends: how calls are run and jobs asked for (neither raises), and who is told of an end.

    `hear` begins to listen to a call that began some seconds ago, `stop` ends an API's own job where that can be done.
    """

    run: Callable[[Call], Awaitable[Result]]
    follow: Callable[[Call, Job], Awaitable[Result]]
    is_safe: Callable[[Call], bool]
    hear: Callable[[Call, float], Hearing]
    stop: Callable[[Call, Job], Awaitable[object]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Space):
    """How many calls may go on here at once, of one caller and of all; sizes are in bytes, times in seconds.

    `lease`: how long a replica may say nothing of a call; `doubt`: how long it may still speak up after that: when
    Redis is there again, each finds that out in a few seconds. `grace`: what calls have to end in when the server does.
    """

    of_a_caller: int = 250
    of_all: int = 1_000
    size_of_a_caller: int = 16_000_000
    size_of_all: int = 64_000_000
    lease: float = 5.0
    doubt: float = 8.0
    tick: float = 0.5
    grace: float = 5.0


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


class Going:
    """What goes on here; `keep` is what all replicas know of it."""

    def __init__(self, means: Means, link: Link | None, bounds: Bounds) -> None:
        self.keep = Keep(link)
        self._means = means
        self._link = link
        self._bounds = bounds
        url = link.url if link is not None else f"memory://{secrets.token_hex(8)}"
        self._queue = Queue(url, link.key("queue") if link is not None else "queue", self._look_safely, link)
        self._leases = Leases(link)
        self._lease = Together(self._leased)
        self._doubted: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, _Running] = {}
        self._waited: dict[str, _Ending] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._is_closing = False

    @property
    def here(self) -> dict[str, int]:
        """How many go on here, by what they wait for."""
        running = len(self._running)
        return {"running": running, "job": max(0, len(self.keep.own) - running)}

    def open(self) -> None:
        """Begin to look at what goes on elsewhere, where there are other replicas."""
        if self._link is not None:
            self._queue.start()
            self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """End: calls have a moment for it, then the other replicas go on with what they may."""
        self._is_closing = True
        for doubting in list(self._doubted.values()):
            await stop_task(doubting)
        waits = [running.after for running in self._running.values() if running.after is not None]
        if waits:
            await asyncio.wait(waits, timeout=self._bounds.grace)
        for name, running in list(self._running.items()):
            await self._hand_over(name, running)
        for name, of in list(self.keep.own.items()) if self._link is None else ():
            await self._ended(name, of, stopped(is_safe=False).as_result(), self._hearing(of))
        if self._ticking is not None:
            await stop_task(self._ticking)
        await self._queue.aclose()

    async def begin(self, name: str, of: Ongoing, task: asyncio.Task[Result], hearing: Hearing) -> Ongoing:
        """Wait for the end of a call from now on."""
        running = self._running[name] = _Running(of=of, task=task, hearing=hearing)
        running.after = asyncio.create_task(self._attend(name, running))
        await self.keep.put(name, of)
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
        is_known = await self.keep.put(name, of) or self._link is None
        if is_known and await self._queue.later([name], wait_for(job)):
            return of
        return await self.begin(name, of, asyncio.create_task(self._followed(name, of, job)), hearing)

    def has_room(self, of: Ongoing) -> bool:
        """True where a call may go on here besides what does."""
        return not self.keep.room.is_full(caller_of(of), self._bounds, size_of(of))

    def abandon(self, name: str) -> None:
        """Forget a call that nobody knows of."""
        self.keep.forget(name)
        self._running.pop(name, None)

    async def cancel(self, name: str, of: Ongoing) -> Ended:
        """End a call, and tell of it; return its end, which may have been another one."""
        end = _end(of, None)
        before = await self.keep.end(name, end)
        if before is not None:
            return before
        running = self._running.pop(name, None)
        if running is not None:
            await stop_task(running.task)
        hearing = running.hearing if running is not None else self._hearing(of)
        hearing.failed(*cancelled())
        self._wake(name)
        if of.job is not None and self._means.stop is not None:
            await self._means.stop(of.call, of.job)
        return end

    async def _attend(self, name: str, running: _Running) -> None:
        """Wait for the end of a call."""
        await asyncio.wait([running.task])
        if self._running.get(name) is not running:
            return  # cancelled, or handed over: who did that tells of it
        result = _result(running.task)
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
            await self.keep.update(name, of)

    async def _look_safely(self, name: str) -> None:
        """Look at a call; what breaks that is told, and it is looked at again: nobody else would, and nobody knew."""
        try:
            await self._look(name)
        except Exception as error:
            log.exception("background_look_failed error=%s", type(error).__name__)
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
            await self._doubt(name, of)

    async def _doubt(self, name: str, of: Ongoing) -> None:
        """Go on with a call that its replica has left, or of which it says nothing for some time from now on."""
        said = await self._leases.last(name)
        if said is not None and self._leases.is_left(name, said, of.takes):
            await self._take(name, of)
            return
        await self._queue.later([name], self._bounds.doubt + self._bounds.lease)  # should we end before
        if said is not None and name not in self._doubted:
            self._doubted[name] = asyncio.create_task(self._listen(name, said))

    async def _listen(self, name: str, said: bytes) -> None:
        """Take a call over if nothing else is said of it."""
        try:
            await asyncio.sleep(self._bounds.doubt)
            of = await self.keep.get(name)
            if not isinstance(of, Ongoing) or of.job is not None or name in self._running:
                return
            if await self._leases.last(name) == said:
                await self._take(name, of)
        finally:
            del self._doubted[name]

    async def _known(self, name: str) -> Ongoing | Ended | None:
        """Return what is known of a call; where Redis goes away just now, that is waited for."""
        of = await self.keep.get(name)
        while of is None and self._link is not None and not self._link.is_there:
            await asyncio.sleep(self._bounds.tick)
            of = await self.keep.get(name)
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
        came = further(of, _result(task), time.time())
        if isinstance(came, Result):
            await self._ended(name, of, came, self._hearing(of))
            return
        of, job = came
        await self.keep.update(name, of)
        is_queued = await self._queue.later([name], wait_for(job))
        while not is_queued:  # Redis is away
            await asyncio.sleep(self._bounds.tick)
            is_queued = await self._queue.later([name], wait_for(job))

    async def _take(self, name: str, of: Ongoing) -> None:
        """Go on with a call whose replica is gone."""
        hearing = self._hearing(of)
        if not of.is_safe or of.takes >= _MOST_TAKES:
            log.warning("call_given_up tool=%s is_safe=%s takes=%d", of.call.tool, of.is_safe, of.takes)
            await self._ended(name, of, (given_up() if of.is_safe else lost()).as_result(), hearing)
            return
        if not self.has_room(of):
            await self._queue.later([name], self._bounds.doubt)  # another replica may have room
            return
        log.info("call_taken_over tool=%s", of.call.tool)
        of = replace(of, takes=of.takes + 1, updated=time.time())
        with span(f"take over {of.call.tool}", {"gen_ai.tool.name": of.call.tool}):
            task = in_a_task(self._means.run(hearing.watched(of.call)))
        await self.begin(name, of, task, hearing)

    async def _ended(self, name: str, of: Ongoing, result: Result, hearing: Hearing) -> None:
        """Keep what a call came to, and tell of it, unless somebody else has ended it before."""
        if await self.keep.end(name, _end(of, result)) is None:
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
                log.exception("background_tick_failed error=%s", type(error).__name__)

    async def _beat(self, said: float, *, was_there: bool) -> tuple[float, bool]:
        """Do that once; return when the leases were renewed last, and whether Redis is there."""
        await self.keep.tell()
        await self._drop_ended()
        is_there = self._link is not None and self._link.is_there
        if is_there and not was_there:
            await self._tell_again()
        if is_there and (time.monotonic() - said >= self._bounds.lease / 3 or not was_there):
            said = time.monotonic()
            await self._leased(list(self._running))
        return said, is_there

    async def _drop_ended(self) -> None:
        """Stop what another replica has ended, and wake who waits for that."""
        for name in await self.keep.ended(list(self.keep.own.keys() | self._waited.keys())):
            if not isinstance(await self.keep.get(name), Ended):
                continue  # others may write there
            self.keep.forget(name)
            running = self._running.pop(name, None)
            if running is not None:
                await stop_task(running.task)
            self._wake(name)

    async def _tell_again(self) -> None:
        """Tell a Redis that is there again what it may have lost."""
        await asyncio.gather(*(self.keep.update(name, of, is_new=True) for name, of in self.keep.own.items()))
        await self._queue.later(self.keep.own.keys() - self._running.keys(), self._bounds.lease)

    async def _hand_over(self, name: str, running: _Running) -> None:
        """Leave a call to the other replicas where they may go on with it; else it ends."""
        of = self.keep.own.get(name, running.of)
        del self._running[name]
        await stop_task(running.task)
        is_left = self._link is not None and (of.is_safe or of.job is not None)
        is_left = is_left and await self._leases.leave(name, of.takes)
        if not (is_left and await self._queue.later([name], 0.0)):
            await self._ended(name, of, stopped(is_safe=of.is_safe).as_result(), running.hearing)


def in_a_task(work: Awaitable[Result]) -> asyncio.Task[Result]:
    """Return work that goes on, whoever waits for it."""

    async def done() -> Result:
        return await work

    return asyncio.create_task(done())


async def stop_task(task: asyncio.Task[Result] | asyncio.Task[None]) -> None:
    """Cancel a task, and wait until it has ended, whatever cancels us meanwhile.

    It is cancelled again while it goes on: a read from Redis that is just over may take the first one for its timeout.
    """
    with anyio.CancelScope(shield=True):
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_CANCELLED_EVERY)
    if not task.cancelled():
        task.exception()  # seen: it came to nothing, as was wanted


def _result(task: asyncio.Task[Result]) -> Result:
    """Return what a call came to; one that broke is a bug of ours, and has ended all the same."""
    error = None if task.cancelled() else task.exception()
    if not task.cancelled() and error is None:
        return task.result()
    log.error("background_call_failed error=%s", type(error).__name__)
    return given_up().as_result()


def _end(of: Ongoing, result: Result | None) -> Ended:
    kept = replace(result, trace=None) if result is not None else None
    return Ended(caller=caller_of(of), tool=of.call.tool, created=of.created, ended=time.time(), result=kept)
