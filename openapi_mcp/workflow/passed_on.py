"""What a workflow needs before it can be called: inputs that its steps pass on to arguments that identify a thing."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.capability import Capabilities, Need
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Plan, PlannedWorkflow, Step

_INPUT = re.compile(r"\$inputs\.([\w-]+)")
_DEEPEST = 8  # workflows that call each other
_MOST_VALUES = 2_000  # of one payload

Find = Callable[[str], Tool | None]


def needs_of(plan: Plan, find: Find, known: Capabilities) -> tuple[Need, ...]:
    """Return what the inputs of a workflow identify, as the tools need it that its steps pass them on to."""
    parts = {part.name: part for part in plan.parts}
    found = tuple(_of_part(plan.own, parts, find, known, _DEEPEST)) if plan.parts else ()
    return tuple({need.argument: need for need in reversed(found)}.values())


def _of_part(
    part: PlannedWorkflow, parts: Mapping[str, PlannedWorkflow], find: Find, known: Capabilities, depth: int
) -> Iterator[Need]:
    for step in part.workflow.steps:
        needs: tuple[Need, ...] = ()
        tool = find(part.tools.get(step.id, ""))
        if tool is not None and tool.name in known:
            needs = known[tool.name].needs
        elif step.workflow in parts and depth > 0:
            needs = tuple(_of_part(parts[step.workflow], parts, find, known, depth - 1))
        for place, name in _passed(step, tool) if needs else ():
            yield from (replace(need, argument=renamed) for need in needs if (renamed := _renamed(need, place, name)))


def _renamed(need: Need, place: str, name: str) -> str:
    """Return the input that is needed, "" where what is passed on to a place is not: "items[].product" of "items"."""
    rest = need.argument.removeprefix(place)
    is_of_it = need.argument.startswith(place) and (not rest or rest[0] in ".[")
    return name + rest if is_of_it else ""


def _passed(step: Step, tool: Tool | None) -> Iterator[tuple[str, str]]:
    """Yield each place in a step's arguments that an input goes to, with the name of that."""
    arguments = {each.name: each.argument for each in tool.parameters} if tool is not None else {}
    for parameter in step.parameters:
        yield from _inputs(parameter.value, arguments.get(parameter.name, parameter.name))
    if step.body is None:
        return
    yield from _inputs(step.body.payload, "")
    for each in step.body.replacements:
        place = "".join("[]" if part.isdigit() else f".{part}" for part in each.target.split("/")[1:])
        yield from _inputs(each.value, place.removeprefix("."))


def _inputs(value: Any, place: str) -> Iterator[tuple[str, str]]:
    waiting, left = [(value, place)], _MOST_VALUES
    while waiting and left:
        left -= 1
        each, where = waiting.pop()
        match each:
            case Mapping():
                waiting += [(inner, f"{where}.{name}" if where else str(name)) for name, inner in each.items()]
            case list() | tuple():
                waiting += [(inner, f"{where}[]") for inner in each]
            case str() if each.lstrip()[:1] in ("{", "[") and isinstance(read := _read(each), dict | list):
                waiting.append((read, where))
            case str():
                yield from ((where, name) for name in _INPUT.findall(each))


def _read(text: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return None
