"""What is said of arguments without a validator."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.schema.plain import fits

PRODUCT = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 1, "description": "the key"},
        "price": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "state": {"type": "string", "enum": ["new", "old"], "default": "new"},
        "note": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 2},
        "code": {"type": "string", "pattern": "^a"},
    },
    "required": ["id"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "arguments",
    [
        {"id": 1},
        {"id": 1, "price": 0.5, "state": "old", "note": None, "tags": ["a", "b"]},
        {"id": 1, "price": 100, "note": "abc", "tags": []},
    ],
)
def test_ordinary_arguments_plainly_fit(arguments: dict[str, Any]) -> None:
    """Our choice: most calls need no validator, nor its import."""
    assert fits(PRODUCT, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"id": "1"},
        {"id": True},
        {"id": 0},
        {"id": 1, "price": 0},
        {"id": 1, "state": "sold"},
        {"id": 1, "note": "abcd"},
        {"id": 1, "tags": ["a", "b", "c"]},
        {"id": 1, "tags": [""]},
        {"id": 1, "other": 1},
    ],
)
def test_what_does_not_fit_is_never_said_to(arguments: dict[str, Any]) -> None:
    """security.md 15 R-ARGS: the validator then says why."""
    assert not fits(PRODUCT, arguments)


def test_a_keyword_that_takes_a_validator_is_left_to_it() -> None:
    """Our choice. It matters only where its value is given."""
    schema = {"properties": {"code": {"not": {"type": "null"}}}}
    assert not fits(schema, {"code": "a"})
    assert fits(schema, {"id": "a"})


def test_texts_that_all_differ_are_unique() -> None:
    """JSON Schema 2020-12 Validation 6.4.3; other items are the validator's to compare."""
    assert fits({"uniqueItems": True}, ["a", "b"])
    assert fits({"uniqueItems": True}, "aa")
    assert fits({"uniqueItems": False}, ["a", "a"])
    assert not fits({"uniqueItems": True}, ["a", "a"])
    assert not fits({"uniqueItems": True}, [1, 2])
    assert fits({"const": 1}, 1)
    assert not fits({"const": 1}, True)


def test_a_pattern_is_matched_where_that_is_little_work() -> None:
    """security.md 22 R-REDOS: RE2, and steps for what a long text costs."""
    assert fits(PRODUCT, {"id": 1, "code": "ab"})
    assert not fits(PRODUCT, {"id": 1, "code": "b"})
    assert not fits({"pattern": "a{900}b{900}c?$"}, "a" * 1_000_000)


def test_a_reference_is_followed_as_far_as_it_leads() -> None:
    """JSON Schema 2020-12 Core 8.2.3.1; what leads nowhere, or to itself, is left to the validator."""
    tree = {"properties": {"kids": {"items": {"$ref": "Tree"}}}, "additionalProperties": False}
    assert fits({"$ref": "Tree"}, {"kids": [{"kids": []}, {}]}, {"Tree": tree})
    assert not fits({"$ref": "Tree"}, {"kids": [{"kid": []}]}, {"Tree": tree})
    assert not fits({"$ref": "Tree"}, {}, {"Tree": {"$ref": "Tree"}})
    assert not fits({"$ref": "Nowhere"}, {}, {"Tree": tree})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 7},
        {"type": [None]},
        {"type": [["string"]]},
        {"properties": []},
        {"properties": 7, "additionalProperties": False},
        {"required": [{}]},
        {"required": "a"},
        {"items": 7},
        {"enum": "abc"},
        {"anyOf": {}},
        {"minLength": "x"},
        {"minimum": "x"},
        {"pattern": 7},
        {"$ref": 7},
        {"allOf": 7},
        {"items": {"minimum": None}},
        7,
        None,
        False,
    ],
)
def test_a_schema_that_is_none_never_fits(schema: Any) -> None:
    """security.md 22: the document may say anything."""
    around = {"properties": {"a": schema, "b": {"items": schema}}}
    for value in ("a", 1, {"a": 1}, ["a"]):
        assert fits(around, {"a": value, "b": [value]}) in (True, False)  # and no TypeError


def test_what_is_large_is_left_to_the_validator_that_counts_its_steps() -> None:
    """security.md 22 R-REDOS: arguments are hostile too."""
    assert fits({"items": {"type": "integer"}}, [1] * 300)
    assert not fits({"items": {"type": "integer"}}, [1] * 2_000)
    fan = {"anyOf": [{"anyOf": [{"anyOf": [{"type": "null"}] * 20}] * 20}] * 20}
    assert not fits(fan, "x")
    assert not fits({"enum": [str(number) for number in range(1_000)]}, "7")


names = st.sampled_from(["a", "b", "x1"])
numbers = st.integers(-2, 3) | st.floats(-2, 3) | st.just(float("nan"))
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
types = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
leaves = st.fixed_dictionaries(
    {},
    optional={
        "type": types | st.lists(types, min_size=1, max_size=2),
        "enum": st.lists(values, max_size=3),
        **{word: st.integers(0, 2) for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")},
        **{word: st.integers(0, 2) for word in ("minLength", "maxLength", "minItems", "maxItems")},
        "pattern": st.sampled_from(["^a", "b$"]),
        **{word: st.integers(0, 2) for word in ("minProperties", "maxProperties")},
        "not": st.just({"type": "null"}),
        "title": st.just("a"),
    },
)
schemas = st.recursive(
    leaves | st.booleans(),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(names, inner, max_size=2),
            "required": st.lists(names, max_size=2, unique=True),
            "additionalProperties": inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "prefixItems": st.lists(inner, min_size=1, max_size=1),
        },
    ),
    max_leaves=6,
)


@given(schemas, values)
def test_what_plainly_fits_is_valid(schema: Any, value: Any) -> None:
    """Law: JSON Schema 2020-12; never the other way round."""
    from jsonschema import Draft202012Validator

    if fits(schema, value):
        assert Draft202012Validator(schema).is_valid(value)
