"""Work that an API goes on with: found in an answer, asked for until it ends, and ended where that can be asked for.

A question is a GET of the origin that took the call, or a read that is a tool; it has the credentials of its operation,
the deadline and the retries of any read, and no cache. What it was asked is in no record: the call has one.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from openapi_mcp.errors import ArgumentsError, CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.failures import unknown_tool
from openapi_mcp.executor.faults import SendError
from openapi_mcp.executor.job_places import Places
from openapi_mcp.executor.job_ways import Ways
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.reading import Reader, selection
from openapi_mcp.executor.recovery import Learning
from openapi_mcp.executor.terms import Limiters, terms_of, timeout_of
from openapi_mcp.executor.trying import Trying
from openapi_mcp.executor.understanding import Understanding
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure, FailureKind, Result, Text
from openapi_mcp.model.document import Operation
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS, Limits
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.trace import Trace
from openapi_mcp.model.url import redact_url
from openapi_mcp.response.collect import Page
from openapi_mcp.response.job import Begun, goes_on_at, is_repeated, operation_name, pause, result_at
from openapi_mcp.response.job_state import Stand, State, read_state, said_of, share_done

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_MOST_MISSED = 10  # questions in a row without an answer; then nobody asks any more
_MOST_UNKNOWN = 5  # questions about work that the API has not told of yet
_MOST_SILENT = 8  # questions to a read that answers 202 and says nothing of when, or how far it is: a minute
_MOST_URL = 500  # characters of one that is told
_GONE = frozenset((404, 410))
_PASSING = frozenset(
    (FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.RATE_LIMITED, FailureKind.UPSTREAM_ERROR,
     FailureKind.BAD_RESPONSE)
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What a question brought: the answer, or why there is none; `status` is that of HTTP."""

    delivery: Delivery
    told: Answer | Failure
    response: HttpResponse | None = None

    @property
    def status(self) -> int | None:
        return self.response.status if self.response is not None else None


