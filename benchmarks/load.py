"""Many calls at once, and many in all: every answer is right, memory and descriptors stay as they are.

    python benchmarks/load.py [-n CALLS] [--stdio 200] [--http 1000]

A local upstream answers each GET with the id of its path. `openapi-mcp serve` gets calls over stdio, 200 in flight on
one connection, and over HTTP, 1,000 in flight on as many connections; each answer must be that of its own request.
After a warm-up, memory (resident) and open descriptors of the server are read, and again after all the calls, of which
each transport gets half; both times some seconds later, when idle connections have been closed. The exit status is 1
where an answer was wrong or lost, memory grew by 5 MB, or descriptors by one. Linux only: it reads /proc.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import Clients, commands, exchange, listening, pipe, upstream

MOST_GROWTH = 5.0  # MB
IDLE = 6.0  # seconds after which the next call closes the connections to the API that were not used

Send = Callable[[int, int], float]
"""Sends so many calls, as many of them at a time, and returns the seconds that they took."""


@dataclass(frozen=True, slots=True)
class State:
    """What a process holds: resident memory in MB, and open descriptors."""

    memory: float
    descriptors: int

    @classmethod
    def of(cls, pid: int) -> "State":
        """Read it."""
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
        return cls(memory / 1024, len(list(Path(f"/proc/{pid}/fd").iterdir())))


def main() -> int:
    """Run both transports and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=20_000, help="calls in all, half of them over each transport")
    parser.add_argument("--warm-up", type=int, default=2_000, help="calls before the first look, over each transport")
    parser.add_argument("--stdio", type=int, default=200, help="calls in flight over stdio")
    parser.add_argument("--http", type=int, default=1_000, help="calls in flight over HTTP, each on its connection")
    options = parser.parse_args()
    allow_descriptors()
    print(f"{'':8}{'in flight':>10}{'calls':>8}{'a second':>10}{'memory, MB':>18}{'grown':>8}{'descriptors':>14}")
    with upstream() as base, tempfile.TemporaryDirectory() as folder:
        stdio, http = commands(base, Path(folder) / "api.json")
        with over_stdio(stdio) as (process, send):
            flat = look("stdio", process.pid, send, options.stdio, options.warm_up, options.n // 2)
        with over_http(http) as (process, send):
            flat &= look("http", process.pid, send, options.http, options.warm_up, options.n // 2)
    return 0 if flat else 1


def look(name: str, pid: int, send: Send, width: int, warm_up: int, calls: int) -> bool:
    """Print a line; return whether nothing grew. A wrong or lost answer ends the program."""
    send(max(warm_up, 2 * width), width)
    before = settled(pid, send)
    seconds = send(calls, width)
    after = settled(pid, send)
    grown, more = after.memory - before.memory, after.descriptors - before.descriptors
    line = f"{name:8}{width:>10,}{calls:>8,}{(calls - width) / seconds:>10,.0f}"
    line += f"{before.memory:>9.1f}{after.memory:>9.1f}{grown:>+8.1f}{before.descriptors:>8}{after.descriptors:>6}"
    print(line, flush=True)
    return grown < MOST_GROWTH and more <= 0


def settled(pid: int, send: Send) -> State:
    """Return the state once the connections of a rush are closed."""
    time.sleep(IDLE)
    send(1, 1)
    time.sleep(1.0)
    return State.of(pid)


@contextmanager
def over_stdio(command: list[str]) -> "Iterator[tuple[subprocess.Popen[bytes], Send]]":
    """Yield a server on pipes, and what sends it calls."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process, lambda calls, width: exchange(process, calls, width)
        finally:
            process.kill()


@contextmanager
def over_http(command: list[str]) -> "Iterator[tuple[subprocess.Popen[str], Send]]":
    """Yield a server that listens, and what sends it calls."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            port, path = listening(pipe(process.stderr))
            yield process, lambda calls, width: asyncio.run(Clients(calls, width, path).run(port))
        finally:
            process.kill()


def allow_descriptors() -> None:
    """Let this process and its children open as many files as the system lets them: a socket is one at each end."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
