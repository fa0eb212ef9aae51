"""Which schemas may stand in a tool: the meta-schema of 2020-12, told fast."""

import re
import warnings
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from openapi_mcp.generator.sound import MAX_DEPTH, is_portable, schema_fault


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": "object", "properties": {"$ref": {"type": "string"}}},
        {"type": ["string", "null"], "enum": [], "default": None, "const": 7, "x-own": {"type": 1}},
        {"$defs": {"A": {"items": {"$ref": "#/$defs/A"}}}, "properties": {"a": {"$ref": "#/$defs/A"}}},
        {"minLength": 1.0, "multipleOf": 0.5, "minimum": -1, "exclusiveMaximum": 2.5, "uniqueItems": False},
        {"allOf": [True, {"not": False}], "additionalProperties": False, "patternProperties": {"^a": {}}},
        {"required": [], "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {}}, "pattern": "^a$"},
    ],
)
@pytest.mark.spec("JSON Schema 2020-12")
def test_what_is_valid_is_sound(schema: Any) -> None:
    """The meta-schema, which jsonschema holds too."""
    assert schema_fault(schema) is None
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        (None, "a NoneType stands where a schema must stand"),
        ({"items": [{}]}, "a list stands where a schema must stand"),
        ({"properties": {"a": "x"}}, "a str stands where a schema must stand"),
        ({"properties": []}, "'properties' holds no schemas"),
        ({"allOf": []}, "'allOf' holds no schemas"),
        ({"anyOf": {}}, "'anyOf' holds no schemas"),
        ({"patternProperties": {"[": {}}}, "'patternProperties' holds no schemas"),
        ({"type": "file"}, "'type' has a value that it cannot have"),
        ({"type": []}, "'type' has a value that it cannot have"),
        ({"type": ["string", "string"]}, "'type' has a value that it cannot have"),
        ({"type": [1]}, "'type' has a value that it cannot have"),
        ({"required": "a"}, "'required' has a value that it cannot have"),
        ({"required": ["a", "a"]}, "'required' has a value that it cannot have"),
        ({"dependentRequired": {"a": "b"}}, "'dependentRequired' has a value that it cannot have"),
        ({"enum": "a"}, "'enum' has a value that it cannot have"),
        ({"exclusiveMinimum": True}, "'exclusiveMinimum' has a value that it cannot have"),
        ({"minLength": -1}, "'minLength' has a value that it cannot have"),
        ({"maxItems": 1.5}, "'maxItems' has a value that it cannot have"),
        ({"multipleOf": 0}, "'multipleOf' has a value that it cannot have"),
        ({"uniqueItems": 1}, "'uniqueItems' has a value that it cannot have"),
        ({"description": 7}, "'description' has a value that it cannot have"),
        ({"pattern": "("}, "'pattern' has a value that it cannot have"),
        ({"$ref": "#/$defs/A"}, "the reference '#/$defs/A' leads nowhere in it"),
        ({"$ref": 7}, "the reference '7' leads nowhere in it"),
        ({"$ref": "https://example.com/a", "$defs": {}}, "the reference 'https://example.com/a' leads nowhere in it"),
        ({"$id": "https://example.com/a"}, "'$id' has no place in a tool"),
        ({"definitions": {}}, "'definitions' has no place in a tool"),
        ({"$defs": {"A": {"not": {"type": 1}}}}, "'type' has a value that it cannot have"),
    ],
)
def test_what_a_client_could_not_compile_is_told(schema: Any, fault: str) -> None:
    """mcp-facts.md section 6: clients on the TypeScript SDK 1.x lose the whole list for one."""
    assert schema_fault(schema) == fault


def test_depth_is_bounded() -> None:
    """mcp-facts.md section 7: depth and size should be bounded."""
    schema: dict[str, Any] = {}
    for _ in range(MAX_DEPTH - 1):
        schema = {"items": schema}
    assert schema_fault(schema) is None
    Draft202012Validator.check_schema(schema)
    assert schema_fault({"items": schema}) == f"it is nested deeper than {MAX_DEPTH} levels"


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]+$",
        "a{2,3}",
        r"\d+",
        "(?:a|b)",
        "(?=a)b",
        "[^/]+",
        "",
        r"\w{1,1000}",
        r"(?!a)\w{1,128}",
        r"([a-z]{1,64}\.){1,60}",
        r"[\u0020-\uD7FF]",
    ],
)
def test_a_plain_pattern_is_portable(pattern: str) -> None:
    """mcp-facts.md section 7: compiles in both ECMA-262 and Python."""
    assert is_portable(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\Aa",
        r"a\Z",
        "(?i)a",
        "(?P<n>a)",
        "a++",
        r"\p{L}",
        "[[a]",
        "[a&&b]",
        "[a--b]",
        r"[\uD800-\uDFFF]",
        r"\S{1,8192}",
        "^.{0,262144}$",
        r"(?=a)\w{1,256}",
        r"(\S{1,100}){100}",
        r"a{99999999999999999999}",
        "[",
        "a{2,1}",
        "(" * 5000,
    ],
)
def test_a_pattern_that_only_some_read_is_not(pattern: str) -> None:
    """mcp-facts.md section 7. Where Python itself warns of another reading to come, too."""
    with suppress(re.error, RecursionError, OverflowError), warnings.catch_warnings(action="ignore"):
        re.compile(pattern)  # Python warns once for each text, whoever compiles it
    assert not is_portable(pattern)


KEYWORDS = [
    "type", "properties", "items", "required", "enum", "pattern", "minimum", "exclusiveMaximum", "multipleOf",
    "minLength",
    "uniqueItems", "allOf", "anyOf", "not", "additionalProperties", "patternProperties", "dependentSchemas", "if",
    "dependentRequired", "prefixItems", "contains", "propertyNames", "unevaluatedItems", "format", "title", "examples",
    "deprecated", "$ref", "$defs", "$id", "$comment", "contentSchema", "$anchor", "definitions", "maxContains",
]  # fmt: skip
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 2),
        st.floats(-2, 2),
        st.sampled_from(["object", "string", "#/$defs/a", "^a$", "["]),
        st.text(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYWORDS), st.sampled_from(["a", "["])), inner, max_size=4),
    ),
    max_leaves=15,
)


@settings(deadline=None, max_examples=500)
@given(st.dictionaries(st.sampled_from(KEYWORDS), values, max_size=4))
def test_what_is_sound_is_valid(schema: dict[str, Any]) -> None:
    """Law. Issue 3: the fast check holds at least what jsonschema's meta-schema holds."""
    if schema_fault(schema) is None:
        Draft202012Validator.check_schema(schema)
