"""What a caller is told of a call that goes on in the background, and of one that was ended there."""

from typing import Any

from openapi_mcp.model.background import GET_CALL, CallState, Pending
from openapi_mcp.model.call import Failure, FailureKind, Result, Text
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line

LONGEST_SAID = 200  # characters of the API's own words
_WAIT = 25  # seconds that the next call is offered to wait: clients themselves wait for 30, or 60
_GOES_ON = f"The call goes on in the background, and is not to be made again: {GET_CALL} reads its result."
_ALONE = (
    " What the replicas share does not answer just now: until it does, only this replica knows of the call, which is "
    "lost where this replica ends."
)
_JOB_ENDED = "The call was ended, and the API has taken the request to end its own job."
_JOB_GOES_ON = (
    "The call was ended here: its job is not asked for any more. The job goes on at the API, which was not told, or "
    "refused to end it."
)
_SAID = {
    CallState.WORKING: _GOES_ON,
    CallState.COMPLETED: f"The call had ended before that: {GET_CALL} reads its result.",
    CallState.CANCELLED: "The call was ended here. What the API has begun for it may go on.",
}


def told(pending: Pending) -> Result:
    """Return a result that says how far a call is, and how to go on.

    {"call": {"handle": "c_9x", "tool": "reports_make", "state": "working", "said": "running, 40 %", "poll": 5,
    "message": "The call goes on ...", "next": {"tool": "get_call", "arguments": {"handle": "c_9x", "wait": 25}}}}
    """
    tool = {"tool": pending.tool} if pending.is_known else {}
    said: dict[str, Any] = {"handle": pending.handle, **tool, "state": pending.state.value}
    if pending.said:
        said["said"] = one_line(pending.said, LONGEST_SAID)
    if pending.done is not None:
        said["done"] = round(pending.done, 3)
    if pending.state is CallState.WORKING:
        said["poll"] = max(1, round(pending.poll))
    said["message"] = _message(pending)
    if pending.state is not CallState.CANCELLED:
        wait = {"wait": _WAIT} if pending.state is CallState.WORKING else {}
        said["next"] = {"tool": GET_CALL, "arguments": {"handle": pending.handle, **wait}}
    structured = {"call": said}
    return Result(content=(Text(text=write_json(structured)),), structured=structured)


def _message(pending: Pending) -> str:
    if pending.is_job_ended is not None:
        return _JOB_ENDED if pending.is_job_ended else _JOB_GOES_ON
    return f"{_SAID[pending.state]}{_ALONE if pending.is_alone else ''}"


def came_to(pending: Pending) -> Result:
    """Return the result of a call as it would have been; how far it is where it has none yet."""
    if pending.state is CallState.WORKING:
        return told(pending)
    return pending.result or CANCELLED.as_result()


CANCELLED = Failure(
    kind=FailureKind.CANCELLED,
    message="the call was ended before it had a result",
    hint="what the API has done for it by then is done: look before it is made again",
)
NO_SUCH_CALL = Failure(
    kind=FailureKind.NOT_FOUND,
    message="there is no call of yours with this handle",
    field="handle",
    hint="give the handle as the call's first answer has it; a result is kept for an hour after its end",
)
NOT_KNOWN_NOW = Failure(
    kind=FailureKind.UNREACHABLE,
    message="nothing was ended: the call is not known now, as what the replicas share did not answer just now",
    field="handle",
    retryable=True,
    retry_after=2.0,
    hint="ask again with the same handle in a moment",
)
