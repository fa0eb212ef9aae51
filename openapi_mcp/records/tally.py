"""Counting: parts of what was asked for, put together to Figures. A part is the calls of one bucket and one kind."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from openapi_mcp.records.query import Figures

P50, P95 = 50, 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Calls of one kind whose durations are in one bucket: how many, and the sums of what is counted."""

    bucket: int
    kind: str
    calls: int
    duration: float
    last: float
    repairs: int = 0
    cache_hits: int = 0
    tokens: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a percentile is to be found: the how manieth (from 0) of the durations of a bucket."""

    bucket: int
    at: int
    of: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """Parts, put together one by one."""

    calls: int = 0
    duration: float = 0.0
    last: float = 0.0
    repairs: int = 0
    cache_hits: int = 0
    tokens: int = 0
    size: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, part: Part) -> None:
        """Count a part."""
        self.calls += part.calls
        self.duration += part.duration
        self.last = max(self.last, part.last)
        self.repairs += part.repairs
        self.cache_hits += part.cache_hits
        self.tokens += part.tokens
        self.size += part.size
        self.buckets[part.bucket] += part.calls
        if part.kind:
            self.kinds[part.kind] += part.calls

    def include(self, other: "Tally") -> None:
        """Count what another has counted."""
        self.calls += other.calls
        self.duration += other.duration
        self.last = max(self.last, other.last)
        self.repairs += other.repairs
        self.cache_hits += other.cache_hits
        self.tokens += other.tokens
        self.size += other.size
        self.kinds += other.kinds
        self.buckets += other.buckets

    def places(self) -> Iterator[Place]:
        """Yield where the median and the 95th percentile are, by the nearest rank."""
        for percent in (P50, P95):
            yield self._place(-(-percent * self.calls // 100))  # rounded up, in whole numbers

    def _place(self, rank: int) -> Place:
        for bucket in sorted(self.buckets):
            if rank <= self.buckets[bucket]:
                return Place(bucket=bucket, at=rank - 1, of=self.buckets[bucket])
            rank -= self.buckets[bucket]
        raise ValueError("a rank beyond all calls")

    def figures(self, p50: float, p95: float) -> Figures:
        """Return the figures, with the percentiles that were found."""
        return Figures(
            calls=self.calls,
            errors=self.kinds.total(),
            average=self.duration / self.calls if self.calls else 0.0,
            p50=p50,
            p95=p95,
            last=self.last,
            repairs=self.repairs,
            cache_hits=self.cache_hits,
            tokens=self.tokens,
            size=self.size,
            kinds=dict(sorted(self.kinds.items(), key=lambda item: (-item[1], item[0]))),
        )
