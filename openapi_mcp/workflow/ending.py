"""Workflows that can never succeed, since each way to their end leads through themselves, or through none.

Only what is certain is found: a criterion may be met or not, an operation may succeed or fail.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from openapi_mcp.model.workflow import Action, ActionKind, Workflow

_END = -1
Place = tuple[str, int]
"""A workflow, and the index of a step that a run may come to; _END behind the last one."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a run may go on, once all these workflows have come to an end."""

    to: Place
    needs: tuple[str, ...] = ()


def endless(workflows: Mapping[str, Workflow]) -> list[str]:
    """Return the workflows that no run of ever ends as a success. Those that are not among these may succeed."""
    going = _Going(workflows)
    for workflow_id, each in workflows.items():
        going.needs_all(workflow_id, [one for one in each.depends_on if one in workflows])
    going.goes_on()
    return [workflow_id for workflow_id in workflows if workflow_id not in going.ended]


def circling(workflows: Mapping[str, Workflow]) -> list[str]:
    """Return the workflows that may run within themselves: a step, or a retry, calls them however far away."""
    calls = {each.id: {one for one in _called(each) if one in workflows} for each in workflows.values()}
    behind = set(_in_or_behind(calls))
    return [each for each in _in_or_behind(_reversed(calls)) if each in behind]


def _called(workflow: Workflow) -> Iterator[str]:
    for step in workflow.steps:
        yield step.workflow
        yield from (action.workflow for action in step.on_failure if action.kind is ActionKind.RETRY)


def _reversed(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {each: set() for each in edges}
    for each, others in edges.items():
        for other in others:
            found[other].add(each)
    return found


def _in_or_behind(edges: Mapping[str, set[str]]) -> list[str]:
    """Return what is in a circle, or has edges that lead to one."""
    left, before = {each: len(others) for each, others in edges.items()}, _reversed(edges)
    ready = [each for each, count in left.items() if not count]
    while ready:
        each = ready.pop()
        del left[each]
        for one in before[each]:
            left[one] -= 1
            if not left[one]:
                ready.append(one)
    return list(left)


@dataclass(slots=True)
class _Going:
    """Goes all ways at once, each once: what waits for a workflow goes on when that has come to an end."""

    workflows: Mapping[str, Workflow]
    ended: set[str] = field(default_factory=set)
    _reached: set[Place] = field(default_factory=set)
    _waiting: list[Place] = field(default_factory=list)
    _held: dict[str, list[_Way]] = field(default_factory=dict)
    _index: dict[str, dict[str, int]] = field(default_factory=dict)
    _before: dict[str, set[str]] = field(default_factory=dict)
    _starts: dict[str, list[str]] = field(default_factory=dict)

    def needs_all(self, workflow_id: str, others: list[str]) -> None:
        """Begin a workflow, once those that it depends on have ended."""
        self._before[workflow_id] = set(others)
        for other in others:
            self._starts.setdefault(other, []).append(workflow_id)
        if not others:
            self._comes_to((workflow_id, 0))

    def goes_on(self) -> None:
        """Go on until there is no way left."""
        while self._waiting:
            workflow_id, at = self._waiting.pop()
            workflow = self.workflows[workflow_id]
            if at == _END or at >= len(workflow.steps):
                self._ends(workflow_id)
                continue
            if workflow_id not in self._index:
                self._index[workflow_id] = {step.id: number for number, step in enumerate(workflow.steps)}
            for way in _ways(workflow, at, self._index[workflow_id]):
                self._goes(way)

    def _goes(self, way: _Way) -> None:
        open_yet = (each for each in way.needs if each in self.workflows and each not in self.ended)
        waits_for = next(open_yet, None)
        if waits_for is None:
            self._comes_to(way.to)
        else:
            self._held.setdefault(waits_for, []).append(way)

    def _comes_to(self, place: Place) -> None:
        if place not in self._reached:
            self._reached.add(place)
            self._waiting.append(place)

    def _ends(self, workflow_id: str) -> None:
        if workflow_id in self.ended:
            return
        self.ended.add(workflow_id)
        for way in self._held.pop(workflow_id, ()):
            self._goes(way)
        for other in self._starts.pop(workflow_id, ()):
            self._before[other].discard(workflow_id)
            if not self._before[other]:
                self._comes_to((other, 0))


def _ways(workflow: Workflow, at: int, index: Mapping[str, int]) -> Iterator[_Way]:
    """Yield where a step may lead: as a success, which it is as the workflow that it calls is one; and as a failure."""
    step = workflow.steps[at]
    called = (step.workflow,) if step.workflow else ()
    yield from _led(step.on_success, workflow.id, index, called)
    if all(action.criteria for action in step.on_success):
        yield _Way((workflow.id, at + 1), called)
    yield from (way for way in _led(step.on_failure, workflow.id, index, ()) if way.to[1] != _END or way.needs)


def _led(
    actions: Iterable[Action], workflow_id: str, index: Mapping[str, int], called: tuple[str, ...]
) -> Iterator[_Way]:
    """Yield where actions lead, as far as they are looked at: what follows one without criteria never is."""
    for action in actions:
        if action.kind is ActionKind.END:
            yield _Way((workflow_id, _END), called)
        elif action.kind is ActionKind.GOTO and action.workflow:
            yield _Way((workflow_id, _END), (*called, action.workflow))
        elif action.kind is ActionKind.GOTO and action.step in index:
            yield _Way((workflow_id, index[action.step]), called)
        if not action.criteria and action.kind is not ActionKind.RETRY:
            return
