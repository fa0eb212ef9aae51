"""Which inputs of a workflow a value within it may come from: through what steps sent and gave, and other workflows.

The way is gone back from the value, expression by expression. Where a workflow is called from several places, what its
inputs are is taken to be what any of them gives: rather an input too many than one that nobody looks at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.model.workflow import Plan, PlannedWorkflow, Replacement, Step, StepParameter
from openapi_mcp.workflow.dereference import reference_tokens
from openapi_mcp.workflow.expressions import Expression, Root, parse, pieces, whole, without_braces
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.payload import read_text

_MOST = 50_000  # values that are looked at for one workflow: a second or two for a hostile file
_LONGEST = 16  # names on the way into a value
ITEM = "[]"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A value as a workflow writes it, with the part of it that is looked for: ("items", "[]", "product").

    `step` is the one whose exchange its expressions speak of. Where it `is_output`, braces around it mean nothing.
    """

    part: PlannedWorkflow
    value: Any
    step: Step | None = None
    path: Path = ()
    is_output: bool = False


@dataclass(frozen=True, slots=True)
class _Input:
    """A part of an input of a workflow."""

    part: PlannedWorkflow
    path: Path


class Origins:
    """Goes back from values to the inputs of the workflow that a plan is of, as long as all of that is bearable."""

    def __init__(self, plan: Plan) -> None:
        self._own = plan.own.name
        self._parts = {part.name: part for part in plan.parts}
        self._callers: dict[str, list[tuple[PlannedWorkflow, Step]]] = defaultdict(list)
        self._takers: dict[str, list[PlannedWorkflow]] = defaultdict(list)
        self._texts: dict[str, Any] = {}  # kept, so that each is the same value whenever it is met
        self._left = _MOST
        for part in plan.parts:
            for step in part.workflow.steps:
                self._callers[step.workflow].append((part, step))
                for action in (*step.on_success, *step.on_failure):
                    self._takers[action.workflow].append(part)
            for name in part.workflow.depends_on:
                self._takers[name].append(part)

    def of(self, spots: Iterable[Spot]) -> dict[Path, None]:
        """Return the inputs that values may come from, each with the way into it."""
        found: dict[Path, None] = {}
        seen: set[Any] = set()
        waiting: list[Spot | _Input] = [*reversed([*spots])]
        while waiting and self._left > 0:
            self._left -= 1
            each = waiting.pop()
            if (key := _key(each)) in seen:
                continue
            seen.add(key)
            if isinstance(each, _Input):
                if each.part.name == self._own and each.path:
                    found.setdefault(each.path)
                waiting += list(self._given(each))[::-1]
            else:
                waiting += list(self._within(each))[::-1]
        return found

    def _given(self, of: _Input) -> Iterator[Spot | _Input]:
        """Yield what an input of a workflow is given by those that call it, or that it takes over from."""
        for part, step in self._callers[of.part.name]:
            for parameter in step.parameters:
                for path in _into(parameter.name, of.path):
                    yield Spot(part=part, step=step, value=parameter.value, path=path)
        for part in self._takers[of.part.name]:
            yield replace(of, part=part)

    def _within(self, spot: Spot) -> Iterator[Spot | _Input]:
        """Yield what a value is made of, as far as it is looked for."""
        first, rest = spot.path[:1], spot.path[1:]
        match spot.value:
            case Mapping() as members:
                for name, each in members.items():
                    if not first or str(name) == first[0]:
                        yield replace(spot, value=each, path=rest, is_output=False)
            case list() | tuple() as items:
                path = rest if first and _is_index(first[0]) else spot.path
                yield from (replace(spot, value=each, path=path, is_output=False) for each in items)
            case str() as text:
                yield from self._text(spot, text)

    def _text(self, spot: Spot, text: str) -> Iterator[Spot | _Input]:
        if "$" not in text:
            return
        try:
            only = parse(without_braces(text)) if spot.is_output else whole(text)
            if only is not None:
                yield from self._named(spot, only)
                return
            if (read := self._read(text)) is not None:
                yield replace(spot, value=read)
                return
            for piece in pieces(text):
                if isinstance(piece, Expression):
                    yield from self._named(replace(spot, path=()), piece)
        except WorkflowError:  # it is said where the file is read
            return

    def _read(self, text: str) -> Any:
        """Return the value that a payload is which is written as a text, None where it is none."""
        if text not in self._texts:
            self._texts[text] = read_text(text)
        return self._texts[text]

    def _named(self, spot: Spot, read: Expression) -> Iterator[Spot | _Input]:
        """Yield what an expression names."""
        pointer = reference_tokens(read.pointer) if read.pointer else []
        path = tuple((*(read.name.split(".") if read.name else ()), *pointer, *spot.path)[:_LONGEST])
        match read.root:
            case Root.INPUTS:
                yield _Input(spot.part, path)
            case Root.STEPS:
                for step in spot.part.workflow.steps:
                    if step.id == read.owner:
                        yield from self._outputs_of(spot.part, step, path)
            case Root.OUTPUTS if spot.step is not None:
                yield from self._outputs(spot.step.workflow, path)
            case Root.WORKFLOWS:
                for part in self._parts.values():
                    if part.workflow.id == read.owner and read.part == "inputs":
                        yield _Input(part, path)
                    elif part.workflow.id == read.owner:
                        yield from self._outputs(part.name, path)
            case Root.REQUEST | Root.URL if spot.step is not None:
                yield from _sent(spot, spot.step, read, path)

    def _outputs_of(self, part: PlannedWorkflow, step: Step, path: Path) -> Iterator[Spot]:
        if step.workflow and not step.outputs:
            yield from self._outputs(step.workflow, path)
        for name, value in step.outputs.items():
            for rest in _into(name, path):
                yield Spot(part=part, step=step, value=value, path=rest, is_output=True)

    def _outputs(self, workflow: str, path: Path) -> Iterator[Spot]:
        part = self._parts.get(workflow)
        for name, value in part.workflow.outputs.items() if part is not None else ():
            for rest in _into(name, path):
                yield Spot(part=part, value=value, path=rest, is_output=True)  # type: ignore[arg-type]


