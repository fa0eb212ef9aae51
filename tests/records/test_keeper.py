"""records/keeper.py, writer.py: calls go on whatever becomes of the store, and what is lost is counted and said."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.records import NOON, ids, record

from openapi_mcp.model.policy import Keep
from openapi_mcp.model.record import Record
from openapi_mcp.records.faults import UNREACHABLE
from openapi_mcp.records.keeper import Keeper
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import NotLetInError, RecordsError, RefusedRecords, Store
from openapi_mcp.records.writer import Pace, Writer

QUICK = Pace(between=0.0, again=0.001, longest=0.001, tidy_after=0.0)
FULL = "the disk is full"
FOR_EVER = Keep(seconds=None, size=None)


class Troubled:
    """Opens a store, and raises what is to be raised first; `changed` is told of each try."""

    def __init__(self, file: Path, *troubles: Exception) -> None:
        self.file = file
        self.troubles = list(troubles)
        self.tries = 0
        self.on_try: Callable[[], None] = lambda: None

    def __call__(self) -> Store:
        self.tries += 1
        self.on_try()
        if self.troubles:
            raise self.troubles.pop(0)
        return open_store(self.file)


class Gate:
    """What a try is held up at: `tried` is set by the first, none goes on before `go_on` is."""

    def __init__(self) -> None:
        self.tried, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.tried.set()
        assert self.go_on.wait(30)


def kept(file: Path) -> list[str]:
    with open_store(file, read_only=True) as store:
        return sorted(ids(store.calls(Filter(), limit=100_000)))


def lost(file: Path) -> int:
    with open_store(file, read_only=True) as store:
        return store.stats(Filter()).lost


def made(number: int) -> Callable[[], Record]:
    return lambda: record(number)


def unmade() -> Record:
    raise ValueError("a secret")


def test_what_was_handed_over_is_kept_when_it_ends(records_file: Path) -> None:
    """Issue 8: nothing that was answered is lost on SIGTERM."""
    said: list[str] = []
    writer = Writer(Troubled(records_file), said.append, FOR_EVER)
    for number in range(1_200):
        writer.put(made(number))
    writer.close(30)
    assert len(kept(records_file)) == 1_200
    assert said == []


def test_a_writer_that_was_given_nothing_opens_nothing(records_file: Path) -> None:
    opened = Troubled(records_file)
    Writer(opened, pytest.fail, FOR_EVER).close(1)
    assert opened.tries == 0
    assert not records_file.exists()


def test_calls_from_many_threads_are_all_kept(records_file: Path) -> None:
    writer = Writer(Troubled(records_file), pytest.fail, FOR_EVER, pace=QUICK)

    def put_some(first: int) -> None:
        for number in range(first, first + 200):
            writer.put(made(number))

    threads = [threading.Thread(target=put_some, args=(first,)) for first in range(0, 2_000, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close(30)
    assert len(kept(records_file)) == 2_000


def test_after_the_end_calls_go_on_and_are_not_recorded(records_file: Path) -> None:
    writer = Writer(Troubled(records_file), pytest.fail, FOR_EVER, pace=QUICK)
    writer.put(made(1))
    writer.close(30)
    writer.put(made(2))
    writer.close(30)
    assert kept(records_file) == ["r0001"]


def test_records_wait_for_a_store_that_is_in_trouble(records_file: Path) -> None:
    """Issue 8: on a full, locked or corrupt store the call still succeeds; here nothing is lost, and that is said."""
    said: list[str] = []
    works = threading.Event()
    opened = Troubled(records_file, *[RecordsError(FULL, where="FILE")] * 3)
    opened.on_try = lambda: works.set() if not opened.troubles else None
    writer = Writer(opened, said.append, FOR_EVER, pace=QUICK)
    writer.put(made(1))
    assert works.wait(30)
    writer.close(30)
    assert kept(records_file) == ["r0001"]
    assert said == [
        "warning: calls are not recorded: the disk is full (FILE); for now they wait",
        "calls are recorded again; none of them lost",
    ]


def test_what_finds_no_room_to_wait_is_lost_counted_and_said(records_file: Path) -> None:
    """Issue 8: the loss is counted and said; and the store is told, so that `stats` shows it."""
    said: list[str] = []
    gate, works = Gate(), threading.Event()
    opened = Troubled(records_file, *[RecordsError(FULL, where="FILE")] * 2)

    def on_try() -> None:
        gate()
        if not opened.troubles:
            works.set()

    opened.on_try = on_try
    writer = Writer(opened, said.append, FOR_EVER, pace=Pace(between=0.0, again=0.001, longest=0.001, waiting=3))
    writer.put(made(0))
    assert gate.tried.wait(30)
    for number in range(1, 6):
        writer.put(made(number))
    gate.go_on.set()
    assert works.wait(30)
    writer.close(30)
    assert kept(records_file) == ["r0000", "r0001", "r0002", "r0003"]
    assert lost(records_file) == 2
    assert said[0] == "warning: calls are not recorded: the disk is full (FILE); for now they wait"
    assert "warning: calls are not recorded: the disk is full (FILE); 2 lost so far" in said
    assert said[-1] == "calls are recorded again; 2 of them lost"


def test_what_waits_is_bounded_in_bytes_too(records_file: Path) -> None:
    """SECURITY.md, availability: calls with large arguments, behind a locked store, must not fill the memory."""
    opened = Troubled(records_file)
    opened.on_try = gate = Gate()
    writer = Writer(opened, lambda line: None, FOR_EVER, pace=Pace(between=0.0, waiting_bytes=1_000))
    writer.put(made(0), 5_000)
    assert gate.tried.wait(30)
    for number in range(1, 6):
        writer.put(made(number), 400)
    gate.go_on.set()
    writer.close(30)
    assert kept(records_file) == ["r0000", "r0001", "r0002", "r0003"]
    assert lost(records_file) == 2
    assert writer._weight == 0


def test_at_the_end_it_is_said_what_no_store_took(records_file: Path) -> None:
    said: list[str] = []
    writer = Writer(Troubled(records_file, *[RecordsError(FULL)] * 1000), said.append, FOR_EVER)
    for number in range(700):
        writer.put(made(number))
    writer.close(30)
    assert said[-1] == "warning: 700 calls were not recorded: the disk is full"


def test_the_end_does_not_wait_for_a_store_that_hangs(records_file: Path) -> None:
    """Issue 8: never in a call's way; a server that ends is not held up either."""
    said: list[str] = []
    opened = Troubled(records_file)
    opened.on_try = gate = Gate()
    writer = Writer(opened, said.append, FOR_EVER)
    writer.put(made(1))
    assert gate.tried.wait(30)
    writer.put(made(2))
    writer.close(0.0)
    assert said == ["warning: 2 calls were not recorded: there was no time to write them"]
    gate.go_on.set()
    writer.close(30)


