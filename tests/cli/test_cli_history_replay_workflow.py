"""`openapi-mcp history replay` of a workflow: its run made again, each write with a person's word."""

from pathlib import Path

import pytest
from conftest import Command
from support.notes import serve_notes
from support.terminal import at_terminal
from support.upstream import Upstream

SEE, WRITE = "look", "rewrite"


@pytest.fixture
def options(upstream: Upstream, tmp_path: Path) -> tuple[str, ...]:
    """Serve notes, and return the options for them, with the workflows `look` and `rewrite` and a file of records."""
    workflows = {SEE: ["list"], WRITE: ["list", "note", "drop"]}
    return (*serve_notes(upstream, tmp_path, workflows), "--records", str(tmp_path / "records.db"))


def made(command: Command, upstream: Upstream, workflow: str, options: tuple[str, ...]) -> str:
    """Return the id of the record of a workflow's run; what it sent is forgotten."""
    assert command("call", workflow, *options).status == 0
    upstream.seen.clear()
    listed = command("history", *options[-2:], "--tool", workflow, "--json").json["calls"]
    return str(listed[0]["id"])


def sent(upstream: Upstream) -> list[str]:
    return [seen.method for seen in upstream.calls]


def test_yes_runs_a_workflow_again_and_shows_each_request(
    command: Command, upstream: Upstream, options: tuple[str, ...]
) -> None:
    """Issue 8, --yes for scripts; issue 11: a workflow is one call, so it is made again as one."""
    ended = command("history", "replay", made(command, upstream, WRITE, options), *options, "--yes")
    assert (ended.status, sent(upstream)) == (0, ["GET", "POST", "DELETE"])
    for method in sent(upstream):
        assert ended.err.count(f"\n{method} {upstream.url}/notes\n") + ended.err.startswith(f"{method} http") == 1
    assert "the answer is the same" in ended.err


def test_a_workflow_that_only_reads_runs_again_at_once(
    command: Command, upstream: Upstream, options: tuple[str, ...]
) -> None:
    """Issue 8: reads at once, after the exact request."""
    ended = command("history", "replay", made(command, upstream, SEE, options), *options)
    assert (ended.status, sent(upstream)) == (0, ["GET"])
    assert ended.err.startswith(f"GET {upstream.url}/notes\n")


def test_nothing_of_a_workflow_that_writes_is_sent_without_a_terminal_or_yes(
    command: Command, upstream: Upstream, options: tuple[str, ...]
) -> None:
    """Issue 8: an error that says --yes; half a workflow is not carried out."""
    ended = command("history", "replay", made(command, upstream, WRITE, options), *options)
    assert (ended.status, ended.out, sent(upstream)) == (2, "", [])
    assert "a person must confirm that a write is made again, and there is no terminal" in ended.err
    assert "or give --yes" in ended.err


def test_a_person_is_asked_before_each_step_that_writes(
    command: Command, upstream: Upstream, options: tuple[str, ...], tmp_path: Path
) -> None:
    """Issue 8: writes after a confirmation with the exact request; what is declined is not sent."""
    run = made(command, upstream, WRITE, options)
    with at_terminal("history", "replay", run, *options, folder=tmp_path) as terminal:
        terminal.see("Step 'note' of the workflow 'rewrite' calls the tool notes_note")
        terminal.see("Accept? [y/N]")
        terminal.type("y")
        terminal.see("Step 'drop' of the workflow 'rewrite' calls the tool notes_drop")
        terminal.see("Accept? [y/N]")
        terminal.type("n")
        assert terminal.end() == 2
    assert sent(upstream) == ["GET", "POST"]
    assert "declined; nothing was sent" in " ".join(terminal.seen.split())
    assert "it ended in another way" in terminal.seen


def test_a_dry_run_of_a_workflow_says_what_it_would_call(
    command: Command, upstream: Upstream, options: tuple[str, ...]
) -> None:
    """Our choice: what its later steps send, only the answers of the earlier ones say."""
    ended = command("history", "replay", made(command, upstream, WRITE, options), *options, "--dry-run")
    assert (ended.status, sent(upstream)) == (2, [])
    assert "it calls notes_list, notes_note, notes_drop as its steps find them" in ended.err
