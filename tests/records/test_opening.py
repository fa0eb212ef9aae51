"""records/sql.py, opening.py, engines.py, faults.py: opening a store, by many at once, and what is wrong with one."""

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import DataError, InvalidRequestError
from support.postgres import Postgres
from support.records import ids, record

from openapi_mcp.errors import ConfigError
from openapi_mcp.records import opening, tables
from openapi_mcp.records.engines import file_engine
from openapi_mcp.records.faults import told
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import NotLetInError, RecordsError, RefusedRecords, Store


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_files_are_this_users_alone(records_file: Path) -> None:
    """Issue 8: 0600, the files that SQLite keeps beside it too."""
    before = os.umask(0)
    try:
        with open_store(records_file) as store:
            store.add([record(1)])
            found = {path.name: mode(path) for path in records_file.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(records_file.parent) == 0o700
    assert found == dict.fromkeys([f"records.sqlite3{end}" for end in ("", "-wal", "-shm")], 0o600)


def test_a_file_that_others_may_read_is_refused(records_file: Path) -> None:
    open_store(records_file).close()
    records_file.chmod(0o640)
    for read_only in (False, True):
        with pytest.raises(RecordsError, match="a link, or others may read it") as raised:
            open_store(records_file, read_only=read_only)
        assert raised.value.where == str(records_file)


def test_a_link_is_refused(records_file: Path, tmp_path: Path) -> None:
    open_store(records_file).close()
    link = tmp_path / "link.sqlite3"
    link.symlink_to(records_file)
    with pytest.raises(RecordsError, match="a link"):
        open_store(link)


def test_a_folder_that_others_may_write_in_is_refused(tmp_path: Path) -> None:
    """Our choice: they could put another file in its place; that they may look into it does no harm."""
    tmp_path.chmod(0o755)
    open_store(tmp_path / "a.sqlite3").close()
    tmp_path.chmod(0o777)
    with pytest.raises(RecordsError, match="others may write in the folder"):
        open_store(tmp_path / "b.sqlite3")


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That user can put another file in its place."""
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    monkeypatch.setattr("openapi_mcp.records.sql.is_private", lambda _found, _kind: True)
    if mine:
        with pytest.raises(RecordsError, match="another user's"):
            open_store(tmp_path / "a.sqlite3")
    else:  # what is root's is trusted, whoever asks
        open_store(tmp_path / "a.sqlite3").close()
        os.chown(tmp_path, mine + 2, -1)
        with pytest.raises(RecordsError, match="another user's"):
            open_store(tmp_path / "b.sqlite3")


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordsError, match=r"cannot be kept: (Not a directory|File exists)"):
        open_store(tmp_path / "file" / "records.sqlite3")


def test_where_nothing_was_recorded_reading_says_so(records_file: Path, postgres: Postgres) -> None:
    """The brief of part 7; an empty database is none of ours yet."""
    records_file.parent.mkdir(mode=0o700)
    for where in (records_file, postgres.new_database()):
        with pytest.raises(RecordsError, match="nothing has been recorded yet"):
            open_store(where, read_only=True)
    assert list(records_file.parent.iterdir()) == []
    records_file.touch(mode=0o600)
    with pytest.raises(RecordsError, match="nothing has been recorded yet"):
        open_store(records_file, read_only=True)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("mysql://root@127.0.0.1/x", "records are not kept in 'mysql'"),
        ("sqlite:///x.db", "records are not kept in 'sqlite'"),
        ("postgresql+asyncpg://127.0.0.1/x", "records are not kept in"),
        ("postgresql://127.0.0.1:port/x", "no URL of a database"),
        ("postgresql://me:hu@sh@127.0.0.1/x", "more than one @"),
        ("postgresql://me:hu@s/h@127.0.0.1/x", "more than one @"),
    ],
)
def test_a_url_of_something_else_is_refused(where: str, words: str) -> None:
    """R-SECRET: and no word of it is shown, which may be of a password."""
    with pytest.raises(ConfigError, match=words) as raised:
        open_store(where)
    assert "sh" not in f"{raised.value.message} {raised.value.where}"


def test_without_the_driver_it_is_said_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, Dependencies: a command that lacks its extra says which one and how to add it with pipx."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"needs the extra \[scale\]") as raised:
        open_store("postgresql://127.0.0.1/x")
    assert raised.value.hint == "pipx inject openapi-mcp-cli 'openapi-mcp-cli[scale]'"


def test_a_server_that_cannot_be_reached_is_told_without_its_password() -> None:
    with pytest.raises(RecordsError, match="cannot be reached") as raised:
        open_store("postgresql://me:hush@127.0.0.1:1/shop?application_name=hush")
    told = f"{raised.value.message} {raised.value.where} {raised.value.hint}"
    assert raised.value.where == "postgresql://127.0.0.1:1/shop"
    assert raised.value.reason == "Connection refused"
    assert "hush" not in told


def test_a_database_that_is_not_there_is_told(postgres: Postgres) -> None:
    with pytest.raises(NotLetInError, match="refuses us") as raised:
        open_store(postgres.url("missing"))
    assert raised.value.reason == 'database "missing" does not exist'


def test_a_user_that_is_not_known_is_refused_and_not_out_of_reach(postgres: Postgres) -> None:
    """An operator's finding: a wrong password was told as a server that cannot be reached."""
    user, _, rest = postgres.url().partition("://")[2].partition("@")
    with pytest.raises(NotLetInError, match="refuses us") as raised:
        open_store(f"postgresql://nobody:hush@{rest}")
    assert user != "nobody"
    assert "hush" not in f"{raised.value.reason} {raised.value.where} {raised.value.hint}"


def test_a_server_that_was_started_again_is_no_false_alarm(postgres: Postgres) -> None:
    """An operator's finding: a pooled connection had died, and the server was told as away."""
    with open_store(postgres.new_database()) as store:
        store.add([record(1)])
        postgres.stop()
        postgres.start()
        store.add([record(2)])
        assert len(store.calls(Filter())) == 2


def test_a_server_that_is_started_again_is_used_again(postgres: Postgres) -> None:
    """Issue 8: an unreachable store loses nothing that can wait."""
    where = postgres.new_database()
    with open_store(where) as store:
        store.add([record(1)])
        postgres.stop()
        with pytest.raises(RecordsError, match="cannot be reached"):
            store.add([record(2)])
        postgres.start()
        store.add([record(2)])
        assert len(store.calls(Filter())) == 2


@pytest.mark.parametrize("tables", ["calls (mine)", "alembic_version (version_num)"])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_of_another_program_is_told_and_not_touched(records_file: Path, tables: str, read_only: bool) -> None:
    """Our choice: it is looked at before anything is changed, and no tables of ours are put beside theirs."""
    records_file.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(records_file)) as theirs:
        theirs.execute(f"CREATE TABLE {tables}")
    records_file.chmod(0o600)
    before = records_file.read_bytes()
    with pytest.raises(RecordsError, match="is another program's") as raised:
        open_store(records_file, read_only=read_only)
    assert raised.value.where == str(records_file)
    assert {path: path.read_bytes() for path in records_file.parent.iterdir()} == {records_file: before}


