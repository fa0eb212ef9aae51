"""Times, durations and counts as a person reads them."""

from datetime import UTC, datetime

import pytest
from support.history import in_zone

from openapi_mcp.cli.units import ago, counted, lasted, local_time, many, short_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 ms"), (0.0004, "0.4 ms"), (0.001, "1 ms"), (0.012, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"),
        (3.41, "3.4 s"), (99.94, "99.9 s"), (99.96, "100 s"), (3600, "3,600 s"),
    ],
)  # fmt: skip
def test_a_duration_has_the_unit_that_fits(seconds: float, text: str) -> None:
    """Part 7: 12 ms, 3.4 s."""
    assert lasted(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"), (59, "just now"), (60, "1 min ago"), (200, "3 min ago"), (3600, "1 hour ago"),
        (7200, "2 hours ago"), (86400, "1 day ago"), (40 * 86400, "40 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago_is_said_in_whole_units(seconds: float, text: str) -> None:
    """Part 7: "3 min ago"."""
    assert ago(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1000, "1k"),
        (12_345, "12.3k"),
        (999_999, "1M"),
        (4e6, "4M"),
        (2.55e10, "25.5G"),
    ],
)
def test_a_count_is_short(number: float, text: str) -> None:
    """Our choice."""
    assert counted(number) == text


def test_a_count_has_its_word() -> None:
    """Our choice."""
    assert [many(1, "repair"), many(2_000, "repair"), many(2, "try", "tries")] == [
        "1 repair",
        "2,000 repairs",
        "2 tries",
    ]


def test_times_are_local_and_as_short_as_their_day_allows() -> None:
    """Part 7: times are local on the terminal."""
    days = ((2026, 11, 21), (2026, 7, 1), (2025, 1, 1))
    now, summer, past = (datetime(*day, 23, 30, 1, tzinfo=UTC).timestamp() for day in days)
    with in_zone("Europe/Lisbon"):
        assert [short_time(at, now) for at in (now - 60, summer, past)] == ["23:29:01", "07-02 00:30:01", "2025-01-01"]
        assert local_time(summer) == "2026-07-02 00:30:01 +0100"