@dataclass(slots=True, kw_only=True)
class Jobs:
    """The work of one API that calls have begun; `now` is in seconds since 1970."""

    authority: Authority
    trying: Trying
    ways: Ways
    places: Places
    preparer: Preparer
    understanding: Understanding
    reader: Reader
    limits: Limits
    limiters: Limiters
    now: Callable[[], float]
    cache: Cache | None = None

    async def begun(self, page: Page, learn: Learning | None) -> tuple[Job | None, dict[str, str]]:
        """Return the work that an answer says has begun, None for none that can be asked for; and a note on it."""
        begun = page.begun
        job, why = self._named(page)
        if job is None and begun.response is not None:
            job = await self.ways.derived(page, begun.response, learn)
        if job is None:
            return None, _not_asked(begun, why)
        log.info("job_begun tool=%s by=%s", page.call.tool, job.tool or "url")
        return replace(job, wait=pause(0, self._told(begun.response))), {}

    def _named(self, page: Page) -> tuple[Job | None, str]:
        """Return the work as the answer names its place, None where that is not asked, and why it is not."""
        job, tool, caller = page.begun.job, self._tools[page.call.tool], page.call.caller
        if job is None:
            return None, ""
        if why := self.places.refusal(tool, job.url, caller):
            return None, _said(why, job.url)
        has_result = job.result_url and not self.places.refusal(tool, job.result_url, caller)
        return (job if has_result else replace(job, result_url="")), ""

    def _told(self, response: HttpResponse | None) -> float | None:
        """Return the seconds to wait that an answer asks for (RFC 9110 section 10.2.3), None where it does not."""
        from openapi_mcp.recovery.refusals.resets import told_wait

        found = told_wait(response, None, self.now()) if response is not None else None
        return found[0] if found is not None else None

    @property
    def _tools(self) -> Mapping[str, Tool]:
        return self.preparer.toolset.by_name

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far work is; return a result with its `job` while it goes on, else what the call has come to."""
        tool = self._tools.get(call.tool)
        if tool is None:
            return unknown_tool(call.tool, self.preparer.toolset).as_result()
        deadline = anyio.current_time() + timeout_of(tool, self.limits)
        heard = await self._ask(tool, call, job, deadline)
        if isinstance(heard, Failure):
            return heard.as_result()
        came = self._understood(tool, call, job, heard)
        if isinstance(came, Job) and came.is_over and not job.is_over:  # its result is asked for at once
            job, heard = came, await self._ask(tool, call, came, deadline)
            if isinstance(heard, Failure):
                return heard.as_result()
            came = self._understood(tool, call, job, heard)
        if isinstance(came, Job):
            return _going_on(came)
        return await self._ended(tool, call, came, heard)

    async def _ask(self, tool: Tool, call: Call, job: Job, deadline: float) -> _Heard | Failure:
        """Return what a question brings, a failure where it cannot be put."""
        found = self._question(tool, call, job)
        if isinstance(found, Failure):
            return found
        operation, request = found
        delivery = Delivery(
            authority=self.authority,
            trying=self.trying,
            operation=operation,
            request=request,
            caller=call.caller,
            deadline=deadline,
            terms=terms_of(tool, self.limiters),
        )
        try:
            response = await delivery.send(self.authority.choose(operation, call.caller))
        except (CredentialsError, TimeoutError, SendError) as error:
            is_own = tool.limits.timeout is not None
            timeout = timeout_of(tool, self.limits)
            return _Heard(
                delivery=delivery, told=self.understanding.unanswered(error, delivery, timeout, is_own=is_own)
            )
        delivery.story.status = response.status
        log.info("job_asked tool=%s status=%d", tool.name, response.status)
        work = partial(self.understanding.said, tool, delivery, response)
        told = work() if len(response.body) < _LARGE else await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        return _Heard(delivery=delivery, told=told, response=response)

    def _question(self, tool: Tool, call: Call, job: Job) -> tuple[Operation, HttpRequest] | Failure:
        if job.tool:
            target = self._tools.get(job.tool)
            if target is None or target.operation.method != "GET" or not self.ways.may_call(call.caller, target):
                return unknown_tool(job.tool, self.preparer.toolset)
            asking = Call(tool=job.tool, arguments=job.arguments or {}, caller=call.caller)
            found = self.preparer.prepare(asking, as_it_is=True)
            return found if isinstance(found, Failure) else (target.operation, found.request)
        if why := self.places.refusal(tool, job.url, call.caller):
            said = f"how far the work is is told {why}, which is not asked"
            hint = "make the call again where that does no harm"
            return Failure(kind=FailureKind.REFUSED, message=said, hint=hint)
        return tool.operation, HttpRequest(method="GET", url=job.url, headers=tuple(job.headers.items()))

    def _understood(self, tool: Tool, call: Call, job: Job, heard: _Heard) -> Job | Answer | Failure:
        """Return the work as it goes on, its result as soon as that is there, or how it has failed."""
        asked = replace(job, asked=job.asked + 1)
        if isinstance(heard.told, Failure):
            return _elsewhere(heard.response) or self._unheard(tool, asked, heard.told, heard.status)
        assert heard.response is not None  # noqa: S101  what is told was answered
        response, answer = heard.response, heard.told
        if job.url and response.was_redirected and (why := self.places.refusal(tool, response.url, call.caller)):
            where = one_line(redact_url(response.url), _MOST_URL)
            return Answer(value={}, note={"job": f"the API leads on to what is {why}, which is not shown: {where}"})
        state = None if asked.is_over else _state(job, response, answer, is_itself=job.tool == tool.name)
        if state is None:
            return answer
        if state.stand is Stand.GOES_ON:
            told = self._told(response)
            if job.tool == tool.name and told is None and not state.said and asked.asked >= _MOST_SILENT:
                return replace(answer, note={**answer.note, "job": "the API still answers 202: call again later"})
            url, wait = self._goes_on_at(tool, call, job, response), pause(asked.asked, told)
            return replace(asked, url=url, wait=wait, said=state.said, done=state.done, missed=0, is_seen=True)
        if state.stand is Stand.ENDED:
            return self._at_its_end(tool, call, asked, response, answer, state)
        return _failed(state, answer, response)

    def _goes_on_at(self, tool: Tool, call: Call, job: Job, response: HttpResponse) -> str:
        """Return where to ask next; where a monitor has moved to a place that is not asked, it is asked as before."""
        url = goes_on_at(response, job, self.understanding.dropped(tool)) if job.url else ""
        return job.url if url and self.places.refusal(tool, url, call.caller) else url

    def _at_its_end(
        self, tool: Tool, call: Call, job: Job, response: HttpResponse, answer: Answer, state: State
    ) -> Job | Answer:
        """Return where the result of work that has succeeded is, or what tells of its end where that is all."""
        url, why = self._result_at(tool, call, response, state)
        url = url or ("" if why else job.result_url)
        if url and url != job.url:
            over = replace(job, url=url, tool="", arguments=None, said=state.said, done=1.0)
            return replace(over, wait=pause(0, None), missed=0, is_seen=True, is_over=True)
        return replace(answer, note={**answer.note, **_not_asked_for(why)}) if why else answer

    def _result_at(self, tool: Tool, call: Call, response: HttpResponse, state: State) -> tuple[str, str]:
        """Return where an answer says that the result is, "" where it says nothing or that is not asked; and why not.

        A URL of a body that the call gave itself is not asked.
        """
        is_of_body = response.status != 201 or not response.header("location")
        if is_of_body and is_repeated(response, state.result_url, call.arguments):
            return "", "told by a URL that the call gave itself, which is not asked"
        url, elsewhere = result_at(response, state.result_url, self.understanding.dropped(tool))
        why = self.places.refusal(tool, url, call.caller) if url else "at another origin" if elsewhere else ""
        return ("", _said(why, url or elsewhere)) if why else (url, "")

    def _unheard(self, tool: Tool, job: Job, failure: Failure, status: int | None) -> Job | Answer | Failure:
        """Return the work to be asked for again, or that nobody knows how it ended."""
        if status in _GONE and tool.operation.method == "DELETE" and not job.is_monitor:
            return Answer(value={}, note={"status": status, "job": "it is there no longer"})
        if status in _GONE and not job.is_over:
            if job.is_seen and job.result_url:
                return replace(job, url=job.result_url, tool="", arguments=None, wait=pause(0, None), is_over=True)
            if not job.is_seen and job.asked < _MOST_UNKNOWN:
                return replace(job, wait=pause(job.asked, failure.retry_after))
        elif failure.kind in _PASSING and job.missed < _MOST_MISSED:
            missed = job.missed + 1
            return replace(job, missed=missed, wait=pause(missed, failure.retry_after))
        if job.is_over:
            said = f"the API's work has ended well, but its result cannot be read: {failure.message}"
            return replace(failure, message=said, faults=(), field=None, retryable=False)
        is_write = tool.operation.method not in READS
        said = f"the API took the call and went on with it; how that ended is not known: {failure.message}"
        hint = f"it may have been carried out: read the present state before you call again; {failure.hint}"
        unknown = replace(failure, message=said, faults=(), field=None)
        return replace(unknown, retryable=False, is_unknown=True, hint=hint) if is_write else unknown

    async def _ended(self, tool: Tool, call: Call, came: Answer | Failure, heard: _Heard) -> Result:
        prepared = self.preparer.prepare(call, as_it_is=True)
        request = None if isinstance(prepared, Failure) else prepared.request
        if self.cache is not None and request is not None and request.method not in READS:
            await self.cache.drop(request)  # what was read while the work went on is of before
        result = came.as_result() if isinstance(came, Failure) else await self._shown(tool, call, came)
        trace = Trace(
            redact=self.authority.redactor(tuple(heard.delivery.carried), call.caller),
            request=partial(self.authority.masked, request, heard.delivery.chosen, call.caller) if request else None,
            status=heard.status,
            attempts=1,
        )
        log.info("job_ended tool=%s failed=%s", tool.name, result.is_error)
        return replace(result, trace=trace)

    async def _shown(self, tool: Tool, call: Call, answer: Answer) -> Result:
        try:
            select = selection(tool, call.arguments)
        except ArgumentsError:  # it was repaired, or left out, when the call was made
            select = None
        return await self.reader.show(answer, call, select)

    def ending(self, call: Call, job: Job) -> Call | None:
        """Return the call that asks the API to end its work; None where no one tool is plainly made for that.

        A job of GET /jobs/{id} is ended by POST /jobs/{id}/cancel. DELETE may delete what was made, and ends nothing.
        """
        path = self._path(call, job)
        return self.ways.ending(path, call.caller) if path else None

    def _path(self, call: Call, job: Job) -> str:
        """Return the path at which work is asked for, below the server's URL; "" where it is elsewhere."""
        found = self._question(self._tools[call.tool], call, job) if call.tool in self._tools else None
        if found is None or isinstance(found, Failure):
            return ""
        operation, request = found
        base, path = urlsplit(self.preparer.server_of(operation)).path.rstrip("/"), urlsplit(request.url).path
        return path.removeprefix(base) if path.startswith(f"{base}/") else ""


