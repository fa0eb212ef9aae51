"""Which of several records is the latest."""

from typing import Any

import pytest

from openapi_mcp.recovery.lookup.newest import chosen, times_of
from openapi_mcp.recovery.lookup.phrase import Which
from openapi_mcp.recovery.lookup.records import Identified


def picked(*records: dict[str, Any], which: Which = Which.LATEST) -> tuple[str | int | None, str] | None:
    made = [Identified(id=number, record={"id": number, **record}) for number, record in enumerate(records, 1)]
    found = chosen(made, which, "order")
    return (found[0].id, found[1]) if found is not None else None


def test_the_greatest_time_is_the_latest() -> None:
    """Issue 7, Recover, 5: "Bob's latest order"."""
    two = ({"created_at": "2026-01-01T10:00:00Z"}, {"created_at": "2026-01-01T09:00:00-05:00"})
    assert picked(*two) == (2, "created_at")
    assert picked(*two, which=Which.FIRST) == (1, "created_at")
    assert picked({"orderDate": "2026-01-02"}, {"orderDate": "2026-01-01"}) == (1, "orderDate")
    assert picked({"created": 1_700_000_000}, {"created": 1_700_000_001.5}) == (2, "created")


def test_a_day_that_two_share_leaves_it_to_the_time() -> None:
    two = (
        {"date": "2026-01-01", "created_at": "2026-01-01T10:00:00"},
        {"date": "2026-01-01", "created_at": "2026-01-01T11:00:00"},
    )
    assert picked(*two) == (2, "created_at")


@pytest.mark.parametrize(
    "records",
    [
        [],
        [{}, {}],
        [{"created_at": "2026-01-01"}, {"created_at": "2026-01-01"}],
        [{"created_at": "2026-01-01"}, {}],
        [{"created_at": "2026-01-01"}, {"created_at": None}],
        [{"created_at": "2026-01-01"}, {"created_at": "02/01/2026"}],
        [{"created_at": "2026-01-01T10:00:00"}, {"created_at": "2026-01-02T10:00:00Z"}],
        [{"created_at": "2026-01-01"}, {"created_at": 1_700_000_000}],
        [
            {"created_at": "2026-01-02", "placed_at": "2026-01-01"},
            {"created_at": "2026-01-01", "placed_at": "2026-01-02"},
        ],
        [{"updated_at": "2026-01-01"}, {"updated_at": "2026-01-02"}],
        [{"created_at": True}, {"created_at": "x" * 41}],
    ],
)
def test_what_is_not_clear_is_not_chosen(records: list[dict[str, Any]]) -> None:
    """Derive, never invent: ties, times that are missing, that cannot be compared, or that disagree."""
    assert picked(*records) is None


def test_the_only_one_needs_no_time() -> None:
    assert picked({}) == (1, "")
    assert picked({}, which=Which.ONLY) == (1, "")
    assert picked({"created_at": "2026-01-01"}, {"created_at": "2026-01-02"}, which=Which.ONLY) is None


def test_when_a_thing_was_created_comes_first() -> None:
    assert times_of({"date": 1, "created_at": 1, "shipped_at": 1}, "order") == ["created_at", "date"]
