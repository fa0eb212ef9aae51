"""How long one waits for an answer, counted in time in which the event loop runs.

A loop that is held up, by an import or a large answer, reads no answer although it is there; a clock on the wall would
say that the other side is slow.
"""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

_STEP = 0.01  # seconds; a turn of the loop counts as one step, however long it takes: a new connection needs 25 of them


class Patience:
    """Bounds what is done in one event loop; nothing ticks while nobody waits."""

    def __init__(self) -> None:
        self._left: dict[anyio.CancelScope, int] = {}  # steps
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cancel what is done here once the loop has run for so long, and raise a TimeoutError."""
        with anyio.CancelScope() as scope:
            self._left[scope] = math.ceil(seconds / _STEP) + 1  # the one that has begun is not a whole one
            if self._timer is None:
                self._wind()
            try:
                yield
            finally:
                del self._left[scope]
                self._stop()
        if scope.cancelled_caught:
            raise TimeoutError

    def _wind(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_STEP, self._tick)

    def _tick(self) -> None:
        self._wind()
        for scope, left in self._left.items():
            self._left[scope] = left - 1
            if left <= 1:
                scope.cancel()

    def _stop(self) -> None:
        """Tick no longer where nobody waits."""
        if not self._left and self._timer is not None:
            self._timer.cancel()
            self._timer = None
