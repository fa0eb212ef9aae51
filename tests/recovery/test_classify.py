"""What a refusing answer means."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openapi_mcp.model.call import FailureKind
from openapi_mcp.recovery.classify import hint_for, is_retryable, kind_of, retry_after, said_by


@pytest.mark.spec("RFC 9110 15")
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (300, "bad_response"),
        (400, "rejected"),
        (401, "unauthenticated"),
        (402, "quota"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "rejected"),
        (407, "unreachable"),
        (408, "timeout"),
        (409, "conflict"),
        (410, "not_found"),
        (412, "conflict"),
        (413, "rejected"),
        (415, "rejected"),
        (418, "rejected"),
        (422, "rejected"),
        (423, "conflict"),
        (429, "rate_limited"),
        (499, "rejected"),
        (500, "upstream_error"),
        (501, "upstream_error"),
        (502, "upstream_error"),
        (503, "upstream_error"),
        (504, "timeout"),
        (599, "upstream_error"),
        (999, "upstream_error"),
    ],
)
def test_a_status_has_a_kind(status: int, kind: str) -> None:
    """RFC 9110 section 15, RFC 6585, RFC 4918; design.md, A result: `kind` is one of."""
    assert kind_of(status) == kind


def test_every_kind_that_a_status_can_have_says_what_to_do() -> None:
    """style.md, Errors: what to do."""
    assert all(hint_for(kind_of(status)) for status in range(300, 600))
    assert hint_for(FailureKind.CANCELLED) == ""


def test_only_what_may_succeed_later_is_retryable() -> None:
    """security.md 27 R-RETRY."""
    assert [status for status in range(300, 600) if is_retryable(status)] == [408, 429, 502, 503, 504]


NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)


@pytest.mark.spec("RFC 9110 10.2.3")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 20 Nov 2026 10:02:00 GMT", 120.0),
        ("Friday, 20-Nov-26 10:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 11:01:00 +0100", 60.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 400, None),
        ("²", None),
        ("Fri, 20 Nov 99999999999 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """RFC 9110 section 10.2.3."""
    assert retry_after(value, NOW.timestamp()) == seconds


@given(st.one_of(st.text(), st.datetimes(timezones=st.just(UTC)).map(format_datetime)))
@example("Fri, 20 Nov 2026 10:00:00 +99999999")
@example("Sat, 01 Jan 0001 00:00:00 -0000")
def test_no_header_ends_the_call(value: str) -> None:
    """Law. security.md 18 R-UPSTREAM."""
    seconds = retry_after(value, NOW.timestamp())
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("plain\ntext", "plain text"),
        ("x" * 400, "x" * 299 + "…"),
        ({"error": {"message": "no such city", "code": 3}}, "no such city"),
        ({"error": "invalid_grant"}, "invalid_grant"),
        ({"detail": "Not found."}, "Not found."),
        ({"message": "Bad credentials"}, "Bad credentials"),
        ({"type": "about:blank", "title": "Forbidden"}, "Forbidden"),
        ({"title": "Forbidden", "detail": "Ask an admin."}, "Ask an admin."),
        ({"detail": [{"loc": ["query", "q"], "msg": "too short"}, {"msg": "no"}]}, "q: too short; no"),
        ({"error": {"code": 1}}, ""),
        ({"city": ["This field is required."]}, ""),
        (["x"], ""),
        (None, ""),
        (3, ""),
    ],
)
def test_the_sentence_that_says_what_is_wrong_is_found(body: Any, said: str) -> None:
    """RFC 9457; Django REST Framework, FastAPI, Google and GitHub errors."""
    assert said_by(body) == said
