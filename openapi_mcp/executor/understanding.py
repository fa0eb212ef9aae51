"""What comes back for a request, understood: a page of the answer, or a failure, with every secret masked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from openapi_mcp.errors import CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.failures import (
    OF_THE_BACKGROUND,
    OF_THE_SERVER,
    OF_THE_TOOL,
    not_sent,
    redirected,
    refused,
    shown_origin,
    timed_out,
    unauthenticated,
)
from openapi_mcp.executor.faults import SendError
from openapi_mcp.executor.masked import masked_failure, plain_headers
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.story import note_of, told
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Place, Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.filled import unfilled
from openapi_mcp.response.collect import Page
from openapi_mcp.response.declared import Declared
from openapi_mcp.response.decode import read_answer
from openapi_mcp.response.failed import with_failure
from openapi_mcp.response.job import begun
from openapi_mcp.response.pages import ways_on
from openapi_mcp.response.readback import Made

_MAX_URL = 500  # characters of a URL in a note
_OF_CREDENTIALS = (FailureKind.UNAUTHENTICATED, FailureKind.FORBIDDEN)  # some APIs answer 403 to who brings none
_NONE_IS_SET = (
    "no credential was sent, as none is set; give one where this server is started: --bearer, --token, --basic, "
    "--api-key, --header or --auth"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Reads what comes back for the calls of one API; `foreseer` says which calls could be made, `now` is the time."""

    authority: Authority
    declared: Declared
    foreseer: Preparer
    now: Callable[[], float]

    def read(
        self, tool: Tool, arguments: Mapping[str, Any], delivery: Delivery, response: HttpResponse
    ) -> Page | Failure:
        """Return a page of the answer, or what is told of a refusal."""
        redact = self._redactor_of(delivery)
        failure = self._failure(tool, arguments, delivery, response, redact)
        if failure is not None:
            return masked_failure(told(failure, delivery.request, delivery.story, response), redact)
        page = self._read(tool, arguments, delivery, response, redact)
        note = note_of(delivery.story)
        return replace(page, answer=replace(page.answer, note={**note, **page.answer.note})) if note else page

    def unanswered(self, error: Exception, delivery: Delivery, timeout: float, *, is_own: bool) -> Failure:
        """Return the failure of a call that got no answer; `is_own`, its tool's table says the `timeout`."""
        redact = self._redactor_of(delivery)
        match error:
            case CredentialsError():
                failure = unauthenticated(error)
            case SendError():
                failure = not_sent(error, redact, delivery.request)
            case _:
                failure = _timed_out(delivery, timeout, is_own=is_own)
        return masked_failure(told(failure, delivery.request, delivery.story), redact)

    def _redactor_of(self, delivery: Delivery) -> Redactor:
        """Return what masks whatever went along with a request: the other side may repeat it in any place."""
        return self.authority.redactor(delivery.secrets, delivery.caller)

    def _failure(
        self, tool: Tool, arguments: Mapping[str, Any], delivery: Delivery, response: HttpResponse, redact: Redactor
    ) -> Failure | None:
        if response.redirect is not None:
            return redirected(response, redact)
        if response.status >= 400 or (300 <= response.status < 400 and response.status != 304):
            failure = refused(response, redact, self.now(), tool, arguments)
            return self._hinted(failure, delivery)
        return None

    def _read(
        self,
        tool: Tool,
        arguments: Mapping[str, Any],
        delivery: Delivery,
        response: HttpResponse,
        redact: Redactor,
    ) -> Page:
        """Return what a success holds, and the call for what follows it: one that is as good as any caller's own."""
        fixed = {"headers": plain_headers(response, redact)} if tool.operation.method == "HEAD" else None
        broken = partial(self.declared.broken, tool.operation)
        answer = read_answer(response, redactor=redact, fixed=fixed, broken=broken)
        answer = with_failure(answer, tool.operation.responses, response.status, response.header("content-type") or "")
        whole, dropped = {**arguments, **tool.fixed}, self.dropped(tool)
        made = Made(tool=tool, arguments=whole, url=delivery.request.url, dropped=dropped)
        ways = ways_on(made, response, answer)
        onward = unfilled(tool, arguments, ways.arguments)
        calls = (Call(tool=tool.name, arguments=own, caller=delivery.caller) for own in onward)
        return Page(
            answer=answer,
            call=Call(tool=tool.name, arguments=arguments, caller=delivery.caller),
            size=len(response.body),
            next=next((call for call in calls if self._is_sound(call, redact)), None),
            next_url=ways.url and one_line(redact(ways.url), _MAX_URL),
            begun=begun(delivery.request, response, answer, dropped, arguments),
        )

    def dropped(self, tool: Tool) -> frozenset[str]:
        """Return the query parameters that are no caller's to set: credentials."""
        secret = {name for place, name in self.authority.held.occupied if place is Place.QUERY}
        return frozenset({*tool.ignored, *secret})

    def said(self, tool: Tool, delivery: Delivery, response: HttpResponse) -> Answer | Failure:
        """Return what is told of work that goes on, or its result; it is held against nothing that is declared."""
        redact = self._redactor_of(delivery)
        failure = self._failure(tool, {}, delivery, response, redact)
        if failure is not None:
            return masked_failure(told(failure, delivery.request, delivery.story, response), redact)
        answer = read_answer(response, redactor=redact)
        return replace(answer, note={**note_of(delivery.story), **answer.note})

    def _is_sound(self, call: Call, redact: Redactor) -> bool:
        """True for a call that could be made, and told: it holds no secret."""
        if isinstance(self.foreseer.prepare(call, as_it_is=True), Failure):
            return False
        return not redact.finds(write_json(call.arguments))

    def _hinted(self, failure: Failure, delivery: Delivery) -> Failure:
        """Return a refusal; it says so where no credential was sent, and why: none is set, or not for this origin."""
        held = self.authority.held
        if failure.kind not in _OF_CREDENTIALS or delivery.carried or held.has_certificate:
            return failure
        if not held.occupied:
            return replace(failure, hint=_NONE_IS_SET)
        if self.authority.trusts(delivery.request.url):
            return failure
        hint = f"no credential was sent: {shown_origin(delivery.request.url)} was not named; confirm it with --base-url"
        return replace(failure, hint=hint)


def _timed_out(delivery: Delivery, timeout: float, *, is_own: bool) -> Failure:
    """Return the failure of a call that took longer than it may: in the background that is another time, if a later."""
    leave = delivery.leave
    if leave is not None and leave.until is not None and leave.until >= delivery.deadline:
        return timed_out(delivery.request, max(leave.seconds, timeout), OF_THE_BACKGROUND)
    return timed_out(delivery.request, timeout, OF_THE_TOOL if is_own else OF_THE_SERVER)
