"""Workflows and the tools that are served: which tool each step calls, or why a workflow cannot be carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import (
    Plan,
    PlannedWorkflow,
    SourceDescription,
    Step,
    Workflow,
)
from openapi_mcp.workflow.fitting import Warnings, fit_called, fit_operation
from openapi_mcp.workflow.lent import credentials_of, handed_to
from openapi_mcp.workflow.merged import merged
from openapi_mcp.workflow.misfits import Misfits
from openapi_mcp.workflow.named import UnboundError, is_named, target
from openapi_mcp.workflow.never_answered import filtered_members, never_answered
from openapi_mcp.workflow.reach import Reach
from openapi_mcp.workflow.served_apis import ServedApi, all_of, names, nouns
from openapi_mcp.workflow.targets import SOURCES
from openapi_mcp.workflow.together import Placed, Together
from openapi_mcp.workflow.unspecified import of_source, only_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A workflow that is left out, and why; `problem` where that is a defect, and no decision of the operator's."""

    workflow: Workflow
    where: str
    reason: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What workflows come to beside the tools that are served: each with what its file is called, and its plan."""

    plans: tuple[tuple[Workflow, str, Plan], ...] = ()
    left_out: tuple[Unplanned, ...] = ()
    problems: tuple[Problem, ...] = ()


def bind(placed: Sequence[Placed], apis: Sequence[ServedApi]) -> Bound:
    """Return a plan for each workflow whose steps all find their tools, with the reason for each of the others."""
    together = Together(placed)
    binding = _Binding(apis, together)
    known: dict[str, PlannedWorkflow] = {}
    why: dict[str, UnboundError] = {}
    left_out: list[Unplanned] = []
    order: list[tuple[PlannedWorkflow, Workflow, str]] = []
    for at, each in enumerate(placed):
        for workflow in each.document.workflows:
            try:
                part = binding.planned(workflow, each, at)
                known[part.name] = part
                order.append((part, workflow, each.where))
            except UnboundError as error:
                why[together.keys.get((at, workflow.id), "")] = error
                left_out.append(_unplanned(workflow, each.where, error))
    problems = [
        replace(problem, pointer=f"{each.where}{problem.pointer}")
        for each in placed
        for problem in each.document.problems
    ]
    plans: list[tuple[Workflow, str, Plan]] = []
    for part, workflow, where in order:
        try:
            known[part.name] = binding.fitted(part, known, where)
        except UnboundError as error:
            why[part.name] = error
            left_out.append(_unplanned(workflow, where, error))
    known = {name: part for name, part in known.items() if name not in why}
    reach = Reach(known, why)
    for part, workflow, where in (each for each in order if each[0].name not in why):
        try:
            plans.append((workflow, where, Plan(id=part.name, parts=reach.of(part.name))))
        except UnboundError as error:
            left_out.append(_unplanned(workflow, where, error))
    problems += [each.problem for each in left_out if each.problem is not None]
    problems += [*binding.problems, *together.problems]
    return Bound(plans=tuple(plans), left_out=tuple(left_out), problems=tuple(problems))


def _unplanned(workflow: Workflow, where: str, error: UnboundError) -> Unplanned:
    problem = Problem(
        severity=Severity.ERROR,
        pointer=f"{where}{error.pointer}",
        message=f"the workflow {one_line(workflow.id, 80)!r} is left out: {error.reason}",
        hint=error.hint or "correct the workflow",
    )
    made = Unplanned(workflow=workflow, where=where, reason=error.reason)
    return made if error.is_policy else replace(made, problem=problem)


class _Binding:
    """Finds the tools of steps; `problems` are what is served with a gap."""

    def __init__(self, apis: Sequence[ServedApi], together: Together) -> None:
        self._apis = apis
        self._of = {id(tool): api for api in apis for tool in api.tools}
        self._together = together
        self.problems: list[Problem] = []
        self._guesses = Guesses()
        self._misfits = Misfits(nouns=frozenset(nouns(apis)), guesses=self._guesses)

    def planned(self, workflow: Workflow, placed: Placed, at: int) -> PlannedWorkflow:
        """Return a workflow of the description `at` that place with the tool of each step, what it calls by its key.

        Raises:
            UnboundError: a step finds none.
        """
        key = self._together.key(at, workflow)
        found = {step.id: self._tool(step, workflow, placed) for step in workflow.steps if not step.workflow}
        steps: list[Step] = []
        before: list[str] = []
        for step in workflow.steps:
            if step.workflow:
                steps.append(step)
                continue
            tool = found[step.id]
            api = self._of[id(tool)]
            lenders = [each for each in before if self._of[id(found[each])] is api]
            before.append(step.id)
            fitted, said = fit_operation(step, tool, self._misfits, api.spots(tool), lenders)
            said += never_answered(step, tool.operation, api.schemas, self._guesses)
            said += filtered_members(step, tool.operation, api.schemas)
            self._note(workflow, step, said, placed.where)
            steps.append(fitted)
        self._hold_together(steps, found)
        tools = {name: tool.name for name, tool in found.items()}
        plain = self._together.plain(at, replace(workflow, inputs=merged(workflow.inputs), steps=tuple(steps)))
        return PlannedWorkflow(
            workflow=plain,
            tools=tools,
            sources=placed.document.sources,
            components=placed.document.components,
            key=key,
            place=placed.place or placed.where,
        )

    def _hold_together(self, steps: Sequence[Step], found: Mapping[str, Tool]) -> None:
        """Hold what steps hand on against the credentials of the others.

        Raises:
            UnboundError: what is a credential of one API is a value for another one, or for a workflow.
        """
        lent = {text: owner for step in steps for text, owner in credentials_of(step)}
        for step in steps:
            tool = found.get(step.id)
            own = self._of[id(tool)] if tool is not None else None
            others = {text for text, owner in lent.items() if self._of[id(found[owner])] is not own}
            if text := handed_to(step, tool, others):
                said = f"step {step.id!r}: {one_line(text, 120)} is a credential of the API that answers it"
                raise UnboundError(said, step.pointer, hint="give it in values to no other API, and to no workflow")

    def _tool(self, step: Step, workflow: Workflow, placed: Placed) -> Tool:
        source, wanted, is_path = target(step)
        apis = self._candidates(step, source, placed)
        found = [tool for api in apis for tool in api.tools if is_named(tool.operation, wanted, is_path=is_path)]
        if not found and is_path and wanted.startswith("/"):
            tool, warned = only_read(step, wanted, *all_of(apis))
            self._note(workflow, step, [warned], placed.where)
            return tool
        if len(found) == 1:
            return found[0]
        shown = one_line(wanted, 120)
        if found:
            said = f"step {step.id!r}: several APIs have the operation {shown!r}; write {SOURCES}NAME.{shown}"
            raise UnboundError(said, step.pointer)
        why = next((api.left_out[wanted] for api in apis if wanted in api.left_out), None)
        if why is not None:
            said = f"step {step.id!r} calls {shown}, which is left out ({why})"
            raise UnboundError(said, step.pointer, is_policy=True)
        meant = None if is_path or source else of_source(wanted, placed.document.sources)
        if meant is not None:
            self._note(workflow, step, [meant], placed.where)
            return self._tool(replace(step, operation_id=f"{SOURCES}{wanted}"), workflow, placed)
        said = f"step {step.id!r} calls {shown!r}, which the API does not have, or which is left out"
        near = self._guesses.also(wanted, tuple(names(apis, is_path=is_path)) if self._guesses.left else ())
        raise UnboundError(said + near, step.pointer)

    def _candidates(self, step: Step, source: str, placed: Placed) -> Sequence[ServedApi]:
        """Return the APIs that a step may mean: that of the source it names, else those of all sources."""
        sources = [each for each in placed.document.sources if each.kind != "arazzo"]
        if source and all(each.name != source for each in sources):
            near = self._guesses.also(source, [each.name for each in sources])
            raise UnboundError(f"step {step.id!r}: no source is named {one_line(source, 80)!r}{near}", step.pointer)
        named = [each for each in sources if each.name == source] if source else sources
        found = [api for each in named if (api := self._api(each, placed, is_only=len(sources) == 1)) is not None]
        if not found:
            shown = ", ".join(one_line(each.name, 40) for each in named) or "any"
            said = f"step {step.id!r}: its source ({shown}) is none of the APIs that are served"
            raise UnboundError(said, step.pointer)
        return list({api.name: api for api in found}.values())

    def _api(self, source: SourceDescription, placed: Placed, *, is_only: bool) -> ServedApi | None:
        place = placed.places.get(source.name, source.url)
        by_place = [api for api in self._apis if place in api.places]
        by_name = [api for api in self._apis if api.name and api.name == source.name]
        both = [api for api in by_place if api in by_name]
        found = both or by_place or by_name or (list(self._apis) if is_only and len(self._apis) == 1 else [])
        return found[0] if found else None

    def fitted(self, part: PlannedWorkflow, known: Mapping[str, PlannedWorkflow], where: str) -> PlannedWorkflow:
        """Return a workflow whose steps give others the inputs that those take; what is wrong with them is noted.

        Raises:
            UnboundError: one of them can never be called.
        """
        steps = []
        for step in part.workflow.steps:
            called = known.get(step.workflow) if step.workflow else None
            fitted, said = fit_called(step, called.workflow, self._misfits) if called is not None else (step, [])
            self._note(part.workflow, step, said, where)
            steps.append(fitted)
        return replace(part, workflow=replace(part.workflow, steps=tuple(steps)))

    def _note(self, workflow: Workflow, step: Step, said: Warnings, where: str) -> None:
        of = f"the workflow {one_line(workflow.id, 80)!r}, step {step.id!r}"
        self.problems += [
            Problem(
                severity=Severity.WARNING,
                pointer=f"{where}{step.pointer}{each.place}",
                message=f"{of}: {each.message}",
                hint=each.hint,
            )
            for each in said
        ]
