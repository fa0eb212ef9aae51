"""A moment as an API wants it written."""

import pytest

from openapi_mcp.recovery.rewriting.dated import Target, epoch_named, target_named, written
from openapi_mcp.recovery.rewriting.moments import moments_in


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("date", Target(name="date")),
        ("datetime", Target(name="date-time")),
        ("Use one of these formats instead: YYYY-MM-DD.", Target(name="date")),
        ("use YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].", Target(name="date-time")),
        ("as DD.MM.YYYY", Target(name="pattern", pattern="DD.MM.YYYY")),
        ("%d/%m/%Y", Target(name="pattern", pattern="DD/MM/YYYY")),
        ("YYYY-MM-DD HH:mm:ss", Target(name="pattern", pattern="YYYY-MM-DD HH:mm:ss")),
        ("YYYYMMDD", Target(name="pattern", pattern="YYYYMMDD")),
        ("must be ISO 8601", Target(name="iso")),
        ("DD.MM.YYYY or MM/DD/YYYY", None),
        ("email", None),
    ],
)
def test_how_moments_are_written_is_read_from_words(words: str, target: Target | None) -> None:
    """Issue 7, Recover: into the format that a refusal names, where it names one."""
    assert target_named(words) == target


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Unix timestamp in seconds.", "seconds"),
        ("A Unix timestamp in ms", "milliseconds"),
        ("milliseconds since 1970", "milliseconds"),
        ("Timeout in seconds", None),
    ],
)
def test_a_timestamp_is_known_by_what_it_is_called(words: str, unit: str | None) -> None:
    """Our choice: epoch seconds or milliseconds where the document says so."""
    found = epoch_named(words)
    assert (found and found.name) == unit


@pytest.mark.parametrize(
    ("text", "target", "form"),
    [
        ("21 Nov 2026", "date", "2026-11-21"),
        ("2026-11-21T00:00:00Z", "date", "2026-11-21"),
        ("2026-11-21 00:00", "date", "2026-11-21"),
        ("2026-11-21T00:00:00+02:00", "date", None),
        ("2026-11-21T10:00:00Z", "date", None),
        ("14:30", "date", None),
        ("2026-11-21 14:30 UTC", "date-time", "2026-11-21T14:30:00Z"),
        ("2026-11-21 14:30", "date-time", None),
        ("2026-11-21", "date-time", None),
        ("2:30 pm", "time", "14:30:00"),
        ("2026-11-21 14:30", "time", None),
        ("21 Nov 2026", "time", None),
        ("21 Nov 2026", "iso", "2026-11-21"),
        ("21 Nov 2026 14:30Z", "iso", "2026-11-21T14:30:00Z"),
        ("2026-11-21T14:30:00Z", "seconds", 1795271400),
        ("2026-11-21T14:30:00.25Z", "seconds", None),
        ("2026-11-21T14:30:00.25Z", "milliseconds", 1795271400250),
        ("2026-11-21T14:30:00.0005Z", "milliseconds", None),
        ("2026-11-21T16:30:00+02:00", "seconds", 1795271400),
        ("2026-11-21T14:30:00", "seconds", None),
        ("2026-11-21", "seconds", None),
    ],
)
def test_nothing_is_added_and_nothing_dropped(text: str, target: str, form: str | int | None) -> None:
    """Issue 7: rewritten without loss. A day is its first instant in UTC, or in no zone; no other time is dropped."""
    assert [written(moment, Target(name=target)) for moment in moments_in(text)] == [form]


@pytest.mark.parametrize(
    ("text", "pattern", "form"),
    [
        ("2026-11-21", "DD.MM.YYYY", "21.11.2026"),
        ("2026-01-02", "D/M/YYYY", "2/1/2026"),
        ("2026-11-21", "YYYYMMDD", "20261121"),
        ("21 Nov 2026 2:30 pm", "YYYY-MM-DD HH:mm", "2026-11-21 14:30"),
        ("21 Nov 2026 2:30 pm", "YYYY-MM-DDTHH:mm:ss", "2026-11-21T14:30:00"),
        ("21 Nov 2026 14:30:05", "YYYY-MM-DD HH:mm", None),
        ("21 Nov 2026 14:30Z", "YYYY-MM-DD HH:mm", None),
        ("21 Nov 2026", "YYYY-MM-DD HH:mm", None),
        ("21 Nov 2026 14:30", "DD.MM.YYYY", None),
        ("14:30", "DD.MM.YYYY", None),
    ],
)
def test_a_pattern_is_filled_where_it_has_a_place_for_all(text: str, pattern: str, form: str | None) -> None:
    """Our choice: no part of a moment is left out."""
    assert [written(moment, Target(name="pattern", pattern=pattern)) for moment in moments_in(text)] == [form]


def test_each_target_is_said_in_words() -> None:
    """style.md, Errors: what to do."""
    names = ("date", "date-time", "time", "iso", "seconds", "milliseconds")
    assert all(Target(name=name).said for name in names)
    assert Target(name="pattern", pattern="DD.MM.YYYY").said == "DD.MM.YYYY"
