"""Workflows in `ask`: what their steps pass on is looked at as the steps' own arguments are."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from support.runs import call, needed, producer, tool

from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.config import build_config
from openapi_mcp.model.capability import Capability, Need
from openapi_mcp.model.chat import Asked
from openapi_mcp.model.workflow import (
    Action,
    ActionKind,
    Payload,
    Plan,
    PlannedWorkflow,
    Replacement,
    Step,
    StepParameter,
    Workflow,
)
from openapi_mcp.opening import open_app
from openapi_mcp.server.inside import inside
from openapi_mcp.workflow.passed_on import needs_of, said_again

pytestmark = pytest.mark.anyio

STEPS = [
    {
        "stepId": "one",
        "operationId": "orders_retrieve",
        "parameters": [{"name": "id", "in": "path", "value": "$inputs.order"}],
    },
    {
        "stepId": "two",
        "operationId": "orders_create",
        "requestBody": {"payload": {"customer": "$inputs.who", "items": "$inputs.wanted", "note": "$inputs.note"}},
    },
]
INPUTS = {"type": "object", "properties": {name: {} for name in ("order", "who", "wanted", "note")}}


def description(spec: str) -> dict[str, Any]:
    return {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": spec, "type": "openapi"}],
        "workflows": [{"workflowId": "again", "inputs": INPUTS, "steps": STEPS}],
    }


@pytest.mark.parametrize("mode", ["tools", "search"])
async def test_an_invented_input_of_a_workflow_is_not_grounded(shop: Shop, tmp_path: Path, mode: str) -> None:
    """Issue 11: never passes an id that no answer gave; no matter what carries it."""
    file = tmp_path / "again.arazzo.json"
    file.write_text(json.dumps(description(shop.spec)), encoding="utf-8")
    options = {"spec": shop.spec, "token": shop.token, "methods": "all", "workflow": [str(file)], "mode": mode}
    config = build_config({**options, "no_records": True}, {}, tmp_path)
    async with open_app(config, print) as app, inside(app, config) as tools:
        needs = {name: each.needs for name, each in (await tools.capabilities()).items()}
        grounds = Grounds(Offer(tools=tools.tools, operations=tools.operations, needs=needs))
    assert {need.argument for need in needs["again"]} == {"order", "who", "wanted[].product"}
    grounds.hear(Asked(text="As in order 3, for customer 1"))
    made = [
        call("again", order=88001),
        call("again", order=3, who=66605),
        call("again", order=3, who=1, wanted=[{"product": 77704, "quantity": 1}]),
        call("again", order=3, who=1, note="88001"),
    ]
    found = [grounds.lacking(meant(each)) for each in made]
    assert [each and each.value for each in found] == [88001, 66605, 77704, None]


def found(*steps: Step, **more: Step) -> tuple[Need, ...]:
    parts = [PlannedWorkflow(workflow=Workflow(id="w", steps=steps), tools={"s": "get"})]
    parts += [
        PlannedWorkflow(workflow=Workflow(id=id_, steps=(step,)), tools={"s": "get"}) for id_, step in more.items()
    ]
    need = needed("thing.id", "thing", producer("list"))
    made: Any = tool("get")
    known = {"get": Capability(needs=(need,))}
    return needs_of(Plan(id="w", parts=tuple(parts)), lambda name: Known if name == made.name else None, known)  # type: ignore[return-value,arg-type]


class Known:
    name = "get"
    parameters = bodies = ()


@pytest.mark.parametrize(
    ("payload", "argument"),
    [
        ({"thing": {"id": "$inputs.a"}}, "a"),
        ({"thing": "$inputs.a"}, "a.id"),
        ({"thing": {"id": "no. {$inputs.a}"}}, "a"),
        ('{"thing": {"id": "{$inputs.a}"}}', "a"),
        ({"thing": {"name": "$inputs.a"}}, None),
        ({"thing": {"id": "$inputs.a.x"}}, "a.x"),
        ({"thing": {"id": "$inputs.a#/x/y"}}, "a.x.y"),
        ({"thing": {"id": "{$inputs.a#/x~1y}"}}, "a.x/y"),
        ({"thing": "$inputs.a#/x"}, "a.x.id"),
        ('{"thing": {"id": {$inputs.a}, "name": {$inputs.b}}}', "a"),
        ('{"thing": {"id": "$inputs.a"}}', "a"),
        ("$inputs.a", "a.thing.id"),
        ({"thing": {"id": "$steps.b.outputs.a"}}, None),
    ],
)
def test_what_a_payload_takes_from_an_input_is_needed_of_it(payload: Any, argument: str | None) -> None:
    """Arazzo 1.0.1, 4.6.14 and 4.7."""
    needs = found(Step(id="s", body=Payload(payload=payload)))
    assert [need.argument for need in needs] == ([argument] if argument else [])


def test_what_a_step_hands_to_another_workflow_is_needed_too_and_circles_end() -> None:
    """Arazzo 1.0.1, 4.6.5: a step may call a workflow."""
    value = (Replacement(target="/thing/id", value="$inputs.b"),)
    through = Step(id="t", workflow="other", parameters=(StepParameter(name="b", location="", value="$inputs.a"),))
    other = Step(id="s", body=Payload(replacements=value))
    assert [need.argument for need in found(through, other=other)] == ["a"]
    round_ = Step(id="t", workflow="w", parameters=(StepParameter(name="a", location="", value="$inputs.a"),))
    assert found(round_) == ()


def test_workflows_that_call_each_other_many_times_are_looked_at_once() -> None:
    """security.md: a file of 12 KB, eleven workflows of twelve calls of the next, had ask begin without an end."""

    def calls(name: str) -> tuple[Step, ...]:
        given = (StepParameter(name="b", location="", value="$inputs.b"),)
        return tuple(Step(id=f"s{n}", workflow=name, parameters=given) for n in range(12))

    last = Step(id="s", body=Payload(payload={"thing": {"id": "$inputs.b"}}))
    parts = [PlannedWorkflow(workflow=Workflow(id=f"w{n}", steps=calls(f"w{n + 1}"))) for n in range(7)]
    parts.append(PlannedWorkflow(workflow=Workflow(id="w7", steps=(last,)), tools={"s": "get"}))
    known = {"get": Capability(needs=(needed("thing.id", "thing", producer("list")),))}
    looked: list[str] = []

    def find(name: str) -> Any:
        looked.append(name)
        return Known if name == "get" else None

    assert [need.argument for need in needs_of(Plan(id="w", parts=tuple(parts)), find, known)] == ["b"]
    assert len(looked) <= 12 * len(parts)


def given(**values: Any) -> tuple[StepParameter, ...]:
    return tuple(StepParameter(name=name, location="query", value=value) for name, value in values.items())


THING = Payload(payload={"thing": {"id": "$steps.one.outputs.v"}})


@pytest.mark.parametrize(
    ("one", "argument"),
    [
        (Step(id="one", outputs={"v": "$inputs.a"}), "a"),
        (Step(id="one", outputs={"v": "{$inputs.a}"}), "a"),
        (Step(id="one", outputs={"v": "$request.query.search"}, parameters=given(search="$inputs.a")), "a"),
        (Step(id="one", outputs={"v": "$request.query.search"}, parameters=given(search="x {$inputs.a}")), "a"),
        (Step(id="one", outputs={"v": "$request.body#/x/y"}, body=Payload(payload={"x": "$inputs.a"})), "a.y"),
        (Step(id="one", outputs={"v": "$request.body"}, body=Payload(payload="k={$inputs.a}")), "a"),
        (Step(id="one", outputs={"v": "$url"}, parameters=given(search="$inputs.a")), "a"),
        (Step(id="one", outputs={"v": "$workflows.other.inputs.b"}, workflow="other"), None),
        (Step(id="one", outputs={"v": "$outputs.w"}, workflow="other", parameters=given(b="$inputs.a")), "a"),
        (Step(id="one", outputs={"v": "$steps.one.outputs.v"}), None),
        (Step(id="one", outputs={"v": "$response.body#/id"}, parameters=given(search="$inputs.a")), None),
        (Step(id="one", outputs={"w": "$inputs.a", "v": "$statusCode"}), None),
    ],
)
def test_an_input_that_goes_through_outputs_of_a_step_is_needed(one: Step, argument: str | None) -> None:
    """Arazzo 1.0.1, 4.7: steps.ID.outputs, request, url, outputs."""
    parts = (
        PlannedWorkflow(workflow=Workflow(id="w", steps=(one, Step(id="s", body=THING))), tools={"s": "get"}),
        PlannedWorkflow(workflow=Workflow(id="other", outputs={"w": "$inputs.b"})),
    )
    assert [need.argument for need in needs_for(*parts)] == ([argument] if argument else [])


def needs_for(*parts: PlannedWorkflow) -> tuple[Need, ...]:
    known = {"get": Capability(needs=(needed("thing.id", "thing", producer("list")),))}
    find: Any = lambda name: Known if name == "get" else None  # noqa: E731
    return needs_of(Plan(id=parts[0].name, parts=parts), find, known)


@pytest.mark.parametrize(
    "leads",
    [
        Workflow(id="w", depends_on=("other",)),
        Workflow(id="w", steps=(Step(id="t", on_success=(Action(name="g", kind=ActionKind.GOTO, workflow="other"),)),)),
        Workflow(
            id="w", steps=(Step(id="t", on_failure=(Action(name="r", kind=ActionKind.RETRY, workflow="other"),)),)
        ),
    ],
)
def test_inputs_that_another_workflow_takes_over_are_needed(leads: Workflow) -> None:
    """Our choice: a workflow that it depends on, or goes to, gets the inputs of its own that it takes, too."""
    step = Step(id="s", body=Payload(payload={"thing": {"id": "$inputs.b"}}))
    other = PlannedWorkflow(workflow=Workflow(id="other", steps=(step,)), tools={"s": "get"})
    assert [need.argument for need in needs_for(PlannedWorkflow(workflow=leads), other)] == ["b"]


def test_outputs_that_hold_what_a_caller_gave_are_known() -> None:
    """Issue 11: an id that no answer gave; a workflow may say again what it was called with."""
    outputs = {
        "same": "$inputs.a",
        "sent": "$steps.s.outputs.q",
        "through": "$steps.t.outputs.w",
        "found": "$steps.s.outputs.id",
        "count": "$steps.s.outputs.n",
    }
    steps = (
        Step(
            id="s",
            parameters=given(q="O-{$inputs.a}"),
            outputs={"q": "$request.query.q", "id": "$response.body#/id", "n": "$statusCode"},
        ),
        Step(id="t", workflow="other", parameters=given(b="$inputs.a")),
    )
    parts = (
        PlannedWorkflow(workflow=Workflow(id="w", steps=steps, outputs=outputs)),
        PlannedWorkflow(workflow=Workflow(id="other", outputs={"w": "$inputs.b"})),
    )
    assert said_again(Plan(id="w", parts=parts)) == {"same", "sent", "through"}


def test_workflows_whose_values_lead_in_circles_end() -> None:
    """security.md: bounds on every loop."""
    turns = {"v": "$steps.two.outputs.v.x", "w": "$steps.two.outputs.v"}
    steps = (Step(id="one", outputs=turns), Step(id="two", outputs={"v": "$steps.one.outputs.v.x"}))
    part = PlannedWorkflow(workflow=Workflow(id="w", steps=(*steps, Step(id="s", body=THING))), tools={"s": "get"})
    assert needs_for(part) == ()
