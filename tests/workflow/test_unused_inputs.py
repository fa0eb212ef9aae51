"""Inputs that a caller gives for nothing."""

from typing import Any

import pytest
from support.arazzo import described, step, workflow

from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.unused_inputs import unused_inputs

INPUTS = {"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}}


def warned(*steps: Any, inputs: Any = INPUTS, others: tuple[Any, ...] = (), **fields: Any) -> list[str]:
    """Return the places of the inputs that are said to be unused."""
    components = fields.pop("components", {})
    root = described(workflow(*steps, inputs=inputs, **fields), *others, components=components)
    return [each.pointer for each in unused_inputs(root, read(root))]


def given(value: Any) -> Any:
    return step(parameters=[{"name": "q", "in": "query", "value": value}])


def test_an_input_that_nothing_uses_is_warned_of_at_its_place() -> None:
    """Our choice: a model asks its user for it, and the run is the same without."""
    assert warned(given("$inputs.name")) == ["#/workflows/0/inputs/properties/size"]
    assert warned(given("a plain size"), outputs={"o": "$inputs.name"}) == ["#/workflows/0/inputs/properties/size"]


@pytest.mark.parametrize(
    "used",
    [
        given("$inputs.size"),
        given("for {$inputs.size}"),
        given("$inputs.size#/width"),
        given("$inputs.size.width"),
        step(requestBody={"payload": '{"size": "{$inputs.size}"}'}),
        step(successCriteria=[{"condition": "$statusCode == 200 && $inputs.size>3"}]),
    ],
)
def test_an_input_is_used_wherever_an_expression_names_it(used: Any) -> None:
    """Arazzo 1.0.1, 4.7: values, texts with braces, bodies, conditions."""
    assert warned(used, inputs={"type": "object", "properties": {"size": {}}}) == []


def test_an_input_that_is_handed_on_or_decides_may_be_used() -> None:
    """Arazzo 1.0.1, 4.6.4: what a workflow depends on gets its inputs; a schema's cases may turn on one."""
    other = {"workflowId": "other", "steps": [step("t", parameters=[{"name": "q", "in": "query", "value": "v"}])]}
    goto = {"name": "g", "type": "goto", "workflowId": "other"}
    naming = {**other, "outputs": {"o": "$workflows.w.inputs.size"}}
    shared = {"parameters": {"p": {"name": "q", "in": "query", "value": "$inputs.size"}}}
    assert warned(given("$inputs.name"), others=(other,), dependsOn=["other"]) == []
    assert warned(step(onFailure=[goto]), others=(other,)) == []
    assert warned(given("$inputs.name"), others=(naming,)) == []
    assert warned(given("$inputs.name"), components=shared) == []
    assert warned(given("$inputs.name"), inputs={**INPUTS, "anyOf": [{"required": ["size"]}, {}]}) == []


def test_not_more_than_some_inputs_are_told() -> None:
    """security.md: what is said of a foreign text has a bound."""
    many = {"type": "object", "properties": {f"i{number}": {} for number in range(100)}}
    assert len(warned(step(), inputs=many)) == 20
