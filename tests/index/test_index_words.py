"""index/words.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.index.words import SELF, stem, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("listUserOrders", ["list", "user", "orders"]),
        ("list_user-orders.v2", ["list", "user", "orders", "v", "2"]),
        ("getAPIKeys", ["api", "keys"]),
        ("HTTPServer", ["http", "server"]),
        ("GET /orders/{orderId}", ["orders", "order", "id"]),
        ("the orders of a customer", ["orders", "customer"]),
        ("Bestellübersicht Größe", ["bestellubersicht", "große"]),
        ("Café menu", ["cafe", "menu"]),
        ("", []),
    ],
)
def test_a_text_or_an_identifier_is_split_into_words(text: str, expected: list[str]) -> None:
    """Issue 6, Search quality: identifiers split into words."""
    assert list(words(text)) == expected


def test_a_script_without_blanks_is_split_into_pairs_of_characters() -> None:
    """Our choice: else a whole sentence would be one word."""
    assert list(words("获取用户列表")) == ["获取", "取用", "用户", "户列", "列表"]
    assert set(words("用户")) <= set(words("获取用户列表"))


def test_endings_are_taken_off() -> None:
    """Issue 6, Search quality: stemmed."""
    assert terms("orders ordered ordering") == ["order", "order", "order"]
    assert stem("ids") == "id"
    assert stem("is") == "is"


@pytest.mark.parametrize("text", ["Get my profile", "I", "/me", "The current user's playlists", "authenticated users"])
def test_whoever_asks_is_one_term_however_that_is_said(text: str) -> None:
    """Our choice: a person says "my", a path "/me", a summary "the authenticated user"."""
    assert SELF in terms(text)


def test_a_self_hosted_runner_is_nobody_who_asks() -> None:
    """Our choice."""
    assert SELF not in terms("self-hosted runners")


@given(st.text())
def test_any_text_has_terms_in_lower_case(text: str) -> None:
    """Our choice: documents are hostile."""
    assert all(term and term == term.lower() for term in terms(text))
