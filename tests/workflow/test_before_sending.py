"""Steps that would fail in each run, found before one."""

from typing import Any

import pytest
from support.make import Json, json_body, one_tool, parameter, tool_with_body

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Payload, Replacement, Step, StepParameter
from openapi_mcp.workflow.before import before_sending
from openapi_mcp.workflow.misfits import Misfits

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}
ORDER: Json = {
    "type": "object",
    "required": ["customer", "items"],
    "properties": {
        "customer": WHOLE,
        "size": {"type": ["integer", "null"], "maximum": 9},
        "color": {"enum": ["red", "green"]},
        "note": TEXT,
        "address": {
            "type": "object",
            "properties": {"city": TEXT},
            "required": ["city"],
            "additionalProperties": False,
        },
        "items": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["product"]}},
        "pay": {"oneOf": [{"required": ["card"]}, {"required": ["bank"]}]},
        "when": {"type": "object", "if": {"required": ["day"]}, "then": {"required": ["hour"]}},
    },
}
GOOD: Json = {"customer": 1, "items": [{"product": 7}]}
OPEN: Json = {"type": "object", "additionalProperties": {}}
ALONE: Json = {"oneOf": [ORDER, TEXT]}


def told(step: Step, tool: Tool) -> list[tuple[bool, str]]:
    misfits = Misfits(nouns=frozenset({"customers"}), guesses=Guesses())
    return [(each.is_fatal, f"{each.place}: {each.message}") for each in before_sending(step, tool, misfits)]


def of_parameters(*given: StepParameter, **fields: Any) -> list[tuple[bool, str]]:
    of = {
        "parameters": [
            parameter("page", schema=WHOLE, **fields),
            parameter("tags", schema={"type": "array", "items": TEXT}),
            parameter("customer", schema=WHOLE),
            parameter("Trace", "header"),
        ]
    }
    return told(Step(id="s", parameters=given), one_tool(of))


def of_body(payload: Any, *replacements: Replacement, schema: Json = ORDER, **fields: Any) -> list[tuple[bool, str]]:
    tool = tool_with_body(json_body(schema), **fields)
    return told(Step(id="s", body=Payload(payload=payload, replacements=replacements)), tool)


def given(name: str, value: Any, place: str = "query") -> StepParameter:
    return StepParameter(name=name, location=place, value=value)


def test_a_parameter_that_each_call_needs_and_no_step_gives_is_found() -> None:
    """Our choice: the steps before it would have written for nothing."""
    ((is_fatal, said),) = of_parameters(required=True)
    assert (is_fatal, said) == (True, ": the operation needs the query parameter 'page', which is not given")
    assert of_parameters(given("page", "$inputs.page"), required=True) == []


