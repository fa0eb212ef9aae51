"""An Arazzo description read: every object of the specification, and each way to get one wrong."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.arazzo import borrowing, described, step, workflow

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.workflow import (
    Action,
    ActionKind,
    ArazzoDocument,
    Criterion,
    CriterionKind,
    Payload,
    Replacement,
    SourceDescription,
    Step,
    StepParameter,
)
from openapi_mcp.workflow.read import read


def one(*steps: Any, **fields: Any) -> ArazzoDocument:
    return read(described(workflow(*steps, **fields)))


def said(document: ArazzoDocument, severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    return [(each.pointer, each.message) for each in document.problems if each.severity is severity]


def test_a_whole_description_is_read() -> None:
    """Arazzo 1.0.1, 4.6.1 to 4.6.3."""
    found = read(borrowing())
    assert (found.title, found.version, found.summary) == ("Borrow a book", "2.1.0", "From a title to a loan")
    assert found.description.startswith("Finds a book")
    assert found.sources == (
        SourceDescription(name="library", url="./library.yaml", kind="openapi"),
        SourceDescription(name="members", url="https://members.example/arazzo.json", kind="arazzo"),
    )
    assert [each.id for each in found.workflows] == ["signIn", "borrow"]
    assert said(found) == []
    assert [pointer for pointer, _ in said(found, Severity.WARNING)] == [
        "#/workflows/1/steps/0/onSuccess/0/criteria/0/type/version"
    ]


def test_a_step_is_read() -> None:
    """Arazzo 1.0.1, 4.6.5, Step Object Example."""
    sign_in = read(borrowing()).workflows[0]
    assert sign_in.steps == (
        Step(
            id="open",
            description="Opens a session.",
            operation_id="$sourceDescriptions.library.openSession",
            parameters=(
                StepParameter(name="member", location="query", value="$inputs.member"),
                StepParameter(name="X-Pin", location="header", value="$inputs.pin"),
            ),
            criteria=(Criterion(condition="$statusCode == 200", pointer="#/workflows/0/steps/0/successCriteria/0"),),
            outputs={
                "expires": "$response.header.X-Expires",
                "left": "$response.header.X-Calls-Left",
                "session": "$response.body#/session",
            },
            pointer="#/workflows/0/steps/0",
        ),
    )
    assert sign_in.outputs == {"session": "$steps.open.outputs.session"}
    assert sign_in.inputs["required"] == ["member", "pin"]
    assert (sign_in.summary, sign_in.description) == ("Sign in", "A session for a member.")


def test_a_workflows_parameters_are_each_steps_but_where_it_has_its_own() -> None:
    """Arazzo 1.0.1, 4.6.4: overridden at the step level, never removed; 4.6.10: a value for a referenced parameter."""
    search, reserve, lend = read(borrowing()).workflows[1].steps
    token = StepParameter(name="Authorization", location="header", value="Bearer {$workflows.signIn.outputs.session}")
    branch = StepParameter(name="branch", location="query", value=1)
    title = StepParameter(name="title", location="query", value="$inputs.title")
    assert search.parameters == (token, replace(branch, value=7), title)
    assert reserve.parameters[:2] == (token, branch)
    assert {each.location for each in lend.parameters} == {""}
    assert [each.name for each in lend.parameters] == ["Authorization", "branch", "book"]


def test_the_name_of_a_header_is_the_same_in_any_letter_case() -> None:
    """Arazzo 1.0.1, 4.6.6: RFC 9110 says that field names are."""
    shared = [{"name": "X-A", "in": "header", "value": 1}, {"name": "a", "in": "query", "value": 1}]
    own = [{"name": "x-a", "in": "header", "value": 2}, {"name": "A", "in": "query", "value": 2}]
    found = one(step(parameters=own), parameters=shared).workflows[0].steps[0].parameters
    assert [(each.name, each.value) for each in found] == [("x-a", 2), ("a", 1), ("A", 2)]


def test_a_workflows_actions_follow_a_steps_own_but_for_those_it_overrides() -> None:
    """Arazzo 1.0.1, 4.6.4 and 4.6.5: the first that matches is executed; a step's own come first (our choice)."""
    search, reserve, lend = read(borrowing()).workflows[1].steps
    assert [each.name for each in search.on_success] == ["lend", "reserve", "stop"]
    assert [each.name for each in lend.on_success] == ["stop"]
    assert [(each.name, each.kind) for each in reserve.on_failure] == [
        ("waitForTheShelf", ActionKind.END),
        ("elsewhere", ActionKind.GOTO),
        ("signInAgain", ActionKind.RETRY),
    ]
    assert [each.name for each in search.on_failure] == ["signInAgain", "waitForTheShelf"]


def test_an_action_is_read() -> None:
    """Arazzo 1.0.1, 4.6.8, Failure Action Object Example, and 4.6.9: from the components."""
    again, wait = read(borrowing()).workflows[1].steps[0].on_failure
    assert again == Action(
        name="signInAgain",
        kind=ActionKind.RETRY,
        workflow="signIn",
        retry_after=1.0,
        retry_limit=2,
        criteria=(
            Criterion(condition="$statusCode == 401", pointer="#/components/failureActions/signInAgain/criteria/0"),
        ),
        pointer="#/components/failureActions/signInAgain",
    )
    assert (wait.retry_after, wait.retry_limit) == (0.5, 5)


def test_a_retry_without_a_limit_is_one_retry_at_once() -> None:
    """Arazzo 1.0.1, 4.6.8: if not specified then a single retry."""
    action = {"name": "again", "type": "retry"}
    found = one(step(onFailure=[action])).workflows[0].steps[0].on_failure[0]
    assert (found.retry_after, found.retry_limit) == (0.0, 1)


def test_each_kind_of_criterion_is_read() -> None:
    """Arazzo 1.0.1, 4.6.11 and 4.6.12."""
    search = read(borrowing()).workflows[1].steps[0]
    assert [(each.kind, each.context) for each in search.criteria] == [
        (CriterionKind.SIMPLE, ""),
        (CriterionKind.JSONPATH, "$response.body"),
        (CriterionKind.REGEX, "$response.header.Content-Type"),
    ]
    assert search.on_success[0].criteria[0].kind is CriterionKind.JSONPATH


