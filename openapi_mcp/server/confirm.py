"""Asks the person behind a client before a call is sent that `--confirm` names, in both protocol eras.

Nothing that a model can write says yes: not an argument, a header or `_meta`. In the eras of the handshake the answer
comes to a request of ours. Since 2026-07-28 it comes with the call made anew, and counts only beside the state that we
gave with the question, which the SDK seals, and which is good for one answer about one call (questions.py).
"""

import shlex
from dataclasses import replace
from typing import Any, Literal

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.shown import digest, question
from openapi_mcp.server.questions import PATIENCE, Questions
from openapi_mcp.serving import Serves
from openapi_mcp.shared.link import Link

_MAX_SHOWN_ARGUMENTS = 1_000  # characters of a command line in a hint
_MODERN = MODERN_PROTOCOL_VERSIONS
_KEY = "confirm"
_PURPOSE = "the state of a question"
_NOT_WITHIN = (
    "a person must confirm steps of this workflow, and this client answers questions only with a call made anew, "
    "which cannot be done in the middle of a run; nothing was sent"
)
_NO_FIELDS: types.ElicitRequestedSchema = {"type": "object", "properties": {}}

Answer = Literal["accept", "decline", "cancel", "late", "unable"]


def sealed_state(audience: str, link: Link | None = None) -> RequestStateBoundary:
    """Return the middleware that seals the state of a question, and opens what comes back.

    The key is of this process alone, or where there is a `link`, the one that replicas have. What was forged, has
    expired, or belongs to another call is refused there with -32602.
    """
    if link is None:
        return RequestStateBoundary(RequestStateSecurity.ephemeral(ttl=PATIENCE), default_audience=audience)
    security = RequestStateSecurity(keys=[link.seal.key(_PURPOSE)], ttl=PATIENCE)
    return RequestStateBoundary(security, default_audience=audience)


class Person:
    """The person behind a client; each answer is for one call, and counts once."""

    def __init__(self, app: Serves) -> None:
        self._app = app
        self._open = Questions(app.link)

    async def instead(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams, tool: Tool, call: Call
    ) -> Failure | types.InputRequiredResult | None:
        """Return what the call is answered with in place of its result; None where it may be sent, at once.

        Whoever awaits anything before sending lets another document come in between.
        """
        if not self._app.asks_before(tool):
            return None
        request = self._app.foresee(call)
        if isinstance(request, Failure):
            return await self._app.explained(call, request)  # nobody is asked about what cannot be sent
        if not _can_ask(context):
            return unable(call, has_replicas=self._app.link is not None and _has_no_session(context))
        if context.protocol_version in _MODERN:
            return await self._with_the_next_call(params, call, request)
        return await self._meanwhile(context, call, request)

    def within_reach(self, context: ServerRequestContext[Any, Any], call: Call) -> Failure | None:
        """Return why nobody can be asked while a workflow runs; None where somebody can.

        Since 2026-07-28 an answer comes with the call made anew, and a run that has begun cannot be made anew.
        """
        if not _can_ask(context):
            return unable(call, has_replicas=self._app.link is not None and _has_no_session(context))
        if context.protocol_version in _MODERN:
            return replace(unable(call), message=_NOT_WITHIN)
        return None

    async def within(self, context: ServerRequestContext[Any, Any], call: Call) -> Failure | None:
        """Return why a step of a workflow is not sent; None where the person has seen its request and lets it be."""
        refusal = self.within_reach(context, call)
        if refusal is not None:
            return refusal
        request = self._app.foresee(call)
        if isinstance(request, Failure):
            return await self._app.explained(call, request)  # nobody is asked about what cannot be sent
        return await self._meanwhile(context, call, request)

    async def _with_the_next_call(
        self, params: types.CallToolRequestParams, call: Call, request: HttpRequest
    ) -> Failure | types.InputRequiredResult | None:
        """Take the answer that comes with the call, or ask for it."""
        known = digest(call, request)
        is_known = await self._open.is_about(params.request_state or "", known)
        answer = (params.input_responses or {}).get(_KEY)
        found = self._app.foresee(call)  # another document may have come while Redis was asked
        if isinstance(found, Failure):
            return found
        if is_known and digest(call, found) == known and isinstance(answer, types.ElicitResult):
            return _outcome(answer.action, call)
        return await self._asked_with_the_next(call, found)

    async def _asked_with_the_next(self, call: Call, request: HttpRequest) -> types.InputRequiredResult:
        nonce = await self._open.begin(digest(call, request))
        asking = types.ElicitRequestFormParams(message=self._question(call, request), requested_schema=_NO_FIELDS)
        return types.InputRequiredResult(input_requests={_KEY: types.ElicitRequest(params=asking)}, request_state=nonce)

    async def _meanwhile(
        self, context: ServerRequestContext[Any, Any], call: Call, request: HttpRequest
    ) -> Failure | None:
        """Ask while the call waits; again where it would send something else by the time of the answer."""
        while True:
            refusal = _outcome(await _asked(context, self._question(call, request)), call)
            if refusal is not None:
                return refusal
            known, found = digest(call, request), self._app.foresee(call)
            if isinstance(found, Failure):
                return found
            if digest(call, found) == known:
                return None
            request = found

    def _question(self, call: Call, request: HttpRequest) -> str:
        return question(call, request, self._app.redactor(call))


