"""`openapi-mcp cache`: what is kept, and clearing it."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from conftest import Command
from support.linked import KEY, links
from support.redis import RedisServer
from support.upstream import Answer, Upstream, description, running_upstream

from openapi_mcp.executor.cache_file import AnswerFile
from openapi_mcp.executor.cache_redis import AnswersInRedis
from openapi_mcp.executor.cache_stored import Place, Stored

API, OTHER = "https://api.example.com", "http://127.0.0.1:8000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two kept answers, one of them two hours old, the other a caller's with a strange name."""
    found = tmp_path / "own"
    with AnswerFile(found / "answers.db") as file:
        put(file, API, "/orders?q=%1B[31m", 7_200, "")
        put(file, OTHER, "/people/7", 0, "bob\x1b[2J\n\u202eevil")
    return found


def put(file: AnswerFile, origin: str, path: str, age: float, caller: str) -> None:
    then = time.time() - age
    place = Place(text=path.encode(), origin=origin, path=path, method="GET", url=origin + path, caller=caller)
    stored = Stored(status=200, headers=(), body=b"x" * 1_500, asked=then, answered=then, used=then)
    assert file.keep(place, stored, 3_600.0, file.find(place).mark)


def test_it_shows_what_is_kept(command: Command, folder: Path) -> None:
    """Issue 8: `openapi-mcp cache` shows it; what callers and APIs wrote cannot steer the terminal."""
    ended = command("cache", "--cache-dir", str(folder))
    assert (ended.status, ended.err) == (0, "")
    head, first, second, total = ended.out.splitlines()
    assert head.split() == ["API", "request", "status", "bytes", "age", "fresh", "for", "caller"]
    assert first.startswith(f"{OTHER}")
    assert "GET /people/7" in first
    assert "bob" in first
    assert "59m" in first or "1h" in first
    assert second.split()[:6] == [API, "GET", "/orders?q=%1B[31m", "200", "1,500", "2h"]
    assert total == f"2 answers, 3,000 bytes, in {folder / 'answers.db'}"
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_an_answer_from_the_future_is_of_unknown_age_and_not_fresh(command: Command, tmp_path: Path) -> None:
    """The clock was set back; the API is asked again."""
    with AnswerFile(tmp_path / "own" / "answers.db") as file:
        put(file, API, "/orders", -7_200, "")
    shown = command("cache", "--cache-dir", str(tmp_path / "own"))
    assert shown.out.splitlines()[1].split()[-3:] == ["?", "-", "-"]
    (answer,) = json.loads(command("cache", "--cache-dir", str(tmp_path / "own"), "--json").out)["answers"]
    assert (answer["age"], answer["fresh_for"]) == (None, 0)


def test_as_json_it_has_a_total_and_each_answer(command: Command, folder: Path) -> None:
    """style.md, CLI: --json wherever there is a table."""
    ended = command("cache", "--cache-dir", str(folder), "--json", "--api", "api.example.com")
    said = json.loads(ended.out)
    (answer,) = said["answers"]
    assert said["total"] == {"answers": 1, "bytes": 1_500}
    assert 7_200 <= answer.pop("age") < 7_300
    assert answer == {
        "api": API, "method": "GET", "url": f"{API}/orders?q=%1B[31m", "status": 200, "bytes": 1_500, "fresh_for": 0,
        "caller": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "cleared", "left"),
    [
        ([], 2, 0), (["--api", API], 1, 1), (["--api", "https://elsewhere.test"], 0, 2), (["--older", "1h"], 1, 1),
        (["--older", "1h", "--api", OTHER], 0, 2),
    ],
)  # fmt: skip
def test_it_clears(command: Command, folder: Path, options: list[str], cleared: int, left: int) -> None:
    """Issue 8: `cache clear`, all, of one API, or what is older."""
    ended = command("cache", "clear", "--cache-dir", str(folder), *options)
    assert (ended.status, ended.out, ended.err) == (0, f"{cleared} answers cleared\n", "")
    shown = command("cache", "--cache-dir", str(folder), "--json")
    assert json.loads(shown.out)["total"]["answers"] == left


def test_clearing_says_how_many_as_json(command: Command, folder: Path) -> None:
    """style.md, CLI."""
    assert json.loads(command("cache", "clear", "--cache-dir", str(folder), "--json").out) == {"cleared": 2}


