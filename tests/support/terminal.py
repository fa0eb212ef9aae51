"""A command at a real terminal: what a person sees and types."""

import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.child import clean_environment, command_line
from support.upstream import ENDS_WITHIN, PATIENCE


@dataclass(slots=True)
class Terminal:
    """A running command, and all that it has shown."""

    process: "subprocess.Popen[bytes]"
    descriptor: int
    seen: str = ""
    _read_to: int = 0

    def see(self, text: str) -> str:
        """Wait until a text is shown that was not seen before; return what came up to it."""
        while (found := self.seen.find(text, self._read_to)) < 0:
            assert self._more(), f"{text!r} is not in {self.seen!r}"
        before, self._read_to = self.seen[self._read_to : found], found + len(text)
        return before

    def type(self, line: str) -> None:
        self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def interrupt(self) -> None:
        os.write(self.descriptor, b"\x03")

    def end(self) -> int:
        """Return the exit status of a command that ends by itself."""
        while self._more():
            pass
        return self.process.wait(ENDS_WITHIN)

    def _more(self) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], PATIENCE)
        try:
            data = os.read(self.descriptor, 65536) if ready else b""
        except OSError:  # Linux: the other end is closed
            data = b""
        self.seen += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def at_terminal(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = (),
    stdout: int | None = None,
    columns: int = 200,
) -> Iterator[Terminal]:
    """Run `openapi-mcp ARGUMENTS`, or another program, at a terminal of its own; `stdout` is a file in its place."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*program] or command_line(*arguments),
        stdin=its,
        stdout=its if stdout is None else stdout,
        stderr=its,
        cwd=folder,
        env=clean_environment(**{"TERM": "dumb", "COLUMNS": str(columns), **(environment or {})}),
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(its)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(ENDS_WITHIN)
        os.close(ours)


def _take_terminal() -> None:
    """Make the terminal on stdin the one whose Ctrl-C reaches us."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
