"""Workflows of several descriptions together: each under a name of its own, and what calls it by that name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Action, ArazzoDocument, Step, Workflow
from openapi_mcp.workflow.named import UnboundError
from openapi_mcp.workflow.targets import SOURCES

_BETWEEN = "workflows."
"""What some descriptions have between a source and the id of its workflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An Arazzo description with what its file is called, and what its sources' URLs come to, by their names.

    `place` is what a URL of another description comes to that names this one.
    """

    document: ArazzoDocument
    where: str
    place: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


class Together:
    """All descriptions that are given. The first workflow of an id keeps it as its key.

    `problems` are references that are understood, and not written as the specification has them.
    """

    def __init__(self, placed: Sequence[Placed]) -> None:
        self._placed = placed
        self.keys: dict[tuple[int, str], str] = {}
        self.problems: list[Problem] = []
        self._guesses = Guesses()
        taken: set[str] = set()
        for at, each in enumerate(placed):
            for workflow in each.document.workflows if self._first(each.place) in (None, at) else ():
                key, number = workflow.id, 1
                while key in taken:
                    file = each.where.rpartition("/")[2]
                    key = f"{workflow.id} of {file}" + (f" {number}" if number > 1 else "")
                    number += 1
                taken.add(key)
                self.keys[at, workflow.id] = key

    def key(self, at: int, workflow: Workflow) -> str:
        """Return the key of a workflow of the description `at` that place.

        Raises:
            UnboundError: the description is given twice.
        """
        if (at, workflow.id) not in self.keys:
            raise UnboundError("another workflow has this workflowId, as its file is given twice", workflow.pointer)
        return self.keys[at, workflow.id]

    def plain(self, at: int, workflow: Workflow) -> Workflow:
        """Return a workflow that calls others by their keys.

        Raises:
            UnboundError: one is of a description that is not given, or that has no such.
        """
        return replace(
            workflow,
            depends_on=tuple(self._key_of(name, at, workflow.pointer) for name in workflow.depends_on),
            steps=tuple(self._step(step, at) for step in workflow.steps),
        )

    def _step(self, step: Step, at: int) -> Step:
        return replace(
            step,
            workflow=self._key_of(step.workflow, at, step.pointer),
            on_success=tuple(self._action(action, at, step) for action in step.on_success),
            on_failure=tuple(self._action(action, at, step) for action in step.on_failure),
        )

    def _action(self, action: Action, at: int, step: Step) -> Action:
        return replace(action, workflow=self._key_of(action.workflow, at, action.pointer or step.pointer))

    def _key_of(self, named: str, at: int, pointer: str) -> str:
        """Return the key of a reference: "adopt", or "$sourceDescriptions.pets.adopt"."""
        if not named.startswith(SOURCES):
            return self.keys.get((at, named), named)
        source, _, name = named.removeprefix(SOURCES).partition(".")
        own = self._placed[at]
        url = next((each.url for each in own.document.sources if each.name == source), "")
        shown = f"the workflow {one_line(name, 80)!r} of {one_line(source, 80)!r}"
        other = self._first(own.places.get(source, url))
        if other is None:
            said = f"it calls {shown}, which is not given: give {one_line(url, 120)} with --workflow, too"
            raise UnboundError(said, pointer)
        if (other, name) not in self.keys and (other, name.removeprefix(_BETWEEN)) in self.keys:
            name = name.removeprefix(_BETWEEN)
            self._note(f"{own.where}{pointer}", named, f"{SOURCES}{source}.{name}")
        if (other, name) not in self.keys:
            near = self._guesses.also(name, [of for place, of in self.keys if place == other])
            raise UnboundError(f"it calls {shown}, which is not there, or left out itself{near}", pointer)
        return self.keys[other, name]

    def _note(self, pointer: str, named: str, meant: str) -> None:
        said = f"{one_line(named, 120)!r} has a word that no reference has, and is taken for the workflow behind it"
        hint = f"write {one_line(meant, 120)}"
        self.problems.append(Problem(severity=Severity.WARNING, pointer=pointer, message=said, hint=hint))

    def _first(self, place: str) -> int | None:
        return next((at for at, each in enumerate(self._placed) if place and each.place == place), None)
