"""Limits that pass by themselves, and limits that do not."""

from typing import Any

import pytest
from test_classify import classified

from openapi_mcp.model.call import FailureKind
from openapi_mcp.recovery.refusals.kinds import hint_for, is_retryable, kind_of


@pytest.mark.spec("RFC 9110 15")
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (300, "bad_response"), (400, "rejected"), (401, "unauthenticated"), (402, "quota"), (403, "forbidden"),
        (404, "not_found"), (405, "rejected"), (407, "unreachable"), (408, "timeout"), (409, "conflict"),
        (410, "not_found"), (412, "conflict"), (413, "rejected"), (415, "rejected"), (418, "rejected"),
        (422, "rejected"), (423, "conflict"), (429, "rate_limited"), (499, "rejected"), (500, "upstream_error"),
        (501, "upstream_error"), (502, "upstream_error"), (503, "upstream_error"), (504, "timeout"),
        (599, "upstream_error"), (999, "upstream_error"),
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (402, None, {}, "quota"),
        (403, {"message": "You have exceeded your monthly quota."}, {}, "quota"),
        (403, {"message": "Upgrade your plan to use this."}, {}, "quota"),
        (403, {"error": {"code": 403, "status": "QUOTA_EXCEEDED"}}, {}, "quota"),
        (403, {"message": "This feature requires a Pro plan"}, {}, "quota"),
        (403, {"message": "You may not edit the plan of another subscription"}, {}, "forbidden"),
        (403, {"detail": "You do not have permission to perform this action."}, {}, "forbidden"),
        (403, {"detail": "No."}, {"x-ratelimit-remaining": "41", "x-ratelimit-reset": "60"}, "forbidden"),
        (403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0"}, "rate_limited"),
        (403, {"message": "You have exceeded a secondary rate limit."}, {}, "rate_limited"),
        (403, None, {"Retry-After": "60"}, "rate_limited"),
        (403, {"error": {"errors": [], "reason": "rateLimitExceeded"}}, {}, "rate_limited"),
        (429, None, {}, "quota"),
        (429, "Too Many Requests", {}, "rate_limited"),
        (429, {"message": "Too many attempts"}, {}, "rate_limited"),
        (429, None, {"Retry-After": "soon"}, "rate_limited"),
        (429, None, {"Retry-After": "-5"}, "rate_limited"),
        (429, None, {"X-RateLimit-Limit": "60"}, "rate_limited"),
        (429, None, {"X-RateLimit-Remaining-Month": "0"}, "quota"),
        (429, {"message": "Monthly request limit reached for plan"}, {"Retry-After": "1"}, "quota"),
        (429, {"message": "Too many requests: the limit of calls this month"}, {"Retry-After": "1"}, "quota"),
        (429, {"code": "too_many_requests"}, {}, "rate_limited"),
        (403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], {},
         "rate_limited"),
        (403, {"errors": [{"code": "quota_exceeded"}]}, {}, "quota"),
        (422, {"errors": [{"code": "already_exists", "field": "email"}]}, {}, "rejected"),
        (429, {"detail": "Request was throttled."}, {}, "rate_limited"),
        (429, {"detail": "Too many requests per minute"}, {}, "rate_limited"),
        (429, None, {"Retry-After": "1"}, "rate_limited"),
        (429, {"retry_after": 1.5}, {}, "rate_limited"),
        (429, {"error": {"code": "rate_limit_exceeded", "message": "Wait."}}, {}, "rate_limited"),
        (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}, {}, "quota"),
        (429, {"message": "Your plan's credits are used up"}, {"Retry-After": "86400"}, "quota"),
        (429, {"error": {"message": "Rate limit reached. Visit the billing page. Try again in 20s."}}, {},
         "rate_limited"),
        (429, "<html><title>429</title><body>Your plan allows no more calls</body></html>", {}, "quota"),
        (400, {"error": {"code": 400, "status": "UNAUTHENTICATED"}}, {}, "unauthenticated"),
        (400, {"error": "invalid_token"}, {}, "unauthenticated"),
        (400, {"__type": "com.amazon#ThrottlingException", "message": "Rate exceeded"}, {}, "rate_limited"),
        (400, {"type": "https://example.net/problems/not-found", "title": "?"}, {}, "not_found"),
        (422, {"code": "already_exists"}, {}, "conflict"),
        (400, {"message": "not found"}, {}, "rejected"),
        (400, {"message": "unauthorized"}, {}, "rejected"),
        (500, {"error": {"status": "RESOURCE_EXHAUSTED"}}, {}, "upstream_error"),
    ],
)  # fmt: skip
def test_a_quota_is_no_rate_limit(status: int, body: Any, headers: dict[str, str], kind: str) -> None:
    """The issue: 402, 403 with quota words, 429 without a reset are not the same as a rate limit that passes."""
    failure = classified(body, status, headers=headers)
    assert failure.kind == kind
    assert failure.retryable is (kind == "rate_limited")


def test_when_to_call_again_is_told() -> None:
    """design.md, A result: retry_after."""
    failure = classified(None, 429, headers={"Retry-After": "30"})
    assert (failure.retry_after, failure.evidence, failure.at) == (30.0, "30", "header retry-after")
    assert classified({"detail": "Expected available in 42 seconds."}, 429).retry_after == 42.0


def test_a_limit_that_tells_no_time_says_so() -> None:
    """The model must not call again at once."""
    assert classified(None, 429).hint.startswith("the API does not say when it takes calls again")
    assert "used up" in classified(None, 402).hint
