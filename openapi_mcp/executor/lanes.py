"""Which connection a request goes over: each lane holds one, and the one used last is taken first.

A pool looks at all its connections, and asks the system about the idle ones, at every request: with a hundred of them
that costs several times the request itself. Here a request looks at one.
"""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio

_IDLE = 5.0  # seconds that an unused connection is kept; httpx's own, below what servers allow
_Carrier = TypeVar("_Carrier")


@dataclass(slots=True)
class Lane(Generic[_Carrier]):
    """One connection, or none yet: what `carrier` is made of holds no other. `origin` is where it leads."""

    origin: Hashable
    carrier: _Carrier
    close: Callable[[], Awaitable[None]]
    used: float = 0.0


@dataclass(slots=True)
class Lanes(Generic[_Carrier]):
    """The lanes that no request is on, the one used last at the end."""

    make: Callable[[Hashable], Lane[_Carrier]]
    _free: list[Lane[_Carrier]] = field(init=False, default_factory=list)
    _is_closed: bool = field(init=False, default=False)

    def take(self, origin: Hashable) -> Lane[_Carrier]:
        """Return a lane to an origin, a new one where none is free."""
        for index in range(len(self._free) - 1, -1, -1):
            if self._free[index].origin == origin:
                return self._free.pop(index)
        return self.make(origin)

    async def give_back(self, lane: Lane[_Carrier]) -> None:
        """Keep a lane for the next request, and close those that had none for a while."""
        if self._is_closed:
            await shut(lane)
            return
        lane.used = anyio.current_time()
        self._free.append(lane)
        idle = []
        while self._free[0].used < lane.used - _IDLE:
            idle.append(self._free.pop(0))
        for unused in idle:  # only now: while one is closed, other requests may take all that are free
            await shut(unused)

    async def aclose(self) -> None:
        """Close all that are free; the others are closed when they are given back."""
        self._is_closed = True
        while self._free:
            await shut(self._free.pop())


async def shut(lane: Lane[_Carrier]) -> None:
    """Close a lane for good, whoever is in a hurry: a connection left open is a descriptor lost."""
    with anyio.CancelScope(shield=True):
        await lane.close()