def test_a_body_is_read() -> None:
    """Arazzo 1.0.1, 4.6.14 and 4.6.15."""
    assert read(borrowing()).workflows[1].steps[1].body == Payload(
        content_type="application/json",
        payload={"copy": "$steps.search.outputs.copies#/0", "note": "for {$inputs.title}", "until": None},
        replacements=(
            Replacement(target="/until", value="$inputs.until"),
            Replacement(target="/note", value="a note"),
        ),
    )


def test_what_a_workflow_depends_on_is_read() -> None:
    """Arazzo 1.0.1, 4.6.4, dependsOn: of this document, or of a source description."""
    assert read(borrowing()).workflows[1].depends_on == ("signIn", "$sourceDescriptions.members.confirm")


def test_components_are_kept_for_expressions_that_name_them() -> None:
    """Arazzo 1.0.1, 4.7: $components.parameters.foo."""
    assert read(borrowing()).components["parameters"] == {"branch": {"name": "branch", "in": "query", "value": 1}}


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.12", "1.0.0-rc1"])
def test_a_patch_version_makes_no_difference(version: str) -> None:
    """Arazzo 1.0.1, 4.1: tooling should make no distinction."""
    assert read({**described(workflow(step())), "arazzo": version}).problems == ()


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (None, "not an Arazzo"),
        ([], "not an Arazzo"),
        ({"openapi": "3.1.0"}, "not an Arazzo"),
        ({"arazzo": "1.2.0"}, "only 1.0.x and 1.1.x"),
        ({"arazzo": "2.0.0"}, "only 1.0.x"),
        ({"arazzo": "1.0"}, "only 1.0.x"),
        ({"arazzo": 1.0}, "only 1.0.x"),
        ({"arazzo": None}, "only 1.0.x"),
    ],
)
def test_another_document_or_version_is_an_error(root: Any, message: str) -> None:
    """Issue 11: Arazzo 1.0; style.md, Errors."""
    with pytest.raises(DocumentError, match=message) as raised:
        read(root, where="flows.yaml")
    assert str(raised.value.where).startswith("flows.yaml")
    assert raised.value.hint


