"""Values within arguments, by their paths."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.recovery.values import MISSING, value_at, with_value, without

TREE: dict[str, Any] = {"a": [7, {"b": None}], "c": {"d": "x"}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), TREE),
        (("a", 0), 7),
        (("a", 1, "b"), None),
        (("c", "d"), "x"),
        (("a", 2), MISSING),
        (("a", "b"), MISSING),
        (("a", -1), MISSING),
        (("c", "e"), MISSING),
        (("c", "d", "e"), MISSING),
    ],
)
def test_a_value_is_found_by_its_path(path: tuple[str | int, ...], value: Any) -> None:
    """Null is something; where nothing stands, MISSING does."""
    assert value_at(TREE, path) == value


def test_what_is_missing_says_so() -> None:
    """In a failing test, for one."""
    assert repr(MISSING) == "MISSING"


def test_a_value_takes_its_place_and_nothing_else_changes() -> None:
    """style.md, One picture: each stage returns a new value."""
    assert with_value(TREE, ("a", 1, "b"), 8) == {"a": [7, {"b": 8}], "c": {"d": "x"}}
    assert with_value(TREE, ("e", "f"), 8) == {**TREE, "e": {"f": 8}}
    assert without(TREE, ("a", 0)) == {"a": [{"b": None}], "c": {"d": "x"}}
    assert without(TREE, ("c", "d")) == {"a": [7, {"b": None}], "c": {}}
    assert TREE == {"a": [7, {"b": None}], "c": {"d": "x"}}


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.lists(st.integers(), max_size=3), min_size=1))
def test_what_was_put_somewhere_is_found_there(arguments: dict[str, Any]) -> None:
    name = next(iter(arguments))
    assert value_at(with_value(arguments, (name,), "new"), (name,)) == "new"
    assert name not in without(arguments, (name,))
