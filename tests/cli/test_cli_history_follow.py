"""`openapi-mcp history --follow`: calls as they are recorded."""

import json
import signal
from pathlib import Path

import pytest
from support.child import Child, running
from support.history import a_record, a_store, fill
from support.upstream import PATIENCE

from openapi_mcp.cli import follow
from openapi_mcp.cli.follow import Looks
from openapi_mcp.records import kept
from openapi_mcp.records.query import Filter


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


def next_line(child: Child) -> str:
    line = child.out.get(timeout=PATIENCE)
    assert line is not None, child.stderr
    return line.decode()


def end(child: Child) -> None:
    """Press Ctrl-C; the end is quiet."""
    child.process.send_signal(signal.SIGINT)
    assert child.wait() == 130
    assert child.out.get(timeout=PATIENCE) is None
    assert "Traceback" not in child.stderr


def test_new_calls_are_shown_as_they_come_until_ctrl_c(db: Path, tmp_path: Path) -> None:
    """Part 7: --follow prints new ones, until Ctrl-C, exit 130; the newest last, as they come."""
    where = fill(db, a_record(1), a_record(2), a_record(3))
    with running("history", "--records", where, "--follow", "-n", "2", folder=tmp_path) as child:
        assert next_line(child).split()[:2] == ["Time", "ID"]
        assert [a_record(number).id in next_line(child) for number in (2, 3)] == [True, True]
        for number in (4, 5):
            fill(db, a_record(number))
            assert a_record(number).id in next_line(child)
        end(child)
        assert child.stderr == ""


def test_with_json_each_call_is_one_line(db: Path, tmp_path: Path) -> None:
    """Part 7: JSON lines, for a program at the other end; a filter holds for what comes, too."""
    where = fill(db, a_record(1))
    with running("history", "--records", where, "-f", "--json", "--status", "200", folder=tmp_path) as child:
        assert json.loads(next_line(child)) == a_record(1).as_json()
        fill(db, a_record(2, status=404), a_record(3))
        assert json.loads(next_line(child))["id"] == a_record(3).id
        end(child)


def test_a_store_that_is_not_there_yet_is_waited_for(db: Path, tmp_path: Path) -> None:
    """Our choice: whoever starts this before the server has not to start it twice."""
    with running("history", "--records", str(db), "--follow", "--json", folder=tmp_path) as child:
        child.wait_for_stderr("nothing has been recorded yet in ")
        fill(db, a_record(1))
        assert json.loads(next_line(child))["id"] == a_record(1).id
        end(child)


def test_a_call_that_took_long_is_seen_once_when_it_ends(db: Path) -> None:
    """Our choice: it began before calls that were seen before it, and is new all the same."""
    with a_store(db) as store:
        store.add([a_record(5)])
        looks = Looks(store, Filter())
        store.add([a_record(1), a_record(6)])
        assert [record.id for record in looks.new()] == [a_record(1).id, a_record(6).id]
        assert [looks.new() for _ in range(10)] == [[]] * 10


def test_what_was_there_before_is_not_new(db: Path) -> None:
    """Our choice: neither what was shown, nor what stands before it."""
    with a_store(db) as store:
        store.add([a_record(number) for number in range(30)])
        looks = Looks(store, Filter())
        looks.remember(store.calls(Filter(), limit=20))
        assert looks.new() == []


def test_looking_goes_on_where_the_records_were_cleaned_up(db: Path) -> None:
    """Our choice: --keep may drop the very record that was seen last."""
    with a_store(db) as store:
        store.add([a_record(1)])
        looks = Looks(store, Filter())
        store.clean(before=a_record(2).time, most_bytes=10**9)
        assert looks.new() == []
        store.add([a_record(3)])
        assert [record.id for record in looks.new()] == [a_record(3).id]


def test_many_new_calls_come_at_once_and_few_are_remembered(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: what is remembered of long following does not grow without end."""
    monkeypatch.setattr(follow, "_PAGE", 4)
    monkeypatch.setattr(kept, "_AT_ONCE", 4)
    monkeypatch.setattr(follow, "_REMEMBERED", 50)
    with a_store(db) as store:
        looks = Looks(store, Filter(kind="ok"))
        for first in range(0, 90, 10):
            store.add([a_record(number) for number in range(first, first + 10)])
            assert [record.arguments for record in looks.new()] == [{"page": n} for n in range(first, first + 10)]
        assert len(looks._seen) == 50
