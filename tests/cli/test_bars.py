"""Bars and lines made of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.cli.bars import bar, spark


@pytest.mark.parametrize(
    ("part", "drawn", "plain"),
    [(0, "", ""), (0.001, "▏", "#"), (0.5, "██", "##"), (0.53, "██▏", "##"), (1, "████", "####")],
)
def test_a_bar_is_as_long_as_its_part(part: float, drawn: str, plain: str) -> None:
    """Part 7: a bar for calls; plain ASCII where the terminal cannot."""
    assert (bar(part, 4), bar(part, 4, is_plain=True)) == (drawn, plain)


@pytest.mark.parametrize(
    ("counts", "drawn", "plain"),
    [((), "", ""), ((0, 0), "  ", "  "), ((0, 1, 4, 8), " ▁▄█", " _-#"), ((1, 1000), "▁█", "_#"), ((5,), "█", "#")],
)
def test_a_line_shows_each_count_by_its_height_and_none_as_nothing(
    counts: tuple[int, ...], drawn: str, plain: str
) -> None:
    """Part 7: a spark line of calls over time."""
    assert (spark(counts), spark(counts, is_plain=True)) == (drawn, plain)


@given(st.lists(st.integers(0, 10**9), max_size=50), st.booleans())
def test_a_line_has_a_character_for_each_count(counts: list[int], is_plain: bool) -> None:
    """A law: and what is not nothing is seen."""
    drawn = spark(counts, is_plain=is_plain)
    assert [char == " " for char in drawn] == [count == 0 for count in counts]
    assert not is_plain or drawn.isascii()
