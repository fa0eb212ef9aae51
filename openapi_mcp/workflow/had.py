"""Which inputs a workflow can have: those that a caller is shown, and what the steps that call it give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.document import Schema
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Action, Step, Workflow
from openapi_mcp.workflow.fields import Fields
from openapi_mcp.workflow.inputs import names_of
from openapi_mcp.workflow.shown import shown
from openapi_mcp.workflow.warned import Warned

Given = Mapping[str, frozenset[str] | None]
"""What steps give the workflows that they call, None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """The names of inputs, None where they are not known; what is not among them may be there unless it `is_all`."""

    names: frozenset[str] | None
    is_all: bool = True


def had(workflow_id: str, inputs: Schema, given: Given, *, depends: bool) -> Had:
    """Return the inputs that a workflow can have.

    A tool takes those alone that its schema names; a step may give others where that is open, or absent. What a
    workflow depends on is called with the same inputs, so that its own are there, too.
    """
    found = shown(inputs) if inputs else None
    if inputs and found is None:
        return Had(names=None)
    names = frozenset(found.properties) if found is not None else frozenset()
    is_open = not inputs or names_of(inputs) is None or not names
    more = given.get(workflow_id, frozenset()) if is_open else frozenset()
    return Had(names=None) if more is None else Had(names=names | more, is_all=not depends)


def given_by_steps(workflows: Mapping[str, Fields]) -> Given:
    """Return the names of the parameters that steps give the workflows that they call."""
    given: dict[str, frozenset[str] | None] = {}
    for each in workflows.values():
        shared = _names(each.get("parameters"))
        for called, own in _calling(each.get("steps")):
            before = given.get(called, frozenset())
            known = before is not None and shared is not None and own is not None
            given[called] = before | shared | own if known else None  # type: ignore[operator]
    return given


def never_had(workflow: Workflow, own: Had, others: Mapping[str, Workflow]) -> Iterator[tuple[str, Warned]]:
    """Yield the actions that lead to a workflow whose required inputs this one never has, with their places."""
    if own.names is None or not own.is_all:
        return
    seen: set[str] = set()
    for step in workflow.steps:
        for action in (*step.on_success, *step.on_failure):
            if action.workflow not in others or action.workflow in seen:
                continue
            seen.add(action.workflow)
            for name in _required(others[action.workflow].inputs):
                if name not in own.names:
                    yield action.pointer or step.pointer, _lacks(step, action, name)


def _lacks(step: Step, action: Action, name: str) -> Warned:
    leads = f"its action {one_line(action.name, 60)!r} leads to the workflow {one_line(action.workflow, 60)!r}"
    said = f"{leads}, which needs the input {one_line(name, 60)!r}, and this workflow has none of that name to pass on"
    hint = "give this workflow an input of that name, or call the other one by a step"
    return Warned(f"step {one_line(step.id, 60)!r}: {said}", hint)


def _required(inputs: Schema) -> list[str]:
    """Return the inputs that a workflow always needs."""
    properties: Any = inputs.get("properties", {})
    found = shown(inputs) if inputs else None
    defaults = {name for name, each in properties.items() if isinstance(each, Mapping) and "default" in each}
    return [name for name in (found.required if found is not None else ()) if name not in defaults]


def _calling(steps: Any) -> Iterator[tuple[str, frozenset[str] | None]]:
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and isinstance(step.get("workflowId"), str):
            yield step["workflowId"], _names(step.get("parameters"))


def _names(parameters: Any) -> frozenset[str] | None:
    """Return the names of parameters, None where one is elsewhere."""
    if not isinstance(parameters, list):
        return frozenset()
    names = [each.get("name") if isinstance(each, dict) else None for each in parameters]
    return frozenset(name for name in names if isinstance(name, str)) if None not in names else None
