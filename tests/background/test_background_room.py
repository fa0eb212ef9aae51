"""How much may go on in the background: of each caller, and of all."""

from openapi_mcp.background.room import Room, Space

SPACE = Space(of_a_caller=2, of_all=3, size_of_a_caller=100, size_of_all=150)


def test_calls_are_counted_of_each_caller_and_of_all() -> None:
    room = Room()
    for name in "ab":
        room.take(name, "anne", 1)
    assert (room.is_full("anne", SPACE, 1), room.is_full("bob", SPACE, 1)) == (True, False)
    room.take("c", "bob", 1)
    assert room.is_full("another", SPACE, 1)


def test_bytes_are_counted_of_each_caller_and_of_all() -> None:
    room = Room()
    room.take("a", "anne", 90)
    assert [room.is_full("anne", SPACE, size) for size in (10, 11)] == [False, True]
    assert [room.is_full("", SPACE, size) for size in (60, 61)] == [False, True]


def test_a_call_is_counted_once_until_it_leaves() -> None:
    room = Room()
    for size in (100, 90):
        room.take("a", "", size)
    assert (room.count(""), room.is_full("", SPACE, 10)) == (1, False)
    for _ in range(2):
        room.leave("a")
    assert (room.count(""), room.is_full("", SPACE, 100)) == (0, False)
