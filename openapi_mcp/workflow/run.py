"""A run of a workflow: its steps in order, what follows each of them, and how it ends (Arazzo 1.0.1, 4.6.4 to 4.6.8).

A flow: it yields the calls it wants made, and sends nothing itself. It is bounded in all ways: so many steps, so deep,
so long a wait.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Action, ActionKind, Plan, PlannedWorkflow, Workflow
from openapi_mcp.model.workflow import Step as WorkflowStep
from openapi_mcp.workflow.arguments import arguments_of
from openapi_mcp.workflow.criteria import first_unmet
from openapi_mcp.workflow.evaluate import evaluate, filled
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.guards import MOST_ALIKE, Guards, no_answer
from openapi_mcp.workflow.judged import failed, judged, named, stopped, unmet
from openapi_mcp.workflow.state import Exchange, Missing, Ran, State
from openapi_mcp.workflow.taking import Hold, taken
from openapi_mcp.workflow.wanted import CallStep, Came, Done, Ended, Step, Wait

MOST_STEPS = 1_000  # of one run, those of the workflows that it calls among them
DEEPEST = 10  # workflows within workflows
LONGEST_WAIT = 300.0  # seconds before one repetition
LONGEST_WAITS = 1_800.0  # seconds of all repetitions of a run together

Run: TypeAlias = Generator[Step, Came | None, Ended]
ToolOf: TypeAlias = Callable[[str], Tool | None]


def run(plan: Plan, inputs: Mapping[str, Any], tool_of: ToolOf, hold: Hold) -> Run:
    """Return how a workflow ended that was called with these inputs; `tool_of` knows the tools that are served."""
    running = _Running(parts={part.name: part for part in plan.parts}, tool_of=tool_of, hold=hold)
    ended = yield from running.workflow(plan.id, inputs, 1)
    return replace(ended, done=tuple(running.done))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """A step that was tried: what it knows now, and why it failed, None where it did not; then nothing may follow."""

    state: State
    failure: Failure | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transfer:
    """The run goes on with another workflow, and does not come back."""

    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goes:
    """What comes after a step: the index of the next one, or how all of it ends."""

    at: int = 0
    ends: "Ended | _Transfer | None" = None
    is_over: bool = False


@dataclass(slots=True, kw_only=True)
class _Running:
    """One run: how many steps it has taken, what was done, which workflows have ended."""

    parts: Mapping[str, PlannedWorkflow]
    tool_of: ToolOf
    hold: Hold
    done: list[Done] = field(default_factory=list)
    ran: dict[str, Ran] = field(default_factory=dict)
    steps: int = 0
    waited: float = 0.0
    guards: Guards = field(default_factory=Guards)

    def workflow(self, name: str, inputs: Mapping[str, Any], depth: int) -> Run:
        """Run a workflow, and those that a `goto` leads to in its place."""
        while True:
            came = yield from self._once(name, inputs, depth)
            if isinstance(came, Ended):
                return came
            name = came.workflow
            inputs = self.own_inputs(name, inputs)

    def _once(
        self, name: str, inputs: Mapping[str, Any], depth: int
    ) -> Generator[Step, Came | None, Ended | _Transfer]:
        part = self.parts.get(name)
        if part is None:
            return Ended(failure=stopped(f"there is no workflow {name!r}"))
        if depth > DEEPEST:
            return Ended(failure=stopped(f"workflow {name!r}: workflows call one another more than {DEEPEST} deep"))
        try:
            inputs = taken(part.workflow, inputs, self.hold)
        except WorkflowError as error:
            failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message=error.message, hint=error.hint or "")
            return Ended(failure=failure)
        for other in part.workflow.depends_on:
            if other not in self.ran:
                before = yield from self.workflow(other, self.own_inputs(other, inputs), depth + 1)
                if before.failure is not None:
                    return before
        came = yield from _Workflow(running=self, part=part, inputs=inputs, depth=depth).run()
        if isinstance(came, Ended) and came.failure is None:
            self.ran[name] = Ran(inputs=inputs, outputs=came.outputs)
        return came

    def ran_beside(self, part: PlannedWorkflow) -> Mapping[str, Ran]:
        """Return what ran, by the workflowIds; of several of one id that of the part's own description."""
        named = {self.parts[key].workflow.id: ran for key, ran in self.ran.items()}
        own = {key: self.parts[key] for key in self.ran if self.parts[key].place == part.place}
        return {**named, **{each.workflow.id: self.ran[key] for key, each in own.items()}}

    def counts(self) -> bool:
        """True where another step may be taken."""
        self.steps += 1
        return self.steps <= MOST_STEPS

    def own_inputs(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of some inputs that a workflow takes too, by their names."""
        part = self.parts.get(name)
        known = part.workflow.inputs.get("properties", {}) if part is not None else {}
        return {key: value for key, value in inputs.items() if key in known}


@dataclass(slots=True, kw_only=True)
class _Workflow:
    """One pass through the steps of one workflow."""

    running: _Running
    part: PlannedWorkflow
    inputs: Mapping[str, Any]
    depth: int
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    tries: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def _own(self) -> Workflow:
        return self.part.workflow

    def run(self) -> Generator[Step, Came | None, Ended | _Transfer]:
        """Return how it ended, or which workflow takes its place."""
        at = 0
        while at < len(self._own.steps):
            if not self.running.counts():
                return self._endless()
            step = self._own.steps[at]
            tried = yield from self._tried(step)
            if tried.failure is None:
                self.outputs[step.id] = self._step_outputs(step, tried.state)
            goes = yield from self._after(at, step, tried)
            if goes.ends is not None:
                return goes.ends
            if goes.is_over:
                break
            at = goes.at
        return self._ended()

    def _tried(self, step: WorkflowStep) -> Generator[Step, Came | None, _Tried]:
        try:
            if step.workflow:
                return (yield from self._called(step))
            return (yield from self._sent(step))
        except WorkflowError as error:
            failure = failed(
                self.part.workflow, step, error.message, kind=FailureKind.INVALID_ARGUMENTS, hint=error.hint or ""
            )
            return _Tried(state=self._state(), failure=failure)

    def _sent(self, step: WorkflowStep) -> Generator[Step, Came | None, _Tried]:
        """Try a step that calls an operation."""
        name = self.part.tools.get(step.id, "")
        tool = self.running.tool_of(name)
        if tool is None:
            said = f"its operation, the tool {name!r}, is not served now"
            return _Tried(state=self._state(), failure=failed(self._own, step, said, kind=FailureKind.UNKNOWN_TOOL))
        arguments = arguments_of(tool, step, self._state())
        lost = self.running.guards.lost(self._place(step), name, arguments)
        if lost:
            return _Tried(state=self._state(), failure=self._not_again(step, lost), is_final=True)
        workflow = self._own.id
        came = (yield CallStep(workflow=workflow, step=step.id, tool=name, arguments=arguments)) or Came()
        exchange = self._with_parameters(step, came.exchange)
        status = exchange.status if exchange is not None else None
        unknown = came.failure is not None and came.failure.is_unknown
        if unknown:
            self.running.guards.loses(self._place(step), name, arguments, no_answer(status))
        state = replace(self._state(), exchange=exchange)
        yields = self._evaluated(step.outputs, state)[0] if status is not None and 200 <= status < 300 else {}
        self.running.done.append(
            Done(workflow=workflow, step=step.id, tool=name, status=status, is_unknown=unknown, outputs=yields)
        )
        failure = judged(self._own, step, came, state)
        return _Tried(state=state, failure=failure, is_final=came.is_final)

    def _not_again(self, step: WorkflowStep, lost: str) -> Failure:
        """Return why a write is not sent, of which nobody knows whether it was carried out."""
        said = f"it was sent before, and {lost}; it is not sent again"
        hint = "read the present state before anything else is tried"
        return replace(failed(self._own, step, said, hint=hint), is_unknown=True)

    def _called(self, step: WorkflowStep) -> Generator[Step, Came | None, _Tried]:
        """Try a step that calls another workflow."""
        inputs: dict[str, Any] = {}
        for parameter in step.parameters:
            value = filled(parameter.value, self._state())
            if not isinstance(value, Missing):
                inputs[parameter.name] = value
        part = self.running.parts.get(step.workflow)
        if part is not None:
            inputs = taken(part.workflow, inputs, self.running.hold, is_asked=True)
        ended = yield from self.running.workflow(step.workflow, inputs, self.depth + 1)
        state = replace(self._state(), outputs=ended.outputs)
        if ended.failure is not None:
            return _Tried(state=state, failure=ended.failure, is_final=ended.is_final)
        return _Tried(state=state, failure=unmet(self._own, step, state))

    def _after(self, at: int, step: WorkflowStep, tried: _Tried) -> Generator[Step, Came | None, _Goes]:
        """Return what follows a step: what its first action says whose criteria are met."""
        failure = tried.failure
        if tried.is_final:
            return _Goes(ends=Ended(failure=failure, is_final=True))
        try:
            action = self._action(step, tried)
        except WorkflowError as error:
            return _Goes(ends=Ended(failure=failed(self._own, step, error.message, kind=FailureKind.BAD_RESPONSE)))
        if action is not None and action.kind is ActionKind.RETRY:
            return (yield from self._again(at, step, action, tried))
        self._forget(step)
        if action is not None and action.kind is ActionKind.GOTO:
            if self.running.guards.turns(self._place(step), tried.state.exchange, tried.state.outputs):
                return _Goes(ends=self._circling(step))
            return self._gone(action)
        if failure is not None:
            return _Goes(ends=Ended(failure=failure))
        return _Goes(at=at + 1, is_over=action is not None)  # of a success only "end" is left

    def _action(self, step: WorkflowStep, tried: _Tried) -> Action | None:
        actions = step.on_success if tried.failure is None else step.on_failure
        for number, action in enumerate(actions):
            if action.kind is ActionKind.RETRY and not self._may_repeat(step, number, action, tried):
                continue
            if first_unmet(action.criteria, tried.state) is None:
                if action.kind is ActionKind.RETRY:
                    self.tries[step.id, number] = self.tries.get((step.id, number), 0) + 1
                return action
        return None

    def _may_repeat(self, step: WorkflowStep, number: int, action: Action, tried: _Tried) -> bool:
        """False where it was repeated as often as it may be, or a write may have been carried out."""
        failure = tried.failure
        is_known = failure is None or not failure.is_unknown
        return is_known and self.tries.get((step.id, number), 0) < action.retry_limit

    def _again(self, at: int, step: WorkflowStep, action: Action, tried: _Tried) -> Generator[Step, Came | None, _Goes]:
        """Wait, do first what the action names, and try the step once more."""
        seconds = max(action.retry_after, tried.failure.retry_after or 0.0 if tried.failure is not None else 0.0)
        if seconds > LONGEST_WAIT:
            said = f"it is to be tried again after {seconds:g} s, which is more than {LONGEST_WAIT:g} s"
            made = failed(self._own, step, said, kind=FailureKind.RATE_LIMITED)
            return _Goes(ends=Ended(failure=replace(made, retryable=True, retry_after=seconds)))
        self.running.waited += seconds
        if self.running.waited > LONGEST_WAITS:
            said = f"its repetitions would wait more than {LONGEST_WAITS:g} s in all"
            return _Goes(ends=Ended(failure=failed(self._own, step, said, kind=FailureKind.RATE_LIMITED)))
        if seconds > 0:
            self.running.guards.waited()
            yield Wait(workflow=self._own.id, step=step.id, seconds=seconds)
        if action.workflow:
            inputs = self.running.own_inputs(action.workflow, self.inputs)
            before = yield from self.running.workflow(action.workflow, inputs, self.depth + 1)
            if before.failure is not None:
                return _Goes(ends=before)
        elif action.step:
            index = self._index(action.step)
            if index is None:
                return self._gone(action)
            if not self.running.counts():
                return _Goes(ends=self._endless())
            other = self._own.steps[index]
            first = yield from self._tried(other)
            if first.failure is not None:
                return _Goes(ends=Ended(failure=first.failure, is_final=first.is_final))
            self.outputs[other.id] = self._step_outputs(other, first.state)
        return _Goes(at=at)

    def _gone(self, action: Action) -> _Goes:
        if action.workflow:
            return _Goes(ends=_Transfer(workflow=action.workflow))
        index = self._index(action.step)
        if index is None:
            said = f"{named(self._own)} has no step {action.step!r} to go to"
            return _Goes(ends=Ended(failure=stopped(said)))
        return _Goes(at=index)

    def _endless(self) -> Ended:
        said = f"{named(self._own)} takes more than {MOST_STEPS:,} steps, and would go on without an end"
        return Ended(failure=stopped(said))

    def _circling(self, step: WorkflowStep) -> Ended:
        said = f"it met the same answer {MOST_ALIKE} times, with no wait between them, and leads round in a circle"
        hint = "let the step wait: a failure action of type retry with retryAfter and retryLimit"
        return Ended(failure=failed(self._own, step, said, hint=hint), is_final=True)

    def _place(self, step: WorkflowStep) -> str:
        """Return what tells a step from those of other workflows."""
        return f"{self.part.name} {step.id}"

    def _index(self, step: str) -> int | None:
        return next((at for at, one in enumerate(self._own.steps) if one.id == step), None)

    def _forget(self, step: WorkflowStep) -> None:
        """Count the repetitions of a step anew, as the run leaves it."""
        self.tries = {key: count for key, count in self.tries.items() if key[0] != step.id}

    def _ended(self) -> Ended:
        found, absent = self._evaluated(self._own.outputs, self._state())
        return Ended(outputs=found, absent=absent)

    def _step_outputs(self, step: WorkflowStep, state: State) -> Mapping[str, Any]:
        if step.workflow and not step.outputs:
            return state.outputs
        return self._evaluated(step.outputs, state)[0]

    def _evaluated(self, wanted: Mapping[str, str], state: State) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return outputs by their names, and the names of those that lead to nothing."""
        found: dict[str, Any] = {}
        for name, expression in wanted.items():
            try:
                value = evaluate(expression, state)
            except WorkflowError:
                continue
            if not isinstance(value, Missing):
                found[name] = value
        return found, tuple(name for name in wanted if name not in found)

    def _state(self) -> State:
        return State(
            inputs=self.inputs,
            steps=self.outputs,
            workflows=self.running.ran_beside(self.part),
            sources=self.part.sources,
        )

    def _with_parameters(self, step: WorkflowStep, exchange: Exchange | None) -> Exchange | None:
        """Return an exchange with what the step sent in path and query: `$request.path.id`."""
        if exchange is None:
            return None
        sent: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
        for parameter in step.parameters:
            value = filled(parameter.value, self._state()) if parameter.location in sent else None
            if parameter.location in sent and not isinstance(value, Missing):
                sent[parameter.location][parameter.name] = value
        return replace(exchange, path=sent["path"], query=sent["query"])
