"""index/clauses.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.index.clauses import MAX_QUERY, read_request


def test_a_request_of_several_steps_is_taken_apart() -> None:
    """Issue 6, Search quality: queries split into clauses."""
    request = read_request("Find the invoice of March, pay it and then send a receipt to Ana.")
    assert [dict(clause.terms) for clause in request.clauses] == [
        {"find": 1, "invoic": 1, "march": 1},
        {"pay": 1},
        {"send": 1, "receipt": 1},
        {"ana": 1},
    ]
    assert [clause.action for clause in request.clauses] == ["GET", "", "POST", ""]
    assert set(request.whole.terms) == {"find", "invoic", "march", "pay", "send", "receipt", "ana"}


def test_a_request_of_one_step_has_no_clauses() -> None:
    """Our choice: its only clause is all of it."""
    request = read_request("Delete the old backups.")
    assert (request.clauses, request.whole.action) == ((), "DELETE")


def test_who_asks_counts_little_beside_what_for() -> None:
    """Our choice: nearly every request says "my"."""
    assert read_request("list my orders").whole.terms == {"list": 1, "me": 0.3, "order": 1}
    assert read_request("who am I").whole.terms["me"] < 1
    assert read_request("me").whole.terms == {"me": 1}


def test_a_polite_request_is_none_to_like_something() -> None:
    """Our choice: "like" is what social networks do."""
    assert "like" not in read_request("I'd like to see my posts").whole.terms
    assert "like" in read_request("like the first post").whole.terms


def test_a_long_request_is_searched_as_far_as_it_says_something() -> None:
    """Our choice: a caller cannot make a search long."""
    request = read_request(", ".join(f"word{index} thing" for index in range(10_000)))
    assert len(request.clauses) <= 24
    assert len(request.whole.terms) < MAX_QUERY


@pytest.mark.parametrize("query", ["", "   ", ",,, and and", "the of a"])
def test_a_request_without_words_has_no_terms(query: str) -> None:
    """Our choice."""
    assert read_request(query).clauses == ()


@given(st.text())
def test_any_text_is_a_request(query: str) -> None:
    """Our choice: callers are hostile."""
    assert all(clause.terms for clause in read_request(query).clauses)
