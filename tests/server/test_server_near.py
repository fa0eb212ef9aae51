"""Names like one that is not there."""

import pytest

from openapi_mcp.server.near import near_names

MANY = [f"op_{number}_do_something" for number in range(20_000)]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("order_list", "orders_list"),
        ("ordrs_get", "orders_get"),
        ("listOrders", "listOrder"),
        ("op_123_do_somethin", "op_123_do_something"),
        ("op_19999_do_somethng_", "op_19999_do_something"),
    ],
)
def test_among_thousands_the_nearest_name_comes_first(name: str, near: str) -> None:
    """Issue 6: a model that misspells a name is told of the right one."""
    assert near_names(name, ["orders_list", "orders_get", "listOrder", *MANY], 3)[0] == near


def test_among_few_each_is_compared_and_nothing_like_it_is_no_name() -> None:
    """Our choice."""
    assert near_names("ab", ["ba", "abc", "zzz"], 3) == ["abc"]
    assert near_names("", MANY, 3) == near_names("?" * 5000, MANY, 3) == near_names("x", [], 3) == []


def test_a_name_among_thousands_is_found_at_once() -> None:
    """security.md: a caller sends many.."""
    for number in range(20):
        assert near_names(f"op_{number}_do_somethin", MANY, 9)


@pytest.mark.parametrize("name", ["orders_get", "get_order", "fetchOrders", "orders_retreive"])
def test_the_same_words_come_first_whatever_their_order_and_verb(name: str) -> None:
    """Our choice: a model that guesses a name guesses its words."""
    assert near_names(name, ["orders_list", "orders_create", "orders_retrieve"], 3)[0] == "orders_retrieve"
