"""What many ask of Redis at the same time is asked for all of them at once: a hundred calls take one connection."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")

_MOST = 32  # at once: an item may be large


class Batched(Generic[Item, Value]):
    """Does `work` for items: those that come while it is done for others wait, and are done next, together."""

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Value]]]) -> None:
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Value]]] = []
        self._turn = asyncio.Lock()

    async def __call__(self, item: Item) -> Value:
        """Return what the work comes to for this item, or raise what it raises; who gives up takes the item along."""
        value: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, value))
        try:
            async with self._turn:
                while not value.done():
                    await self._next()
        finally:
            self._waiting = [waiting for waiting in self._waiting if waiting[1] is not value]
        return value.result()

    async def _next(self) -> None:
        items, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            values = await self._work([item for item, _ in items])
        except BaseException:  # also a cancellation, of one alone: the items wait on, then it rises
            self._waiting = items + self._waiting
            raise
        for (_, value), found in zip(items, values, strict=True):
            if not value.cancelled():
                value.set_result(found)