def test_a_record_that_cannot_be_made_is_lost_and_its_text_is_in_no_log(
    records_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Issue 8: everything that is recorded or shown is free of secrets."""
    writer = Writer(Troubled(records_file), pytest.fail, FOR_EVER, pace=QUICK)
    for make in (made(1), unmade, made(2)):
        writer.put(make)
    writer.close(30)
    assert kept(records_file) == ["r0001", "r0002"]
    assert lost(records_file) == 1
    assert "record_not_made reason=ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_fault_of_ours_is_said_and_the_thread_goes_on(records_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    works = threading.Event()
    opened = Troubled(records_file, ZeroDivisionError("secret"))
    opened.on_try = lambda: works.set() if not opened.troubles else None
    writer = Writer(opened, said.append, FOR_EVER, pace=QUICK)
    writer.put(made(1))
    assert works.wait(30)
    writer.close(30)
    assert kept(records_file) == ["r0001"]
    assert "a fault of this program (ZeroDivisionError)" in said[0]
    assert "records_failed error=ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


def test_where_no_thread_can_be_had_the_call_is_lost_and_the_next_one_tries(
    records_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    writer = Writer(Troubled(records_file), lambda line: None, FOR_EVER, pace=QUICK)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        writer.put(made(1))
    writer.put(made(2))
    writer.close(30)
    assert kept(records_file) == ["r0002"]
    assert lost(records_file) == 1


class Picky:
    """A store that does not take one record, whatever stands beside it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.close = store.close

    def add(self, records: Sequence[Record], lost: int = 0, why: str = "") -> None:
        if any(each.id == "r0002" for each in records):
            raise RefusedRecords("no")
        self.store.add(records, lost, why)


def test_a_record_that_no_store_takes_does_not_hold_up_the_others(records_file: Path) -> None:
    keeper = Keeper(lambda: Picky(open_store(records_file)), pytest.fail, FOR_EVER)  # type: ignore[arg-type,return-value]
    keeper.take(map(made, (1, 2, 3)))
    assert keeper.write()
    assert keeper.write()
    keeper.end(0)
    assert kept(records_file) == ["r0001", "r0003"]
    assert lost(records_file) == 1


def test_a_stderr_that_is_closed_stops_nothing(records_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    def closed(line: str) -> None:
        raise BrokenPipeError

    caplog.set_level("INFO")
    keeper = Keeper(Troubled(records_file, RecordsError(FULL)), closed, FOR_EVER)
    keeper.take([made(1)])
    assert not keeper.write()
    assert keeper.write()
    assert "records_not_told reason=BrokenPipeError" in caplog.text


def test_what_is_old_is_dropped_and_what_is_past_is_summed_up(records_file: Path) -> None:
    """Issue 8: retention by age and size, cleaned up in the background."""
    keeper = Keeper(Troubled(records_file), pytest.fail, Keep(seconds=3600.0, size=None))
    keeper.take(map(made, range(10)))
    assert keeper.write()
    assert keeper.tidy(NOON + 5 * 3600, 3)
    assert kept(records_file) == [f"r{number:04}" for number in range(3, 10)]
    while keeper.tidy(NOON + 5 * 3600, 3):
        pass
    keeper.end(0)
    assert kept(records_file) == [f"r{number:04}" for number in range(4, 10)]


def shortly(file: Path, pace: Pace | None = None) -> list[str]:
    """Record one call as a process does that ends at once; return what is kept then, but for calls of today."""
    writer = Writer(Troubled(file), pytest.fail, Keep(seconds=86400.0, size=None), pace=pace)
    now = time.time()
    writer.put(lambda: record(0, id=f"now{now}", time=now))
    writer.close(30)
    return [id for id in kept(file) if not id.startswith("now")]


def test_processes_that_live_shortly_tidy_at_their_end(records_file: Path) -> None:
    """Our choice: `call` from cron, and clients whose sessions are short, must not fill the disk."""
    with open_store(records_file) as store:
        store.add([record(1), record(2)])
    assert shortly(records_file) == []


def test_what_was_tidied_within_the_hour_is_not_tidied_at_an_end(records_file: Path) -> None:
    shortly(records_file)
    with open_store(records_file) as store:
        store.add([record(1)])
    assert shortly(records_file) == ["r0001"]
    assert shortly(records_file, Pace(tidy_every=1e-9)) == []


def test_what_one_end_has_no_time_to_tidy_is_left_for_the_next(records_file: Path) -> None:
    with open_store(records_file) as store:
        store.add([record(1), record(2), record(3)])
    hasty = Pace(tidy_step=1, tidy_last=0.0)
    assert [shortly(records_file, hasty) for _ in range(3)] == [["r0002", "r0003"], ["r0003"], []]


def test_what_cannot_be_written_is_not_tidied_either(records_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    writer = Writer(Troubled(records_file, *[RecordsError(FULL)] * 9), said.append, FOR_EVER)
    writer.put(made(1))
    writer.close(30)
    assert said[-1] == "warning: 1 calls were not recorded: the disk is full"
    assert "records_not_tidied" not in caplog.text


def test_records_without_end_are_never_dropped(records_file: Path) -> None:
    keeper = Keeper(Troubled(records_file), pytest.fail, Keep(seconds=None, size=None))
    keeper.take(map(made, range(3)))
    assert keeper.write()
    while keeper.tidy(NOON * 2, 3):
        pass
    assert len(kept(records_file)) == 3
    keeper.end(0)


def test_a_store_that_cannot_be_tidied_is_logged(records_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper(Troubled(records_file, RecordsError(FULL)), pytest.fail, FOR_EVER)
    assert not keeper.tidy(NOON, 1)
    assert "records_not_tidied reason=the disk is full" in caplog.text


def test_a_store_that_cannot_be_closed_is_logged(records_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(Picky):
        def __init__(self, store: Store) -> None:
            super().__init__(store)
            self.close = self.fail

        def fail(self) -> None:
            self.store.close()
            raise RecordsError(FULL)

    caplog.set_level("INFO")
    keeper = Keeper(lambda: Stuck(open_store(records_file)), pytest.fail, FOR_EVER)  # type: ignore[arg-type,return-value]
    keeper.take([made(1)])
    assert keeper.write()
    keeper.end(0)
    assert "records_not_closed reason=the disk is full" in caplog.text


def test_a_store_that_is_away_at_the_start_is_said_then_and_found_again_without_a_call(records_file: Path) -> None:
    """An operator's finding: Redis is greeted at the start, and the database was told with the first call only."""
    said: list[str] = []
    found = threading.Event()
    away = RecordsError(UNREACHABLE, where="postgresql://db:5432/x", reason="Connection refused")

    def say(line: str) -> None:
        said.append(line)
        if "again" in line:
            found.set()

    writer = Writer(Troubled(records_file, away, away), say, FOR_EVER, pace=QUICK)
    writer.greet()
    assert not writer.is_writing
    assert found.wait(30)
    assert writer.is_writing
    writer.close(30)
    assert said == [
        "warning: calls are not recorded: the database of the records cannot be reached "
        "(postgresql://db:5432/x: Connection refused); for now they wait",
        "calls are recorded again; none of them lost",
    ]


def test_a_store_that_lets_nobody_in_ends_a_start(records_file: Path) -> None:
    """A wrong password is the operator's to mend, as Redis' is."""
    refusal = NotLetInError("the database of the records refuses us")
    writer = Writer(Troubled(records_file, refusal), pytest.fail, FOR_EVER, pace=QUICK)
    with pytest.raises(NotLetInError):
        writer.greet()
    writer.close(1)