def test_a_database_may_have_tables_of_others_but_not_their_versions(postgres: Postgres) -> None:
    """Our choice: alembic would take the version of their tables for that of ours."""
    where = postgres.new_database()
    with psycopg.connect(where, autocommit=True) as theirs:
        theirs.execute("CREATE TABLE shops (name text)")
        with open_store(where) as store:
            store.add([record(1)])
            assert len(store.calls(Filter())) == 1
    where = postgres.new_database()
    with psycopg.connect(where, autocommit=True) as theirs:
        theirs.execute("CREATE TABLE alembic_version (version_num text)")
    with pytest.raises(RecordsError, match="is another program's"):
        open_store(where)


def test_a_damaged_file_is_told(records_file: Path) -> None:
    """Issue 8: on a corrupt store the call still succeeds; here is what the writer is told."""
    records_file.parent.mkdir(mode=0o700)
    records_file.touch(mode=0o600)
    records_file.write_bytes(b"this is no database" * 1000)
    with pytest.raises(RecordsError, match="the records are damaged") as raised:
        open_store(records_file)
    assert "move the file away" in str(raised.value.hint)


def test_a_file_that_is_damaged_in_the_middle_is_told(records_file: Path) -> None:
    with open_store(records_file) as store:
        store.add([record(number) for number in range(500)])
    whole = records_file.read_bytes()
    records_file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(RecordsError, match="damaged"), open_store(records_file) as store:
        store.add([record(1000)])


