"""Bytes from files, standard input and commands that are really there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.child import clean_environment
from support.downloads import SHORT, refusal

from openapi_mcp.loader.fetch import Fetched, fetch
from openapi_mcp.loader.source import CommandSource, FileSource, StdinSource

pytestmark = pytest.mark.anyio


# --- from files ---


async def test_a_file_is_read(tmp_path: Path) -> None:
    """design.md, Options: a file; it has no URL."""
    (tmp_path / "a.yaml").write_bytes(b"\xff\x00raw")
    assert await fetch(FileSource(path=tmp_path / "a.yaml")) == Fetched(data=b"\xff\x00raw", base_uri=None)


async def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """style.md, Errors."""
    error = await refusal(FileSource(path=tmp_path / "a.yaml"))
    assert error.message == "cannot read the file: No such file or directory"


async def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """style.md, Errors."""
    assert (await refusal(FileSource(path=tmp_path))).message.startswith("cannot read the file: ")


async def test_a_path_that_no_file_can_have_is_said() -> None:
    """security.md B20: `file:///a%00b`."""
    assert (await refusal(FileSource(path=Path("a\0b")))).message == "cannot read the file: embedded null byte"


async def test_a_file_is_read_up_to_the_cap(tmp_path: Path, small_cap: int) -> None:
    """security.md B19."""
    (tmp_path / "fits").write_bytes(b"x" * small_cap)
    (tmp_path / "large").write_bytes(b"x" * (small_cap + 1))
    assert len((await fetch(FileSource(path=tmp_path / "fits"))).data) == small_cap
    error = await refusal(FileSource(path=tmp_path / "large"))
    assert error.message == "the document is larger than 1 MB"


# --- from standard input ---


def fetch_in_a_child(
    spec: str, stdin: int | None, deadline: float, text: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Fetch in a process of its own and print what came, or the error."""
    code = f"""
import anyio
from openapi_mcp.errors import SourceError
from openapi_mcp.loader import fetch as module, size
from openapi_mcp.loader.source import parse_source
module.DEADLINE, size.MAX_BYTES = {deadline}, 1_000_000
try:
    print(len(anyio.run(module.fetch, parse_source({spec!r})).data))
except SourceError as error:
    print(error.message)
"""
    given = subprocess.PIPE if stdin is None else stdin
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    ) as child:
        out, err = child.communicate(text if stdin is None else None, timeout=30)
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, b"0"), (11, b"11"), (1_000_000, b"1000000"), (1_000_001, b"the document is larger than 1 MB")],
)
def test_standard_input_is_read_to_its_end_or_the_cap(size: int, said: bytes) -> None:
    """design.md, Options: `-` for stdin; security.md B19."""
    done = fetch_in_a_child("-", None, 20, b"x" * size)
    assert (done.stdout.strip(), done.stderr, done.returncode) == (said, b"", 0)


def test_standard_input_that_stays_silent_ends_at_the_deadline_with_the_process() -> None:
    """security.md B19, B24: nobody waits for a pipe that says nothing."""
    ours, theirs = os.pipe()
    try:
        done = fetch_in_a_child("-", ours, SHORT)
    finally:
        os.close(theirs)
        os.close(ours)
    assert (done.stdout.strip(), done.stderr, done.returncode) == (b"the document did not arrive within 0 s", b"", 0)


if sys.platform != "win32":  # where no folder holds a named pipe

    def test_a_named_pipe_that_stays_silent_ends_at_the_deadline_with_the_process(tmp_path: Path) -> None:
        """security.md B19, B24."""
        os.mkfifo(tmp_path / "pipe")
        done = fetch_in_a_child(str(tmp_path / "pipe"), subprocess.DEVNULL, SHORT)
        assert (done.stdout.strip(), done.stderr) == (b"the document did not arrive within 0 s", b"")


async def test_standard_input_is_the_descriptor_that_the_process_was_given(tmp_path: Path) -> None:
    """Our choice: read without Python's buffer, which a thread that nobody waits for must not hold."""
    (tmp_path / "a").write_bytes(b"openapi: 3.1.0")
    given = os.open(tmp_path / "a", os.O_RDONLY)
    kept = os.dup(0)
    try:
        os.dup2(given, 0)
        assert (await fetch(StdinSource())).data == b"openapi: 3.1.0"
        os.close(0)
        assert (await refusal(StdinSource())).message == "cannot read: Bad file descriptor"
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(given)


