"""What a call of each kind costs with --redis and without: CPU, and what is asked of Redis and PostgreSQL.

    python benchmarks/sharing.py [-n CALLS] [--rounds ROUNDS] [--records postgresql://USER@HOST/DATABASE]

Two servers before the upstream of soak.py, one alone and one that shares by a Redis, get the same calls in turns; calls
that take long are made many at a time. CPU is the operating system's figure for the process, less what it takes when
nobody calls; of several rounds the median counts. Commands, bytes over the wire and bytes of memory are Redis's own
figures, less what replicas ask of it when nobody calls, which stands in the first line. With `--records` all record
there, and the last line says what a record takes in PostgreSQL: bytes of the tables and of its log (WAL), and commits.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from fleet import Redis, running_redis
from recording import cpu_so_far
from soak import serving, upstream
from soak_work import Work

KINDS = {
    "read": (4, 1.0), "kept": (4, 1.0), "written": (4, 1.0), "listed": (4, 0.5),
    "read on": (2, 0.05), "in the background": (40, 0.2), "a job": (40, 0.2),
}  # fmt: skip
"""How many at a time, and how many of `-n`."""
LIMITED = ["--rate-limit", "1000000/s"]
HEAD = ("", "CPU a call, us", "with Redis", "ratio", "Redis, us", "commands", "bytes sent", "bytes kept")
IDLE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    pid: int
    work: Work
    idle: float = 0.0  # CPU seconds a second

    def cost(self, kind: str, calls: int) -> float:
        """Return the CPU seconds of a call."""
        before, began = cpu_so_far(self.pid), time.monotonic()
        asyncio.run(self._calls(kind, calls))
        return (cpu_so_far(self.pid) - before - self.idle * (time.monotonic() - began)) / calls

    async def _calls(self, kind: str, calls: int) -> None:
        """Make calls of a kind, some at a time."""
        left = iter(range(calls))
        async with httpx.AsyncClient(timeout=90) as client, asyncio.TaskGroup() as group:

            async def worker() -> None:
                for _ in left:
                    await self.work.one(kind, client)

            for _ in range(KINDS[kind][0]):
                group.create_task(worker())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=400, help="calls of a quick kind in each round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median counts")
    parser.add_argument("--records", help="a PostgreSQL database that is there")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(running_redis(folder))
        base = stack.enter_context(upstream())
        records = ["--records", options.records] if options.records else []

        def server(more: list[str]) -> Server:
            pid, url = stack.enter_context(serving(folder, base, [*more, *records]))
            return Server(pid, Work(url))

        kinds: tuple[list[str], ...] = ([], redis.options, LIMITED, [*LIMITED, *redis.options])
        servers, quiet = idle(tuple(server(more) for more in kinds), redis)
        print("".join(f"{text:>{16 + 2 * (not text)}}" for text in HEAD))
        before = postgres(options.records)
        for kind, (_, part) in KINDS.items():
            show(kind, servers[:2], redis, quiet, (max(4, int(options.n * part)), options.rounds))
        show("read", servers[2:], redis, quiet, (options.n, options.rounds), "read, limited")
        wrong = [line for each in servers for line in each.work.wrong]
        print("".join(f"wrong: {line}\n" for line in wrong[:10]), end="")
        made = sum(sum(each.work.done.values()) for each in servers)
        time.sleep(2.0)
        said(before, postgres(options.records), made)


def idle(servers: tuple[Server, ...], redis: Redis) -> tuple[tuple[Server, ...], tuple[float, ...]]:
    """Say what servers cost that nobody calls, two alone and two with Redis; return that of each, and of Redis."""
    time.sleep(IDLE / 2)
    before, asked = [cpu_so_far(each.pid) for each in servers], taken(redis)
    time.sleep(IDLE)
    rates = [(cpu_so_far(each.pid) - earlier) / IDLE for each, earlier in zip(servers, before, strict=True)]
    quiet = tuple((b - a) / IDLE for a, b in zip(asked, taken(redis), strict=True))
    print(f"when nobody calls, a server: {rates[0]:.2%} of a processor alone, {rates[1]:.2%} with Redis; "
          f"{quiet[1] / 2:.0f} commands a second, {quiet[2] / 2:,.0f} bytes")  # fmt: skip
    return tuple(Server(each.pid, each.work, rate) for each, rate in zip(servers, rates, strict=True)), quiet


def taken(redis: Redis) -> tuple[float, ...]:
    """Return what a Redis has done so far: CPU seconds, commands, bytes sent, bytes kept."""
    used = redis.used()
    return cpu_so_far(redis.pid), used.commands, used.traffic, used.memory


def show(
    kind: str, pair: Sequence[Server], redis: Redis, quiet: tuple[float, ...], plan: tuple[int, int], name: str = ""
) -> None:
    """Print the line of a kind of calls: so many in each round, so many rounds."""
    calls, rounds = plan
    for each in pair:
        each.cost(kind, calls)  # once before: what is asked for the first time is loaded then
    before, began = taken(redis), time.monotonic()
    costs = [[each.cost(kind, calls) for each in pair] for _ in range(rounds)]
    passed = time.monotonic() - began
    asked = [b - a - rate * passed for a, b, rate in zip(before, taken(redis), quiet, strict=True)]
    figures = [statistics.median(column) * 1e6 for column in zip(*costs, strict=True)]
    line = f"{name or kind:>18}" + "".join(f"{each:16.0f}" for each in figures)
    line += f"{statistics.median(shared / alone for alone, shared in costs):16.2f}"
    line += f"{asked[0] / calls / rounds * 1e6:16.0f}{asked[1] / calls / rounds:16.1f}"
    print(line + "".join(f"{max(0, each) / calls / rounds:16,.0f}" for each in asked[2:]), flush=True)


def postgres(url: str | None) -> tuple[int, int, int]:
    """Return bytes of the tables, bytes of the log so far, and commits of a database."""
    if url is None:
        return 0, 0, 0
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_database_size(current_database()), (pg_current_wal_lsn() - '0/0')::bigint, "
            "(SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def said(before: tuple[int, int, int], after: tuple[int, int, int], calls: int) -> None:
    """Print what a record takes."""
    size, log, commits = ((b - a) / calls for a, b in zip(before, after, strict=True))
    if log:
        print(f"a record in PostgreSQL: {size:,.0f} bytes of tables, {log:,.0f} of its log, {commits:.3f} commits")


if __name__ == "__main__":
    main()
