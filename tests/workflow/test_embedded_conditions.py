"""Expressions in braces within patterns and paths."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.arazzo import described, step, workflow

from openapi_mcp.model.document import Severity
from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.criteria import check_criterion, holds, observed
from openapi_mcp.workflow.embedded import condition_of
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.state import Exchange, State

BODY: dict[str, Any] = {
    "items": [{"id": 7, "name": "Ana"}, {"id": 8, "name": 'it\'s "so" \\ here'}],
    "state": "open",
    "is": True,
}
INPUTS = {"id": 8, "name": "Ana", "odd": BODY["items"][1]["name"], "field": "state", "pattern": "o.en", "no": None}
STATE = State(inputs=INPUTS, exchange=Exchange(status=200, response_body=BODY))


def path(condition: str) -> Criterion:
    return Criterion(condition=condition, kind=CriterionKind.JSONPATH, context="$response.body")


def pattern(condition: str, context: str = "$response.body#/state") -> Criterion:
    return Criterion(condition=condition, kind=CriterionKind.REGEX, context=context)


@pytest.mark.parametrize(
    ("criterion", "is_met"),
    [
        (path("$.items[?@.name == '{$inputs.name}']"), True),
        (path('$.items[?@.name == "{$inputs.name}"]'), True),
        (path("$.items[?@.name == {$inputs.name}]"), True),
        (path("$.items[?@.id == {$inputs.id}]"), True),
        (path("$.items[?@.id == '{$inputs.id}']"), False),
        (path("$.items[?@.id > {$inputs.id}]"), False),
        (path("$.items[?@.name == 'x{$inputs.name}']"), False),
        (path("$.items[?@.name == '{$inputs.odd}']"), True),
        (path('$.items[?@.name == "{$inputs.odd}"]'), True),
        (path("$.items[?@.name == {$inputs.odd}]"), True),
        (path("$.{$inputs.field}"), True),
        (path("$[{$inputs.field}]"), True),
        (path("$['{$inputs.field}']"), True),
        (path("$.items[?@.name == '\\'{$inputs.name}']"), False),
        (path("$.items[?@.x == {$inputs.no}]"), False),
        (path("$.items[?@.id == {$statusCode}]"), False),
        (path("$.items[?@.name == {$inputs.absent}]"), False),
        (pattern("^{$inputs.pattern}$"), True),
        (pattern("^({$inputs.name}|{$inputs.field})$"), False),
        (pattern("^2{1}0{2}$", "$statusCode"), True),
        (pattern("^{$statusCode}$", "$statusCode"), True),
        (pattern("{$inputs.absent}"), False),
        (pattern("^[a-z]{4}$"), True),
    ],
)
def test_what_stands_in_braces_is_put_in_before_a_condition_is_held(criterion: Criterion, is_met: bool) -> None:
    """Arazzo 1.1.0, Criterion Object, Runtime Expressions in Conditions; 1.0.1, 4.7: {} embeds them in texts."""
    check_criterion(criterion)
    assert holds(criterion, STATE) is is_met


@given(st.text(max_size=40), st.sampled_from("'\""))
def test_a_value_never_ends_the_text_that_it_stands_in(value: str, quote: str) -> None:
    """Our choice: an answer that has a quote would else decide what is asked."""
    criterion = path(f"$[?@ == {quote}{{$inputs.value}}{quote}]")
    state = State(inputs={"value": value}, exchange=Exchange(status=200, response_body=[value]))
    other = State(inputs={"value": value}, exchange=Exchange(status=200, response_body=[f"{value}x"]))
    if value.isprintable():
        assert (holds(criterion, state), holds(criterion, other)) == (True, False)
    else:
        assert isinstance(condition_of(criterion, state), str)


def test_a_pattern_that_a_value_makes_unreadable_is_refused() -> None:
    """regex.py: matched in linear time, or not at all."""
    state = State(inputs={"p": "(?=a)"}, exchange=Exchange(status=200, response_body={"state": "a"}))
    with pytest.raises(CriterionError, match="no pattern that can be matched"):
        holds(pattern("^{$inputs.p}"), state)


def test_a_failure_says_what_the_braces_held() -> None:
    """Our choice: as for what a condition is held against."""
    assert observed(pattern("^{$inputs.name}$"), STATE) == '$response.body#/state is "open", $inputs.name is "Ana"'


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"condition": "^{$steps.gone.outputs.x}$", "type": "regex", "context": "$url"}, "condition", "$steps.gone"),
    ({"condition": "^{$input.x}$", "type": "regex", "context": "$url"}, "condition", "'$input' begins no runtime"),
    ({"condition": "$[?@ == {$steps.s}]", "type": "jsonpath", "context": "$url"}, "condition", "no runtime expression"),
    ({"condition": "$", "type": "jsonpath", "context": "$steps.gone.outputs.x"}, "context", "$steps.gone"),
    ({"condition": "$", "type": "jsonpath", "context": "url"}, "context", "in the context"),
    ({"condition": "$steps.gone.outputs.x == 1"}, "condition", "$steps.gone"),
]


@pytest.mark.parametrize(("criterion", "field", "message"), WRONG)
def test_what_is_wrong_in_a_criterion_is_said_at_its_field(criterion: dict[str, Any], field: str, message: str) -> None:
    """Issue 11: errors say where: the line of the condition, or of the context, not of the list."""
    found = read(described(workflow(step(successCriteria=[criterion]))))
    (problem,) = [each for each in found.problems if each.severity is Severity.ERROR]
    assert problem.pointer == f"#/workflows/0/steps/0/successCriteria/0/{field}"
    assert message in problem.message


def test_a_misspelt_root_is_answered_with_the_one_that_may_be_meant() -> None:
    """Issue 11: errors say what to do."""
    found = read(described(workflow(step(outputs={"x": "$respnse.body#/id"}))))
    assert [each.hint for each in found.problems] == ["did you mean '$response'?"]
