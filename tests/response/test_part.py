"""Parts of values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.response.part import part_of


@pytest.mark.parametrize(
    ("value", "offset", "limit", "part", "total"),
    [
        ([1, 2, 3, 4], 1, 2, [2, 3], 4),
        ([1, 2], 0, None, [1, 2], 2),
        ([1, 2], 7, None, [], 2),
        ([1, 2], 10**400, 10**400, [], 2),
        ("text", 2, None, "xt", 4),
        ("text", 9, 1, "", 4),
        ({"a": 1, "b": 2, "c": 3}, 1, 1, {"b": 2}, 3),
        (True, 3, 1, True, None),
        (None, 0, None, None, None),
        (1.5, 0, None, 1.5, None),
        (7, 0, None, 7, None),
        (10**300, 0, 3, "100", 301),
    ],
)
def test_a_part_is_counted_in_what_the_value_is_made_of(
    value: Any, offset: int, limit: int | None, part: Any, total: int | None
) -> None:
    """Issue 4: items of an array, characters of a text, fields of an object; beyond the end there is nothing."""
    assert part_of(value, offset, limit) == (part, total)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_parts_one_after_the_other_are_the_whole(items: list[JsonValue], size: int) -> None:
    """Law."""
    parts = [part_of(items, offset, size)[0] for offset in range(0, len(items), size)]
    assert [item for part in parts if isinstance(part, list) for item in part] == items