@pytest.mark.parametrize(
    ("parameter", "found"),
    [
        (given("page", "last"), [True]),
        (given("page", {"a": 1, "b": 2}), [True]),
        (given("page", [1, 2]), [True]),
        (given("page", "5"), []),
        (given("page", "5th"), [False]),
        (given("page", "$inputs.page"), []),
        (given("page", "{$inputs.page}"), []),
        (given("page", None), []),
        (given("customer", "Ana"), [False]),
        (given("tags", "one"), []),
        (given("Trace", 7, "header"), []),
    ],
)
def test_a_literal_of_a_wrong_type_is_fatal_unless_the_call_may_be_repaired(
    parameter: StepParameter, found: list[bool]
) -> None:
    """recovery/strategies: "5" for 5, the name of a customer for the id; nothing makes a number of "last"."""
    assert [is_fatal for is_fatal, _ in of_parameters(parameter)] == found


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (GOOD, []),
        ("$inputs.order", []),
        ({**GOOD, "items": "$inputs.items"}, []),
        ({"items": "$inputs.items"}, [(True, "/requestBody: the body lacks 'customer', which the operation needs")]),
        (
            {"customer": "$inputs.id", "items": [{"sku": "$inputs.x"}]},
            [(True, "/requestBody/payload/items/0: 'items[0]' lacks \"product\"")],
        ),
        ({**GOOD, "items": []}, [(True, "/requestBody/payload/items: 'items' must have")]),
        (
            {**GOOD, "size": "big"},
            [(True, "/requestBody/payload/size: 'size' is \"big\", but")],
        ),
        ({**GOOD, "size": 10}, [(True, "/requestBody/payload/size: 'size' is 10, but must be at most 9")]),
        ({**GOOD, "color": "Red"}, [(False, "/requestBody/payload/color: ")]),
        ({**GOOD, "color": "xyz"}, [(True, "/requestBody/payload/color: ")]),
        (
            {**GOOD, "address": {"city": "Rome", "zzz": 1}},
            [(True, "/requestBody/payload/address/zzz: the operation's")],
        ),
        ({**GOOD, "zzz": 1}, [(True, "/requestBody/payload/zzz: the operation's body has no field 'zzz'")]),
        (
            {"custmer": 1, "items": [{"product": 7}]},
            [
                (False, "/requestBody/payload/custmer: the operation's body has no field 'custmer' here"),
                (False, "/requestBody: the body lacks 'customer', which the operation needs"),
            ],
        ),
        ({**GOOD, "nte": 1}, [(False, "/requestBody/payload/nte: the operation's body has no field 'nte'")]),
        ({**GOOD, "pay": {"card": "$inputs.card"}}, []),
        ({**GOOD, "pay": "$inputs.pay"}, []),
        ({**GOOD, "when": {"day": "$inputs.day"}}, []),
        ('{"customer": 1, "items": [{"product": {$inputs.x}}]}', []),
        ('{"customer": 1, "items": $inputs.items}', [(True, "/requestBody: the payload is no JSON: ")]),
        ('{"items": [{"product": 1}]}', [(True, "/requestBody: the body lacks 'customer'")]),
        ([1], [(True, "/requestBody/payload: the body is no object")]),
    ],
)
def test_a_payload_is_held_against_the_schema_as_far_as_it_is_known(
    payload: Any, found: list[tuple[bool, str]]
) -> None:
    """Our choice: what an expression brings is not known, and nothing is said of it."""
    said = of_body(payload)
    assert [is_fatal for is_fatal, _ in said] == [is_fatal for is_fatal, _ in found], said
    assert all(each[1].startswith(wanted[1]) for each, wanted in zip(said, found, strict=True)), said


def test_a_body_of_one_argument_is_held_against_its_schema() -> None:
    """generator/body.py: a body with alternatives is one argument."""
    assert of_body(GOOD, schema=ALONE) == []
    assert of_body({**GOOD, "note": "$inputs.note"}, schema=ALONE) == []


@pytest.mark.parametrize(
    ("payload", "target", "is_found"),
    [
        ({"note": "a"}, "/note", False),
        ({"note": "a"}, "/city", False),
        ({"note": "a"}, "/address/city", True),
        ({"items": [1]}, "/items/1", True),
        ({"address": "$inputs.address"}, "/address/city", False),
        ("$inputs.order", "/address/city", False),
        ('{"note": "a"}', "/address/city", True),
    ],
)
def test_a_replacement_without_a_place_in_a_literal_payload_is_found(payload: Any, target: str, is_found: bool) -> None:
    """Arazzo 1.0.1, 4.6.15; of a payload that a run makes nothing is known."""
    said = of_body(
        payload, Replacement(target=target, value="x"), schema={"type": "object", "additionalProperties": {}}
    )
    assert [message for _, message in said if "has no place in the payload" in message] == [
        message for _, message in said if is_found
    ]
    assert bool(said) is is_found


def test_a_body_that_each_call_needs_is_found_missing() -> None:
    """OpenAPI 3.1: requestBody.required."""
    ((is_fatal, said),) = told(Step(id="s"), tool_with_body(json_body(ORDER)))
    assert (is_fatal, said) == (True, ": the operation needs a body with customer, items, and the step gives none")
    assert told(Step(id="s"), tool_with_body(json_body(ORDER), required=False)) == []
