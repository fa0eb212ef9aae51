"""Long work in a thread of its own, so that others are served meanwhile; the end of the process waits for none."""

import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

import anyio
import anyio.from_thread
import anyio.lowlevel

Value = TypeVar("Value")


class Once(Generic[Value]):
    """Work that is done once, when its outcome is first asked for, however many wait for it, or give up waiting."""

    def __init__(self, work: Callable[[], Awaitable[Value]]) -> None:
        self._work = work
        self._outcome: Future[Value] = Future()
        self._waiting: list[Callable[[], None]] | None = None
        self._lock = threading.Lock()

    async def get(self) -> Value:
        """Return what the work came to, or raise what it ended with."""
        token, done = anyio.lowlevel.current_token(), anyio.Event()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop is over
                anyio.from_thread.run_sync(done.set, token=token)

        with self._lock:
            if self._waiting is None:
                self._waiting = []
                threading.Thread(target=self._run, daemon=True, name="apart").start()
            if self._outcome.done():
                done.set()
            else:
                self._waiting.append(tell)
        await done.wait()
        return self._outcome.result()

    def _run(self) -> None:
        value: Value | None = None
        error: BaseException | None = None
        try:
            value = anyio.run(self._work)
        except BaseException as raised:  # noqa: BLE001  whatever it is, it rises in whoever waits for it
            error = raised
        with self._lock:
            if error is not None:
                self._outcome.set_exception(error)
            else:
                self._outcome.set_result(value)  # type: ignore[arg-type]  # what the work returned
            waiting, self._waiting = self._waiting or [], []
        for tell in waiting:
            tell()


async def apart(work: Callable[[], Awaitable[Value]]) -> Value:
    """Return what long work comes to, done in a thread with a loop of its own."""
    return await Once(work).get()
