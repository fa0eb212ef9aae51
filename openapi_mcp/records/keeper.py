"""What waits to be kept, and what was lost: making records, giving them to the store, and saying what goes wrong.

All of it is done by one thread, which writer.py has; nothing here waits or reads a clock.
"""

import logging
from collections.abc import Callable, Iterable

from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.policy import Keep
from openapi_mcp.model.record import Record
from openapi_mcp.records.store import NotLetInError, RecordsError, RefusedRecords, Store

log = logging.getLogger(__name__)

Make = Callable[[], Record]

TOO_MANY = "more calls come than can be written"
_UNMADE = "what was to be recorded of a call could not be made"
_REFUSED = "the store does not take what was to be recorded of a call"
_ENDLESS = 2**62  # bytes


class Keeper:
    """Gives records to a store, which it opens when it needs it, and again after each trouble.

    `say` takes a line for a person: one when a kind of trouble begins, one when calls begin to be lost, one at its end.
    """

    def __init__(self, open_store: Callable[[], Store], say: Callable[[str], None], keep: Keep) -> None:
        self._open_store = open_store
        self._say = say
        self._keep = keep
        self._store: Store | None = None
        self._held: list[Record] = []
        self.lost_in_all = 0
        self._lost = 0  # since the store last took all there was
        self._unknown = 0  # of those that were lost: how many the store has yet to be told
        self._why = ""
        self._trouble = ""  # why the store takes nothing
        self._told: set[tuple[str, bool]] = set()

    @property
    def held(self) -> int:
        """How many records wait for the store."""
        return len(self._held)

    @property
    def is_in_trouble(self) -> bool:
        """True where the store has taken nothing last."""
        return bool(self._trouble)

    def take(self, makes: Iterable[Make]) -> None:
        """Make records, and hold them until they are kept."""
        for make in makes:
            try:
                self._held.append(make())
            except Exception as error:  # noqa: BLE001  whatever it is, the other calls are recorded
                log.warning("record_not_made reason=%s", type(error).__name__)  # its text may hold what is masked
                self.lose(1, _UNMADE)

    def lose(self, count: int, why: str) -> None:
        """Count calls that are not recorded."""
        if count:
            self.lost_in_all += count
            self._lost += count
            self._unknown += count
            self._why = why

    def write(self) -> bool:
        """Give the store what is held; return whether it took it. What it did not take is held on."""
        if not (self._held or self._unknown or self._trouble):
            return True
        try:
            self._add()
        except OpenapiMcpError as error:
            self._let_go()
            self._in_trouble(error)
            return False
        self._recovered()
        return True

    def greet(self) -> bool:
        """Return whether the store can be used, and say what keeps it from that; it is opened by who writes to it.

        Raises:
            NotLetInError: it does not let us in.
            ConfigError: what it needs is not installed, or its URL is none.
        """
        try:
            self._opened()
        except NotLetInError:
            raise
        except RecordsError as error:
            self._in_trouble(error)
        finally:
            self._let_go()
        return not self._trouble

    def _in_trouble(self, error: OpenapiMcpError) -> None:
        self._trouble = _in_words(error)
        self.tell(self._trouble, f"{error.message} {error.where}")

    def _add(self) -> None:
        if not self._held and not self._unknown:
            self._opened()  # it was away: is it there again?
            return
        try:
            self._give(self._held)
        except RefusedRecords:
            self._add_each()
        self._held = []

    def _add_each(self) -> None:
        """Give the store one record after the other, where it will not take them all."""
        while self._held:
            try:
                self._give(self._held[:1])
            except RefusedRecords as error:
                log.warning("record_refused reason=%s", error.message)
                self.lose(1, _REFUSED)
            del self._held[0]

    def _give(self, records: list[Record]) -> None:
        self._opened().add(records, lost=self._unknown, why=self._why)
        self._unknown = 0

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def tidy(self, now: float, most: int, *, unless: float = 0.0) -> bool:
        """Drop some of what is too old or too much, or else work out some sums; return whether there may be more.

        Nothing is done where all was tidied less than `unless` seconds ago, by this process or by another one.
        """
        try:
            return self._tidy(self._opened(), now, most, unless)
        except OpenapiMcpError as error:
            self._let_go()
            log.warning("records_not_tidied reason=%s", _in_words(error))
            return False

    def _tidy(self, store: Store, now: float, most: int, unless: float) -> bool:
        if unless and store.untidied() < unless:
            return False
        before = 0.0 if self._keep.seconds is None else now - self._keep.seconds
        most_bytes = _ENDLESS if self._keep.size is None else self._keep.size
        if store.clean(before=before, most_bytes=most_bytes, most=most) >= most or store.settle():
            return True
        store.end_cleaning(before=before)
        return False

    def tell(self, why: str, kind: str = "") -> None:
        """Say what is wrong: once of each kind, and once more when calls are lost by it."""
        key = (kind or why, self._lost > 0)
        if key not in self._told:
            self._told.add(key)
            lost = f"{self._lost} lost so far" if self._lost else "for now they wait"
            self._speak(f"warning: calls are not recorded: {why}; {lost}")

    def _recovered(self) -> None:
        if self._told:
            self._speak(f"calls are recorded again; {self._lost or 'none'} of them lost")
        self._told.clear()
        self._trouble = ""
        self._lost = 0

    def end(self, waiting: int) -> None:
        """Say what has not been kept, with those that still wait, and let go of the store."""
        self.say_lost(waiting, self._trouble or self._why)
        self._let_go()

    def say_lost(self, waiting: int, why: str) -> None:
        """Say how many calls no store knows of, with those that still wait."""
        if lost := self._unknown + self.held + waiting:
            self._speak(f"warning: {lost} calls were not recorded: {why}")

    def _speak(self, line: str) -> None:
        try:
            self._say(line)
        except (OSError, ValueError) as error:  # nobody is left to hear it: stderr is closed
            log.info("records_not_told reason=%s", type(error).__name__)

    def _let_go(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except OpenapiMcpError as error:
                log.info("records_not_closed reason=%s", error.message)


def _in_words(error: OpenapiMcpError) -> str:
    reason = error.reason if isinstance(error, RecordsError) else ""
    place = ": ".join(part for part in (error.where, reason) if part)
    return f"{error.message} ({place})" if place else error.message