@pytest.mark.parametrize(
    ("fields", "pointer", "message"),
    [
        # the step
        ({"stepId": ""}, "#/workflows/0/steps/0", "no `stepId`"),
        ({"stepId": 5}, "#/workflows/0/steps/0/stepId", "not a text"),
        ({"description": 5}, "#/workflows/0/steps/0/description", "not a text"),
        ({"operationId": ""}, "#/workflows/0/steps/0", "none of operationId"),
        ({"workflowId": "w"}, "#/workflows/0/steps/0", "operationId and workflowId"),
        ({"operationId": "$sourceDescriptions.shop"}, "#/workflows/0/steps/0/operationId", "names nothing"),
        ({"operationId": "$sourceDescriptions.x.op"}, "#/workflows/0/steps/0/operationId", "no source description 'x'"),
        # parameters
        ({"parameters": {}}, "#/workflows/0/steps/0/parameters", "not a list"),
        ({"parameters": [5]}, "#/workflows/0/steps/0/parameters/0", "not an object"),
        ({"parameters": [{"in": "query", "value": 1}]}, "#/workflows/0/steps/0/parameters/0", "no `name`"),
        ({"parameters": [{"name": "a", "value": 1}]}, "#/workflows/0/steps/0/parameters/0", "no `in`"),
        (
            {"parameters": [{"name": "a", "in": "body", "value": 1}]},
            "#/workflows/0/steps/0/parameters/0/in",
            "never in 'body'",
        ),
        ({"parameters": [{"name": "a", "in": "query"}]}, "#/workflows/0/steps/0/parameters/0", "has no value"),
        (
            {"parameters": [{"name": "a", "in": "query", "value": ["$steps.x"]}]},
            "#/workflows/0/steps/0/parameters/0/value/0",
            "no runtime expression",
        ),
        (
            {"parameters": [{"reference": "$components.parameters.x"}]},
            "#/workflows/0/steps/0/parameters/0/reference",
            "no 'x' in components/parameters",
        ),
        (
            {"parameters": [{"reference": "$components.failureActions.x"}]},
            "#/workflows/0/steps/0/parameters/0/reference",
            "no such component",
        ),
        ({"parameters": [{"reference": 5}]}, "#/workflows/0/steps/0/parameters/0/reference", "no such component"),
        # bodies
        ({"requestBody": "x"}, "#/workflows/0/steps/0/requestBody", "not an object"),
        ({"requestBody": {"payload": "$steps"}}, "#/workflows/0/steps/0/requestBody/payload", "no runtime expression"),
        ({"requestBody": {"contentType": 5}}, "#/workflows/0/steps/0/requestBody/contentType", "not a text"),
        (
            {"requestBody": {"replacements": [{"value": 1}]}},
            "#/workflows/0/steps/0/requestBody/replacements/0",
            "no target",
        ),
        (
            {"requestBody": {"replacements": [{"target": "/a"}]}},
            "#/workflows/0/steps/0/requestBody/replacements/0",
            "no value",
        ),
        (
            {"requestBody": {"replacements": [{"target": "//a", "value": 1}]}},
            "#/workflows/0/steps/0/requestBody/replacements/0/target",
            "XPath",
        ),
        (
            {"requestBody": {"contentType": "text/xml", "replacements": [{"target": "/a", "value": 1}]}},
            "#/workflows/0/steps/0/requestBody/replacements",
            "XML",
        ),
        # criteria
        ({"successCriteria": [{}]}, "#/workflows/0/steps/0/successCriteria/0", "no `condition`"),
        (
            {"successCriteria": [{"condition": "$statusCode = 200"}]},
            "#/workflows/0/steps/0/successCriteria/0/condition",
            "(column 13)",
        ),
        (
            {"successCriteria": [{"condition": "a", "type": "regex"}]},
            "#/workflows/0/steps/0/successCriteria/0/condition",
            "no context",
        ),
        (
            {"successCriteria": [{"condition": "a", "type": "glob", "context": "$url"}]},
            "#/workflows/0/steps/0/successCriteria/0/type",
            "type 'glob'",
        ),
        (
            {"successCriteria": [{"condition": "//a", "type": "xpath", "context": "$response.body"}]},
            "#/workflows/0/steps/0/successCriteria/0/condition",
            "XPath",
        ),
        (
            {"successCriteria": [{"condition": "a", "type": {"type": "regex", "version": "1"}, "context": "$url"}]},
            "#/workflows/0/steps/0/successCriteria/0/type/type",
            "no version",
        ),
        # actions
        ({"onSuccess": [{"type": "end"}]}, "#/workflows/0/steps/0/onSuccess/0", "no `name`"),
        ({"onSuccess": [{"name": "a"}]}, "#/workflows/0/steps/0/onSuccess/0", "no `type`"),
        ({"onSuccess": [{"name": "a", "type": "retry"}]}, "#/workflows/0/steps/0/onSuccess/0/type", "type 'retry'"),
        ({"onFailure": [{"name": "a", "type": "stop"}]}, "#/workflows/0/steps/0/onFailure/0/type", "type 'stop'"),
        ({"onFailure": [{"name": "a", "type": "goto"}]}, "#/workflows/0/steps/0/onFailure/0", "neither stepId"),
        (
            {"onFailure": [{"name": "a", "type": "goto", "stepId": "s", "workflowId": "w"}]},
            "#/workflows/0/steps/0/onFailure/0",
            "a stepId and a workflowId",
        ),
        (
            {"onFailure": [{"name": "a", "type": "goto", "stepId": "x"}]},
            "#/workflows/0/steps/0/onFailure/0/stepId",
            "no step 'x'",
        ),
        (
            {"onFailure": [{"name": "a", "type": "retry", "workflowId": "x"}]},
            "#/workflows/0/steps/0/onFailure/0/workflowId",
            "no workflow 'x'",
        ),
        (
            {"onFailure": [{"name": "a", "type": "goto", "workflowId": "$sourceDescriptions.shop.x"}]},
            "#/workflows/0/steps/0/onFailure/0/workflowId",
            "OpenAPI",
        ),
        *(
            (
                {"onFailure": [{"name": "a", "type": "retry", "retryAfter": value}]},
                "#/workflows/0/steps/0/onFailure/0/retryAfter",
                "no number of seconds",
            )
            for value in (-1, "1", True, float("inf"), float("nan"))
        ),
        *(
            (
                {"onFailure": [{"name": "a", "type": "retry", "retryLimit": value}]},
                "#/workflows/0/steps/0/onFailure/0/retryLimit",
                "no count",
            )
            for value in (-1, 1.5, "1", True)
        ),
        (
            {"onFailure": [{"reference": "$components.failureActions.x"}]},
            "#/workflows/0/steps/0/onFailure/0/reference",
            "no 'x'",
        ),
        # outputs
        ({"outputs": []}, "#/workflows/0/steps/0/outputs", "not a map"),
        ({"outputs": {"a b": "$url"}}, "#/workflows/0/steps/0/outputs/a b", "no name"),
        ({"outputs": {"a": 5}}, "#/workflows/0/steps/0/outputs/a", "no runtime expression"),
        ({"outputs": {"a": "text"}}, "#/workflows/0/steps/0/outputs/a", "no runtime expression"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_step_leaves_its_workflow_out_and_is_said(
    fields: dict[str, Any], pointer: str, message: str
) -> None:
    """Arazzo 1.0.1, 4.6.5 to 4.6.15; issue 11: errors name the step."""
    found = one(step("s", **{"operationId": "op", **fields}))
    assert found.workflows == ()
    assert any(place == pointer and message in words for place, words in said(found)), said(found)
    assert all("workflow 'w'" in words for _, words in said(found))
    assert all(each.hint for each in found.problems)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("{$sourceDescriptions.shop.url}#/paths/~1orders~1{id}/get", True),
        ("$sourceDescriptions.shop.url#/paths/~1orders/POST", True),
        ("{$sourceDescriptions.shop.url}#/paths/~1orders", True),  # whether it has one method is seen in the API
        ("{$sourceDescriptions.shop.url}#/paths/orders", False),
        ("{$sourceDescriptions.shop.url}#/components/~1orders/get", False),
        ("{$sourceDescriptions.shop.url}#/paths/~1orders/parameters", False),
        ("{$sourceDescriptions.other.url}#/paths/~1orders/get", False),
        ("./shop.yaml#/paths/~1orders/get", False),
    ],
)
def test_an_operation_path_leads_to_an_operation_of_a_source(path: str, is_one: bool) -> None:
    """Arazzo 1.0.1, 4.6.5, operationPath."""
    assert bool(one(step(operationPath=path)).workflows) is is_one


@pytest.mark.parametrize(
    ("fields", "pointer", "message"),
    [
        ({"workflowId": 5}, "#/workflows/0/workflowId", "not a text"),
        ({"steps": []}, "#/workflows/0", "no steps"),
        ({"steps": {}}, "#/workflows/0/steps", "not a list"),
        ({"steps": [5]}, "#/workflows/0/steps/0", "not an object"),
        ({"steps": [step("a"), step("a")]}, "#/workflows/0/steps/1/stepId", "two steps 'a'"),
        ({"steps": [step(str(index)) for index in range(501)]}, "#/workflows/0/steps", "500 are read at most"),
        ({"dependsOn": ["x"]}, "#/workflows/0/dependsOn/0", "no workflow 'x'"),
        ({"dependsOn": [5]}, "#/workflows/0/dependsOn/0", "no workflowId"),
        ({"dependsOn": ["w"]}, "#/workflows/0/dependsOn", "depends on itself"),
        ({"outputs": {"a": "x"}}, "#/workflows/0/outputs/a", "no runtime expression"),
        ({"parameters": [{"name": "a", "value": 1}]}, "#/workflows/0/parameters/0", "no `in`"),
        ({"failureActions": [{"name": "a", "type": "x"}]}, "#/workflows/0/failureActions/0/type", "type 'x'"),
        ({"successActions": [{"reference": "x"}]}, "#/workflows/0/successActions/0/reference", "no such component"),
        ({"summary": []}, "#/workflows/0/summary", "not a text"),
    ],
)
def test_what_is_wrong_in_a_workflow_leaves_it_out_and_is_said(
    fields: dict[str, Any], pointer: str, message: str
) -> None:
    """Arazzo 1.0.1, 4.6.4; the other one is served."""
    other = {"workflowId": "other", "steps": [step()]}
    found = read(described({**workflow(step()), **fields}, other))
    assert [each.id for each in found.workflows] == ["other"]
    assert any(place == pointer and message in words for place, words in said(found)), said(found)


def test_a_workflow_that_leads_to_a_broken_one_is_left_out_with_the_reason() -> None:
    """Our choice: it would fail on its way, perhaps after a write."""
    goto = {"name": "g", "type": "goto", "workflowId": "b"}
    found = read(
        described(
            {"workflowId": "broken", "steps": []},
            {"workflowId": "a", "steps": [step(workflowId="broken", operationId=None)]},
            {"workflowId": "b", "dependsOn": ["a"], "steps": [step()]},
            {"workflowId": "c", "steps": [step(onFailure=[goto])]},
            {"workflowId": "fine", "steps": [step()]},
        )
    )
    assert [each.id for each in found.workflows] == ["fine"]
    assert [words for _, words in said(found)][1:] == [
        "workflow 'a': it leads to the workflow 'broken', which is left out",
        "workflow 'b': it leads to the workflow 'a', which is left out",
        "workflow 'c': it leads to the workflow 'b', which is left out",
    ]


def test_a_circle_of_workflows_that_wait_for_each_other_is_left_out() -> None:
    """Arazzo 1.0.1, 4.6.4: what is depended on must be completed before."""
    found = read(
        described(
            {"workflowId": "a", "dependsOn": ["b"], "steps": [step()]},
            {"workflowId": "b", "dependsOn": ["a"], "steps": [step()]},
            {"workflowId": "c", "steps": [step()]},
            {"workflowId": "d", "dependsOn": ["c"], "steps": [step()]},
        )
    )
    assert [each.id for each in found.workflows] == ["c", "d"]
    assert [pointer for pointer, _ in said(found)] == ["#/workflows/0/dependsOn", "#/workflows/1/dependsOn"]


def test_workflows_that_call_each_other_without_a_way_out_are_left_out() -> None:
    """Our choice: each run would end at the tenth level, after the writes of nine; with a way out it is a warning."""
    again = {"stepId": "again", "workflowId": "a"}
    ending = {"name": "end", "type": "end", "criteria": [{"condition": "$statusCode == 200"}]}
    found = read(described({"workflowId": "a", "steps": [step(), again]}))
    assert [each.id for each in found.workflows] == []
    assert "no run of it can succeed" in found.left_out[0].reason
    found = read(described({"workflowId": "a", "steps": [step(onSuccess=[ending]), again]}))
    assert [each.id for each in found.workflows] == ["a"]
    assert [each.message for each in found.problems] == [
        "workflow 'a': it may call itself, and workflows call one another at most 10 deep"
    ]


@pytest.mark.parametrize(
    ("after", "limit", "said_of_it"),
    [
        (300, 3, []),
        (3_000, 1, ["no run waits for more than 300: it ends there as failed"]),
        (10**400, 9, ["no run waits for more than 300: it ends there as failed"]),
        (300, 7, ["its repetitions may wait"]),
    ],
)
def test_a_wait_that_no_run_takes_is_seen_before_one(after: int, limit: int, said_of_it: list[str]) -> None:
    """Our choice: bounds.py; a run that comes to it fails as it would without, and others are as good as ever."""
    retry = {"name": "r", "type": "retry", "retryAfter": after, "retryLimit": limit}
    found = read(described({"workflowId": "a", "steps": [step(onFailure=[retry])]}))
    messages = [each.message for each in found.problems]
    assert len(messages) == len(said_of_it)
    assert all(wanted in message for wanted, message in zip(said_of_it, messages, strict=True))
    assert found.workflows  # Arazzo 1.0.1, 4.6.8: any number of seconds


def test_of_two_workflows_with_one_id_the_first_is_served() -> None:
    """Arazzo 1.0.1, 4.6.4: the id MUST be unique."""
    found = read(described(workflow(step("a")), workflow(step("b"))))
    assert [each.steps[0].id for each in found.workflows] == ["a"]
    assert said(found) == [("#/workflows/1/workflowId", "there are two workflows 'w'")]


@pytest.mark.parametrize(
    ("sources", "pointer", "message"),
    [
        ([{"url": "x"}], "#/sourceDescriptions/0", "no `name`"),
        ([{"name": "x"}], "#/sourceDescriptions/0", "no `url`"),
        ([{"name": "x", "url": "y", "type": "graphql"}], "#/sourceDescriptions/0/type", "type 'graphql'"),
        ([{"name": "x", "url": "y"}, {"name": "x", "url": "z"}], "#/sourceDescriptions/1/name", "two source"),
        ("x", "#/sourceDescriptions", "not a list"),
        ([{"name": f"n{index}", "url": "y"} for index in range(101)], "#/sourceDescriptions", "100 are read at most"),
    ],
)
def test_what_is_wrong_in_a_source_description_is_said(sources: Any, pointer: str, message: str) -> None:
    """Arazzo 1.0.1, 4.6.3."""
    found = read({**described(workflow(step())), "sourceDescriptions": sources})
    assert any(place == pointer and message in words for place, words in said(found)), said(found)
    assert [each.id for each in found.workflows] == ["w"]


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"colour": 1}, "#/colour", "no field 'colour'"),
        ({"info": {"title": "T", "version": "1", "licence": 1}}, "#/info/licence", "no field 'licence'"),
        ({"sourceDescriptions": []}, "#", "no source descriptions"),
        ({"sourceDescriptions": [{"name": "a.b", "url": "x"}]}, "#/sourceDescriptions/0/name", "hard to name"),
        ({"components": {"schemas": {}}}, "#/components/schemas", "no field 'schemas'"),
        ({"workflows": [workflow(step(), retries=3)]}, "#/workflows/0/retries", "no field 'retries'"),
        ({"workflows": [workflow(step(retries=3))]}, "#/workflows/0/steps/0/retries", "no field 'retries'"),
        ({"workflows": [workflow(step("a b"))]}, "#/workflows/0/steps/0/stepId", "hard to name"),
        (
            {"workflows": [workflow(step(parameters=[{"name": "a", "in": "query", "value": 1}] * 2))]},
            "#/workflows/0/steps/0/parameters/1",
            "given twice",
        ),
        (
            {"workflows": [workflow(step(onFailure=[{"name": "a", "type": "end"}] * 2))]},
            "#/workflows/0/steps/0/onFailure/1",
            "given twice",
        ),
        (
            {"workflows": [workflow(step(onFailure=[{"name": "a", "type": "end", "stepId": "s"}]))]},
            "#/workflows/0/steps/0/onFailure/0",
            "leads nowhere",
        ),
        (
            {"workflows": [workflow(step(successCriteria=[{"condition": "true", "context": "$url"}]))]},
            "#/workflows/0/steps/0/successCriteria/0/context",
            "no context",
        ),
    ],
)
def test_what_is_odd_is_served_and_said(change: dict[str, Any], pointer: str, message: str) -> None:
    """Issue 11: unknown fields besides x- are warnings."""
    found = read({**described(workflow(step())), **change})
    assert any(place == pointer and message in words for place, words in said(found, Severity.WARNING)), found.problems
    assert [each.id for each in found.workflows] == ["w"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("succesCriteria", "successCriteria"),
        ("onfailure", "onFailure"),
        ("onSucces", "onSuccess"),
        ("requestbody", "requestBody"),
        ("parameter", "parameters"),
        ("output", "outputs"),
    ],
)
def test_a_misspelt_field_that_a_step_does_otherwise_without_leaves_its_workflow_out(written: str, meant: str) -> None:
    """Our choice: a workflow whose guard is misspelt would run without it, and send what the guard holds back."""
    fields: dict[str, Any] = {written: [{"condition": "$statusCode == 200"}]}
    found = one(step(**fields))
    (problem,) = (each for each in found.problems if each.severity is Severity.ERROR)
    assert problem.pointer == f"#/workflows/0/steps/0/{written}"
    assert f"no field {written!r}" in problem.message
    assert problem.hint == f"did you mean {meant!r}?"
    assert not found.workflows


