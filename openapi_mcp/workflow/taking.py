"""What goes into a workflow that another one runs: its defaults filled in, the rest held against its schema."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Schema
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Workflow
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.inputs import names_of

Hold: TypeAlias = Callable[[Schema, Mapping[str, Any]], None]
"""Holds values against a schema, and raises ArgumentsError where they do not fit."""


def taken(workflow: Workflow, given: Mapping[str, Any], hold: Hold, *, is_asked: bool = False) -> dict[str, Any]:
    """Return the inputs of a workflow, with its defaults. Names that it lacks are wrong where a step gives them.

    Raises:
        WorkflowError: they do not fit its schema.
    """
    schema = workflow.inputs
    properties = schema.get("properties", {})
    defaults = {
        name: each["default"] for name, each in properties.items() if isinstance(each, Mapping) and "default" in each
    }
    filled = {**defaults, **given}
    if not schema:
        return filled
    names = names_of(schema)
    own = filled if is_asked or names is None else {name: each for name, each in filled.items() if name in names}
    closed = {} if names is None else {"additionalProperties": False}
    try:
        hold({**schema, **closed}, own)
    except ArgumentsError as error:
        said = f"the workflow {one_line(workflow.id, 80)!r} does not take these inputs: {error.message}"
        raise WorkflowError(said, hint=error.hint or "correct the parameters of the step") from None
    return filled
