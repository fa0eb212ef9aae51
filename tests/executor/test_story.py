"""What was tried, as it is told."""

import pytest

from openapi_mcp.executor.story import note_of, told
from openapi_mcp.executor.trying import Story
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.message import HttpRequest, HttpResponse

FAULTS = (Fault(path=("id",), rule="exists"),)


def failure(status: int | None, hint: str = "correct it") -> Failure:
    return Failure(kind=FailureKind.REJECTED, message="no", status=status, hint=hint, faults=FAULTS, attempts=1)


def after(method: str, status: int | None, *, is_unknown: bool = True, hint: str = "correct it") -> Failure:
    request = HttpRequest(method=method, url="https://api.example.com/")
    return told(failure(status, hint), request, Story(attempts=3, waited=1.5, is_unknown=is_unknown))


def test_one_attempt_needs_no_note() -> None:
    """A renewed credential is no retry."""
    assert note_of(Story(attempts=2)) == {}


def test_a_note_says_what_was_waited_and_why() -> None:
    """Issue 7, Retry."""
    note = note_of(Story(attempts=2, waited=0.12345, after=["503"]))
    assert note == {"retried": {"attempts": 2, "waited": 0.123, "after": ["503"]}}


@pytest.mark.parametrize(
    ("method", "status", "is_unknown"),
    [("GET", 404, True), ("PUT", 422, False), ("PUT", 503, True), ("PUT", None, True)],
)
def test_a_failure_says_what_was_tried_and_else_stays(method: str, status: int | None, is_unknown: bool) -> None:
    """A read may be repaired; so may a write whose earlier attempts did nothing."""
    found = after(method, status, is_unknown=is_unknown)
    assert (found.attempts, found.waited, found.hint, found.faults) == (3, 1.5, "correct it", FAULTS)


@pytest.mark.parametrize("hint", ["correct it", ""])
def test_a_refusal_after_an_attempt_that_may_have_acted_is_not_repaired(hint: str) -> None:
    """Issue 7, Recover: nothing for a write that the upstream may have acted on."""
    found = after("PUT", 422, hint=hint)
    assert found.faults == ()
    assert found.hint.startswith("an earlier attempt of this call got no answer")
    assert found.hint.endswith(hint)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_after_a_delete_may_be_gone_by_it(status: int) -> None:
    """RFC 9110, section 9.3.5: the second answer of a DELETE is often another one."""
    found = after("DELETE", status)
    assert (found.faults, found.status) == ((), status)
    assert "may have deleted it" in found.hint


@pytest.mark.parametrize(("method", "is_repaired"), [("POST", False), ("DELETE", False), ("QUERY", True)])
def test_a_write_whose_redirect_was_refused_is_not_repaired(method: str, is_repaired: bool) -> None:
    """RFC 9110, section 15.4.4: a 303 answers the request; what it leads to is another one's business."""
    request = HttpRequest(method=method, url="https://api.example.com/")
    response = HttpResponse(status=400, url="https://api.example.com/new", became_get=True)
    found = told(failure(400), request, Story(attempts=1), response)
    assert found.faults == (FAULTS if is_repaired else ())
    assert ("may have been carried out" in found.hint) is not is_repaired
