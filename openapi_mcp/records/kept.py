"""A Store of SQLAlchemy's: each of its methods is one transaction, and sees one state of the records."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from openapi_mcp.model.record import Record
from openapi_mcp.records import activity, cleaning, counting, reading, settling, writing
from openapi_mcp.records.asked import without_any
from openapi_mcp.records.engines import WRITING
from openapi_mcp.records.faults import told
from openapi_mcp.records.query import Filter, Point, Stats
from openapi_mcp.records.rows import read_seconds
from openapi_mcp.records.store import Named, RecordsError, RefusedRecords

_ENDLESS = 2**62
_AT_ONCE = 1_000  # records that are read, or written, in one statement: a database takes some ten thousand values


class SqlStore:
    """Records in a database.

    `where` is how people name it, `now` a clock, in seconds since 1970; `is_there` says whether it still is what was
    opened: a file that was moved away could be written to, and nobody would ever find it.
    """

    def __init__(
        self, engine: Engine, *, where: str, now: Callable[[], float], is_there: Callable[[], bool] = lambda: True
    ) -> None:
        self._engine = engine
        self._where = where
        self._now = now
        self._is_there = is_there

    def add(self, records: Sequence[Record], lost: int = 0, why: str = "") -> None:
        """Keep records in one transaction, and that others were lost before that."""
        with self._writing() as connection:
            for at in range(0, len(records), _AT_ONCE):
                self._add(connection, records[at : at + _AT_ONCE])
            if lost:
                writing.add_lost(connection, lost, why, self._now())

    def _add(self, connection: Connection, records: Sequence[Record]) -> None:
        try:
            writing.add(connection, records)
            settling.unsettle(connection, {settling.part_of(read_seconds(record.time)) for record in records})
        except (AttributeError, TypeError, ValueError) as error:  # it is no record, whatever it was made of
            raise RefusedRecords(
                f"a record is not as it should be ({type(error).__name__})", where=self._where
            ) from error

    def calls(
        self, wanted: Filter, *, limit: int = 50, after: str = "", newest_first: bool = True, whole: bool = False
    ) -> list[Record]:
        """Return records, the newest first or in the order in which they were kept; `whole` with their answers."""
        with self._reading() as connection:
            place = reading.place_of(connection, after) if after else None
            order = reading.Order(limit=limit, after=place, newest_first=newest_first)
            return reading.calls(connection, without_any(wanted), order, whole=whole).records

    def pages(
        self, wanted: Filter, *, after: str = "", newest_first: bool = True, whole: bool = False
    ) -> Iterator[list[Record]]:
        """Yield all of them, in pages, each in a transaction of its own: others write, and clean up, meanwhile."""
        wanted = without_any(wanted)
        with self._reading() as connection:
            place = reading.place_of(connection, after) if after else None
        while True:
            order = reading.Order(limit=_AT_ONCE, after=place, newest_first=newest_first)
            with self._reading() as connection:
                page = reading.calls(connection, wanted, order, whole=whole)
            if not page.records:
                return
            yield page.records
            place = page.last

    def call(self, id: str) -> Record | None:
        """Return one record in full, by its id or by a beginning of it that no other has."""
        with self._reading() as connection:
            return reading.call(connection, id)

    def stats(self, wanted: Filter, by: str = "tool") -> Stats:
        """Return figures, counted by one of BY."""
        with self._reading() as connection:
            return counting.stats(connection, without_any(wanted), by)

    def series(self, wanted: Filter, step: float) -> list[Point]:
        """Return figures for each step of time that has calls, in order."""
        with self._reading() as connection:
            return counting.series(connection, without_any(wanted), step)

    def activity(self, wanted: Filter, by: str, step: float) -> dict[tuple[str, str], Counter[int]]:
        """Return how many calls each group has, (name, API), by the number of each step of time."""
        with self._reading() as connection:
            return activity.activity(connection, without_any(wanted), by, step)

    def named(self) -> list[Named]:
        """Return the tools that have records."""
        with self._reading() as connection:
            return reading.named(connection)

    def callers(self) -> list[str]:
        """Return the callers that have records."""
        with self._reading() as connection:
            return reading.callers(connection)

    def clean(self, *, before: float, most_bytes: int, most: int | None = None) -> int:
        """Drop what is too old or too much; return how many calls. After `most` of them the rest waits."""
        dropped, left = 0, _ENDLESS if most is None else most
        while left and (step := self._drop(before, most_bytes, min(left, cleaning.STEP))):
            dropped, left = dropped + step, left - step
        return dropped

    def _drop(self, before: float, most_bytes: int, most: int) -> int:
        with self._writing() as connection:
            return cleaning.drop_old(connection, before, most) or cleaning.drop_beyond(connection, most_bytes, most)

    def _gives_back(self) -> bool:
        with self._writing() as connection:
            return cleaning.give_back(connection)

    def settle(self) -> bool:
        """Work out the sums of one part of time, so that statistics are quick; return whether there was one to do."""
        with self._writing() as connection:
            return settling.settle(connection, self._now())

    def untidied(self) -> float:
        """Return for how many seconds nobody has cleaned all there was; infinite if nobody has, or a clock is wrong."""
        with self._reading() as connection:
            seconds = self._now() - cleaning.last_tidied(connection)
        return seconds if seconds >= 0 else math.inf

    def end_cleaning(self, *, before: float) -> None:
        """Drop the names and losses that are left of what was cleaned, give room back, and keep that it is done."""
        while self._gives_back():
            pass
        with self._writing() as connection:
            cleaning.drop_names(connection)
            cleaning.drop_losses(connection, before)
            cleaning.note_tidied(connection, self._now())

    def size(self) -> int:
        """Return how many bytes the records take."""
        with self._reading() as connection:
            return cleaning.size(connection)

    def close(self) -> None:
        """Let go of it."""
        with told(self._where):
            self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store, which is closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if not self._is_there():
            raise RecordsError("the file of the records is gone", where=self._where, hint="a new one is made")
        with told(self._where), self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(self._where), self._engine.connect() as connection, connection.begin():
            yield connection