END = {"name": "a", "type": "end"}
GOTO = {"name": "a", "type": "goto", "stepId": "s"}
RFC = {"type": "jsonpath", "version": "rfc9535"}
DEEP: list[tuple[dict[str, Any], str, str, str]] = [
    ({"onFailure": [{**END, "type": "retry", "retryLimt": 3}]}, "onFailure/0/retryLimt", "retryLimt", "retryLimit"),
    ({"onSuccess": [{**GOTO, "stepID": "s"}]}, "onSuccess/0/stepID", "stepID", "stepId"),
    ({"onSuccess": [{"name": "a", "type": "end", "criterias": []}]}, "onSuccess/0/criterias", "criterias", "criteria"),
    ({"onSuccess": [{"name": "a", "type": "end", "zzz": 1}]}, "onSuccess/0/zzz", "zzz", ""),
    ({"onSuccess": [{"name": "a", "type": "end", "retryAfter": 1}]}, "onSuccess/0/retryAfter", "retryAfter", ""),
    ({"successCriteria": [{"condition": "true", "typ": "regex"}]}, "successCriteria/0/typ", "typ", "type"),
    (
        {"onFailure": [{"name": "a", "type": "end", "criteria": [{"condition": "true", "contxt": "$url"}]}]},
        "onFailure/0/criteria/0/contxt", "contxt", "context",
    ),
    (
        {"successCriteria": [{"context": "$url", "condition": "$", "type": {**RFC, "vers": 1}}]},
        "successCriteria/0/type/vers", "vers", "version",
    ),
    ({"parameters": [{"name": "a", "in": "query", "value": 1, "vlaue": 2}]}, "parameters/0/vlaue", "vlaue", "value"),
    ({"parameters": [{"refrence": "$components.parameters.a"}]}, "parameters/0/refrence", "refrence", "reference"),
    ({"requestBody": {"content-type": "a/b"}}, "requestBody/content-type", "content-type", "contentType"),
    ({"requestBody": {"replacement": []}}, "requestBody/replacement", "replacement", "replacements"),
    (
        {"requestBody": {"payload": {"a": 1}, "replacements": [{"target": "/a", "value": 1, "targt": "/b"}]}},
        "requestBody/replacements/0/targt", "targt", "target",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "place", "written", "meant"), DEEP)
