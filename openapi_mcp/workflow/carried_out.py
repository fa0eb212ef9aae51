"""What one call of a workflow carries out: what it depends on, its own steps, what its actions may lead to."""

from collections.abc import Iterator
from dataclasses import dataclass

from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Plan, PlannedWorkflow

_MOST_SHOWN = 12
_LONGEST = 80  # characters of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """The names of the workflows that run before one, and of those that its actions may call or go to."""

    first: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


def carried_out(plan: Plan) -> CarriedOut:
    """Return the workflows around the steps of a plan's own, each once; what these lead to in turn is theirs."""
    own = plan.own.workflow
    led = (action.workflow for step in own.steps for action in (*step.on_success, *step.on_failure))
    return CarriedOut(
        first=tuple(dict.fromkeys(own.depends_on)), perhaps=tuple(dict.fromkeys(name for name in led if name))
    )


def said_of(plan: Plan) -> list[str]:
    """Return it for people: ["first signIn (openSession)", "find (books_list)", "perhaps undo (loans_end)"]."""
    by_name = {part.name: part for part in plan.parts}
    around, own = carried_out(plan), plan.own
    first = [f"first {_of_workflow(name, by_name)}" for name in around.first]
    steps = [_shown(step.id, own.tools.get(step.id) or step.workflow) for step in own.workflow.steps]
    perhaps = [f"perhaps {_of_workflow(name, by_name)}" for name in around.perhaps]
    return [*_some(first), *_some(steps), *_some(perhaps)]


def _of_workflow(name: str, by_name: dict[str, PlannedWorkflow]) -> str:
    part = by_name.get(name)
    return _shown(name, ", ".join(_some(list(dict.fromkeys(_called(part)))))) if part else one_line(name, _LONGEST)


def _called(part: PlannedWorkflow) -> Iterator[str]:
    for step in part.workflow.steps:
        yield one_line(part.tools.get(step.id) or step.workflow, _LONGEST)


def _shown(name: str, called: str) -> str:
    return f"{one_line(name, _LONGEST)} ({one_line(called, 3 * _LONGEST)})"


def _some(texts: list[str]) -> list[str]:
    return texts[:_MOST_SHOWN] + ([f"and {len(texts) - _MOST_SHOWN} more"] if len(texts) > _MOST_SHOWN else [])
