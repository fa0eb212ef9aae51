"""Schemas of OpenAPI 3.0 and 3.1 in one form: JSON Schema 2020-12."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from openapi_mcp.loader.refs import RefError
from openapi_mcp.loader.upgrade import upgrade_schema
from openapi_mcp.model.jsontext import JsonValue

NO_FORMATS = FormatChecker(formats=())  # whether a `pattern` compiles is the generator's question


def upgraded(schema: Any, openapi: str = "3.1.0") -> dict[str, Any]:
    """Upgrade a schema; assert that the result is valid, and the same when it is upgraded again."""
    result = upgrade_schema(schema, openapi=openapi)
    Draft202012Validator.check_schema(result, format_checker=NO_FORMATS)
    assert upgrade_schema(result, openapi=openapi) == result  # type: ignore[arg-type]
    return dict(result)


@pytest.mark.spec("OAS 3.0.4 Schema Object")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        (
            {"type": "string", "nullable": True, "enum": ["a", None], "description": "d", "default": None},
            {"description": "d", "default": None, "anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
        ),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
        ),
        ({"minimum": 3, "exclusiveMinimum": True}, {"exclusiveMinimum": 3}),
        ({"minimum": 3, "exclusiveMinimum": False}, {"minimum": 3}),
        ({"maximum": 0.5, "exclusiveMaximum": True}, {"exclusiveMaximum": 0.5}),
        ({"exclusiveMinimum": True}, {}),
        ({"type": "integer", "example": 7}, {"type": "integer", "examples": [7]}),
        ({"example": None}, {"examples": [None]}),
        (
            {"$ref": "#/components/schemas/A", "description": "dropped", "nullable": True},
            {"$ref": "#/components/schemas/A"},
        ),
        (
            {"type": "string", "externalDocs": {"url": "http://a"}, "x-internal": 1},
            {"type": "string"},
        ),
    ],
)
def test_what_only_openapi_3_0_says_is_rewritten(old: JsonValue, new: dict[str, Any]) -> None:
    """OAS 3.0.4, Schema Object and Reference Object; mcp-facts.md section 7."""
    assert upgraded(old, "3.0.4") == new


NULL = {"type": "null"}


@pytest.mark.spec("OAS 3.0.4 Schema Object")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"allOf": [{"$ref": "#/a"}]}, {"anyOf": [{"allOf": [{"$ref": "#/a"}]}, NULL]}),
        ({"allOf": [{"$ref": "#/a"}], "description": "d", "readOnly": True, "default": None},
         {"description": "d", "readOnly": True, "default": None, "anyOf": [{"allOf": [{"$ref": "#/a"}]}, NULL]}),
        ({"anyOf": [{"$ref": "#/a"}]}, {"anyOf": [{"$ref": "#/a"}, NULL]}),
        ({"anyOf": [{"$ref": "#/a"}, NULL]}, {"anyOf": [{"$ref": "#/a"}, NULL]}),
        ({"anyOf": [{"$ref": "#/a"}], "required": ["b"]},
         {"anyOf": [{"anyOf": [{"$ref": "#/a"}], "required": ["b"]}, NULL]}),
        ({"oneOf": [{"$ref": "#/a"}, {"enum": [None]}]},
         {"anyOf": [{"oneOf": [{"$ref": "#/a"}, {"enum": [None]}]}, NULL]}),
        ({"enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, NULL]}),
        ({"properties": {"a": {}}}, {"properties": {"a": {}}}),
        ({"allOf": []}, {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("openapi", "word"), [("3.0.4", "nullable"), ("2.0", "x-nullable")])
def test_what_may_be_null_without_a_type_takes_null(openapi: str, word: str, old: Any, new: dict[str, Any]) -> None:
    """drf-spectacular writes nested objects so; the API sends null there and takes it."""
    assert upgraded({**old, word: True}, openapi) == new


@pytest.mark.parametrize(
    ("kind", "values", "fitted"),
    [
        ("string", ["a", "1"], ["a", "1"]), ("string", [1, 2.5, "1"], ["1", "2.5"]),
        ("string", [True, False], ["true", "false"]), ("string", [[1], {}, "a"], ["a"]), ("string", [[1]], None),
        ("string", ["a", "a"], ["a", "a"]), ("string", [1, None], ["1", None]), ("string", [None], [None]),
        ("string", [[1], None], None), ("string", [float("inf"), 1], ["1"]),
        ("integer", ["1", "2", " 3", "x", ""], [1, 2, 3]), ("integer", ["1.0", 2.0, 2.5, "2.5"], [1, 2.0]),
        ("integer", [True, 1], [1]), ("integer", ["9" * 5000, 1], [1]), ("integer", ["NaN"], None),
        ("integer", [10**400], [10**400]), ("number", [10**400], [10**400]),
        ("number", ["1.5", 2, "1e999", True], [1.5, 2]), ("number", [["1"]], None),
        ("boolean", ["true", "False", True, 1, "yes"], [True, False]), ("boolean", [0, 1], None),
        ("array", ["a", ["b"]], [["b"]]), ("array", ["a"], None), ("object", [{"a": 1}, 3], [{"a": 1}]),
        ("null", [1], [1]),
    ],
)  # fmt: skip
def test_the_values_of_an_enum_are_of_its_type(kind: str, values: Any, fitted: Any) -> None:
    """Our choice: YAML reads `enum: [1, 2]` beside `type: string` as numbers, which no call could ever give."""
    assert upgraded({"type": kind, "enum": values}) == {"type": kind, **({"enum": fitted} if fitted else {})}


def test_the_values_of_an_enum_are_of_the_one_type_beside_null() -> None:
    """OAS 3.0.4, `nullable`; several types each take what they take."""
    or_null = {"anyOf": [{"type": "string", "enum": ["1"]}, {"type": "null"}]}
    assert upgraded({"type": ["string", "null"], "enum": [1, None]}) == or_null
    assert upgraded({"type": "string", "nullable": True, "enum": [1, None]}, "3.0.3") == or_null
    assert upgraded({"type": ["integer", "string", "boolean"], "enum": [1, "a", 2.5]}) == {
        "anyOf": [{"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a"]}]
    }
    assert upgraded({"type": ["integer", "boolean"], "enum": ["1"]}) == {
        "anyOf": [{"type": "integer"}, {"type": "boolean"}]
    }


@pytest.mark.spec("OAS 3.2.0 XML Object")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"name": "x", "namespace": "urn:a", "prefix": "p"}, {"name": "x", "namespace": "urn:a", "prefix": "p"}),
        ({"attribute": True}, {"nodeType": "attribute"}),
        ({"wrapped": True, "name": "x"}, {"name": "x", "nodeType": "element"}),
        ({"nodeType": "cdata", "attribute": True}, {"nodeType": "cdata"}),
        ({"attribute": False, "wrapped": False, "name": "", "x-more": 1}, None),
        ({"name": 1, "namespace": ["a"], "prefix": None, "attribute": "true", "nodeType": "file"}, None),
        ({"nodeType": ["text"]}, None),
        ("x", None),
    ],
)
@pytest.mark.parametrize("beside", [{"type": "string"}, {"$ref": "#/components/schemas/A"}])
def test_an_xml_object_has_the_form_of_3_2(old: JsonValue, new: Any, beside: dict[str, str]) -> None:
    """OAS 3.2.0, XML Object: `nodeType` is the word for `attribute` and `wrapped`."""
    assert upgraded({**beside, "xml": old}) == {**beside, **({"xml": new} if new else {})}


def test_an_xml_object_stands_outside_the_alternatives_of_a_type() -> None:
    """It is about the place, whatever the type of the value."""
    assert upgraded({"type": ["string", "null"], "xml": {"name": "x"}}) == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "xml": {"name": "x"},
    }


@pytest.mark.spec("OAS 3.1.1 Schema Object")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": ["string"]}, {"type": "string"}),
        (
            {"type": ["integer", "string", "integer"], "title": "T"},
            {"title": "T", "anyOf": [{"type": "integer"}, {"type": "string"}]},
        ),
        ({"type": []}, {}),
        ({"type": ["string", "null"], "const": "a"}, {"anyOf": [{"type": "string", "const": "a"}, {"type": "null"}]}),
        ({"type": "null"}, {"type": "null"}),
        ({"type": "string", "nullable": True}, {"type": "string"}),
        ({"exclusiveMinimum": 3}, {"exclusiveMinimum": 3}),
        ({"examples": [1, 2], "example": 3}, {"examples": [1, 2]}),
        ({"$ref": "#/a", "description": "said"}, {"$ref": "#/a", "description": "said"}),
        ({"$ref": "#/a", "maxLength": 3}, {"maxLength": 3, "allOf": [{"$ref": "#/a"}]}),
        (
            {"$ref": "#/a", "type": "object", "allOf": [{"$ref": "#/b"}]},
            {"type": "object", "allOf": [{"$ref": "#/a"}, {"$ref": "#/b"}]},
        ),
        ({"$ref": "#/paths/~1a%7Bid%7D"}, {"$ref": "#/paths/~1a{id}"}),
        ({"$ref": "#/components/schemas/a%2541"}, {"$ref": "#/components/schemas/a%2541"}),
        ({"properties": {"$ref": {"type": "string"}}}, {"properties": {"$ref": {"type": "string"}}}),
        ({"const": None}, {"const": None}),
        (
            {"prefixItems": [{"type": "string"}, True], "items": False},
            {"prefixItems": [{"type": "string"}, {}], "items": {"not": {}}},
        ),
        (
            {"additionalProperties": False, "unevaluatedProperties": True},
            {"additionalProperties": False, "unevaluatedProperties": True},
        ),
        ({"additionalProperties": {"type": ["string"]}}, {"additionalProperties": {"type": "string"}}),
        ({"dependentRequired": {"a": ["b", "c"]}}, {"dependentRequired": {"a": ["b", "c"]}}),
        ({"$schema": "https://x", "$id": "y", "$comment": "z", "$defs": {"A": {}}}, {}),
        (
            {"if": {"type": ["string"]}, "then": True, "else": False, "not": {"const": 1}},
            {"if": {"type": "string"}, "then": {}, "else": {"not": {}}, "not": {"const": 1}},
        ),
    ],
)
def test_what_openapi_3_1_says_stays_in_one_form(old: JsonValue, new: dict[str, Any]) -> None:
    """OAS 3.1.1, Schema Object; JSON Schema 2020-12."""
    assert upgraded(old, "3.1.1") == new


@pytest.mark.parametrize(
    ("junk", "new"),
    [
        (None, {}), (True, {}), (3, {}), ("string", {}), ([], {}), (False, {"not": {}}),
        ({"type": "file"}, {"type": "string", "format": "binary"}),
        ({"type": 3}, {}), ({"type": [None, "string"]}, {"type": "string"}), ({"type": {}}, {}),
        ({"required": True}, {}), ({"required": ["a", 1, "a"]}, {"required": ["a"]}), ({"required": []}, {}),
        ({"properties": ["a"]}, {}),
        ({"properties": {"a": 1, "b": {}, "c": None}}, {"properties": {"a": {}, "b": {}, "c": {}}}),
        ({"items": [{}]}, {"prefixItems": [{}]}), ({"items": []}, {}), ({"items": ["a"]}, {"prefixItems": [{}]}),
        ({"items": 3}, {}), ({"enum": []}, {}), ({"enum": "a"}, {}), ({"anyOf": []}, {}), ({"anyOf": [1]}, {}),
        ({"allOf": {"a": 1}}, {}), ({"minLength": -1}, {}), ({"minLength": "3"}, {}), ({"minLength": True}, {}),
        ({"minLength": 3.0}, {"minLength": 3}), ({"minLength": 3.5}, {}), ({"multipleOf": 0}, {}),
        ({"multipleOf": 0.01}, {"multipleOf": 0.01}), ({"minimum": "1"}, {}), ({"minimum": True}, {}),
        ({"dependentRequired": ["a"]}, {}), ({"dependentRequired": {"a": "b", "c": [1]}}, {}),
        ({"dependentRequired": {"a": ["b", 1, "b"], "c": []}}, {"dependentRequired": {"a": ["b"]}}),
        ({"pattern": 3}, {}), ({"title": ["a"]}, {}), ({"description": ""}, {}), ({"deprecated": "yes"}, {}),
        ({"deprecated": False}, {}), ({"uniqueItems": 1}, {}), ({"format": None}, {}),
        ({"additionalProperties": []}, {}),
        ({"patternProperties": {"^x": {}, "(": {}, "[[a]": {}}}, {"patternProperties": {"^x": {}, "[[a]": {}}}),
        ({"patternProperties": 3}, {}), ({"discriminator": 3}, {}), ({"discriminator": {"propertyName": 3}}, {}),
        ({"$ref": 3, "type": "string"}, {"type": "string"}), ({"not": 3}, {}), ({"examples": {"a": 1}}, {}),
        ({"examples": [], "example": 1}, {"examples": [1]}),
        ({"type": ["string", "null"], "enum": [None]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ],
)  # fmt: skip
def test_what_has_the_wrong_type_is_left_out(junk: Any, new: dict[str, Any]) -> None:
    """security.md B20: wrong types anywhere; the rest of the schema stays."""
    assert upgraded(junk) == new


@pytest.mark.parametrize("ref", ["other.yaml#/A", "http://evil.example/a", "#anchor", ""])
@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
def test_a_reference_out_of_the_document_is_refused(ref: str, openapi: str) -> None:
    """security.md A8."""
    with pytest.raises(RefError):
        upgrade_schema({"properties": {"a": {"$ref": ref}}}, openapi=openapi)


def test_the_discriminator_is_said_in_words() -> None:
    """mcp-facts.md section 7: 2020-12 has no keyword for it."""
    said = "The property `kind` says which alternative applies."
    assert upgraded({"discriminator": {"propertyName": "kind"}}) == {"description": said}
    assert upgraded({"description": "A pet.", "discriminator": {"propertyName": "kind"}}) == {
        "description": f"A pet. {said}"
    }


def test_the_values_of_a_discriminators_mapping_are_said() -> None:
    """OpenAPI 3.1, Discriminator Object: the mapping's keys are the values, and need not be the names of schemas."""

    def said(*values: str) -> str:
        mapping: JsonValue = dict.fromkeys(values, "#/components/schemas/A")
        return str(upgraded({"discriminator": {"propertyName": "kind", "mapping": mapping}})["description"])

    assert said("scope", "spin") == "The property `kind` says which alternative applies: scope, spin."
    assert said(*(f"v{number}" for number in range(500))).endswith(", v10, v11 and others.")
    assert said("a\u202e", "x" * 500).count("x") < 50
    assert said() == said("\u200b") == "The property `kind` says which alternative applies."
    assert upgraded({"discriminator": {"propertyName": 7, "mapping": []}}) == {}


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
def test_one_of_with_a_discriminator_takes_what_fits_several_of_its_branches(openapi: str) -> None:
    """Our choice: branches are open, so most values fit several; the API goes by the property, a validator cannot."""
    said = "The property `kind` says which alternative applies."
    tagged = {"discriminator": {"propertyName": "kind"}}
    one, two = {"oneOf": [{"$ref": "#/a"}, {"$ref": "#/b"}]}, {"anyOf": [{"$ref": "#/a"}, {"$ref": "#/b"}]}
    assert upgraded({**one, **tagged}, openapi) == {**two, "description": said}
    assert upgraded({**one, **tagged, "anyOf": [{}]}, openapi) == {**one, "anyOf": [{}], "description": said}
    assert upgraded(one, openapi) == one


