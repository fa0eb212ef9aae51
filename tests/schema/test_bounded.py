"""Schemas and arguments that would take a validator for ever."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import json_body, one_tool, parameter, tool_with_body, validated

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.tool import Tool
from openapi_mcp.schema.bounded import TooManyStepsError, bounded, errors


def checked(tool: Tool, **arguments: Any) -> dict[str, Any]:
    return validated(tool, arguments)


def taking(schema: dict[str, Any], **root: Any) -> Tool:
    return one_tool({"parameters": [parameter("a", schema=schema)]}, **root)


EVIL = ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", "^(.*a){20}$", "^([a-zA-Z0-9])(([.-]|_+)?([a-zA-Z0-9]+))*@$"]


@pytest.mark.parametrize("pattern", EVIL)
def test_a_pattern_that_backtracks_without_end_is_answered(pattern: str) -> None:
    """security.md 22 R-REDOS; with Python's own `re` none of these would ever be."""
    with pytest.raises(ArgumentsError, match="must match the pattern"):
        checked(taking({"type": "string", "pattern": pattern}), a="a" * 5000 + "!")


@pytest.mark.parametrize("pattern", EVIL)
def test_a_pattern_of_names_that_backtracks_without_end_is_answered(pattern: str) -> None:
    """security.md 22 R-REDOS: patternProperties, and what additionalProperties leaves to it."""
    check = bounded({"patternProperties": {pattern: {"type": "integer"}}, "additionalProperties": False})
    (error,) = errors(check, {"a" * 5000 + "!": 1})
    assert error.validator == "additionalProperties"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^[a-z]+$", "abc", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d{2}$", "12", True),
        (r"^\w$", "-", False),
        (r"^\w$", "é", True),  # ECMA-262: ASCII letters only; many an API's own engine sees more
        ("a$", "a\n", False),  # and the end is the end
        (r"^\u00e9[\u0041-\u005A]$", "éB", True),
        (r"^\\u0041$", "\\u0041", True),
        (r"^\/a\-b$", "/a-b", True),
        ("^.$", "\U0001f600", True),
        ("x", "\ud800x", True),
    ],
)
def test_patterns_are_read_as_ecma_262_does(pattern: str, text: str, fits: bool) -> None:
    """JSON Schema 2020-12 Core 6.4: ECMA-262, not anchored."""
    assert (errors(bounded({"pattern": pattern}), text) == []) is fits


@pytest.mark.parametrize("pattern", ["^(?!aws:).+$", r"(a)\1", "(", "a{1,5000}", "(a{900}){900}", "a" * 3000, "\ud800"])
def test_a_pattern_that_cannot_be_matched_in_bounds_is_skipped_and_said(
    pattern: str, caplog: pytest.LogCaptureFixture
) -> None:
    """security.md 22 R-REDOS: skipped with a warning."""
    from openapi_mcp.schema import pattern as module

    module._compiled.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert errors(bounded({"pattern": pattern}), "b") == []
        check = bounded({"patternProperties": {pattern: {"type": "integer"}}, "additionalProperties": False})
        assert errors(check, {"b": "c"}) == []
    assert [record.message.partition(" ")[0] for record in caplog.records] == ["pattern_not_checked"]


def doubling(word: str) -> dict[str, Any]:
    """Return schemas of which S18 has 2^18 leaves, by nothing but references."""
    schemas: dict[str, Any] = {"S0": {"type": "integer", "minimum": 5}}
    for level in range(1, 19):
        schemas[f"S{level}"] = {word: [{"$ref": f"#/components/schemas/S{level - 1}"}] * 2}
    return schemas


@pytest.mark.parametrize("word", ["allOf", "oneOf"])
def test_references_that_fan_out_are_refused_before_they_take_seconds(word: str) -> None:
    """Issue 3: 2^18 fan-out in bounded time. The limit is named."""
    tool = taking({"$ref": "#/components/schemas/S18"}, components={"schemas": doubling(word)})
    with pytest.raises(ArgumentsError) as raised:
        checked(tool, a=7)
    assert raised.value.message == "the arguments take more than 250,000 steps to check against their schema"
    assert raised.value.hint == "give fewer or smaller values"


def test_of_a_rule_broken_without_end_the_first_complaints_are_enough() -> None:
    """Issue 3: 2^18 fan-out in bounded time; what is said twice is said once."""
    tool = taking({"$ref": "#/components/schemas/S18"}, components={"schemas": doubling("allOf")})
    with pytest.raises(ArgumentsError) as raised:
        checked(tool, a=1)
    assert raised.value.message == 'argument "a" is 1, but must be at least 5'


def test_a_pattern_and_a_text_that_are_both_large_are_refused() -> None:
    """security.md 22 R-REDOS: linear in the text is not enough for 900 x 10,000,000."""
    with pytest.raises(TooManyStepsError):
        errors(bounded({"pattern": "a{900}b{900}c?$"}), "a" * 1_000_000)


def test_items_are_compared_without_comparing_each_to_each() -> None:
    """security.md 15: `uniqueItems` of 20,000 objects, which jsonschema compares by pairs."""
    tool = tool_with_body(json_body({"type": "array", "uniqueItems": True}))
    items = [{"a": [number]} for number in range(20_000)]
    assert checked(tool, body=items) == {"body": items}
    with pytest.raises(ArgumentsError, match="must not hold the same item twice"):
        checked(tool, body=[*items, {"a": [3]}])


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, 1.0], False), ([1, True], True), ([0, False], True), ([[1], [True]], True),
        ([{"a": 1}, {"a": 1.0}], False),
        ([None, "null"], True), ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False), (["1", 1], True), ([[], {}], True),
        ([["bool", True], True], True), ([[], [[]]], True), ([[["a", 1]], {"a": 1}], True),
    ],
)  # fmt: skip
def test_values_are_equal_as_json_schema_has_it(items: list[Any], unique: bool) -> None:
    """JSON Schema 2020-12 Core 4.2.2."""
    assert (errors(bounded({"uniqueItems": True}), items) == []) is unique


names = st.sampled_from(["a", "b", "x1", "x2"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
schemas = st.recursive(
    st.sampled_from([{}, True, False, {"type": "integer"}, {"pattern": "^a"}, {"uniqueItems": True}, {"minimum": 1}]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(names, inner, max_size=2),
            "patternProperties": st.dictionaries(st.sampled_from(["^x", "b"]), inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=8,
)


def test_a_reference_names_one_of_the_schemas_that_are_given() -> None:
    """JSON Schema 2020-12 Core 8.2.3.1; a document's schemas are looked up when they are met."""
    tree = {"properties": {"kids": {"items": {"$ref": "Tree"}}, "n": {"type": "integer"}}}
    (error,) = errors(bounded({"$ref": "Tree"}), {"kids": [{"kids": [{"n": "x"}]}]}, schemas={"Tree": tree})
    assert list(error.absolute_path) == ["kids", 0, "kids", 0, "n"]
    with pytest.raises(KeyError):
        errors(bounded({"$ref": "Nowhere"}), {}, schemas={"Tree": tree})


@given(schemas, values)
def test_what_is_bounded_says_what_jsonschema_says(schema: Any, value: Any) -> None:
    """Law: JSON Schema 2020-12, for what both can check."""
    from jsonschema import Draft202012Validator

    expected = Draft202012Validator(schema).is_valid(value)
    assert (errors(bounded(schema if isinstance(schema, dict) else {"allOf": [schema]}), value) == []) is expected
