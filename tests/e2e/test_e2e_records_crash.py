"""Servers that are ended under load, in every way: which calls are in the records afterwards. Issue 8, Proof.

What is written behind the calls may be lost with the process where nobody could write it: at most its last second.
"""

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.child import running
from support.load import Load, under_load
from support.recorded import history, is_sound, numbers, records_file
from support.upstream import PATIENCE, Upstream, description

TRANSPORTS = pytest.mark.parametrize("transport", ["stdio", "http"])
MAY_BE_LOST = 1.0  # seconds before a SIGKILL
LOADED = 3.0
APART = 1_000_000  # between the numbers of two loads


@pytest.fixture
def spec(upstream: Upstream) -> str:
    return upstream.serve(description("/echo"))


def recorded(folder: Path) -> set[int]:
    """Return the numbers of the calls in the records, each of which is there once and has an id of its own."""
    calls = history(folder=folder)
    found = numbers(calls)
    assert len(set(found)) == len(found)
    assert len({call["id"] for call in calls}) == len(calls)
    return set(found)


def let_it_record(*loads: Load) -> None:
    """Return when each server has recorded a call of its own: from then on its store is open."""
    until = time.monotonic() + PATIENCE
    for load in loads:
        while not numbers_from(load.first):
            assert time.monotonic() < until, load.child.stderr


def numbers_from(first: int) -> list[int]:
    """Return the recorded numbers of a load."""
    folder = records_file().parent
    if not records_file().exists():
        return []
    return [n for n in numbers(history("--since", "1h", folder=folder)) if first <= n < first + APART]


def records_on(spec: str, folder: Path) -> None:
    """Hold the next start to it: it records one more call."""
    with running("serve", "--spec", spec, folder=folder) as child:
        child.open()
        assert not child.call("echo", n=-1)["isError"]
        child.close_stdin()
        assert (child.wait(), child.stderr.count("warning")) == (0, 0), child.stderr
    assert -1 in recorded(folder)


@TRANSPORTS
def test_a_killed_server_loses_at_most_its_last_second(spec: str, tmp_path: Path, transport: str) -> None:
    """Issue 8: SIGKILL under load, then count; the store is sound, and the next start records on."""
    with under_load(transport, "--spec", spec, folder=tmp_path) as load:
        let_it_record(load)
        load.go_on(LOADED, len(load.answered) + 100)
        killed = load.end(signal.SIGKILL)
    early = load.answered_before(killed - MAY_BE_LOST)
    assert early
    assert early - recorded(tmp_path) == set()
    assert is_sound(records_file())
    records_on(spec, tmp_path)
    assert early - recorded(tmp_path) == set()


@pytest.mark.parametrize(
    ("transport", "how"),
    [("stdio", None), *((each, how) for each in ("stdio", "http") for how in (signal.SIGTERM, signal.SIGINT))],
)
def test_a_server_that_is_told_to_end_loses_nothing(
    spec: str, tmp_path: Path, transport: str, how: signal.Signals | None
) -> None:
    """Issue 8: nothing that was answered is lost. None is the end of stdin."""
    with under_load(transport, "--spec", spec, folder=tmp_path) as load:
        load.go_on(0.5)
        load.end(how)
    assert load.answered.keys() - recorded(tmp_path) == set()
    assert is_sound(records_file())


def test_of_two_servers_on_one_file_one_is_killed_and_the_other_loses_nothing(spec: str, tmp_path: Path) -> None:
    """Issue 8: shared safely by many processes."""
    options = ("--spec", spec)
    with (
        under_load("stdio", *options, folder=tmp_path) as one,
        under_load("http", *options, folder=tmp_path, first=APART) as other,
    ):
        let_it_record(one, other)
        one.go_on(LOADED, len(one.answered) + 100)
        killed = one.end(signal.SIGKILL)
        other.go_on(1.0, len(other.answered) + 100)
        other.end(signal.SIGTERM)
    found = recorded(tmp_path)
    assert one.answered_before(killed - MAY_BE_LOST) - found == set()
    assert other.answered.keys() - found == set()
    assert is_sound(records_file())


def test_starts_at_the_same_time_make_one_store(spec: str, tmp_path: Path) -> None:
    """Our choice: four clients of one user start at once, in an empty home, and each of them is recorded."""
    with ExitStack() as stack:
        starts = (under_load("stdio", "--spec", spec, folder=tmp_path, first=APART * n) for n in range(4))
        loads = [stack.enter_context(start) for start in starts]
        for load in loads:
            load.go_on(0.0, 20)
        for load in loads:
            load.end(None)
    assert {n for load in loads for n in load.answered} - recorded(tmp_path) == set()
    assert is_sound(records_file())
    assert not any("warning" in load.child.stderr for load in loads)
