"""index/actions.py."""

import pytest

from openapi_mcp.index.actions import action_of, fitness


@pytest.mark.parametrize(
    ("clause", "method"),
    [
        ("create a new invoice", "POST"),
        ("then rename my first list", "PUT"),
        ("Removing outdated entries", "DELETE"),
        ("please show me all customers", "GET"),
        ("What is the weather", "GET"),
        ("is everything in stock", "GET"),
        ("how many orders were sent", "GET"),
        ("remind the person who is on call", ""),
        ("the weather in Porto", ""),
        ("books, records and posts", ""),
        ("", ""),
        ("“Cancel” it", "DELETE"),
    ],
)
def test_the_verb_of_a_clause_says_which_method_does_such_things(clause: str, method: str) -> None:
    """Issue 6, Search quality: the method's verb."""
    assert action_of(clause) == method


def test_a_verb_far_from_the_beginning_says_nothing() -> None:
    """Our choice: "the list of those customers whose orders we cancelled" wants nothing cancelled."""
    assert action_of("customers of ours in Porto whose orders were cancelled") == ""


def test_the_method_is_weak_evidence() -> None:
    """Issue 6, Search quality: the method's verb as weak evidence."""
    assert fitness("POST", "POST") > fitness("POST", "PUT") > fitness("POST", "GET") == 1.0
    assert fitness("", "GET") == 1.0 > fitness("", "DELETE")
    assert fitness("DELETE", "DELETE") <= 2
