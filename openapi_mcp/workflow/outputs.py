"""What a step, or a whole workflow, yields: its outputs, each the value of an expression."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.state import Missing, State


def outputs_of(wanted: Mapping[str, str], state: State) -> tuple[dict[str, Any], dict[str, str]]:
    """Return outputs by their names, and of those that lead to nothing why."""
    found: dict[str, Any] = {}
    lacking: dict[str, str] = {}
    for name, expression in wanted.items():
        try:
            value = evaluate(expression, state)
        except WorkflowError as error:
            lacking[name] = error.message
            continue
        if isinstance(value, Missing):
            lacking[name] = value.why
        else:
            found[name] = value
    return found, lacking


def step_outputs(step: Step, state: State) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Return what `outputs_of` does of a step; one that calls a workflow and names none has those of the workflow."""
    if step.workflow and not step.outputs:
        return state.outputs, {}
    return outputs_of(step.outputs, state)
