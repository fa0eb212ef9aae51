"""`openapi-mcp history`: the calls that were made, as a table and one in full."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import command_line, run_command, running
from support.history import a_record, fill
from support.upstream import PATIENCE, Upstream, description

from openapi_mcp.cli import output

REPAIR = {"field": "city", "from": "lisbon", "to": "Lisbon", "how": "spelled so"}
LOOKUP = {"tool": "customers_list", "arguments": {"search": "Ana"}, "items": 1}
ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202e"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


def ids(out: str) -> list[str]:
    """Return the ids in the lines of a table."""
    return [word for line in out.splitlines() for word in line.split() if word.endswith("v9x2m4t7a")]


def test_the_newest_calls_stand_first_and_twenty_are_shown(command: Command, db: Path) -> None:
    """Part 7: as `git log` has them; --help says so."""
    where = fill(db, *map(a_record, range(30)))
    ended = command("history", "--records", where)
    assert (ended.status, ended.err) == (0, "")
    assert ids(ended.out) == [a_record(number).id for number in range(29, 9, -1)]
    assert ended.out.splitlines()[0].split() == ["Time", "ID", "Tool", "Outcome", "Took"]


def test_a_line_says_what_became_of_a_call(command: Command, db: Path) -> None:
    """Part 7: time, id, tool, status or error kind, duration, attempts, marks for repairs, lookups and the cache."""
    where = fill(
        db,
        a_record(1, status=404, kind="not_found", duration=3.41),
        a_record(2, attempts=3, repairs=(REPAIR,), lookups=(LOOKUP, LOOKUP), cache="hit"),
        a_record(3, status=None, kind="timeout"),
        a_record(4, status=None, cache="stored"),
        a_record(5, cache="revalidated"),
    )
    _, *lines = command("history", "--records", where).out.splitlines()
    lines.reverse()
    said = [line.split(maxsplit=3)[3] for line in lines]
    assert [" ".join(each.split()) for each in said] == [
        "404 not_found 3.4 s",
        "200 12 ms 3 attempts, 1 repair, 2 lookups, from the cache",
        "timeout 12 ms",
        "ok 12 ms",
        "200 12 ms from the cache, asked again",
    ]


def test_the_api_and_the_caller_stand_there_where_they_tell_calls_apart(command: Command, db: Path) -> None:
    """Part 7: the API only where there are several, the caller where there are any."""
    where = fill(db, a_record(1, api="Shop"), a_record(2, api="Depot", caller="4f2a"))
    heading, second, first = command("history", "--records", where).out.splitlines()
    assert heading.split() == ["Time", "ID", "API", "Tool", "Outcome", "Took", "Caller"]
    assert ("Shop" in first, "Depot" in second, second.split()[-1]) == (True, True, "4f2a")


FILTERS: list[tuple[list[str], list[int]]] = [
    (["--tool", "orders_list"], [1, 3]),
    (["--tool", "customers_*"], [2]),
    (["--api", "Depot"], [4]),
    (["--caller", "4f2a"], [3]),
    (["--caller", ""], [1, 2, 4]),
    (["--status", "404"], [2]),
    (["--status", "4XX"], [2, 4]),
    (["--kind", "ok"], [1, 3]),
    (["--kind", "error"], [2, 4]),
    (["--kind", "rate_limited"], [4]),
    (["--since", "2024-12-24T00:26:43Z"], [3, 4]),
    (["--until", "2024-12-24T00:26:43Z"], [1, 2]),
    (["--since", "2024-12-24T00:26:42Z", "--until", "2024-12-24T00:26:43Z"], [2]),
    (["--limit", "1"], [4]),
    (["--limit", "0", "--kind", "error"], [2, 4]),
]


@pytest.mark.parametrize(("options", "numbers"), FILTERS, ids=[" ".join(options) for options, _ in FILTERS])
@pytest.mark.parametrize("is_json", [True, False], ids=["JSON", "table"])
def test_filters_say_which_calls_are_shown(
    command: Command, db: Path, options: list[str], numbers: list[int], is_json: bool
) -> None:
    """Issue 8: filters (tool, API, status, kind, caller, since), --limit, --json ({"calls": [...]})."""
    where = fill(
        db,
        a_record(1),
        a_record(2, tool="customers_retrieve", status=404, kind="not_found"),
        a_record(3, caller="4f2a"),
        a_record(4, tool="stock_list", api="Depot", status=429, kind="rate_limited"),
    )
    ended = command("history", "--records", where, *options, *(["--json"] if is_json else []))
    found = [call["id"] for call in ended.json["calls"]] if is_json else ids(ended.out)
    assert (ended.status, ended.err) == (0, "")
    assert found == [a_record(number).id for number in reversed(numbers)]


def test_json_has_all_that_is_known_but_the_answer(command: Command, db: Path) -> None:
    """Part 7: --json is Record.as_json."""
    record = a_record(1, repairs=(REPAIR,), lookups=(LOOKUP,), cache="hit", caller="4f2a")
    ended = command("history", "--records", fill(db, record), "--json")
    assert ended.json == {"calls": [record.as_json()]}
    assert ended.json["calls"][0]["time"] == "2024-12-24T00:26:41.000Z"


WRONG = [
    (["--status", "4"], "'4' is no status", "--status"),
    (["--status", "6xx"], "'6xx' is no status", "--status"),
    (["--kind", "rate_limit"], "'rate_limit' is no kind of outcome", "--kind"),
    (["--kind", "bad"], "'bad' is no kind of outcome", "--kind"),
    (["--since", "soon"], "'soon' is no time", "--since"),
    (["--since", "1h", "--until", "2h"], "no time is between them", "--since and --until"),
    (["--limit", "-1"], "-1 is no number", "--limit"),
    (["--limit", "99999999999999999999"], "99999999999999999999 is no number", "--limit"),
    (
        ["--follow", "--until", "1h"],
        "no call that is still to come began before that, so there is nothing to follow",
        "--until",
    ),
    (["k001", "--follow"], "an ID names one call, so there is nothing to filter or to follow", "ID"),
    (["k001", "--tool", "a"], "an ID names one call, so there is nothing to filter or to follow", "ID"),
    (["--json", "replay", "k001"], "Got unexpected extra argument(s) (k001)", "openapi-mcp history"),
]


@pytest.mark.parametrize(("options", "message", "where"), WRONG, ids=[" ".join(options) for options, *_ in WRONG])
def test_what_cannot_be_meant_is_a_usage_error(command: Command, options: list[str], message: str, where: str) -> None:
    """style.md, Errors: 2 usage; what happened, where, what to do."""
    ended = command("history", *options)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {message}\n   at: {where}\n  fix: ")


def test_a_near_kind_is_named(command: Command) -> None:
    """style.md, Errors: what to do."""
    assert command("history", "--kind", "ratelimited").err.endswith("  fix: did you mean rate_limited?\n")


@pytest.mark.parametrize("is_json", [True, False], ids=["JSON", "table"])
def test_nothing_recorded_yet_is_no_error(command: Command, tmp_path: Path, is_json: bool) -> None:
    """Our choice: whoever has called nothing yet has done nothing wrong; no file is made."""
    ended = command("history", "--records", str(tmp_path / "none.db"), *(["--json"] if is_json else []))
    assert ended.status == 0
    assert (ended.json if is_json else ended.out) == ({"calls": []} if is_json else "")
    assert ended.err.startswith(f"nothing has been recorded yet in {tmp_path}/none.db; `openapi-mcp serve`")
    assert not (tmp_path / "none.db").exists()


def test_that_no_call_fits_is_said(command: Command, db: Path) -> None:
    """Our choice: an empty table would be a riddle."""
    ended = command("history", "--records", fill(db, a_record()), "--tool", "nobody")
    assert (ended.status, ended.out, ended.err) == (0, "", "no recorded call fits\n")


@pytest.mark.parametrize("asked", ["k007v9x2m4t7a", "k007"])
def test_a_call_is_shown_in_full_by_its_id_or_its_beginning(command: Command, db: Path, asked: str) -> None:
    """Part 7: request as curl, arguments pretty, repairs, lookups, result."""
    record = a_record(
        7, caller="4f2a", attempts=2, waited=1.2, duration=1.5, repairs=(REPAIR,), lookups=(LOOKUP,), cache="stored",
        answer='{"id": 7, "name": "Ana"}',
    )  # fmt: skip
    ended = command("history", "--records", fill(db, record, a_record(8)), asked)
    assert (ended.status, ended.err) == (0, "")
    _, time, *lines = ended.out.splitlines()
    assert time.startswith("     time  2024-12-2")
    assert "\n".join(lines) == (
        "     tool  orders_list\n"
        "operation  GET /orders (orders_list)\n"
        "      API  Shop\n"
        "   caller  4f2a\n"
        "  outcome  200\n"
        "     took  1.5 s, 2 attempts, 1.2 s of it waited\n"
        "   result  400 bytes, about 100 tokens\n"
        "    cache  the answer was kept for later calls\n"
        "\n"
        "arguments:\n"
        "  {\n"
        '    "page": 7\n'
        "  }\n"
        "\n"
        "  repaired: city: lisbon -> Lisbon (spelled so)\n"
        "  looked up: customers_list(search: Ana): 1 item\n"
        "\n"
        "request:\n"
        "  curl --globoff -X GET 'https://api.example.com/orders?page=7'\n"
        "\n"
        "answer:\n"
        "  {\n"
        '    "id": 7,\n'
        '    "name": "Ana"\n'
        "  }"
    )


def test_what_was_not_recorded_of_a_call_is_said_or_left_out(command: Command, db: Path) -> None:
    """model/record.py: without arguments nothing else that may repeat them is there either."""
    record = a_record(
        1, tool="search_tools", method="", path="", operation_id="", arguments=None, status=None, kind="timeout",
        message="too late", repairs=({"field": "city", "how": "spelled so"},), lookups=({"tool": "a", "failed": True},),
        curl="", answer="", size=1, tokens=1,
    )  # fmt: skip
    out = command("history", "--records", fill(db, record), "k001").out
    assert "operation" not in out
    assert "request:" not in out
    assert "  outcome  timeout: too late\n" in out
    assert "   result  1 byte, about 1 token\n" in out
    assert "arguments:\n  not recorded (--record-arguments off)\n" in out
    assert "  repaired: city: spelled so\n  looked up: a(): failed\n" in out


@pytest.mark.parametrize(
    ("answer", "shown"), [("no\nJSON", "  no\n  JSON"), ('"text"', '  "text"'), ("[1]", "  [\n    1\n  ]")]
)
def test_an_answer_is_shown_as_it_is_and_json_with_its_lines(
    command: Command, db: Path, answer: str, shown: str
) -> None:
    """Our choice: an answer may be cut short, or be no JSON at all."""
    out = command("history", "--records", fill(db, a_record(1, answer=answer, arguments={})), "k001").out
    assert out.endswith(f"\nanswer:\n{shown}\n")
    assert "arguments:\n  none\n" in out


def test_json_of_one_call_has_its_answer(command: Command, db: Path) -> None:
    """Part 7: `history ID --json` is as_json(whole=True)."""
    assert command("history", "--records", fill(db, a_record(1)), "k001", "--json").json == a_record(1).as_json(
        whole=True
    )


@pytest.mark.parametrize("is_there", [True, False], ids=["records", "no records"])
def test_an_unknown_id_is_a_usage_error(command: Command, db: Path, is_there: bool) -> None:
    """Part 7: a clear error, exit 2."""
    if is_there:
        fill(db, a_record(1))
    ended = command("history", "--records", str(db), "zz\x1b[1m")
    assert (ended.status, ended.out) == (2, "")
    assert "error: no call is recorded with the id 'zz\\x1b[1m'\n   at: ID\n  fix: `openapi-mcp history` " in ended.err


def test_a_beginning_that_several_ids_have_is_refused(command: Command, db: Path) -> None:
    """Part 7: a unique beginning of an id."""
    ended = command("history", "--records", fill(db, a_record(1), a_record(2)), "k00")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: more than one record has an id that begins with 'k00'\n")


def everywhere(text: str) -> Any:
    """Return a record that holds a hostile text wherever one can stand."""
    return a_record(
        1, api=text, tool=text, path=text, operation_id=text, caller=text, kind=text, message=text,
        arguments={text: {text: [text]}}, repairs=(dict.fromkeys(("field", "from", "to", "how"), text),),
        lookups=({"tool": text, "arguments": {text: text}, "items": text},), curl=text, answer=text, cache=text,
    )  # fmt: skip


@pytest.mark.parametrize("options", [[], ["k001"], ["--json"], ["k001", "--json"]], ids=" ".join)
def test_nothing_recorded_moves_the_terminal(command: Command, db: Path, options: list[str]) -> None:
    """Part 7: document, upstream and caller are hostile; their text is data."""
    ended = command("history", "--records", fill(db, everywhere(ESCAPES), a_record(2)), *options)
    assert ended.status == 0
    assert [char for char in ended.out if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160] == []
    assert "--json" in options or "\u202e" not in ended.out


def test_control_characters_come_back_whole_from_json(command: Command, db: Path) -> None:
    """Our choice: as escapes of JSON's own nothing of them is lost."""
    ended = command("history", "--records", fill(db, a_record(1, message="\x9b2J\x7f")), "--json")
    assert '"\\u009b2J\\u007f"' in ended.out
    assert ended.json["calls"][0]["message"] == "\x9b2J\x7f"


