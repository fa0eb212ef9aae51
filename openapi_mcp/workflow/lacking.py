"""What an operation cannot do without, and a step does not give."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, SentBody, Tool
from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.arguments import binding_of, body_of
from openapi_mcp.workflow.warned import Warned

_MOST_NAMED = 5


def lacking(step: Step, tool: Tool, body: Any) -> Iterator[Warned]:
    """Yield what is not given though each call needs it; `body` is what is known of the step's own (literals.py)."""
    given = {binding.argument for each in step.parameters if (binding := binding_of(tool, each)) is not None}
    for binding in tool.parameters:
        if _is_needed(tool, binding) and binding.argument not in given:
            shown = f"{binding.location} parameter {one_line(binding.name, 80)!r}"
            hint = f"give it: parameters: [{{name: {one_line(binding.name, 80)}, in: {binding.location}, value: ...}}]"
            yield Warned(f"the operation needs the {shown}, which is not given", hint, "", is_fatal=True)
    if step.body is None:
        yield from _no_body(tool)
        return
    sent = body_of(tool, step.body)
    if sent is None or not isinstance(body, Mapping):
        return
    for name in _fields(tool, sent, without=body) if body or tool.body_required else ():
        said = f"the body lacks {one_line(name, 80)!r}, which the operation needs"
        yield Warned(said, "give it a value or an expression", "/requestBody", is_fatal=True, is_lacking=True)


def _no_body(tool: Tool) -> Iterator[Warned]:
    if not tool.body_required or not tool.bodies:
        return
    if not all(any(_is_needed_in(tool, each) for each in body.bindings) for body in tool.bodies):
        return
    names = [one_line(name, 80) for name in _fields(tool, tool.bodies[0], without=())][:_MOST_NAMED]
    what = f"a body with {', '.join(names)}" if names else "a body"
    said = f"the operation needs {what}, and the step gives none"
    yield Warned(said, "write requestBody with a payload", "", is_fatal=True)


def _fields(tool: Tool, body: SentBody, without: Collection[str]) -> list[str]:
    fields = (each for each in body.bindings if each.is_body_field)
    return [each.name for each in fields if each.name not in without and _is_needed_in(tool, each)]


def _is_needed(tool: Tool, binding: Binding) -> bool:
    """True for a parameter that every caller must give: it has no value of the operator's, and none is made anew."""
    is_listed = binding.argument in tool.input_schema.get("required", ())
    return binding.required and is_listed and not _has_value(tool, binding)


def _is_needed_in(tool: Tool, binding: Binding) -> bool:
    return binding.required and not _has_value(tool, binding)


def _has_value(tool: Tool, binding: Binding) -> bool:
    return binding.argument in tool.fixed or binding.argument in tool.defaults or binding.argument == tool.key
