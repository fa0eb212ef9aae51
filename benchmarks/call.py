"""What a call costs beside the HTTP request itself, as ratios to raw httpx: CPU of the process, and calls a second.

    python benchmarks/call.py [-n CALLS] [--rounds ROUNDS] [--in-flight 1,10,200]

A local upstream answers each GET with a small JSON object that holds the id of its path. The same number of GETs goes
to it from a process with plain httpx (one AsyncClient, default limits, as many workers as calls are in flight), from
`openapi-mcp serve` over stdio, and from `openapi-mcp serve http`. Every answer is held against its own request's id.

Upstream, raw httpx and server are processes of their own. CPU is the operating system's figure for the whole process
less that of the same process with as few calls as are in flight, so that start-up and opening connections do not
count; calls a second are counted from the first whole round of calls on. Of several rounds the median is shown.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from clients import Cost, Run, commands, cpu_of, pipe, run_http, run_stdio, upstream

RAW = """
import asyncio, sys, time, httpx
base, calls, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
async def main():
    numbers, answered, began = iter(range(calls)), 0, 0.0
    async with httpx.AsyncClient() as client:
        async def worker():
            nonlocal answered, began
            for number in numbers:
                if (await client.get(f"{base}/products/{number}")).json()["id"] != number:
                    raise SystemExit("an answer went astray")
                answered += 1
                if answered == width:
                    began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(width)))
    print(time.perf_counter() - began)
asyncio.run(main())
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=4000, help="calls of each kind in each round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median counts")
    parser.add_argument("--in-flight", default="1,10,200", help="how many calls are in flight")
    options = parser.parse_args()
    print(f"{'':14}{'CPU a call, us':>36}{'ratio':>14}{'calls a second':>30}{'ratio':>14}")
    print(f"{'in flight':14}{'raw':>12}{'stdio':>12}{'http':>12}{'stdio':>7}{'http':>7}", end="")
    print(f"{'raw':>10}{'stdio':>10}{'http':>10}{'stdio':>7}{'http':>7}")
    with upstream() as base, tempfile.TemporaryDirectory() as folder:
        runs = (lambda n, w: run_raw(base, n, w), *servers(base, Path(folder) / "api.json"))
        for width in (int(text) for text in options.in_flight.split(",")):
            show(width, [[measured(run, options.n, width) for run in runs] for _ in range(options.rounds)])


def servers(base: str, document: Path) -> tuple[Run, Run]:
    """Return what sends calls through a server over stdio, and over HTTP."""
    stdio, http = commands(base, document)
    return lambda n, w: run_stdio(stdio, n, w), lambda n, w: run_http(http, n, w)


def measured(run: Run, calls: int, width: int) -> Cost:
    """Return the cost of one call: a run of many less a run of as few as are in flight."""
    few = max(10, width)
    least, most = run(few, width), run(calls, width)
    return Cost((most.cpu - least.cpu) / (calls - few), most.seconds / (calls - width))


def show(width: int, rounds: list[list[Cost]]) -> None:
    """Print the medians of a width; ratios are those of runs that followed one another."""
    cpu = [[cost.cpu for cost in costs] for costs in rounds]
    rate = [[1 / cost.seconds for cost in costs] for costs in rounds]
    line = f"{width:<14}" + "".join(f"{value * 1e6:12.0f}" for value in medians(cpu))
    line += "".join(f"{value:7.2f}" for value in medians([[way / one[0] for way in one[1:]] for one in cpu]))
    line += "".join(f"{value:10.0f}" for value in medians(rate))
    print(line + "".join(f"{value:7.2f}" for value in medians([[way / one[0] for way in one[1:]] for one in rate])))


def medians(rows: list[list[float]]) -> list[float]:
    """Return the median of each column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def run_raw(base: str, calls: int, width: int) -> Cost:
    """Send the calls with plain httpx."""
    command = [sys.executable, "-c", RAW, base, str(calls), str(width)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        seconds = float(pipe(process.stdout).readline())
        return Cost(cpu_of(process), seconds)


if __name__ == "__main__":
    main()
