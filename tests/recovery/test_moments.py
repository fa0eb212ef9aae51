"""Days and times in texts, as people and programs write them."""

import pytest

from openapi_mcp.recovery.rewriting.moments import Moment, moments_in


def said(moment: Moment) -> str:
    return f"{moment.day or ''} {moment.time}{moment.zone}".strip()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2026/11/21", "2026-11-21"),
        ("2026.1.2", "2026-01-02"),
        ("20261121", "2026-11-21"),
        ("21.11.2026", "2026-11-21"),
        ("11/21/2026", "2026-11-21"),
        ("04-04-2026", "2026-04-04"),
        ("21 November 2026", "2026-11-21"),
        ("21st of Nov 2026", "2026-11-21"),
        ("Nov 21, 2026", "2026-11-21"),
        ("november 21st, 2026", "2026-11-21"),
        ("21-Sept-2026", "2026-09-21"),
        ("2026 Nov 21", "2026-11-21"),
        ("Saturday, 21 Nov 2026", "2026-11-21"),
        ("Sat, 21 Nov 2026 14:30:00 GMT", "2026-11-21 14:30:00Z"),
        ("2026-11-21 14:30:00+02:00", "2026-11-21 14:30:00+02:00"),
        ("2026-11-21T14:30:00.25-0330", "2026-11-21 14:30:00.25-03:30"),
        ("20261121T143000Z", "2026-11-21 14:30:00Z"),
        ("Nov 21, 2026 at 2:30 pm", "2026-11-21 14:30:00"),
        ("21.11.2026 12 a.m. UTC", "2026-11-21 00:00:00Z"),
        ("2026-11-21 14:30 +02", "2026-11-21 14:30:00+02:00"),
        ("14:30", "14:30:00"),
        ("12pm", "12:00:00"),
    ],
)
def test_a_text_that_says_one_moment_is_read(text: str, moment: str) -> None:
    """Issue 7, Recover, 2: dates and times where it is unambiguous."""
    assert [said(found) for found in moments_in(text)] == [moment]


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "03-04-2026"])
def test_what_may_be_two_days_is_read_as_both(text: str) -> None:
    """Issue 7, Recover, 2: never `03/04/2026`."""
    assert [said(found) for found in moments_in(text)] == ["2026-04-03", "2026-03-04"]


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "21.11.26", "2026-11-31", "2026-13-01", "31.02.2026", "Sunday, 21 Nov 2026", "21 Foo 2026", "14",
     "2026-11-21 25:00", "2026-11-21 14:60", "13 pm", "0 am", "2026-11-21 and more", "2026-11-21T", "143000",
     "2026-11/21", "Nov 2026", "2026-11-21 14", "x" * 81, "0000-01-01", "\u0662\u0660\u0662\u0666-11-21"],
)  # fmt: skip
def test_what_says_no_moment_is_not_read(text: str) -> None:
    """design.md: derive, never invent. A weekday that is another one contradicts its date."""
    assert moments_in(text) == []
