"""One of the allowed values, written otherwise than the API writes it."""

from typing import Any

import pytest
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.enum_form import STRATEGY
from openapi_mcp.recovery.strategy import Told

STATE = {"type": "string", "enum": ["active", "in_progress", "on-hold", "Closed"]}


def of(*values: Any, **more: Any) -> Any:
    return {"type": "string" if isinstance(values[0], str) else "integer", "enum": list(values), **more}


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (STATE, "Active", "active"),
        (STATE, "In progress", "in_progress"),
        (STATE, "inProgress", "in_progress"),
        (STATE, "IN-PROGRESS", "in_progress"),
        (STATE, "onHold", "on-hold"),
        (STATE, " closed ", "Closed"),
        (STATE, "actives", "active"),
        (of("orders", "invoices"), "Order", "orders"),
        (of("category", "brand"), "Categories", "category"),
        (of("gepruft", "neu"), "Geprüft", "gepruft"),
        (of("created", "-created"), "-Created", "-created"),
        (of("a", "A1"), "A", "a"),
        (of(1, 2, **{"x-enum-varnames": ["LOW", "VERY_HIGH"]}), "very high", 2),
        (of(1, 2, **{"x-enumNames": ["Low", "High"]}), "low", 1),
        (of(1, 2, **{"x-enum-descriptions": {"1": "Low", "2": "High"}}), "HIGH", 2),
        (of(1, 2, **{"x-ms-enum": {"values": [{"value": 1, "name": "Low"}, {"value": 2, "name": "Hi"}]}}), "low", 1),
        (of("a", "b", description="State\n\n* `a` - Active one\n* `b` - Blocked, for good"), "blocked", "b"),
        (of("a", "b", description="State\n\n* `a` - Active one\n* `b` - Blocked"), "active one", "a"),
        ({"oneOf": [{"const": 1, "title": "Low", "description": "x"}, {"const": 2, "title": "High"}]}, "low", 1),
        ({"anyOf": [STATE, {"type": "null"}]}, "Active", "active"),
    ],
)
def test_the_one_value_that_is_meant_is_taken(schema: Any, given: str, meant: Any) -> None:
    """Issue 7, Recover, 2: by case, spaces, dashes, plural, or the documented label."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) == meant


@pytest.mark.parametrize(
    ("schema", "given", "near"),
    [
        (STATE, "actve", ("active",)),
        (of("+1", "-1", "laugh"), "1", {"+1", "-1"}),
        (of("-1", "laugh"), "+1", None),
        (of("C", "C#"), "C++", None),
        (of("1-2", "3"), "12", ("1-2",)),
        (of("A", "a"), "á", {"A", "a"}),
        (of("a", "b", description="* `a` - B * `b` - C"), "B", {"a", "b"}),
        (STATE, "zzz", None),
        (STATE, "x" * 301, None),
        (STATE, 5, None),
    ],
)
def test_where_none_or_two_are_meant_none_is_taken(schema: Any, given: Any, near: Any) -> None:
    """design.md: where two candidates fit, none is taken and both are named."""
    found = before(STRATEGY, taking(schema), {"a": given})
    assert value(found) is None
    told = set(found.near) if isinstance(found, Told) else None
    assert told is None if near is None else set(near) <= (told or set())


def test_after_a_refusal_the_values_that_the_api_names_count() -> None:
    """Issue 7, Recover, 6: corrected only where the value is a rewriting of what was given."""
    enum = refused("enum", ("OPEN", "CLOSED"))
    assert value(after(STRATEGY, taking({}), {"a": "closed"}, enum)) == "CLOSED"
    assert after(STRATEGY, taking({}), {"a": "OPEN"}, enum) is None
    assert value(after(STRATEGY, taking({}), {"a": ["open", "CLOSED"]}, enum)) == ["OPEN", "CLOSED"]
    assert after(STRATEGY, taking({}), {"a": []}, enum) is None
    assert after(STRATEGY, taking({}), {"a": "x"}, refused("enum")) is None
    assert after(STRATEGY, taking({}), {"a": ["x"]}, enum) is None
    assert after(STRATEGY, taking({}), {"a": "closed"}, refused("maximum", 5)) is None
