"""What was tried for a request, as it is told: in a failure, and in the note of a success."""

from dataclasses import replace
from typing import Any

from openapi_mcp.executor.retry import is_repeatable
from openapi_mcp.executor.trying import Story
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS
from openapi_mcp.model.record import HIT, REVALIDATED

_GONE = frozenset((404, 410))
_OPEN = frozenset((FailureKind.TIMEOUT, FailureKind.BAD_RESPONSE, FailureKind.TOO_LARGE, FailureKind.UPSTREAM_ERROR))
_MAY_BE_DONE = "may have been carried out: read the present state"
_LOOK = f"it {_MAY_BE_DONE} before you call again"


def note_of(story: Story) -> dict[str, Any]:
    """Return the note of a success: nothing where one attempt was enough, or a renewed credential.

    {"retried": {"attempts": 3, "waited": 0.8, "after": ["503", "connection lost"]}}, and where the answer was kept
    {"cache": {"from": "cache", "age": 12}}, or {"cache": {"from": "revalidated"}} where the API was asked whether it
    is still true.
    """
    note: dict[str, Any] = {}
    if story.cache == HIT:
        note["cache"] = {"from": "cache", "age": story.age}
    if story.cache == REVALIDATED:
        note["cache"] = {"from": "revalidated"}
    if story.after:
        note["retried"] = {"attempts": story.attempts, "waited": round(story.waited, 3), "after": story.after}
    return note


def told(failure: Failure, request: HttpRequest, story: Story, response: HttpResponse | None = None) -> Failure:
    """Return a failure that says what was tried before it; `response` is what was answered, if anything was.

    Where an earlier attempt may have done what a write was to do, nothing in the refusal of the last one is a reason
    to send other values: it is told without faults to repair. So is the refusal of a GET that a write was redirected
    to: the write itself was not refused.
    """
    failure = replace(failure, attempts=story.attempts, waited=story.waited)
    if request.method in READS:
        return replace(failure, is_unknown=False)
    if story.attempts and _is_open(failure):
        may_repeat = failure.retryable and is_repeatable(request)
        return replace(failure, is_unknown=True, retryable=may_repeat, hint=f"{_LOOK}; {failure.hint}")
    failure = replace(failure, is_unknown=False)
    if response is not None and response.became_get:
        hint = f"the API redirected the call, which {_MAY_BE_DONE}"
        return replace(failure, faults=(), retryable=False, hint=hint)
    if not story.is_unknown or failure.status is None or failure.status >= 500:
        return failure
    if request.method == "DELETE" and failure.status in _GONE:
        hint = "an earlier attempt of this call got no answer and may have deleted it: read it to be sure"
        return replace(failure, faults=(), hint=hint)
    hint = f"an earlier attempt of this call got no answer and {_MAY_BE_DONE}"
    return replace(failure, faults=(), is_unknown=True, hint=f"{hint}; {failure.hint}" if failure.hint else hint)


def _is_open(failure: Failure) -> bool:
    """True where nobody knows whether the API did what was asked for: it was reached, and has not refused."""
    if failure.status is not None and failure.status < 500:
        return False
    return failure.is_unknown or failure.kind in _OPEN
