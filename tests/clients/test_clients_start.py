"""Starting a server as a client would: real ones, and such as hang, lie, fork and never stop."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.child import clean_environment
from support.live import yaml

from openapi_mcp.clients.launch import Given, Launch, Reference
from openapi_mcp.clients.start import StartError, start_and_ask, start_and_list
from openapi_mcp.clients.talk import Question
from openapi_mcp.errors import ExitCode

pytestmark = pytest.mark.anyio
LONG, SHORT = 60.0, 0.5  # seconds: for what ends by itself, and for what never would


def python(*args: str, **env: str | Reference) -> Launch:
    return Launch(name="w", command=sys.executable, args=args, env=env)


def shell(script: str) -> Launch:
    return Launch(name="w", command="/bin/sh", args=("-c", script))


@pytest.fixture
def ours(tmp_path: Path) -> tuple[str, ...]:
    """The words that serve a document of two operations."""
    file = tmp_path / "w.yaml"
    file.write_text(yaml("a_list", "b_list"), encoding="utf-8")
    return ("-m", "openapi_mcp", "serve", "--spec", str(file))


async def refused(launch: Launch, seconds: float = LONG) -> StartError:
    with pytest.raises(StartError) as caught:
        await start_and_list(launch, clean_environment(), seconds)
    return caught.value


@pytest.mark.parametrize(("era", "protocol"), [("modern", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_a_server_is_started_and_lists_its_tools_in_either_era(
    ours: tuple[str, ...], era: str, protocol: str
) -> None:
    """Issue 10: which era it speaks. mcp-facts.md section 1."""
    listed = await start_and_list(
        python(*ours), clean_environment(), LONG, era="modern" if era == "modern" else "legacy"
    )
    assert (listed.era, listed.protocol, listed.server_name) == (era, protocol, "openapi-mcp")
    assert [tool["name"] for tool in listed.tools][:2] == ["a_list", "b_list"]
    assert listed.bytes > 200
    assert "2 tools of W" in listed.said
    assert (listed.strays, listed.stray) == (0, "")


async def test_a_question_is_asked_of_what_was_listed(ours: tuple[str, ...]) -> None:
    """Issue 10: whether the API answers. Nobody listens at port 9."""
    environ = clean_environment()

    async def second(tools: Sequence[Mapping[str, Any]]) -> Question:
        return str(tools[1]["name"]), {}

    listed, asked = await start_and_ask(python(*ours, "--retries", "0"), environ, LONG, choose=second)
    assert asked is not None
    assert (asked.tool, asked.is_error, asked.kind) == ("b_list", True, "unreachable")
    assert len(listed.tools) >= 2


async def test_the_server_has_the_environment_that_is_given_and_no_other() -> None:
    """Issue 10: started as the client would, which passes on what it passes on."""
    error = await refused(python("-c", "import os, sys; sys.exit(' '.join(sorted(os.environ)))"))
    assert "PATH" in error.said
    with pytest.raises(StartError) as caught:
        await start_and_list(
            python("-c", "import os, sys; sys.exit(f'has {sorted(set(os.environ) - {\"LC_CTYPE\"})}')"),
            {"ONLY": "this"},
            LONG,
        )
    assert caught.value.said == "has ['ONLY']"


async def test_it_starts_in_the_folder_that_the_entry_names(tmp_path: Path) -> None:
    """Codex, VS Code and Gemini take `cwd`."""
    folder = str(tmp_path)
    launch = Launch(name="w", command=sys.executable, args=("-c", "import os; exit(os.getcwd())"), cwd=folder)
    assert (await refused(launch)).said == folder


async def test_a_command_that_is_not_there_is_said() -> None:
    """Issue 10: a moved pipx environment."""
    error = await refused(Launch(name="w", command="/nowhere/openapi-mcp"))
    assert error.message == "the server cannot be started: there is no such command"
    assert error.where == "/nowhere/openapi-mcp"
    assert "openapi-mcp install" in (error.hint or "")
    assert error.exit_code is ExitCode.USAGE


async def test_a_file_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    """A document in place of a command."""
    (tmp_path / "x").write_text("{}", encoding="utf-8")
    error = await refused(Launch(name="w", command=str(tmp_path / "x")))
    assert "Permission denied" in error.message
    error = await refused(Launch(name="w", command="a\0b"))
    assert "null byte" in error.message


async def test_the_exit_status_and_the_last_words_of_a_server_are_kept() -> None:
    """Issue 10: not startable ends with the status of the cause, and with what stderr said."""
    error = await refused(shell("echo 'error: cannot fetch' >&2; exit 3"))
    assert error.message == "the server did not list its tools: it ended with status 3"
    assert (error.said, error.exit_code) == ("error: cannot fetch", ExitCode.SOURCE)
    assert (await refused(shell("exit 77"))).exit_code is ExitCode.USAGE
    assert "signal 9 ended it" in (await refused(shell("kill -9 $$"))).message


async def test_a_server_that_says_nothing_is_given_up_after_its_limit() -> None:
    """Codex waits 10 s, Claude Code 30."""
    error = await refused(shell("exec sleep 600"), SHORT)
    assert error.message == "the server did not list its tools: the handshake: not answered within 0.5 s"


async def test_what_a_server_began_ends_with_it(tmp_path: Path) -> None:
    """A start is a look: nothing of it goes on. The pipe's end comes when the last writer is gone."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        error = await refused(shell(f"exec 3>'{tmp_path}/pipe'; echo x >&3; sleep 600 & exit 4"))
        assert error.exit_code is ExitCode.DOCUMENT
        os.set_blocking(reader, True)
        with os.fdopen(reader, "rb", closefd=False) as pipe:
            assert pipe.read() == b"x\n"
    finally:
        os.close(reader)


