"""What a workflow needs before it can be called, and what of its outputs its caller gave: where its inputs go."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from openapi_mcp.model.capability import Capabilities, Need
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Plan, PlannedWorkflow, Step
from openapi_mcp.workflow.arguments import binding_of, body_of
from openapi_mcp.workflow.origins import ITEM, Origins, Path, Spot, replaced

_MOST_NEEDS = 500  # of one workflow

Find = Callable[[str], Tool | None]


def needs_of(plan: Plan, find: Find, known: Capabilities) -> tuple[Need, ...]:
    """Return what the inputs of a workflow identify, as the tools need it that its steps pass them on to."""
    if not plan.parts:
        return ()
    spots: dict[Need, list[Spot]] = defaultdict(list)
    for part in plan.parts:
        for step in part.workflow.steps:
            tool = find(part.tools[step.id]) if step.id in part.tools else None
            for need in known[tool.name].needs if tool is not None and tool.name in known else ():
                spots[replace(need, argument="")] += _passed(part, step, tool, need)
    origins = Origins(plan)
    found: dict[str, Need] = {}
    for need, starts in spots.items():
        for name in (name for path in origins.of(starts) for name in _names(path)):
            found.setdefault(name, replace(need, argument=name))
    return tuple(islice(found.values(), _MOST_NEEDS))


def said_again(plan: Plan) -> frozenset[str]:
    """Return the outputs of a workflow that hold what its caller gave, in whole or in part."""
    origins = Origins(plan) if plan.parts else None
    outputs = plan.own.workflow.outputs if plan.parts else {}
    spots = {name: Spot(part=plan.own, value=value, is_output=True) for name, value in outputs.items()}
    return frozenset(name for name, spot in spots.items() if origins is not None and origins.of([spot]))


def _passed(part: PlannedWorkflow, step: Step, tool: Tool | None, need: Need) -> Iterator[Spot]:
    """Yield what a step gives as the argument of its tool that is needed."""
    for parameter in step.parameters:
        binding = binding_of(tool, parameter) if tool is not None else None
        path = _rest(need.argument, binding.argument if binding is not None else parameter.name)
        if path is not None:
            yield Spot(part=part, step=step, value=parameter.value, path=path)
    if step.body is None or (path := _in_body(step, tool, need)) is None:
        return
    spot = Spot(part=part, step=step, value=step.body.payload, path=path)
    yield spot
    for replacement in step.body.replacements:
        yield from replaced(spot, replacement, path)


def _in_body(step: Step, tool: Tool | None, need: Need) -> Path | None:
    """Return where in the body an argument stands; fields whose argument has another name are found by their own."""
    sent = body_of(tool, step.body) if tool is not None and step.body is not None else None
    if tool is not None and any(_rest(need.argument, each.argument) is not None for each in tool.parameters):
        return None
    for binding in sent.bindings if sent is not None else ():
        if (rest := _rest(need.argument, binding.argument)) is not None:
            return rest if binding.is_whole_body else (binding.name, *rest)
    return _rest(need.argument, "")


def _rest(argument: str, name: str) -> Path | None:
    """Return the way from an argument to what is needed of it: "items[].product" of "items" -> ("[]", "product")."""
    rest = argument.removeprefix(name)
    if not argument.startswith(name) or (name and rest and rest[0] not in ".["):
        return None
    return tuple(each for each in rest.replace(ITEM, f".{ITEM}").split(".") if each)


def _names(path: Path) -> Mapping[str, None]:
    """Return how a need names a part of an input: ("items", "0", "id") is the field "0" of it, or an item."""
    named = [path, tuple(ITEM if at and each.isdigit() else each for at, each in enumerate(path))]
    return {"".join(each if each == ITEM else f".{each}" for each in one).removeprefix("."): None for one in named}