def test_a_field_that_an_object_of_a_step_does_not_have_leaves_its_workflow_out(
    fields: dict[str, Any], place: str, written: str, meant: str
) -> None:
    """Arazzo 1.0.1, 4.8: besides x- nothing may be added; a limit, a place or a guard that is misspelt is lost."""
    found = one(step(**fields))
    (problem, *_) = (each for each in found.problems if each.severity is Severity.ERROR)
    assert problem.pointer == f"#/workflows/0/steps/0/{place}"
    assert f"no field {written!r}" in problem.message
    assert problem.hint == (f"did you mean {meant!r}?" if meant else "remove it, or begin its name with x-")
    assert not found.workflows


def test_extensions_of_these_objects_are_no_unknown_fields() -> None:
    """Arazzo 1.0.1, 4.8."""
    action = {"name": "a", "type": "end", "x-a": 1, "criteria": [{"condition": "true", "x-b": 1}]}
    body = {"payload": {"a": 1}, "x-c": 1, "replacements": [{"target": "/a", "value": 1, "x-d": 1}]}
    found = one(
        step(onSuccess=[action], requestBody=body, parameters=[{"name": "a", "in": "query", "value": 1, "x-e": 1}])
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dependOn", "dependsOn"),
        ("successAction", "successActions"),
        ("failureactions", "failureActions"),
        ("parameter", "parameters"),
        ("output", "outputs"),
        ("input", "inputs"),
    ],
)
def test_a_misspelt_field_that_a_workflow_does_otherwise_without_leaves_it_out(written: str, meant: str) -> None:
    """Our choice: as with steps; all of its steps would run without what it says."""
    found = one(step(), **{written: []})
    (problem,) = (each for each in found.problems if each.severity is Severity.ERROR)
    assert (problem.pointer, problem.hint) == (f"#/workflows/0/{written}", f"did you mean {meant!r}?")
    assert not found.workflows


def test_what_stands_beside_a_reference_is_ignored_and_said() -> None:
    """Arazzo 1.0.1, 4.6.10: any properties added MUST be ignored; the value is of parameters alone."""
    stop = {"name": "stop", "type": "end"}
    document = described(
        workflow(step(onSuccess=[{"reference": "$components.successActions.stop", "criteria": [], "value": 1}])),
        components={"successActions": {"stop": stop}},
    )
    found = read(document)
    assert [each.name for each in found.workflows[0].steps[0].on_success] == ["stop"]
    assert said(found, Severity.WARNING) == [
        (f"#/workflows/0/steps/0/onSuccess/0/{name}", f"workflow 'w', step 's': {name!r} beside a reference is ignored")
        for name in ("criteria", "value")
    ]


