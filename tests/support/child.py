"""`python -m openapi_mcp` as a child process: frames on its stdin and stdout, lines on its stderr, always ended."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from support.upstream import ENDS_WITHIN, PATIENCE

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "1"},
}

LISTED_OVER_HTTP = ("read_result", "get_call", "cancel_call")
"""What a server over HTTP lists beside its operations, where nothing else is said: calls go on in the background."""

Frame = dict[str, Any]


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without what could configure us or a proxy."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OPENAPI_MCP_") and not name.lower().endswith("_proxy")
    }
    return {**kept, **more}


def command_line(*arguments: str) -> list[str]:
    """Return the command line of `openapi-mcp ARGUMENTS`."""
    return [sys.executable, "-m", "openapi_mcp", *arguments]


def without_progress(text: str) -> str:
    """Return what was said on stderr without the lines that only a slow machine sees."""
    slow = r"^((loading|reading|making tools of) .+|warning: \d+ calls were not recorded: there was no time .*)\n"
    return re.sub(slow, "", text, flags=re.MULTILINE)


@dataclass(slots=True)
class Child:
    """A running process; what it writes is read all the time, so that it never waits for us."""

    process: "subprocess.Popen[bytes]"
    out: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    err: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    every_line: list[bytes] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _last_id: int = 0
    _readers: list[threading.Thread] = field(default_factory=list)

    def start_reading(self) -> None:
        for pipe, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            reader = threading.Thread(target=_read_all, args=(pipe, lines), daemon=True)
            reader.start()
            self._readers.append(reader)

    @property
    def stderr(self) -> str:
        """Stderr so far, without what only a slow machine says; complete once the process has ended."""
        return without_progress(self.all_of_stderr)

    @property
    def all_of_stderr(self) -> str:
        """All of stderr so far; complete once the process has ended."""
        while not self.err.empty():
            self._keep(self.err.get())
        return "".join(self.complaints)

    def find_in_stderr(self, pattern: str) -> "re.Match[str]":
        """Return the first match in a line of stderr that was read already, or in one to come."""
        return next((found for line in self.complaints if (found := re.search(pattern, line))), None) or (
            self.wait_for_stderr(pattern)
        )

    def wait_for_stderr(self, pattern: str) -> "re.Match[str]":
        """Return the first match in a line of stderr, as soon as it is there."""
        while True:
            line = self.err.get(timeout=PATIENCE)
            assert line is not None, f"ended without saying {pattern!r}: {self.stderr}"
            self._keep(line)
            if match := re.search(pattern, line.decode("utf-8", "replace")):
                return match

    def _keep(self, line: bytes | None) -> None:
        if line is not None:
            self.complaints.append(line.decode("utf-8", "replace"))

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, frame: Any) -> None:
        """Write one frame."""
        self.write(json.dumps(frame).encode() + b"\n")

    def ask(self, method: str, params: Frame | None = None) -> int:
        """Send a request; return its id."""
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params or {}})
        return self._last_id

    def receive(self) -> Frame:
        """Return the next frame on stdout; a line that is none fails the test."""
        line = self.out.get(timeout=PATIENCE)
        assert line is not None, f"stdout ended: {self.stderr}"
        self.every_line.append(line)
        return as_frame(line)

    def answer_to(self, wanted: int) -> Frame:
        """Return the answer to a request; others before it are let go."""
        while True:
            frame = self.receive()
            if frame.get("id") == wanted:
                return frame

    def request(self, method: str, params: Frame | None = None) -> Frame:
        """Send a request; return its answer."""
        return self.answer_to(self.ask(method, params))

    def call(self, tool: str, **arguments: Any) -> Frame:
        """Call a tool; return its result."""
        result: Frame = self.request("tools/call", {"name": tool, "arguments": arguments})["result"]
        return result

    def open(self) -> Frame:
        """Shake hands as clients before 2026-07-28 do; return the server's answer."""
        answer = self.request("initialize", INITIALIZE)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Return the exit status, which must come in time; everything written is read by then."""
        status = self.process.wait(ENDS_WITHIN)
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def rest_of_stdout(self) -> list[Frame]:
        """Return what else stdout held, once the process has ended; a line that is no frame fails the test."""
        lines: list[bytes] = []
        while (line := self.out.get(timeout=PATIENCE)) is not None:
            lines.append(line)
        return [as_frame(line) for line in lines]


def as_frame(line: bytes) -> Frame:
    """Return a line of stdout as a JSON-RPC message: strict UTF-8, strict JSON, a whole line. security.md 11."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    assert line.endswith(b"\n"), line
    frame: Frame = json.loads(line.decode("utf-8"), parse_constant=refuse)
    assert frame["jsonrpc"] == "2.0", frame
    assert frame.keys() & {"method", "result", "error"}, frame
    return frame


def _read_all(pipe: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(None)


@contextmanager
def running(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, program: Sequence[str] = ()
) -> Iterator[Child]:
    """Yield `openapi-mcp ARGUMENTS`, started in `folder`; it is killed at the end, whatever happens."""
    process = subprocess.Popen(
        [*program] or command_line(*arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=clean_environment(**(environment or {})),
    )
    child = Child(process)
    child.start_reading()
    try:
        yield child
    finally:
        process.kill()
        process.wait(PATIENCE)
        for reader in child._readers:
            reader.join(PATIENCE)
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                continue


@contextmanager
def serving_http(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[Child, str]]:
    """Yield `openapi-mcp serve http --port 0 ARGUMENTS` and its endpoint's URL, once it listens."""
    with running("serve", "http", "--port", "0", *arguments, folder=folder, environment=environment) as child:
        url = child.wait_for_stderr(r"listening on (http://\S+)")[1]
        yield child, url


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as one JSON document."""
        return json.loads(self.out)


def run_command(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Outcome:
    """Run `openapi-mcp ARGUMENTS` to its end."""
    done = subprocess.run(
        command_line(*arguments),
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=clean_environment(**(environment or {})),
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), without_progress(done.stderr.decode("utf-8")))
