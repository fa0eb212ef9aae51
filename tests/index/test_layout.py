"""Where the boxes of a picture stand."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.index.layout import Box, Layout, Line, lay_out

KEYS = [str(number) for number in range(30)]


def boxes(*keys: str) -> list[Box]:
    return [Box(key=key, width=100 + 7 * len(key), height=40 + 5 * (len(key) % 3), leave=12) for key in keys]


def lines(*pairs: tuple[str, str], is_main: bool = True) -> list[Line]:
    return [Line(source=source, target=target, arrive=20, is_main=is_main) for source, target in pairs]


def overlaps(placed: list[Box], layout: Layout) -> bool:
    for one, other in combinations(placed, 2):
        (x, y), (u, v) = layout.corners[one.key], layout.corners[other.key]
        if x < u + other.width and u < x + one.width and y < v + other.height and v < y + one.height:
            return True
    return False


def test_lines_lead_from_left_to_right() -> None:
    """Sugiyama 1981: each box stands right of what leads to it."""
    layout = lay_out(boxes("a", "b", "c"), lines(("a", "b"), ("b", "c")))
    assert layout.corners["a"][0] < layout.corners["b"][0] < layout.corners["c"][0]
    (start, _, end), _ = layout.routes
    x, y = layout.corners["a"]
    assert start == (x + boxes("a")[0].width, y + 12)
    assert end == (layout.corners["b"][0], layout.corners["b"][1] + 20)


def test_a_line_that_passes_a_column_has_a_place_of_its_own_there() -> None:
    """Else it would run through the boxes of that column."""
    layout = lay_out(boxes("a", "b", "c"), lines(("a", "b"), ("b", "c"), ("a", "c")))
    _, _, (left, top), (right, same), _ = layout.routes[2]
    x, y = layout.corners["b"]
    assert (left, top) == (x, same)
    assert right > left
    assert not y <= top <= y + boxes("b")[0].height


def test_a_line_leaves_its_column_before_it_turns() -> None:
    """Else it would run through wider boxes above or below the one that it leaves."""
    layout = lay_out(boxes("a", "much_wider", "c"), lines(("a", "c"), ("much_wider", "c")))
    _, (short, level), _ = layout.routes[0]
    assert (short, level) == (layout.corners["a"][0] + boxes("much_wider")[0].width, layout.corners["a"][1] + 12)


def test_a_line_back_and_one_to_itself() -> None:
    """Of a circle one line leads back; one from a box to itself is not drawn."""
    layout = lay_out(boxes("a", "b"), lines(("a", "b"), ("b", "a"), ("a", "a")))
    assert [len(route) for route in layout.routes] == [3, 3, 0]
    assert layout.routes[1][0][0] > layout.routes[1][-1][0]


def test_lighter_lines_move_nothing() -> None:
    """Issue 6: other sources are shown lighter."""
    main = lines(("a", "b"), ("c", "d"))
    plain, more = lay_out(boxes(*"abcd"), main), lay_out(boxes(*"abcd"), main + lines(("d", "b"), is_main=False))
    assert plain.corners == more.corners
    assert len(more.routes[2]) == 3


def test_boxes_without_lines_stand_in_rows_below() -> None:
    """Issue 6: a tool that nothing leads to is still shown, compactly."""
    alone = [f"alone{number}" for number in range(20)]
    layout = lay_out(boxes("a", "b", *alone), lines(("a", "b")))
    lowest = max(layout.corners[key][1] + 40 for key in "ab")
    assert all(layout.corners[key][1] >= lowest for key in alone)
    assert len({layout.corners[key][1] for key in alone}) < 5


def test_many_that_one_leads_to_stand_in_several_columns() -> None:
    """Our choice: a column of a hundred boxes cannot be looked at."""
    names = [f"n{number}" for number in range(100)]
    layout = lay_out(boxes("hub", *names), lines(*(("hub", name) for name in names)))
    assert len({layout.corners[name][0] for name in names}) > 4
    assert layout.height < 2 * layout.width


def test_nothing_at_all_is_a_small_picture() -> None:
    """Our choice."""
    assert lay_out([], []) == Layout(width=0, height=32, corners={}, routes=())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS), st.booleans()), max_size=60))
def test_no_box_lies_on_another_and_all_lie_within(pairs: list[tuple[str, str, bool]]) -> None:
    """A law; and the same boxes are laid out the same."""
    placed = boxes(*KEYS)
    given_lines = [Line(source=one, target=other, arrive=9, is_main=main) for one, other, main in pairs]
    layout = lay_out(placed, given_lines)
    assert layout == lay_out(placed, given_lines)
    assert not overlaps(placed, layout)
    for box in placed:
        x, y = layout.corners[box.key]
        assert 0 <= x <= layout.width - box.width
        assert 0 <= y <= layout.height - box.height


def test_twelve_hundred_boxes_in_circles_are_laid_out() -> None:
    """Issue 6: a document of 1,200 operations; it only has to end."""
    names = [f"n{number}" for number in range(1200)]
    many = lines(*((names[n], names[(n * 7 + step) % 1200]) for n in range(1200) for step in (1, 5)))
    assert len(lay_out(boxes(*names), many).corners) == 1200


@pytest.mark.requirement(20)
def test_lines_past_hundreds_of_columns_go_straight_on() -> None:
    """A chain in which each box leads to many behind it: with a place in each column a page would take 40 MB."""
    names = [f"n{number}" for number in range(400)]
    many = lines(*((names[n], names[n + step]) for n in range(400) for step in (1, 3, 50, 100, 200) if n + step < 400))
    layout = lay_out(boxes(*names), many)
    assert len({layout.corners[name][0] for name in names}) == 400
    assert sum(map(len, layout.routes)) < 40_000
    assert max(len(route) for route, line in zip(layout.routes, many, strict=True) if line.arrive) < 200
    short = [
        route
        for route, line in zip(layout.routes, many, strict=True)
        if int(line.target[1:]) - int(line.source[1:]) == 3
    ]
    assert {len(route) for route in short} == {7}