def test_extensions_are_no_unknown_fields() -> None:
    """Arazzo 1.0.1, 4.8."""
    found = read(described(workflow({**step(), "x-a": 1}, **{"x-b": 1}), **{"x-c": 1}))
    assert found.problems == ()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("$steps.second.outputs.y", "has not run"),
        ("$steps.third.outputs.z", "has not run"),
        ("$steps.first.outputs.x", ""),
        ("$steps.first.outputs.x.deeper", ""),
        ("$inputs.a", ""),
        ("$inputs.a.deeper", ""),
        ("$workflows.gone.outputs.x", "no such workflow"),
        ("$workflows.w.inputs.a", ""),
        ("$sourceDescriptions.gone.url", "no such source description"),
        ("$sourceDescriptions.shop.url", ""),
        ("$components.parameters.gone", "no such component"),
        ("$response.body", "nothing was sent yet"),
    ],
)
def test_an_expression_that_names_what_is_not_there_is_a_warning(expression: str, message: str) -> None:
    """Issue 11: a step that is referred to must exist and come earlier, where that is sure."""
    parameter = {"name": "p", "in": "query", "value": {"deep": [expression]}}
    found = one(
        step("first", outputs={"x": "$response.body"}),
        step("second", parameters=[parameter], outputs={"y": "$response.body"}),
        step("third", outputs={"z": "$response.body"}),
        inputs={"type": "object", "properties": {"a": {}}},
    )
    warnings = said(found, Severity.WARNING)
    assert [place for place, _ in warnings] == (["#/workflows/0/steps/1/parameters/0/value/deep/0"] if message else [])
    assert all(message in words for _, words in warnings)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("$steps.plce.outputs.x", "no such step"),
        ("$steps.place.outputs.custmer", "no such output"),
        ("$inputs.produkt", "no such input"),
        ("to {$inputs.produkt}", "no such input"),
    ],
)
def test_a_name_that_is_never_there_leaves_the_workflow_out(expression: str, message: str) -> None:
    """Our choice: else the write before it is done, and what follows fails each time."""
    parameter = {"name": "p", "in": "query", "value": {"deep": [expression]}}
    placing = step("place", outputs={"x": "$response.body"})
    inputs = {"type": "object", "properties": {"a": {}}}
    for broken in (
        workflow(placing, step("pay", parameters=[parameter]), inputs=inputs),
        workflow(placing, inputs=inputs, outputs={"o": expression.removeprefix("to ")}),
        workflow(
            placing,
            step(successCriteria=[{"condition": f"{expression.removeprefix('to ').strip('{}')} == 1"}]),
            inputs=inputs,
        ),
    ):
        found = read(described(broken))
        assert found.workflows == ()
        assert any(message in words for _, words in said(found)), found.problems


@pytest.mark.parametrize("inputs", [None, {}, {"type": "object"}, {"additionalProperties": True}, {"properties": {}}])
def test_an_input_that_no_caller_can_give_leaves_a_workflow_out(inputs: Any) -> None:
    """Our choice: a tool takes what its schema names alone; a step of another workflow may give more."""
    using = step(parameters=[{"name": "p", "in": "query", "value": "$inputs.x"}])
    own = workflow(using, **({} if inputs is None else {"inputs": inputs}))
    assert [each.reason for each in read(described(own)).left_out] == [
        "step 's': '$inputs.x': the workflow has no such input"
    ]
    giving = step(workflowId="w", parameters=[{"name": "x", "value": 1}])
    calling = {**workflow(giving), "workflowId": "calling"}
    assert read(described(own, calling)).left_out == ()
    giving = step(workflowId="w", parameters=[{"reference": "$components.parameters.x"}])
    shared = {"parameters": {"x": {"name": "x", "value": 1}}}
    assert read(described(own, {**workflow(giving), "workflowId": "calling"}, components=shared)).left_out == ()


def test_inputs_of_what_a_workflow_depends_on_may_be_there() -> None:
    """Our choice: its tool takes these, too, and passes them on."""
    using = step(parameters=[{"name": "p", "in": "query", "value": "$inputs.x"}])
    before = {**workflow(step(), inputs={"properties": {"x": {}}}), "workflowId": "before"}
    assert read(described(workflow(using, dependsOn=["before"]), before)).left_out == ()


@pytest.mark.parametrize(
    ("own", "other", "is_left_out"),
    [
        ({}, {"q": {}}, True),
        ({"q": {}}, {"q": {}}, False),
        ({}, {"q": {"default": 1}}, False),
    ],
)
def test_a_way_to_a_workflow_whose_input_is_never_there_is_an_error(own: Any, other: Any, is_left_out: bool) -> None:
    """Our choice: a goto passes inputs on by their names; what is required and has no default is missing each time."""
    leading = step(onSuccess=[{"name": "on", "type": "goto", "workflowId": "other"}])
    second = {**workflow(step(), inputs={"properties": other, "required": ["q"]}), "workflowId": "other"}
    found = read(described(workflow(leading, inputs={"properties": own}), second))
    assert [
        each.reason.startswith("step 's': its action 'on' leads to the workflow 'other'") for each in found.left_out
    ] == ([True] if is_left_out else [])


def test_outputs_of_a_step_that_calls_a_workflow_are_those_of_the_workflow() -> None:
    """Our choice: where the step declares none, they may be found at run time, and nothing is said."""
    calling = {"stepId": "d", "workflowId": "child"}
    child = workflow(step(outputs={"x": "$url"}), outputs={"x": "$steps.s.outputs.x"})
    parent = workflow(calling, outputs={"y": "$steps.d.outputs.x"})
    found = read(described({**child, "workflowId": "child"}, parent))
    assert found.problems == ()


def test_where_an_action_leads_elsewhere_no_order_is_sure() -> None:
    """Issue 11: statically, where sure."""
    back = {"name": "back", "type": "goto", "stepId": "first", "criteria": [{"condition": "$statusCode == 202"}]}
    parameter = {"name": "p", "in": "query", "value": "$steps.second.outputs.y"}
    found = one(step("first", parameters=[parameter]), step("second", outputs={"y": "$url"}, onSuccess=[back]))
    assert found.problems == ()


def test_a_step_may_name_its_own_outputs_in_what_follows_it() -> None:
    """Our choice: they are there once the answer is."""
    criterion = {"condition": "$steps.s.outputs.x == 1"}
    found = one(
        step(outputs={"x": "$response.body"}, onSuccess=[{"name": "a", "type": "end", "criteria": [criterion]}]),
        outputs={"x": "$steps.s.outputs.x"},
    )
    assert found.problems == ()


