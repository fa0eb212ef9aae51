"""The file of kept answers."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.child import clean_environment

from openapi_mcp.executor.cache_file import AnswerFile, CacheFileError
from openapi_mcp.executor.cache_stored import NO_FILE, Place, Stored

API = "https://api.example.com"


def place(name: str = "a") -> Place:
    return Place(text=name.encode(), origin=API, path=f"/{name}", method="GET", url=f"{API}/{name}", caller="ann")


def stored(body: bytes = b"{}", now: float = 1_000.0) -> Stored:
    return Stored(status=200, headers=(("etag", '"e"'),), body=body, asked=now, answered=now, used=now)


def opened(folder: Path, max_bytes: int = 1_000_000) -> AnswerFile:
    return AnswerFile(folder / "own" / "answers.db", max_bytes=max_bytes)


def kept(file: AnswerFile, name: str, body: bytes = b"{}", now: float = 1_000.0) -> bool:
    seen = file.find(place(name))
    return file.keep(place(name), stored(body, now), 60.0, seen.mark)


def bodies(file: AnswerFile, *names: str) -> list[bytes | None]:
    found = [file.find(place(name)).stored for name in names]
    return [None if each is None else each.body for each in found]


def test_what_is_kept_is_found_as_it_was(tmp_path: Path) -> None:
    """Bodies are bytes, of any kind."""
    with opened(tmp_path) as file:
        assert file.find(place()).mark == NO_FILE
        assert kept(file, "a", b"\0\xff")
        assert file.find(place()).stored == stored(b"\0\xff")
        assert [(each.url, each.size, each.caller, each.lifetime) for each in file.listed()] == [
            (f"{API}/a", 2, "ann", 60.0)
        ]


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    """Issue 8: 200 MB in all; here a few thousand bytes."""
    with opened(tmp_path, max_bytes=60_000) as file:
        for number in range(40):
            kept(file, f"n{number}", b"x" * 1_000, now=1_000.0 + number)
        file.touch(place("n0"), 2_000.0)
        for number in range(40, 60):
            kept(file, f"n{number}", b"x" * 1_000, now=1_000.0 + number)
        assert bodies(file, "n0", "n59") == [b"x" * 1_000] * 2
        assert bodies(file, "n1", "n2") == [None, None]
        assert sum(each.size for each in file.listed()) <= 60_000


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3_000), st.booleans()), max_size=20))
def test_the_total_is_that_of_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
) -> None:
    """A law: whatever came, changed and went, in this order or that."""
    with opened(tmp_path_factory.mktemp("law"), max_bytes=8_000) as file:
        for number, (name, size, goes) in enumerate(steps):
            kept(file, name, b"x" * size, now=1_000.0 + number)
            if goes:
                file.forget(place(name), 1e9, 1e9)
        if not file.is_there():
            return
        with file._transaction() as connection:
            (total,) = connection.execute("SELECT bytes FROM total").fetchone()
            (whole,) = connection.execute("SELECT coalesce(sum(size), 0) FROM answers").fetchone()
        assert total == whole <= 8_000


def test_an_answer_that_was_asked_for_earlier_does_not_displace_a_newer_one(tmp_path: Path) -> None:
    """RFC 9111, section 4: the most recent one is used."""
    with opened(tmp_path) as file:
        assert kept(file, "a", b"new", now=2_000.0)
        slow = replace(stored(b"old", 1_000.0), answered=2_001.0, used=2_002.0)
        assert not file.keep(place(), slow, 60.0, file.find(place()).mark)
        assert bodies(file, "a") == [b"new"]
        file.forget(place(), 1_000.0, 3_000.0)
        assert bodies(file, "a") == [b"new"]


def test_the_first_answer_of_an_operation_is_announced(tmp_path: Path) -> None:
    """Others need not look for what is not there; a file that has taken the place of another is another."""
    with opened(tmp_path) as file, opened(tmp_path) as other:
        seen = [other.find(place())]
        for name in ("a", "b", "a"):
            assert kept(file, name)
            seen.append(other.find(place("c")))
        file.forget(place("a"), 1e9, 1e9)
        file.forget(place("b"), 1e9, 1e9)
        seen.append(other.find(place("c")))
        file.remove()
        assert other.arrivals() == seen[0].arrivals
    assert [each.is_alone for each in seen] == [True, False, False, False, True]
    assert [each.arrivals == seen[1].arrivals for each in seen] == [False, True, True, True, True]


def test_an_answer_that_cannot_be_announced_is_not_kept(tmp_path: Path) -> None:
    """Who does not look for it would show it after a newer one."""
    with opened(tmp_path) as file:
        (tmp_path / "own").mkdir(mode=0o700)
        (tmp_path / "own" / "answers.db-arrivals").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(CacheFileError):
            kept(file, "a")
        assert bodies(file, "a") == [None]
    assert not (tmp_path / "elsewhere").exists()


def test_a_clock_that_was_set_back_does_not_keep_answers_for_ever(tmp_path: Path) -> None:
    """An answer that was asked for after now is displaced."""
    with opened(tmp_path) as file:
        kept(file, "a", b"future", now=9_000.0)
        assert kept(file, "a", b"now", now=1_000.0)
        assert bodies(file, "a") == [b"now"]
        file.forget(place(), 900.0, 996.0)
        assert bodies(file, "a") == [b"now"]
        file.forget(place(), 900.0, 901.0)
        assert bodies(file, "a") == [None]


def test_what_is_cleared_is_gone_from_the_disk(tmp_path: Path) -> None:
    """Who clears it, means it."""
    with opened(tmp_path) as file:
        kept(file, "a", b"a private matter", now=1_000.0)
        kept(file, "b", b"another", now=2_000.0)
        assert file.clear("https://elsewhere.test") == 0
        assert file.clear(API, before=1_500.0) == 1
        assert bodies(file, "a", "b") == [None, b"another"]
        assert file.clear() == 1
    assert all(b"private matter" not in each.read_bytes() for each in (tmp_path / "own").iterdir())


def test_nothing_is_made_to_look_or_to_clear(tmp_path: Path) -> None:
    """Our choice: only what is kept makes a file."""
    with opened(tmp_path) as file:
        assert (file.find(place()).stored, file.listed(), file.clear()) == (None, [], 0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_replaced_is_opened_anew(tmp_path: Path) -> None:
    """A person may delete it; another process may, too."""
    with opened(tmp_path) as file, opened(tmp_path) as other:
        kept(file, "a")
        mark = other.find(place()).mark
        other.remove()
        assert file.find(place()).stored is None
        kept(other, "b")
        assert bodies(file, "a", "b") == [None, b"{}"]
        assert not file.keep(place(), stored(), 60.0, mark)


def test_a_file_of_another_version_is_not_used(tmp_path: Path) -> None:
    """Our choice: nothing is guessed of tables that we did not make."""
    with opened(tmp_path) as file:
        kept(file, "a")
        with file._transaction() as connection:
            connection.execute("PRAGMA user_version = 99")
        file.close()
        with pytest.raises(CacheFileError, match="another version"):
            file.find(place())


@pytest.mark.parametrize("how", ["link", "open to others"])
def test_a_file_that_is_not_the_users_alone_is_not_used(tmp_path: Path, how: str) -> None:
    """security.md: a link may lead anywhere."""
    (tmp_path / "own").mkdir(mode=0o700)
    path = tmp_path / "own" / "answers.db"
    if how == "link":
        (tmp_path / "elsewhere").touch(0o600)
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.touch(0o644)
    with opened(tmp_path) as file, pytest.raises(CacheFileError):
        file.find(place())
    assert not (tmp_path / "elsewhere").exists() or (tmp_path / "elsewhere").read_bytes() == b""


def fail_within(file: AnswerFile) -> None:
    with file._transaction() as connection:
        connection.execute("DELETE FROM answers")
        connection.execute("no SQL")


def test_a_transaction_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The file as it was."""
    with opened(tmp_path) as file:
        kept(file, "a")
        with pytest.raises(sqlite3.OperationalError):
            fail_within(file)
        assert bodies(file, "a") == [b"{}"]


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    """Issue 8: full; what was kept before is still there."""
    with opened(tmp_path) as file:
        kept(file, "a")
        file._opened.connection().execute("PRAGMA max_page_count = 20")
        with pytest.raises(CacheFileError, match="full") as caught:
            kept(file, "b", b"x" * 200_000)
        assert (caught.value.passes, caught.value.is_damaged) == (False, False)
        assert bodies(file, "a") == [b"{}"]


