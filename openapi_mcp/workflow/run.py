"""A run of a workflow: its steps in order, what follows each of them, and how it ends (Arazzo 1.0.1, 4.6.4 to 4.6.8).

A flow: it yields the calls it wants made, and sends nothing itself. It is bounded in all ways (bounds.py).
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.workflow import Plan
from openapi_mcp.workflow.bounds import DEEPEST, endless, full, spent, too_deep
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.following import Transfer, following
from openapi_mcp.workflow.held import FullError
from openapi_mcp.workflow.judged import stopped
from openapi_mcp.workflow.outputs import outputs_of, step_outputs
from openapi_mcp.workflow.state import Ran
from openapi_mcp.workflow.taking import Hold, taken
from openapi_mcp.workflow.trying import tried
from openapi_mcp.workflow.underway import Pass, Run, ToolOf, Underway
from openapi_mcp.workflow.wanted import Came, Ended, Step
from openapi_mcp.workflow.work import SpentError, Work

Passing = Generator[Step, Came | None, Ended | Transfer]


def run(plan: Plan, inputs: Mapping[str, Any], tool_of: ToolOf, hold: Hold, work: Work | None = None) -> Run:
    """Return how a workflow ended that was called with these inputs; `tool_of` knows the tools that are served.

    Raises:
        GivenUpError: its `work` was given up.
    """
    parts = {part.name: part for part in plan.parts}
    underway = Underway(parts=parts, tool_of=tool_of, hold=hold, work=work or Work())
    ended = yield from _workflow(underway, plan.id, inputs, 1)
    return replace(ended, done=tuple(underway.done))


def _workflow(underway: Underway, name: str, inputs: Mapping[str, Any], depth: int) -> Run:
    """Run a workflow, and those that a `goto` leads to in its place."""
    while True:
        came = yield from _once(underway, name, inputs, depth)
        if isinstance(came, Ended):
            return came
        name = came.workflow
        inputs = underway.own_inputs(name, inputs)


def _once(underway: Underway, name: str, inputs: Mapping[str, Any], depth: int) -> Passing:
    part = underway.parts.get(name)
    if part is None:
        return Ended(failure=stopped(f"there is no workflow {name!r}"))
    if depth > DEEPEST:
        return Ended(failure=too_deep(name))
    try:
        inputs = taken(part.workflow, inputs, underway.hold)
    except WorkflowError as error:
        failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message=error.message, hint=error.hint or "")
        return Ended(failure=failure)

    def into(other: str, given: Mapping[str, Any]) -> Run:
        return _workflow(underway, other, given, depth + 1)

    for other in part.workflow.depends_on:
        if other not in underway.ran:
            before = yield from into(other, underway.own_inputs(other, inputs))
            if before.failure is not None:
                return before
    within = Pass(run=underway, part=part, inputs=inputs, into=into)
    came = yield from _bounded(within)
    underway.held.drop(id(within))
    return came


def _bounded(within: Pass) -> Passing:
    """Return how a workflow ended; one that costs too much at the step where it did."""
    try:
        within.run.held.put(id(within), "", within.inputs, within.run.work)
        came = yield from _through(within)
        if isinstance(came, Ended) and came.failure is None:
            within.run.has_run(within.part.name, Ran(inputs=within.inputs, outputs=came.outputs))
        return came
    except SpentError:
        return Ended(failure=spent(within.workflow, within.step), is_final=True)
    except FullError:
        return Ended(failure=full(within.workflow, within.step), is_final=True)


def _through(within: Pass) -> Passing:
    """Return how a workflow ended, or which one takes its place."""
    steps, at = within.workflow.steps, 0
    while at < len(steps):
        if not within.run.bounds.counts():
            return Ended(failure=endless(within.workflow))
        step = within.step = steps[at]
        came = yield from tried(within, step)
        if came.failure is None:
            within.keeps(step.id, *step_outputs(step, came.state))
        goes = yield from following(within, at, step, came)
        del came  # a large answer: the next may be as large
        if goes.ends is not None:
            return goes.ends
        if goes.is_over:
            break
        at = goes.at
    found, lacking = outputs_of(within.workflow.outputs, within.state())
    return Ended(outputs=found, absent=tuple(lacking), part=within.part.name)
