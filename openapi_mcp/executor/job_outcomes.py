"""What comes of a question about work that an API goes on with: it goes on, has ended, or nobody knows."""

from dataclasses import replace
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Failure, FailureKind, Result, Text
from openapi_mcp.model.job import Job, Phase
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.policy import READS
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.url import redact_url
from openapi_mcp.response.job import Begun, operation_name, pause
from openapi_mcp.response.job_state import Stand, State, read_state, said_of, share_done

_MOST_MISSED = 10  # questions in a row without an answer; then nobody asks any more
_MOST_UNKNOWN = 5  # questions about work that the API has not told of yet
_GONE = frozenset((404, 410))
_MOST_URL = 500  # characters of one that is told
_MOST_BODY = 4_000  # characters of what an API says of a failure
_PASSING = frozenset(
    (FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.RATE_LIMITED, FailureKind.UPSTREAM_ERROR,
     FailureKind.BAD_RESPONSE)
)  # fmt: skip


def unheard(tool: Tool, job: Job, failure: Failure, status: int | None) -> Job | Answer | Failure:
    """Return what comes of a question that has failed: the work, to be asked for again, or how it ended."""
    is_gone = status in _GONE
    if is_gone and tool.operation.method == "DELETE" and not job.is_monitor:
        return Answer(value={}, note={"status": status, "job": "it is there no longer"})
    if (again := _again(job, failure, is_gone=is_gone)) is not None:
        return again
    return _without_result(failure) if job.phase is Phase.DONE else _end_unknown(tool, failure)


def _again(job: Job, failure: Failure, *, is_gone: bool) -> Job | None:
    """Return the work to be asked for again, None where that is of no use."""
    match job.phase:
        case Phase.TAKEN if is_gone:  # it may be there in a moment
            later = replace(job, wait=pause(job.asked, failure.retry_after))
            return later if job.asked < _MOST_UNKNOWN else None
        case Phase.SEEN if is_gone:  # it is over
            result = replace(job, url=job.result_url, tool="", arguments=None, wait=pause(0, None), phase=Phase.DONE)
            return result if job.result_url else None
    if failure.kind not in _PASSING or job.missed >= _MOST_MISSED:
        return None
    return replace(job, missed=job.missed + 1, wait=pause(job.missed + 1, failure.retry_after))


def _without_result(failure: Failure) -> Failure:
    said = f"the API's work has ended well, but its result cannot be read: {failure.message}"
    return replace(failure, message=said, faults=(), field=None, retryable=False)


def _end_unknown(tool: Tool, failure: Failure) -> Failure:
    said = f"the API took the call and went on with it; how that ended is not known: {failure.message}"
    unknown = replace(failure, message=said, faults=(), field=None)
    if tool.operation.method in READS:
        return unknown
    hint = f"it may have been carried out: read the present state before you call again; {failure.hint}"
    return replace(unknown, retryable=False, is_unknown=True, hint=hint)


def state_of(job: Job, response: HttpResponse, answer: Answer, *, is_itself: bool) -> State | None:
    """Return how far work is; None where the answer is its result.

    `is_itself`: the call itself is made again, and has its answer with any status but 202.
    """
    value = answer.value if answer.is_json else None
    goes_on = State(stand=Stand.GOES_ON, said=said_of(value), done=share_done(value))
    if is_itself:
        return goes_on if response.status == 202 else None
    if response.was_led_on:
        return goes_on if response.status == 202 else None
    state = read_state(value, is_of_job=job.is_monitor, before=job.said)
    if response.status == 202:
        is_over = state is not None and state.stand in (Stand.FAILED, Stand.CANCELLED)
        return state if is_over else goes_on
    if operation_name(value) is not None:
        return goes_on
    if state is None and (job.result_url or response.status == 201):
        return State(stand=Stand.ENDED)
    return state


def elsewhere(response: HttpResponse | None) -> Answer | None:
    """Return what is told of work whose monitor leads on to another origin with 303: it has ended, and that is all."""
    if response is None or response.redirect is None or response.status != 303:
        return None
    return Answer(value={}, note={"status": 303, **not_asked_for(said_why("at another origin", response.redirect))})


def said_why(why: str, url: str) -> str:
    """Return that a URL is not asked, and why: it may hold a secret in its query."""
    return f"{why}, which is not asked: {one_line(redact_url(url), _MOST_URL)}"


def not_asked_for(why: str) -> dict[str, str]:
    """Return what is noted of work that has ended, and whose result is not asked for."""
    return {"job": f"the work has ended; its result is {why}"}


def not_asked(begun: Begun, why: str, reading: str) -> dict[str, str]:
    """Return what is noted of work that is not followed: why, or what is missing; `reading` may tell, by its path."""
    if not why and begun.elsewhere:
        why = said_why("at another origin", begun.elsewhere)
    if not why and begun.is_repeated:
        why = "by nothing but a URL that the call gave itself, which is not asked"
    if why:
        return {"job": f"how far the work is is told {why}"}
    if begun.response is None or begun.response.status != 202:
        return {}
    hint = f"; {reading} may tell, with an id of this answer" if reading else ""
    return {"job": f"the API goes on with its work, and its answer names no place that tells how far that is{hint}"}


def failed(state: State, answer: Answer, response: HttpResponse) -> Failure:
    """Return the failure of work, in the API's own words."""
    is_cancelled = state.stand is Stand.CANCELLED
    word, why = one_line(state.said, 60) or state.stand.value, f": {state.why}" if state.why else ""
    return Failure(
        kind=FailureKind.CANCELLED if is_cancelled else FailureKind.UPSTREAM_ERROR,
        message=f"the API took the call, and its work ended as {word!r}{why}",
        status=response.status,
        attempts=1,
        hint="the API says why in `body`; correct that, then call again",
        body=_shortened(answer),
    )


def _shortened(answer: Answer) -> Any:
    from openapi_mcp.response.shape import shape_json

    return shape_json(answer.value, _MOST_BODY)[0]


def going_on(job: Job) -> Result:
    """Return what is known of work that goes on."""
    said = {name: value for name, value in (("said", job.said), ("done", job.done)) if value not in ("", None)}
    return Result(content=(Text(text=write_json(said)),), structured=said, job=job)