def test_words_for_a_reader_hold_nothing_hidden() -> None:
    """security.md C31: bidi overrides, zero-width characters, escape sequences."""
    schema = {
        "title": "T\u202e", "description": "d\x1b[31m", "format": "da\u200bte", "contentMediaType": "a/\u2066b",
        "discriminator": {"propertyName": "ki\u200bnd"},
    }  # fmt: skip
    assert upgraded(schema) == {
        "title": "T",
        "description": "d The property `kind` says which alternative applies.",
        "format": "date",
        "contentMediaType": "a/b",
    }


def test_what_an_api_compares_exactly_stays_exact() -> None:
    """Our choice: enum, const, default and pattern are no prose."""
    schema: JsonValue = {"enum": ["a\u200b"], "pattern": "^\u200b$", "default": "\u200b", "const": " x "}
    assert upgraded(schema) == schema


def nested(levels: int, inner: JsonValue, **around: JsonValue) -> JsonValue:
    """Return a schema of arrays of arrays."""
    for _ in range(levels):
        inner = {"type": "array", "items": inner, **around}
    return inner


def depth_of(schema: Any) -> int:
    """Count the levels of schemas."""
    if not isinstance(schema, dict):
        return 0
    below = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *([schema["items"]] if "items" in schema else [])]
    return 1 + max(map(depth_of, below), default=0)


