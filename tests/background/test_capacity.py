"""How much may go on in the background: of each caller, and of all."""

from openapi_mcp.background.capacity import Capacity, Space

SPACE = Space(of_a_caller=2, of_all=3, size_of_a_caller=100, size_of_all=150)


def test_calls_are_counted_of_each_caller_and_of_all() -> None:
    capacity = Capacity()
    for name in "ab":
        capacity.take(name, "anne", 1)
    assert (capacity.is_full("anne", SPACE, 1), capacity.is_full("bob", SPACE, 1)) == (True, False)
    capacity.take("c", "bob", 1)
    assert capacity.is_full("another", SPACE, 1)


def test_bytes_are_counted_of_each_caller_and_of_all() -> None:
    capacity = Capacity()
    capacity.take("a", "anne", 90)
    assert [capacity.is_full("anne", SPACE, size) for size in (10, 11)] == [False, True]
    assert [capacity.is_full("", SPACE, size) for size in (60, 61)] == [False, True]


def test_a_call_is_counted_once_until_it_leaves() -> None:
    capacity = Capacity()
    for size in (100, 90):
        capacity.take("a", "", size)
    assert (capacity.count(""), capacity.is_full("", SPACE, 10)) == (1, False)
    for _ in range(2):
        capacity.leave("a")
    assert (capacity.count(""), capacity.is_full("", SPACE, 100)) == (0, False)
