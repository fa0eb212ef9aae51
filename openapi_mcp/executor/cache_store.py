"""Where answers are kept, as the cache sees it: in a file of this user's, or in the Redis that replicas share."""

from collections.abc import Callable
from typing import Protocol

from openapi_mcp.executor.cache_stored import Mark, Place, Seen, Stored
from openapi_mcp.executor.cache_writes import Written


class AnswerStore(Protocol):
    """What the cache asks of a store. Nothing here fails: where it cannot be asked, nothing is found and nothing kept.

    `is_off` once what was dropped could still be found there: then nothing of it is used any more.
    """

    is_off: bool

    def holds_some(self) -> bool:
        """False where there is nothing yet that a write could drop."""

    def has_news(self, seen: Seen) -> bool:
        """True where something may have been kept of an operation since nothing was `seen` of it."""

    async def find(self, place: Place) -> Seen | None:
        """Return what is kept for a place; None where the store cannot be asked."""

    async def keep(self, place: Place, stored: Stored, lifetime: float, mark: Mark, may: Callable[[], bool]) -> bool:
        """Keep an answer where it `may` be kept and its origin was not written to since the `mark` was seen."""

    async def touch(self, place: Place, now: float) -> None:
        """Note that an answer was used."""

    async def forget(self, place: Place, asked: float, now: float) -> None:
        """Drop an answer that is no longer true, unless it was asked for after this, and not in the future."""

    async def drop(self, what: Written) -> None:
        """Drop what a write puts in doubt, for every caller; reads that are on their way are not kept either."""

    async def settle(self) -> bool:
        """Drop what could not be dropped when it was to be; return whether all is."""

    def close(self) -> None:
        """Close what is open."""
