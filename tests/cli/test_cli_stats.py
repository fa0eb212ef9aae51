"""`openapi-mcp stats`: what calls come to."""

import os
import pty
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import clean_environment, command_line, run_command
from support.history import BEGAN, a_record, fill
from support.upstream import PATIENCE

from openapi_mcp.cli import figures
from openapi_mcp.cli import stats as module
from openapi_mcp.cli.figures import Steps

DAY = 86400
FIGURES = {
    "calls", "errors", "success_rate", "average_ms", "p50_ms", "p95_ms", "last_call", "kinds", "repairs", "cache_hits",
    "tokens", "bytes",
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


@pytest.fixture
def filled(db: Path) -> str:
    """A file of ten records: of three tools of two APIs, two callers, on two days."""
    slow = [a_record(n, tool="stock_list", api="Depot", duration=2.5, caller="4f2a", tokens=9_000) for n in (1, 2)]
    failed = [a_record(n, status=404, kind="not_found") for n in (3, 4)] + [a_record(5, status=None, kind="timeout")]
    fine = [a_record(n, cache="hit", repairs=({"field": "a"},)) for n in (6, 7, 8)]
    late = [a_record(n, tool="orders_create", time=BEGAN + DAY + n, kind="rejected", status=400) for n in (9, 10)]
    return fill(db, *slow, *failed, *fine, *late)


def lines(out: str) -> dict[str, str]:
    """Return the lines of a table by what stands first in them."""
    return {line.split()[0]: " ".join(line.split()) for line in out.splitlines() if line.strip()}


def test_a_line_says_what_a_tools_calls_come_to(command: Command, filled: str) -> None:
    """Issue 8: per tool calls, success rate, average, p50, p95, last call, error kinds, repairs, cache hits, tokens."""
    ended = command("stats", "--records", filled)
    assert (ended.status, ended.err) == (0, "")
    heading = " ".join(ended.out.splitlines()[0].split())
    assert heading == "Tool API Calls OK Avg p50 p95 Last call Repairs Cached Tokens Failed as"
    found = lines(ended.out)
    assert found["orders_list"].startswith("orders_list Shop ██████████ 6 50% 12 ms 12 ms 12 ms ")
    assert found["orders_list"].endswith(" ago 3 3 600 2 not_found, 1 timeout")
    assert found["stock_list"].startswith("stock_list Depot ███▍ 2 100% 2.5 s 2.5 s 2.5 s ")
    assert found["stock_list"].endswith(" ago 18k")
    assert found["orders_create"].endswith(" ago 200 2 rejected")
    assert found["All"].startswith("All 10 50% 510 ms 12 ms 2.5 s ")
    assert found["All"].endswith(" ago 3 3 18.8k 2 not_found, 2 rejected, 1 timeout")


def test_json_has_the_total_and_each_group(command: Command, filled: str) -> None:
    """Issue 8: --json ({"total", "tools": [...]})."""
    told = command("stats", "--records", filled, "--json").json
    assert list(told) == ["since", "until", "by", "total", "tools", "lost"]
    assert (told["since"], told["until"], told["by"], told["lost"]) == (None, None, "tool", 0)
    assert told["total"].keys() == FIGURES
    assert (told["total"]["calls"], told["total"]["success_rate"], told["total"]["p95_ms"]) == (10, 0.5, 2500.0)
    assert [(tool["tool"], tool["api"], tool["calls"]) for tool in told["tools"]] == [
        ("orders_list", "Shop", 6),
        ("stock_list", "Depot", 2),
        ("orders_create", "Shop", 2),
    ]
    assert told["tools"][0].keys() == FIGURES | {"tool", "api"}


@pytest.mark.parametrize(
    ("by", "key", "groups"),
    [
        ("api", "apis", [("Shop", 8), ("Depot", 2)]),
        ("caller", "callers", [("", 8), ("4f2a", 2)]),
        ("day", "days", [("2024-12-24", 8), ("2024-12-25", 2)]),
    ],
)
def test_calls_are_counted_by_api_caller_or_day(
    command: Command, filled: str, by: str, key: str, groups: list[tuple[str, int]]
) -> None:
    """Issue 8: --by tool|api|caller|day; days are UTC, in their order."""
    told = command("stats", "--records", filled, "--by", by, "--json").json
    assert (told["by"], [(group[by], group["calls"]) for group in told[key]]) == (by, groups)
    assert told[key][0].keys() == FIGURES | {by}
    shown = command("stats", "--records", filled, "--by", by).out
    assert [name or "(none)" for name, _ in groups] == [*lines(shown)][2:-1]


FILTERS: list[tuple[list[str], int]] = [
    (["--tool", "orders_*"], 8),
    (["--api", "Depot"], 2),
    (["--caller", "4f2a"], 2),
    (["--status", "4xx"], 4),
    (["--kind", "error"], 5),
    (["--since", "2024-12-25T00:00Z"], 2),
    (["--until", "2024-12-25T00:00Z"], 8),
]


@pytest.mark.parametrize(("options", "calls"), FILTERS, ids=[" ".join(options) for options, _ in FILTERS])
def test_filters_say_which_calls_are_counted(command: Command, filled: str, options: list[str], calls: int) -> None:
    """Part 7: --since, --until, filters as those of history."""
    told = command("stats", "--records", filled, "--json", *options).json
    assert told["total"]["calls"] == calls
    assert (told["since"] is None, told["until"] is None) == ("--since" not in options, "--until" not in options)


@pytest.mark.parametrize(
    ("sort", "first"),
    [("calls", "orders_list"), ("errors", "orders_list"), ("p95", "stock_list"), ("tokens", "stock_list")],
)
def test_the_most_of_what_is_asked_for_stands_first(command: Command, filled: str, sort: str, first: str) -> None:
    """Part 7: --sort calls|errors|p95|tokens, --limit."""
    told = command("stats", "--records", filled, "--sort", sort, "--limit", "1", "--json").json
    assert [tool["tool"] for tool in told["tools"]] == [first]
    ended = command("stats", "--records", filled, "--sort", sort, "--limit", "1")
    assert [*lines(ended.out)][2] == first
    assert ended.out.endswith("\nand 2 more (--limit 0 shows all)\n")
    assert "more" not in command("stats", "--records", filled, "--sort", sort, "--limit", "0").out


def test_of_many_days_the_last_are_shown(command: Command, filled: str) -> None:
    """Our choice: unless another figure sorts them."""
    assert "2024-12-25" in command("stats", "--records", filled, "--by", "day", "-n", "1").out
    assert "2024-12-24" in command("stats", "--records", filled, "--by", "day", "-n", "1", "--sort", "calls").out


def test_a_line_of_characters_shows_calls_over_time(command: Command, db: Path) -> None:
    """Part 7: a spark line for each tool that is shown; the last 24 hours, or what was asked for."""
    now = time.time()
    where = fill(
        db,
        *(a_record(n, time=now - 10 - n) for n in range(8)),
        *(a_record(n, time=now - 20 * 3600 - n) for n in range(100, 104)),
        *(a_record(n, tool="stock_list", time=now - 3 * DAY) for n in (200,)),
    )
    heading, _, first, second, *_ = command("stats", "--records", where).out.splitlines()
    assert heading.rstrip().endswith("  Last 24 h")
    assert (first.split()[-1], "▄" in first, second.split()[-1]) == ("█", True, "100")
    asked = command("stats", "--records", where, "--since", "4d").out.splitlines()
    assert asked[0].rstrip().endswith("  Over time")
    assert asked[3].split()[-1] == "█"


@pytest.mark.parametrize("options", [["--json"], []], ids=["JSON", "table"])
def test_calls_that_could_not_be_recorded_are_told(command: Command, db: Path, options: list[str]) -> None:
    """Issue 8: the loss is counted and said."""
    where = fill(db, a_record(1), lost=3)
    ended = command("stats", "--records", where, *options)
    if options:
        assert (ended.json["lost"], ended.err) == (3, "")
    else:
        assert ended.err == "warning: 3 calls could not be recorded, and are not counted here\n"


@pytest.mark.parametrize("is_json", [True, False], ids=["JSON", "table"])
def test_nothing_recorded_yet_is_no_error(command: Command, tmp_path: Path, is_json: bool) -> None:
    """Part 7: a friendly line on stderr, exit 0, --json an empty answer."""
    ended = command("stats", "--records", str(tmp_path / "none.db"), *(["--json"] if is_json else []))
    assert ended.status == 0
    assert ended.err.startswith("nothing has been recorded yet in ")
    if not is_json:
        assert ended.out == ""
    else:
        assert (ended.json["total"]["calls"], ended.json["total"]["last_call"], ended.json["tools"]) == (0, None, [])
        assert [ended.json["total"][each] for each in ("success_rate", "average_ms", "p50_ms", "p95_ms")] == [None] * 4


def test_that_no_call_fits_is_said(command: Command, filled: str) -> None:
    """Our choice: an empty table would be a riddle."""
    ended = command("stats", "--records", filled, "--tool", "nobody")
    assert (ended.status, ended.out, ended.err) == (0, "", "no recorded call fits\n")


WRONG = [
    (["--by", "hour"], "unknown value 'hour'\n   at: --by\n  fix: choose from tool, api, caller, day"),
    (["--sort", "name"], "unknown value 'name'\n   at: --sort\n  fix: choose from calls, errors, p95, tokens"),
    (["--limit", "-1"], "-1 is no number\n   at: --limit\n  fix: give 1 or more, or 0 for all"),
]


@pytest.mark.parametrize(("options", "said"), WRONG, ids=[" ".join(options) for options, _ in WRONG])
def test_what_cannot_be_meant_is_a_usage_error(command: Command, options: list[str], said: str) -> None:
    """style.md, Errors."""
    ended = command("stats", *options)
    assert (ended.status, ended.out, ended.err) == (2, "", f"error: {said}\n")


@pytest.mark.parametrize("by", ["tool", "api", "caller"])
def test_nothing_recorded_moves_the_terminal(command: Command, db: Path, by: str) -> None:
    """Part 7: names of a document and of a caller are data; those of the table's own markup, too."""
    text = "[red]\x1b[31mAll\x9b\u202e"
    where = fill(db, a_record(1, tool=text, api=text, caller=text, kind="timeout"), a_record(2, api="b"))
    out = command("stats", "--records", where, "--by", by).out
    assert "[red]\\x1b[31mAll\\x9b<U+202E>" in out
    assert [char for char in out if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160] == []


def terminal(width: int, height: int, *arguments: str, folder: Path, **environment: str) -> str:
    """Return what a command writes on a terminal of this size."""
    ours, its = pty.openpty()
    environment = clean_environment(COLUMNS=str(width), LINES=str(height), TERM="xterm-256color", **environment)
    process = subprocess.Popen(command_line(*arguments), stdin=its, stdout=its, stderr=its, cwd=folder, env=environment)
    os.close(its)
    text = b""
    try:
        while data := os.read(ours, 65_536):
            text += data
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        process.wait(PATIENCE)
        os.close(ours)
    return text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_columns_that_a_narrow_terminal_has_no_room_for_are_left_out(filled: str, tmp_path: Path, width: int) -> None:
    """Part 7: what is needed least goes first; tool, calls, success and p95 stay."""
    from rich.text import Text

    shown = Text.from_ansi(terminal(width, 40, "stats", "--records", filled, folder=tmp_path)).plain
    heading, *rest = shown.splitlines()
    assert {"Tool", "Calls", "OK", "p95"} <= set(heading.split())
    assert max(len(line.rstrip()) for line in (heading, *rest)) <= width
    assert ("Last" in heading, "Tokens" in heading, "Failed" in heading) == (width >= 80, width >= 100, width >= 140)
    assert ("no room for " in shown) == (width < 140)
    assert ("Failed as (in a wider terminal there is; --json has all figures)" in " ".join(shown.split())) == (
        width < 140
    )


def test_a_wider_terminal_shows_no_column_less(filled: str, monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    """Our choice: columns that come and go with the width would be a riddle."""
    before: set[str] = set()
    for width in range(30, 200, 5):
        monkeypatch.setattr(figures, "stdout_width", lambda width=width: width)
        heading = {word for word in command("stats", "--records", filled).out.splitlines()[0].split("  ") if word}
        assert {word.strip() for word in heading} >= before, width
        before = {word.strip() for word in heading}
    assert {"Avg", "Repairs", "Cached", "Tokens", "Failed as"} <= before


def test_more_ways_to_fail_than_are_named_are_counted(command: Command, db: Path) -> None:
    """Our choice: "other" would read like a kind."""
    kinds = ["timeout", "timeout", "timeout", "not_found", "not_found", "rejected", "conflict"]
    where = fill(db, *(a_record(n, kind=kind) for n, kind in enumerate(kinds)))
    assert " 3 timeout, 2 not_found, 2 otherwise" in command("stats", "--records", where).out


def test_as_many_rows_are_shown_as_a_terminal_has_lines(db: Path, tmp_path: Path) -> None:
    """Part 7: --limit, default what fits, say how many more; a pipe gets all of what people have."""
    where = fill(db, *(a_record(n, tool=f"tool_{n}") for n in range(60)))
    shown = terminal(120, 30, "stats", "--records", where, folder=tmp_path)
    assert (shown.count("tool_"), "and 39 more (--limit 0 shows all)" in shown) == (21, True)
    assert run_command("stats", "--records", where, folder=tmp_path).out.count("tool_") == 60


def test_names_without_end_are_no_table_without_end(command: Command, db: Path) -> None:
    """security.md, availability: a caller can make names of tools up."""
    where = fill(db, *(a_record(n, tool=f"tool_{n}") for n in range(600)))
    shown = command("stats", "--records", where).out
    assert (shown.count("tool_"), "and 100 more (--limit 0 shows all)" in shown) == (500, True)


def test_a_terminal_that_is_not_utf_8_gets_plain_characters(filled: str, tmp_path: Path) -> None:
    """Part 7: plain ASCII where the terminal's encoding cannot."""
    options = ("stats", "--records", filled, "--since", "2024-12-24", "--until", "2024-12-26")
    ended = run_command(*options, folder=tmp_path, environment={"PYTHONIOENCODING": "ascii"})
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.isascii()
    assert "##########" in ended.out


def test_a_success_rate_of_all_is_said_only_where_it_is_all(command: Command, db: Path) -> None:
    """Our choice: one failure in many thousands is no 100 %."""
    where = fill(db, *(a_record(n) for n in range(3_000)), a_record(3_001, kind="timeout"))
    assert " 99.9%" in command("stats", "--records", where).out


def test_a_group_that_has_come_since_is_no_trouble(command: Command, filled: str, monkeypatch: Any) -> None:
    """Our choice: two questions to a store that others write to need not see the same."""
    monkeypatch.setattr(module, "steps_of", lambda wanted, now: Steps(since=0, until=1, length=1))
    assert command("stats", "--records", filled).status == 0
