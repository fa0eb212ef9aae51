"""Where output goes: pipes that close, disks that are full, streams that are not there, terminals."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from conftest import Command
from support.child import clean_environment, command_line, run_command, running, without_progress
from support.terminal import at_terminal
from support.upstream import PATIENCE, Answer, Upstream, description


@pytest.fixture
def large(tmp_path: Path) -> str:
    """A document whose report is longer than any pipe holds; the name of its file."""
    document = description(*(f"/a{number}" for number in range(400)), server="https://api.example.com")
    (tmp_path / "large.json").write_text(json.dumps(document))
    return "large.json"


@pytest.mark.parametrize("options", [["--json"], []], ids=["JSON", "table"])
def test_a_pipe_that_is_closed_early_is_no_error(large: str, tmp_path: Path, options: list[str]) -> None:
    """Our choice: `openapi-mcp inspect --json | head` ends well and without a word."""
    script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1'
    program = ["sh", "-c", script, "sh", *command_line("inspect", "--spec", large, *options)]
    with running(folder=tmp_path, program=program) as child:
        assert child.process.wait(PATIENCE) == 0
        said = ""
        while (line := child.err.get(timeout=PATIENCE)) is not None:
            said += line.decode()
    assert without_progress(said) == "ended with 0\n"


def redirected(folder: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command with its streams redirected as a shell does it."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *command_line(*arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env=clean_environment(),
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--json"], ["call", "bytes"]], ids=" ".join)
def test_a_full_disk_is_said_in_one_clear_line(upstream: Upstream, tmp_path: Path, arguments: list[str]) -> None:
    """style.md, Errors: it is not a bug in us."""
    upstream.answers["/bytes"] = Answer(b"\x00\xff" * 100_000, "application/zip")
    spec = upstream.serve(description("/bytes"))
    ended = redirected(tmp_path, "> /dev/full", *arguments, "--spec", spec)
    assert ended.returncode == 2
    assert ended.stderr == (
        "error: cannot write the answer: No space left on device\n   at: stdout\n"
        "  fix: check what stdout is redirected to\n"
    )


@pytest.mark.parametrize("redirection", [">&-", "<&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--json"], ["serve"]], ids=" ".join)
def test_a_stream_that_was_closed_before_we_started_is_no_bug(
    large: str, tmp_path: Path, arguments: list[str], redirection: str
) -> None:
    """Our choice: what nobody wants to read goes nowhere."""
    ended = redirected(tmp_path, redirection, *arguments, "--spec", large)
    assert (ended.returncode, "bug" in ended.stderr, "Traceback" in ended.stderr) == (0, False, False)


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """Return what a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command_line(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=clean_environment(TERM="dumb"),
    ) as process:
        os.close(theirs)
        written = bytearray()
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:  # Linux: the other side has closed it
            pass
        finally:
            os.close(ours)
        assert process.wait(PATIENCE) == 0
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Answer(b'{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}\n'),
        (Answer(b"as it is", "text/plain"), "as it is\n"),
        (Answer(b"\x00\xff", "application/zip"), "application/zip, 2 bytes; send stdout to a file to keep them\n"),
    ],
    ids=["JSON", "text", "bytes"],
)
def test_a_person_at_a_terminal_gets_what_can_be_read(
    upstream: Upstream, tmp_path: Path, answer: Answer, shown: str
) -> None:
    """Our choice: JSON is indented, bytes are not thrown at a screen."""
    upstream.answers["/odd"] = answer
    assert on_a_terminal(tmp_path, "call", "--spec", upstream.serve(description("/odd")), "odd") == shown


def test_a_table_fits_the_terminal(large: str, tmp_path: Path) -> None:
    """rich folds what is too wide."""
    assert max(len(line) for line in on_a_terminal(tmp_path, "inspect", "--spec", large).splitlines()) <= 120


def test_what_we_did_not_foresee_is_called_a_bug_and_exits_with_1(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """style.md, Errors: 1 a bug in us, no traceback; the error's own text may hold anything, so it is not shown."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("s3cret")

    monkeypatch.setattr("openapi_mcp.cli.inspect.start", broken)
    ended = command("inspect", "--spec", "x")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        "error: openapi-mcp failed with ZeroDivisionError; this is a bug in it\n"
        "  fix: run again with --log-level debug and report what it shows, secrets removed\n"
    )


def test_a_whole_report_goes_through_a_slow_pipe(large: str, tmp_path: Path) -> None:
    """A pipe holds less than the report: nothing is lost."""
    ended = run_command("inspect", "--spec", large, "--json", folder=tmp_path)
    assert (ended.status, len(ended.json["tools"])) == (0, 400)


def test_words_about_a_tool_are_broken_between_words_at_a_terminal_and_left_alone_in_a_pipe(tmp_path: Path) -> None:
    """A user's finding: `inspect WORKFLOW` at 80 columns was broken in the middle of a word."""
    document = description("/orders", server="https://api.example.com")
    about = "Lists every order of the shop that was placed within the time that is given, the newest of them first."
    document["paths"]["/orders"]["get"]["description"] = about
    (tmp_path / "api.json").write_text(json.dumps(document))
    arguments = ("inspect", "orders", "--spec", "api.json")
    with at_terminal(*arguments, folder=tmp_path, columns=50) as terminal:
        assert terminal.end() == 0
    lines = terminal.seen.replace("\r", "").split("\n")
    assert [line for line in lines if len(line) > 50] == []
    assert about in " ".join(terminal.seen.split())
    assert about in run_command(*arguments, folder=tmp_path).out.split("\n")
