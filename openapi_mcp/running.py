"""A call of a workflow, run: each step a call of its own, with its checks, its record and its person's consent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import anyio
import anyio.to_thread

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.failures import invalid, unknown_tool
from openapi_mcp.executor.masked import masked_failure
from openapi_mcp.model.call import Call, Caller, Failure, FailureKind, Result
from openapi_mcp.model.document import Schema
from openapi_mcp.model.jsontext import JsonValue, read_json
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.model.trace import Trace
from openapi_mcp.recording import Hearing, Observed
from openapi_mcp.request.arguments import offered, validate, validate_against, validator
from openapi_mcp.response.decode import is_deep, json_body, mask, text_body
from openapi_mcp.schema.check import Check
from openapi_mcp.workflow.run import Run, run
from openapi_mcp.workflow.state import NOTHING, Exchange, Missing
from openapi_mcp.workflow.telling import MOST_DONE, told_failure
from openapi_mcp.workflow.wanted import CallStep, Came, Done, Ended, Step, Wait

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_FINAL = frozenset({FailureKind.REFUSED, FailureKind.CANCELLED})

Perform = Callable[[Call], Awaitable[Result]]


class Show(Protocol):
    """Cuts what is said about some tools, to be read on."""

    def __call__(self, value: JsonValue, caller: Caller, *tools: str) -> Awaitable[Result]:
        """Return it as a result."""


class Runs(Observed, Protocol):
    """What serves calls, as far as a run needs it: serving.py, several.py."""

    def asks_before(self, tool: Tool) -> bool:
        """True where a person is asked before a call of this tool is sent."""


@dataclass(slots=True, kw_only=True)
class Running:
    """One run of a workflow's call; `perform` makes the call of a step, `show` cuts what comes of all of it."""

    call: Call
    tool: Tool
    toolset: Toolset
    app: "Runs"
    perform: Perform
    show: Show
    _redactors: dict[str, Redactor] = field(default_factory=dict)
    _trace: Trace = field(default_factory=lambda: Trace(redact=Redactor(())))

    async def result(self) -> Result:
        """Return what the run comes to: the outputs of the workflow, or its failure with what was done until then."""
        plan = self.tool.plan
        inputs = given(self.tool, self.call)
        if plan is None or isinstance(inputs, Failure):
            return (inputs if isinstance(inputs, Failure) else unknown_tool(self.call.tool, self.toolset)).as_result()
        ended = await self._ended(run(plan, inputs, self.toolset.by_name.get, hold))
        result = await self._told(ended)
        return replace(result, trace=replace(self._trace, redact=Redactors(self._all_redactors())))

    async def _ended(self, flow: Run) -> Ended:
        """Return how a run ended; its conditions are looked at in a thread, as they and what came may be hostile."""
        came: Came | None = None
        while True:
            step = await anyio.to_thread.run_sync(_sent, flow, came, abandon_on_cancel=True)
            if isinstance(step, Ended):
                return step
            came = await self._performed(step)

    async def _performed(self, step: Step) -> Came | None:
        if isinstance(step, Wait):
            self._tell(f"{step.workflow}: {step.step} is tried again in {step.seconds:g} s")
            await anyio.sleep(step.seconds)
            return None
        self._tell(f"{step.workflow}: step {step.step}")
        return await self._called(step)

    async def _called(self, step: CallStep) -> Came:
        tool = self.toolset.by_name.get(step.tool)
        if tool is None or tool.plan is not None:
            return Came(failure=unknown_tool(step.tool, self.toolset))
        answers: list[tuple[HttpRequest, HttpResponse]] = []

        def answered(request: HttpRequest, response: HttpResponse) -> None:
            if not answers or answers[-1][1].status >= 300:  # of an answer in pages the first
                answers.append((request, response))

        call = Call(
            tool=step.tool, arguments=step.arguments, caller=self.call.caller, leave=self.call.leave, answered=answered
        )
        hearing = Hearing(self.app, call)
        result = await self._result(tool, hearing)
        if result.trace is not None:
            self._redactors[step.tool] = result.trace.redact
            self._trace = _added(self._trace, result.trace)
        exchange = await _exchange(*answers[-1], Redactors(self._all_redactors())) if answers else None
        failure = result.failure
        is_final = failure is not None and failure.kind in _FINAL and not answers
        return Came(exchange=exchange, failure=failure, is_final=is_final)

    async def _result(self, tool: Tool, hearing: Hearing) -> Result:
        call = hearing.watched(hearing.call)
        try:
            if self.app.asks_before(tool):
                refusal = await self.call.asking(call) if self.call.asking is not None else NOBODY_TO_ASK
                if refusal is not None:
                    return hearing.ended(refusal.as_result())
                call = replace(call, is_shown=True)
                hearing.begins()
            return hearing.ended(await self.perform(call))
        except anyio.get_cancelled_exc_class():
            hearing.failed(FailureKind.CANCELLED, "the workflow that it is a step of was cancelled")
            raise

    def _tell(self, text: str) -> None:
        if self.call.telling is not None:
            self.call.telling(one_line(text, 200))

    async def _told(self, ended: Ended) -> Result:
        if ended.failure is not None:
            known = Redactors(self._all_redactors())
            masked = masked_failure(ended.failure, known)  # before any of it is cut
            told = told_failure(masked, [_masked_done(each, known) for each in ended.done], self.toolset)
            return masked_failure(told, known).as_result()
        value: JsonValue = dict(ended.outputs)
        if not ended.outputs and not ended.absent:
            value = {"steps": [each.as_json() for each in ended.done[:MOST_DONE]]}
        elif ended.absent:
            value = {**ended.outputs, **dict.fromkeys(ended.absent)}
        for redact in self._all_redactors():
            value = mask(value, redact)
        return await self.show(value, self.call.caller, *(self.tool.plan.tools if self.tool.plan else ()))

    def _all_redactors(self) -> Sequence[Redactor]:
        return [self.app.redactor(self.call), *self._redactors.values()]