def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    """Issue 8: corrupt."""
    with opened(tmp_path) as file:
        for number in range(50):
            kept(file, f"n{number}", b"x" * 5_000)
    path = tmp_path / "own" / "answers.db"
    data = path.read_bytes()
    path.write_bytes(data[:8_192] + os.urandom(len(data) - 8_192))
    with opened(tmp_path) as file, pytest.raises(CacheFileError) as caught:
        file.clear()
    assert caught.value.is_damaged


WORKER = """
import sys
from pathlib import Path
from openapi_mcp.executor.cache_file import AnswerFile
from openapi_mcp.executor.cache_stored import Place, Stored
from openapi_mcp.executor.cache_writes import Written
path, who = Path(sys.argv[1]), sys.argv[2]
with AnswerFile(path, patience=60) as file:
    for number in range(100):
        place = Place(text=b"%d" % number, origin="https://a.test", path=f"/{number}", method="GET", url=f"/{number}")
        body = f"{number} of {who}".encode()
        stored = Stored(status=200, headers=(), body=body, asked=1.0 + number, answered=1.0 + number)
        while not file.keep(place, stored, 60.0, file.find(place).mark):
            pass
        if number % 10 == 9:
            file.drop(Written(where="https://a.test", exactly=(f"/{number - 1}",), below=()))
"""


def test_many_processes_share_it(tmp_path: Path) -> None:
    """Issue 8: safe for many processes, from the moment at which the file is made."""
    path = tmp_path / "own" / "answers.db"
    command = [sys.executable, "-c", WORKER, str(path)]
    with_us = clean_environment(PYTHONPATH=os.pathsep.join(sys.path))
    workers = [subprocess.Popen([*command, str(each)], env=with_us, stderr=subprocess.PIPE) for each in range(4)]
    ends = [(worker.communicate(timeout=120)[1], worker.returncode) for worker in workers]
    assert ends == [(b"", 0)] * 4
    with AnswerFile(path) as file:
        found = {each.url for each in file.listed()}
        bodies_of = [
            file.find(Place(text=b"%d" % number, origin="https://a.test", path="", method="", url="")).stored
            for number in range(100)
        ]
    assert {f"/{number}" for number in range(100) if number % 10 != 8} <= found
    for number, each in enumerate(bodies_of):
        assert each is None or each.body.startswith(b"%d of " % number)