def _sent(spot: Spot, step: Step, read: Expression, path: Path) -> Iterator[Spot]:
    """Yield what a step sent, as `$request` and `$url` name it."""
    if read.part == "body" and step.body is not None:
        yield replace(spot, value=step.body.payload, path=path, is_output=False)
        for replacement in step.body.replacements:
            yield from replaced(spot, replacement, path)
    for parameter in step.parameters:
        if read.root is Root.URL and parameter.location in ("path", "query"):
            yield replace(spot, value=parameter.value, path=(), is_output=False)
        elif read.part == parameter.location and (rest := _of_parameter(parameter, read, path)) is not None:
            yield replace(spot, value=parameter.value, path=rest, is_output=False)


def _of_parameter(parameter: StepParameter, read: Expression, path: Path) -> Path | None:
    if read.part == "header":
        return path[len(read.name.split(".")) :] if parameter.name.lower() == read.name.lower() else None
    return next(_into(parameter.name, path), None)


def replaced(spot: Spot, replacement: Replacement, path: Path) -> Iterator[Spot]:
    """Yield what a replacement puts into a body, where that is what is looked for, holds it, or is within it."""
    target = tuple(reference_tokens(replacement.target.removeprefix("#")))
    if all(one == other or (one == ITEM and _is_index(other)) for one, other in zip(path, target, strict=False)):
        yield replace(spot, value=replacement.value, path=path[len(target) :], is_output=False)


def _into(name: str, path: Path) -> Iterator[Path]:
    """Yield the rest of a way that begins with a name, which may have dots itself; no way leads to all of it."""
    parts = tuple(name.split("."))
    if path[: len(parts)] == parts[: len(path)]:
        yield path[len(parts) :]


def _is_index(name: str) -> bool:
    return name == ITEM or (name.isascii() and name.isdigit())


def _key(each: Spot | _Input) -> tuple[Any, ...]:
    if isinstance(each, _Input):
        return each.part.name, each.path
    value = each.value if isinstance(each.value, str) else id(each.value)
    return each.part.name, each.step.id if each.step is not None else "", value, each.path, each.is_output
