"""Input schemas: valid JSON Schema, self-contained, small, whatever the document's schemas are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.make import document, json_body, parameter, tool_with_body, toolset

from openapi_mcp.errors import DocumentError
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.schema import children
from openapi_mcp.loader.read import read
from openapi_mcp.model.policy import METHODS, Selection
from openapi_mcp.model.tool import Tool

ARGUMENT = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    waiting = [schema, *schema.get("$defs", {}).values()]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def assert_sound(schema: Any) -> None:
    """Hold a schema to what clients take: mcp-facts.md section 7."""
    Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False).encode()
    assert schema["type"] == "object"
    assert set(schema) <= {"type", "properties", "required", "additionalProperties", "$defs", "title", "description"}
    names = list(schema.get("properties", {}))
    assert all(ARGUMENT.fullmatch(name) for name in names)
    assert set(schema.get("required", ())) <= set(names)
    for node in nodes(schema):
        if "$ref" in node:
            prefix, _, name = node["$ref"].rpartition("/")
            assert prefix == "#/$defs"
            assert name in schema["$defs"]


def body_tool(schema: Any, **schemas: Any) -> Tool:
    return tool_with_body(json_body({"type": "object", "properties": {"a": schema}}), components={"schemas": schemas})


def argument(schema: Any, **schemas: Any) -> Any:
    """Return the schema of an argument that the document gives this schema."""
    tool = body_tool(schema, **schemas)
    assert_sound(tool.input_schema)
    return tool.input_schema["properties"]["a"]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


BIG = {"type": "object", "properties": {f"field_{i}": {"type": "string"} for i in range(12)}}


def test_a_part_used_once_stands_in_place() -> None:
    """mcp-facts.md section 7: #/components/schemas/X inline."""
    assert argument(ref("Big"), Big=BIG) == BIG


def test_a_large_part_used_twice_stands_once_under_defs() -> None:
    """Our choice: a list costs the reader its size."""
    tool = body_tool({"anyOf": [ref("Big"), {"type": "array", "items": ref("Big")}]}, Big=BIG)
    assert tool.input_schema["$defs"] == {"Big": BIG}
    assert tool.input_schema["properties"]["a"] == {
        "anyOf": [{"$ref": "#/$defs/Big"}, {"type": "array", "items": {"$ref": "#/$defs/Big"}}]
    }


def test_parts_that_hold_several_others_stand_in_place_whole() -> None:
    """Our choice: innermost first, so that each is whole when it is used."""
    inner = {"type": "string", "enum": ["a"]}
    middle = {"type": "object", "properties": {"x": ref("C"), "y": ref("C")}}
    outer = {"type": "object", "properties": {"b": ref("B"), "c": ref("C")}}
    whole = {"type": "object", "properties": {"x": inner, "y": inner}}
    assert argument(ref("A"), A=outer, B=middle, C=inner) == {"type": "object", "properties": {"b": whole, "c": inner}}


def test_long_words_inside_a_schema_are_shortened() -> None:
    """Our choice: those of an argument less than what is inside it."""
    made = argument({"type": "object", "description": "w " * 400, "properties": {"b": {"description": "w " * 400}}})
    assert 160 < len(made["description"]) <= 400
    assert 40 < len(made["properties"]["b"]["description"]) <= 160
    assert made["description"].endswith("w…")


def test_a_small_part_used_twice_stands_in_place() -> None:
    """Our choice: a reference would cost as much."""
    small = {"type": "string", "enum": ["a", "b"]}
    assert argument({"anyOf": [ref("S"), {"type": "array", "items": ref("S")}]}, S=small) == {
        "anyOf": [small, {"type": "array", "items": small}]
    }


def test_a_recursive_part_refers_to_itself() -> None:
    """mcp-facts.md section 7: recursive ones as #/$defs/X in the same tool."""
    node = {"type": "object", "properties": {"kids": {"type": "array", "items": ref("Node")}}}
    tool = body_tool(ref("Node"), Node=node)
    assert tool.input_schema["properties"]["a"] == {"$ref": "#/$defs/Node"}
    assert tool.input_schema["$defs"]["Node"]["properties"]["kids"]["items"] == {"$ref": "#/$defs/Node"}


def test_parts_whose_names_agree_once_made_legal_are_kept_apart() -> None:
    """JSON Schema 2020-12: a $ref is a URI reference, so names are reduced to plain characters."""
    node_a = {"type": "object", "properties": {"n": ref("A B")}}
    node_b = {"type": "array", "items": ref("A+B")}
    tool = body_tool({"anyOf": [ref("A B"), ref("A+B")]}, **{"A B": node_a, "A+B": node_b})
    assert_sound(tool.input_schema)
    assert sorted(tool.input_schema["$defs"]) == ["A_B", "A_B_2"]


def test_a_reference_keeps_the_words_beside_it() -> None:
    """mcp-facts.md section 7: a $ref with no siblings but description."""
    node = {"type": "object", "properties": {"next": {**ref("Node"), "description": "The one after.", "title": "T"}}}
    tool = body_tool({**ref("Node"), "description": "The first."}, Node=node)
    assert tool.input_schema["properties"]["a"] == {"$ref": "#/$defs/Node", "description": "The first."}
    inner = tool.input_schema["$defs"]["Node"]["properties"]["next"]
    assert inner == {"$ref": "#/$defs/Node", "description": "The one after."}


