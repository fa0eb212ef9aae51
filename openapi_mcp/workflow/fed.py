"""What a step is fed with: the inputs of its workflow, and the outputs of the steps and workflows before it."""

from collections.abc import Iterator

from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.expressions import Expression, Root, expressions_in
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.payload import read_payload

_MOST = 5
_LONGEST = 60  # characters of a name


def fed_by(step: Step) -> str:
    """Return what the values of a step's call come from, "" where all of them stand in the workflow itself.

    "the input 'name', the output 'customer' of the step 'find'"
    """
    named = dict.fromkeys(filter(None, map(_source, _expressions(step))))
    more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
    return ", ".join([*named][:_MOST]) + more


def _expressions(step: Step) -> Iterator[Expression]:
    values = [parameter.value for parameter in step.parameters]
    if step.body is not None:
        values += [_payload(step), *(each.value for each in step.body.replacements)]
    for value in values:
        yield from (found for _, found in expressions_in(value, ""))


def _payload(step: Step) -> object:
    """Return the payload of a step, the fields of a template where it is one."""
    if step.body is None:
        return None
    try:
        return read_payload(step.body).payload
    except PayloadError:
        return step.body.payload


def _source(found: Expression) -> str:
    name, owner = one_line(found.name, _LONGEST), one_line(found.owner, _LONGEST)
    match found.root:
        case Root.INPUTS:
            return f"the input {name!r}"
        case Root.STEPS:
            return f"the output {name!r} of the step {owner!r}"
        case Root.WORKFLOWS if found.part == "outputs":
            return f"the output {name!r} of the workflow {owner!r}"
    return ""
