"""Throughput of one, two and four replicas on one machine, as ratios, and what each part takes for a call.

    python benchmarks/replicas.py [-n CALLS] [--rounds ROUNDS] [--replicas 1,2,4] [--share 0.2] [--in-flight 40]

`openapi-mcp serve http` replicas share a Redis, record (SQLite, or `--records postgresql://...`), and stand behind
haproxy; the clients of clients.py call a read of a small local upstream through it. On a machine with two processors
four replicas, their clients, upstream and balancer would measure the machine: so each replica is given a share of a
processor (`--share`, by the kernel's control groups; root), as containers have it, and the rest is for the others. What
every part takes for a call is shown beside it. Of several rounds the median counts. `--share 0` gives no shares.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import UPSTREAM, Clients, commands, listening, pipe
from fleet import Redis, Shares, home, running_balancer, running_redis
from recording import cpu_so_far

PARTS = ("replicas", "balancer", "Redis", "upstream", "clients")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: calls a second, and microseconds of CPU a call by part."""

    rate: float
    cpu: tuple[float, ...]
    commands: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=2000, help="calls in each round, for each replica")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median counts")
    parser.add_argument("--replicas", default="1,2,4", help="how many replicas")
    parser.add_argument("--share", type=float, default=0.2, help="of a processor, for each replica; 0: no limit")
    parser.add_argument("--in-flight", type=int, default=40, help="how many calls are in flight for each replica")
    parser.add_argument("--records", help="where all replicas record; default: a file of each one's own")
    options = parser.parse_args()
    print(f"{'replicas':>8}{'calls a second':>16}{'ratio':>8}  CPU a call, us:", end="")
    print("".join(f"{part:>10}" for part in PARTS) + f"{'commands of Redis a call':>26}")
    first = 0.0
    for number in (int(text) for text in options.replicas.split(",")):
        rounds = measured(number, options)
        rate = statistics.median(each.rate for each in rounds)
        first = first or rate
        cpu = [statistics.median(column) for column in zip(*(each.cpu for each in rounds), strict=True)]
        asked = statistics.median(each.commands for each in rounds)
        line = f"{number:>8}{rate:16.0f}{rate / first:8.2f}{'':17}" + "".join(f"{each:10.0f}" for each in cpu)
        print(f"{line}{asked:26.2f}", flush=True)


def measured(number: int, options: argparse.Namespace) -> list[Round]:
    """Return the rounds of so many replicas."""
    shares = Shares(options.share)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            redis = stack.enter_context(running_redis(folder))
            above, base = stack.enter_context(upstream())
            command = commands(base, folder / "api.json")[1] + redis.options
            command += ["--records", options.records] if options.records else []
            servers = [stack.enter_context(replica(command, folder / str(each))) for each in range(number)]
            balancer, port = stack.enter_context(running_balancer(folder, [each for _, each in servers]))
            pids = [pid for pid, _ in servers]
            if options.share:
                all(shares.give(pid) for pid in pids)
            parts = (pids, [balancer], [redis.pid], [above], [os.getpid()])
            calls, width = options.n * number, options.in_flight * number
            played(port, calls // 4, width)
            return [one(port, calls, width, parts, redis) for _ in range(options.rounds)]
    finally:
        shares.forget()


def one(port: int, calls: int, width: int, parts: tuple[list[int], ...], redis: Redis) -> Round:
    """Return what one round comes to."""
    before, asked = [cpu(part) for part in parts], redis.used().commands
    seconds = played(port, calls, width)
    time.sleep(0.5)  # what is written behind the calls
    spent = tuple((cpu(part) - earlier) / calls * 1e6 for part, earlier in zip(parts, before, strict=True))
    return Round((calls - width) / seconds, spent, (redis.used().commands - asked) / calls)


def played(port: int, calls: int, width: int) -> float:
    """Send calls, so many at a time; return the seconds from the first whole round of them."""
    return asyncio.run(Clients(calls, width, "/mcp").run(port))


def cpu(pids: list[int]) -> float:
    """Return the CPU seconds of some processes."""
    return sum(cpu_so_far(pid) for pid in pids)


@contextmanager
def upstream() -> Iterator[tuple[int, str]]:
    """Yield the process id and the base URL of an upstream."""
    with subprocess.Popen([sys.executable, "-c", UPSTREAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.pid, f"http://127.0.0.1:{int(pipe(process.stdout).readline())}"
        finally:
            process.kill()


@contextmanager
def replica(command: list[str], folder: Path) -> Iterator[tuple[int, int]]:
    """Yield the process id and the port of a server."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=home(folder)) as process:
        try:
            yield process.pid, listening(pipe(process.stderr))[0]
        finally:
            process.kill()


if __name__ == "__main__":
    main()