def test_an_all_of_of_one_is_merged_with_the_words_around_it() -> None:
    """drf-spectacular and others write it to add a description to a $ref."""
    enum = {"type": "string", "enum": ["a", "b"], "description": "Inner."}
    assert argument({"allOf": [ref("E")], "description": "Outer."}, E=enum) == {**enum, "description": "Outer."}
    assert argument({"allOf": [{"minLength": 1}], "minLength": 2}) == {"allOf": [{"minLength": 1}], "minLength": 2}


def test_what_is_read_only_inside_is_left_out_and_not_required() -> None:
    """mcp-facts.md section 7."""
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string", "writeOnly": True}},
    }
    assert argument(schema) == {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    only = {"type": "object", "required": ["id"], "properties": {"id": {"readOnly": True}}}
    assert argument(only) == {"type": "object", "properties": {}}
    dependent = {"properties": {"id": {"readOnly": True}}, "dependentRequired": {"a": ["b", "id"], "id": ["a"]}}
    assert argument(dependent) == {"properties": {}, "dependentRequired": {"a": ["b"]}}


@pytest.mark.parametrize(
    "pattern",
    [
        r"\A[a-z]+\Z", r"(?i)abc", r"(?P<x>a)", r"a++", r"[[:alpha:]]", r"\p{L}", r"(?<x>a)", r"(?(1)a)", r"(", r"[a",
        r"(?#c)a", r"a{2}+", r"\Qa\E", r"*a", "a{99999999999999999999}",
    ],
)  # fmt: skip
def test_a_pattern_that_not_every_engine_takes_is_said_in_words(pattern: str) -> None:
    """mcp-facts.md section 7: keep only if it compiles in both ECMA-262 and Python; security.md 22 R-REDOS."""
    made = argument({"type": "string", "pattern": pattern})
    assert made == {"type": "string", "description": f"Must match the pattern {pattern}"}
    said = argument({"type": "string", "pattern": pattern, "description": "A code."})
    assert said["description"] == f"A code. Must match the pattern {pattern}"


@pytest.mark.parametrize(
    "pattern", [r"^[a-z]{2,3}$", r"^\d+(?:-\d+)*$", r"(?=a)b", r"(?<=a)b", r"(?<!a)b", r"^\S+$", ""]
)
def test_a_pattern_that_every_engine_takes_stays(pattern: str) -> None:
    """mcp-facts.md section 7."""
    assert argument({"type": "string", "pattern": pattern}) == {"type": "string", "pattern": pattern}


def quickly(paths: dict[str, Any], schemas: dict[str, Any]) -> list[Tool]:
    """Make the tools of a document that would take for ever, or all memory, if its references were unrolled."""
    made = toolset(paths, components={"schemas": schemas})
    for tool in made.tools:
        assert_sound(tool.input_schema)
        assert len(json.dumps(tool.input_schema)) < 50_000
    return list(made.tools)


def everywhere(name: str) -> dict[str, Any]:
    """Return operations that use a schema as parameter, as body, as a field of a body, and as answer."""
    body = {"type": "object", "properties": {"field": ref(name), "list": {"type": "array", "items": ref(name)}}}
    answer = {"200": {"description": "x", "content": json_body({"type": "array", "items": ref(name)})}}
    return {
        "/query": {"get": {"parameters": [parameter("a", schema=ref(name))], "responses": answer}},
        "/body": {"post": {"requestBody": {"content": json_body(ref(name))}, "responses": answer}},
        "/field": {"post": {"requestBody": {"content": json_body(body)}}},
    }


def chain(link: str, length: int = 10_000) -> dict[str, Any]:
    def one(name: str) -> dict[str, Any]:
        match link:
            case "ref":
                return ref(name)
            case "allOf":
                return {"allOf": [ref(name)]}
            case "items":
                return {"type": "array", "items": ref(name)}
            case _:
                return {"type": "object", "properties": {"next": ref(name)}}

    schemas = {f"A{i}": one(f"A{i + 1}") for i in range(length)}
    return {**schemas, f"A{length}": {"type": "object", "properties": {"x": {"type": "string"}}}}


@pytest.mark.parametrize("link", ["ref", "allOf", "items", "properties"])
def test_ten_thousand_references_in_a_row_are_no_trouble(link: str) -> None:
    """security.md 20 R-ROBUST. `allOf` and `items` ended the generator with a RecursionError."""
    assert len(quickly(everywhere("A0"), chain(link))) == 3


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf", "prefixItems"])
def test_exponential_fan_out_is_no_trouble(word: str) -> None:
    """security.md 20 R-ROBUST: 2^18 leaves in 18 schemas."""
    schemas: dict[str, Any] = {f"A{i}": {word: [ref(f"A{i + 1}"), ref(f"A{i + 1}")]} for i in range(18)}
    assert len(quickly(everywhere("A0"), {**schemas, "A18": BIG})) == 3


def test_fan_out_of_fields_is_no_trouble() -> None:
    """security.md 20 R-ROBUST."""
    schemas: dict[str, Any] = {
        f"A{i}": {"type": "object", "properties": {f"f{n}": ref(f"A{i + 1}") for n in range(20)}} for i in range(18)
    }
    assert len(quickly(everywhere("A0"), {**schemas, "A18": BIG})) == 3


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": ref("A")},
        {"allOf": [ref("A")]},
        {"anyOf": [ref("A"), ref("A")]},
        {"type": "object", "properties": {"a": ref("A")}, "additionalProperties": ref("A")},
        {"not": ref("A")},
        {"allOf": [{"properties": {"x": ref("A")}}, {"$ref": "#/components/schemas/A/allOf/0"}]},
    ],
)
def test_a_schema_that_holds_itself_is_served(schema: dict[str, Any]) -> None:
    """security.md 20 R-ROBUST: cycles. An array of itself ended the generator with a RecursionError."""
    assert len(quickly(everywhere("A"), {"A": schema})) == 3


