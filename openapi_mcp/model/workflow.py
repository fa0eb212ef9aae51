"""An Arazzo description as values: workflows, their steps, criteria and actions (Arazzo 1.0.1, section 4.6).

Runtime expressions stay texts here ("$steps.find.outputs.id"); workflow/expressions.py reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openapi_mcp.model.document import Problem, Schema


class CriterionKind(StrEnum):
    """How a criterion's condition is meant (4.6.11)."""

    SIMPLE = "simple"
    REGEX = "regex"
    JSONPATH = "jsonpath"
    XPATH = "xpath"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What must hold; `context` is the runtime expression that a regex or a path is held against."""

    condition: str
    kind: CriterionKind = CriterionKind.SIMPLE
    context: str = ""
    pointer: str = ""


class ActionKind(StrEnum):
    """What follows a step (4.6.7, 4.6.8)."""

    END = "end"
    GOTO = "goto"
    RETRY = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A success or failure action; `retry_after` in seconds, `retry_limit` times at most."""

    name: str
    kind: ActionKind
    step: str = ""
    workflow: str = ""
    retry_after: float = 0.0
    retry_limit: int = 1
    criteria: tuple[Criterion, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepParameter:
    """A parameter of a step; `location` is "" where the step calls a workflow. `value` may hold runtime expressions.

    One that is the workflow's own, and so each step's, `is_inherited`. One that `is_credential` is no argument: an
    earlier step of the same API got it there, and it goes along as the operator's credentials do.
    """

    name: str
    location: str
    value: Any
    is_inherited: bool = field(default=False, compare=False)  # a description that is written gives it to each step
    is_credential: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A value put into a payload at a JSON Pointer (4.6.15)."""

    target: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A request body (4.6.14)."""

    content_type: str = ""
    payload: Any = None
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: exactly one of `operation_id`, `operation_path` and `workflow` says what it calls.

    They stand as in the document: "getPet", "$sourceDescriptions.pets.getPet", "{$sourceDescriptions.pets.url}#/paths".
    """

    id: str
    description: str = ""
    operation_id: str = ""
    operation_path: str = ""
    workflow: str = ""
    parameters: tuple[StepParameter, ...] = ()
    body: Payload | None = None
    criteria: tuple[Criterion, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow; its own actions and parameters are those of each step already (4.6.4: overridden by a step's)."""

    id: str
    summary: str = ""
    description: str = ""
    inputs: Schema = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """A document that workflows refer to by a name (4.6.3); `kind` is "openapi", "arazzo" or ""."""

    name: str
    url: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A workflow that is not served because of how it is written, and why."""

    id: str
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArazzoDocument:
    """One Arazzo description, references to its components resolved; what is broken is left out and is a Problem.

    `left_out` are those workflows, as far as they could be read, each with the reason.
    """

    title: str
    version: str
    sources: tuple[SourceDescription, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    components: Mapping[str, Any] = field(default_factory=dict)  # as they stand, for "$components.parameters.x"
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    summary: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWorkflow:
    """A workflow whose steps have found their operations: `tools` are the names of those, by the ids of the steps.

    What it depends on, and what its steps and actions call, are the `key` of other parts: their workflowId, with the
    name of the file where another description has the same. `sources` and `components` are those of its own
    description, `place` where that is.
    """

    workflow: Workflow
    tools: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[SourceDescription, ...] = ()
    components: Mapping[str, Any] = field(default_factory=dict, repr=False)
    key: str = ""
    place: str = ""

    @property
    def name(self) -> str:
        """What other parts call it by."""
        return self.key or self.workflow.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a tool carries out that is a workflow: the part of this name, which is the first, and all it leads to."""

    id: str
    parts: tuple[PlannedWorkflow, ...]

    @property
    def own(self) -> PlannedWorkflow:
        """The workflow itself."""
        return self.parts[0]

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that its steps call, each once."""
        return tuple(dict.fromkeys(tool for part in self.parts for tool in part.tools.values()))
