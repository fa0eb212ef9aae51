"""Workflows that can never succeed, and those that may call themselves."""

from typing import Any

import pytest

from openapi_mcp.model.workflow import Action, ActionKind, Criterion, Step, Workflow
from openapi_mcp.workflow.ending import circling, endless

IF = (Criterion(condition="$statusCode == 200"),)


def flow(name: str, *steps: Step, **fields: Any) -> Workflow:
    return Workflow(id=name, steps=steps, **fields)


def op(name: str, success: tuple[Action, ...] = (), failure: tuple[Action, ...] = ()) -> Step:
    return Step(id=name, operation_id="get", on_success=success, on_failure=failure)


def calling(workflow: str, success: tuple[Action, ...] = (), failure: tuple[Action, ...] = ()) -> Step:
    return Step(id=f"call_{workflow}", workflow=workflow, on_success=success, on_failure=failure)


def goto(step: str = "", workflow: str = "", criteria: tuple[Criterion, ...] = ()) -> tuple[Action, ...]:
    return (Action(name="go", kind=ActionKind.GOTO, step=step, workflow=workflow, criteria=criteria),)


END = (Action(name="end", kind=ActionKind.END),)
END_IF = (Action(name="end", kind=ActionKind.END, criteria=IF),)


@pytest.mark.parametrize(
    ("workflows", "found"),
    [
        ([flow("a", op("x"), calling("b")), flow("b", op("y"))], []),
        ([flow("a", op("x"), calling("a"))], ["a"]),
        ([flow("a", op("x"), calling("b")), flow("b", op("y"), calling("a"))], ["a", "b"]),
        ([flow("a", op("x", END_IF), calling("a"))], []),
        ([flow("a", op("x", END), calling("a"))], []),
        ([flow("a", op("x", (), END_IF), calling("a"))], ["a"]),
        ([flow("a", calling("a", (), goto("x")), op("x"))], []),
        ([flow("a", op("x", goto("y", criteria=IF)), calling("a"), op("y"))], []),
        ([flow("a", op("x", goto(workflow="a")))], ["a"]),
        ([flow("a", op("x", goto(workflow="a", criteria=IF)))], []),
        ([flow("a", op("x", goto("x")))], ["a"]),
        ([flow("a", op("x", goto("x"), goto("y")), op("y"))], []),
        ([flow("a", calling("elsewhere"))], []),
        ([flow("a", op("x"), depends_on=("b",)), flow("b", calling("a"))], ["a", "b"]),
        ([flow("c", calling("b")), flow("b", calling("a", goto(workflow="c"))), flow("a", op("x"))], ["c", "b"]),
    ],
)
def test_a_workflow_never_succeeds_where_each_way_to_its_end_leads_through_itself(
    workflows: list[Workflow], found: list[str]
) -> None:
    """Our choice: a criterion may be met or not, a call may fail; only what no run gets out of is an error."""
    assert endless({each.id: each for each in workflows}) == found


def test_workflows_that_may_call_themselves_are_known() -> None:
    """Our choice: they end at the tenth level, which their author should know; a goto does not go deeper."""
    inner = flow("b", op("x", END_IF), calling("a"))
    workflows = [flow("a", calling("b")), inner, flow("c", calling("a")), flow("d", op("x", goto(workflow="d")))]
    assert sorted(circling({each.id: each for each in workflows})) == ["a", "b"]
