"""Fields of a step's payload that its operation's body does not have."""

from typing import Any

import pytest
from support.make import Json, json_body, toolset

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.workflow import Payload
from openapi_mcp.workflow.unknown_fields import unknown_fields

TEXT: Json = {"type": "string"}
ITEM: Json = {"type": "object", "properties": {"product": TEXT, "quantity": TEXT}}
ORDER: Json = {
    "type": "object",
    "properties": {
        "customer": TEXT,
        "closed": {"type": "object", "properties": {"city": TEXT}, "additionalProperties": False},
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "labels": {"type": "object", "additionalProperties": TEXT},
        "free": {"type": "object"},
        "either": {"oneOf": [{"properties": {"card": TEXT}}, {"properties": {"bank": TEXT}}]},
    },
}


def warned(payload: Any, schema: Json = ORDER) -> list[tuple[str, str]]:
    """Return the place and the hint of each field that is warned of."""
    post = {"operationId": "add", "requestBody": {"content": json_body(schema)}, "responses": {}}
    (tool,) = toolset({"/orders": {"post": post}}, components={"schemas": {"Item": ITEM}}).tools
    return [(each.place, each.hint) for each in unknown_fields(Payload(payload=payload), tool, Guesses())]


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"customer": "$inputs.x"}, []),
        ({"custmer": 1}, [("/custmer", "did you mean 'customer'?")]),
        ({"zzz": 1}, [("/zzz", "correct its name")]),
        ({"closed": {"zzz": 1}}, [("/closed/zzz", "correct its name")]),
        ({"items": [{"product": 1}, {"quantty": 1}]}, [("/items/1/quantty", "did you mean 'quantity'?")]),
        ({"items": [{"zzz": 1}], "free": {"a/b": 1}, "labels": {"anything": 1}}, []),
        ({"either": {"bank": 1, "crd": 2}}, [("/either/crd", "did you mean 'card'?")]),
        ("$inputs.body", []),
        ('{"custmer": 1}', []),
    ],
)
def test_a_field_that_a_body_does_not_have_is_warned_of(payload: Any, found: list[tuple[str, str]]) -> None:
    """Our choice: a misspelt field is ignored by many an API, and the call is another one than its author means."""
    assert warned(payload) == [(f"/requestBody/payload{place}", hint) for place, hint in found]


def test_a_body_that_is_one_argument_is_looked_through_too() -> None:
    """generator/body.py: a body with alternatives is one argument."""
    schema = {"oneOf": [{**ITEM, "required": ["product"]}, {"type": "object", "properties": {"sku": TEXT}}]}
    assert warned({"sku": 1, "prodct": 2}, schema) == [("/requestBody/payload/prodct", "did you mean 'product'?")]


def test_not_more_than_some_fields_are_told() -> None:
    """security.md: work on a foreign text, and what is said of it, has a bound."""
    assert len(warned({f"zzz{number}": 1 for number in range(5_000)})) == 20
