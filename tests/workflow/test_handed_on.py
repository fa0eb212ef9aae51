"""workflow/handed_on.py: an image that a step brings is handed on where the whole body is an output."""

import pytest

from openapi_mcp.model.call import Blob, Failure, FailureKind, Result, Text
from openapi_mcp.model.workflow import Plan, PlannedWorkflow, Step, Workflow
from openapi_mcp.workflow.handed_on import HandedOn, handed_on
from openapi_mcp.workflow.wanted import CallStep, Ended

PICTURE = Blob(data=b"12345", mime_type="image/png", uri="")
BROUGHT = Result(content=(Text(text="an image"), PICTURE))
REFUSED = Result(content=(PICTURE,), failure=Failure(kind=FailureKind.NOT_FOUND, message="gone", status=404))


ENDED = Ended(part="own", absent=("it", "more"))


def plan(**outputs: str) -> Plan:
    """Return the plan of a workflow of two steps, of which the first names its body and a part of it."""
    look = Step(id="look", operation_id="look", outputs={"all": "$response.body", "part": "$response.body#/id"})
    own = Workflow(id="own", steps=(look, Step(id="read", operation_id="read")), outputs=outputs)
    return Plan(id="own", parts=(PlannedWorkflow(workflow=own),))


def call(step: str, workflow: str = "own") -> CallStep:
    return CallStep(workflow=workflow, part=workflow, step=step, tool=step)


@pytest.mark.parametrize(
    ("output", "steps"),
    [
        ("$steps.look.outputs.all", {"it": ("own", "look")}),
        ("$steps.look.outputs.all#/0", {}),
        ("$steps.look.outputs.part", {}),
        ("$steps.other.outputs.all", {}),
        ("$inputs.all", {}),
        ("$steps.", {}),
    ],
)
def test_the_whole_body_of_a_step_is_handed_on(output: str, steps: dict[str, tuple[str, str]]) -> None:
    """Our choice: a part of what is no JSON is nothing."""
    assert handed_on(plan(it=output), "own") == steps


def test_what_an_output_names_is_kept_and_said() -> None:
    """Our choice: beside the outputs, as it is no value of an expression."""
    handing = HandedOn(plan(it="$steps.look.outputs.all"))
    handing.take(call("look"), BROUGHT)
    handing.take(call("read"), BROUGHT)
    handing.take(call("look", "another"), REFUSED)
    assert list(handing.blobs(ENDED)) == [PICTURE]
    assert handing.said_of(ENDED) == {"it": "image/png, 5 bytes: beside this, as it is no JSON", "more": None}


def test_what_a_refusal_brings_is_not_handed_on() -> None:
    """Our choice: a step that is tried again and fails has nothing that it brought before."""
    handing = HandedOn(plan(it="$steps.look.outputs.all"))
    handing.take(call("look"), BROUGHT)
    handing.take(call("look"), REFUSED)
    assert (list(handing.blobs(ENDED)), handing.said_of(ENDED)) == ([], {"it": None, "more": None})


def test_without_outputs_it_is_what_the_last_step_brings() -> None:
    """Our choice: as with the text of a workflow that names no outputs."""
    handing = HandedOn(plan())
    handing.take(call("look"), BROUGHT)
    assert list(handing.blobs(ENDED)) == [PICTURE]
    handing.take(call("read"), Result(content=(Text(text="{}"),)))
    assert list(handing.blobs(ENDED)) == []