@pytest.mark.parametrize("schema", [ref("A"), ref("Nowhere"), {"$ref": "#/components"}, {"$ref": "https://h/x.json"}])
def test_a_reference_to_itself_or_to_nothing_leaves_no_broken_tool(schema: dict[str, Any]) -> None:
    """security.md 21 R-ROBUST, and 8 R-REF: nothing is fetched for a schema."""
    quickly(everywhere("A"), {"A": schema})


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["object", "array", "string", "(", "#/components/schemas/A", "#/components/schemas/B", "#"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "type", "properties", "required", "items", "allOf", "anyOf", "oneOf", "not", "$ref", "enum",
                    "additionalProperties", "patternProperties", "pattern", "minimum", "exclusiveMinimum", "maxLength",
                    "nullable", "readOnly", "writeOnly", "description", "default", "examples", "example", "format",
                    "discriminator", "multipleOf", "uniqueItems", "prefixItems", "dependentSchemas", "a", "$defs",
                    "title", "deprecated", "xml", "const", "$id", "$schema", "$anchor", "$dynamicRef", "contains",
                    "if", "then",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(junk, junk, junk, st.sampled_from(["3.0.3", "3.1.0"]))
def test_every_input_schema_is_sound_whatever_the_components_are(a: Any, b: Any, inline: Any, version: str) -> None:
    """Law. mcp-facts.md section 7; security.md 20 R-ROBUST: wrong types anywhere."""
    paths = {**everywhere("A"), "/inline": {"post": {"requestBody": {"content": json_body(inline)}}}}
    selection = Selection(methods=frozenset(METHODS), output_schemas=True)
    made = generate(document(paths, openapi=version, components={"schemas": {"A": a, "B": b}}), selection)
    assert len(made.tools) + len(made.skipped) == 4
    for tool in made.tools:
        assert_sound(tool.input_schema)
        if tool.output_schema is not None:
            assert_sound(tool.output_schema)


@settings(deadline=None, max_examples=200)
@given(junk, junk, junk)
def test_no_junk_in_place_of_operations_ends_the_generator(item: Any, operation: Any, components: Any) -> None:
    """Law. security.md 20 and 21 R-ROBUST."""
    root: dict[str, Any] = {"openapi": "3.1.0", "paths": {"/a": item, "/b": {"get": operation}, "/c": {"get": {}}}}
    try:
        made = generate(read({**root, "components": components}, source="test.json", base_uri=None))
    except DocumentError:
        return
    assert made.tools[-1].operation.path == "/c"
    for tool in made.tools:
        assert_sound(tool.input_schema)


CIRCLES: list[tuple[dict[str, Any], Any, Any]] = [
    (
        {
            "Root": {"oneOf": [ref("Cat")], "type": "object", "required": ["kind"], "properties": {"kind": {}}},
            "Cat": {"allOf": [ref("Root"), {"type": "object", "properties": {"lives": {"type": "integer"}}}]},
        },
        {"kind": "cat", "lives": 9},
        {"lives": 9},
    ),
    ({"Root": {"allOf": [ref("Root"), {"type": "string"}]}}, "x", 7),
    ({"Root": {"allOf": [ref("Other")]}, "Other": {"allOf": [ref("Root")], "type": "integer"}}, 7, "x"),
    ({"Root": {"anyOf": [ref("Root"), {"type": "string"}]}}, "x", None),
]


@pytest.mark.parametrize(("schemas", "fits", "fails"), CIRCLES)
def test_what_is_composed_of_itself_can_be_given(schemas: dict[str, Any], fits: Any, fails: Any) -> None:
    """JSON Schema 2020-12 Core, 9.4.1: a schema must not run into an endless loop; documents have them still."""
    tool = body_tool({"type": "array", "items": ref("Root")}, **schemas)
    assert_sound(tool.input_schema)
    check = Draft202012Validator(tool.input_schema)
    assert check.is_valid({"a": [fits]})
    assert fails is None or not check.is_valid({"a": [fails]})
