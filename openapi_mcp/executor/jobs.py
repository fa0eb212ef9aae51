"""Work that an API goes on with: found in an answer, asked for until it ends, and ended where that can be asked for.

A question is a GET of the origin that took the call, or a read that is a tool; it has the credentials of its operation,
the deadline and the retries of any read, and no cache. What it was asked is in no record: the call has one.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from openapi_mcp.errors import ArgumentsError, CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.failures import unknown_tool
from openapi_mcp.executor.faults import SendError
from openapi_mcp.executor.job_outcomes import (
    elsewhere,
    failed,
    going_on,
    not_asked,
    not_asked_for,
    said_why,
    state_of,
    unheard,
)
from openapi_mcp.executor.job_places import Places
from openapi_mcp.executor.job_ways import Ways
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.reading import Reader, selection
from openapi_mcp.executor.recovery import Learning
from openapi_mcp.executor.terms import Limiters, terms_of, timeout_of
from openapi_mcp.executor.trying import Trying
from openapi_mcp.executor.understanding import Understanding
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.document import Operation
from openapi_mcp.model.job import Job, Phase
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS, Limits
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.trace import Trace
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.response.collect import Page
from openapi_mcp.response.job import goes_on_at, is_repeated, pause, result_at
from openapi_mcp.response.job_state import Stand, State

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_MOST_SILENT = 8  # questions to a read that answers 202 and says nothing of when, or how far it is: a minute
_MOST_URL = 500  # characters of one that is told

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
            return None, not_asked(begun, why, self.ways.reading(self._tools[page.call.tool], page.call.caller))
        log.info("job_begun tool=%s by=%s", page.call.tool, job.tool or "url")
        return replace(job, wait=pause(0, self._told(begun.response))), {}

    def _named(self, page: Page) -> tuple[Job | None, str]:
        """Return the work as the answer names its place, None where that is not asked, and why it is not."""
        job, tool, caller = page.begun.job, self._tools[page.call.tool], page.call.caller
        if job is None:
            return None, ""
        if why := self.places.refusal(tool, job.url, caller):
            return None, said_why(why, job.url)
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
        if (
            isinstance(came, Job) and came.phase is Phase.DONE and job.phase is not Phase.DONE
        ):  # its result is asked for at once
            job, heard = came, await self._ask(tool, call, came, deadline)
            if isinstance(heard, Failure):
                return heard.as_result()
            came = self._understood(tool, call, job, heard)
        if isinstance(came, Job):
            return going_on(came)
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
            tool=tool.name,
            request=request,
            caller=call.caller,
            deadline=deadline,
            terms=terms_of(tool, self.limiters),
            may_lead_to=partial(self._may_ask, tool, call) if job.url else None,
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
        if job.url and (answer := self._led_astray(tool, call, heard.response)) is not None:
            return answer
        if isinstance(heard.told, Failure):
            return elsewhere(heard.response) or unheard(tool, asked, heard.told, heard.status)
        assert heard.response is not None  # noqa: S101  what is told was answered
        response, answer = heard.response, heard.told
        state = None if asked.phase is Phase.DONE else state_of(job, response, answer, is_itself=job.tool == tool.name)
        if state is None:
            return answer
        if state.stand is Stand.GOES_ON:
            told = self._told(response)
            if job.tool == tool.name and told is None and not state.said and asked.asked >= _MOST_SILENT:
                return replace(answer, note={**answer.note, "job": "the API still answers 202: call again later"})
            url, wait = self._goes_on_at(tool, call, job, response), pause(asked.asked, told)
            return replace(asked, url=url, wait=wait, said=state.said, done=state.done, missed=0, phase=Phase.SEEN)
        if state.stand is Stand.ENDED:
            return self._at_its_end(tool, call, asked, response, answer, state)
        return failed(state, answer, response)

    def _may_ask(self, tool: Tool, call: Call, url: str) -> bool:
        return not self.places.refusal(tool, url, call.caller)

    def _led_astray(self, tool: Tool, call: Call, response: HttpResponse | None) -> Answer | None:
        """Return what is told of work whose monitor leads on, within its origin, to what is not asked; None else."""
        if response is None or response.redirect is None or origin(response.redirect) != origin(response.url):
            return None
        url = response.redirect
        where, why = one_line(redact_url(url), _MOST_URL), self.places.refusal(tool, url, call.caller)
        return Answer(value={}, note={"job": f"the API leads on to what is {why}, which is not asked: {where}"})

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
            return replace(over, wait=pause(0, None), missed=0, phase=Phase.DONE)
        return replace(answer, note={**answer.note, **not_asked_for(why)}) if why else answer

    def _result_at(self, tool: Tool, call: Call, response: HttpResponse, state: State) -> tuple[str, str]:
        """Return where an answer says that the result is, "" where it says nothing or that is not asked; and why not.

        A URL of a body that the call gave itself is not asked.
        """
        is_of_body = response.status != 201 or not response.header("location")
        if is_of_body and is_repeated(response, state.result_url, call.arguments):
            return "", "told by a URL that the call gave itself, which is not asked"
        url, elsewhere = result_at(response, state.result_url, self.understanding.dropped(tool))
        why = self.places.refusal(tool, url, call.caller) if url else "at another origin" if elsewhere else ""
        return ("", said_why(why, url or elsewhere)) if why else (url, "")

    async def _ended(self, tool: Tool, call: Call, came: Answer | Failure, heard: _Heard) -> Result:
        prepared = self.preparer.prepare(call, as_it_is=True)
        request = None if isinstance(prepared, Failure) else prepared.request
        if self.cache is not None and request is not None and request.method not in READS:
            await self.cache.drop(request)  # what was read while the work went on is of before
        result = came.as_result() if isinstance(came, Failure) else await self._shown(tool, call, came)
        trace = Trace(
            redact=self.authority.redactor(heard.delivery.secrets, call.caller),
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