def test_a_file_that_was_moved_away_is_not_written_to(records_file: Path) -> None:
    """Our choice: a person who deletes the file means it, and the next calls are in a new one."""
    with open_store(records_file) as store:
        store.add([record(1)])
        shutil.rmtree(records_file.parent)
        with pytest.raises(RecordsError, match="the file of the records is gone"):
            store.add([record(2)])
    with open_store(records_file) as store:
        store.add([record(2)])
        assert ids(store.calls(Filter())) == ["r0002"]


def test_a_full_disk_is_told(records_file: Path) -> None:
    """Issue 8: on a full store. The child may write no file larger than it is now."""
    code = """
import resource, signal, sys
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import RecordsError
from openapi_mcp.model.record import Record
with open_store(sys.argv[1]) as store:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
    try:
        store.add([Record(id=str(n), time=1.0, api="a", tool="t", answer="x" * 10_000) for n in range(100)])
    except RecordsError as error:
        print(error.message)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
    done = subprocess.run([sys.executable, "-c", code, str(records_file)], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() in ("the disk is full", "the records cannot be written"), done.stderr


def test_a_store_without_room_is_told(records_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same by SQLite's own limit."""
    from openapi_mcp.records import engines

    open_store(records_file).close()
    monkeypatch.setattr(engines, "_PRAGMAS", (*engines._PRAGMAS, "max_page_count = 20"))
    with open_store(records_file) as store, pytest.raises(RecordsError, match="the disk is full"):
        store.add([record(1, answer="x" * 100_000)])


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def test_a_locked_file_is_told_and_can_still_be_read(records_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8: on a locked store."""
    from openapi_mcp.records import engines

    monkeypatch.setattr(engines, "_PRAGMAS", ("busy_timeout = 1", *engines._PRAGMAS[1:]))
    with open_store(records_file) as store:
        store.add([record(1)])
        with locked(records_file):
            with pytest.raises(RecordsError, match="another process has locked the records"):
                store.add([record(2)])
            assert len(store.calls(Filter())) == 1
        store.add([record(2)])


def test_a_locked_new_file_is_told(records_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openapi_mcp.records import engines

    monkeypatch.setattr(engines, "_PRAGMAS", ("busy_timeout = 1", *engines._PRAGMAS[1:]))
    monkeypatch.setattr(opening, "_TRIES", 2)
    monkeypatch.setattr(opening, "_PAUSE", 0.0)
    records_file.parent.mkdir(mode=0o700)
    records_file.touch(mode=0o600)
    with locked(records_file), pytest.raises(RecordsError, match="locked"):
        open_store(records_file)


def test_a_new_file_waits_for_whoever_reads_it(records_file: Path) -> None:
    """Our choice: SQLite itself does not wait where a file is to be written while it is read."""
    records_file.parent.mkdir(mode=0o700)
    records_file.touch(mode=0o600)
    pauses: list[float] = []
    with closing(sqlite3.connect(records_file, isolation_level=None)) as reader:
        reader.execute("PRAGMA user_version = 1")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sqlite_master").fetchall()

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            reader.execute("COMMIT")

        opening.bring_up(partial(file_engine, str(records_file)), str(records_file), sleep)
    assert len(pauses) == 1
    with open_store(records_file) as store:
        assert store.calls(Filter()) == []


def test_a_file_that_another_process_makes_meanwhile_is_used(
    records_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(records_file) as store:
        store.add([record(1)])
    monkeypatch.setattr(os.path, "lexists", lambda path: False)
    with open_store(records_file) as store:
        assert len(store.calls(Filter())) == 1


def test_tables_that_are_gone_are_told(records_file: Path) -> None:
    open_store(records_file).close()
    with closing(sqlite3.connect(records_file)) as raw, raw:
        raw.execute("DROP TABLE calls")
    with open_store(records_file) as store, pytest.raises(RecordsError, match="cannot be used: no such table: calls"):
        store.calls(Filter())


def test_what_the_library_itself_refuses_is_told() -> None:
    with pytest.raises(RecordsError, match="cannot be used: InvalidRequestError"), told("FILE"):
        raise InvalidRequestError


def test_what_a_column_does_not_take_is_told_from_a_store_in_trouble() -> None:
    """records/store.py: the one would not be taken another time either, the other may be."""
    with pytest.raises(RefusedRecords, match="cannot be used: out of range"), told("FILE"):
        raise DataError("INSERT", None, ValueError("out of range"))


def test_a_row_that_is_damaged_does_not_end_what_reads_it(records_file: Path) -> None:
    """The brief of part 7: what is read back is held to its types."""
    with open_store(records_file) as store:
        store.add([record(1, repairs=({"field": "id"},)), record(2)])
    with closing(sqlite3.connect(records_file)) as raw, raw:
        raw.execute("UPDATE texts SET arguments = '[1', repairs = '7', message = x'ff00' WHERE n = 1")
        raw.execute("UPDATE calls SET duration = 'long', status = x'00', size = -5, kind = x'41' WHERE n = 1")
    with open_store(records_file, read_only=True) as store:
        newer, older = store.calls(Filter())
        assert newer.id == "r0002"
        assert (older.arguments, older.repairs, older.message, older.duration, older.size) == (None, (), "", 0.0, 0)
        assert store.stats(Filter()).total.calls == 1


@pytest.mark.parametrize("time", ["1e308", "-1e308", "9e999"])
def test_numbers_beyond_sense_do_not_end_statistics(records_file: Path, time: str) -> None:
    """The brief of part 7: whoever else writes to the store cannot break what reads it."""
    with open_store(records_file) as store:
        store.add([record(1), record(2), record(3)])
    with closing(sqlite3.connect(records_file)) as raw, raw:
        raw.execute(f"UPDATE calls SET time = {time} WHERE n = 1")
        raw.execute("UPDATE calls SET duration = 1e308, size = 9223372036854775807 WHERE n = 2")
    with open_store(records_file, read_only=True) as store:
        stats = store.stats(Filter(), "day")
        assert stats.total.calls == 2
        assert json.dumps(stats.total.as_json(), allow_nan=False)
        assert [point.figures.calls for point in store.series(Filter(), 86400.0)] == [2]


def test_the_tables_are_those_of_the_newest_step(records_at: str) -> None:
    """tables.py and migrations/versions say the same."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert ScriptDirectory(str(opening.STEPS)).get_current_head() == tables.NEWEST
    open_store(records_at).close()
    url = records_at.replace("postgresql:", "postgresql+psycopg:") if "://" in records_at else f"sqlite:///{records_at}"
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    engine.dispose()


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is one version further."""
    steps = tmp_path / "steps"
    shutil.copytree(opening.STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / "versions" / "9999_next.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\nrevision, down_revision = '9999', '{tables.NEWEST}'\n"
        "def upgrade():\n    op.add_column('losses', sa.Column('more', sa.Integer))\n"
    )
    monkeypatch.setattr(opening.bring_up, "__defaults__", (steps,))
    monkeypatch.setattr(opening, "NEWEST", "9999")
    monkeypatch.setattr(tables, "NEWEST", "9999")


@pytest.mark.parametrize("read_only", [False, True])
def test_an_older_store_is_brought_up_to_date(records_at: str, read_only: bool, request: pytest.FixtureRequest) -> None:
    """Issue 8: versioned migrations."""
    with open_store(records_at) as store:
        store.add([record(1)])
    request.getfixturevalue("next_version")
    with open_store(records_at, read_only=read_only) as store:
        assert ids(store.calls(Filter())) == ["r0001"]


def test_a_store_of_a_newer_program_is_refused(
    records_at: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(records_at).close()
    request.getfixturevalue("next_version")
    open_store(records_at).close()
    monkeypatch.undo()
    with pytest.raises(RecordsError, match="made by a newer openapi-mcp: their tables are '9999'") as raised:
        open_store(records_at)
    assert "upgrade openapi-mcp" in str(raised.value.hint)


WORKER = """
import sys
from openapi_mcp.model.record import Record
from openapi_mcp.records.engines import file_engine
from openapi_mcp.records.faults import told
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
what, where = sys.argv[1:3]
with open_store(where) as store:
    for number in range(30):
        if what == "read":
            stats = store.stats(Filter())
            assert stats.total.calls == sum(group.figures.calls for group in stats.groups)
            store.calls(Filter())
        elif what == "clean":
            store.clean(before=1000.0, most_bytes=10**12)
            store.end_cleaning(before=0.0)
            store.settle()
        else:
            old, new = (Record(id=f"{what}-{number}-{time}", time=time, api="a", tool=what) for time in (1.0, 2000.0))
            store.add([old, new], lost=1)
"""


def test_many_processes_make_fill_read_and_clean_one_store_at_once(records_at: str) -> None:
    """Issue 8: shared safely by many processes; the first of them make it at the same moment."""
    line = [sys.executable, "-c", WORKER]
    children = [
        subprocess.Popen([*line, what, records_at]) for what in ("one", "two", "three", "four", "read", "clean")
    ]
    assert [child.wait(120) for child in children] == [0] * 6
    with open_store(records_at) as store:
        store.clean(before=1000.0, most_bytes=10**12)
        store.end_cleaning(before=0.0)
        stats = store.stats(Filter())
    assert {group.name: group.figures.calls for group in stats.groups} == dict.fromkeys(
        ["one", "two", "three", "four"], 30
    )
    assert stats.lost == 120


def test_opening_an_existing_store_does_not_wait_for_alembic(records_file: Path) -> None:
    """The brief of part 7: opening is quick."""
    open_store(records_file).close()
    code = "import sys; from openapi_mcp.records.sql import open_store; print('sqlalchemy' in sys.modules); "
    code += "open_store(sys.argv[1]); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(records_file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def fill(store: Store, count: int) -> None:
    store.add([record(number, answer="x" * 2_000) for number in range(count)])


def test_a_store_is_cleaned_down_to_its_size(store: Store) -> None:
    """Issue 8: retention by age and size; a size limit that works, and leaves the newest."""
    fill(store, 3_000)
    most = store.size() // 2
    dropped = store.clean(before=0.0, most_bytes=most)
    assert 1_000 < dropped < 2_000
    assert store.size() <= most
    assert ids(store.calls(Filter(), limit=1)) == ["r2999"]
    assert store.clean(before=0.0, most_bytes=most) == 0


def test_a_cleaned_file_is_smaller(records_file: Path) -> None:
    with open_store(records_file) as store:
        fill(store, 3_000)
    before = records_file.stat().st_size
    with open_store(records_file) as store:
        store.clean(before=0.0, most_bytes=before // 4)
        store.end_cleaning(before=0.0)
    assert records_file.stat().st_size <= before // 3


def test_what_is_old_goes_with_the_names_that_only_it_had(store: Store) -> None:
    store.add([record(1, tool="old", caller="gone"), record(2)], lost=1)
    assert store.clean(before=record(2).time, most_bytes=10**12) == 1
    store.end_cleaning(before=record(2).time)
    assert [each.tool for each in store.named()] == ["get_product"]
    assert store.callers() == ["me"]
    assert store.call("r0001") is None


def test_what_cleaning_was_cut_short_before_is_done_by_the_next(store: Store) -> None:
    """Our choice: names and space that dropped calls have left are not forgotten where a process ends between steps."""
    store.add([record(1, tool="old", caller="gone"), record(2)])
    assert store.clean(before=record(2).time, most_bytes=10**12, most=1) == 1
    assert store.clean(before=record(2).time, most_bytes=10**12, most=1) == 0
    assert store.callers() == ["gone", "me"]
    store.end_cleaning(before=record(2).time)
    assert (store.callers(), len(store.named())) == (["me"], 1)


def test_a_file_gives_back_what_an_earlier_cleaning_has_left(records_file: Path) -> None:
    with open_store(records_file) as store:
        fill(store, 2_000)
    before = records_file.stat().st_size
    with open_store(records_file) as store:
        assert store.clean(before=1e12, most_bytes=10**12, most=2_000) == 2_000
    with open_store(records_file) as store:
        store.end_cleaning(before=1e12)
    assert records_file.stat().st_size <= before // 3


def test_it_is_known_for_how_long_nobody_has_tidied(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a clock that was ahead, and is set right, does not put it off."""
    assert store.untidied() == math.inf
    for now, later, seconds in ((1000.0, 1010.0, 10.0), (2000.0, 2000.0, 0.0), (9000.0, 2000.0, math.inf)):
        monkeypatch.setattr(store, "_now", lambda now=now: now)
        store.end_cleaning(before=0.0)
        monkeypatch.setattr(store, "_now", lambda later=later: later)
        assert store.untidied() == seconds


def test_cleaning_stops_after_as_many_as_it_may(store: Store) -> None:
    store.add([record(number) for number in range(10)])
    assert store.clean(before=1e12, most_bytes=0, most=4) == 4
    assert ids(store.calls(Filter(), newest_first=False, limit=1)) == ["r0004"]
    assert store.clean(before=1e12, most_bytes=0) == 6


def test_a_value_that_a_transaction_cannot_hold_leaves_nothing_of_it(records_at: str) -> None:
    """One transaction: all of it or nothing."""
    with open_store(records_at) as store:
        with pytest.raises(RefusedRecords, match="a record is not as it should be"):
            store.add([record(1), record(2, tool=None)])
        assert store.calls(Filter()) == []
