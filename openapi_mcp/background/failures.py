"""How a background call can end without an answer, in words."""

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.job import Job

_LOOK_FIRST = "read what the API has now before you call it again: it may have done what was asked"


_WAIT = "wait for one of them with get_call, or end one with cancel_call"


def too_many(count: int) -> Failure:
    """Return the failure of a call that is not begun: as many as may go on in the background do, or as large ones."""
    return Failure(
        kind=FailureKind.RATE_LIMITED,
        message=f"{count} calls go on in the background already, as much as may; nothing was sent",
        retryable=True,
        hint=_WAIT,
    )


def unfollowed() -> Failure:
    """Return the failure of a call that the API has taken as a job, where no more may go on in the background."""
    return Failure(
        kind=FailureKind.RATE_LIMITED,
        message="the API has accepted the call and works on it, but as much as may goes on in the background already: "
        "openapi-mcp does not ask how far it is",
        is_unknown=True,
        hint=f"do not call it again; {_LOOK_FIRST}; before other calls, {_WAIT}",
    )


def lost() -> Failure:
    """Return the failure of a write whose replica has ended: it may have been sent, and is never sent again."""
    return Failure(
        kind=FailureKind.UNREACHABLE,
        message="the server that made this call has ended before the API answered; the call was not sent again",
        is_unknown=True,
        hint=_LOOK_FIRST,
    )


def given_up() -> Failure:
    """Return the failure of a call that ended with each process that ran it."""
    return Failure(
        kind=FailureKind.BAD_RESPONSE,
        message="openapi-mcp failed while it ran this call, more than once where it may be sent again",
        hint="call it again for less, if that can be; report it with the server's log",
    )


def overdue() -> Failure:
    """Return the failure of a job that the API does not end."""
    return Failure(
        kind=FailureKind.TIMEOUT, message="the API has not ended its work for a day; it is not asked any more"
    )


def stopped(*, is_safe: bool) -> Failure:
    """Return the failure of a call that its server does not wait for any longer."""
    return Failure(
        kind=FailureKind.UNREACHABLE,
        message="the server has ended before the API answered",
        retryable=is_safe,
        is_unknown=not is_safe,
        hint="call it again" if is_safe else _LOOK_FIRST,
    )


def left_behind(job: Job) -> Failure:
    """Return the failure of a call whose job goes on at the API when its server ends, and nobody asks for it."""
    return Failure(
        kind=FailureKind.CANCELLED,
        message=f"the API took the call and goes on with its work; the server has ended before that: {job.place}",
        is_unknown=True,
        hint="ask there how far it is before you call it again",
    )


def cancelled() -> tuple[FailureKind, str]:
    """Return what is told of a call that its caller has ended."""
    return FailureKind.CANCELLED, "the call was ended in the background, with cancel_call"