def test_with_several_sources_an_operation_id_should_name_its_own() -> None:
    """Arazzo 1.0.1, 4.6.5, operationId: MUST be specified using a runtime expression."""
    sources: list[Any] = [
        {"name": "a", "url": "a"},
        {"name": "b", "url": "b"},
        {"name": "c", "url": "c", "type": "arazzo"},
    ]
    found = read({**described(workflow(step())), "sourceDescriptions": sources})
    assert [place for place, _ in said(found, Severity.WARNING)] == ["#/workflows/0/steps/0/operationId"]
    assert read({**described(workflow(step())), "sourceDescriptions": sources[1:]}).problems == ()


def test_a_step_that_calls_a_workflow_sends_no_body() -> None:
    """Arazzo 1.0.1, 4.6.5: the request body is for operations."""
    found = read(described({"workflowId": "a", "steps": [step(workflowId="w", requestBody={})]}, workflow(step())))
    assert found.workflows[0].steps[0].body is None
    assert [place for place, _ in said(found, Severity.WARNING)] == ["#/workflows/0/steps/0/requestBody"]


def test_what_several_steps_share_is_said_once() -> None:
    """Our choice: 400 steps do not make 400 problems of one."""
    found = one(step("a"), step("b"), parameters=[{"name": "p", "in": "x", "value": 1}])
    assert len(found.problems) == 1


def test_problems_are_bounded() -> None:
    """Our choice: a report is read by people."""
    found = one(*({**step(str(index)), **{f"y{number}": 1 for number in range(5)}} for index in range(400)))
    assert len(found.problems) == 501
    assert "no more are named" in found.problems[-1].message


def test_foreign_text_in_a_problem_is_short_and_plain() -> None:
    """style.md, Errors: foreign text is quoted and shortened."""
    found = one(step("\x1b[31m" + "x" * 10_000, operationId=5, **{"\x07" * 3 + "y" * 5_000: 1}))
    assert found.problems
    assert all(len(each.message) < 400 and each.message.isprintable() for each in found.problems)


TEXTS = st.sampled_from(
    ["$inputs.title", "$steps.search.outputs.book", "{$url}", "signIn", "search", "$components.parameters.branch"]
)
KEYS = st.sampled_from(["reference", "name", "type", "$ref", "value", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


NEWER: dict[str, Any] = {
    "dependsOn": ["s"],
    "timeout": 5,
    "outputs": {
        "x": {"context": "$response.body", "selector": "$.a", "type": {"type": "jsonpath", "version": "rfc9535"}}
    },
    "requestBody": {"payload": {}, "replacements": [{"target": "/a", "targetSelectorType": "jsonpointer", "value": 1}]},
    "onSuccess": [{"name": "a", "type": "end", "parameters": []}],
}


@given(
    st.randoms(use_true_random=False),
    st.lists(VALUES, min_size=1, max_size=4),
    st.sampled_from([borrowing(), {**described(workflow(step("s"), step("t", **NEWER))), "arazzo": "1.1.0"}]),
)
def test_a_description_with_anything_anywhere_is_read_or_refused_by_us(
    chance: Any, values: list[Any], described: dict[str, Any]
) -> None:
    """Issue 11: hostile until proven otherwise; whatever a field holds, no other error comes of it."""
    root = deepcopy(described)
    for value in values:
        holder = root
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = chance.choice(keys)
            if not isinstance(holder[key], dict | list) or not holder[key] or chance.random() < 0.2:
                holder[key] = deepcopy(value)
                break
            holder = holder[key]
    try:
        found = read(root)
    except DocumentError:
        return
    assert all(isinstance(each, Problem) and each.pointer.startswith("#") for each in found.problems)


def test_a_large_description_is_read_in_one_pass() -> None:
    """Our choice: linear in the document; what is shared by reference is looked at once."""
    payload = {"reference": "$components.parameters.large"}
    large = {"name": "large", "in": "query", "value": [{"a": f"$inputs.x#/{number}"} for number in range(20_000)]}
    flows = [
        {
            "workflowId": f"w{index}",
            "inputs": {"properties": {"x": {}}},
            "steps": [step(str(number), parameters=[payload]) for number in range(100)],
        }
        for index in range(100)
    ]
    found = read(described(*flows, components={"parameters": {"large": large}}))
    assert len(found.workflows) == 100


def test_a_step_without_outputs_has_those_of_the_workflow_that_it_calls() -> None:
    """Our choice: `check` says nothing of what is found when it runs."""
    calling = step("d", workflowId="other")
    using = step("e", parameters=[{"name": "t", "in": "query", "value": "$steps.d.outputs.token"}])
    other = {"workflowId": "other", "steps": [step()], "outputs": {"token": "$inputs.x"}}
    found = read(described(workflow(calling, using), other))
    assert not [problem for problem in found.problems if "no such output" in problem.message]
    own = read(described(workflow({**calling, "outputs": {"n": "$outputs.n"}}, using), other))
    assert [problem for problem in own.problems if "no such output" in problem.message]


@pytest.mark.parametrize(
    ("value", "severity", "hint"),
    [
        ("$input.x", Severity.ERROR, "did you mean '$inputs'?"),
        ("$INPUTS.x", Severity.ERROR, "did you mean '$inputs'?"),
        ("{$step.find.outputs.id}", Severity.ERROR, "did you mean '$steps'?"),
        ("Hi {$input.x}", Severity.ERROR, "did you mean '$inputs'?"),
        (["$step.find.outputs.id"], Severity.ERROR, "did you mean '$steps'?"),
        ('{"a": "$step.find.outputs.id"}', Severity.ERROR, "did you mean '$steps'?"),
        ("$HOME.x", Severity.WARNING, "begin it with one of $url, "),
        ("for $inputs.x", Severity.WARNING, "within a text, write {$inputs.x}"),
        ("for $steps.s.outputs.a, now", Severity.WARNING, "within a text, write {$steps.s.outputs.a}"),
        ("$5.00", None, ""),
        ("$inputs.x", None, ""),
        ("for {$inputs.x}", None, ""),
        ('{"a": "$inputs.x"}', None, ""),
        ("a=$inputs.x&b=1", None, ""),
    ],
)
def test_a_value_that_is_nearly_an_expression_is_said(value: Any, severity: Severity | None, hint: str) -> None:
    """Our choice: it would be sent as it stands, in a write too; a price or a shell variable may be meant."""
    found = one(step(requestBody={"payload": value}), inputs={"properties": {"x": {}}})
    told = [each for each in found.problems if "no runtime expression" in each.message]
    assert [each.severity for each in told] == ([severity] if severity else [])
    assert all(each.hint.startswith(hint) for each in told)
    assert bool(found.left_out) is (severity is Severity.ERROR)


def test_a_component_with_a_mistyped_expression_leaves_out_each_workflow_that_uses_it() -> None:
    """Our choice: what is shared is looked at once, and told of each."""
    shared = {"note": {"name": "note", "in": "query", "value": ["$input.x"]}}
    using = [
        {**workflow(step(parameters=[{"reference": "$components.parameters.note"}])), "workflowId": w} for w in "ab"
    ]
    assert [each.id for each in read(described(*using, components={"parameters": shared})).left_out] == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"dependsOn": ["othr"]}, "did you mean 'other'?"),
        ({"outputs": {"x": "$steps.frist.outputs.id"}}, "did you mean 'first'?"),
        ({"outputs": {"x": "$steps.first.outputs.custmer"}}, "did you mean 'customer'?"),
        ({"outputs": {"x": "$steps.first.outputs.zzz"}}, "correct the name"),
        ({"outputs": {"x": "$workflows.othr.outputs.y"}}, "did you mean 'other'?"),
        ({"outputs": {"x": "$sourceDescriptions.shp.url"}}, "did you mean 'shop'?"),
        ({"outputs": {"x": "$inputs.nmae"}}, "did you mean 'name'?"),
        (
            {"outputs": {"x": "$inputs.zzz"}},
            "name it among the properties of the workflow's inputs: its tool takes those alone",
        ),
        ({"more": {"successCriteria": [{"condition": "statusCode == 201"}]}}, "write it with a $: $statusCode"),
        ({"sumary": "x"}, "did you mean 'summary'?"),
        ({"more": {"onSuccess": [{"name": "a", "type": "goto", "stepId": "secnd"}]}}, "did you mean 'second'?"),
        ({"more": {"onSuccess": [{"name": "a", "type": "goto", "workflowId": "othr"}]}}, "did you mean 'other'?"),
        ({"more": {"onSuccess": [{"name": "a", "type": "gotoo", "stepId": "second"}]}}, "did you mean 'goto'?"),
        ({"more": {"operationId": "$sourceDescriptions.shopp.a"}}, "did you mean 'shop'?"),
        ({"more": {"parameters": [{"reference": "$components.parameters.pge"}]}}, "did you mean 'page'?"),
        ({"more": {"successCriteria": [{"condition": "1 == 1", "type": "Simple"}]}}, "did you mean 'simple'?"),
    ],
)
def test_a_name_that_is_nearly_right_is_guessed(fields: dict[str, Any], hint: str) -> None:
    """errors.py: what to do; a slip in an id is the commonest fault of a file that is written by hand."""
    first = step("first", outputs={"customer": "$response.body#/customer"}, **fields.pop("more", {}))
    inputs = {"type": "object", "properties": {"name": {}}, "additionalProperties": False}
    own = workflow(first, step("second"), **{"inputs": inputs, **fields})
    other = {**workflow(step("only")), "workflowId": "other"}
    components = {"parameters": {"page": {"name": "page", "in": "query", "value": 1}}}
    document = read(described(own, other, components=components))
    assert [each.hint for each in document.problems] == [hint]


