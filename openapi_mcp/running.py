"""A call of a workflow, run: each step a call of its own, with its checks, its record and its person's consent."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import anyio
import anyio.to_thread

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.exchanged import Noting, exchange_of, plain_exchange
from openapi_mcp.executor.failures import invalid, unknown_tool
from openapi_mcp.executor.masked import masked_content, masked_failure, masked_result
from openapi_mcp.heard import Hearing, Observed
from openapi_mcp.model.call import Call, Caller, Failure, FailureKind, Result
from openapi_mcp.model.document import Schema
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor, Redactors, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.model.trace import Trace
from openapi_mcp.model.url import origin
from openapi_mcp.request.arguments import offered, validate, validate_against, validator
from openapi_mcp.response.decode import mask
from openapi_mcp.schema.check import Check
from openapi_mcp.workflow.handed_on import HandedOn
from openapi_mcp.workflow.lent import got_from
from openapi_mcp.workflow.run import run
from openapi_mcp.workflow.telling import MOST_DONE, carried_out, told_failure
from openapi_mcp.workflow.underway import Run
from openapi_mcp.workflow.wanted import CallStep, Came, Done, Ended, Got, Step, Wait
from openapi_mcp.workflow.work import Work

_MOST_GOT = 100  # credentials that a run gets: each is looked for in all that comes after
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
    _got: frozenset[Secret] = frozenset()
    _of_got: Redactor = field(default_factory=Redactor)
    _files: HandedOn | None = None
    _trace: Trace = field(default_factory=lambda: Trace(redact=Redactor(())))
    _done: deque[Done] = field(default_factory=lambda: deque(maxlen=MOST_DONE))

    async def result(self) -> Result:
        """Return what the run comes to: the outputs of the workflow, or its failure with what was done until then."""
        plan = self.tool.plan
        inputs = given(self.tool, self.call)
        if plan is None or isinstance(inputs, Failure):
            return (inputs if isinstance(inputs, Failure) else unknown_tool(self.call.tool, self.toolset)).as_result()
        self._files = HandedOn(plan)
        work = Work()
        try:
            ended = await self._ended(run(plan, inputs, self.toolset.by_name.get, hold, work))
        except (anyio.get_cancelled_exc_class(), KeyboardInterrupt):  # the latter at a question
            self._say_carried()
            raise
        finally:
            work.give_up()  # where the call was cancelled, a thread may be at it still
        result = await self._told(ended)
        return replace(result, trace=replace(self._trace, redact=Redactors(self._all_redactors())))

    def _say_carried(self) -> None:
        """Say of a run that is cancelled what it had done: nobody gets its result."""
        if self.call.abandoned is not None:
            carried = carried_out(self._done, self.toolset)
            self.call.abandoned(replace(self._trace, carried=carried, redact=Redactors(self._all_redactors())))

    async def _ended(self, flow: Run) -> Ended:
        """Return how a run ended; its conditions are looked at in a thread, as they and what came may be hostile."""
        came: Came | None = None
        while True:
            step = await anyio.to_thread.run_sync(_sent, flow, came, abandon_on_cancel=True)
            if isinstance(step, Ended):
                return step
            came = None  # a large answer: the next may be as large
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
        got: dict[str, Got] = {}
        self._hide(step.hides)

        def answered(request: HttpRequest, response: HttpResponse) -> None:
            if not answers or answers[-1][1].status >= 300:  # of an answer in pages the first
                answers.append((request, response))
                if step.lends:  # they are secrets before anything of the answer is told, or recorded
                    got.update(self._lent_by(step, request, response))

        call = Call(
            tool=step.tool,
            arguments=step.arguments,
            caller=self.call.caller,
            leave=self.call.leave,
            sending=self.call.reading if tool.annotations.read_only else self.call.sending,
            answered=answered,
            step_of=self.call.id,
            within=f"step {one_line(step.step, 60)!r} of the workflow {one_line(step.workflow, 60)!r}",
            lent=step.lent,
            is_anew=step.is_anew,
            stays=step.stays,
            is_unkept=bool(step.lends or step.holds),
        )
        hearing = Hearing(self.app, call)
        done = Done(workflow=step.workflow, step=step.step, tool=step.tool, is_unknown=True)
        try:
            result = await self._result(tool, hearing, step)
        except (anyio.get_cancelled_exc_class(), KeyboardInterrupt):
            if hearing.was_sent:
                self._done.append(done)
            raise
        status = answers[-1][1].status if answers else None
        is_unknown = result.failure is not None and result.failure.is_unknown
        self._done.append(replace(done, status=status, is_unknown=is_unknown))
        if result.trace is not None:
            self._redactors[step.tool] = result.trace.redact
            self._trace = _added(self._trace, result.trace)
        if self._files is not None:
            self._files.take(step, result)
        noting = Noting(Redactors(self._all_redactors()))
        exchange = await exchange_of(*answers[-1], noting) if answers else None
        failure = result.failure
        is_final = failure is not None and failure.kind in _FINAL and not answers
        return Came(exchange=exchange, failure=failure, is_final=is_final, got=got, has_masks=noting.has_masked)

    def _lent_by(self, step: CallStep, request: HttpRequest, response: HttpResponse) -> Mapping[str, Got]:
        """Return the credentials that a step has got, each of which is masked from now on.

        What the operator has configured is none: an API that says again what it was sent lends nothing.
        """
        where = origin(request.url)
        if where is None or not 200 <= response.status < 300 or len(self._got) >= _MOST_GOT:
            return {}
        got = got_from(step, plain_exchange(request, response, Redactors(self._all_redactors())), where)
        self._hide(each.value for each in got.values())
        return got

    def _hide(self, secrets: Iterable[Secret]) -> None:
        if more := frozenset(secrets) - self._got:
            self._got |= more
            self._of_got = Redactor(self._got)

    def _masked(self, result: Result) -> Result:
        """Return a step's result without the credentials that it is the first to bring."""
        if not self._got:
            return result
        masked = masked_result(result, self._of_got)
        if result.trace is None:
            return masked
        return replace(masked, trace=replace(result.trace, redact=Redactors([result.trace.redact, self._of_got])))

    async def _result(self, tool: Tool, hearing: Hearing, step: CallStep) -> Result:
        """Return what comes of a step's call; what is asked and recorded of it has no credential in its arguments."""
        call = hearing.watched(hearing.call)
        try:
            if self.app.asks_before(tool) or (self.call.insists and not tool.annotations.read_only):
                refusal = await self.call.asking(call) if self.call.asking is not None else NOBODY_TO_ASK
                if refusal is not None:
                    return hearing.ended(refusal.as_result())
                call = replace(call, is_shown=True)
                hearing.begins()
            return hearing.ended(self._masked(await self.perform(_with_held(call, step))))
        except (anyio.get_cancelled_exc_class(), KeyboardInterrupt):
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
        elif ended.absent and self._files is not None:
            value = {**ended.outputs, **self._files.said_of(ended)}
        for redact in self._all_redactors():
            value = mask(value, redact)
        shown = await self.show(value, self.call.caller, *(self.tool.plan.tools if self.tool.plan else ()))
        known = Redactors(self._all_redactors())
        files = [masked_content(each, known) for each in self._files.blobs(ended)] if self._files is not None else []
        return replace(shown, content=(*files, *shown.content))  # a pipe gets the first, and nothing that spoils it

    def _all_redactors(self) -> Sequence[Redactor]:
        return [self.app.redactor(self.call), self._of_got, *self._redactors.values()]


def _with_held(call: Call, step: CallStep) -> Call:
    """Return a step's call as it is sent: with the credentials that its arguments are made of."""
    return call if step.plain is None else replace(call, arguments=step.plain, holds=step.holds)


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
