"""Whether a request is sent again, and how long that waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.executor.faults import (
    AddressError,
    BrokenAnswerError,
    CertificateError,
    LostError,
    NoTurnError,
    SilenceError,
    TooLargeError,
    TooSoonError,
    UnreachableError,
    UnsendableError,
    UploadError,
)
from openapi_mcp.executor.retry import Outcome, is_repeatable, is_unknown, may_follow, said_of, wait_before
from openapi_mcp.model.message import HttpRequest, HttpResponse

URL = "https://api.example.com/"
KEY = "7f3f8c1e-5b1d-4c3a-9c56-2f1f0d9a6b42"
NEVER: list[Outcome] = [
    CertificateError("not believed"),
    AddressError("too near"),
    UploadError("changed"),
    UnsendableError("too long"),
    NoTurnError("busy"),
    TooSoonError("10/s", 1.0, "--rate-limit"),
    TooLargeError("too large"),
    BrokenAnswerError("no HTTP"),
    TimeoutError(),
    SilenceError(),
]


def request(method: str, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest(method=method, url=URL, headers=headers)


def answered(status: int) -> HttpResponse:
    return HttpResponse(status=status, url=URL)


OUTCOMES = st.one_of(
    st.integers(100, 599).map(answered),
    st.sampled_from([*NEVER, UnreachableError("refused"), LostError("reset")]),
)
METHODS = st.sampled_from(
    ["GET", "HEAD", "QUERY", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "PURGE", "get"]
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "OPTIONS", "TRACE", "PUT", "DELETE"])
@pytest.mark.parametrize("outcome", [*map(answered, (429, 502, 503, 504)), LostError("reset"), UnreachableError("no")])
def test_what_passes_is_tried_again_where_twice_is_as_once(method: str, outcome: Outcome) -> None:
    """Issue 7, Retry; RFC 9110, section 9.2.2."""
    assert may_follow(request(method), outcome)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PURGE"])
@pytest.mark.parametrize("outcome", [*map(answered, (429, 500, 502, 503, 504)), LostError("reset")])
def test_a_write_that_may_have_been_done_is_not_sent_again(method: str, outcome: Outcome) -> None:
    """Issue 7, Retry; security.md 27 R-RETRY."""
    assert not may_follow(request(method), outcome)


@pytest.mark.parametrize("name", ["Idempotency-Key", "x-idempotency-key", "IDEMPOTENCY-TOKEN"])
def test_a_write_with_an_idempotency_key_is(name: str) -> None:
    """Issue 7, Retry; what is too short to be told from another call's is no key."""
    assert may_follow(request("POST", (name, KEY)), answered(503))
    assert may_follow(request("PATCH", (name, KEY)), LostError("reset"))
    assert not may_follow(request("POST", (name, "yes" + " " * 20)), answered(503))
    assert not may_follow(request("POST", (name, KEY)), answered(500))


@pytest.mark.parametrize(("method", "is_repeated"), [("GET", True), ("DELETE", False), ("PUT", False), ("POST", False)])
def test_a_write_whose_redirect_fails_is_not_sent_again(method: str, is_repeated: bool) -> None:
    """RFC 9110, section 15.4.4: the 303 has answered it; a key changes nothing of that."""
    failed = HttpResponse(status=503, url=URL, became_get=True)
    assert may_follow(request(method, ("Idempotency-Key", KEY)), failed) is is_repeated


@pytest.mark.parametrize("method", ["POST", "PATCH", "PURGE", "GET"])
def test_what_never_left_is_sent_again(method: str) -> None:
    """Issue 7, Retry: the request was never sent."""
    assert may_follow(request(method), UnreachableError("refused"))


@pytest.mark.parametrize("outcome", NEVER)
def test_what_will_not_pass_is_not_tried_again(outcome: Outcome) -> None:
    """A certificate, an address or a file is the same a second later; at the deadline there is no time."""
    assert not may_follow(request("GET"), outcome)


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "PUT", "DELETE"])
def test_an_error_of_the_api_is_tried_again_for_reads_alone(method: str) -> None:
    """Issue 7, Proof: a single 500 of a GET; a PUT that fails inside may have got half way."""
    assert may_follow(request(method), answered(500)) is (method not in ("PUT", "DELETE"))


@pytest.mark.requirement(27)
@given(METHODS, OUTCOMES)
def test_an_unsafe_method_is_not_repeated_unless_never_sent_or_keyed(method: str, outcome: Outcome) -> None:
    """Law. style.md, Tests; security.md 27 R-RETRY."""
    if may_follow(request(method), outcome):
        assert is_repeatable(request(method)) or isinstance(outcome, UnreachableError)


@given(OUTCOMES)
def test_no_refusal_but_one_that_passes_is_repeated(outcome: Outcome) -> None:
    """Law: what the API has judged is not asked again."""
    if isinstance(outcome, HttpResponse) and may_follow(request("GET"), outcome):
        assert outcome.status in (429, 500, 502, 503, 504)


@given(st.integers(2, 12), st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_a_bound(attempt: int, chance: float) -> None:
    """Law: full jitter, from nothing to twice as much each time, at most 8 s."""
    assert 0 <= wait_before(attempt, None, chance) <= min(8.0, 0.25 * 2 ** (attempt - 2))


@given(st.integers(2, 12), st.floats(0, 1e6), st.floats(0, 1, exclude_max=True))
def test_a_time_that_is_told_is_waited_for_and_hardly_longer(attempt: int, told: float, chance: float) -> None:
    """Law: Retry-After is a least, RFC 9110, section 10.2.3; all who were told it would come back at once."""
    assert told <= wait_before(attempt, told, chance) <= told + 1.0


def test_what_became_of_an_attempt_is_said_in_our_words() -> None:
    """Nothing of the API's stands in it: it may hold a secret."""
    outcomes: list[Outcome] = [answered(503), UnreachableError("key"), LostError("key")]
    assert [said_of(outcome) for outcome in outcomes] == ["503", "no connection", "connection lost"]
    assert [is_unknown(outcome) for outcome in [*outcomes, answered(429)]] == [True, False, True, False]
