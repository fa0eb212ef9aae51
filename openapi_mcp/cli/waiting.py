"""Waiting at a terminal for the end of what an API goes on with after its answer."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import anyio

from openapi_mcp.cli.output import Notice
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.text import without_controls

_QUIET = 5.0  # seconds between two lines that differ in a number alone


class Follows(Protocol):
    """What asks how far work is."""

    async def follow(self, call: Call, job: Job) -> Result:
        """Return a result that has its `job` while that goes on."""


async def ended(
    app: Follows, call: Call, result: Result, notice: Notice, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
) -> Result:
    """Return what a call comes to once its work has ended; how far that is is said as often as it changes.

    A caller that is cancelled meanwhile says so: the API does not know, and goes on.
    """
    told, word, quiet_until = "", None, 0.0
    try:
        while (job := result.job) is not None:
            if (line := _line(job)) != told and (job.said != word or anyio.current_time() >= quiet_until):
                told, word, quiet_until = line, job.said, anyio.current_time() + _QUIET
                notice(line)
            await sleep(job.wait)
            result = await app.follow(call, job)
    except anyio.get_cancelled_exc_class():
        notice("no longer waiting; the API may go on with its work")
        raise
    return result


def _line(job: Job) -> str:
    """Return how far work is in a line: "the API goes on with its work: running, 40 %"."""
    done = f"{job.done:.0%}".replace("%", " %") if job.done is not None else ""
    known = ", ".join(filter(None, (without_controls(job.said), done)))
    return f"the API goes on with its work{f': {known}' if known else ''} (--no-wait does not wait for its end)"
