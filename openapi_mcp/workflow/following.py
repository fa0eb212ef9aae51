"""What follows a step of a run: the next one, what its first action says whose criteria are met, or the end."""

from collections.abc import Generator
from dataclasses import dataclass

from openapi_mcp.model.call import FailureKind
from openapi_mcp.model.workflow import Action, ActionKind, Step
from openapi_mcp.workflow import wanted
from openapi_mcp.workflow.bounds import endless
from openapi_mcp.workflow.criteria import first_unmet
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.guards import MOST_ALIKE
from openapi_mcp.workflow.judged import failed, named, stopped
from openapi_mcp.workflow.outputs import step_outputs
from openapi_mcp.workflow.trying import Tried, tried
from openapi_mcp.workflow.underway import Pass
from openapi_mcp.workflow.wanted import Came, Ended, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The run goes on with another workflow, and does not come back."""

    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """What comes after a step: the index of the next one, or how all of it ends."""

    at: int = 0
    ends: Ended | Transfer | None = None
    is_over: bool = False


Following = Generator[wanted.Step, Came | None, Goes]


def following(within: Pass, at: int, step: Step, came: Tried) -> Following:
    """Return what follows a step: what its first action says whose criteria are met."""
    if came.is_final:
        return Goes(ends=Ended(failure=came.failure, is_final=True))
    try:
        action = _action(within, step, came)
    except WorkflowError as error:
        return Goes(ends=Ended(failure=failed(within.workflow, step, error.message, kind=FailureKind.BAD_RESPONSE)))
    if action is not None and action.kind is ActionKind.RETRY:
        return (yield from _again(within, at, step, action, came))
    _forget(within, step)
    if action is not None and action.kind is ActionKind.GOTO:
        if within.run.guards.turns(within.place(step), came.state.exchange, came.state.outputs, within.run.work):
            return Goes(ends=_circling(within, step))
        return _gone(within, action)
    if came.failure is not None:
        return Goes(ends=Ended(failure=came.failure))
    return Goes(at=at + 1, is_over=action is not None)  # of a success only "end" is left


def _action(within: Pass, step: Step, came: Tried) -> Action | None:
    actions = step.on_success if came.failure is None else step.on_failure
    for number, action in enumerate(actions):
        if action.kind is ActionKind.RETRY and not _may_repeat(within, step, number, action, came):
            continue
        if first_unmet(action.criteria, came.state) is None:
            if action.kind is ActionKind.RETRY:
                within.tries[step.id, number] = within.tries.get((step.id, number), 0) + 1
            return action
    return None


def _may_repeat(within: Pass, step: Step, number: int, action: Action, came: Tried) -> bool:
    """False where it was repeated as often as it may be, or a write may have been carried out."""
    is_known = came.failure is None or not came.failure.is_unknown
    return is_known and within.tries.get((step.id, number), 0) < action.retry_limit


def _forget(within: Pass, step: Step) -> None:
    """Count the repetitions of a step anew, as the run leaves it."""
    within.tries = {key: count for key, count in within.tries.items() if key[0] != step.id}


def _again(within: Pass, at: int, step: Step, action: Action, came: Tried) -> Following:
    """Wait, do first what the action names, and try the step once more."""
    seconds = max(action.retry_after, came.failure.retry_after or 0.0 if came.failure is not None else 0.0)
    too_long = within.run.bounds.waits(within.workflow, step, seconds)
    if too_long is not None:
        return Goes(ends=Ended(failure=too_long))
    if seconds > 0:
        within.run.guards.waited()
        yield Wait(workflow=within.workflow.id, step=step.id, seconds=seconds)
    if action.workflow:
        before = yield from within.into(action.workflow, within.run.own_inputs(action.workflow, within.inputs))
        if before.failure is not None:
            return Goes(ends=before)
    elif action.step:
        index = within.index(action.step)
        if index is None:
            return _gone(within, action)
        if not within.run.bounds.counts():
            return Goes(ends=Ended(failure=endless(within.workflow)))
        other = within.workflow.steps[index]
        first = yield from tried(within, other)
        if first.failure is not None:
            return Goes(ends=Ended(failure=first.failure, is_final=first.is_final))
        within.keeps(other.id, *step_outputs(other, first.state))
    return Goes(at=at)


def _gone(within: Pass, action: Action) -> Goes:
    if action.workflow:
        return Goes(ends=Transfer(workflow=action.workflow))
    index = within.index(action.step)
    if index is None:
        said = f"{named(within.workflow)} has no step {action.step!r} to go to"
        return Goes(ends=Ended(failure=stopped(said)))
    return Goes(at=index)


def _circling(within: Pass, step: Step) -> Ended:
    said = f"it met the same answer {MOST_ALIKE} times, with no wait between them, and leads round in a circle"
    hint = "let the step wait: a failure action of type retry with retryAfter and retryLimit"
    return Ended(failure=failed(within.workflow, step, said, hint=hint), is_final=True)
