"""What an exception of a library says of a request to a model."""

import httpx2
import pytest
from pydantic_ai import exceptions as theirs

from openapi_mcp.ask.caught import NoAnswerError, seen_of
from openapi_mcp.ask.faults import Seen
from openapi_mcp.model.chat import FaultKind


def wrapped(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (theirs.ModelConnectionError("m", "Connection error."), FaultKind.UNREACHABLE),
        (theirs.ModelTimeoutError("m", "Request timed out."), FaultKind.UNREACHABLE),
        (theirs.ModelAPIError("m", "Streamed response ended without a `finish_reason`"), FaultKind.UNREACHABLE),
        (theirs.ModelAPIError("m", "Failed to decode response as JSON"), FaultKind.MALFORMED),
        (theirs.UnexpectedModelBehavior("odd"), FaultKind.MALFORMED),
        (theirs.UserError("not with this model"), FaultKind.REJECTED),
        (httpx2.ReadError("reset"), FaultKind.UNREACHABLE),
        (TimeoutError(), FaultKind.UNREACHABLE),
        (ConnectionResetError(), FaultKind.UNREACHABLE),
        (RecursionError(), FaultKind.MALFORMED),
        (ValueError("x"), FaultKind.MALFORMED),
    ],
)
def test_each_exception_has_its_kind(error: Exception, kind: FaultKind) -> None:
    """pydantic-ai, exceptions; httpx2, exceptions."""
    seen = seen_of(error)
    assert seen.kind is kind
    assert seen.said


def test_an_answer_keeps_its_status_its_headers_and_its_body() -> None:
    """pydantic-ai, ModelHTTPError."""
    error = theirs.ModelHTTPError(429, "m", {"message": "x"}, headers={"Retry-After": "7"})
    seen = seen_of(error)
    assert (seen.status, dict(seen.headers), seen.body, seen.kind) == (
        429,
        {"retry-after": "7"},
        {"message": "x"},
        None,
    )


def test_an_error_within_a_stream_is_told_by_what_it_says() -> None:
    """pydantic-ai, ModelAPIError.in_stream: an error of an unknown type has no status."""
    seen = seen_of(theirs.ModelAPIError("m", "Oh", body={"message": "Oh"}, in_stream=True))
    assert (seen.status, seen.body, seen.said, seen.kind) == (None, {"message": "Oh"}, "Oh", None)


def test_our_own_word_counts_however_deep_it_is() -> None:
    """Our choice: the SDKs wrap what our client raises as a failed connection."""
    own = NoAnswerError(Seen(said="a page", kind=FaultKind.MALFORMED))
    error = wrapped(theirs.ModelConnectionError("m", "Connection error."), wrapped(ValueError("x"), own))
    assert seen_of(error) is own.seen


def test_causes_that_go_in_a_circle_end() -> None:
    """Our choice: a bound on every loop."""
    one, other = ValueError("one"), ValueError("other")
    wrapped(one, wrapped(other, one))
    assert seen_of(one).kind is FaultKind.MALFORMED
