"""Stores that fail, behind a running server: every call succeeds, the loss is told once, and counted. Issue 8."""

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.child import Child, run_command, running
from support.recorded import history, numbers, records_file, stats
from support.upstream import Upstream, description

GARBAGE = b"this is no database, and nobody made it one. " * 1_000
Make = Callable[[Path], str]
MOST_LINES = 3  # of stderr: that it fails, that calls are lost, how many in the end


@pytest.fixture
def spec(upstream: Upstream) -> str:
    return upstream.serve(description("/echo"))


def calls_succeed(child: Child, *which: int) -> None:
    for n in which:
        assert not child.call("echo", n=n)["isError"]


def told(child: Child) -> list[str]:
    """Return the lines of stderr that tell of records."""
    return [line for line in child.all_of_stderr.splitlines() if "record" in line.lower()]


def no_folder(folder: Path) -> str:
    return "/proc/no-such-folder/records.db"


def a_folder(folder: Path) -> str:
    (folder / "records.db").mkdir(mode=0o700)
    return str(folder / "records.db")


def garbage(folder: Path) -> str:
    (folder / "records.db").write_bytes(GARBAGE)
    (folder / "records.db").chmod(0o600)
    return str(folder / "records.db")


def of_another_program(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "records.db")) as made:
        made.executescript("CREATE TABLE calls (mine TEXT); INSERT INTO calls VALUES ('kept');")
    (folder / "records.db").chmod(0o600)
    return str(folder / "records.db")


def a_link(folder: Path) -> str:
    (folder / "elsewhere").write_bytes(b"of somebody else")
    (folder / "records.db").symlink_to(folder / "elsewhere")
    return str(folder / "records.db")


def nobody_listens(folder: Path) -> str:
    return "postgresql://nobody:n0t-a-s3cret@127.0.0.1:9/nothing"


@pytest.mark.parametrize("where", [no_folder, a_folder, garbage, of_another_program, a_link, nobody_listens])
def test_calls_succeed_though_nothing_can_be_recorded(spec: str, tmp_path: Path, where: Make) -> None:
    """Issue 8: the call still succeeds, and the loss is counted and said: once, not for each call."""
    with running("serve", "--spec", spec, "--records", where(tmp_path), folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(60))
        child.close_stdin()
        assert child.wait() == 0
    lines = told(child)
    assert 1 <= len(lines) <= MOST_LINES, lines
    assert "60" in lines[-1]
    assert "Traceback" not in child.stderr
    assert "n0t-a-s3cret" not in child.stderr


@pytest.mark.parametrize("where", [a_folder, garbage, of_another_program, a_link, nobody_listens])
def test_what_is_no_store_is_an_error_of_stats_and_history(tmp_path: Path, where: Make) -> None:
    """Our choice: "no calls" would be a lie."""
    place = where(tmp_path)
    for command in ("stats", "history"):
        ended = run_command(command, "--json", "--records", place, folder=tmp_path)
        assert (ended.status, ended.out) == (2, ""), command
        assert ended.err.startswith("error: ")
        assert "n0t-a-s3cret" not in ended.err


def test_what_was_there_is_left_as_it_was(spec: str, tmp_path: Path) -> None:
    """Our choice: what is no store of ours is not written to, nor taken away."""
    for number, make in enumerate((garbage, of_another_program, a_link)):
        folder = tmp_path / str(number)
        folder.mkdir(mode=0o700)
        place = Path(make(folder))
        before = place.read_bytes()
        with running("serve", "--spec", spec, "--records", str(place), folder=tmp_path) as child:
            child.open()
            calls_succeed(child, 1)
            child.close_stdin()
            assert child.wait() == 0
        assert place.read_bytes() == before


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file as another process does that writes, and never ends."""
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


def test_calls_succeed_while_another_process_locks_the_file(spec: str, tmp_path: Path) -> None:
    """Issue 8: locked from the start to the end; the end comes in time, and what is lost is told."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, 0)
        child.close_stdin()
        assert child.wait() == 0
    with locked(records_file()), running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(1, 60))
        child.close_stdin()
        assert child.wait() == 0
    lines = told(child)
    assert 1 <= len(lines) <= MOST_LINES, lines
    assert "59" in lines[-1]
    assert numbers(history(folder=tmp_path)) == [0]


def test_what_waited_for_the_lock_is_written_after_it(spec: str, tmp_path: Path) -> None:
    """Our choice: another process that writes long costs no record."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, 0)
        while not history(folder=tmp_path):
            continue
        with locked(records_file()):
            calls_succeed(child, *range(1, 60))
        calls_succeed(child, 60)
        child.close_stdin()
        assert child.wait() == 0
    found = stats(folder=tmp_path)
    assert (found["total"]["calls"] + found["lost"], found["lost"]) == (61, 0)


def most_of_a_file(child: Child, size: int) -> None:
    """Let no file of a process grow beyond a size, so that it meets a full disk."""
    hard = resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk_costs_records_and_no_calls(spec: str, tmp_path: Path) -> None:
    """Issue 8: once there is room again calls are recorded, and none of those in between is unaccounted for."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(20))
        most_of_a_file(child, 1)
        calls_succeed(child, *range(20, 200))
        child.wait_for_stderr("(?i)not recorded")
        calls_succeed(child, *range(200, 220))
        most_of_a_file(child, resource.RLIM_INFINITY)
        child.wait_for_stderr("(?i)recorded again")
        calls_succeed(child, *range(220, 230))
        child.close_stdin()
        assert child.wait() == 0
    assert len(told(child)) == 2, told(child)
    found = stats(folder=tmp_path)
    assert found["total"]["calls"] + found["lost"] == 230
    assert set(range(220, 230)) <= set(numbers(history(folder=tmp_path)))


def test_what_a_full_disk_cost_is_told_at_the_end_and_by_the_next_who_can(spec: str, tmp_path: Path) -> None:
    """Issue 8: the loss is counted and said, where the server ends before there is room again."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(20))
        while len(history(folder=tmp_path)) < 20:
            continue
        most_of_a_file(child, 1)
        calls_succeed(child, *range(20, 80))
        child.close_stdin()
        assert child.wait() == 0
    lines = told(child)
    assert 1 <= len(lines) <= MOST_LINES, lines
    assert "60" in lines[-1]
    assert sorted(numbers(history(folder=tmp_path))) == list(range(20))


def test_a_store_that_is_taken_away_while_it_is_used_costs_no_call(spec: str, tmp_path: Path) -> None:
    """Our choice: somebody tidies the folder of a server that runs; the next start records on."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, 0)
        while not history(folder=tmp_path):
            continue
        shutil.rmtree(records_file().parent)
        calls_succeed(child, *range(1, 30))
        child.close_stdin()
        assert child.wait() == 0
    assert "Traceback" not in child.stderr
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, 99)
        child.close_stdin()
        assert (child.wait(), told(child)) == (0, [])
    assert 99 in numbers(history(folder=tmp_path))


def test_a_damaged_file_costs_no_call(spec: str, tmp_path: Path) -> None:
    """Issue 8: a corrupt store. Its middle is overwritten between two starts."""
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(300))
        child.close_stdin()
        assert child.wait() == 0
    damaged = bytearray(records_file().read_bytes())
    damaged[4096:] = b"\xa5" * (len(damaged) - 4096)
    records_file().write_bytes(damaged)
    with running("serve", "--spec", spec, folder=tmp_path) as child:
        child.open()
        calls_succeed(child, *range(60))
        child.close_stdin()
        assert child.wait() == 0
    lines = told(child)
    assert 1 <= len(lines) <= MOST_LINES, lines
    assert "Traceback" not in child.stderr
