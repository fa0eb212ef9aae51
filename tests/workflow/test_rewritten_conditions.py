"""Conditions as descriptions in the wild have them: a path that compares, a text in double quotes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.arazzo import described, step, workflow

from openapi_mcp.model.document import Severity
from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.criteria import holds
from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.rewritten import as_simple
from openapi_mcp.workflow.state import Exchange, State

BODY = {"status": "Running", "left": 0, "trips": [{"id": "t1", "a b": 1}], "deep": {"price": 4.5, "ok": False}}
STATE = State(
    inputs={"id": "t1"},
    steps={"find": {"ids": [1, 2]}},
    exchange=Exchange(method="GET", url="https://api.example/", status=200, response_body=BODY),
)


def path(condition: str, context: str = "$response.body") -> Criterion:
    return Criterion(condition=condition, kind=CriterionKind.JSONPATH, context=context)


@pytest.mark.parametrize(
    ("condition", "context", "meant", "is_met"),
    [
        ('$.status == "RUNNING"', "$response.body", "$response.body#/status == 'RUNNING'", True),
        ("$.status != 'running'", "$response.body", "$response.body#/status != 'running'", False),
        ("$.token != null", "$response.body", "$response.body#/token != null", False),
        ("$.trips[0] != null", "$response.body", "$response.body#/trips/0 != null", True),
        ("$['trips'][0][\"id\"] == $inputs.id", "$response.body", "$response.body#/trips/0/id == $inputs.id", True),
        ("$.trips[0].id == '{$inputs.id}'", "$response.body", "$response.body#/trips/0/id == $inputs.id", True),
        ("$.price >= 4.5", "$response.body#/deep", "$response.body#/deep/price >= 4.5", True),
        ("$.price >= 4.5", "{$response.body.deep}", "$response.body.deep#/price >= 4.5", True),
        ("$[1] == 2", "$steps.find.outputs.ids", "$steps.find.outputs.ids#/1 == 2", True),
        ("$ == 200", "$statusCode", "$statusCode == 200", True),
        (
            "($.status == 'done' || $.left == 0) && !($.deep.ok == true)",
            "$response.body",
            "($response.body#/status == 'done' || $response.body#/left == 0) && !($response.body#/deep/ok == true)",
            True,
        ),
        ('$.said == "it\'s \\"so\\""', "$response.body", "$response.body#/said == 'it''s \"so\"'", False),
    ],
)
def test_a_path_that_compares_is_read_as_the_condition_that_it_is(
    condition: str, context: str, meant: str, is_met: bool
) -> None:
    """Our choice: public descriptions and tutorials write `$.status == 'x'`, and other runners take it."""
    found = as_simple(path(condition, context))
    assert found == Criterion(condition=meant)
    assert holds(found, STATE) is is_met


@pytest.mark.parametrize(
    ("condition", "context"),
    [
        ("$.trips[?@.id == 't1'][0] != null", "$response.body"),  # a filter within
        ("$..id == 't1'", "$response.body"),
        ("$.trips[*].id == 't1'", "$response.body"),
        ("$.trips[-1].id == 't1'", "$response.body"),
        ("length($.trips) > 0", "$response.body"),
        ("$.status && $.left", "$response.body"),  # there, or true?
        ("$response.body#/status", "$response.body"),
        ("$.status == 'a {$inputs.id} b'", "$response.body"),
        ("$.status == open", "$response.body"),
        ("$.status == 'open", "$response.body"),
        ('$.status == "\\x"', "$response.body"),
        ('$.status == "\\ud800"', "$response.body"),
        ("$['a b'] == 1", "$response.body"),  # which no expression of a condition can name
        ("$[\"'status'\"] == 1", "$response.body"),  # a name in quotes of its own
        ("$.x == 1", "$statusCode"),
        ("$.x == 1", "$response.header.X-Left"),
        ("$.x == 1", "no expression"),
        ("#/name == Chocolate", "$response.body"),
    ],
)
def test_what_may_mean_two_things_is_not_guessed(condition: str, context: str) -> None:
    """Our choice: a criterion decides which writes follow."""
    assert as_simple(path(condition, context)) is None


def test_a_text_in_double_quotes_is_a_text() -> None:
    """Arazzo 1.0.1, 4.6.11 has single quotes; public descriptions have both."""
    found = as_simple(Criterion(condition='$response.body#/status == "running" && $statusCode == 200'))
    assert found == Criterion(condition="$response.body#/status == 'running' && $statusCode == 200")
    assert holds(found, STATE)
    assert as_simple(Criterion(condition='$.status == "running"')) is None  # of what?
    assert as_simple(Criterion(condition='"$x"', kind=CriterionKind.REGEX, context="$response.body")) is None


@pytest.mark.parametrize(
    ("criterion", "message", "hint"),
    [
        (
            {"context": "$response.body", "condition": '$.status == "FULFILLED"', "type": "jsonpath"},
            "a JSONPath selects, and compares in filters alone; '$.status == \"FULFILLED\"' is read as it is meant",
            "write $response.body#/status == 'FULFILLED', with type simple and no context",
        ),
        (
            {"condition": '$response.body#/status == "done"'},
            "a text stands in single quotes; '$response.body#/status == \"done\"' is read as it is meant",
            "write $response.body#/status == 'done'",
        ),
    ],
)
def test_it_is_served_with_a_word_on_how_it_is_written(criterion: dict[str, Any], message: str, hint: str) -> None:
    """Our choice: a warning that names the condition as the specification has it."""
    document = read(described(workflow(step(successCriteria=[criterion]))))
    (problem,) = document.problems
    assert problem.severity is Severity.WARNING
    assert problem.pointer == "#/workflows/0/steps/0/successCriteria/0/condition"
    assert problem.message.endswith(message)
    assert problem.hint == hint
    assert document.workflows[0].steps[0].criteria[0].kind is CriterionKind.SIMPLE


def test_a_name_that_never_is_in_what_it_compares_is_still_an_error() -> None:
    """The expressions of the condition that is meant are looked at as those of any other."""
    wrong = {"context": "$response.body", "condition": "$.id == $inputs.nothing", "type": "jsonpath"}
    document = read(described(workflow(step(successCriteria=[wrong]))))
    assert [each.severity for each in document.problems] == [Severity.WARNING, Severity.ERROR]
    assert not document.workflows


@given(condition=st.text("$.[]'\"@=! ab0{}&", max_size=40), context=st.sampled_from(["$response.body", "$statusCode"]))
def test_any_text_is_read_or_left(condition: str, context: str) -> None:
    """Our choice: whatever stands there, it ends, and what comes can be held against an answer."""
    for kind in (CriterionKind.JSONPATH, CriterionKind.SIMPLE):
        found = as_simple(Criterion(condition=condition, kind=kind, context=context))
        assert found is None or holds(found, STATE) in (True, False)
