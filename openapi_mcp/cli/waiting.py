"""Waiting at a terminal for the end of what an API goes on with after its answer."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import anyio

from openapi_mcp.cli.output import Notice
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.text import without_controls

LONGEST = 24 * 3600.0  # seconds
_QUIET = 5.0  # seconds between two lines


class Follows(Protocol):
    """What asks how far work is."""

    async def follow(self, call: Call, job: Job) -> Result:
        """Return a result that has its `job` while that goes on."""


@dataclass(slots=True, kw_only=True)
class Wait:
    """A wait of at most so many `seconds`; tells how far the work is, seldom, and where it is found when it is left."""

    app: Follows
    notice: Notice
    seconds: float = LONGEST
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    now: Callable[[], float] = anyio.current_time
    _told: str = ""
    _quiet_until: float = -math.inf

    async def end(self, call: Call, result: Result) -> Result:
        """Return what a call comes to once its work has ended; a failure where that takes longer than is waited.

        A caller that is cancelled meanwhile says so: the API does not know, and goes on.
        """
        until, first = self.now() + self.seconds, result.job
        if first is not None:
            where = without_controls(first.place)
            self.notice(f"the API goes on with its work: {where} (--wait bounds how long that is waited for)")
        try:
            while (job := result.job) is not None:
                self._tell(job)
                if self.now() >= until:
                    return _too_long(self.seconds, job).as_result()
                await self.sleep(min(job.wait, max(0.0, until - self.now())))
                result = await self.app.follow(call, job)
        except anyio.get_cancelled_exc_class():
            if (job := result.job) is not None:
                self.notice(f"no longer waiting; the API may go on with its work: {without_controls(job.place)}")
            raise
        return result

    def _tell(self, job: Job) -> None:
        """Say how far work is, where that is news, and not too soon after the line before."""
        line = _line(job)
        if line and line != self._told and self.now() >= self._quiet_until:
            self._told, self._quiet_until = line, self.now() + _QUIET
            self.notice(line)


def _line(job: Job) -> str:
    """Return how far work is in a line, "" where that is not known: "running, 40 %"."""
    done = f"{job.done:.0%}".replace("%", " %") if job.done is not None else ""
    return ", ".join(filter(None, (without_controls(job.said), done)))


def _too_long(seconds: float, job: Job) -> Failure:
    return Failure(
        kind=FailureKind.TIMEOUT,
        message=f"the API took the call, and has not ended its work after {seconds:g} s: {job.place}",
        is_unknown=True,
        hint="it may go on: ask there how far it is before the call is made again; --wait SECONDS waits longer",
    )
