"""What came of a step, held against what it expects; and the failures of a run, each with its workflow and step."""

from dataclasses import replace

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Criterion, Step, Workflow
from openapi_mcp.workflow.criteria import first_unmet, looks_at_members, observed
from openapi_mcp.workflow.fed import fed_by
from openapi_mcp.workflow.state import Missing, State
from openapi_mcp.workflow.wanted import Came
from openapi_mcp.workflow.written_inputs import input_of

_LONGEST_SHOWN = 300
_OF_MEMBERS = (
    "an object came, and $[?...] selects among the values of its members: write $.name for one of them, "
    "$.list[?...] for the items of a list in it"
)
_OF_ARGUMENTS = (FailureKind.INVALID_ARGUMENTS, FailureKind.REJECTED)


def judged(workflow: Workflow, step: Step, came: Came, state: State) -> Failure | None:
    """Return why a call has not brought what the step expects: without criteria any success will do."""
    failure = came.failure
    is_refusal = failure is not None and failure.status is not None and not 200 <= failure.status < 300
    if failure is not None and not (step.criteria and is_refusal):
        return _explained(workflow, step, failure, "a success" if not step.criteria else _said(step.criteria[0]))
    return unmet(workflow, step, state, failure)


def unmet(workflow: Workflow, step: Step, state: State, failure: Failure | None = None) -> Failure | None:
    """Return the failure of a step whose criteria are not all met; that of its call, where it has one."""
    criterion = first_unmet(step.criteria, state)
    if criterion is None:
        return None
    expected = _said(criterion)
    if failure is not None:
        return _explained(workflow, step, failure, expected)
    found = observed(criterion, state)
    said = f"{expected} was expected" + (f", and {found}" if found else "")
    hint = _OF_MEMBERS if looks_at_members(criterion, state) else _hint(step)
    made = failed(workflow, step, said, kind=FailureKind.BAD_RESPONSE, hint=hint)
    if state.exchange is None:
        return made
    body = state.exchange.response_body
    answered = None if isinstance(body, Missing) else body
    return replace(made, status=state.exchange.status, body=answered, attempts=1)


def failed(
    workflow: Workflow, step: Step | None, said: str, *, kind: FailureKind = FailureKind.REFUSED, hint: str = ""
) -> Failure:
    """Return a failure that names the step, where it is one of a step."""
    return Failure(kind=kind, message=f"{named(workflow, step)}: {said}", hint=hint)


def stopped(said: str, hint: str = "correct the workflow; what was done until then is listed") -> Failure:
    """Return the failure of a run that cannot go on, whatever the API answers."""
    return Failure(kind=FailureKind.REFUSED, message=said, hint=hint)


def named(workflow: Workflow, step: Step | None = None) -> str:
    """Return what a person calls a step, or a workflow: "workflow 'buy', step 'pay'"."""
    of = f", step {one_line(step.id, 80)!r}" if step is not None else ""
    return f"workflow {one_line(workflow.id, 80)!r}{of}"


def _explained(workflow: Workflow, step: Step, failure: Failure, expected: str) -> Failure:
    """Return a failed call's failure as that of the workflow: which step, what was expected, what came.

    Of a call that was not sent, as a person declined it, no answer was expected.
    """
    wanted = f"{expected} was expected; " if failure.kind is not FailureKind.REFUSED or failure.status else ""
    said = f"{named(workflow, step)}: {wanted}{failure.message}"
    return replace(failure, message=said, hint=_hint_of_call(step, failure))


def _hint_of_call(step: Step, failure: Failure) -> str:
    """Return what to do about a failed call in the words of the workflow: its caller knows inputs, and no arguments."""
    if failure.kind not in _OF_ARGUMENTS or not failure.faults:
        return failure.hint
    name = input_of(step, failure.faults[0].place)
    if name:
        return f"correct the input {one_line(name, 80)!r} and call again"
    return "no input is at fault: correct the workflow, or look at what the steps before it gave"


def _hint(step: Step) -> str:
    """Return what to do where an answer came that a step does not take: another value, or another criterion."""
    fed = fed_by(step)
    other = "correct its successCriteria, if this is the right answer"
    return f"the step was given {fed}: give another, or {other}" if fed else other


def _said(criterion: Criterion) -> str:
    context = f"{criterion.context}: " if criterion.context else ""
    return one_line(f"{context}{criterion.condition}", _LONGEST_SHOWN)
