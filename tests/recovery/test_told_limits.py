"""Limits that the API names when it refuses a value."""

from support.repair import after, refused, taking

from openapi_mcp.recovery.strategies.limits import STRATEGY
from openapi_mcp.recovery.strategy import Told


def test_a_limit_is_told_and_the_value_not_changed() -> None:
    """Issue 7, Recover, 6: otherwise the limit goes into the hint."""
    tool = taking({"type": "integer"})
    found = after(STRATEGY, tool, {"a": 500}, refused("maximum", 100))
    assert found == Told(hint='the API takes at most 100 for "a"')
    assert after(STRATEGY, tool, {"a": 500}, refused("maximum")) is None
    assert after(STRATEGY, tool, {"a": 500}, refused("enum", (1,))) is None


def test_an_empty_list_is_told_to_have_one() -> None:
    told = after(STRATEGY, taking({"type": "array"}), {"a": []}, refused("minItems", 1))
    assert isinstance(told, Told)
    assert told.hint == 'the API does not take "a" empty: give at least one'
