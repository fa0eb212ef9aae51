"""How many requests are sent to the API in a time: they go in the order in which they came, each when it may."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.executor.faults import TooSoonError
from openapi_mcp.model.policy import Rate

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import MovingWindowRateLimiter

    from openapi_mcp.shared.turns import Turns

_SHORTEST = 0.001  # seconds; what may go at this very moment may be refused by a clock that has not moved


@dataclass(slots=True, kw_only=True)
class Limiter:
    """Lets requests go by all of these rates, each in a window that moves. `now` is in seconds since 1970.

    `turns` are those of all replicas; while they are not to be had, and beside them, what this one sends is counted.

    `said` is what is said of them: at most 10/s "are sent to the API"; `set_by` is the setting that says so.

    The library is imported when the first request asks: most APIs are called without a limit.
    """

    rates: Sequence[Rate]
    now: Callable[[], float]
    said: str = "are sent to the API"
    set_by: str = "--rate-limit, where the server is started,"
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    turns: "Turns | None" = None
    _line: anyio.Lock = field(init=False, default_factory=anyio.Lock)  # whoever came first has it first
    _items: "list[RateLimitItem]" = field(init=False, default_factory=list)
    _counts: "MovingWindowRateLimiter | None" = field(init=False, default=None)

    async def take(self, deadline: float) -> None:
        """Return when a request may go, which counts as sent then; `deadline` is by `anyio.current_time`.

        Raises:
            TooSoonError: it may go only after the deadline; known at once for the first in the line.
        """
        with anyio.CancelScope(deadline=deadline):
            async with self._line:
                if self.turns is None:
                    await self._go(deadline)
                else:
                    await self._go_in_turn(self.turns, deadline)
                return
        raise self._too_soon(await self._wait())

    async def _wait(self) -> float:
        """Return the seconds until the next request may go."""
        own = await self._left(self._counting())
        others = await self.turns.book("", -1.0) if self.turns is not None else None
        return max(own, others or 0.0)

    async def _go_in_turn(self, turns: "Turns", deadline: float) -> None:
        """Wait for a turn among those of all replicas; one that is not taken is given back."""
        name = turns.name()
        async with AsyncExitStack() as untaken:
            untaken.push_async_callback(turns.give_back, name)
            patience = deadline - anyio.current_time()
            wait = await turns.book(name, patience)
            if wait is not None and wait > patience:
                raise self._too_soon(wait)
            while wait:
                if anyio.current_time() + wait >= deadline:
                    raise self._too_soon(wait)
                await self.sleep(wait)
                wait = await turns.take(name)
            await self._go(deadline)
            untaken.pop_all()

    async def _go(self, deadline: float) -> None:
        counts = self._counting()
        while (wait := await self._left(counts)) or not await self._has_taken(counts):
            wait = max(wait, _SHORTEST)
            if anyio.current_time() + wait >= deadline:
                raise self._too_soon(wait)
            await self.sleep(wait)

    async def _left(self, counts: "MovingWindowRateLimiter") -> float:
        """Return the seconds until the next request may go, 0 where it may now."""
        stats = [await counts.get_window_stats(item) for item in self._items]
        return max((max(one.reset_time - self.now(), _SHORTEST) for one in stats if one.remaining < 1), default=0.0)

    async def _has_taken(self, counts: "MovingWindowRateLimiter") -> bool:
        """Count a request; False where others, who share the counts, were quicker."""
        for item in self._items:
            if not await counts.hit(item):
                return False
        return True

    def _too_soon(self, wait: float) -> TooSoonError:
        said = f"at most {', '.join(map(str, self.rates))} {self.said}"
        return TooSoonError(said, max(wait, _SHORTEST), self.set_by)

    def _counting(self) -> "MovingWindowRateLimiter":
        if self._counts is None:
            from limits import RateLimitItemPerSecond
            from limits.aio.storage import MemoryStorage
            from limits.aio.strategies import MovingWindowRateLimiter

            self._items = [RateLimitItemPerSecond(rate.amount, rate.seconds) for rate in self.rates]
            self._counts = MovingWindowRateLimiter(MemoryStorage())
        return self._counts
