"""What a call of each kind costs with --redis and without: CPU, and what is asked of Redis and PostgreSQL.

    python benchmarks/sharing.py [-n CALLS] [--rounds ROUNDS] [--records postgresql://USER@HOST/DATABASE]

Two servers before the upstream of soak.py, one alone and one that shares by a Redis, get the same calls in turns; calls
that take long are made many at a time. CPU is the operating system's figure for the process, less what it takes when
nobody calls; of several rounds the median counts. Commands, bytes over the wire and bytes of memory are Redis's own
figures; what a fleet asks of it when nobody calls stands in the first line. With `--records` both record there, and
the last line says what a record takes in PostgreSQL: bytes of the tables, bytes of its log (WAL), and commits.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
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

        alone, shared = server([]), server(redis.options)
        limited = server(LIMITED), server([*LIMITED, *redis.options])
        alone, shared = idle(alone, shared, redis)
        head = ("", "CPU a call, us", "with Redis", "ratio", "Redis, us", "commands", "bytes sent", "bytes kept")
        print("".join(f"{text:>16}" for text in head))
        before = postgres(options.records)
        for kind, (_, part) in KINDS.items():
            show(kind, alone, shared, redis, max(4, int(options.n * part)), options.rounds)
        show("read", *limited, redis, options.n, options.rounds, "read, limited")
        wrong = [line for each in (alone, shared, *limited) for line in each.work.wrong]
        print("".join(f"wrong: {line}\n" for line in wrong[:10]), end="")
        made = sum(sum(each.work.done.values()) for each in (alone, shared, *limited))
        time.sleep(2.0)
        said(before, postgres(options.records), made)


def idle(alone: Server, shared: Server, redis: Redis) -> tuple[Server, Server]:
    """Say what a server costs that nobody calls."""
    time.sleep(IDLE / 2)
    servers = (alone, shared)
    before, used = [cpu_so_far(each.pid) for each in servers], redis.used()
    time.sleep(IDLE)
    rates = [(cpu_so_far(each.pid) - earlier) / IDLE for each, earlier in zip(servers, before, strict=True)]
    asked = (redis.used().commands - used.commands) / IDLE / 2
    print(f"when nobody calls: {rates[0]:.2%} of a processor alone, {rates[1]:.2%} with Redis, {asked:.0f} commands a "
          "second of each replica")  # fmt: skip
    return tuple(Server(each.pid, each.work, rate) for each, rate in zip(servers, rates, strict=True))  # type: ignore[return-value]


def show(kind: str, alone: Server, shared: Server, redis: Redis, calls: int, rounds: int, name: str = "") -> None:
    """Print the line of a kind of calls."""
    for each in (alone, shared):
        each.cost(kind, calls)  # once before: what is asked for the first time is loaded then
    used, taken = redis.used(), cpu_so_far(redis.pid)
    costs = [(alone.cost(kind, calls), shared.cost(kind, calls)) for _ in range(rounds)]
    time.sleep(0.5)
    more, all_calls = redis.used(), calls * rounds
    ratio = statistics.median(b / a for a, b in costs)
    figures = [statistics.median(column) * 1e6 for column in zip(*costs, strict=True)]
    asked = (more.commands - used.commands, more.traffic - used.traffic, more.memory - used.memory)
    line = f"{name or kind:>16}" + "".join(f"{each:16.0f}" for each in figures) + f"{ratio:16.2f}"
    line += f"{(cpu_so_far(redis.pid) - taken) / all_calls * 1e6:16.0f}{asked[0] / all_calls:16.1f}"
    print(line + "".join(f"{each / all_calls:16,.0f}" for each in asked[1:]), flush=True)


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
