"""Plots as SVG that our style sheet colours."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.records.query import Figures, Point
from openapi_mcp.server.dashboard.drawing import ticks
from openapi_mcp.server.dashboard.plots import Plot, plots_of

TAGS = {"svg", "g", "path", "rect", "circle", "text", "title"}
ATTRIBUTES = {"class", "cx", "cy", "d", "height", "r", "rx", "ry", "transform", "viewBox", "width", "x", "y"}
SVG = "{http://www.w3.org/2000/svg}"


def points(*figures: Figures) -> list[Point]:
    return [Point(time=1_800.0 * number, figures=each) for number, each in enumerate(figures)]


def drawn(*figures: Figures) -> list[Plot]:
    return plots_of(points(*figures), 1_800.0)


SOME = (
    Figures(calls=10, errors=2, average=0.1, p95=0.4),
    Figures(),
    Figures(calls=3, average=0.2, p95=0.3),
    Figures(calls=4, errors=4, average=0.2, p95=0.3),
)


@pytest.mark.parametrize("figures", [SOME, (Figures(),), (), SOME * 20])
def test_a_plot_holds_shapes_and_nothing_else(figures: tuple[Figures, ...]) -> None:
    """Issue 8: a chart library's own scripts, styles and links are out; our policy would refuse them."""
    for plot in drawn(*figures):
        root = ElementTree.fromstring(plot.svg)
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= TAGS
        own = {"role", "aria-labelledby"}
        assert {name for each in root.iter() for name in each.attrib} <= ATTRIBUTES | own
        assert "<!--" not in plot.svg
        assert "http" not in plot.svg.replace("http://www.w3.org/2000/svg", "")


def test_each_point_says_its_value() -> None:
    calls, durations, errors = (ElementTree.fromstring(plot.svg) for plot in drawn(*SOME))
    said = [[each.text for each in root.iter(f"{SVG}title")] for root in (calls, durations, errors)]
    assert said[0][:5] == [
        "00:00: 8 succeeded",
        "00:30: 0 succeeded",
        "01:00: 3 succeeded",
        "01:30: 0 succeeded",
        "00:00: 2 failed",
    ]
    assert said[1] == [
        "00:00: 100 ms average", "01:00: 200 ms average", "01:30: 200 ms average",
        "00:00: 400 ms p95", "01:00: 300 ms p95", "01:30: 300 ms p95",
    ]  # fmt: skip
    assert said[2] == ["00:00: 20.0 % failed", "01:00: 0 % failed", "01:30: 100 % failed"]


def test_a_plot_says_in_words_what_it_shows() -> None:
    assert [plot.said for plot in drawn(*SOME)] == [
        "17 calls, at most 10 in a step.",
        "In the slowest step 95 of 100 calls took at most 400 ms.",
        "At most 100 % of the calls of a step failed.",
    ]


@pytest.mark.parametrize(
    ("top", "whole", "expected"),
    [
        (7.3, False, [0, 2, 4, 6, 8]),
        (0, False, [0, 1]),
        (1, True, [0, 1]),
        (3, True, [0, 1, 2, 3]),
        (10, True, [0, 3, 6, 9, 12]),
        (1_000_000, True, [0, 250_000, 500_000, 750_000, 1_000_000]),
    ],
)
def test_an_axis_is_marked_at_round_values(top: float, whole: bool, expected: list[float]) -> None:
    assert ticks(top, whole=whole) == expected


@given(st.floats(1e-9, 1e15), st.booleans())
def test_the_marks_reach_to_the_highest_value(top: float, whole: bool) -> None:
    marks = ticks(top, whole=whole)
    assert marks[0] == 0
    assert marks[-1] >= top * (1 - 1e-9)
    assert 2 <= len(marks) <= 7
    assert marks == sorted(set(marks))
