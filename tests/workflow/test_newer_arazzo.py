"""Descriptions of Arazzo 1.1: what it adds, as far as it can be had."""

from typing import Any

import pytest
from support.arazzo import described, step, workflow

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.document import Severity
from openapi_mcp.model.workflow import ArazzoDocument, Replacement, StepParameter
from openapi_mcp.workflow import newer
from openapi_mcp.workflow.read import read

Json = dict[str, Any]


def one(*steps: Any, **fields: Any) -> ArazzoDocument:
    return read({**described(workflow(*steps, **fields)), "arazzo": "1.1.0", "$self": "https://x.example/w.yaml"})


def selected(selector: str, kind: Any = "jsonpath", context: str = "$response.body") -> Json:
    return {"context": context, "selector": selector, "type": kind}


def said(found: ArazzoDocument, severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    return [
        (each.pointer.removeprefix("#/workflows/0/"), each.message)
        for each in found.problems
        if each.severity is severity
    ]


def test_a_plain_description_of_it_is_read_as_one_of_the_version_before() -> None:
    """Arazzo 1.1.0, Appendix; it changes nothing of what was there."""
    found = one(step(outputs={"x": "$response.body#/id"}), outputs={"x": "$steps.s.outputs.x"})
    assert found.problems == ()
    older = read(described(workflow(step(outputs={"x": "$response.body#/id"}), outputs={"x": "$steps.s.outputs.x"})))
    assert found.workflows == older.workflows


@pytest.mark.parametrize(
    ("selector", "expression"),
    [
        (selected("$.user.profile.email"), "$response.body#/user/profile/email"),
        (selected("$.items[0]['a/b~c']"), "$response.body#/items/0/a~1b~0c"),
        (selected("$"), "$response.body"),
        (selected("$.id", {"type": "jsonpath", "version": "rfc9535"}), "$response.body#/id"),
        (selected("/items/0", "jsonpointer"), "$response.body#/items/0"),
        (selected("", "jsonpointer"), "$response.body"),
        (selected("/b", "jsonpointer", "$response.body#/a"), "$response.body#/a/b"),
        (selected("/b", "jsonpointer", "{$inputs.a}"), "$inputs.a#/b"),
    ],
)
def test_a_selector_of_one_value_is_an_expression(selector: Json, expression: str) -> None:
    """Arazzo 1.1.0, Selector Object."""
    found = one(step(outputs={"x": selector}), inputs={"type": "object", "properties": {"a": {}}})
    assert said(found) == []
    assert found.workflows[0].steps[0].outputs == {"x": expression}


def test_selectors_stand_in_parameters_payloads_and_replacements() -> None:
    """Arazzo 1.1.0, Parameter, Request Body and Payload Replacement Objects."""
    first = step("first", outputs={"x": "$response.body"})
    own = selected("$.a", context="$steps.first.outputs.x")
    body = {
        "payload": {"deep": [{"inputs": own}], "timeout": 5, "stepId": "x"},
        "replacements": [{"target": "$.deep[0].b", "targetSelectorType": "jsonpath", "value": own}],
    }
    second = step("second", parameters=[{"name": "q", "in": "query", "value": own}], requestBody=body)
    found = one(first, second, outputs={"y": selected("/0", "jsonpointer", "$steps.first.outputs.x")})
    assert said(found) == []
    (made,) = found.workflows
    assert made.outputs == {"y": "$steps.first.outputs.x#/0"}
    assert made.steps[1].parameters == (StepParameter(name="q", location="query", value="$steps.first.outputs.x#/a"),)
    payload = made.steps[1].body
    assert payload is not None
    assert payload.payload == {"deep": [{"inputs": "$steps.first.outputs.x#/a"}], "timeout": 5, "stepId": "x"}
    assert payload.replacements == (Replacement(target="/deep/0/b", value="$steps.first.outputs.x#/a"),)


def test_in_the_version_before_the_same_is_a_value_as_it_stands() -> None:
    """Arazzo 1.0.1, 4.6.14: any value."""
    value = {"context": "a", "selector": "b", "type": "c"}
    (made,) = read(described(workflow(step(requestBody={"payload": value})))).workflows
    assert made.steps[0].body is not None
    assert made.steps[0].body.payload == value


XPATH = {"type": "xpath", "version": "xpath-30"}
RETRY = {"name": "a", "type": "retry"}
REFUSED: list[tuple[Json, str, str]] = [
    ({"outputs": {"x": selected("$.items[*].id")}}, "outputs/x", "may select several values"),
    ({"outputs": {"x": selected("$.items[-1]")}}, "outputs/x", "may select several values"),
    ({"outputs": {"x": selected("$.items[")}}, "outputs/x", "is no JSONPath"),
    ({"outputs": {"x": selected("/a/b", XPATH)}}, "outputs/x", "by JSON Pointer or JSONPath"),
    ({"outputs": {"x": selected("a", "jsonpointer")}}, "outputs/x", "is no JSON Pointer"),
    ({"outputs": {"x": selected("$.a", context="body")}}, "outputs/x", "in a selector, 'body' is no runtime"),
    ({"requestBody": {"payload": {"a": [selected("$..a")]}}}, "requestBody/payload/a/0", "may select several"),
    (
        {"requestBody": {"payload": {}, "replacements": [{"target": "//a", "targetSelectorType": XPATH, "value": 1}]}},
        "requestBody/replacements/0/target", "by JSON Pointer or JSONPath",
    ),
    ({"channelPath": "x"}, "channelPath", "AsyncAPI"),
    ({"action": "send"}, "action", "AsyncAPI"),
    ({"correlationId": "x"}, "correlationId", "AsyncAPI"),
    ({"onFailure": [{**RETRY, "workflowId": "w", "parameters": []}]}, "onFailure/0/parameters", "not handed on here"),
    ({"dependsOn": ["later"]}, "dependsOn/0", "no step before it"),
    ({"dependsOn": {"later": 1}}, "dependsOn/0", "no step before it"),
    ({"dependsOn": ["$workflows.w.steps.s"]}, "dependsOn/0", "no step before it"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "place", "message"), REFUSED)
def test_what_cannot_be_had_leaves_the_workflow_out(fields: Json, place: str, message: str) -> None:
    """Our choice: a workflow that would do something else than is written is not served."""
    found = one(step(**fields), step("later"))
    assert found.workflows == ()
    assert [pointer for pointer, words in said(found) if message in words] == [f"steps/0/{place}"], said(found)
    assert found.left_out[0].reason


def test_other_workflows_of_the_description_are_served() -> None:
    """Issue 11: what is broken is left out, and said."""
    root = described(workflow(step(channelPath="x")), {**workflow(step()), "workflowId": "v"})
    assert [each.id for each in read({**root, "arazzo": "1.1.0"}).workflows] == ["v"]


def test_a_step_may_depend_on_those_before_it_and_its_timeout_is_passed_over() -> None:
    """Arazzo 1.1.0, Step Dependencies: sequential execution satisfies what stands before."""
    found = one(step("first"), step("second", dependsOn=["first"], timeout=6000))
    assert [each.id for each in found.workflows] == ["w"]
    assert said(found, Severity.WARNING) == [
        (
            "steps/1/timeout",
            "workflow 'w': the `timeout` of a step is passed over: that of its operation holds",
        )
    ]


def test_a_description_of_asyncapi_is_no_error_until_a_step_calls_it() -> None:
    """Arazzo 1.1.0, Source Description Object."""
    root = described(workflow(step(operationId="$sourceDescriptions.mq.send")), {**workflow(step()), "workflowId": "v"})
    root["sourceDescriptions"].append({"name": "mq", "url": "mq.yaml", "type": "asyncapi"})
    found = read({**root, "arazzo": "1.1.0"})
    assert [each.id for each in found.workflows] == ["v"]
    assert any("is AsyncAPI" in message for _, message in said(found))


def test_a_description_of_very_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: YAML may have one value in many places."""
    monkeypatch.setattr(newer, "_MOST", 20)
    with pytest.raises(DocumentError, match="at most 20 values"):
        one(step(requestBody={"payload": [1] * 30}))
