"""Workflows in `ask`: what their steps pass on is looked at as the steps' own arguments are."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from support.runs import call, needed, producer, tool

from openapi_mcp.app import open_app
from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.config import build_config
from openapi_mcp.model.capability import Capability, Need
from openapi_mcp.model.chat import Asked
from openapi_mcp.model.workflow import Payload, Plan, PlannedWorkflow, Replacement, Step, StepParameter, Workflow
from openapi_mcp.server.inside import inside
from openapi_mcp.workflow.passed_on import needs_of

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
    parameters = ()


@pytest.mark.parametrize(
    ("payload", "argument"),
    [
        ({"thing": {"id": "$inputs.a"}}, "a"),
        ({"thing": "$inputs.a"}, "a.id"),
        ({"thing": {"id": "no. {$inputs.a}"}}, "a"),
        ('{"thing": {"id": "{$inputs.a}"}}', "a"),
        ({"thing": {"name": "$inputs.a"}}, None),
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
