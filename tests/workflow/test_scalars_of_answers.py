"""What stands where in answers as records keep them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openapi_mcp.workflow.scalars import scalars

NESTED = {"results": [{"id": 7, "tags": ["x", "y"], "of": {"id": "3"}}, {"id": 8}], "n": 2, "ok": True, "f": 1.5}
PLACES = [
    (("results", None, "id"), 7),
    (("results", None, "tags", None), "x"),
    (("results", None, "tags", None), "y"),
    (("results", None, "of", "id"), "3"),
    (("results", None, "id"), 8),
    (("n",), 2),
]


def test_texts_and_whole_numbers_have_their_places() -> None:
    """Our choice: ids are one or the other."""
    assert list(scalars(json.dumps(NESTED))) == PLACES


@pytest.mark.parametrize("length", [20, 34, 60, 75])
def test_of_a_text_that_is_cut_the_beginning_counts(length: int) -> None:
    """records: an answer is shortened, and says so."""
    text = f"{json.dumps(NESTED)[:length]}... (4,711 characters)"
    found = list(scalars(text))
    assert found == PLACES[: len(found)]
    assert len(found) < len(PLACES)


@pytest.mark.parametrize("number", ["12", "12.5", "-12", "1e9"])
def test_a_number_that_may_be_cut_is_none(number: str) -> None:
    """Our choice: 12 of 1234 is no id."""
    assert list(scalars(f'{{"a": 1, "id": {number}... (5,000 characters)')) == [(("a",), 1)]


@pytest.mark.parametrize("text", ["", "no JSON", "{", '{"a"', '{"a":', "[1", "]", '{"a" 1}', "[image/png, 20 bytes]"])
def test_what_is_no_json_has_none(text: str) -> None:
    """Our choice."""
    assert list(scalars(text)) in ([], [((None,), 1)])


def test_what_is_nested_too_deep_is_passed_over() -> None:
    """Our choice: bounds on depth."""
    deep = '{"a":' * 3000
    assert list(scalars(deep)) == []
    assert list(scalars(f"{'[' * 40}1{']' * 40}")) == []


def test_only_so_many_values_of_an_answer_count() -> None:
    """Our choice: bounds on size."""
    assert len(list(scalars(json.dumps(list(range(5000)))))) == 400


TEXTS = st.text('ab"\\é{}[]:,1 ', max_size=4)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=10,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, st.integers(0, 200))
def test_a_beginning_never_says_what_the_whole_does_not(value: Any, length: int) -> None:
    """Law: derive, never invent."""
    text = json.dumps(value)
    whole = list(scalars(text))
    part = list(scalars(f"{text[:length]}... (9 characters)"))
    assert part == whole[: len(part)]
