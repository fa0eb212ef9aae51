"""What is wrong inside the schemas of a description."""

import json
from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.loader.faults import MOST, schema_faults
from openapi_mcp.loader.load import load
from openapi_mcp.model.document import Operation, Severity


def faults(schema: Any) -> list[tuple[str, str]]:
    """Return the pointers, from the schema on, and the messages of what is wrong with one schema."""
    root: Any = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": schema}}}
    start = len("#/components/schemas/A")
    return [(problem.pointer[start:], problem.message) for problem in schema_faults(root)]


@pytest.mark.parametrize(
    ("schema", "pointer", "said"),
    [
        ({"type": "strnig"}, "/type", "the type 'strnig' is none of JSON Schema's: it is left out"),
        ({"type": ["string", "int"]}, "/type", "the type '[...]' is none of JSON Schema's: it is left out"),
        ({"type": 3}, "/type", "the type '3' is none of JSON Schema's: it is left out"),
        ({"minLength": "3"}, "/minLength", "`minLength` cannot be 3: it is left out"),
        ({"maxItems": -1}, "/maxItems", "`maxItems` cannot be -1: it is left out"),
        ({"minimum": True}, "/minimum", "`minimum` cannot be true: it is left out"),
        ({"multipleOf": 0}, "/multipleOf", "`multipleOf` cannot be 0: it is left out"),
        ({"required": True}, "/required", "`required` cannot be true: it is left out"),
        ({"required": ["a", 1]}, "/required", "`required` cannot be [...]: it is left out"),
        ({"enum": "a"}, "/enum", "`enum` cannot be a: it is left out"),
        ({"nullable": "true"}, "/nullable", "`nullable` cannot be true: it is left out"),
        ({"properties": ["a"]}, "/properties", "`properties` cannot be [...]: it is left out"),
        ({"allOf": {}}, "/allOf", "`allOf` cannot be {...}: it is left out"),
        (
            {"additionalProperties": "no"},
            "/additionalProperties",
            "`additionalProperties` cannot be no: it is left out",
        ),
        ("string", "", "string stands where a schema must stand: any value is taken"),
        (
            {"properties": {"a": {"items": {"anyOf": [{}, None]}}}},
            "/properties/a/items/anyOf/1",
            "null stands where a schema must stand: any value is taken",
        ),
    ],
)
def test_what_is_left_out_of_a_schema_is_said_with_its_place(schema: Any, pointer: str, said: str) -> None:
    """style.md, Errors: nothing is dropped in silence."""
    assert faults(schema) == [(pointer, said)]


@pytest.mark.parametrize(
    "schema",
    [
        True, {}, {"type": "file"}, {"type": ["string", "null"], "exclusiveMinimum": 3, "maxLength": 3.0},
        {"minimum": 3, "exclusiveMinimum": True, "description": None, "x-any": {"type": "none"}},
        {"properties": {"type": {"type": "string"}, "required": {}}, "additionalProperties": False},
        {"enum": [{"type": "none"}], "default": {"properties": 3}, "example": {"type": 3}, "items": [{}, {}]},
    ],
)  # fmt: skip
def test_what_is_sound_is_not_said(schema: Any) -> None:
    """Values that an author gives are no schemas; 3.0 and Swagger 2.0 have words of their own."""
    assert faults(schema) == []


def test_the_schemas_of_operations_are_looked_through_and_names_are_no_keywords() -> None:
    """OAS 3.2.0: schemas stand in parameters, media types and headers; `schema` may be the name of a path or header."""
    odd = {"type": "none"}
    get = {
        "parameters": [{"name": "a", "in": "query", "schema": odd, "example": {"schema": dict(odd)}}],
        "responses": {
            "default": {"content": {"a/b": {"itemSchema": {"items": dict(odd)}}}},
            "200": {"headers": {"schema": {"schema": dict(odd)}}, "x-schema": {"schema": dict(odd)}},
        },
    }
    root: Any = {"paths": {"/a": {"get": get}}, "definitions": {"B": dict(odd)}}
    assert sorted(problem.pointer for problem in schema_faults(root)) == [
        "#/definitions/B/type",
        "#/paths/~1a/get/parameters/0/schema/type",
        "#/paths/~1a/get/responses/200/headers/schema/schema/type",
        "#/paths/~1a/get/responses/default/content/a~1b/itemSchema/items/type",
    ]


def test_what_is_met_twice_is_said_once_and_only_so_much_is_said() -> None:
    """An alias of YAML may stand at many places; a generator errs the same way thousands of times."""
    shared: Any = {"type": "none"}
    shared["properties"] = {"a": shared}
    assert [pointer for pointer, _ in faults({"anyOf": [shared, shared]})] in (["/anyOf/0/type"], ["/anyOf/1/type"])
    assert len(faults({"properties": {str(index): 3 for index in range(MOST + 1)}})) == MOST


@pytest.mark.anyio
async def test_only_where_the_whole_document_is_read_its_schemas_are_looked_through(tmp_path: Path) -> None:
    """Our choice: a server that starts does not wait for it."""
    paths: Any = {"/a": {"get": {}, "post": {}}}
    root = {"openapi": "3.1.0", "info": {}, "paths": paths, "components": {"schemas": {"A": {"type": "none"}}}}
    (tmp_path / "a.json").write_text(json.dumps(root), encoding="utf-8")
    (problem,) = (await load(str(tmp_path / "a.json"))).problems
    assert (problem.severity, problem.pointer) == (Severity.WARNING, "#/components/schemas/A/type")

    def wanted(operation: Operation) -> bool:
        return operation.method == "GET"

    assert (await load(str(tmp_path / "a.json"), wanted=wanted)).problems == ()
