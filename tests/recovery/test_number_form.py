"""Numbers as people write them: with their thousands divided, and with a unit."""

from typing import Any

import pytest
from support.make import one_tool
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.number_form import STRATEGY
from openapi_mcp.recovery.strategy import Told

NUMBER, INTEGER = {"type": "number"}, {"type": "integer"}
MONEY = {"type": "string", "format": "decimal", "pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$"}


def saying(words: str, schema: Any = NUMBER) -> Any:
    return {**schema, "description": words}


@pytest.mark.parametrize(
    ("name", "schema", "given", "meant"),
    [
        ("a", NUMBER, "1,299.00", 1299),
        ("a", NUMBER, "1.299,50", 1299.5),
        ("a", NUMBER, "1 299", 1299),
        ("a", NUMBER, "-12,5", -12.5),
        ("a", NUMBER, "1.234.567", 1234567),
        ("a", INTEGER, "1,299", 1299),
        ("a", MONEY, "1,299.00", "1299.00"),
        ("weight_kg", NUMBER, "5 kg", 5),
        ("weightKg", NUMBER, "500 g", 0.5),
        ("a", saying("Weight in grams."), "2.5 kg", 2500),
        ("distance_m", INTEGER, "2.5km", 2500),
        ("a", saying("Timeout (ms)"), "1.5 s", 1500),
        ("a", saying("Number of seconds"), "5 min", 300),
        ("a", saying("Discount in percent"), "50%", 50),
        ("percentage", NUMBER, "12.5 %", 12.5),
        ("a", saying("Price in USD"), "$38.00", 38),
        ("a", saying("Amount in cents", INTEGER), "900 cents", 900),
        ("amount_eur", NUMBER, "38 EUR", 38),
        ("a", saying("Price in dollars"), "$1,299.00", 1299),
        ("a", {**NUMBER, "x-unit": "kg"}, "5kg", 5),
        ("a", saying("Price in EUR", MONEY), "EUR 38.00", "38.00"),
    ],
)
def test_a_number_is_written_plainly_in_the_unit_that_the_document_says(
    name: str, schema: Any, given: str, meant: Any
) -> None:
    """Issue 7, Recover, 2: numbers with units or thousands separators where the document says the unit."""
    found = before(STRATEGY, taking(schema, name), {name: given})
    assert value(found, name) == meant


@pytest.mark.parametrize(
    ("schema", "given", "hint"),
    [
        (NUMBER, "1,299", "can be read as two numbers"),
        (saying("in kg"), "1,299 kg", "can be read as two numbers"),
        (NUMBER, "5 kg", 'give "a" as a number: "kg" is not taken off'),
        (saying("Price in USD"), "38 EUR", "in USD"),
        (saying("Price in cents"), "$38", "in cents"),
        (saying("In the smallest unit"), "$38", '(the document says "In the smallest unit")'),
        (saying("Weight in kg"), "5 m", "in kg"),
        (saying("Weight in kg"), "5 stones", "in kg"),
        (saying("Price in USD"), "38 dollars-ish", ""),
    ],
)
def test_what_cannot_be_derived_is_told(schema: Any, given: str, hint: str) -> None:
    """design.md: derive, never invent; no currency is changed."""
    found = before(STRATEGY, taking(schema), {"a": given})
    assert value(found) is None
    assert hint in (found.hint if isinstance(found, Told) else "")


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        (NUMBER, "five"),
        (NUMBER, "12,34,5"),
        (NUMBER, "5"),
        (INTEGER, "1.299"),
        (INTEGER, "12,5"),
        (saying("in hours"), "1 s"),  # 1/3600 has no end
        ({"type": "boolean"}, "1,299.00"),
        (NUMBER, "1,299." + "0" * 500),
        (NUMBER, "kg 5"),
    ],
)
def test_nothing_is_rounded_and_nothing_guessed(schema: Any, given: str) -> None:
    """Issue 7: rewritten without loss."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) is None


def test_the_currency_may_stand_beside_the_amount() -> None:
    """Our choice: it was in the call."""
    schema = {"type": "object", "properties": {"amount": NUMBER, "currency": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": schema}}}
    tool = one_tool({"requestBody": body}, method="post")
    assert value(before(STRATEGY, tool, {"amount": "38 EUR", "currency": "EUR"}), "amount") == 38
    assert value(before(STRATEGY, tool, {"amount": "38 EUR", "currency": "USD"}), "amount") is None


def test_after_a_refusal_a_number_in_a_text_is_written_plainly() -> None:
    """Issue 7, Recover."""
    schema = {"type": "string", "format": "decimal"}
    assert value(after(STRATEGY, taking(schema), {"a": "1,299.00"}, refused("invalid"))) == "1299.00"
    assert after(STRATEGY, taking(schema), {"a": "1,299.00"}, refused("maximum", 5)) is None