def _can_ask(context: ServerRequestContext[Any, Any]) -> bool:
    """True where the client can put a form before a person; one that says no mode means that one."""
    declared = context.session.client_capabilities
    asks = declared.elicitation if declared is not None else None
    return asks is not None and (asks.form is not None or asks.url is None)


def _has_no_session(context: ServerRequestContext[Any, Any]) -> bool:
    """True for a client before 2026-07-28 over HTTP, where replicas keep no sessions."""
    return context.request is not None and context.protocol_version not in _MODERN


async def _asked(context: ServerRequestContext[Any, Any], text: str) -> Answer:
    """Return what the person answers to a question of ours. Cancelling the call ends the waiting."""
    with anyio.move_on_after(PATIENCE):
        try:
            answer = await context.session.elicit_form(text, _NO_FIELDS, related_request_id=context.request_id)
        except MCPError:  # the client's own refusal, or no way to it
            return "unable"
        return answer.action
    return "late"


def _outcome(answer: Answer, call: Call) -> Failure | None:
    match answer:
        case "accept":
            return None
        case "decline":
            return Failure(
                kind=FailureKind.REFUSED,
                message="the person declined this call; nothing was sent",
                hint="do not make it again unless the person asks for it",
            )
        case "unable":
            return unable(call)
    left = "nobody answered in time" if answer == "late" else "the person left the question without an answer"
    hint = "make the call again when the person is there to confirm it"
    return Failure(kind=FailureKind.CANCELLED, message=f"{left}; nothing was sent", hint=hint)


def unable(call: Call, *, has_replicas: bool = False) -> Failure:
    """Return the refusal for a client that cannot ask; it says how the operator, or a person, can allow the call.

    A client before 2026-07-28 is asked by a request of ours, whose answer could come to any of the replicas.
    """
    why = "this client cannot ask one (it offers no form elicitation)"
    if has_replicas:
        why = "with --redis only a client that speaks MCP 2026-07-28 or later can ask one, and this one does not"
    return Failure(
        kind=FailureKind.REFUSED,
        message=f"a person must confirm this call, and {why}",
        hint="only a person can allow it: the operator has another --confirm, or serves without it (the tool may have "
        f"its own), or a person runs, with the options of this server: {_command(call)}",
    )


def _command(call: Call) -> str:
    arguments = write_json(call.arguments)
    shown = shlex.quote(arguments) if len(arguments) <= _MAX_SHOWN_ARGUMENTS else "- (the arguments on stdin)"
    return f"openapi-mcp call {call.tool} --args {shown}"
