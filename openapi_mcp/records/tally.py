"""Counting: calls put together to Figures. Their durations are all kept, since no percentile follows from less."""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from openapi_mcp.model.record import HIT, REVALIDATED
from openapi_mcp.records.query import Figures

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
    durations: "array[float]" = field(default_factory=lambda: array("d"))

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
        self.calls += other.calls
        self.last = max(self.last, other.last)
        self.repairs += other.repairs
        self.cache_hits += other.cache_hits
        self.tokens += other.tokens
        self.size += other.size
        self.kinds += other.kinds
        self.durations += other.durations

    def figures(self) -> Figures:
        """Return the figures; percentiles are those of the nearest rank."""
        durations = sorted(self.durations)  # quick where it is so in part, as it is where sums were put together
        return Figures(
            calls=self.calls,
            errors=self.kinds.total(),
            average=sum(durations) / self.calls if self.calls else 0.0,
            p50=_nearest(durations, P50),
            p95=_nearest(durations, P95),
            last=self.last,
            repairs=self.repairs,
            cache_hits=self.cache_hits,
            tokens=self.tokens,
            size=self.size,
            kinds=dict(sorted(self.kinds.items(), key=lambda item: (-item[1], item[0]))),
        )


def _nearest(durations: list[float], percent: int) -> float:
    """Return the duration of the nearest rank, of sorted ones: that of the 50th of 100 for the median."""
    return durations[-(-percent * len(durations) // 100) - 1] if durations else 0.0


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
