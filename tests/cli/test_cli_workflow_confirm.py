"""`call` of a workflow asks at the terminal before each step that --confirm names."""

import json
from pathlib import Path

import pytest
from conftest import Command
from support.notes import serve_notes
from support.terminal import at_terminal
from support.upstream import Upstream

from openapi_mcp.cli import calling


def test_a_workflow_does_not_come_from_standard_input(upstream: Upstream, command: Command) -> None:
    """Our choice: that carries the protocol, or the document."""
    ended = command("inspect", "--spec", upstream.serve({"openapi": "3.1.0", "paths": {}}), "--workflow", "-")
    assert ended.status == 2
    assert "a workflow cannot come from standard input" in ended.err


@pytest.mark.parametrize("name", ["missing.arazzo.yaml", "notes.txt"])
def test_what_is_no_workflow_ends_the_start_with_a_word(
    upstream: Upstream, tmp_path: Path, command: Command, name: str
) -> None:
    """Issue 11: the operator named it, so it has to be there, and to be one."""
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    spec = upstream.serve({"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": {}})
    ended = command("inspect", "--spec", spec, "--workflow", name)
    assert ended.status in (3, 4)
    assert name in ended.err


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_at_the_terminal_is_asked_before_a_step_that_writes(
    upstream: Upstream, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, *, answer: bool
) -> None:
    """Issue 11, --confirm: reading is not asked about; what is declined is not sent."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["list", "drop"]})
    asked: list[str] = []

    def ask(text: str) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(calling, "ask", ask)
    monkeypatch.setattr(calling, "is_asked", lambda: True)
    ended = command("call", "rewrite", *options, "--confirm", "writes")
    (question,) = asked
    assert "DELETE" in question
    assert "Step 'drop' of the workflow 'rewrite' calls the tool notes_drop, and would send:" in question
    assert "as its workflow filled it in" in question
    assert [seen.method for seen in upstream.calls] == (["GET", "DELETE"] if answer else ["GET"])
    assert (ended.status == 0) is answer
    assert answer or "step 'drop'" in ended.err


def recorded(command: Command, db: Path) -> list[tuple[str, str]]:
    """Return the tools and messages of what was recorded, the newest first."""
    ended = command("history", "--records", str(db), "--json")
    return [(each["tool"], each["message"] or "") for each in json.loads(ended.out)["calls"]]


def test_where_there_is_no_terminal_no_step_of_it_is_sent(upstream: Upstream, tmp_path: Path, command: Command) -> None:
    """Issue 11: half a workflow is not carried out because the other half cannot be asked about."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["note", "drop"]})
    db = tmp_path / "records.db"
    ended = command("call", "rewrite", *options, "--confirm", "destructive", "--records", str(db))
    assert (ended.status, upstream.calls) == (2, [])
    assert "a person must confirm this call, and there is no terminal" in ended.err
    ((tool, _),) = recorded(command, db)
    assert tool == "rewrite"


def test_ctrl_c_at_a_question_says_what_was_carried_out(upstream: Upstream, tmp_path: Path, command: Command) -> None:
    """Issue 11: the steps before it cannot be taken back, and nobody gets the result."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["note", "drop"]})
    db = tmp_path / "records.db"
    given = ("call", "rewrite", *options, "--confirm", "destructive", "--records", str(db))
    with at_terminal(*given, folder=tmp_path) as terminal:
        terminal.see("Accept? [y/N]")
        terminal.type("y")
        terminal.see("Accept? [y/N]")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "nothing more was sent; already carried out: note (notes_note)" in terminal.seen
    assert [seen.method for seen in upstream.calls] == ["POST"]
    assert {tool for tool, _ in recorded(command, db)} == {"rewrite", "notes_drop", "notes_note"}


def test_ctrl_c_at_the_first_question_says_that_no_more_is_sent(
    upstream: Upstream, tmp_path: Path, command: Command
) -> None:
    """Our choice: who sees only ^C does not know what became of the run; reads before it are nothing to take back."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["list", "drop"]})
    with at_terminal("call", "rewrite", *options, "--confirm", "writes", folder=tmp_path) as terminal:
        terminal.see("Accept? [y/N]")
        terminal.interrupt()
        terminal.see("\r\nnothing more was sent\r\n")
        assert terminal.end() == 130
    assert "carried out" not in terminal.seen
    assert [seen.method for seen in upstream.calls] == ["GET"]


def test_ctrl_c_at_the_question_of_a_call_says_that_nothing_was_sent(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: the same for a call that is no workflow's."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["list"]})
    with at_terminal("call", "notes_drop", *options, "--confirm", "writes", folder=tmp_path) as terminal:
        terminal.see("Accept? [y/N]")
        terminal.interrupt()
        terminal.see("\r\nnothing was sent\r\n")
        assert terminal.end() == 130
    assert upstream.calls == []


def test_at_a_terminal_the_error_of_a_run_that_failed_stands_below_what_its_steps_brought(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: a screenful of steps would move it out of sight."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["list", "drop"]})
    with at_terminal("call", "rewrite", *options, "--confirm", "writes", folder=tmp_path) as terminal:
        terminal.see("Accept? [y/N]")
        terminal.type("n")
        terminal.see('"steps"')
        terminal.see("error: refused: ")
        assert terminal.end() == 2


def test_ctrl_c_within_a_step_says_what_was_and_what_may_have_been_carried_out(
    upstream: Upstream, tmp_path: Path, command: Command
) -> None:
    """Issue 11: as a timeout says it."""
    options = serve_notes(upstream, tmp_path, {"rewrite": ["note", "hang"]})
    db = tmp_path / "records.db"
    with at_terminal("call", "rewrite", *options, "--records", str(db), folder=tmp_path) as terminal:
        upstream.wait_for_call()
        terminal.interrupt()
        assert terminal.end() == 130
    assert "already carried out: note (notes_note)" in terminal.seen
    assert "perhaps carried out, as no answer came: hang (notes_hang)" in " ".join(terminal.seen.split())
    assert "hang (notes_hang)" in dict(recorded(command, db))["rewrite"]
