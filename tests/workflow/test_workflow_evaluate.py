"""Runtime expressions evaluated, and values filled with what they name."""

from typing import Any

import pytest

from openapi_mcp.model.workflow import SourceDescription
from openapi_mcp.workflow.evaluate import evaluate, filled
from openapi_mcp.workflow.faults import ExpressionError, WorkflowError
from openapi_mcp.workflow.state import NOTHING, Exchange, Missing, Ran, State

BODY = {"items": [{"id": 7, "a/b": {"~": True}}], "n.m": {"o": 1}, "n": {"m": 2}, "null": None, "with space": 3}
STATE = State(
    inputs={"name": "Ana", "customer": {"id": 5, "tags": ["x"]}, "x-y": 1, "a.b": {"c": 2}, "none": None},
    outputs={"total": 3},
    steps={"find": {"pets": [{"id": 1}], "all.ids": [1, 2]}},
    workflows={"pay": Ran(inputs={"sum": 9}, outputs={"receipt": {"no": "r1"}})},
    sources=(SourceDescription(name="shop", url="./shop.yaml", kind="openapi"),),
    components={
        "parameters": {"page": {"name": "page", "in": "query", "value": 1}},
        "inputs": {"a": {"type": "object"}},
    },
    exchange=Exchange(
        method="POST",
        url="https://api.example/orders?page=2",
        path={"id": 4},
        query={"page": 2, "q.x": "y"},
        request_headers=(("Accept", "application/json"),),
        request_body={"a": 1},
        status=201,
        response_headers=(("X-Total", "10"), ("x-total", "11")),
        response_body=BODY,
    ),
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$method", "POST"),
        ("$url", "https://api.example/orders?page=2"),
        ("$statusCode", 201),
        ("$request.header.ACCEPT", "application/json"),
        ("$request.path.id", 4),
        ("$request.query.page", 2),
        ("$request.query.q.x", "y"),
        ("$request.body#/a", 1),
        ("$response.header.x-TOTAL", "10"),
        ("$response.body", BODY),
        ("$response.body#", BODY),
        ("$response.body#/items/0/id", 7),
        ("$response.body#/items/0/a~1b/~0", True),
        ("$response.body#/null", None),
        ("$response.body#/with%20space", 3),
        ("$response.body.items", BODY["items"]),
        ("$response.body.n.m", BODY["n.m"]),
        ("$response.body.n.m.o", 1),
        ("$response.body.items[0].id", 7),
        ("$response.body.items[0].a/b.~", True),
        ("$response.body.items.0.id", 7),
        ("$response.body.items.length", 1),
        ("$steps.find.outputs.all.ids.length", 2),
        ("$steps.find.outputs.pets[0].id", 1),
        ("$steps.find.outputs.pets.0.id", 1),
        ("$steps.find.outputs.all.ids.1", 2),
        ("$inputs.name", "Ana"),
        ("{$inputs.name}", "Ana"),
        ("$inputs.customer#/tags/0", "x"),
        ("$inputs.customer.id", 5),
        ("$inputs.x-y", 1),
        ("$inputs.a.b.c", 2),
        ("$inputs.none", None),
        ("$outputs.total", 3),
        ("$steps.find.outputs.pets#/0/id", 1),
        ("$steps.find.outputs.all.ids#/1", 2),
        ("$workflows.pay.inputs.sum", 9),
        ("$workflows.pay.outputs.receipt#/no", "r1"),
        ("$sourceDescriptions.shop.url", "./shop.yaml"),
        ("$sourceDescriptions.shop.getOrder", "getOrder"),
        ("$components.parameters.page", 1),
        ("$components.inputs.a", {"type": "object"}),
    ],
)
def test_each_expression_is_the_value_with_its_type(expression: str, value: Any) -> None:
    """Arazzo 1.0.1, 4.7: runtime expressions preserve the type of the referenced value."""
    assert evaluate(expression, STATE) == value
    assert type(evaluate(expression, STATE)) is type(value)


