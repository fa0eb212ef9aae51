"""Keeping records behind the calls: whoever calls hands one over and goes on; a thread writes them, many at a time."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from openapi_mcp.model.policy import Keep
from openapi_mcp.records.keeper import TOO_MANY, Keeper, Make
from openapi_mcp.records.store import Store

log = logging.getLogger(__name__)

_NO_TIME = "there was no time to write them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast it goes. Times are in seconds.

    Between two transactions of at most `batch` records are at least `between`; `waiting` records, of `waiting_bytes`
    together, wait for a store that takes none, which is tried again after `again`, and after twice as long each time,
    up to `longest`. It is tidied (what is old is dropped, and what is past is summed up) `tidy_after` the start, and
    then every `tidy_every`, `tidy_step` records at a time. Where nobody has done so for that long, as none of the
    processes lives long enough, each does some of it when it ends, for `tidy_last`.
    """

    batch: int = 500
    between: float = 0.7
    waiting: int = 10_000
    waiting_bytes: int = 50_000_000
    again: float = 0.5
    longest: float = 30.0
    tidy_after: float = 10.0
    tidy_every: float = 3600.0
    tidy_step: int = 1_000
    tidy_last: float = 0.25


class Writer:
    """Writes records in a thread of its own, which begins with the first of them.

    `open_store` is called in that thread, and again after each trouble; `say` takes a line for a person.
    """

    def __init__(
        self, open_store: Callable[[], Store], say: Callable[[str], None], keep: Keep, *, pace: Pace | None = None
    ) -> None:
        self._keeper = Keeper(open_store, say, keep)
        self._pace = pace or Pace()
        self._queue: SimpleQueue[tuple[Make, int] | None] = SimpleQueue()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._weight = 0  # of those in the queue, in bytes
        self._refused = 0  # calls that found no room to wait
        self._pause = 0.0  # until the store is tried again; 0 where it works
        self._tidy_at = 0.0

    def put(self, make: Make, weight: int = 0) -> None:
        """Have a record made and kept, soon and elsewhere; where too many wait already, it is lost, and counted.

        `weight` are the bytes that are held until it is made. It takes no longer than a queue does, and raises nothing.
        """
        has_room = self._queue.qsize() < self._pace.waiting and self._weight < self._pace.waiting_bytes
        if has_room and self._has_begun():
            self._weigh(weight)
            self._queue.put((make, weight))
            return
        with self._lock:
            self._refused += 1

    def greet(self) -> None:
        """Find out whether the store can be used; where it cannot for now, that is said, and it is tried again.

        Raises:
            NotLetInError: it does not let us in.
            ConfigError: what it needs is not installed, or its URL is none.
        """
        if not self._keeper.greet():
            self._pause = self._pace.again
            self._has_begun()

    def _weigh(self, weight: int) -> None:
        with self._lock:
            self._weight += weight

    def _has_begun(self) -> bool:
        """Begin the thread where there is none; return whether there is one that takes records."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = _started(self._run)
        return self._thread is not None and not self._closing.is_set()

    @property
    def waiting(self) -> int:
        """How many records are not written yet."""
        return self._queue.qsize() + self._keeper.held

    @property
    def lost(self) -> int:
        """How many calls were not recorded since the start."""
        return self._keeper.lost_in_all + self._refused

    @property
    def is_writing(self) -> bool:
        """True where the store takes what it is given."""
        return not self._keeper.is_in_trouble

    def close(self, seconds: float) -> None:
        """Keep what waits, and end, within a time; what cannot be kept by then is told."""
        self._closing.set()
        if self._thread is None:
            return
        self._queue.put(None)  # it may be waiting for a record
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._keeper.say_lost(self._left() + self._take_refused(), _NO_TIME)

    def _run(self) -> None:
        self._tidy_at = time.monotonic() + self._pace.tidy_after
        while not self._closing.is_set():
            first = self._wait()
            self._guarded(partial(self._work, first))
            self._closing.wait(self._pace.between)
        self._guarded(self._end)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do it, whatever comes: this is the thread's outermost door, and without it nothing more is recorded."""
        try:
            work()
        except Exception as error:
            # The text and the traceback may quote what is masked in a record, so they are for who asked to debug.
            log.error("records_failed error=%s", type(error).__name__)
            log.debug("records_failed traceback", exc_info=True)
            self._pause = self._pace.longest
            self._keeper.tell(f"a fault of this program ({type(error).__name__})")

    def _wait(self) -> list[Make]:
        """Return once there is something to do, with the record that came: one, a store to try again, cleaning."""
        if self._pause:
            self._closing.wait(self._pause)
            return []
        try:
            first = self._queue.get(timeout=max(self._tidy_at - time.monotonic(), 0.0))
        except Empty:
            return []
        return self._taken(first)

    def _taken(self, waited: tuple[Make, int] | None) -> list[Make]:
        """Return what waited, which is held here no longer; nothing of what `close` has put there."""
        if waited is None:
            return []
        make, weight = waited
        self._weigh(-weight)
        return [make]

    def _work(self, first: list[Make]) -> None:
        self._keeper.take(first)
        while self._writes() and self._queue.qsize() >= self._pace.batch:
            pass  # so many wait that there is no time for a pause
        if not self._pause and time.monotonic() >= self._tidy_at:
            more = self._keeper.tidy(time.time(), self._pace.tidy_step)
            self._tidy_at = time.monotonic() + (0.0 if more else self._pace.tidy_every)

    def _writes(self) -> bool:
        """Give the store a batch of those that wait; return whether it took it."""
        if refused := self._take_refused():
            self._keeper.lose(refused, TOO_MANY)
            self._keeper.tell(TOO_MANY)
        self._keeper.take(self._waiting())
        if self._keeper.write():
            self._pause = 0.0
        else:
            self._pause = min(max(2 * self._pause, self._pace.again), self._pace.longest)
        return not self._pause

    def _waiting(self) -> Iterator[Make]:
        """Yield some of those that wait, so that no more than a batch is held."""
        for _ in range(self._pace.batch - self._keeper.held):
            try:
                waited = self._queue.get_nowait()
            except Empty:
                return
            yield from self._taken(waited)

    def _take_refused(self) -> int:
        with self._lock:
            refused, self._refused = self._refused, 0
        return refused

    def _left(self) -> int:
        """Return how many wait, now that what `close` has put behind them is the last."""
        return max(self._queue.qsize() - 1, 0)

    def _end(self) -> None:
        """Write the rest, with one try."""
        while self._writes() and not self._queue.empty():
            pass
        if not self._pause:
            self._tidy_last()
        self._keeper.end(self._left())

    def _tidy_last(self) -> None:
        until = time.monotonic() + self._pace.tidy_last
        while self._keeper.tidy(time.time(), self._pace.tidy_step, unless=self._pace.tidy_every):
            if time.monotonic() >= until:
                return


def _started(run: Callable[[], None]) -> threading.Thread | None:
    """Return a thread that runs; None where the system has no more of them, and the next call tries again."""
    thread = threading.Thread(target=run, name="records", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        log.warning("records_not_begun reason=%s", error)
        return None
    return thread
