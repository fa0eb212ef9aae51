"""Credentials that the steps of a workflow get from the API themselves: a login's token, for the steps after it.

Such a value goes beside the call, or in what a step of the same API sends (a logout, a revocation), to the origin that
it came from; no other expression sees it, and it is masked wherever it is told. It has to come out of an answer:
neither a model nor a file gives it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.secret import MASK, Credential, Lent, Place, Secret
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.url import Origin
from openapi_mcp.model.workflow import Step, StepParameter, Workflow
from openapi_mcp.workflow.arguments import binding_of
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.expressions import Expression, Root, pieces, whole
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.outputs import outputs_of
from openapi_mcp.workflow.state import Exchange, State
from openapi_mcp.workflow.wanted import CallStep, Got
from openapi_mcp.workflow.work import parts

_OF_CONTENT = ("accept", "content-type")  # not sent either, and no secret
LONGEST = 8_000  # characters of a credential: most servers take no longer header
Spot = tuple[str, str]
"""Where a credential goes: "header" or "query", and its name in lower case."""
AUTHORIZATION: Spot = ("header", "authorization")


def is_lent(parameter: StepParameter, spots: Collection[Spot], lenders: Collection[str]) -> bool:
    """True for a parameter in a credential's place whose value comes from outputs of these steps alone."""
    if (parameter.location, parameter.name.lower()) not in spots:
        return False
    found = _expressions(parameter.value)
    return bool(found) and all(each.root is Root.STEPS and each.owner in lenders for each in found)


def credentials_of(step: Step) -> list[tuple[str, str]]:
    """Return the expressions that a step's credentials are made of, each with the step whose output it is."""
    values = [each.value for each in step.parameters if each.is_credential]
    return [(each.text, each.owner) for value in values for each in _expressions(value)]


def lent_by(workflow: Workflow, step: str) -> tuple[str, ...]:
    """Return the expressions by which other steps take credentials from the outputs of this one."""
    found = (text for one in workflow.steps for text, owner in credentials_of(one) if owner == step)
    return tuple(dict.fromkeys(found))


def handed_to(step: Step, tool: Tool | None, lent: Collection[str]) -> str:
    """Return the first of these expressions that a value of a step is made of as it is sent; "" for none."""
    values = [
        each.value
        for each in step.parameters
        if not each.is_inherited and (tool is None or (not each.is_credential and binding_of(tool, each) is not None))
    ]
    if step.body is not None:
        values += [step.body.payload, *(each.value for each in step.body.replacements)]
    found = (each.text for value in parts(values) if isinstance(value, str) for each in _expressions(value))
    return next((each for each in found if each in lent), "")


def got_from(step: CallStep, answer: Exchange, origin: Origin) -> dict[str, Got]:
    """Return the credentials that a step's answer holds, by the expressions that lead to them.

    They are looked for in the answer alone, and what of it the step had sent is none: that, and the workflow's inputs,
    may be a model's own words. Nor is what no header could hold.
    """
    alone = Exchange(status=answer.status, response_headers=answer.response_headers, response_body=answer.response_body)
    outputs, _ = outputs_of(step.outputs, State(exchange=alone))
    state = State(steps={step.step: outputs})
    values = {text: _text(evaluate(text, state)) for text in step.lends}
    sent = write_json(step.arguments)
    return {
        text: Got(value=Secret(value), origin=origin)
        for text, value in values.items()
        if value and len(value) <= LONGEST and MASK not in value and write_json(value)[1:-1] not in sent
    }


def _text(value: Any) -> str:
    """Return a token as a request has it; "" for none. A fraction may have been written in more ways than one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def withheld(tool: Tool, step: Step, state: State) -> tuple[Secret, ...]:
    """Return what a step would have as a credential of answers that lend none, as another workflow's: it is masked."""
    own = {(each.location, each.name.lower()) for each in tool.parameters}
    found = (
        evaluate(each, state)
        for parameter in step.parameters
        if not parameter.is_credential and parameter.name.lower() not in _OF_CONTENT
        if (parameter.location, parameter.name.lower()) not in own
        for each in _expressions(parameter.value)
        if each.root in (Root.STEPS, Root.WORKFLOWS)
    )
    return tuple(Secret(value) for value in found if isinstance(value, str) and value != MASK)


class Taking:
    """Gives what a step sends the credentials that its values are made of, and remembers which those were."""

    def __init__(self, got: Mapping[str, Got]) -> None:
        self._got = got
        self._taken: dict[str, Got] = {}

    def __call__(self, expression: str) -> str | None:
        """Return the credential that an expression leads to; None where it is none."""
        if expression not in self._got:
            return None
        self._taken[expression] = self._got[expression]
        return self._got[expression].value.reveal()

    def taken(self) -> tuple[Lent, ...]:
        """Return those that were taken, each for the origin that it came from."""
        return tuple(
            Lent(credential=Credential(place=Place.HEADER, name="", value=each.value), origin=each.origin)
            for each in self._taken.values()
        )


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
        said = f"{what} is {missing}, and no answer of that step has held a text or a whole number of its own there"
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