def test_where_nothing_is_kept_that_is_said(command: Command, tmp_path: Path) -> None:
    """The default folder is the user's; nothing is made by looking."""
    ended = command("cache")
    assert ended.status == 0
    assert ended.out.startswith("0 answers, 0 bytes, in ")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list"], "nothing to do with it"), (["--older", "500MB"], "no age"), (["--older", "all"], "no age"),
        (["--older", "1h,5MB"], "no age"), (["--older", "soon"], "soon"), (["--api", "ftp://x"], "no origin"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(command: Command, arguments: list[str], words: str) -> None:
    """style.md, Errors."""
    ended = command("cache", *arguments)
    assert ended.status == 2
    assert words in ended.err


def test_a_file_of_no_use_is_said_and_clearing_deletes_it(command: Command, folder: Path) -> None:
    """Issue 8: a damaged one begins anew."""
    (folder / "answers.db").write_bytes(b"no database" * 1_000)
    shown = command("cache", "--cache-dir", str(folder))
    assert (shown.status, "cannot be used" in shown.err) == (2, True)
    ended = command("cache", "clear", "--cache-dir", str(folder))
    assert (ended.status, ended.out) == (0, "0 answers cleared\n")
    assert "deleted as a whole" in ended.err
    assert list(folder.iterdir()) == []


def test_a_file_of_no_use_that_cannot_be_deleted_is_said(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """style.md, Errors."""

    def refuse(_file: AnswerFile) -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "answers.db").write_bytes(b"no database" * 1_000)
    monkeypatch.setattr(AnswerFile, "remove", refuse)
    ended = command("cache", "clear", "--cache-dir", str(folder))
    assert (ended.status, "Permission denied" in ended.err, "delete it yourself" in ended.err) == (2, True, True)


def test_a_file_that_is_in_use_is_not_deleted(command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process is writing: whoever clears tries again."""
    monkeypatch.setattr("openapi_mcp.cli.cache.PATIENCE", 0.0)
    other = sqlite3.connect(folder / "answers.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    ended = command("cache", "clear", "--cache-dir", str(folder))
    other.close()
    assert (ended.status, "locked" in ended.err) == (2, True)
    assert (folder / "answers.db").exists()


def test_many_answers_are_not_all_listed(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is no place for thousands; --json has them."""
    monkeypatch.setattr("openapi_mcp.cli.cache._MOST", 3)
    with AnswerFile(tmp_path / "own" / "answers.db") as file:
        for number in range(5):
            put(file, API, f"/orders/{number}", 0, "")
    ended = command("cache", "--cache-dir", str(tmp_path / "own"))
    assert "and 2 more; --json shows them" in ended.out
    assert len(json.loads(command("cache", "--cache-dir", str(tmp_path / "own"), "--json").out)["answers"]) == 5


@pytest.fixture
def api() -> Iterator[Upstream]:
    """An API whose things stay fresh for an hour."""
    with running_upstream() as upstream:
        headers = (("Cache-Control", "max-age=3600"),)
        upstream.answers["/things"] = Answer(b'{"n": 1}', headers=headers)
        yield upstream


def test_calls_from_the_shell_share_what_is_kept(command: Command, api: Upstream, tmp_path: Path) -> None:
    """Issue 8: each command is a process of its own; --no-cache asks the API."""
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(description("/things", server=api.url)), encoding="utf-8")
    base = ("call", "--spec", str(spec), "--cache-dir", str(tmp_path / "own"), "things", "--json")
    first, again, without = command(*base), command(*base), command(*base, "--no-cache")
    assert [ended.status for ended in (first, again, without)] == [0, 0, 0]
    assert len(api.calls) == 2
    assert '"from": "cache"' in again.out
    assert '"cache"' not in first.out + without.out
    ended = command("cache", "--cache-dir", str(tmp_path / "own"))
    assert "GET /things" in ended.out


def test_the_answers_that_replicas_keep_are_shown_and_cleared(command: Command, redis: RedisServer) -> None:
    """Part 8: --redis. Where it does not answer, that is said, and nothing is called empty."""

    async def keep() -> None:
        async with links(redis.url) as made:
            store = AnswersInRedis(made.link())
            where = Place(text=b"a", origin=API, path="/orders", method="GET", url=f"{API}/orders", kind="orders")
            seen = await store.find(where)
            assert seen is not None
            kept = Stored(status=200, headers=(), body=b"{}", asked=1.0, answered=1.0)
            assert await store.keep(where, kept, 60.0, seen.mark, lambda: True)

    anyio.run(keep)
    shared = ("--redis", redis.url, "--shared-key", KEY)
    shown = command("cache", *shared, "--json").json
    assert shown["file"] is None
    assert [each["url"] for each in shown["answers"]] == [f"{API}/orders"]
    assert command("cache", *shared).out.rstrip().endswith("1 answers, 2 bytes, in Redis")
    assert command("cache", "clear", *shared).out == "1 answers cleared\n"
    assert command("cache", *shared, "--json").json["answers"] == []
    redis.stop()
    ended = command("cache", *shared)
    assert ended.status == 2
    assert "the answers in Redis cannot be seen to" in ended.err
