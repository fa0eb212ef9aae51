"""Outputs whose pointers lead to what the answers of an operation never have."""

from typing import Any

import pytest
from support.make import Json, answering, document, json_body

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.workflow import Criterion, Step
from openapi_mcp.workflow.never_answered import never_answered

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
