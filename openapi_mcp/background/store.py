"""Where background calls are kept: in this process, and sealed in Redis where replicas share one.

The first end of a call that is put there is its end, whoever puts it: `set if not there`, in one step.
"""

import hashlib
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openapi_mcp.background.batching import Batched
from openapi_mcp.background.capacity import Capacity
from openapi_mcp.background.shared_results import SealedEnd, SharedResults
from openapi_mcp.background.state import (
    KEPT,
    LONGEST,
    Ended,
    Ongoing,
    caller_of,
    read_ended,
    read_ongoing,
    size_of,
    write_ended,
    write_ongoing,
)
from openapi_mcp.model.call import Blob
from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

ONGOING, END = "background-call", "background-end"  # in keys; a value is sealed for its key, and opens nowhere else
PATIENCE = 5.0  # seconds that Redis may take for what is asked here: who waits has waited long already
_MOST_KEPT = 64_000_000  # bytes of results in this process; the oldest go first
_MOST_OVER = 10_000  # names
_OF_A_RESULT = 2_000  # bytes that one takes, besides its content


class Store:
    """What is known of background calls.

    `own` are those that go on here, or have begun as a job here; `capacity` counts them.
    """

    def __init__(self, link: Link | None, ends: SharedResults | None = None) -> None:
        self._link = link
        self._ends = ends or SharedResults(index=link.key("background-ends") if link is not None else "")
        self.own: dict[str, Ongoing] = {}
        self._untold: set[str] = set()
        self.over: dict[str, None] = {}  # what is known to have ended, whatever Redis says of it later; oldest first
        self._ended: dict[str, Ended] = {}  # all without Redis, else those that it has not taken yet; oldest first
        self._weight = 0
        self.capacity = Capacity()
        self._put = Batched(self._put_all)
        self._get = Batched(self._get_all)
        self._end = Batched(self._end_all)

    def name(self, handle: str) -> str:
        """Return what a call is kept under: a handle is a secret of its caller's, and stands in no key."""
        if self._link is not None:
            return self._link.seal.name("call", handle)
        return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    async def put(self, name: str, of: Ongoing) -> bool:
        """Keep a call that goes on here; return whether the other replicas know of it as well."""
        self.own[name] = of
        self.capacity.take(name, caller_of(of), size_of(of))
        return await self.update(name, of)

    async def update(self, name: str, of: Ongoing, *, is_new: bool = False) -> bool:
        """Tell the other replicas how far a call is; `is_new`: only where they do not know of it."""
        link = self._link
        if name in self.own:
            self.own[name] = of
        if link is None:
            return False
        sealed = link.seal.seal(write_ongoing(of), link.key(ONGOING, name))
        is_told = await self._put((link.key(ONGOING, name), sealed, is_new))
        if name in self.own:
            (self._untold.discard if is_told else self._untold.add)(name)
        return is_told

    def is_alone_with(self, name: str) -> bool:
        """True for a call that goes on here, and of which the other replicas could not be told."""
        return name in self._untold

    def forget(self, name: str) -> None:
        """Forget a call that goes on here no longer."""
        self.own.pop(name, None)
        self._untold.discard(name)
        self.capacity.leave(name)

    async def get(self, name: str) -> Ongoing | Ended | None:
        """Return what is known of a call; None where there is none."""
        self._sweep()
        here = self._ended.get(name) or self.own.get(name)
        link = self._link
        if link is None or isinstance(here, Ended):
            return here
        end, ongoing = await self._get((link.key(END, name), link.key(ONGOING, name)))
        if (ended := _ended(link, name, end)) is not None:
            self._note_over(name)
        return ended or _ongoing(link, name, ongoing) or here

    async def end(self, name: str, of: Ended) -> Ended | None:
        """Note the end of a call; None where it counts, else the end that it had before."""
        self.forget(name)
        self._note_over(name)
        if (before := self._ended.get(name)) is not None:
            return before
        shared = await self._share(name, of)
        if shared is None:
            return self._hold(name, of)
        return None if shared is of else shared

    async def ended(self, names: Sequence[str]) -> frozenset[str]:
        """Return which of these calls have ended."""
        here = frozenset(name for name in names if name in self._ended)
        link = self._link
        if link is None or not names:
            return here
        keys = [link.key(END, name) for name in names]

        async def ask(redis: "Redis") -> list[Any]:
            pipeline = redis.pipeline(transaction=False)
            for key in keys:
                pipeline.exists(key)
            return await pipeline.execute()

        nothing: list[Any] = []
        found = await link.ask(ask, otherwise=nothing, patience=PATIENCE)
        return here | {name for name, is_there in zip(names, found, strict=False) if is_there}

    async def tell(self) -> None:
        """Tell the other replicas of what has ended while Redis was away."""
        for name, of in list(self._ended.items()) if self._link is not None else ():
            if await self._share(name, of) is None:
                return
            self._drop(name)

    async def _put_all(self, items: Sequence[tuple[str, bytes, bool]]) -> Sequence[bool]:
        async def put(redis: "Redis") -> bool:
            pipeline = redis.pipeline(transaction=False)
            for key, sealed, is_new in items:
                pipeline.set(key, sealed, ex=int(LONGEST + KEPT), nx=is_new)
            await pipeline.execute()
            return True

        return [self._link is not None and await self._link.ask(put, otherwise=False, patience=PATIENCE)] * len(items)

    async def _get_all(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[bytes | None, bytes | None]]:
        async def get(redis: "Redis") -> list[Any]:
            return await redis.mget([key for pair in pairs for key in pair])

        nothing: list[Any] = [None] * 2 * len(pairs)
        found = await self._link.ask(get, otherwise=nothing, patience=PATIENCE) if self._link is not None else nothing
        return list(zip(found[::2], found[1::2], strict=True))

    async def _share(self, name: str, of: Ended) -> Ended | None:
        """Return the end that counts for all replicas; None where there are none, or Redis is away."""
        link = self._link
        if link is None:
            return None
        sealed = link.seal.seal(write_ended(of), link.key(END, name))
        own = link.key("background-ends", link.seal.name("background-ends", of.caller))
        end = SealedEnd(key=link.key(END, name), ongoing=link.key(ONGOING, name), own=own, sealed=sealed)
        found = await self._end(end)
        return of if found == sealed else _ended(link, name, found)

    async def _end_all(self, items: Sequence[SealedEnd]) -> Sequence[bytes | None]:
        async def put(redis: "Redis") -> list[bytes | None]:
            return [await self._ends.put(redis, each) for each in items]

        nothing: list[bytes | None] = [None] * len(items)
        return await self._link.ask(put, otherwise=nothing, patience=PATIENCE) if self._link is not None else nothing

    def _note_over(self, name: str) -> None:
        self.over[name] = None
        if len(self.over) > _MOST_OVER:
            del self.over[next(iter(self.over))]

    def _hold(self, name: str, of: Ended) -> Ended | None:
        if (before := self._ended.get(name)) is not None:
            return before
        self._ended[name] = of
        self._weight += _weight(of)
        self._sweep()
        return None

    def _sweep(self) -> None:
        """Forget the results that have been kept long enough, and the oldest where they are too much."""
        now = time.time()
        for name, of in list(self._ended.items()):
            if of.ended + KEPT > now and self._weight <= _MOST_KEPT:
                return
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._weight -= _weight(self._ended.pop(name))


def _ended(link: Link, name: str, sealed: bytes | None) -> Ended | None:
    data = link.seal.open(sealed, link.key(END, name)) if sealed is not None else None
    return read_ended(data) if data is not None else None


def _ongoing(link: Link, name: str, sealed: bytes | None) -> Ongoing | None:
    data = link.seal.open(sealed, link.key(ONGOING, name)) if sealed is not None else None
    return read_ongoing(data) if data is not None else None


def _weight(of: Ended) -> int:
    contents = of.result.content if of.result is not None else ()
    return _OF_A_RESULT + 2 * sum(len(each.data) if isinstance(each, Blob) else len(each.text) for each in contents)
