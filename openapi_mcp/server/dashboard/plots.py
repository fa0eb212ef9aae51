"""The plots of figures over time: how many calls, how long they took, how many of them failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openapi_mcp.records.query import Point
from openapi_mcp.server.dashboard import shown
from openapi_mcp.server.dashboard.drawing import Drawing, Values
from openapi_mcp.server.dashboard.periods import label

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture, its heading, what it says in words, and the names of its series, in the order of their colours."""

    name: str
    title: str
    said: str
    series: tuple[str, ...]
    svg: "Markup"


def plots_of(points: Sequence[Point], step: float) -> list[Plot]:
    """Return the plots of some steps."""
    labels = [label(point.time, step) for point in points]
    return [_calls(points, labels), _durations(points, labels), _errors(points, labels)]


def _calls(points: Sequence[Point], labels: Sequence[str]) -> Plot:
    figures = [point.figures for point in points]
    most = max((each.calls for each in figures), default=0)
    series: dict[str, Values] = {
        "succeeded": [each.calls - each.errors for each in figures],
        "failed": [each.errors for each in figures],
    }
    said = f"{shown.count(sum(each.calls for each in figures))} calls, at most {shown.count(most)} in a step."
    drawing = Drawing(kind="StackedBar", top=most, whole=True, written=shown.short, labelled_by=_ids("calls"))
    return Plot(name="calls", title="Calls", said=said, series=tuple(series), svg=drawing.of(series, labels))


def _durations(points: Sequence[Point], labels: Sequence[str]) -> Plot:
    figures = [point.figures for point in points]
    longest = max((each.p95 for each in figures), default=0.0)
    series: dict[str, Values] = {
        "average": [each.average if each.calls else None for each in figures],
        "p95": [each.p95 if each.calls else None for each in figures],
    }
    top = max(longest, *(each.average for each in figures), 0.0)
    said = f"In the slowest step 95 of 100 calls took at most {shown.duration(longest)}."
    drawing = Drawing(kind="Line", top=top, written=shown.duration, labelled_by=_ids("durations"))
    return Plot(name="durations", title="Duration", said=said, series=tuple(series), svg=drawing.of(series, labels))


def _errors(points: Sequence[Point], labels: Sequence[str]) -> Plot:
    rates = [1 - point.figures.success_rate if point.figures.calls else None for point in points]
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    said = f"At most {shown.percent(highest)} of the calls of a step failed."
    drawing = Drawing(kind="Line", top=highest, written=shown.percent, labelled_by=_ids("errors"))
    svg = drawing.of({"failed": rates}, labels)
    return Plot(name="errors", title="Error rate", said=said, series=("failed",), svg=svg)


def _ids(name: str) -> str:
    """Return the ids of a plot's heading and of what it says."""
    return f"{name}-title {name}-said"