def test_the_store_that_is_configured_is_found(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part 7: --records, its variable, the config file, else a file of the user's own."""
    state = Path(os.environ["XDG_STATE_HOME"])
    fill(state / "openapi-mcp" / "records.db", a_record(1))
    assert ids(command("history").out) == [a_record(1).id]
    in_file, in_variable = (fill(tmp_path / name / "r.db", a_record(n)) for name, n in (("two", 2), ("three", 3)))
    (tmp_path / "my.toml").write_text(f'records = "{in_file}"\n')
    assert ids(command("history", "--config", "my.toml").out) == [a_record(2).id]
    monkeypatch.setenv("OPENAPI_MCP_RECORDS", "env:WHERE")
    monkeypatch.setenv("WHERE", in_variable)
    assert ids(command("history", "--config", "my.toml").out) == [a_record(3).id]


@pytest.mark.parametrize("command_name", ["history", "stats"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cr3t-word@127.0.0.1:9/shop",
        "postgresql://127.0.0.1:9/shop?password=s3cr3t-word",
        "mysql://me:s3cr3t-word@127.0.0.1/shop",
        "postgresql://me:s3cr3t-word@127.0.0.1:port/shop",
    ],
)
def test_the_password_of_a_store_is_never_shown(command: Command, command_name: str, url: str) -> None:
    """Part 7: a record store with a password in its URL."""
    ended = command(command_name, "--records", url, "--log-level", "debug")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert "s3cr3t-word" not in ended.err


def test_a_reader_that_leaves_early_ends_it_quietly(db: Path, tmp_path: Path) -> None:
    """Our choice: `openapi-mcp history | head`."""
    where = fill(db, *(a_record(number, answer="") for number in range(900)))
    for options in (["--limit", "0"], ["--limit", "0", "--json"]):
        script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1'
        program = ["sh", "-c", script, "sh", *command_line("history", "--records", where, *options)]
        with running(folder=tmp_path, program=program) as child:
            assert child.process.wait(PATIENCE) == 0
            assert child.err.get(timeout=PATIENCE) == b"ended with 0\n"
            assert child.err.get(timeout=PATIENCE) is None


def test_a_terminal_that_is_not_utf_8_gets_escapes(db: Path, tmp_path: Path) -> None:
    """Our choice: a name in another script is no crash."""
    where = fill(db, a_record(1, tool="pedidos_ação"))
    ended = run_command("history", "--records", where, folder=tmp_path, environment={"PYTHONIOENCODING": "ascii"})
    assert (ended.status, ended.err) == (0, "")
    assert "pedidos_a\\xe7\\xe3o" in ended.out


def test_many_records_come_in_pages_and_in_flat_json(command: Command, db: Path) -> None:
    """Our choice: --limit 0 is all."""
    where = fill(db, *map(a_record, range(2_500)))
    assert [
        call["arguments"]["page"] for call in command("history", "--records", where, "--json", "-n", "0").json["calls"]
    ] == [*range(2_499, -1, -1)]
    assert len(ids(command("history", "--records", where, "-n", "0").out)) == 2_500


def test_reading_leaves_the_store_as_it_is(command: Command, db: Path) -> None:
    """Part 7: what is recorded is this user's alone."""
    fill(db, a_record(1))
    before = db.read_bytes()
    command("history", "--records", str(db))
    assert (db.read_bytes(), stat.S_IMODE(db.stat().st_mode)) == (before, 0o600)


def test_a_damaged_file_is_said_in_words(command: Command, db: Path) -> None:
    """style.md, Errors: no traceback."""
    fill(db, a_record(1))
    db.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5_000)
    ended = command("history", "--records", str(db))
    assert (ended.status, ended.out) == (2, "")
    assert "damaged" in ended.err


