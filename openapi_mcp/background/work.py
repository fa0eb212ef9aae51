"""Work in a task of its own: begun, stopped for certain, and what it came to."""

import asyncio
import logging
from collections.abc import Awaitable

import anyio

from openapi_mcp.background.failures import given_up
from openapi_mcp.model.call import Result

log = logging.getLogger(__name__)

_CANCELLED_EVERY = 3.0  # seconds: more than cleaning up takes, which a second cancel would cut short


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


def result_of(task: asyncio.Task[Result]) -> Result:
    """Return what a call came to; one that broke is a bug of ours, and has ended all the same."""
    error = None if task.cancelled() else task.exception()
    if not task.cancelled() and error is None:
        return task.result()
    log.error("background_call_failed error=%s", type(error).__name__)
    return given_up().as_result()
