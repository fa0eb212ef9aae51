"""When the API says that a call may be made again."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openapi_mcp.model.message import HttpResponse
from openapi_mcp.recovery.refusals.resets import is_used_up, retry_after, told_wait

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


def told(headers: dict[str, str], body: Any = None, status: int = 429) -> tuple[float, str] | None:
    response = HttpResponse(status=status, url="http://api.test", headers=tuple(headers.items()))
    return told_wait(response, body, NOW.timestamp())


@pytest.mark.spec("RFC 9110 10.2.3")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Fri, 20 Nov 2026 10:02:00 GMT", 120.0),
        ("Friday, 20-Nov-26 10:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 11:01:00 +0100", 60.0),
        ("1, 1", 1.0),
        ("1, 30", 30.0),
        ("1, soon", None),
        ("soon", None),
        ("", None),
        ("-5", None),
        (".5", None),
        ("9" * 400, None),
        ("9" * 30, None),
        ("²", None),
        ("Fri, 20 Nov 99999999999 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """RFC 9110 section 10.2.3; fractions as Discord sends them."""
    assert retry_after(value, NOW.timestamp()) == seconds


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, (30.0, "header retry-after")),
        ({"retry-after-ms": "250", "retry-after": "1"}, (0.25, "header retry-after-ms")),
        ({"x-ms-retry-after-ms": "1200"}, (1.2, "header x-ms-retry-after-ms")),
        ({"RateLimit-Reset": "30", "RateLimit-Remaining": "0"}, (30.0, "header ratelimit-reset")),
        ({"RateLimit": "limit=100, remaining=0, reset=30"}, (30.0, "header ratelimit")),
        ({"RateLimit": '"burst";r=0;t=5, "daily";r=20;t=900'}, (900.0, "header ratelimit")),
        ({"RateLimit": '"burst";r=0'}, None),
        ({"X-RateLimit-Reset": str(EPOCH + 60)}, (60.0, "header x-ratelimit-reset")),
        ({"X-RateLimit-Reset": str((EPOCH + 60) * 1000)}, (60.0, "header x-ratelimit-reset")),
        ({"X-RateLimit-Reset": str(EPOCH - 60)}, (0.0, "header x-ratelimit-reset")),
        ({"X-RateLimit-Reset": "45"}, (45.0, "header x-ratelimit-reset")),
        ({"X-Rate-Limit-Reset": str(EPOCH + 5)}, (5.0, "header x-rate-limit-reset")),
        ({"X-RateLimit-Reset": "2026-11-20T10:01:00Z"}, (60.0, "header x-ratelimit-reset")),
        ({"X-RateLimit-Reset": "2026-11-20T10:01:00"}, (60.0, "header x-ratelimit-reset")),
        ({"X-RateLimit-Reset": "Fri, 20 Nov 2026 10:02:00 GMT"}, (120.0, "header x-ratelimit-reset")),
        ({"x-ratelimit-reset-requests": "6m0s"}, (360.0, "header x-ratelimit-reset-requests")),
        ({"x-ratelimit-reset-tokens": "120ms"}, (0.12, "header x-ratelimit-reset-tokens")),
        ({"X-RateLimit-Reset-After": "1.5", "X-RateLimit-Remaining": "0"}, (1.5, "header x-ratelimit-reset-after")),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "9" * 80}, None),
        ({"X-RateLimit-Reset": "2s!"}, None),
        ({"X-RateLimit-Limit": "60"}, None),
        ({}, None),
    ],
)
def test_a_header_tells_the_wait(headers: dict[str, str], wait: tuple[float, str] | None) -> None:
    """draft-ietf-httpapi-ratelimit-headers 07 and 08; GitHub, X, OpenAI, Azure, Discord."""
    assert told(headers) == wait


@pytest.mark.parametrize(
    ("status", "left", "is_told"),
    [
        (429, "59", True), (429, None, True), (403, None, True), (503, None, True), (403, "0", True), (400, "0", True),
        (403, "59", False), (503, "59", False), (404, "59", False), (404, None, False),
    ],
)  # fmt: skip
def test_a_reset_is_a_wait_only_where_nothing_is_left(status: int, left: str | None, is_told: bool) -> None:
    """GitHub sends x-ratelimit-reset with every answer, a 403 for a missing right too."""
    headers = {"x-ratelimit-reset": "60"} | ({} if left is None else {"x-ratelimit-remaining": left})
    assert (told(headers, status=status) is not None) is is_told
    drafted = "reset=60" if left is None else f"remaining={left}, reset=60"
    assert (told({"ratelimit": drafted}, status=status) is not None) is is_told


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        ({"detail": "Request was throttled. Expected available in 42 seconds."}, (42.0, "#/detail")),
        ({"message": "You are being rate limited.", "retry_after": 1.5}, (1.5, "#/retry_after")),
        ({"ok": False, "parameters": {"retry_after": 5}}, (5.0, "#/parameters/retry_after")),
        ({"error": {"details": [{"@type": "RetryInfo", "retryDelay": "30s"}]}}, (30.0, "#/error/details/0/retryDelay")),
        ({"error": {"message": "Rate limit reached. Please try again in 6m0s."}}, (360.0, "#/error/message")),
        ({"error": {"message": "Please try again in 20s. Add a method."}}, (20.0, "#/error/message")),
        ({"retryAfterMs": 500}, (0.5, "#/retryAfterMs")),
        ({"retry_after": "12"}, (12.0, "#/retry_after")),
        ({"retry_after_ms": "500"}, (0.5, "#/retry_after_ms")),
        ({"retry_after": str(EPOCH + 7)}, (7.0, "#/retry_after")),
        ("Too many requests, wait 2 minutes", (120.0, "#")),
        ("The limit resets in 1 hour", (3600.0, "#")),
        ({"retry_after": True}, None),
        ({"retry_after": -1}, None),
        ({"retry_after": "never"}, None),
        ({"retry_after": None}, None),
        ({"n": {"n": {"n": {"n": {"n": {"n": {"retry_after": 1}}}}}}}, None),
        ("The session ended after 30 minutes", None),
        ("retry after 30", None),
        ("again in 5 moments", None),
        (None, None),
        (7, None),
    ],
)
def test_a_body_tells_the_wait(body: Any, wait: tuple[float, str] | None) -> None:
    """Django REST Framework, Discord, Telegram, Google (RetryInfo), OpenAI."""
    assert told({}, body) == wait


def test_a_header_comes_before_the_body_and_the_longest_reset_counts() -> None:
    """A call that comes too early is refused again."""
    headers = {"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "9s"}
    assert told(headers, {"retry_after": 5}) == (9.0, "header x-ratelimit-reset-tokens")


def test_a_limit_of_which_nothing_is_left_is_used_up() -> None:
    """GitHub, primary rate limit: 403 with x-ratelimit-remaining: 0."""

    def with_headers(*headers: tuple[str, str]) -> HttpResponse:
        return HttpResponse(status=403, url="", headers=headers)

    assert is_used_up(with_headers(("X-RateLimit-Remaining", "0")))
    assert not is_used_up(with_headers(("X-RateLimit-Remaining", "1"), ("X-Remaining", "0")))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("retry_after"), inner),
)
NAMES = ("retry-after", "retry-after-ms", "ratelimit", "ratelimit-reset", "x-ratelimit-reset", "x-ratelimit-remaining")


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text() | st.datetimes(timezones=st.just(UTC)).map(format_datetime)), JSON
)
@example({"retry-after": "Fri, 20 Nov 2026 10:00:00 +99999999"}, None)
@example({"retry-after": "Sat, 01 Jan 0001 00:00:00 -0000"}, None)
@example({"x-ratelimit-reset": "0001-01-01T00:00:00+23:59"}, None)
def test_no_answer_ends_the_call(headers: dict[str, str], body: Any) -> None:
    """Law. security.md 18 R-UPSTREAM."""
    found = told(headers, body)
    assert found is None or 0 <= found[0] < float("inf")


def test_what_is_read_of_a_body_is_bounded() -> None:
    """Our choice: 300 places, the outermost first."""
    assert told({}, {"many": [{"x": index} for index in range(100_000)], "retry_after": 3}) == (3.0, "#/retry_after")
    assert told({}, [{"x": index} for index in range(100_000)] + [{"retry_after": 3}]) is None