# --- from commands ---


def python(code: str) -> CommandSource:
    """Return the command that runs this code."""
    return CommandSource(argv=(sys.executable, "-c", code))


async def test_what_a_command_prints_is_the_document() -> None:
    """design.md, Options: `--spec-command`; what it says on stderr is not part of it."""
    source = python("import sys; print('openapi: 3.1.0', end=''); print('a warning', file=sys.stderr)")
    assert await fetch(source) == Fetched(data=b"openapi: 3.1.0", base_uri=None)


async def test_a_command_has_an_empty_standard_input() -> None:
    """security.md A11: the pipe of the client is not the command's."""
    assert (await fetch(python("import sys; print(len(sys.stdin.read()), end='')"))).data == b"0"


async def test_a_command_is_run_without_a_shell() -> None:
    """design.md, Options."""
    source = CommandSource(
        argv=(sys.executable, "-c", "import sys; print(sys.argv[1:], end='')", "$HOME", ";ls", "a b")
    )
    assert (await fetch(source)).data == b"['$HOME', ';ls', 'a b']"


async def test_a_command_that_fails_is_said_with_the_end_of_what_it_said() -> None:
    """style.md, Errors: a traceback's last line is the one that counts, however long it is."""
    error = await refusal(python("import sys; print('x' * 50_000, file=sys.stderr); sys.exit('no such table: orders')"))
    assert re.fullmatch(r"the command ended with status 1:\nx{1,2000}\nno such table: orders", error.message)


async def test_a_command_that_fails_in_silence_is_said() -> None:
    """style.md, Errors."""
    assert (await refusal(python("raise SystemExit(3)"))).message == "the command ended with status 3"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("no-such-program-anywhere",), "cannot run the command: No such file or directory"),
        (("a\0b",), "cannot run the command: embedded null byte"),
        ((sys.executable, "\0"), "cannot run the command: embedded null byte"),
    ],
)
async def test_a_command_that_cannot_be_run_is_said(argv: tuple[str, ...], message: str) -> None:
    """style.md, Errors."""
    assert (await refusal(CommandSource(argv=argv))).message == message


@pytest.mark.usefixtures("small_cap")
@pytest.mark.parametrize(
    "code",
    [
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        "import sys, threading\nsys.stdout.write('x' * 1_000_001)\nsys.stdout.flush()\nthreading.Event().wait()",
    ],
)
async def test_a_command_that_prints_without_end_is_ended_at_the_cap(code: str) -> None:
    """security.md B19; also one that goes on living afterwards."""
    assert (await refusal(python(code))).message == "the document is larger than 1 MB"


async def test_a_command_may_print_exactly_the_cap(small_cap: int) -> None:
    """security.md B19."""
    assert len((await fetch(python(f"print('x' * {small_cap}, end='')"))).data) == small_cap


@pytest.mark.usefixtures("short_deadline")
async def test_a_command_that_hangs_is_ended_at_the_deadline(tmp_path: Path) -> None:
    """security.md B19, B24: no orphan; its pipe ends only when it does."""
    ours, theirs = os.pipe()
    os.set_inheritable(theirs, True)
    code = "import threading; threading.Event().wait()"
    with pytest.MonkeyPatch.context() as patch:
        popen = subprocess.Popen
        patch.setattr(subprocess, "Popen", lambda *args, **options: popen(*args, **{**options, "close_fds": False}))
        error = await refusal(python(code))
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        assert pipe.read() == b""
    assert error.message == "the document did not arrive within 0 s"


async def test_the_arguments_of_a_command_are_in_no_error() -> None:
    """security.md A10: they may hold a token."""
    error = await refusal(CommandSource(argv=(sys.executable, "-c", "raise SystemExit(1)", "SECRET")))
    assert error.where == f"the output of {Path(sys.executable).name!r}"
    assert "SECRET" not in f"{error.message} {error.where} {error.hint}"