@pytest.mark.parametrize(
    "expression",
    [
        "$inputs.gone",
        "$inputs.name.first",
        "$inputs.customer#/tags/1",
        "$inputs.customer#/tags/01",
        "$inputs.customer#/tags/-",
        "$inputs.customer#/tags/-1",
        "$inputs.customer#/tags/x",
        "$inputs.none#/x",
        "$outputs.gone",
        "$steps.gone.outputs.x",
        "$steps.find.outputs.x",
        "$workflows.gone.outputs.x",
        "$sourceDescriptions.gone.url",
        "$components.parameters.gone",
        "$response.header.gone",
        "$response.body#/items/9",
    ],
)
def test_what_is_not_there_is_missing_and_not_null(expression: str) -> None:
    """Our choice: a null is a value, nothing is none; the reason is kept for whoever reads the failure."""
    found = evaluate(expression, STATE)
    assert isinstance(found, Missing)
    assert found.expression == expression
    assert found.why


@pytest.mark.parametrize("expression", ["$url", "$response.body", "$request.header.accept"])
def test_before_anything_is_sent_there_is_no_message(expression: str) -> None:
    """Our choice: nothing of an earlier step shines through."""
    assert evaluate(expression, State()) == Missing(expression=expression, why="nothing was sent yet")


def test_without_an_answer_the_request_is_there_and_the_answer_is_missing() -> None:
    """Our choice: a failure action may look at what was sent."""
    state = State(exchange=Exchange(method="GET", url="https://api.example/"))
    assert evaluate("$method", state) == "GET"
    assert isinstance(evaluate("$statusCode", state), Missing)
    assert isinstance(evaluate("$response.header.x", state), Missing)
    assert isinstance(evaluate("$request.body", state), Missing)


def test_what_is_no_expression_is_an_error() -> None:
    """style.md, Errors."""
    with pytest.raises(ExpressionError):
        evaluate("name", STATE)


def test_a_missing_value_does_not_hold() -> None:
    """Our choice."""
    assert not NOTHING


def test_a_value_is_filled_however_deep() -> None:
    """Arazzo 1.0.1, 4.6.14: expressions in a payload are evaluated before the call; 4.7: braces make texts."""
    value = {
        "customer": "$inputs.customer",
        "lines": [{"id": "$response.body#/items/0/id", "n": 2}],
        "note": "for {$inputs.name}, {$inputs.customer#/tags} {$inputs.none}",
        "id": "{$inputs.customer.id}",
        "price": "$5",
        "$inputs.name": "a name is no value",
    }
    assert filled(value, STATE) == {
        "customer": {"id": 5, "tags": ["x"]},
        "lines": [{"id": 7, "n": 2}],
        "note": 'for Ana, ["x"] null',
        "id": "5",
        "price": "$5",
        "$inputs.name": "a name is no value",
    }


def test_what_came_in_by_an_expression_is_not_filled_again() -> None:
    """security.md A 2: text that came from a value is never substituted again."""
    state = State(inputs={"a": "$inputs.secret", "b": "{$inputs.secret}", "c": ["$inputs.secret"], "secret": "s"})
    assert filled(["$inputs.a", "x {$inputs.b}", "$inputs.c"], state) == [
        "$inputs.secret",
        "x {$inputs.secret}",
        ["$inputs.secret"],
    ]


@pytest.mark.parametrize("value", ["$inputs.gone", "a {$inputs.gone}", ["$inputs.name", {"x": "$inputs.gone"}]])
def test_one_missing_value_makes_the_whole_missing(value: Any) -> None:
    """Issue 11: no id that no answer gave; half a body is never sent."""
    found = filled(value, STATE)
    assert isinstance(found, Missing)
    assert found.expression == "$inputs.gone"


def test_the_document_is_not_changed() -> None:
    """style.md: data does not change once made."""
    value = {"a": ["$inputs.name"]}
    filled(value, STATE)
    assert value == {"a": ["$inputs.name"]}


@pytest.mark.parametrize("value", ["{$inputs.x}" * 2_000, ["$inputs.x"] * 2_000, ["$inputs.y"] * 200])
def test_a_value_that_grows_beyond_any_request_is_refused(value: Any) -> None:
    """Our choice: texts that name each other grow without bound; ten million characters are more than any body."""
    state = State(inputs={"x": "y" * 100_000, "y": [[]] * 100_000})
    with pytest.raises(WorkflowError, match="more than any request"):
        filled(value, state)


def test_a_value_nested_without_end_is_refused() -> None:
    """Our choice: documents have at most 300 levels."""
    value: Any = "x"
    for _ in range(5_000):
        value = [value]
    with pytest.raises(WorkflowError, match="nested"):
        filled(value, STATE)
