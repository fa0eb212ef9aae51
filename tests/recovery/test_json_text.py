"""JSON text where an object or an array is meant."""

from typing import Any

import pytest
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.json_text import STRATEGY

POINT = {"type": "object", "properties": {"x": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (POINT, '{"x": 1}', {"x": 1}),
        (POINT, ' {"x": 1}\n', {"x": 1}),
        (POINT, '```json\n{"x": 1}\n```', {"x": 1}),
        (POINT, '"{\\"x\\": 1}"', {"x": 1}),
        (POINT, '{"x": 1,}', {"x": 1}),
        ({"type": "object"}, '{"x": [1, 2, ], "y": ",]",\n}', {"x": [1, 2], "y": ",]"}),
        ({"type": "array", "items": POINT}, '[{"x": 1}]', [{"x": 1}]),
        ({"anyOf": [POINT, {"type": "null"}]}, '{"x": 1}', {"x": 1}),
        ({"type": "array", "items": POINT}, [{"x": 2}, '{"x": 1}'], [{"x": 2}, {"x": 1}]),
    ],
)
def test_the_text_becomes_what_it_says(schema: Any, given: Any, meant: Any) -> None:
    """Issue 7, Recover, 1: JSON text where an object or array is meant; in an array, in a fence, written twice."""
    found = before(STRATEGY, taking(schema), {"a": given})
    assert value(found) == meant


@pytest.mark.parametrize(
    "given",
    ["{'x': 1}", '{"x": 1,,}', '{"x": 1, "x": 2}', '{"x": "1"}', "[1]", "x", '"x"', '{"x": NaN}', " " * 1_000_001, 5,
     '{"\\ud800": 1}'],
)  # fmt: skip
def test_what_is_no_json_or_does_not_fit_is_left(given: Any) -> None:
    """Our choice: what other languages write looks like JSON, and two readers of it need not agree."""
    assert before(STRATEGY, taking(POINT), {"a": given}) is None


def test_after_a_refusal_the_text_is_read_where_the_api_names_the_type() -> None:
    """Issue 7, Recover."""
    assert value(after(STRATEGY, taking({}), {"a": "[1]"}, refused("type", "array"))) == [1]
    assert after(STRATEGY, taking({}), {"a": "[1]"}, refused("invalid")) is None
