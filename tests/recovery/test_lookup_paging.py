"""The page after a full one, asked for by number."""

from typing import Any

import pytest

from openapi_mcp.model.call import Call
from openapi_mcp.recovery.lookup.paging import page_after
from openapi_mcp.recovery.lookup.whole import Seen
from openapi_mcp.recovery.steps import Found

FULL = Seen(in_all=20, on_page=10, page_size=10)
TOTAL: Any = {"data": [1] * 10, "total": 25}


def after(before: dict[str, Any], now: dict[str, Any], value: Any = None, seen: Seen = FULL) -> Any:
    found = Found(value=TOTAL if value is None else value)
    call = page_after(Call(tool="users", arguments=before), Call(tool="users", arguments=now), found, seen)
    return call.arguments if call else None


def test_the_page_after_a_full_one_is_asked_for_by_its_number() -> None:
    """Issue 7: at most 3 lookups, all of which may be needed to see the end of a list."""
    assert after({"q": "a"}, {"q": "a", "page": 2}) == {"q": "a", "page": 3}
    assert after({"page": 1}, {"page": 2}) == {"page": 3}
    assert after({}, {"page": 1}) == {"page": 2}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({}, {}),
        ({}, {"offset": 10}),
        ({"page": 1}, {"page": 3}),
        ({}, {"cursor": "2"}),
        ({}, {"page": True}),
        ({"q": "a"}, {"page": 2}),
        ({}, {"page": 2, "q": "a"}),
    ],
)
def test_what_is_not_counted_is_not_counted_up(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert after(before, now) is None


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ({"data": [1] * 10}, FULL),
        ({"data": [1] * 10, "total": 20}, FULL),
        (TOTAL, Seen(in_all=15, on_page=5, page_size=10)),
    ],
)
def test_nothing_follows_what_may_be_the_last(value: Any, seen: Seen) -> None:
    assert after({}, {"page": 2}, value, seen) is None
