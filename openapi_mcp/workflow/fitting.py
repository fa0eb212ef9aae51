"""A step held against what it calls, before anything runs: what of it is sent, and what its author should know."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from openapi_mcp.model.document import Location
from openapi_mcp.model.media import plain_type
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, Tool
from openapi_mcp.model.workflow import ActionKind, Criterion, CriterionKind, Step, StepParameter, Workflow
from openapi_mcp.workflow.arguments import binding_of, body_of
from openapi_mcp.workflow.before import before_sending
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.inputs import names_of
from openapi_mcp.workflow.lent import Spot, is_lent
from openapi_mcp.workflow.literals import known
from openapi_mcp.workflow.misfits import Misfits
from openapi_mcp.workflow.named import UnboundError
from openapi_mcp.workflow.payload import written
from openapi_mcp.workflow.warned import Warned

_BEYOND = re.compile(r"\s*\$statusCode\s*(?:==|>=)\s*(?P<from>5[0-9]{2})\s*|\s*\$statusCode\s*>\s*(?:499|5[0-9]{2})\s*")
Warnings = list[Warned]


def fit_operation(
    step: Step, tool: Tool, misfits: Misfits, spots: Collection[Spot] = (), lenders: Collection[str] = ()
) -> tuple[Step, Warnings]:
    """Return a step as it calls its operation, and the gaps.

    `spots` are the places of the operation's credentials, `lenders` the steps before it that call the same API.

    Another call than the author means would come of it where the operation lacks what the step itself gives.

    Raises:
        UnboundError: there is no such parameter, or no such body; or each call would fail before it is sent.
    """
    guesses = misfits.guesses
    kept: list[StepParameter] = []
    said: Warnings = []
    for parameter in step.parameters:
        known = f"{parameter.location} parameter {one_line(parameter.name, 80)!r}"
        if not _is_own(tool, parameter) and is_lent(parameter, spots, lenders):
            kept.append(replace(parameter, is_credential=True))
            continue
        is_withheld = _is_withheld(tool, parameter) or (
            not _is_own(tool, parameter) and (parameter.location, parameter.name.lower()) in spots
        )
        if (binding := binding_of(tool, parameter)) is not None or is_withheld:
            kept.append(parameter if binding is None else _as_written(parameter, binding))
        if is_withheld and binding is None and not _is_got_here(step, tool, parameter, spots):
            hint = "give credentials with --auth, --bearer or --api-key, or take them from a step of the same API"
            said.append(Warned(f"the {known} is the operator's to give, and not sent from here", hint))
        elif binding is None and not is_withheld and parameter.is_inherited:
            hint = "give it to those steps alone whose operations have it"
            message = f"the operation has no {known}, which is the workflow's; the step is called without"
            said.append(Warned(message, hint))
        elif binding is None and not is_withheld:
            near = _elsewhere(tool, parameter, guesses)
            raise UnboundError(f"step {step.id!r}: the operation has no {known}{near}", step.pointer)
    if step.body is not None and body_of(tool, step.body) is None:
        kind = one_line(step.body.content_type, 80)
        wanted = f"step {step.id!r}: the operation takes no body" + (f" of the type {kind}" if kind else "")
        raise UnboundError(wanted, step.pointer)
    said += _unless_fatal(step, before_sending(step, tool, misfits))
    said += [] if tool.annotations.read_only else _idle_retries(step)
    return replace(step, parameters=tuple(kept)), said


def _as_written(parameter: StepParameter, binding: Binding) -> StepParameter:
    """Return a parameter with its value; of a whole query string in text what it is read as, JSON or a form."""
    media_type = (binding.parameter.content_type or "") if binding.parameter is not None else ""
    if parameter.location != Location.QUERYSTRING or not isinstance(parameter.value, str):
        return parameter
    try:
        return replace(parameter, value=written(parameter.value, plain_type(media_type)))
    except PayloadError:  # which is held against its schema as it stands
        return parameter


def fit_called(step: Step, called: Workflow, misfits: Misfits) -> tuple[Step, Warnings]:
    """Return a step as it calls another workflow: without what that does not take of its own workflow's parameters.

    Raises:
        UnboundError: the other one would refuse its inputs, whatever they are.
    """
    names = names_of(called.inputs) if called.inputs else None
    if names is None:
        return step, []
    name = one_line(called.id, 80)
    given = {parameter.name for parameter in step.parameters}
    unknown = {one.name for one in step.parameters if one.name not in names}
    own = [one.name for one in step.parameters if one.name in unknown and not one.is_inherited]
    said = [
        Warned(
            f"the workflow {name!r} has no input {one_line(each, 80)!r}",
            misfits.guesses.meant(each, names, "correct the name"),
            is_fatal=True,
        )
        for each in own
    ]
    properties = called.inputs.get("properties", {})
    for each in called.inputs.get("required", ()):
        schema = properties.get(each)
        if each not in given and not (isinstance(schema, dict) and "default" in schema):
            message = f"the workflow {name!r} needs the input {one_line(str(each), 80)!r}"
            said.append(Warned(message, "give it as a parameter", is_fatal=True))
    for one in step.parameters:
        schema, definitions = properties.get(one.name), called.inputs.get("$defs", {})
        said += misfits.of(one.name, known(one.value), schema, definitions, "")
    kept = tuple(one for one in step.parameters if not (one.is_inherited and one.name in unknown))
    return replace(step, parameters=kept), _unless_fatal(step, said)


def _unless_fatal(step: Step, said: Warnings) -> Warnings:
    """Return what is wrong with a step that can be carried out all the same.

    Raises:
        UnboundError: it cannot; the steps before it would have written for nothing.
    """
    for each in said:
        if each.is_fatal:
            raise UnboundError(f"step {step.id!r}: {each.message}", f"{step.pointer}{each.place}", hint=each.hint)
    return said


def _elsewhere(tool: Tool, parameter: StepParameter, guesses: Guesses) -> str:
    """Say where the operation has a parameter of that name, or which it has there that is spelled nearly so."""
    places = [each.location for each in tool.parameters if each.name == parameter.name]
    if places:
        return f"; it has it in {places[0]}"
    return guesses.also(parameter.name, [each.name for each in tool.parameters if each.location == parameter.location])


def _idle_retries(step: Step) -> Iterator[Warned]:
    """Yield what is said of retries that wait for an answer which leaves open whether a write was carried out."""
    for action in step.on_failure:
        if action.kind is ActionKind.RETRY and any(map(_is_beyond, action.criteria)):
            said = (
                f"the retry {one_line(action.name, 80)!r} repeats no write: an answer of 5xx leaves its outcome unknown"
            )
            yield Warned(said, "go to a step that reads the present state instead")


def _is_beyond(criterion: Criterion) -> bool:
    """True for a criterion that only an answer of 5xx meets."""
    return criterion.kind is CriterionKind.SIMPLE and _BEYOND.fullmatch(criterion.condition) is not None


def _is_own(tool: Tool, parameter: StepParameter) -> bool:
    """True for a parameter that the tool has: an argument, or what the operator fixed."""
    return any(each.location == parameter.location and each.name == parameter.name for each in tool.parameters)


def _is_got_here(step: Step, tool: Tool, parameter: StepParameter, spots: Collection[Spot]) -> bool:
    """True for a credential for all steps that this one gets itself, so that it needs none."""
    is_open = not tool.operation.security or any(not each.schemes for each in tool.operation.security)
    return parameter.is_inherited and is_open and is_lent(parameter, spots, [step.id])


def _is_withheld(tool: Tool, parameter: StepParameter) -> bool:
    """True for a parameter that no caller may set: a credential, what belongs to HTTP, what the operator fixed."""
    name, location = parameter.name, parameter.location
    if (name.lower() if location == "header" else name) in tool.ignored:
        return True
    if location == "header" and name.lower() in ("authorization", "cookie", "accept", "content-type"):
        return True
    return any(
        binding.argument in tool.fixed and (binding.location, binding.name) == (location, name)
        for binding in tool.parameters
    )
