"""Which answers that are no text, an image or a file, a workflow hands on: such a body is no value of an expression."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from openapi_mcp.model.call import Blob, Result
from openapi_mcp.model.workflow import ActionKind, Plan, PlannedWorkflow, Step
from openapi_mcp.workflow.bounds import DEEPEST
from openapi_mcp.workflow.expressions import Expression, Root, parse, without_braces
from openapi_mcp.workflow.faults import ExpressionError
from openapi_mcp.workflow.wanted import CallStep, Ended

_BODY = "$response.body"
_MOST = 5  # each may be as large as an answer

Place = tuple[str, str]
"""A step that calls an operation: the name of its workflow, its id."""
Parts = Mapping[str, PlannedWorkflow]


@dataclass(slots=True)
class HandedOn:
    """What a run hands on beside the outputs of the workflow that it ends in: or without outputs of the last step."""

    plan: Plan
    _places: frozenset[Place] | None = None
    _found: dict[Place, tuple[Blob, ...]] = field(default_factory=dict)
    _last: tuple[Blob, ...] = ()

    def take(self, step: CallStep, result: Result) -> None:
        """Keep what of a step's result is no text, where it may be handed on."""
        place = (step.part, step.step)
        self._found.pop(place, None)
        self._last = tuple(each for each in result.content if isinstance(each, Blob)) if result.failure is None else ()
        if self._last and place in self._wanted():
            self._found[place] = self._last

    def blobs(self, ended: Ended) -> Iterator[Blob]:
        """Yield all of it, once a run has ended."""
        part = _parts(self.plan).get(ended.part)
        if part is None or not part.workflow.outputs:
            yield from self._last
            return
        for place in dict.fromkeys(handed_on(self.plan, ended.part).values()):
            yield from self._found.get(place, ())

    def said_of(self, ended: Ended) -> dict[str, str | None]:
        """Return what stands for each output that has no value: what is handed on in its place, or None."""
        places = handed_on(self.plan, ended.part) if self._found else {}
        return {name: self._said(places.get(name)) for name in ended.absent}

    def _said(self, place: Place | None) -> str | None:
        found = self._found.get(place, ()) if place is not None else ()
        said = [f"{each.mime_type}, {len(each.data):,} bytes" for each in found]
        return f"{', '.join(said)}: beside this, as it is no JSON" if said else None

    def _wanted(self) -> frozenset[Place]:
        if self._places is None:
            ends = _ends(self.plan)
            self._places = frozenset(place for name in ends for place in handed_on(self.plan, name).values())
        return self._places


def handed_on(plan: Plan, name: str) -> dict[str, Place]:
    """Return where those outputs of a workflow come from that are the whole body of a step, by their names."""
    parts = _parts(plan)
    part = parts.get(name)
    found: dict[str, Place] = {}
    for output, text in part.workflow.outputs.items() if part is not None else ():
        place = _place_of(parts, part, text, DEEPEST) if part is not None and len(found) < _MOST else None
        if place is not None:
            found[output] = place
    return found


def _parts(plan: Plan) -> Parts:
    return {part.name: part for part in plan.parts}


def _ends(plan: Plan) -> dict[str, None]:
    """Return the workflows that a run may end in: the one that is called, and those that a `goto` leads to from it."""
    parts, waiting, found = _parts(plan), [plan.id], {plan.id: None}
    while waiting:
        part = parts.get(waiting.pop())
        for step in part.workflow.steps if part is not None else ():
            for action in (*step.on_success, *step.on_failure):
                if action.kind is ActionKind.GOTO and action.workflow and action.workflow not in found:
                    found[action.workflow] = None
                    waiting.append(action.workflow)
    return found


def _place_of(parts: Parts, part: PlannedWorkflow, text: str, levels: int) -> Place | None:
    """Return the step whose whole body an output of a workflow is, also of one that a step of it has called."""
    read = _read(text)
    if read is None or read.pointer or not levels:
        return None
    if read.root is Root.WORKFLOWS and read.part == "outputs":
        return _of_called(parts, _ran(parts, part, read.owner), read.name, levels)
    step = next((each for each in part.workflow.steps if each.id == read.owner), None)
    if read.root is not Root.STEPS or step is None:
        return None
    if not step.workflow:
        return (part.name, step.id) if without_braces(step.outputs.get(read.name, "")) == _BODY else None
    return _of_called(parts, parts.get(step.workflow), _name_within(step, read.name), levels)


def _of_called(parts: Parts, called: PlannedWorkflow | None, name: str, levels: int) -> Place | None:
    text = called.workflow.outputs.get(name) if called is not None else None
    return _place_of(parts, called, text, levels - 1) if called is not None and text is not None else None


def _name_within(step: Step, name: str) -> str:
    """Return the called workflow's own name of an output of a step that calls it: "$outputs.picture", or the same."""
    if not step.outputs:
        return name
    read = _read(step.outputs.get(name, ""))
    return read.name if read is not None and read.root is Root.OUTPUTS and not read.pointer else ""


def _ran(parts: Parts, part: PlannedWorkflow, workflow_id: str) -> PlannedWorkflow | None:
    """Return the workflow that another one names, of several of one id that of its own description."""
    named = [each for each in parts.values() if each.workflow.id == workflow_id]
    return next((each for each in named if each.place == part.place), named[0] if named else None)


def _read(text: str) -> Expression | None:
    try:
        return parse(without_braces(text))
    except ExpressionError:
        return None