async def test_a_server_that_ignores_the_end_of_its_stdin_and_a_signal_is_killed(tmp_path: Path) -> None:
    """MCP, Lifecycle, Shutdown: stdin first, then SIGTERM, then SIGKILL."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        await refused(shell(f"exec 3>'{tmp_path}/pipe'; echo x >&3; trap '' TERM; while :; do sleep 1; done"), SHORT)
        os.set_blocking(reader, True)
        with os.fdopen(reader, "rb", closefd=False) as pipe:
            assert pipe.read() == b"x\n"
    finally:
        os.close(reader)


async def test_a_line_without_end_is_not_read_to_its_end() -> None:
    """security.md: a gigabyte is not kept."""
    error = await refused(shell("exec tr '\\0' x </dev/zero"))
    assert "it writes without end" in error.message


async def test_lines_that_are_no_messages_are_let_go_by_the_hundred_not_for_ever() -> None:
    """Clients put up with stray lines on stdout, Claude Code too (mcp-facts.md section 6)."""
    error = await refused(shell("exec yes"))
    assert "is not the protocol" in error.message
    assert "on stdout it wrote 'y'" in error.message


async def test_more_messages_than_anybody_asked_for_end_it() -> None:
    """A flood of notifications fits no memory."""
    error = await refused(shell("""exec yes '{"jsonrpc":"2.0","method":"x"}'"""))
    assert "messages at once" in error.message or "writes without end" in error.message


async def test_stderr_without_end_is_read_and_let_go() -> None:
    """A server that logs everything must not stand still because nobody reads it."""
    error = await refused(shell("head -c 9000000 /dev/zero | tr '\\0' y >&2; echo >&2; echo the end >&2; exit 3"))
    assert error.said.endswith("the end")
    assert len(error.said) < 1000


async def test_what_comes_after_the_conversation_is_let_go() -> None:
    """A server that says good-bye when its stdin ends, to nobody."""
    error = await refused(shell("""cat >/dev/null; echo '{"jsonrpc":"2.0","method":"bye"}'; echo bye >&2"""), SHORT)
    assert "not answered within" in error.message
    assert error.said == "bye"


async def test_there_is_no_terminal_to_ask_at() -> None:
    """A command that wants a password from a person ends, or is given up."""
    error = await refused(shell("read word </dev/tty && echo got it"))
    assert "/dev/tty" in error.said


async def test_a_stray_line_before_the_first_frame_is_told_and_forgiven(ours: tuple[str, ...]) -> None:
    """mcp-facts.md section 6: Claude Code forgives it; others were not tried."""
    code = f"import os, sys; print('hello', flush=True); os.execv(sys.executable, [sys.executable, *{ours!r}])"
    listed = await start_and_list(python("-c", code), clean_environment(), LONG)
    assert (listed.strays, listed.stray) == (1, "hello")


async def test_no_secret_of_an_entry_is_told() -> None:
    """security.md: what stands in a command line, in a variable or behind a reference is masked."""
    said = (
        "import os, sys; sys.exit(' '.join(sys.argv[1:]) + os.environ['A_TOKEN'] + os.environ['REF'] + os.environ['N'])"
    )
    args = ("-c", said, "--bearer", "first-secret", "-H", "X-Key: second-secret", "--api-key=env:N")
    env: dict[str, Given] = {"A_TOKEN": "third-secret", "REF": Reference(variable="REF")}
    launch = Launch(name="w", command=sys.executable, args=args, env=env)
    environ = {**clean_environment(), "A_TOKEN": "third-secret", "REF": "fourth-secret", "N": "fifth-secret"}
    with pytest.raises(StartError) as caught:
        await start_and_list(launch, environ, LONG)
    told = " ".join((caught.value.said, caught.value.message, str(caught.value.where), str(caught.value.hint)))
    assert "-secret" not in told
    assert "***" in caught.value.said


async def test_no_escape_sequence_of_a_server_reaches_a_terminal() -> None:
    """security.md: text of others is data."""
    error = await refused(shell("printf '\\033]0;title\\007gone \\033[31mred\\n' >&2; printf '\\033[2J{\\n'; exit 2"))
    assert error.said == "gone red"
    assert "\x1b" not in error.message
