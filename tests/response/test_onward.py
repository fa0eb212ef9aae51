"""What pages that became one say of how they go on."""

from typing import Any

import pytest

from openapi_mcp.response.onward import going_on_as


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ({"next": "/a", "total": 2}, {"next": None, "total": 9}, {"next": None, "total": 2}),
        ({"next_cursor": "a", "has_more": True}, {"has_more": False}, {"has_more": False}),
        ({"nextPage": {"offset": "a"}}, {"nextPage": None}, {"nextPage": None}),
        ({"page": 1}, {"page": 2}, {"page": 2}),
        ({"page": "home"}, {"page": "work"}, {"page": "home"}),
        ({"meta": {"page": {"number": 0}}}, {"meta": {"page": {"number": 1}}}, {"meta": {"page": {"number": 1}}}),
        ({"meta": {"next": "/a", "k": 1}}, {"meta": 7}, {"meta": {"k": 1}}),
        ({"more": [1]}, {"more": [2]}, {"more": [1]}),
        ({"chapter": {"next": "/a"}}, {"chapter": {"next": "/b"}}, {"chapter": {"next": "/a"}}),
        ([1], [2], [1]),
        ({"next": "/a"}, [2], {}),
    ],
)
def test_the_words_on_the_way_on_are_the_last_pages(first: Any, last: Any, expected: Any) -> None:
    """All else is the first page's."""
    assert going_on_as(first, last) == expected


def test_nothing_deeper_than_the_way_on_is_read_from_is_changed() -> None:
    """Hostile upstream: bounded work."""
    first: Any = {"next": "/a"}
    for _ in range(4):
        first = {"meta": first}
    assert going_on_as(first, {}) == first
