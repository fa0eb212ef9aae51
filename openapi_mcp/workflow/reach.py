"""What workflows lead to, over all of them: each may lead to all the others, so all plans together are bounded."""

from collections.abc import Iterator, Mapping

from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import PlannedWorkflow, Workflow
from openapi_mcp.workflow.named import UnboundError

MOST_PLANNED = 100_000
"""Steps, actions and dependencies of the workflows that others lead to, over all plans: a plan has all of its own."""


class Reach:
    """Finds what workflows lead to, by their keys, as long as all of that together is bearable.

    `why` is what is wrong with those that are left out.
    """

    def __init__(self, known: Mapping[str, PlannedWorkflow], why: Mapping[str, UnboundError]) -> None:
        self._known = known
        self._why = why
        self._leads = {key: tuple(_leads_to(part.workflow)) for key, part in known.items()}
        self._left = MOST_PLANNED

    def of(self, key: str) -> tuple[PlannedWorkflow, ...]:
        """Return a workflow with all that it leads to, itself first.

        Raises:
            UnboundError: one of them is not there, or all plans together are too large.
        """
        own = self._known[key]
        found = {key: own}
        waiting = [key]
        while waiting:
            for name, pointer in self._leads[waiting.pop()]:
                if name not in self._known:
                    raise self._led_to(name, pointer)
                if name not in found:
                    found[name] = self._known[name]
                    waiting.append(name)
                    self._spend(name, own.workflow)
        return tuple(found.values())

    def _led_to(self, name: str, pointer: str) -> UnboundError:
        """Return what is wrong with a workflow that leads to one that is left out: where that is policy, so is this."""
        said = f"it calls the workflow {one_line(name, 80)!r}, which is"
        why = self._why.get(name)
        if why is None:
            return UnboundError(f"{said} not there, or left out itself", pointer)
        return UnboundError(f"{said} left out: {why.reason}", pointer, is_policy=why.is_policy, hint="correct that one")

    def _spend(self, key: str, workflow: Workflow) -> None:
        self._left -= 1 + len(self._known[key].workflow.steps) + len(self._leads[key])
        if self._left < 0:
            said = f"the plans of all workflows that lead to others have more than {MOST_PLANNED:,} steps together"
            raise UnboundError(said, workflow.pointer)


def _leads_to(workflow: Workflow) -> Iterator[tuple[str, str]]:
    yield from ((name, workflow.pointer) for name in workflow.depends_on)
    for step in workflow.steps:
        if step.workflow:
            yield step.workflow, step.pointer
        for action in (*step.on_success, *step.on_failure):
            if action.workflow:
                yield action.workflow, action.pointer or step.pointer
