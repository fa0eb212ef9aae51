"""The times that figures are shown for, and the steps in which they go; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from openapi_mcp.records.query import Figures, Point

HOUR, DAY = 3_600.0, 86_400.0
MOST_STEPS = 60  # that a plot has room for
_LONG = (DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3_650 * DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How far back is looked, and in which steps, in seconds; None is to the first record, in as few as there is room.

    Steps of a quarter of a day and more are those of which a store keeps the sums.
    """

    key: str
    title: str
    seconds: float | None = None
    step: float | None = None


PERIODS: Mapping[str, Period] = {
    each.key: each
    for each in (
        Period(key="1h", title="1 hour", seconds=HOUR, step=60),
        Period(key="24h", title="24 hours", seconds=DAY, step=HOUR / 2),
        Period(key="7d", title="7 days", seconds=7 * DAY, step=DAY / 4),
        Period(key="30d", title="30 days", seconds=30 * DAY, step=DAY),
        Period(key="all", title="All"),
    )
}
USUAL = PERIODS["24h"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when figures are shown, and by which step; `since` is where a step begins."""

    since: float
    until: float
    step: float


def span_of(period: Period, now: float, first: float) -> Span:
    """Return what a period is at a time; `first` is when the first record began."""
    length = period.seconds if period.seconds is not None else max(now - first, DAY)
    step = period.step or next((step for step in _LONG if length / step <= MOST_STEPS), _LONG[-1])
    return Span(since=(now - length) // step * step, until=now, step=step)


def filled(points: Iterable[Point], span: Span) -> list[Point]:
    """Return a point for each step of a span, also where nothing was called."""
    known = {point.time: point for point in points}
    count = min(int((span.until - span.since) // span.step) + 1, MOST_STEPS + 2)
    times = (span.since + number * span.step for number in range(count))
    return [known.get(time) or Point(time=time, figures=Figures()) for time in times]


def label(time: float, step: float) -> str:
    """Return how the beginning of a step is written: "14:30", "21 Nov 12:00", "21 Nov"."""
    written = datetime.fromtimestamp(time, UTC)
    if step >= DAY:
        return written.strftime("%d %b %Y" if step > 30 * DAY else "%d %b")
    return written.strftime("%H:%M" if step <= HOUR else "%d %b %H:%M")
