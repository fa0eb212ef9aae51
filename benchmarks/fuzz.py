"""Random hostile input, for as long as one likes: documents at the loader, arguments at the requests.

    python benchmarks/fuzz.py loader|arguments [--seconds 60] [--seed N] [--keep FOLDER]

`loader` breaks documents of our own, by structure and byte by byte. Each must give a list that passes the generator's
last check, or one of our own errors; nothing else, and not later than SLOWEST seconds or with more than LARGEST bytes.
`arguments` gives hostile values to tools with every style. Each must give a request that stays in the origin and in its
path template, with the declared names only, or be refused with the argument's name.

A case follows from the seed and its number alone. Each runs in a process that is watched from outside: one that takes
too long is a failure as well. What reproduces a failure is written to FOLDER; the exit status is then 1.
"""

import argparse
import logging
import os
import random
import resource
import selectors
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import fuzz_arguments
import fuzz_documents

SLOWEST = 20.0  # seconds of one case; security.md 20 allows 60
LARGEST = 800 << 20  # bytes of address space beside those of the start; security.md 20
TARGETS: dict[str, Any] = {"loader": fuzz_documents, "arguments": fuzz_arguments}


def main() -> int:
    """Run, print, and return 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()), help="folder for cases that fail")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(2**31) if options.seed is None else options.seed
    if options.worker:
        work(options.target, seed, options.first)
    run = Run(options.target, seed, options.keep)
    run.until(time.monotonic() + options.seconds, options.first)
    rate = run.cases / options.seconds
    print(f"{options.target}: {run.cases:,} cases, {rate:.0f} a second, {len(run.failures)} failures (seed {seed})")
    return 1 if run.failures else 0


def work(target: str, seed: int, first: int) -> None:
    """Run cases without end; say the number of each before it, and what came of it after it."""
    _limit_memory()
    logging.disable()
    number = first
    while True:
        print(f"begin {number}", flush=True)
        try:
            TARGETS[target].check(*case(target, seed, number))
        except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
            last = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:300]}"
            print("fail", " ".join(said.encode("ascii", "backslashreplace").decode().split()), flush=True)
        number += 1


def case(target: str, seed: int, number: int) -> tuple[Any, random.Random]:
    """Return a case and the randomness for what is done with it."""
    generator = random.Random(f"{seed}:{number}")
    return TARGETS[target].case(generator), generator


def _limit_memory() -> None:
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (size + LARGEST, size + LARGEST))


@dataclass(slots=True)
class Run:
    """Workers, one after the other, and what they found."""

    target: str
    seed: int
    keep: Path
    cases: int = 0
    failures: dict[str, int] = field(default_factory=dict)

    def until(self, end: float, first: int) -> None:
        """Run cases until a time."""
        while time.monotonic() < end:
            first = self.watch(end, first) + 1

    def watch(self, end: float, first: int) -> int:
        """Run a worker until the time is over or a case takes too long; return the number of its last case."""
        number = first
        command = [sys.executable, __file__, self.target, "--worker", "--seed", str(self.seed), "--first", str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                for line in _lines(process.stdout, end):
                    kind, _, rest = line.partition(" ")
                    if kind == "begin":
                        number = int(rest)
                        self.cases += 1
                    else:
                        self.failed(number, rest)
                if time.monotonic() < end:
                    ended = process.poll() is not None
                    self.failed(number, "the process ended" if ended else f"took longer than {SLOWEST:.0f} s")
            finally:
                process.kill()
        return number

    def failed(self, number: int, said: str) -> None:
        """Keep the first case of each kind of failure."""
        kind = said.partition(": ")[0]
        self.failures[kind] = self.failures.get(kind, 0) + 1
        if self.failures[kind] > 1:
            return
        found, _ = case(self.target, self.seed, number)
        data = found if isinstance(found, bytes) else repr(found).encode("utf-8", "backslashreplace")
        file = self.keep / f"fuzz-{self.target}-{self.seed}-{number}"
        file.write_bytes(data)
        print(f"case {number} (seed {self.seed}): {said}\n  {file}", flush=True)


def _lines(stdout: IO[str] | None, end: float) -> Iterator[str]:
    """Yield a worker's lines until the time is over, it ends, or is silent for too long."""
    if stdout is None:
        raise RuntimeError("the worker has no output")
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            if not selector.select(min(SLOWEST, left)):
                return
            chunk = os.read(stdout.fileno(), 65536)
            if not chunk:
                return
            *whole, pending = (pending + chunk).split(b"\n")
            yield from (line.decode("ascii") for line in whole)


if __name__ == "__main__":
    sys.exit(main())
