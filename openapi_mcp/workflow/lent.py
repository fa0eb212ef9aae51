"""Credentials that the steps of a workflow get from the API themselves: a login's token, for the steps after it.

Such a value is no argument, and nothing that an expression sees: it goes beside the call, to the origin that it came
from, and is masked wherever else it occurs. It has to come out of an answer: neither a model nor a file gives it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from openapi_mcp.model.secret import Credential, Lent, Place, Secret
from openapi_mcp.model.url import Origin
from openapi_mcp.model.workflow import Step, StepParameter, Workflow
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.expressions import Expression, Root, pieces, whole
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.outputs import outputs_of
from openapi_mcp.workflow.state import Exchange, State
from openapi_mcp.workflow.wanted import CallStep, Got

LONGEST = 16_000  # characters of a credential: servers take no longer header
Spot = tuple[str, str]
"""Where a credential goes: "header" or "query", and its name in lower case."""
AUTHORIZATION: Spot = ("header", "authorization")


def is_lent(parameter: StepParameter, spots: Collection[Spot], lenders: Collection[str]) -> bool:
    """True for a parameter in a credential's place whose value comes from outputs of these steps alone."""
    if (parameter.location, parameter.name.lower()) not in spots:
        return False
    found = _expressions(parameter.value)
    return bool(found) and all(each.root is Root.STEPS and each.owner in lenders for each in found)


def lent_by(workflow: Workflow, step: str) -> tuple[str, ...]:
    """Return the expressions by which other steps take credentials from the outputs of this one."""
    found = (
        each.text
        for one in workflow.steps
        for parameter in one.parameters
        if parameter.is_credential
        for each in _expressions(parameter.value)
        if each.owner == step
    )
    return tuple(dict.fromkeys(found))


def got_from(step: CallStep, answer: Exchange, origin: Origin) -> dict[str, Got]:
    """Return the credentials that a step's answer holds, by the expressions that lead to them.

    They are looked for in the answer alone: what was sent, and the workflow's inputs, may be a model's own words.
    """
    alone = Exchange(status=answer.status, response_headers=answer.response_headers, response_body=answer.response_body)
    outputs, _ = outputs_of(step.outputs, State(exchange=alone))
    state = State(steps={step.step: outputs})
    values = {text: _text(evaluate(text, state)) for text in step.lends}
    return {text: Got(value=Secret(value), origin=origin) for text, value in values.items() if value}


def _text(value: Any) -> str:
    """Return a token as a request has it; "" for none. A fraction may have been written in more ways than one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def lent_to(step: Step, got: Mapping[str, Got]) -> tuple[Lent, ...]:
    """Return the credentials that go with a step.

    Raises:
        WorkflowError: one of them is not there, or can stand in no request.
    """
    return tuple(_lent(parameter, got) for parameter in step.parameters if parameter.is_credential)


def _lent(parameter: StepParameter, got: Mapping[str, Got]) -> Lent:
    what = f"the credential {parameter.name!r}"
    found = _expressions(parameter.value)
    missing = next((each.text for each in found if each.text not in got), None)
    if missing is not None:
        said = f"{what} is {missing}, and no answer of that step has held a text or a whole number there"
        raise WorkflowError(said, hint="look at the outputs of the step that logs in")
    origins = {got[each.text].origin for each in found}
    if len(origins) != 1:
        raise WorkflowError(f"{what} is of several origins", hint="take it from one step")
    split = _split(parameter.value)
    value = "".join(each if isinstance(each, str) else got[each.text].value.reveal() for each in split)
    if len(value) > LONGEST or any(ord(char) < 32 or ord(char) == 127 for char in value):
        said = f"{what} is too long, or holds a character that cannot stand there"
        raise WorkflowError(said, hint="look at the answer of the step that logs in")
    return Lent(
        credential=_credential(parameter, value, [got[each.text].value for each in found]), origin=origins.pop()
    )


def _credential(parameter: StepParameter, value: str, parts: list[Secret]) -> Credential:
    place = Place(parameter.location)
    return Credential(place=place, name=parameter.name, value=Secret(value), hides=tuple(parts))


def _expressions(value: Any) -> list[Expression]:
    return [each for each in _split(value) if isinstance(each, Expression)]


def _split(value: Any) -> tuple[str | Expression, ...]:
    """Return what stands for itself and the expressions of a text; nothing of any other value."""
    if not isinstance(value, str):
        return ()
    only = whole(value)
    return (only,) if only is not None else pieces(value)
