"""What Arazzo 1.1 adds, written as 1.0 has it, so that all else reads one form; what has no such form is refused.

A selector of one value becomes an expression: {context: $response.body, selector: $.user.id, type: jsonpath} is
"$response.body#/user/id".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.workflow.expressions import parse, without_braces
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.fields import JsonObject, quoted
from openapi_mcp.workflow.singular import pointer_of

_SELECTOR = frozenset(("context", "selector", "type"))
_TYPE = "targetSelectorType"
_OF_MESSAGES = ("channelPath", "correlationId", "action")
_MOST = 200_000  # values that are looked at: YAML may have one in many places
_SCHEMAS = re.compile(r"#/(?:workflows/[0-9]+|components)/inputs")  # whose properties may have any name
_STEP = re.compile(r"#/workflows/[0-9]+/steps/[0-9]+")
_REPLACEMENT = re.compile(_STEP.pattern + r"/requestBody/replacements/[0-9]+")
_ACTION = re.compile(
    rf"(?:{_STEP.pattern}/on(?:Success|Failure)|#/workflows/[0-9]+/(?:success|failure)Actions"
    r"|#/components/(?:success|failure)Actions)/[^/]+"
)


class Noted(NamedTuple):
    """What is wrong with a part of a description; else than a gap where it `is_fatal`."""

    pointer: str
    message: str
    hint: str
    is_fatal: bool = True


def as_first(root: JsonObject) -> tuple[JsonObject, tuple[Noted, ...]]:
    """Return a description of Arazzo 1.1 as 1.0 has it, and what of it cannot be had."""
    rewriting = _Rewriting()
    made = {key: value for key, value in root.items() if key != "$self"}
    for key in ("workflows", "components"):
        if key in root:
            made[key] = rewriting.within(root[key], f"#/{key}")
    return made, tuple(rewriting.noted)


class _Rewriting:
    def __init__(self) -> None:
        self.noted: list[Noted] = []
        self._left = _MOST

    def within(self, value: JsonValue, pointer: str) -> JsonValue:
        self._left -= 1
        if self._left < 0:
            raise WorkflowError(f"a description of Arazzo 1.1 has at most {_MOST:,} values", hint="split it")
        if isinstance(value, list):
            return [self.within(each, join(pointer, index)) for index, each in enumerate(value)]
        if not isinstance(value, dict) or _SCHEMAS.fullmatch(pointer):
            return value
        if set(value) == _SELECTOR:
            return self._expression(value, pointer)
        if _TYPE in value and _REPLACEMENT.fullmatch(pointer):
            value = self._replacement(value, pointer)
        elif _STEP.fullmatch(pointer):
            value = self._step(value, pointer)
        elif "parameters" in value and _ACTION.fullmatch(pointer):
            said = "`parameters` of an action are not handed on here"
            hint = "call the workflow by a step, which gives it parameters"
            self.noted.append(Noted(join(pointer, "parameters"), said, hint))
            value = _without(value, "parameters")
        return {key: self.within(held, join(pointer, key)) for key, held in value.items()}

    def _expression(self, selector: JsonObject, pointer: str) -> JsonValue:
        try:
            context = parse(without_braces(str(selector["context"])))
            held = pointer_of(str(selector["selector"]), selector["type"])
        except WorkflowError as error:
            self.noted.append(Noted(pointer, f"in a selector, {error.message}", error.hint or ""))
            return None
        sharp = "" if context.pointer is not None or not held else "#"
        return f"{context.text}{sharp}{held}"

    def _replacement(self, value: JsonObject, pointer: str) -> JsonObject:
        kept = _without(value, _TYPE)
        try:
            return {**kept, "target": pointer_of(str(value.get("target")), value[_TYPE])}
        except WorkflowError as error:
            self.noted.append(Noted(join(pointer, "target"), error.message, error.hint or ""))
            return kept

    def _step(self, step: JsonObject, pointer: str) -> JsonObject:
        for key in _OF_MESSAGES:
            if key in step:
                said = f"`{key}` is of AsyncAPI, whose messages are neither sent nor awaited here"
                self.noted.append(Noted(join(pointer, key), said, "call an operation of an OpenAPI description"))
        if "timeout" in step:
            said = "the `timeout` of a step is passed over: that of its operation holds"
            hint = "say --timeout, or [tool.NAME] timeout"
            self.noted.append(Noted(join(pointer, "timeout"), said, hint, is_fatal=False))
        return _without(step, "timeout", "dependsOn", *_OF_MESSAGES)


def _without(value: JsonObject, *keys: str) -> JsonObject:
    return {key: held for key, held in value.items() if key not in keys}


def out_of_order(steps: JsonValue, pointer: str) -> Iterator[Noted]:
    """Yield the steps that must be done before one, by its `dependsOn`, and do not stand before it."""
    before: set[str] = set()
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict):
            continue
        wanted = step.get("dependsOn", [])
        for at, name in enumerate(wanted if isinstance(wanted, list) else [wanted]):
            if not isinstance(name, str) or name not in before:
                said = f"a step depends on {quoted(str(name))}, which is no step before it in this workflow"
                hint = "put that step before this one; what a workflow depends on stands in its own dependsOn"
                yield Noted(join(pointer, index, "dependsOn", at), said, hint)
        before.add(str(step.get("stepId")))
