"""Inputs of a workflow that nothing in it uses: a caller gives them, and nothing comes of it."""

import re
from collections.abc import Iterator
from typing import Any

from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import ArazzoDocument, Workflow
from openapi_mcp.workflow.dereference import by_pointer

_USED = re.compile(r"\$inputs\.([\w.-]+)")
_USED_OF = re.compile(r"\$workflows\.([\w-]+)\.inputs\.([\w.-]+)")
_PLAIN = re.compile(r"[\w-]+")
_CASES = frozenset(("allOf", "anyOf", "oneOf", "if", "not", "dependentSchemas", "dependentRequired", "$ref"))
_USING = ("steps", "outputs", "parameters", "successActions", "failureActions")
_MOST_TOLD = 20


def unused_inputs(root: JsonValue, document: ArazzoDocument) -> tuple[Problem, ...]:
    """Return a warning for each input that no expression names, of the workflows that were read from `root`.

    Nothing where inputs are handed on as they are, or where the schema has cases that an input may decide.
    """
    of_others = {found for text in _texts(root) for found in _USED_OF.findall(text)}
    shared = set(_named(dict(document.components)))
    return tuple(
        problem
        for workflow in document.workflows
        if _CASES.isdisjoint(workflow.inputs) and not _hands_on(workflow)
        for problem in _unused(
            workflow,
            shared.union(_named(_written(root, workflow)), (name for of, name in of_others if of == workflow.id)),
        )
    )


def _unused(workflow: Workflow, used: set[str]) -> Iterator[Problem]:
    firsts = used | {name.partition(".")[0] for name in used}
    names = [each for each in workflow.inputs.get("properties", {}) if _PLAIN.fullmatch(each) and each not in firsts]
    for name in names[:_MOST_TOLD]:
        shown = one_line(name, 60)
        said = (
            f"workflow {one_line(workflow.id, 60)!r}: nothing uses the input {shown!r}; a caller gives it for nothing"
        )
        at = join(f"{workflow.pointer}/inputs/properties", name)
        hint = f"use it, as $inputs.{shown}, or take it out"
        yield Problem(severity=Severity.WARNING, pointer=at, message=said, hint=hint)


def _written(root: JsonValue, workflow: Workflow) -> list[Any]:
    """Return the parts of a workflow, as they were written, that may use its inputs."""
    written = by_pointer(root, workflow.pointer.removeprefix("#"))
    return [written.get(key) for key in _USING] if isinstance(written, dict) else []


def _hands_on(workflow: Workflow) -> bool:
    """True where other workflows are called with the inputs of this one."""
    actions = (action for step in workflow.steps for action in (*step.on_success, *step.on_failure))
    return bool(workflow.depends_on) or any(action.workflow for action in actions)


def _named(value: Any) -> Iterator[str]:
    for text in _texts(value):
        yield from _USED.findall(text)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts with an expression in a JSON value, each part once, though YAML may have it in many places."""
    stack, seen = [value], set[int]()
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            if "$" in node:
                yield node
        elif isinstance(node, dict | list) and id(node) not in seen:
            seen.add(id(node))
            stack += node.values() if isinstance(node, dict) else node
