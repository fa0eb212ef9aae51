"""Two steps of a layout."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.index.levels import levels, squeezed

KEYS = [str(number) for number in range(8)]


def test_each_stands_right_of_all_that_lead_to_it() -> None:
    """Sugiyama 1981: the longest way counts."""
    lines = [("a", "b"), ("b", "c"), ("a", "c"), ("x", "c")]
    assert levels(["a", "b", "c", "x"], lines) == {"a": 0, "b": 1, "c": 2, "x": 0}


def test_of_a_circle_one_line_does_not_count() -> None:
    """The one that leads back to where the walk began."""
    assert levels(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")]) == {"a": 0, "b": 1, "c": 2}


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS))))
def test_every_key_has_a_level_and_lines_without_circles_lead_up(lines: list[tuple[str, str]]) -> None:
    """A law."""
    forward = [(source, target) for source, target in lines if source < target]
    found = levels(KEYS, forward)
    assert all(found[source] < found[target] for source, target in forward)
    assert set(levels(KEYS, lines)) == set(KEYS)


def test_a_chain_of_ten_thousand_is_no_recursion() -> None:
    """security.md: a document is hostile."""
    keys = [str(number) for number in range(10_000)]
    assert levels(keys, list(pairwise(keys)))["9999"] == 9999


def test_what_pushes_each_other_shares_the_way() -> None:
    """Least squares: neither is moved more than the other."""
    assert squeezed([0, 0, 50], [10, 10, 10]) == [-5, 5, 50]
    assert squeezed([], []) == []


@given(st.lists(st.tuples(st.floats(-1000, 1000), st.floats(0, 100))))
def test_nothing_overlaps(things: list[tuple[float, float]]) -> None:
    """A law."""
    wanted, sizes = [at for at, _ in things], [size for _, size in things]
    found = squeezed(wanted, sizes)
    for before, size, after in zip(found, sizes, found[1:], strict=False):
        assert after >= before + size - 1e-6
    assert sum(found) == pytest.approx(sum(wanted), abs=1e-5)
