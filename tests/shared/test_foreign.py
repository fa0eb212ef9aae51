"""What Redis gives, narrowed. Part 8: who can write to Redis ends nothing."""

from typing import Any

import pytest

from openapi_mcp.shared.foreign import each, seconds, whole, word


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"12", 12), (12, 12), (0, 0), (b"", None), (b"abc", None), (b"-1", None), (-1, None), (b"1" * 16, None),
        (10**15, None), ("12", None), (True, None), (None, None), ([], None), (b"1_0", None), ("²".encode(), None),
    ],
)  # fmt: skip
def test_a_whole_number_is_digits_and_not_too_many(value: Any, expected: int | None) -> None:
    """What Lua and Python would read differently is none."""
    assert whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"12.5", 12.5), (1, 1.0), (b"inf", 0.0), (b"nan", 0.0), (b"x", 0.0), (None, 0.0), ([], 0.0), (10**400, 0.0)],
)
def test_a_time_is_finite(value: Any, expected: float) -> None:
    """An unknown one is long ago."""
    assert seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"3f2a", "3f2a"), (b"", None), (b"a b", None), (b"\xff", None), (b"a" * 65, None), ("a", None), (7, None)],
)
def test_a_word_is_letters_and_digits(value: Any, expected: str | None) -> None:
    """As the key makes them."""
    assert word(value) == expected


@pytest.mark.parametrize("value", [None, b"OK", b"ab", 2, [1], [1, 2, 3], {1: 2, 3: 4}, ["a"] * 5])
def test_parts_are_as_many_as_were_asked_for(value: Any) -> None:
    """Two bytes are no two parts."""
    assert each(value, 2) == [None, None]
    assert each([1, b"x"], 2) == [1, b"x"]
