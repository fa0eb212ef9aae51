"""`openapi-mcp history export`: records for a spreadsheet, and for programs."""

import csv
import io
import json
import os
import stat
from pathlib import Path

import pytest
from conftest import Command
from support.child import command_line, run_command, running
from support.history import a_record, fill
from support.upstream import PATIENCE

from openapi_mcp.cli import export as module
from openapi_mcp.cli import output as cli_output

REPAIR = {"field": "city", "from": "lisbon", "to": "Lisbon", "how": "spelled so"}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_call_the_oldest_first(command: Command, db: Path) -> None:
    """Issue 8: history export (CSV); nested values are JSON in one cell."""
    record = a_record(1, repairs=(REPAIR,), message="two\nlines, and a comma", kind="rejected", status=400)
    ended = command("history", "export", "--records", fill(db, a_record(0), record), "--format", "csv")
    assert (ended.status, ended.err) == (0, "")
    first, second = rows(ended.out)
    assert list(first) == list(record.as_json(whole=True))
    assert (first["id"], second["id"]) == (a_record(0).id, record.id)
    assert (second["status"], second["duration_ms"], second["message"]) == ("400", "12.0", "two\nlines, and a comma")
    assert (json.loads(second["arguments"]), json.loads(second["repairs"])) == ({"page": 1}, [REPAIR])
    assert (second["lookups"], second["caller"], first["kind"]) == ("", "", "")


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x")',
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_run_as_a_formula(command: Command, db: Path, text: str) -> None:
    """OWASP, CSV Injection: an apostrophe in front; --help says so."""
    record = a_record(1, api=text, tool=text, caller=text, message=text, kind="rejected")
    (row,) = rows(command("history", "export", "--records", fill(db, record), "--format", "csv").out)
    assert [row[name] for name in ("api", "tool", "caller", "message")] == [f"'{text}"] * 4


def test_plain_texts_stay_as_they_are(command: Command, db: Path) -> None:
    """Our choice: the apostrophe is for formulas alone."""
    (row,) = rows(command("history", "export", "--records", fill(db, a_record(1)), "--format", "csv").out)
    assert "'" not in {value[0] for value in row.values() if value}


def test_json_lines_have_every_text_as_it_is(command: Command, db: Path) -> None:
    """Issue 8: history export (JSON lines)."""
    records = [a_record(1, message="=1+1\n\x9b2J"), a_record(2)]
    ended = command("history", "export", "--records", fill(db, *records), "--format", "jsonl")
    assert [json.loads(line) for line in ended.out.splitlines()] == [record.as_json(whole=True) for record in records]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [1, 2, 3]),
        (["--limit", "2"], [2, 3]),
        (["--kind", "error"], [2]),
        (["--since", "2024-12-24T00:26:42Z"], [2, 3]),
    ],
)
def test_filters_say_which_calls_are_written(
    command: Command, db: Path, options: list[str], numbers: list[int]
) -> None:
    """Part 7: the same filters as history; all records unless --limit."""
    where = fill(db, a_record(1), a_record(2, kind="timeout"), a_record(3))
    ended = command("history", "export", "--records", where, "--format", "jsonl", *options)
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == [a_record(number).id for number in numbers]


@pytest.mark.parametrize("options", [["--format", "csv"], []], ids=["said", "by its name"])
def test_a_file_is_for_its_owner_alone(command: Command, db: Path, tmp_path: Path, options: list[str]) -> None:
    """Part 7: mode 0600, whatever the umask is."""
    before = os.umask(0)
    try:
        ended = command("history", "export", "--records", fill(db, a_record(1), a_record(2)), "-o", "c.csv", *options)
    finally:
        os.umask(before)
    assert (ended.status, ended.out, ended.err) == (0, "", "2 calls in c.csv\n")
    assert stat.S_IMODE((tmp_path / "c.csv").stat().st_mode) == 0o600
    assert len(rows((tmp_path / "c.csv").read_text())) == 2


