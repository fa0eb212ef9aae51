"""The signals that end a server, and the one at which it reads its settings again."""

import os
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


@asynccontextmanager
async def hangups() -> AsyncIterator[AsyncIterator[int]]:
    """Yield SIGHUP as it arrives; Windows has none.

    It also says that our terminal is gone: then it ends us, as it would have without us, unless we run under nohup.
    """
    if sys.platform == "win32":
        yield _never()
        return
    is_bound = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN and _has_terminal()
    with anyio.open_signal_receiver(signal.SIGHUP) as arriving:
        yield _meant_for_us(arriving, is_bound=is_bound)


async def _meant_for_us(arriving: AsyncIterator[int], *, is_bound: bool) -> AsyncIterator[int]:
    async for number in arriving:
        if is_bound and not _has_terminal():
            signal.raise_signal(signal.SIGTERM)
        else:
            yield number


def _has_terminal() -> bool:
    """True where a terminal controls us."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


async def _never() -> AsyncIterator[int]:
    await anyio.sleep_forever()
    yield 0
