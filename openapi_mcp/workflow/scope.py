"""What the expressions of one workflow may name, held against what it has: before anything runs."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.dereference import by_dots
from openapi_mcp.workflow.expressions import (
    Expression,
    Root,
    expressions_in,
    parse,
    without_braces,
)
from openapi_mcp.workflow.faults import ExpressionError
from openapi_mcp.workflow.fields import JsonObject
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.had import Given
from openapi_mcp.workflow.mistaken import mistaken
from openapi_mcp.workflow.state import NOTHING
from openapi_mcp.workflow.warned import Warned

_MOST_CHECKS = 200_000
_HINT = "correct the name"
_NO_INPUT = "the workflow has no such input"
_NOT_RUN = "the step has not run when this is evaluated"
_NO_CALL = "these are the outputs of the workflow that a step has called, and none is called here"
_COMPARES = "this names a value, and compares nothing"
_COMPARED = re.compile(r"\s(?:[=!]=|[<>]=?)\s")
_HINTS = {
    _COMPARES: "name the value, and compare it in a condition",
    _NO_INPUT: "name it among the properties of the workflow's inputs: its tool takes those alone",
    _NOT_RUN: "put that step before this one",
}


class Moment(IntEnum):
    """When an expression is evaluated: before a step sends anything, after its answer, at the end of the workflow."""

    BEFORE = 0
    AFTER = 1
    END = 2


@dataclass(slots=True, kw_only=True)
class Document:
    """What all workflows share: the names in the document, and how many expressions are still looked at.

    `read` remembers the expressions of a value by its id(), `mistaken` what is nearly one: components are used many
    times.
    """

    workflows: frozenset[str]
    sources: Mapping[str, str]  # the kind of each, by its name
    components: JsonObject
    given: Given = field(default_factory=dict)
    checks_left: int = _MOST_CHECKS
    read: dict[int, tuple[tuple[str, Expression], ...]] = field(default_factory=dict)
    mistaken: dict[int, tuple[Warned, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one place of a workflow can name. `inputs` is None where they are not known; `has_all` of them where sure.

    `steps` has the names of each step's outputs, None where they are not known; `order` its place, `is_in_order` where
    no action leaves that order. `step` is the one that the place belongs to, "" for none; `is_call` where that calls a
    workflow.
    """

    document: Document
    inputs: frozenset[str] | None
    steps: Mapping[str, frozenset[str] | None]
    order: Mapping[str, int]
    is_in_order: bool
    has_all: bool = True
    step: str = ""
    is_call: bool = False

    def check_value(self, value: Any, pointer: str, findings: Findings) -> None:
        """Note the expressions in a value that cannot be read, or name what is not there."""
        known = self.document.read if isinstance(value, dict | list) else {}
        said = self.document.mistaken if isinstance(value, dict | list) else {}
        try:
            found = known.get(id(value))
            if found is None:
                found = known[id(value)] = _distinct(expressions_in(value, pointer))
                said[id(value)] = tuple(mistaken(value, pointer, findings.meant))
        except ExpressionError as error:
            findings.refused(pointer, error)
            return
        for each in said.get(id(value), ()):
            note = findings.error if each.is_fatal else findings.warn
            note(each.place, each.message, each.hint)
        for place, expression in found if self.document.checks_left > 0 else ():
            self.check(expression, place, findings, Moment.BEFORE)

    def check_text(self, text: str, pointer: str, findings: Findings, moment: Moment) -> None:
        """Note what is wrong with a text that must be an expression, in braces or not."""
        try:
            self.check(parse(without_braces(text)), pointer, findings, moment)
        except ExpressionError as error:
            findings.refused(pointer, error)

    def check(self, expression: Expression, pointer: str, findings: Findings, moment: Moment) -> None:
        """Note where an expression names what is never there: an error; or what is not yet there: a warning.

        What is certain is told before a step has written anything.
        """
        self.document.checks_left -= 1
        if self.document.checks_left < 0:
            return
        never = self._never(expression, moment)
        said = never or self._missing(expression, moment)
        if said:
            note = findings.error if never else findings.warn
            hint = self._instead(expression) or findings.meant(*self._named(expression), _HINTS.get(said, _HINT))
            note(pointer, f"{one_line(expression.text, 80)!r}: {said}", hint)

    def _instead(self, expression: Expression) -> str:
        """Return what to write where no other name, but another form is meant; "" where it is a name."""
        if " $" in expression.text:
            return "within a text, write each expression in braces: {$inputs.a} {$inputs.b}"
        if expression.root is not Root.OUTPUTS:
            return ""
        name, pointer = one_line(expression.name, 60), one_line(expression.pointer or "", 60)
        for step, outputs in self.steps.items():
            if step != self.step and outputs and expression.name in outputs:
                return f"write $steps.{one_line(step, 60)}.outputs.{name}{pointer and f'#{pointer}'}"
        return f"write $response.body#/{name.replace('.', '/')}{pointer}, or $steps.ID.outputs.NAME"

    def _named(self, expression: Expression) -> tuple[str, Collection[str]]:
        """Return what an expression names, and all that it may name there."""
        match expression.root:
            case Root.INPUTS:
                return expression.name, self.inputs or ()
            case Root.STEPS if expression.owner in self.steps:
                return expression.name, self.steps[expression.owner] or ()
            case Root.STEPS:
                return expression.owner, self.steps
            case Root.WORKFLOWS:
                return expression.owner, self.document.workflows
            case Root.SOURCES:
                return expression.owner, self.document.sources
            case _:
                return "", ()

    def _never(self, expression: Expression, moment: Moment) -> str:
        """Say which step, output or input there is not, however the workflow runs; "" where that is not certain."""
        if expression.root is Root.OUTPUTS:  # and an output that leads to nothing is null
            return _NO_CALL if moment is Moment.BEFORE else ""
        if expression.root is Root.INPUTS:
            is_unsure = self.inputs is None or not self.has_all
            return "" if is_unsure or _is_among(expression.name, self.inputs or frozenset()) else _NO_INPUT
        if expression.root is not Root.STEPS:
            return ""
        if expression.owner not in self.steps:
            return "the workflow has no such step"
        outputs = self.steps[expression.owner]
        return "" if outputs is None or _is_among(expression.name, outputs) else "the step has no such output"

    def _missing(self, expression: Expression, moment: Moment) -> str:
        """Say what is missing, "" where nothing is."""
        document = self.document
        match expression.root:
            case Root.URL | Root.METHOD | Root.STATUS | Root.REQUEST | Root.RESPONSE:
                if moment is Moment.BEFORE:
                    return "nothing was sent yet when this is evaluated"
                return _COMPARES if _COMPARED.search(expression.name) else ""
            case Root.OUTPUTS:
                return "" if self.is_call and moment is Moment.AFTER else _NO_CALL
            case Root.INPUTS:
                is_known = self.inputs is None or _is_among(expression.name, self.inputs)
                return "" if is_known else _NO_INPUT
            case Root.STEPS:
                return self._missing_of_step(expression, moment)
            case Root.WORKFLOWS:
                return "" if expression.owner in document.workflows else "there is no such workflow"
            case Root.SOURCES:
                return "" if expression.owner in document.sources else "there is no such source description"
            case Root.COMPONENTS:
                found = by_dots(document.components, f"{expression.owner}.{expression.name}")
                return "there is no such component" if found is NOTHING else ""
            case _:
                return ""

    def _missing_of_step(self, expression: Expression, moment: Moment) -> str:
        if not self.is_in_order or moment is Moment.END:
            return ""
        here, there = self.order.get(self.step, 0), self.order[expression.owner]
        is_done = there < here or (there == here and moment is Moment.AFTER)
        return "" if is_done else _NOT_RUN


def _distinct(found: Iterable[tuple[str, Expression]]) -> tuple[tuple[str, Expression], ...]:
    """Return each expression once, where it stands first."""
    seen = {expression.text: (place, expression) for place, expression in reversed(list(found))}
    return tuple(reversed(seen.values()))


def _is_among(name: str, names: frozenset[str]) -> bool:
    """True for a name, or for one that goes on into its value by dots."""
    return name in names or any(name[:at] in names for at, char in enumerate(name) if char == ".")
