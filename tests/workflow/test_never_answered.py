"""Outputs whose pointers lead to what the answers of an operation never have."""

from typing import Any

import pytest
from support.make import Json, answering, document, json_body

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.workflow import Action, ActionKind, Criterion, CriterionKind, Step
from openapi_mcp.workflow.never_answered import filtered_members, never_answered

TEXT: Json = {"type": "string"}
ITEM: Json = {"type": "object", "properties": {"id": TEXT, "price": TEXT}, "additionalProperties": False}
ORDER: Json = {
    "type": "object",
    "properties": {
        "total": TEXT,
        "placed at": TEXT,
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "labels": {"type": "object", "properties": {"colour": TEXT}, "additionalProperties": TEXT},
        "free": {"type": "object"},
        "either": {"oneOf": [{"properties": {"card": TEXT}}, {"properties": {"bank": TEXT}}]},
        "joined": {"allOf": [{"$ref": "#/components/schemas/Item"}, {"properties": {"size": TEXT}}]},
        "round": {"$ref": "#/components/schemas/Round"},
        "unknown": {},
        "maybe": {"type": ["object", "string"], "properties": {"total": TEXT}},
    },
}
ROUND: Json = {"allOf": [{"$ref": "#/components/schemas/Round"}]}


def hints(pointer: str, operation: Json, **fields: Any) -> list[tuple[str, str]]:
    """Return the places and hints of what is said of an output with this pointer."""
    made = document({"/orders": {"get": operation}}, components={"schemas": {"Item": ITEM, "Round": ROUND}})
    step = Step(id="s", outputs={"o": f"$response.body#{pointer}"}, **fields)
    found = never_answered(step, made.operations[0], made.schemas, Guesses())
    return [(each.place, each.hint) for each in found if not each.is_fatal]


@pytest.mark.parametrize(
    ("pointer", "hint"),
    [
        ("/totl", "did you mean 'total'?"),
        ("/items/0/prise", "did you mean 'price'?"),
        ("/items/0/zzz", "correct the pointer: there are id, price"),
        ("/items/price", "a list comes there: name an item of it, as in 0/price"),
        ("/joined/sise", "did you mean 'size'?"),
        ("/joined/zzz", "correct the pointer: there are"),
    ],
)
def test_an_output_that_no_answer_has_is_told(pointer: str, hint: str) -> None:
    """Our choice: it would be null in each run, and nobody would know why."""
    ((place, said),) = hints(pointer, answering(ORDER))
    assert place == "/outputs/o"
    assert said.startswith(hint)


@pytest.mark.parametrize(
    "pointer",
    [
        "", "/total", "/zzz", "/items/0/price", "/items/-", "/items/0", "/labels/color", "/free/x", "/either/crd",
        "/round/x", "/unknown/x", "/maybe/totl", "/total/x", "/placed%20at", "/joined/id",
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_may_be_there(pointer: str) -> None:
    """Our choice: objects are open unless they say otherwise, and unions and maps may have whatever is asked for."""
    assert hints(pointer, answering(ORDER)) == []


@pytest.mark.parametrize(
    "responses",
    [
        {},
        {"200": {"description": "A file.", "content": {"text/csv": {"schema": TEXT}}}},
        {"200": {"description": "Any.", "content": json_body({})}},
        {
            "200": {"description": "An order.", "content": json_body(ORDER)},
            "202": {"description": "Other.", "content": json_body({"type": "object", "properties": {"totl": TEXT}})},
        },
        {"404": {"description": "None.", "content": json_body(ORDER)}},
    ],
)
def test_nothing_is_said_where_a_success_may_answer_otherwise(responses: Json) -> None:
    """Our choice: what no schema says is not known."""
    assert hints("/totl", {"responses": responses}) == []


def test_nothing_is_said_of_a_step_that_waits_for_a_refusal() -> None:
    """Arazzo 1.0.1, 4.6.5: criteria say what a success is."""
    waits = (Criterion(condition="$statusCode == 404"),)
    assert hints("/totl", answering(ORDER), criteria=waits) == []


def filtered(condition: str, schema: Any, context: str = "$response.body") -> list[tuple[str, str]]:
    """Return the places and hints of what is said of an action with this criterion."""
    made = document({"/orders": {"get": answering(schema)}}, components={"schemas": {"Item": ITEM, "Round": ROUND}})
    criterion = Criterion(
        condition=condition, kind=CriterionKind.JSONPATH, context=context, pointer="#/s/onSuccess/0/c"
    )
    action = Action(name="a", kind=ActionKind.END, criteria=(criterion,))
    step = Step(id="s", on_success=(action,), pointer="#/s")
    return [(each.place, each.hint) for each in filtered_members(step, made.operations[0], made.schemas)]


@pytest.mark.parametrize("condition", ["$[?count(@.items) > 0]", "$[?length(@.items) == 0]", " $[ ?@.items]"])
def test_a_filter_that_means_the_object_itself_is_said(condition: str) -> None:
    """RFC 9535, 2.3.5: a filter looks at the children; the text of Arazzo 1.0.1, 4.6.11.3, has it so all the same."""
    ((place, hint),) = filtered(condition, ORDER)
    assert place == "/onSuccess/0/c"
    assert "$.items[0] for a list with an item" in hint


@pytest.mark.parametrize(
    ("condition", "schema", "context"),
    [
        ("$[?@.items]", {"type": "array", "items": ORDER}, "$response.body"),
        ("$[?@.price > 3]", ORDER, "$response.body"),  # of its members
        ("$[?@.items]", ORDER, "$response.body#/items"),
        ("$.items[?@.items]", ORDER, "$response.body"),
        ("$[?@.card]", ORDER["properties"]["either"], "$response.body"),
        ("$[?@.items]", {}, "$response.body"),
    ],
)
def test_of_other_filters_nothing_is_said(condition: str, schema: Any, context: str) -> None:
    """Our choice: only what the schemas of all successes are sure of."""
    assert filtered(condition, schema, context) == []
