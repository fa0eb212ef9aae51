"""What recording costs: the same calls with records and with --no-records, as ratios of time and CPU a call.

    python benchmarks/recording.py [-n CALLS] [--rounds ROUNDS] [--in-flight 1,10,200] [--records WHERE] [--noise]

Two servers of each transport run side by side, one that records and one that does not, before the same upstream. Both
get the same number of calls at the same time, round after round without a pause, so that what else the machine does
falls upon both, and what is written behind the calls of one round is counted in it, or in the next. A ratio is that of
one round; the median of all rounds is shown, and between which figures the middle half of them lies. The exit status
is 1 where a median of the time is more than 1.05. Linux only: it reads the CPU clock of another process.

`--noise` runs both servers without records: what it shows is what the machine makes of two that are equal.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import Clients, Cost, commands, exchange, listening, pipe, upstream

MOST = 1.05
CPU_OF_PROCESS = 2  # CPUCLOCK_SCHED, of the clock ids that clock_getcpuclockid(3) gives

Send = Callable[[int, int], float]
"""Sends so many calls, as many of them at a time, and returns the seconds that they took."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and what sends it calls."""

    pid: int
    send: Send

    def cost(self, calls: int, width: int) -> Cost:
        """Return what one call of a round costs."""
        before = cpu_so_far(self.pid)
        seconds = self.send(calls, width)
        return Cost((cpu_so_far(self.pid) - before) / calls, seconds / (calls - width))


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=2000, help="calls of each server in each round")
    parser.add_argument("--rounds", type=int, default=16, help="rounds of which the median counts")
    parser.add_argument("--in-flight", default="1,10,200", help="how many calls are in flight")
    parser.add_argument("--records", help="where to record; default: a file of its own")
    parser.add_argument("--noise", action="store_true", help="compare two servers that do not record")
    options = parser.parse_args()
    widths = [int(text) for text in options.in_flight.split(",")]
    print(f"{'':7}{'in flight':>10}{'time a call, us':>20}{'ratio':>25}{'CPU a call, us':>20}{'ratio':>25}")
    with upstream() as base, tempfile.TemporaryDirectory() as folder:
        records = options.records or str(Path(folder) / "records.db")
        recording = ["--no-records"] if options.noise else ["--records", records]
        stdio, http = commands(base, Path(folder) / "api.json")
        within = look("stdio", over_stdio, stdio, recording, widths, options)
        within &= look("http", over_http, http, recording, widths, options)
    return 0 if within else 1


def look(
    name: str,
    serving: Callable[[list[str]], "Iterator[Server]"],
    command: list[str],
    recording: list[str],
    widths: list[int],
    options: argparse.Namespace,
) -> bool:
    """Print a line for each width; return whether recording costs no more than it may."""
    with ExitStack() as stack:
        without = stack.enter_context(contextmanager(serving)([*command, "--no-records"]))
        with_records = stack.enter_context(contextmanager(serving)([*command, *recording]))
        within = [show(name, width, rounds(with_records, without, width, options)) for width in widths]
    return all(within)


def rounds(one: Server, other: Server, width: int, options: argparse.Namespace) -> list[tuple[Cost, Cost]]:
    """Return the costs of both in each round; one begins it in one round, the other in the next."""
    with ThreadPoolExecutor(2) as threads:

        def both(calls: int, *servers: Server) -> list[Cost]:
            return [each.result() for each in [threads.submit(server.cost, calls, width) for server in servers]]

        both(max(500, 2 * width), one, other)
        found = []
        for number in range(options.rounds):
            first, second = both(options.n, other, one)[::-1] if number % 2 else both(options.n, one, other)
            found.append((first, second))
    return found


def show(name: str, width: int, costs: list[tuple[Cost, Cost]]) -> bool:
    """Print the medians of a width; return whether both ratios are within what is allowed."""
    seconds = [(one.seconds, other.seconds) for one, other in costs]
    cpu = [(one.cpu, other.cpu) for one, other in costs]
    print(f"{name:7}{width:>10}{compared(seconds)}{compared(cpu)}", flush=True)
    return ratio(seconds) <= MOST


def compared(pairs: Sequence[tuple[float, float]]) -> str:
    """Return both medians in microseconds, the ratio, and the middle half of the ratios."""
    one, other = (statistics.median(column) * 1e6 for column in zip(*pairs, strict=True))
    low, _, high = statistics.quantiles([with_records / without for with_records, without in pairs], n=4)
    return f"{one:>12.0f}{other:>8.0f}{ratio(pairs):>9.3f}  ({low:.3f}..{high:.3f})"


def ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the median of the ratios."""
    return statistics.median(with_records / without for with_records, without in pairs)


def over_stdio(command: list[str]) -> Iterator[Server]:
    """Yield a server on pipes."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield Server(process.pid, lambda calls, width: exchange(process, calls, width))
        finally:
            process.kill()


def over_http(command: list[str]) -> Iterator[Server]:
    """Yield a server that listens."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            port, path = listening(pipe(process.stderr))
            yield Server(process.pid, lambda calls, width: asyncio.run(Clients(calls, width, path).run(port)))
        finally:
            process.kill()


def cpu_so_far(pid: int) -> float:
    """Return the CPU seconds of a process, all its threads, exact to a microsecond."""
    return time.clock_gettime((~pid << 3) | CPU_OF_PROCESS)


if __name__ == "__main__":
    sys.exit(main())