@pytest.mark.parametrize("levels", [50, 60, 61, 100, 280])
@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize("inner", [{"type": "string"}, {"$ref": "#/a"}, {"$ref": "#/a", "maxLength": 3, "items": {}}])
def test_deep_nesting_is_cut_at_the_same_depth_whatever_form_it_takes(
    levels: int, nullable: bool, inner: JsonValue
) -> None:
    """mcp-facts.md section 7: depth is bounded; alternatives for null cost a level each."""
    around: dict[str, JsonValue] = {"nullable": True} if nullable else {}
    assert depth_of(upgraded(nested(levels, inner, **around), "3.0.3")) <= 62
    assert depth_of(upgraded(nested(levels, inner, **around), "3.1.0")) <= 62


def test_what_is_too_deep_says_so() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    schema = upgraded(nested(100, {"type": "string"}))
    for _ in range(61):
        schema = schema["items"]
    assert schema == {"description": "Nested too deeply to be shown; any value."}


WORDS = [
    "$ref",
    "type",
    "nullable",
    "items",
    "prefixItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "enum",
    "const",
    "default",
    "example",
    "examples",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxItems",
    "uniqueItems",
    "pattern",
    "format",
    "title",
    "description",
    "deprecated",
    "readOnly",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "discriminator",
    "propertyNames",
    "contains",
    "minContains",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "contentEncoding",
    "propertyName",
]
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["string", "object", "null", "array", "#/a", "#/a~1b%25", "#", "a\u200b", " b ", "(", "^x"])
)  # fmt: skip
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(WORDS), JUNK, max_size=8), st.sampled_from(["3.0.3", "3.1.0", "3.2.0"]))
def test_any_schema_becomes_a_valid_one_and_upgrading_twice_is_upgrading_once(schema: JsonValue, openapi: str) -> None:
    """style.md, Tests; mcp-facts.md section 7: schemas MUST be valid."""
    try:
        upgraded(schema, openapi)
    except RefError:
        return


TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "abc"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
PROPER = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "minimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "maxLength": st.integers(0, 2),
            "required": st.lists(st.sampled_from(["a", "b"]), unique=True),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, unique=True),
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "additionalProperties": inner | st.booleans(),
            "items": inner | st.booleans(),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
        },
    ),
    max_leaves=5,
)


@given(PROPER, VALUES)
def test_what_the_document_allows_the_upgraded_schema_allows(schema: dict[str, Any], value: JsonValue) -> None:
    """Our choice: the API has the last word; a call is never refused for our reading of a schema."""
    new = upgraded(schema)
    if Draft202012Validator(schema).is_valid(value):
        assert Draft202012Validator(new).is_valid(value)
