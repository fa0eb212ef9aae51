"""A second attempt beside one that hangs: the first that brings an answer is taken, the other one is closed.

The attempt itself runs where it is called; only where nothing comes for a while a task is begun for the second one.
Until then all of this is one timer of the event loop. It is asyncio's: a group of anyio's costs every call a scope.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from openapi_mcp.executor.answer import Answer
from openapi_mcp.executor.faults import SendError
from openapi_mcp.executor.send import Watch
from openapi_mcp.model.message import HttpResponse

_UNSETTLED = frozenset((408, 409, 423, 425, 429))  # refusals that may be because of the attempt that still hangs


@dataclass(slots=True, kw_only=True)
class Hedge:
    """Sends a request a `second` time where nothing comes of its answer for `patience` seconds; once."""

    patience: float
    second: Callable[[], Awaitable[HttpResponse]]
    _answer: Answer | None = field(init=False, default=None)
    _scope: anyio.CancelScope | None = field(init=False, default=None)
    _steps: int = field(init=False, default=0)
    _is_left: bool = field(init=False, default=False)
    _timer: asyncio.TimerHandle | None = field(init=False, default=None)
    _task: "asyncio.Task[HttpResponse | None] | None" = field(init=False, default=None)
    _winner: HttpResponse | None = field(init=False, default=None)

    async def run(self, first: Callable[[Watch], Awaitable[HttpResponse]]) -> HttpResponse:
        """Return the answer to the first attempt, or to the second one; cancelled, both are.

        Raises:
            SendError, TimeoutError: what became of the first attempt, where the second one brought no answer either.
        """
        try:
            found = await first(self._watch)
        except (SendError, TimeoutError):
            other = await self._outcome()
            if other is None:
                raise
            return other
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._task is not None:
                await _ended(self._task)
        return self._winner or found

    def _watch(self, answer: Answer, scope: anyio.CancelScope) -> None:
        self._answer, self._scope = answer, scope
        self._wait()

    def leave_alone(self, _until: float) -> None:
        """Begin no second attempt any more: the call goes on in the background, and nobody is in a hurry."""
        self._is_left = True
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        if self._is_left:
            return
        self._timer = asyncio.get_running_loop().call_later(self.patience, self._look)

    def _look(self) -> None:
        """Begin the second attempt where nothing has come since the last look."""
        answer = self._answer
        if answer is None or answer.is_enough:
            return
        if answer.steps > self._steps:
            self._steps = answer.steps
            self._wait()
            return
        self._task = asyncio.create_task(self._again())

    async def _again(self) -> HttpResponse | None:
        """Return the answer to the second attempt, None where there is none; one that settles it ends the first."""
        try:
            found = await self.second()
        except (SendError, TimeoutError):
            return None  # the first attempt is still on its way: what becomes of it is told
        if found.status < 500 and found.status not in _UNSETTLED and self._scope is not None:
            self._winner = found
            self._scope.cancel()
        return found

    async def _outcome(self) -> HttpResponse | None:
        return await self._task if self._task is not None else None


async def _ended(task: "asyncio.Task[HttpResponse | None]") -> None:
    """Close the second attempt's connection, whoever is in a hurry."""
    task.cancel()
    with anyio.CancelScope(shield=True):
        await asyncio.wait((task,))