def test_a_call_of_the_shell_is_in_its_history(upstream: Upstream, tmp_path: Path, db: Path) -> None:
    """End to end, through `python -m openapi_mcp`: what `call` did, `history` shows."""
    options = ("--records", str(db))
    run_command("call", "--spec", upstream.serve(description("/echo")), "echo", *options, folder=tmp_path)
    ended = run_command("history", *options, "--json", folder=tmp_path)
    assert (ended.status, ended.err) == (0, "")
    assert [(call["tool"], call["status"], call["kind"]) for call in ended.json["calls"]] == [("echo", 200, None)]
    shown = run_command("history", *options, ended.json["calls"][0]["id"], folder=tmp_path)
    assert f"curl --globoff -X GET {upstream.url}/echo" in shown.out


def test_a_terminal_gets_nothing_from_json_that_turns_its_line_around(
    command: Command, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part 7: foreign text is data; as escapes of JSON's own nothing of it is lost."""
    monkeypatch.setattr(output, "stdout_is_terminal", lambda: True)
    text = "\u202eevil\u2066\U000e0041"
    where = fill(db, a_record(1, tool=text))
    for options in (["history"], ["history", "k001"], ["stats"]):
        ended = command(*options, "--records", where, "--json")
        assert not set(text) & set(ended.out) - set("evil")
        assert '"\\u202eevil\\u2066\\udb40\\udc41"' in ended.out
    assert command("history", "--records", where, "--json").json["calls"][0]["tool"] == text


@pytest.mark.parametrize("width", [60, 80])
def test_in_a_narrow_terminal_names_are_cut_and_no_duration(
    command: Command, db: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Our choice: 118 without its unit may be anything; 60 and 80 columns are what terminals have."""
    monkeypatch.setattr("openapi_mcp.cli.history.stdout_width", lambda: width)
    said = {"tool": "products_label_retrieve_all", "api": "The shop of all shops", "kind": "invalid_arguments"}
    where = fill(db, a_record(1, **said, status=None, duration=0.118), a_record(2, api="Depot"))
    heading, _, line = command("history", "--records", where).out.splitlines()
    assert line.endswith("  118 ms")
    assert len(line) <= width
    assert heading.endswith("Took")
    assert (" The…   product" in line, " inva" in line) == (True, True)


def test_wide_characters_are_cut_by_their_width(command: Command, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a terminal counts two columns for each of them."""
    monkeypatch.setattr("openapi_mcp.cli.history.stdout_width", lambda: 50)
    _, line = command("history", "--records", fill(db, a_record(1, tool="\u5728" * 20))).out.splitlines()
    assert "\u5728" * 3 + "\u2026" in line


NEAR = [
    (["--api", "shop"], "--api: did you mean Shop?"),
    (["--tool", "order_list"], "--tool: did you mean orders_list?"),
    (["--tool", "ord"], "--tool: did you mean orders_list, or 'ord*'?"),
    (["--tool", "zzz"], ""),
    (["--tool", "Ord*x"], ""),
]


@pytest.mark.parametrize(("options", "said"), NEAR, ids=[" ".join(options) for options, _ in NEAR])
def test_a_near_name_is_named(command: Command, db: Path, options: list[str], said: str) -> None:
    """style.md, Errors: what to do."""
    ended = command("history", "--records", fill(db, a_record()), *options)
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == "; ".join(filter(None, ["no recorded call fits", said])) + "\n"
