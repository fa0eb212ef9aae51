"""A shell that stays open for the commands of a page, one after the other, as a person's terminal does."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.child import without_progress
from support.upstream import ENDS_WITHIN

_LONGEST = 90.0  # seconds in which a command must end, on a machine with other work


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and all that it wrote, as a terminal shows it."""

    status: int
    lines: list[str]


@dataclass(slots=True)
class Shell:
    """One bash; what a command exports, and where it goes, holds for the next."""

    process: "subprocess.Popen[str]"
    notes: Path
    ends: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _asked: int = 0

    def run(self, command: str) -> Said:
        """Run a command to its end."""
        script, out = self._files(command)
        self._write(f". {script} >{out} 2>&1 </dev/null; echo $?")
        status = int(self.ends.get(timeout=_LONGEST))
        return Said(status, without_progress(out.read_text(encoding="utf-8")).splitlines())

    def begin(self, command: str) -> Path:
        """Start a command that goes on by itself; return the file that it writes to."""
        script, out = self._files(f"exec env {command}")
        out.touch()
        self._write(f"{{ ( . {script} ) >{out} 2>&1 </dev/null; echo $? >{ended(out)}; }} & echo $!")
        self.ends.get(timeout=_LONGEST)
        return out

    def environment(self) -> dict[str, str]:
        """Return the variables that a command of this shell would get."""
        file = self.notes / "environment"
        self._write(f"env -0 >{file}; echo $?")
        self.ends.get(timeout=_LONGEST)
        pairs = file.read_text(encoding="utf-8").split("\0")
        return dict(pair.split("=", 1) for pair in pairs if pair)

    def folder(self) -> str:
        """Return the folder that it is in."""
        return self.run("pwd").lines[0]

    def _files(self, command: str) -> tuple[Path, Path]:
        self._asked += 1
        script, out = self.notes / f"{self._asked}.sh", self.notes / f"{self._asked}.out"
        script.write_text(f"{command}\n", encoding="utf-8")
        return script, out

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextmanager
def open_shell(folder: Path, notes: Path, environment: Mapping[str, str]) -> Iterator[Shell]:
    """Yield a shell in a folder, with this environment alone; it and all that it started have ended afterwards."""
    notes.mkdir()
    process = subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=dict(environment),
        start_new_session=True,
    )
    shell = Shell(process, notes)
    reader = threading.Thread(target=_read, args=(process, shell.ends), daemon=True)
    reader.start()
    try:
        yield shell
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(ENDS_WITHIN)
        reader.join(ENDS_WITHIN)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def ended(out: Path) -> Path:
    """Return the file that is there once the command has ended that writes to `out`."""
    return out.with_suffix(".ended")


def _read(process: "subprocess.Popen[str]", ends: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        ends.put(line)
