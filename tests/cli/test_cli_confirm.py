"""`openapi-mcp call --confirm`: the person at the terminal is asked before a write."""

import os
import pty
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import clean_environment, command_line
from support.person import Typed
from support.upstream import PATIENCE, Upstream

DELETE = {"/things/{id}": {
    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
    "get": {"operationId": "read", "responses": {}},
    "delete": {"operationId": "delete", "responses": {}},
}}  # fmt: skip
DELETES = ("delete", "-a", "id=7")


def options(upstream: Upstream, which: str = "destructive") -> tuple[str, ...]:
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": DELETE}
    spec = upstream.serve({**document, "servers": [{"url": upstream.url}]})
    return ("call", "--spec", spec, "--allow", "DELETE *", "--confirm", which)


@pytest.mark.parametrize("answer", ["y\n", "Y\n", "yes\n", " yes"])
def test_what_the_person_accepts_is_sent(command: Command, upstream: Upstream, typed: Typed, answer: str) -> None:
    """Issue 5, Writes: the same text as over MCP, on stderr; stdout carries the answer alone."""
    typed(answer)
    ended = command(*options(upstream), *DELETES)
    assert ended.status == 0
    assert ended.json["target"] == "/things/7"
    assert f"    | DELETE {upstream.url}/things/7\n" in ended.err
    assert ended.err.endswith("Nothing is sent unless you accept.\nAccept? [y/N] ")
    assert [seen.method for seen in upstream.calls] == ["DELETE"]


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yesterday\n", "sure\n"])
def test_everything_but_yes_is_no(command: Command, upstream: Upstream, typed: Typed, answer: str) -> None:
    """Our choice: also the end of input."""
    typed(answer)
    ended = command(*options(upstream), *DELETES)
    assert (ended.status, ended.out, upstream.calls) == (2, "", [])
    assert "error: refused: declined; nothing was sent\n" in ended.err


def test_without_a_terminal_the_call_is_refused(command: Command, upstream: Upstream) -> None:
    """Issue 5, Writes: exit code 2, saying how it can be allowed."""
    ended = command(*options(upstream), *DELETES)
    assert (ended.status, ended.out, upstream.calls) == (2, "", [])
    assert "error: a person must confirm this call, and there is no terminal\n   at: --confirm\n" in ended.err
    assert "--confirm none" in ended.err


@pytest.mark.parametrize(
    ("which", "words"),
    [("none", DELETES), ("writes", ("read", "-a", "id=7")), ("writes", (*DELETES, "--dry-run"))],
)
def test_nobody_is_asked_where_nothing_is_to_be_confirmed(
    command: Command, upstream: Upstream, which: str, words: tuple[str, ...]
) -> None:
    """Issue 5, Writes: --dry-run never asks, reading is never asked about."""
    ended = command(*options(upstream, which), *words)
    assert (ended.status, ended.err) == (0, "")


@pytest.mark.parametrize("words", [("delete", "-a", "id=x"), ("drop_all",)])
def test_what_cannot_be_sent_fails_as_always(
    command: Command, upstream: Upstream, typed: Typed, words: tuple[str, ...]
) -> None:
    """Issue 5, Writes: no person is bothered."""
    typed("y\n")
    ended = command(*options(upstream, "writes"), *words)
    assert (ended.status, upstream.calls) == (2, [])
    assert "Accept?" not in ended.err


@pytest.mark.parametrize(("typed_in", "status", "calls"), [(b"y\n", 0, 1), (b"n\n", 2, 0), (None, 130, 0)])
def test_on_a_real_terminal_yes_sends_no_does_not_and_ctrl_c_ends_it(
    upstream: Upstream, tmp_path: Path, typed_in: bytes | None, status: int, calls: int
) -> None:
    """Issue 5, Writes; style.md, Errors: 130 interrupted."""
    ours, theirs = pty.openpty()
    line = command_line(*options(upstream), *DELETES)
    with subprocess.Popen(
        line, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, cwd=tmp_path, env=clean_environment()
    ) as process:
        os.close(theirs)
        said = b""
        while not said.endswith(b"[y/N] "):
            said += os.read(ours, 4096)
        if typed_in is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(ours, typed_in)
        try:
            assert process.wait(PATIENCE) == status
        finally:
            process.kill()
    os.close(ours)
    assert b"| DELETE " in said
    assert len(upstream.calls) == calls


def test_a_tool_that_is_to_be_confirmed_is_asked_about_whatever_the_option_says(
    command: Command, upstream: Upstream, typed: Typed, tmp_path: Path
) -> None:
    """Issue 8, Switches: `confirm = true` asks, also before a read; `confirm = false` never does."""
    (tmp_path / "a.toml").write_text("[tool.read]\nconfirm = true\n[tool.delete]\nconfirm = false\n")
    given = (*options(upstream), "--config", "a.toml")
    refused = command(*given, "read", "-a", "id=7")
    assert "   at: [tool.read]\n" in refused.err
    assert "or take it out" in refused.err
    typed("y\n")
    assert "Accept?" in command(*given, "read", "-a", "id=7").err
    assert "Accept?" not in command(*given, *DELETES).err
    assert [seen.method for seen in upstream.calls] == ["GET", "DELETE"]
