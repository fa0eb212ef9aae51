"""One value where an array is meant, several in one text, and an array where one value is meant."""

from typing import Any

import pytest
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.one_item import STRATEGY
from openapi_mcp.recovery.strategy import Told

INTEGER, STRING, OBJECT = {"type": "integer"}, {"type": "string"}, {"type": "object"}
STATE = {"type": "string", "enum": ["active", "on_hold"]}


def array(items: Any, **more: Any) -> Any:
    return {"type": "array", "items": items, **more}


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (array(INTEGER), 5, [5]),
        (array(INTEGER), "5", [5]),
        (array(STRING), "a", ["a"]),
        (array(STRING), 5, ["5"]),
        (array(OBJECT), {"x": 1}, [{"x": 1}]),
        (array(OBJECT), '{"x": 1, "y": 2}', [{"x": 1, "y": 2}]),
        (array(OBJECT), '{"x": 1}', [{"x": 1}]),
        (array(INTEGER), "1, 2,3", [1, 2, 3]),
        (array(STATE), "active,on_hold", ["active", "on_hold"]),
        (array(STATE), "Active, on hold", ["active", "on_hold"]),
        (array(STATE), "Active", ["active"]),
        (array(STRING, description="Comma separated."), "a,b", ["a", "b"]),
        (INTEGER, [5], 5),
        (INTEGER, ["5"], 5),
        ({**STRING, "description": "A comma-separated list."}, ["a", 5], "a,5"),
    ],
)
def test_what_fits_one_way_only_is_made_so(schema: Any, given: Any, meant: Any) -> None:
    """Issue 7, Recover, 1: a single value for an array."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) == meant


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        (array(INTEGER), "a"),
        (array(INTEGER), "1,,2"),
        (array(INTEGER), "1,x"),
        (array(STATE), "active,new"),
        (array(INTEGER), None),
        (array(INTEGER), ",".join("1" * 1002)),
        (array(array(INTEGER)), 5),
        (INTEGER, [5, 6]),
        (INTEGER, [[5]]),
        (INTEGER, []),
        (STRING, ["a", "b"]),
        ({**STRING, "description": "Comma separated."}, ["a,b", "c"]),
        ({**STRING, "description": "Comma separated."}, ["a", True]),
        (array(INTEGER, minItems=2), 5),
    ],
)
def test_what_fits_no_way_is_left(schema: Any, given: Any) -> None:
    """design.md: derive, never invent."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) is None


def test_a_text_with_a_comma_may_be_one_item_or_two() -> None:
    """design.md: where two candidates fit, none is taken."""
    found = before(STRATEGY, taking(array(STRING)), {"a": "Paris, France"})
    assert isinstance(found, Told)
    assert 'give "a" as an array' in found.hint


def test_after_a_refusal_an_array_is_made_where_the_api_asks_for_one() -> None:
    """Issue 7, Recover."""
    assert value(after(STRATEGY, taking({}), {"a": "x"}, refused("type", "array"))) == ["x"]
    assert after(STRATEGY, taking({}), {"a": "x"}, refused("type")) is None
