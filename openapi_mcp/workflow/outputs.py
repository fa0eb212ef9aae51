"""What a step, or a whole workflow, yields: its outputs, each the value of an expression."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.state import Missing, State


def outputs_of(wanted: Mapping[str, str], state: State) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return outputs by their names, and the names of those that lead to nothing."""
    found: dict[str, Any] = {}
    for name, expression in wanted.items():
        try:
            value = evaluate(expression, state)
        except WorkflowError:
            continue
        if not isinstance(value, Missing):
            found[name] = value
    return found, tuple(name for name in wanted if name not in found)


def step_outputs(step: Step, state: State) -> Mapping[str, Any]:
    """Return the outputs of a step; of one that calls a workflow and names none, those of the workflow."""
    if step.workflow and not step.outputs:
        return state.outputs
    return outputs_of(step.outputs, state)[0]