def test_an_output_of_a_later_step_is_a_matter_of_order() -> None:
    """errors.py: what to do; the name is right."""
    early = step("a", parameters=[{"name": "p", "in": "query", "value": "$steps.b.outputs.x"}])
    (problem,) = one(early, step("b", outputs={"x": "$response.body"})).problems
    assert problem.hint == "put that step before this one"


def test_a_criterion_on_the_last_answer_of_a_called_workflow_is_no_problem() -> None:
    """Arazzo 1.0.1, examples, pet-coupons: a step that calls a workflow expects $statusCode == 200."""
    calling = step("a", workflowId="other", successCriteria=[{"condition": "$statusCode == 200"}])
    assert read(described(workflow(calling), {**workflow(step()), "workflowId": "other"})).problems == ()


def test_outputs_of_no_called_workflow_are_an_error_in_what_is_sent() -> None:
    """Our choice: `$outputs` of a step that calls an operation leads to nothing; public descriptions have it."""
    wrong = {"name": "id", "in": "path", "value": "$outputs.token#/id"}
    found = one(step("first", outputs={"token": "$response.body"}), step("then", parameters=[wrong]))
    (problem,) = found.problems
    assert problem.severity is Severity.ERROR
    assert "'$outputs.token#/id': these are the outputs of the workflow that a step has called" in problem.message
    assert problem.hint == "write $steps.first.outputs.token#/id"


@pytest.mark.parametrize(
    ("outputs", "hint"),
    [
        ({"x": "$outputs.data[0].id"}, "write $response.body#/data/0/id, or $steps.ID.outputs.NAME"),
        ({"x": "$response.body.count > 0"}, "name the value, and compare it in a condition"),
    ],
)
def test_an_output_that_is_always_null_is_said(outputs: dict[str, str], hint: str) -> None:
    """Our choice: what public descriptions write, and would find as null only when it runs."""
    (problem,) = one(step(outputs=outputs)).problems
    assert (problem.severity, problem.hint) == (Severity.WARNING, hint)


@pytest.mark.parametrize(
    ("fields", "severity", "hint"),
    [
        (
            {"parameters": [{"name": "note", "in": "body", "value": 1}]},
            Severity.ERROR,
            "write requestBody: {payload: {note: ...}}",
        ),
        (
            {"requestBody": {"payload": {"name": "$inputs.a $inputs.b"}}},
            Severity.ERROR,
            "within a text, write each expression in braces: {$inputs.a} {$inputs.b}",
        ),
        (
            {
                "successCriteria": [
                    {"condition": "$.a", "context": "$response.body", "type": "jsonpath", "version": "x"}
                ]
            },
            Severity.WARNING,
            "write it by RFC 9535, and `type: jsonpath` alone",
        ),
    ],
)
def test_what_is_often_written_otherwise_is_answered_with_the_right_form(
    fields: dict[str, Any], severity: Severity, hint: str
) -> None:
    """Our choice: parameters in the body, several expressions in a text, a version beside its type."""
    (problem,) = one(step(**fields), inputs={"properties": {"a": {}, "b": {}}}).problems
    assert (problem.severity, problem.hint) == (severity, hint)
