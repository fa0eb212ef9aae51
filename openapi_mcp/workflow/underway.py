"""A run of a workflow while it goes on: what it has done and remembers, and where in which workflow it is."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import PlannedWorkflow, Step, Workflow
from openapi_mcp.workflow import wanted
from openapi_mcp.workflow.bounds import Bounds
from openapi_mcp.workflow.guards import Guards
from openapi_mcp.workflow.held import Held, told
from openapi_mcp.workflow.state import Exchange, Ran, State
from openapi_mcp.workflow.taking import Hold
from openapi_mcp.workflow.telling import MOST_DONE
from openapi_mcp.workflow.work import Work

Run: TypeAlias = Generator[wanted.Step, wanted.Came | None, wanted.Ended]
ToolOf: TypeAlias = Callable[[str], Tool | None]


@dataclass(slots=True, kw_only=True)
class Underway:
    """One run: how far it has come, what was done, which workflows have ended, the places of steps that have called.

    `last` is what came of the last call: a step that calls a workflow has no other answer. It `has_masks` once an
    answer held a secret.
    """

    parts: Mapping[str, PlannedWorkflow]
    tool_of: ToolOf
    hold: Hold
    done: list[wanted.Done] = field(default_factory=list)
    ran: dict[str, Ran] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)
    guards: Guards = field(default_factory=Guards)
    held: Held = field(default_factory=Held)
    work: Work = field(default_factory=Work)
    called: set[str] = field(default_factory=set)
    last: Exchange | None = None
    has_masks: bool = False

    def has_done(self, done: wanted.Done) -> None:
        """Remember a call that was made."""
        self.done.append(done)
        if len(self.done) > MOST_DONE:  # what that one yielded is not told any more
            self.done[-MOST_DONE - 1] = replace(self.done[-MOST_DONE - 1], outputs={})

    def last_yielded(self, outputs: Mapping[str, Any]) -> None:
        """Remember what the last call yielded, as far as it may be told."""
        self.done[-1] = replace(self.done[-1], outputs=told(outputs))

    def has_run(self, name: str, ran: Ran) -> None:
        """Remember what went into a workflow and came out.

        Raises:
            FullError, SpentError, GivenUpError: as `Held.put`.
        """
        self.held.put("", name, {"inputs": ran.inputs, "outputs": ran.outputs}, self.work)
        self.ran[name] = ran

    def ran_beside(self, part: PlannedWorkflow) -> Mapping[str, Ran]:
        """Return what ran, by the workflowIds; of several of one id that of the part's own description."""
        named = {self.parts[key].workflow.id: ran for key, ran in self.ran.items()}
        own = {key: self.parts[key] for key in self.ran if self.parts[key].place == part.place}
        return {**named, **{each.workflow.id: self.ran[key] for key, each in own.items()}}

    def own_inputs(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of some inputs that a workflow takes too, by their names."""
        part = self.parts.get(name)
        known = part.workflow.inputs.get("properties", {}) if part is not None else {}
        return {key: value for key, value in inputs.items() if key in known}


@dataclass(slots=True, kw_only=True)
class Pass:
    """One pass through the steps of one workflow; `into` runs another one, from a step of this.

    `step` is the one that it is at, `lacking` says of outputs without a value why, by their steps. `got` are the
    credentials that its steps got, by the expressions that lead to them.
    """

    run: Underway
    part: PlannedWorkflow
    inputs: Mapping[str, Any]
    into: Callable[[str, Mapping[str, Any]], Run]
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lacking: dict[str, Mapping[str, str]] = field(default_factory=dict)
    got: dict[str, wanted.Got] = field(default_factory=dict)
    tries: dict[tuple[str, int], int] = field(default_factory=dict)
    step: Step | None = None

    def keeps(self, step: str, outputs: Mapping[str, Any], lacking: Mapping[str, str]) -> None:
        """Keep what a step yielded, and why not what it did not, in place of what it yielded before.

        Raises:
            FullError: the steps of the run have yielded more than may be kept.
            SpentError, GivenUpError: as `Work.spend`.
        """
        self.outputs.pop(step, None)
        self.run.held.put(id(self), step, outputs, self.run.work)
        self.outputs[step], self.lacking[step] = outputs, lacking

    @property
    def workflow(self) -> Workflow:
        """The workflow itself."""
        return self.part.workflow

    def state(self) -> State:
        """Return what an expression can name now."""
        return State(
            inputs=self.inputs,
            steps=self.outputs,
            lacking=self.lacking,
            workflows=self.run.ran_beside(self.part),
            sources=self.part.sources,
            components=self.part.components,
            work=self.run.work,
        )

    def place(self, step: Step) -> str:
        """Return what tells a step from those of other workflows."""
        return f"{self.part.name} {step.id}"

    def index(self, step: str) -> int | None:
        """Return where a step stands, by its id."""
        return next((at for at, one in enumerate(self.workflow.steps) if one.id == step), None)
