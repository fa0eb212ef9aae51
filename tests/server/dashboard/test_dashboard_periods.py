"""The times that figures are shown for."""

import pytest

from openapi_mcp.records.query import Figures, Point
from openapi_mcp.server.dashboard.periods import DAY, HOUR, MOST_STEPS, PERIODS, filled, label, span_of

NOW = 1_795_000_000.0


@pytest.mark.parametrize("key", PERIODS)
@pytest.mark.parametrize("age", [0.0, HOUR, 3 * DAY, 90 * DAY, 3_000 * DAY, NOW])
def test_a_period_has_as_many_steps_as_a_plot_has_room_for(key: str, age: float) -> None:
    span = span_of(PERIODS[key], NOW, NOW - age)
    points = filled([], span)
    assert 1 <= len(points) <= MOST_STEPS + 2
    assert points[0].time == span.since
    assert span.since % span.step == 0
    assert points[-1].time <= NOW < points[-1].time + span.step


def test_all_begins_no_later_than_the_first_record() -> None:
    assert span_of(PERIODS["all"], NOW, NOW - 40 * DAY).since <= NOW - 40 * DAY


def test_a_step_without_calls_has_a_point_too() -> None:
    span = span_of(PERIODS["1h"], NOW, NOW)
    known = Point(time=span.since + 60, figures=Figures(calls=7))
    points = filled([known], span)
    assert [point.figures.calls for point in points][:3] == [0, 7, 0]


@pytest.mark.parametrize(
    ("step", "expected"),
    [(60, "11:06"), (HOUR, "11:06"), (DAY / 4, "18 Nov 11:06"), (DAY, "18 Nov"), (365 * DAY, "18 Nov 2026")],
)
def test_a_step_is_called_by_its_beginning(step: float, expected: str) -> None:
    assert label(NOW, step) == expected
