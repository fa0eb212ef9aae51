"""What a store of records can do. `open_store` (sql.py) opens one; all of it blocks, and may raise a RecordsError."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter, Point, Stats


class RecordsError(OpenapiMcpError):
    """The store of records cannot be used: full, locked, damaged, out of reach, or newer than this program."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None, reason: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.reason = reason  # as the database has it, in a few words: it may be another one the next time


class NotLetInError(RecordsError):
    """The database is there, and does not let us in: it will not by itself another time either."""


class NothingRecordedError(RecordsError):
    """There is no store yet: nobody has written to it."""


class AmbiguousError(RecordsError):
    """More than one record has an id that begins so."""


class UnknownRecordError(RecordsError):
    """No record has this id: it never had, or it was cleaned up."""


class RefusedRecords(RecordsError):
    """The store is well, and does not take what it was given: it would not another time either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tool that has records, and what it calls."""

    api: str
    tool: str
    operation: str = ""


class Store(Protocol):
    """Keeps records; safe to be used by many processes at once. Each of them, and each thread, opens its own."""

    def add(self, records: Sequence[Record], lost: int = 0, why: str = "") -> None:
        """Keep records in one transaction, and that others were lost before that."""

    def calls(
        self, wanted: Filter, *, limit: int = 50, after: str = "", newest_first: bool = True, whole: bool = False
    ) -> list[Record]:
        """Return records: the newest first by time, or else in the order in which they were kept.

        Their answers are there only where the `whole` is wanted.

        That order has a call that took long behind shorter ones that began after it: who follows it misses none.
        `after` is the id of the last one that was seen, in the same order.

        Raises:
            UnknownRecordError: there is no such record (any more).
        """

    def pages(
        self, wanted: Filter, *, after: str = "", newest_first: bool = True, whole: bool = False
    ) -> Iterator[list[Record]]:
        """Yield all of them, in pages, none of which is empty; records may be cleaned up between two of them.

        Raises:
            UnknownRecordError: as `calls` does.
        """

    def call(self, id: str) -> Record | None:
        """Return one record in full, by its id or by a beginning of it that no other has.

        Raises:
            RecordsError: several begin so.
        """

    def stats(self, wanted: Filter, by: str = "tool") -> Stats:
        """Return figures, counted by one of BY."""

    def series(self, wanted: Filter, step: float) -> list[Point]:
        """Return figures for each step of time that has calls, in order; steps begin at multiples of `step` seconds."""

    def activity(self, wanted: Filter, by: str, step: float) -> dict[tuple[str, str], Counter[int]]:
        """Return how many calls each group has, (name, API), by the number of each step of time: time // step."""

    def named(self) -> list[Named]:
        """Return the tools that have records."""

    def callers(self) -> list[str]:
        """Return the callers that have records."""

    def clean(self, *, before: float, most_bytes: int, most: int | None = None) -> int:
        """Drop records that began before a time, and the oldest of those beyond a size; return how many.

        It does so in small steps, between which others write; after `most` records it leaves the rest for later.
        """

    def settle(self) -> bool:
        """Work out what some of the past comes to, so that statistics are quick; return whether there may be more."""

    def untidied(self) -> float:
        """Return for how many seconds nobody has cleaned all there was to clean; infinite where nobody has yet."""

    def end_cleaning(self, *, before: float) -> None:
        """Drop the names and losses that are left of what was cleaned, give room back, and keep that it is done, now.

        It goes by what is there, not by what was dropped: whoever dropped it may have ended before it came to this.
        """

    def size(self) -> int:
        """Return how many bytes the records take."""

    def close(self) -> None:
        """Let go of it."""

    def __enter__(self) -> Self:
        """Return the store, which is closed at the end."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