class Redactors(Redactor):
    """Masks what each of several redactors knows."""

    def __init__(self, each: Sequence[Redactor]) -> None:
        super().__init__(())
        self._each = each

    def __call__(self, text: str) -> str:
        """Return `text` with `***` in place of each secret that any of them knows."""
        for redact in self._each:
            text = redact(text)
        return text

    def finds(self, text: str) -> bool:
        """True when `text` holds a secret that any of them knows."""
        return any(redact.finds(text) for redact in self._each)


def _sent(flow: Run, came: Came | None) -> Step | Ended:
    """Return what a run wants next, or how it ended."""
    try:
        return flow.send(came)
    except StopIteration as done:
        ended: Ended = done.value
        return ended


NOBODY_TO_ASK = Failure(
    kind=FailureKind.REFUSED,
    message="a person must confirm this step, and nobody can be asked here; nothing was sent",
    hint="only a person can allow it: the operator has another --confirm, or calls the steps one by one",
)


def asks_within(app: Runs, tool: Tool) -> bool:
    """True where a person is asked before a step of a workflow is sent."""
    called = map(app.tool_of, tool.plan.tools) if tool.plan is not None else ()
    return any(each is not None and app.asks_before(each) for each in called)


def given(tool: Tool, call: Call) -> dict[str, Any] | Failure:
    """Return the inputs of a workflow's call, with the defaults of those that were not given; or what is wrong."""
    arguments = offered(tool, call.arguments)
    for name, schema in tool.input_schema.get("properties", {}).items():
        if name not in arguments and isinstance(schema, Mapping) and "default" in schema:
            arguments[name] = schema["default"]
    try:
        validate(tool, arguments, validator(tool))
    except ArgumentsError as error:
        return invalid(error)
    return arguments


def hold(schema: Schema, inputs: Mapping[str, Any]) -> None:
    """Hold the inputs of a workflow that is called within another against their schema.

    Raises:
        ArgumentsError: they do not fit.
    """
    definitions = schema.get("$defs", {})
    try:
        validate_against(inputs, Check(schema, {f"#/$defs/{name}": each for name, each in definitions.items()}))
    except (KeyError, OverflowError):
        raise ArgumentsError("their schema leads nowhere", hint="correct the inputs of the workflow") from None


def foreseen(tool: Tool, call: Call) -> Failure:
    """Return why a workflow's call cannot be shown as one request: what it takes is wrong, or it is several."""
    inputs = given(tool, call)
    if isinstance(inputs, Failure):
        return inputs
    steps = ", ".join(tool.plan.tools if tool.plan is not None else ())
    said = one_line(f"a workflow is not one request: it calls {steps} as its steps find them", 500)
    return Failure(kind=FailureKind.REFUSED, message=f"{said}; nothing was sent", hint="call it without a dry run")


def _added(trace: Trace, step: Trace) -> Trace:
    """Return what was done for a run, one more step of it among that."""
    return replace(
        trace,
        attempts=trace.attempts + step.attempts,
        waited=trace.waited + step.waited,
        held=trace.held + step.held,
        repairs=(*trace.repairs, *step.repairs)[:MOST_DONE],
        lookups=(*trace.lookups, *step.lookups)[:MOST_DONE],
        strategies=tuple(dict.fromkeys((*trace.strategies, *step.strategies))),
    )


def _masked_done(done: Done, redact: Redactor) -> Done:
    """Return a call without secrets: what a step yielded may have one of an API that was called after it."""
    return replace(done, outputs={redact(name): mask(value, redact) for name, value in done.outputs.items()})


async def _exchange(request: HttpRequest, response: HttpResponse, redact: Redactor) -> Exchange:
    """Return an exchange as expressions may name it: what they find goes to other APIs, so no secret is in it."""
    if len(response.body) < _LARGE:
        return _masked_exchange(request, response, redact)
    return await anyio.to_thread.run_sync(_masked_exchange, request, response, redact, abandon_on_cancel=True)


def _masked_exchange(request: HttpRequest, response: HttpResponse, redact: Redactor) -> Exchange:
    return Exchange(
        method=request.method,
        url=redact(request.url),
        request_headers=_masked_headers(request.headers, redact),
        request_body=_masked_body(_sent_body(request), redact),
        status=response.status,
        response_headers=_masked_headers(response.headers, redact),
        response_body=_masked_body(_read_body(response), redact),
    )


def _masked_headers(headers: Headers, redact: Redactor) -> Headers:
    return tuple((redact(name), redact(value)) for name, value in headers)


def _masked_body(body: Any, redact: Redactor) -> Any:
    return body if isinstance(body, Missing) else mask(body, redact)


def _read_body(response: HttpResponse) -> Any:
    if not response.body:
        return NOTHING
    value, is_json = json_body(response)
    text = text_body(response)
    if is_json and not is_deep(value, text or ""):  # else it is its text: nobody reads so deep
        return value
    return NOTHING if text is None else text


def _sent_body(request: HttpRequest) -> Any:
    if not isinstance(request.body, bytes) or not request.body:
        return NOTHING
    try:
        text = request.body.decode()
    except ValueError:
        return NOTHING
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return text
