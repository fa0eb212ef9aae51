"""The signals that end a server."""

import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def ending_signals() -> AsyncIterator[AsyncIterator[int]]:
    """Yield SIGINT and SIGTERM as they arrive; on Windows, whose loop cannot, Python's own handling stays.

    What came before, during work without a pause, ends us here, and not inside a server that begins.
    """
    if sys.platform == "win32":
        await anyio.lowlevel.checkpoint()
        yield _never()
        return
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as arriving:
        await anyio.lowlevel.checkpoint()
        yield arriving


async def _never() -> AsyncIterator[int]:
    await anyio.sleep_forever()
    yield 0
