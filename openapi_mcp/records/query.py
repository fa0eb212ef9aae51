"""What is asked of the records, and what they answer: plain values, the same for every store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.record import iso_time

_OF_CALLS = ("success_rate", "average_ms", "p50_ms", "p95_ms")
BY = ("tool", "api", "caller", "day")
"""What statistics are counted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which records are meant; what is None or empty leaves nothing out. Times are in seconds since 1970.

    `tool`, `api` and `caller` are exact names, or with `*` any that fit; `status` is "404" or a class, "4xx"; `kind` is
    a FailureKind's value, "error" any failure and "ok" none; `since` is in, `until` is out. `run` is the id of a run of
    `ask`, `step_of` that of a workflow's call, whose steps are meant.
    """

    tool: str = ""
    api: str = ""
    caller: str | None = None
    status: str = ""
    kind: str = ""
    cache: str = ""
    since: float | None = None
    until: float | None = None
    run: str = ""
    step_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some records come to. Durations are in seconds; `last` is when the last call began."""

    calls: int = 0
    errors: int = 0
    average: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    last: float = 0.0
    repairs: int = 0
    cache_hits: int = 0
    tokens: int = 0
    size: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)

    @property
    def success_rate(self) -> float:
        """The part of the calls that succeeded, from 0 to 1; 1 of none."""
        return 1.0 - self.errors / self.calls if self.calls else 1.0

    def as_json(self) -> dict[str, Any]:
        """Return them as `stats --json` shows them; null is what no calls have."""
        figures: dict[str, Any] = {
            "calls": self.calls,
            "errors": self.errors,
            "success_rate": round(self.success_rate, 4),
            "average_ms": round(self.average * 1e3, 1),
            "p50_ms": round(self.p50 * 1e3, 1),
            "p95_ms": round(self.p95 * 1e3, 1),
            "last_call": iso_time(self.last) if self.calls else None,
            "kinds": dict(self.kinds),
            "repairs": self.repairs,
            "cache_hits": self.cache_hits,
            "tokens": self.tokens,
            "bytes": self.size,
        }
        return figures if self.calls else {**figures, **dict.fromkeys(_OF_CALLS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of one tool, API, caller or day; `api` beside a tool's name, "" else. A day is "2026-11-21", UTC."""

    name: str
    figures: Figures
    api: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The figures of all that was asked for, and of each group, most calls first, days in order.

    `lost` counts calls that could not be recorded.
    """

    by: str
    total: Figures
    groups: Sequence[Group] = ()
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What the calls that began from `time` on, for as long as a step, come to."""

    time: float
    figures: Figures
