"""Counting: calls put together to Figures. Their durations are all kept, since no percentile follows from less."""

import struct
import sys
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from openapi_mcp.model.record import HIT, REVALIDATED
from openapi_mcp.records.query import Figures
from openapi_mcp.records.rows import read_seconds

HITS = frozenset({HIT, REVALIDATED})
P50, P95 = 50, 95


@dataclass(slots=True, kw_only=True)
class Tally:
    """What some calls come to."""

    calls: int = 0
    last: float = 0.0
    repairs: int = 0
    cache_hits: int = 0
    tokens: int = 0
    size: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    durations: "array[float]" = field(default_factory=lambda: array("d"))  # in no run yet
    runs: list[list[float]] = field(default_factory=list)  # of durations, each sorted

    def count(self, kind: str, cache: str, time: float, duration: float, repairs: int, tokens: int, size: int) -> None:
        """Count one call."""
        self.calls += 1
        if kind:
            self.kinds[kind] += 1
        if cache in HITS:
            self.cache_hits += 1
        if time > self.last:
            self.last = time
        self.repairs += repairs
        self.tokens += tokens
        self.size += size
        self.durations.append(duration)

    def add(
        self, kind: str, cache: str, calls: int, last: float, repairs: int, tokens: int, size: int, durations: bytes
    ) -> None:
        """Count several calls that went alike."""
        self.calls += calls
        if kind:
            self.kinds[kind] += calls
        if cache in HITS:
            self.cache_hits += calls
        self.last = max(self.last, last)
        self.repairs += repairs
        self.tokens += tokens
        self.size += size
        self.durations += unpacked(durations)

    def include(self, other: "Tally") -> None:
        """Count what another has counted."""
        other.sort()
        self.calls += other.calls
        self.last = max(self.last, other.last)
        self.repairs += other.repairs
        self.cache_hits += other.cache_hits
        self.tokens += other.tokens
        self.size += other.size
        self.kinds += other.kinds
        self.runs += other.runs

    def sort(self) -> None:
        """Make a sorted run of the durations that are in none: quick, since those of each row of sums are sorted."""
        if self.durations:
            self.runs.append(sorted(self.durations))
            self.durations = array("d")

    def figures(self) -> Figures:
        """Return the figures; percentiles are those of the nearest rank."""
        self.sort()
        return Figures(
            calls=self.calls,
            errors=self.kinds.total(),
            average=read_seconds(sum(map(sum, self.runs)) / self.calls if self.calls else 0.0),
            p50=read_seconds(nearest(self.runs, P50)),
            p95=read_seconds(nearest(self.runs, P95)),
            last=read_seconds(self.last),
            repairs=self.repairs,
            cache_hits=self.cache_hits,
            tokens=self.tokens,
            size=self.size,
            kinds=dict(sorted(self.kinds.items(), key=lambda item: (-item[1], item[0]))),
        )


def nearest(runs: Sequence[Sequence[float]], percent: int) -> float:
    """Return the duration of the nearest rank: of 100, the 50th is the median. No run is empty, each is sorted.

    Runs are not put together: the value is found by halving the numbers that it may be, and counting those up to each.
    """
    rank = -(-percent * sum(map(len, runs)) // 100)
    if len(runs) == 1:
        return runs[0][rank - 1]
    low, high = 0, _bits(max((run[-1] for run in runs), default=0.0))
    while low < high:
        middle = (low + high) // 2
        value = _number(middle)
        if sum(bisect_right(run, value) for run in runs) < rank:
            low = middle + 1
        else:
            high = middle
    return _number(low)


def _bits(number: float) -> int:
    """Return a number of the same order among those that are not negative: IEEE 754 has them so."""
    found: int = struct.unpack("<q", struct.pack("<d", max(number, 0.0)))[0]
    return found


def _number(bits: int) -> float:
    found: float = struct.unpack("<d", struct.pack("<q", bits))[0]
    return found


def packed(durations: Iterable[float]) -> bytes:
    """Return durations as they are kept: sorted, 8 bytes each, the lowest first."""
    numbers = array("d", sorted(durations))
    return _in_order(numbers).tobytes()


def unpacked(kept: bytes) -> "array[float]":
    """Return the durations of what `packed` returned."""
    numbers = array("d")
    numbers.frombytes(kept[: len(kept) // 8 * 8])
    return _in_order(numbers)


def _in_order(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
