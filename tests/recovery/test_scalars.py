"""Numbers, booleans and texts that were given as one of the others."""

from typing import Any

import pytest
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.scalars import STRATEGY
from openapi_mcp.recovery.strategy import Told

INTEGER, NUMBER, BOOLEAN, STRING = ({"type": name} for name in ("integer", "number", "boolean", "string"))
OR_NULL = {"anyOf": [INTEGER, {"type": "null"}]}


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (INTEGER, "5", 5),
        (INTEGER, " 5 ", 5),
        (INTEGER, "5.0", 5),
        (INTEGER, "-07", -7),
        (INTEGER, "1e3", 1000),
        (INTEGER, "12345678901234567890123", 12345678901234567890123),
        (NUMBER, "1.25", 1.25),
        (NUMBER, ".5", 0.5),
        (BOOLEAN, "True", True),
        (BOOLEAN, "false", False),
        (BOOLEAN, "1", True),
        (BOOLEAN, 0, False),
        (STRING, 5, "5"),
        (STRING, 1.5, "1.5"),
        (STRING, True, "true"),
        (STRING, False, "false"),
        (OR_NULL, "null", None),
        (OR_NULL, "", None),
        ({"anyOf": [INTEGER, BOOLEAN]}, "1", 1),
        ({"enum": ["1", "2"], "type": "string"}, 2, "2"),
        ({"enum": [1, 2], "type": "integer"}, "2", 2),
    ],
)
def test_what_says_one_thing_in_the_type_that_is_asked_for_becomes_that(schema: Any, given: Any, meant: Any) -> None:
    """Issue 7, Recover, 1."""
    found = before(STRATEGY, taking(schema), {"a": given})
    assert value(found) == meant
    assert type(value(found)) is type(meant)


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        (INTEGER, "5.5"),
        (INTEGER, "five"),
        (INTEGER, "0x10"),
        (INTEGER, "1_000"),
        (INTEGER, "5" * 401),
        (NUMBER, "3.14159265358979323846"),  # no double has all of these digits
        (NUMBER, "1e999"),
        (NUMBER, "1e-999"),
        (NUMBER, "1.5e308" + "0" * 10),
        (NUMBER, "NaN"),
        (BOOLEAN, "yes"),
        (BOOLEAN, 2),
        (INTEGER, True),
        (STRING, None),
        (STRING, 1e300),
        (STRING, 10**1300),
        (STRING, {"a": 1}),
        ({"type": "string", "format": "date"}, 5),
        ({"type": "integer", "maximum": 3}, "5"),
    ],
)
def test_nothing_is_rounded_and_nothing_guessed(schema: Any, given: Any) -> None:
    """design.md: derive, never invent."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) is None


def test_of_two_values_that_fit_none_is_taken() -> None:
    """design.md: where two candidates fit, both are named."""
    found = before(STRATEGY, taking({"anyOf": [BOOLEAN, STRING]}), {"a": 1})
    assert found == Told(near=(True, "1"))


def test_after_a_refusal_the_type_that_the_api_names_is_made() -> None:
    """Issue 7, Recover: after a refusal, where the answer names the field."""
    assert value(after(STRATEGY, taking({}), {"a": "5"}, refused("type", "integer"))) == 5
    assert value(after(STRATEGY, taking({}), {"a": 5.0}, refused("type", ("integer", "string")))) == 5
    assert after(STRATEGY, taking({}), {"a": "5"}, refused("type")) is None
    assert after(STRATEGY, taking(STRING), {"a": "5"}, refused("type", "integer")) is None
