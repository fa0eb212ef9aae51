"""A server under calls of all kinds for ten minutes: memory, descriptors and threads stay as they are.

    python benchmarks/soak.py [--seconds 600] [--warm-up 240] [--every 5] [--workers 6] [--redis]

A local upstream (soak_upstream.py) answers at once, late, once not at all, with what may be used again, with more than
a result may hold, with nothing, and with jobs that are polled to their end. `openapi-mcp serve http` gets those calls
over HTTP from workers that never pause: reads, writes, refused arguments, results that are read on, calls that go on in
the background and are waited for, cancelled or left alone, clients that hang up, and sessions of the older protocol.
Every answer must be that of its own request. With `--redis` a Redis server of its own holds what is shared.

Every few seconds a line says what the server holds. The exit status is 1 where an answer was wrong, a kind of call
never came to its end, or where the line through the measurements after the warm-up rises by 12 MB, 5 descriptors or 2
threads from its start to its end. Linux only: it reads /proc.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients import listening, pipe
from fleet import home, running_redis
from soak_upstream import description
from soak_work import Work

# Of the memory 8 MB are for the pages of the records that SQLite keeps, which ten minutes may not fill.
MOST = {"memory, MB": 12.0, "descriptors": 5.0, "threads": 2.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process holds, some seconds after the start: memory in MB, descriptors, threads."""

    seconds: float
    held: tuple[float, float, float]

    @classmethod
    def of(cls, pid: int, seconds: float) -> "Sample":
        """Read it."""
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        memory, threads = (float(fields[name].split()[0]) for name in ("VmRSS", "Threads"))
        return cls(seconds, (memory / 1024, float(len(list(Path(f"/proc/{pid}/fd").iterdir()))), threads))


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long calls are made")
    parser.add_argument("--warm-up", type=float, default=240, help="seconds before the measuring begins")
    parser.add_argument("--every", type=float, default=5, help="seconds between two measurements")
    parser.add_argument("--workers", type=int, default=6, help="how many clients call at once")
    parser.add_argument("--redis", action="store_true", help="with what replicas share in a Redis")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shared = stack.enter_context(running_redis(folder)).options if options.redis else []
        pid, url = stack.enter_context(serving(folder, stack.enter_context(upstream()), shared))
        work = Work(url)
        samples = asyncio.run(load(work, pid, options))
    return report(work, [sample for sample in samples if sample.seconds >= options.warm_up])


async def load(work: Work, pid: int, options: argparse.Namespace) -> list[Sample]:
    """Let the workers call, and measure beside them."""
    print(f"{'seconds':>8}{'calls':>9}" + "".join(f"{name:>14}" for name in MOST), flush=True)
    samples, began = [], time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(options.workers):
            group.create_task(work.go_on(began + options.seconds))
        while (passed := time.monotonic() - began) < options.seconds:
            samples.append(Sample.of(pid, passed))
            held = "".join(f"{each:14.1f}" for each in samples[-1].held)
            print(f"{passed:8.0f}{work.calls:9,}{held}", flush=True)
            await asyncio.sleep(options.every)
    return samples


def report(work: Work, samples: list[Sample]) -> int:
    """Print what was called and what has grown; return the exit status."""
    print("calls: " + ", ".join(f"{name} {number:,}" for name, number in work.done.items()))
    for line in work.wrong[:20]:
        print(f"wrong: {line}")
    missing = [name for name, number in work.done.items() if number == 0]
    if missing:
        print(f"never came to an end: {', '.join(missing)}")
    is_flat = True
    for place, (name, most) in enumerate(MOST.items()):
        grown = rise([(sample.seconds, sample.held[place]) for sample in samples])
        is_flat &= grown < most
        print(f"{name}: {grown:+.1f} after the warm-up, {most:.0f} is too much")
    return 0 if is_flat and not missing and not work.wrong else 1


def rise(points: list[tuple[float, float]]) -> float:
    """Return how far the line of least squares through some points goes up from the first to the last of them."""
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    return slope * (points[-1][0] - points[0][0])


@contextmanager
def upstream() -> Iterator[str]:
    """Yield the base URL of the API."""
    program = Path(__file__).with_name("soak_upstream.py")
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(pipe(process.stdout).readline())}"
        finally:
            process.kill()


@contextmanager
def serving(folder: Path, base: str, more: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the process id of a server, and its endpoint."""
    document = folder / "api.json"
    document.write_text(json.dumps(description()), encoding="utf-8")
    options = ["--spec", str(document), "--base-url", base, "--methods", "get,post", "--background-after", "1"]
    command = [sys.executable, "-m", "openapi_mcp", "serve", "http", "--port", "0", *options, *more]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=home(folder)) as process:
        try:
            port, path = listening(pipe(process.stderr))
            yield process.pid, f"http://127.0.0.1:{port}{path}"
        finally:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
