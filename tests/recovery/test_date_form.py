"""Days and times in another form than the one that is asked for."""

from typing import Any

import pytest
from support.repair import after, before, refused, sent, taking, value

from openapi_mcp.recovery.strategies.date_form import STRATEGY
from openapi_mcp.recovery.strategy import Told

DATE, DATE_TIME = {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (DATE, "November 21st, 2026", "2026-11-21"),
        (DATE, 20261121, "2026-11-21"),
        ({"anyOf": [DATE, {"type": "null"}]}, "2026/11/21", "2026-11-21"),
        (DATE_TIME, "2026-11-21 14:30:00+02:00", "2026-11-21T14:30:00+02:00"),
        ({"type": "string", "format": "time"}, "2pm", "14:00:00"),
        ({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, "21 Nov 2026", "2026-11-21"),
        ({"type": "integer", "description": "Unix timestamp in seconds."}, "2026-11-21T14:30:00Z", 1795271400),
    ],
)
def test_a_moment_is_written_as_it_is_declared(schema: Any, given: Any, meant: Any) -> None:
    """Issue 7, Recover, 2: dates and times into the declared format."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) == meant


@pytest.mark.parametrize(
    ("schema", "given", "hint"),
    [
        (DATE, "03/04/2026", "can be read as two days"),
        (DATE, "2026-11-21T10:00:00Z", "says more or less"),
        (DATE, "tomorrow", 'write "a" as YYYY-MM-DD'),
        (DATE_TIME, "2026-11-21 14:30", "without a zone"),
        (DATE_TIME, "2026-11-21", "without a time of day and a zone"),
        (
            {"type": "integer", "description": "Unix timestamp in seconds."},
            "2026-11-21",
            "without a time of day and a zone",
        ),
    ],
)
def test_what_cannot_be_derived_is_told(schema: Any, given: Any, hint: str) -> None:
    """design.md: derive, never invent; no zone and no time is made up."""
    found = before(STRATEGY, taking(schema), {"a": given})
    assert isinstance(found, Told)
    assert hint in found.hint


def test_of_two_days_both_are_named() -> None:
    """design.md: where two candidates fit, both are named."""
    found = before(STRATEGY, taking(DATE), {"a": "03/04/2026"})
    assert isinstance(found, Told)
    assert found.near == ("2026-04-03", "2026-03-04")


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        ({"type": "string", "pattern": "^[A-Z]+$"}, "21 Nov 2026"),
        ({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, "tomorrow"),
        ({"type": "integer"}, "2026-11-21T14:30:00Z"),
        ({"type": "integer", "description": "Unix timestamp in seconds."}, [5]),
        ({**DATE_TIME, "description": "Such as 2026-01-02 10:00:00+00:00"}, "2026-11-21 14:30:00+02:00"),
        ({"type": "string", "maxLength": 3}, "21 Nov 2026"),
    ],
)
def test_what_asks_for_no_date_or_shows_the_form_that_was_given_is_left(schema: Any, given: Any) -> None:
    """Our choice: a document may call a form `date-time` that it shows to be another one."""
    assert before(STRATEGY, taking(schema), {"a": given}) is None


@pytest.mark.parametrize(
    ("said", "rule", "limit", "given", "meant"),
    [
        ("Use YYYY-MM-DD.", "format", "date", "21.11.2026", "2026-11-21"),
        ("Use DD.MM.YYYY.", "format", "date", "2026-11-21", "21.11.2026"),
        ("Use DD.MM.YYYY.", "invalid", None, "2026-11-21", "21.11.2026"),
        ("must be ISO 8601", "invalid", None, "21 Nov 2026", "2026-11-21"),
        ("", "format", "YYYY/MM/DD", "21 Nov 2026", "2026/11/21"),
        ("", "format", "email", "21 Nov 2026", None),
        ("", "invalid", None, "21 Nov 2026", None),
        ("", "maximum", 5, "21 Nov 2026", None),
    ],
)
def test_after_a_refusal_the_form_that_the_api_names_is_written(
    said: str, rule: str, limit: Any, given: str, meant: str | None
) -> None:
    """Issue 7, Recover: into the format that a refusal names."""
    fault = refused(rule, limit, said=said)
    assert value(after(STRATEGY, taking({"type": "string"}), {"a": given}, fault)) == meant


def test_a_date_that_is_refused_for_another_reason_is_left() -> None:
    """Our choice: what has its form is not told of it."""
    assert after(STRATEGY, taking(DATE), {"a": "2026-11-21"}, refused("format", "date")) is None


def test_a_date_that_cannot_be_rewritten_is_sent_as_it_is() -> None:
    """Our choice: `format` is an annotation; the API says whether it takes the text."""
    assert sent(taking(DATE), {"a": "03/04/2026"}) == {"a": "03/04/2026"}
    assert sent(taking(DATE), {"a": "21 Nov 2026"}) == {"a": "2026-11-21"}
    schema = {"type": "array", "items": DATE}
    assert sent(taking(schema), {"a": ["21 Nov 2026", "x"]}) == {"a": ["2026-11-21", "x"]}
