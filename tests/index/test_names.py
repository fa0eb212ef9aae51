"""index/names.py."""

import pytest

from openapi_mcp.index.names import has_id, has_name

KNOWN = {"order", "list", "custom"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Book a table at Casa Lisboa", True),
        ("List my Orders", False),
        ("Orders", False),
        ("List orders. Then the customers", False),
        ("orders of Ana", True),
        ("the order named 'march invoice'", True),
        ('the order "1"', False),
        ("the customer\u2019s orders and the customers\u2019 list", False),
        ("\u201cblue list\u201d", True),
        ("don't list the customers' orders", False),
        ("", False),
    ],
)
def test_a_name_stands_in_quotes_or_begins_with_a_capital(query: str, expected: bool) -> None:
    """Issue 6, Search quality: what no tool is about has to be looked up by its name."""
    assert has_name(query, KNOWN.__contains__) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cancel order A-17", True),
        ("delete user 90210", True),
        ("close #5", True),
        ("the one with id: x7", True),
        ("show 3f2b8c1d-aaaa", True),
        ("pi_12 is refunded", True),
        ("refund 20 euros", False),
        ("refund order 17", True),
        ("orders since 2024", False),
        ("the top 3 songs", False),
        ("sales of Q3 2024", False),
        ("cancel the order", False),
    ],
)
def test_an_id_is_told_from_a_number(query: str, expected: bool) -> None:
    """Our choice: who gives the id needs nothing that yields it."""
    assert has_id(query) is expected