def test_a_file_that_is_there_is_replaced_only_with_force(command: Command, db: Path, tmp_path: Path) -> None:
    """Part 7: not overwritten without --force; a link is replaced, not followed."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "c.jsonl").symlink_to("mine")
    options = ("history", "export", "--records", fill(db, a_record(1)), "-o", "c.jsonl")
    refused = command(*options)
    assert (refused.status, refused.err) == (
        2, "error: there is a file already\n   at: c.jsonl\n  fix: give another name, or --force\n",
    )  # fmt: skip
    assert command(*options, "--force").err == "1 call in c.jsonl\n"
    assert json.loads((tmp_path / "c.jsonl").read_text()) == a_record(1).as_json(whole=True)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("name", ["none/c.csv", "state"])
def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(
    command: Command, db: Path, tmp_path: Path, name: str
) -> None:
    """style.md, Errors."""
    fill(db, a_record(1))
    ended = command("history", "export", "--records", str(db), "--format", "csv", "-o", name, "--force")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: cannot write the file: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state"]


def test_a_store_that_fails_on_the_way_leaves_no_file(command: Command, db: Path, tmp_path: Path) -> None:
    """Our choice: half an export would pass for a whole one."""
    fill(db, a_record(1))
    db.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5_000)
    assert command("history", "export", "--records", str(db), "-o", "c.csv").status == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "no format is given"),
        (["-o", "c.txt"], "'txt' is no format"),
        (["--format", "xlsx"], "'xlsx' is no format"),
    ],
)
def test_an_unknown_format_is_a_usage_error(command: Command, options: list[str], said: str) -> None:
    """style.md, Errors."""
    ended = command("history", "export", *options)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"error: {said}\n   at: --format\n  fix: choose from csv, jsonl\n"


def test_nothing_to_export_is_said(command: Command, db: Path, tmp_path: Path) -> None:
    """Our choice: the headings alone, and a word on stderr."""
    nothing = command("history", "export", "--records", str(tmp_path / "none.db"), "--format", "csv")
    assert (nothing.status, nothing.out.count("\n")) == (0, 1)
    assert nothing.err.startswith("nothing has been recorded yet in ")
    none = command("history", "export", "--records", fill(db, a_record(1)), "--format", "jsonl", "--tool", "no")
    assert (none.status, none.out, none.err) == (0, "", "no recorded call fits\n")


def test_a_terminal_gets_no_control_characters(command: Command, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part 7: foreign text is data; a pipe gets it as it is."""
    for each in (module, cli_output):
        monkeypatch.setattr(each, "stdout_is_terminal", lambda: True)
    hostile = "\x1b[31m\x9b2J\u202e\U000e0041"
    options = ("history", "export", "--records", fill(db, a_record(1, message=hostile, kind="rejected")))
    as_csv, lines = command(*options, "--format", "csv").out, command(*options, "--format", "jsonl").out
    assert "\\x1b[31m\\x9b2J<U+202E><U+E0041>" in as_csv
    assert json.loads(lines)["message"] == hostile
    assert not set(hostile) & set(as_csv + lines) - set("[31m2J")


def test_a_reader_that_leaves_early_ends_it_quietly(db: Path, tmp_path: Path) -> None:
    """Our choice: `openapi-mcp history export --format jsonl | head`."""
    where = fill(db, *map(a_record, range(3_000)))
    script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1'
    words = command_line("history", "export", "--format", "jsonl", "--records", where)
    with running(folder=tmp_path, program=["sh", "-c", script, "sh", *words]) as child:
        assert child.process.wait(PATIENCE) == 0
        assert child.err.get(timeout=PATIENCE) == b"ended with 0\n"
        assert child.err.get(timeout=PATIENCE) is None


def test_it_runs_end_to_end(db: Path, tmp_path: Path) -> None:
    """Through `python -m openapi_mcp`, in more than one page."""
    where = fill(db, *map(a_record, range(2_500)))
    ended = run_command("history", "export", "--records", where, "-o", "c.jsonl", folder=tmp_path)
    assert (ended.status, ended.out, ended.err) == (0, "", "2,500 calls in c.jsonl\n")
    assert len((tmp_path / "c.jsonl").read_text().splitlines()) == 2_500
