"""A step that is tried: its operation called, or another workflow, and what came held against what it expects."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.workflow import Step, Workflow
from openapi_mcp.workflow import wanted
from openapi_mcp.workflow.arguments import arguments_of
from openapi_mcp.workflow.evaluate import filled
from openapi_mcp.workflow.faults import InputError, WorkflowError
from openapi_mcp.workflow.guards import no_answer
from openapi_mcp.workflow.judged import failed, judged, unmet
from openapi_mcp.workflow.lent import Taking, lent_by, lent_to, withheld
from openapi_mcp.workflow.outputs import outputs_of
from openapi_mcp.workflow.redirects import is_about_redirect
from openapi_mcp.workflow.state import Exchange, Missing, State
from openapi_mcp.workflow.taking import taken
from openapi_mcp.workflow.underway import Pass
from openapi_mcp.workflow.wanted import CallStep, Came, Done
from openapi_mcp.workflow.written_inputs import inputs_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A step that was tried: what it knows now, and why it failed, None where it did not; then nothing may follow."""

    state: State
    failure: Failure | None = None
    is_final: bool = False


Trying = Generator[wanted.Step, Came | None, Tried]


def tried(within: Pass, step: Step) -> Trying:
    """Try a step once, and return what came of it."""
    try:
        if step.workflow:
            return (yield from _called(within, step))
        return (yield from _sent(within, step))
    except WorkflowError as error:
        is_callers = isinstance(error, InputError)  # else the workflow, or what the API answered before, is at fault
        kind = FailureKind.INVALID_ARGUMENTS if is_callers else FailureKind.REFUSED
        failure = failed(within.workflow, step, error.message, kind=kind, hint=error.hint or "")
        return Tried(state=within.state(), failure=failure)


def _sent(within: Pass, step: Step) -> Trying:
    """Try a step that calls an operation."""
    run, workflow = within.run, within.workflow
    name = within.part.tools.get(step.id, "")
    tool = run.tool_of(name)
    if tool is None:
        said = f"its operation, the tool {name!r}, is not served now"
        return Tried(state=within.state(), failure=failed(workflow, step, said, kind=FailureKind.UNKNOWN_TOOL))
    taking = Taking(within.got)
    plain = arguments_of(tool, step, replace(_sending(within), plain=taking))
    holds = taking.taken()
    arguments = arguments_of(tool, step, within.state()) if holds else plain
    lost = run.guards.lost(within.place(step), name, arguments, run.work)
    if lost:
        return Tried(state=within.state(), failure=_not_again(within, step, lost), is_final=True)
    call = CallStep(
        workflow=workflow.id,
        step=step.id,
        tool=name,
        part=within.part.name,
        arguments=arguments,
        plain=plain if holds else None,
        holds=holds,
        lent=lent_to(step, within.got),
        lends=lent_by(workflow, step.id),
        hides=withheld(tool, step, within.state()),
        outputs=step.outputs,
        is_anew=within.place(step) in run.called,
        stays=is_about_redirect(step),
    )
    run.called.add(within.place(step))
    run.last = None  # a large answer: the next may be as large
    came = (yield call) or Came()
    run.has_masks |= came.has_masks
    exchange = run.last = _with_parameters(within, step, came.exchange)
    status = exchange.status if exchange is not None else None
    unknown = came.failure is not None and came.failure.is_unknown
    run.has_done(Done(workflow=workflow.id, step=step.id, tool=name, status=status, is_unknown=unknown))
    if unknown:
        run.guards.loses(within.place(step), name, arguments, no_answer(status), run.work)
    state = replace(within.state(), exchange=exchange)
    if status is not None and 200 <= status < 300:
        run.last_yielded(outputs_of(step.outputs, state)[0])
    failure = judged(workflow, step, came, state)
    if failure is None:
        within.got |= came.got
    return Tried(state=state, failure=failure, is_final=came.is_final)


def _sending(within: Pass) -> State:
    """Return what an expression can name in a value that is sent, or handed on to be sent."""
    return replace(within.state(), has_masks=within.run.has_masks)


def _not_again(within: Pass, step: Step, lost: str) -> Failure:
    """Return why a write is not sent, of which nobody knows whether it was carried out."""
    said = f"it was sent before, and {lost}; it is not sent again"
    hint = "read the present state before anything else is tried"
    return replace(failed(within.workflow, step, said, hint=hint), is_unknown=True)


def _called(within: Pass, step: Step) -> Trying:
    """Try a step that calls another workflow: the answer that it is held against is the last one of that."""
    inputs: dict[str, Any] = {}
    known = _sending(within)
    for parameter in step.parameters:
        value = filled(parameter.value, known)
        if not isinstance(value, Missing):
            inputs[parameter.name] = value
    part = within.run.parts.get(step.workflow)
    if part is not None:
        inputs = _taken(part.workflow, inputs, within, step)
    within.run.last = None  # the answer of a step before this is no answer of the workflow
    ended = yield from within.into(step.workflow, inputs)
    state = replace(within.state(), outputs=ended.outputs, exchange=within.run.last)
    if ended.failure is not None:
        return Tried(state=state, failure=ended.failure, is_final=ended.is_final)
    return Tried(state=state, failure=unmet(within.workflow, step, state))


def _taken(called: Workflow, given: dict[str, Any], within: Pass, step: Step) -> dict[str, Any]:
    """Return the inputs of a workflow that a step calls; the caller's where the step passes inputs on.

    Raises:
        WorkflowError: they do not fit its schema.
    """
    try:
        return taken(called, given, within.run.hold, is_asked=True)
    except WorkflowError as error:
        if any(True for each in step.parameters for _ in inputs_in(each.value)):
            raise InputError(error.message, hint=error.hint) from None
        raise


def _with_parameters(within: Pass, step: Step, exchange: Exchange | None) -> Exchange | None:
    """Return an exchange with what the step sent in path and query: `$request.path.id`."""
    if exchange is None:
        return None
    sent: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    known = within.state()
    for parameter in step.parameters:
        value = filled(parameter.value, known) if parameter.location in sent else None
        if parameter.location in sent and not isinstance(value, Missing):
            sent[parameter.location][parameter.name] = value
    return replace(exchange, path=sent["path"], query=sent["query"])
