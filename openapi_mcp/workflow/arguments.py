"""A step's parameters and its body as the arguments of the tool that it calls."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.media import plain_type
from openapi_mcp.model.tool import Binding, SentBody, Tool
from openapi_mcp.model.workflow import Payload, Step, StepParameter
from openapi_mcp.workflow.bracketed import nested
from openapi_mcp.workflow.evaluate import evaluate, filled
from openapi_mcp.workflow.faults import InputError, WorkflowError
from openapi_mcp.workflow.payload import payload_of, read_payload
from openapi_mcp.workflow.state import Missing, State

_INPUT = "$inputs."


def arguments_of(tool: Tool, step: Step, state: State) -> dict[str, Any]:
    """Return the arguments of a step's call, under the names of the tool's own.

    An input that was not given leaves out what it alone is the value of, where the operation can do without.

    Raises:
        WorkflowError: a value leads to nothing, or cannot be an argument of this tool.
    """
    arguments: dict[str, Any] = {}
    for parameter in step.parameters:
        binding = binding_of(tool, parameter)
        if binding is None or parameter.is_credential:
            continue  # a credential, or a value of the operator's own, which is said when the file is read
        value = filled(parameter.value, state)
        if isinstance(value, Missing):
            if not binding.required and _is_input(parameter.value):
                continue
            raise _missing(f"the parameter {parameter.name!r}", value)
        arguments[binding.argument] = value
    if step.body is not None:
        arguments |= _of_body(tool, step.body, state)
    return arguments


def binding_of(tool: Tool, parameter: StepParameter) -> Binding | None:
    """Return what a step's parameter is for a tool, by its name on the wire; None where the tool offers none such."""
    for binding in tool.parameters:
        if binding.location == parameter.location and _is_named(binding, parameter):
            return None if binding.argument in tool.fixed else binding
    return None


def body_of(tool: Tool, payload: Payload) -> SentBody | None:
    """Return the body that a payload is sent as: that of its media type, else the default; None where there is none."""
    if not payload.content_type:
        return tool.bodies[0] if tool.bodies else None
    wanted = plain_type(payload.content_type)
    return next((body for body in tool.bodies if plain_type(body.content_type) == wanted), None)


def _is_named(binding: Binding, parameter: StepParameter) -> bool:
    if parameter.location == "header":  # RFC 9110, section 5.1
        return binding.name.lower() == parameter.name.lower()
    return binding.name == parameter.name


def _of_body(tool: Tool, payload: Payload, state: State) -> dict[str, Any]:
    body = body_of(tool, payload)
    if body is None:
        raise WorkflowError("the operation takes no such body", hint="correct requestBody")
    if isinstance(payload.payload, str):
        state.work.spend(len(payload.payload))  # it is read anew each time
    content = read_payload(payload, body.content_type)
    value = payload_of(replace(content, payload=_without_absent(content.payload, state)), state, body.content_type)
    if isinstance(value, Missing):
        raise _missing("the body", value)
    value = nested(value, body)
    chosen = {tool.chooser: body.content_type} if tool.chooser and body is not tool.bodies[0] else {}
    whole = next((binding for binding in body.bindings if binding.is_whole_body), None)
    if whole is not None:
        return {whole.argument: value, **chosen}
    if not isinstance(value, Mapping):
        raise WorkflowError("the body is no object, and the operation takes one", hint="correct the payload")
    return {**dict(_fields(tool, body, value)), **chosen}


def _fields(tool: Tool, body: SentBody, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = {binding.name: binding.argument for binding in body.bindings if binding.is_body_field}
    taken = {binding.argument for binding in (*tool.parameters, *body.bindings)}
    for name, held in value.items():
        if name not in names and name in taken:  # else it would become another argument of this name
            raise WorkflowError(f"the body has no field {name!r}", hint="correct the payload")
        if names.get(name) not in tool.fixed:
            yield names.get(name, name), held


def _without_absent(value: Any, state: State) -> Any:
    """Return a payload without the fields whose value is an input that was not given."""
    if isinstance(value, Mapping):
        return {name: _without_absent(held, state) for name, held in value.items() if not _is_absent(held, state)}
    if isinstance(value, list):  # of whose objects fields are left out, never an item
        return [_without_absent(held, state) for held in value]
    return value


def _is_absent(value: Any, state: State) -> bool:
    return _is_input(value) and isinstance(evaluate(value, state), Missing)


def _is_input(value: Any) -> bool:
    """True for a value that is one input of the workflow, and nothing else."""
    text = value[1:-1] if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}" else value
    return isinstance(text, str) and text.startswith(_INPUT) and not any(mark in text for mark in " {}")


def _missing(what: str, value: Missing) -> WorkflowError:
    why = f" ({value.why})" if value.why else ""
    said = f"{what} is {value.expression}, which leads to nothing{why}"
    name = value.expression.removeprefix(_INPUT)
    if name != value.expression:
        return InputError(said, hint=f"give the input {name.partition('#')[0]!r}")
    return WorkflowError(said, hint="look at the outputs that the steps before it gave")