def _state(job: Job, response: HttpResponse, answer: Answer, *, is_itself: bool) -> State | None:
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


def _elsewhere(response: HttpResponse | None) -> Answer | None:
    """Return what is told of work whose monitor leads on to another origin with 303: it has ended, and that is all."""
    if response is None or response.redirect is None or response.status != 303:
        return None
    return Answer(value={}, note={"status": 303, **_not_asked_for(_said("at another origin", response.redirect))})


def _said(why: str, url: str) -> str:
    """Return that a URL is not asked, and why: it may hold a secret in its query."""
    return f"{why}, which is not asked: {one_line(redact_url(url), _MOST_URL)}"


def _not_asked_for(why: str) -> dict[str, str]:
    return {"job": f"the work has ended; its result is {why}"}


def _not_asked(begun: Begun, why: str) -> dict[str, str]:
    """Return what is noted of work whose place is not asked, nothing where none was named."""
    if not why and begun.elsewhere:
        why = _said("at another origin", begun.elsewhere)
    if not why and begun.is_repeated:
        why = "by nothing but a URL that the call gave itself, which is not asked"
    return {"job": f"how far the work is is told {why}"} if why else {}


def _failed(state: State, answer: Answer, response: HttpResponse) -> Failure:
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


_MOST_BODY = 4_000  # characters of what an API says of a failure


def _going_on(job: Job) -> Result:
    """Return what is known of work that goes on."""
    said = {name: value for name, value in (("said", job.said), ("done", job.done)) if value not in ("", None)}
    return Result(content=(Text(text=write_json(said)),), structured=said, job=job)
