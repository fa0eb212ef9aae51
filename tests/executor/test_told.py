"""What a refusal says of a later attempt."""

import pytest

from openapi_mcp.executor.faults import LostError
from openapi_mcp.executor.retry import Outcome
from openapi_mcp.executor.told import is_spent, told_seconds
from openapi_mcp.model.message import HttpResponse

NOW = 1_700_000_000.0


def refused(status: int = 429, body: bytes = b"", content_type: str = "application/json", **headers: str) -> Outcome:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpResponse(status=status, url="x", headers=(("Content-Type", content_type), *named), body=body)


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (refused(Retry_After="7"), 7.0),
        (refused(503, Retry_After="7"), 7.0),
        (refused(body=b'{"retry_after": 1.5}'), 1.5),
        (refused(body=b"Expected available in 42 seconds.", content_type="text/plain"), 42.0),
        (refused(body=b'{"retry_after": 1.5' + b" " * 200_000 + b"}"), None),
        (refused(body=b"\xff\xfe\x00", content_type="image/png"), None),
        (refused(), None),
        (refused(200, Retry_After="7"), None),
        (LostError("reset"), None),
    ],
)
def test_the_time_that_is_told(outcome: Outcome, seconds: float | None) -> None:
    """Issue 7, Retry; a huge body is not read for it."""
    assert told_seconds(outcome, NOW) == seconds


@pytest.mark.parametrize(
    "outcome",
    [
        refused(503),
        refused(200),
        LostError("x"),
        refused(body=b" " * 200_000),
        refused(),
        refused(Retry_After="1", body=b'{"detail": "rate limit exceeded"}'),
    ],
)
def test_what_passes_is_not_spent(outcome: Outcome) -> None:
    """Only a refusal that says so is for good; one without a word is tried again."""
    assert not is_spent(outcome)


def test_a_quota_is_spent() -> None:
    """Issue 7, Classify: quota and plan limits are not a rate limit that passes."""
    assert is_spent(refused(Retry_After="1", body=b'{"detail": "You exceeded your monthly quota."}'))
