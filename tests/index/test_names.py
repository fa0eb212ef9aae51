"""index/names.py."""

import pytest

from openapi_mcp.index.names import has_name, has_number

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


def test_a_number_may_be_an_id() -> None:
    """Our choice."""
    assert has_number("cancel order A-17")
    assert not has_number("cancel the order")
