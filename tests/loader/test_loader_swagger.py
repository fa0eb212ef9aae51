"""Swagger 2.0 in the form that the rest knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.make import ALL_METHODS

from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.load import load
from openapi_mcp.loader.read import read
from openapi_mcp.model.document import Document, Operation
from openapi_mcp.model.tool import BindingKind, Tool

Json = dict[str, Any]


def document(
    operation: Json | None = None, *, item: Json | None = None, base_uri: str | None = None, **root: Any
) -> Document:
    """Read a description of one operation: POST /a/{id}."""
    paths = {"/a": {"post": {"operationId": "op", **(operation or {})}, **(item or {})}}
    whole = {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "host": "api.example", "paths": paths, **root}
    return read(whole, source="x", base_uri=base_uri)


def only(*parameters: Json, **root: Any) -> Operation:
    """Return the one operation, which has no problem."""
    found = document({"parameters": list(parameters)}, **root)
    assert (found.problems, found.skipped) == ((), ())
    (operation,) = found.operations
    return operation


def tool(*parameters: Json, **root: Any) -> Tool:
    made = generate(document({"parameters": list(parameters)}, **root), ALL_METHODS)
    assert made.skipped == ()
    (tool,) = made.tools
    return tool


@pytest.mark.spec("Swagger 2.0 Swagger Object")
@pytest.mark.parametrize(
    ("root", "base_uri", "urls"),
    [
        ({"basePath": "/v1"}, None, ["https://api.example/v1"]),
        ({"schemes": ["http", "https", "ws"]}, None, ["https://api.example/", "http://api.example/"]),
        ({"schemes": ["http"], "host": "api.example:8080"}, None, ["http://api.example:8080/"]),
        ({}, "http://docs.example/swagger.json", ["http://api.example/"]),
        ({"host": None, "basePath": "/v1"}, "http://docs.example/x/swagger.json", ["http://docs.example/v1"]),
        ({"host": "evil.example/path"}, "https://docs.example/s", ["https://docs.example/"]),
        ({"basePath": "v1", "schemes": "https"}, None, ["https://api.example/"]),
        ({"host": None}, None, ["/"]),
    ],
)
def test_host_base_path_and_schemes_are_servers(root: Json, base_uri: str | None, urls: list[str]) -> None:
    """https first; without a host, that of the document."""
    assert [server.url for server in document(base_uri=base_uri, **root).servers] == urls


@pytest.mark.spec("Swagger 2.0 Parameter Object")
@pytest.mark.parametrize(
    ("place", "collection", "style", "explode"),
    [
        ("query", None, "form", False), ("query", "csv", "form", False), ("query", "multi", "form", True),
        ("query", "ssv", "spaceDelimited", False), ("query", "tsv", "tabDelimited", False),
        ("query", "pipes", "pipeDelimited", False), ("header", "csv", "simple", False),
        ("header", "ssv", "spaceDelimited", False), ("header", "tsv", "tabDelimited", False),
        ("header", "pipes", "pipeDelimited", False),
    ],
)  # fmt: skip
def test_a_collection_format_is_a_style(place: str, collection: Any, style: str, explode: bool) -> None:
    """csv where none is said."""
    given = {} if collection is None else {"collectionFormat": collection}
    (found,) = only({"name": "x", "in": place, "type": "array", "items": {"type": "integer"}, **given}).parameters
    assert (found.style, found.explode) == (style, explode)
    assert found.schema == {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    ("place", "collection"), [("query", "nonsense"), ("query", 3), ("header", "multi"), ("path", "multi")]
)
def test_a_collection_format_that_says_nothing_is_csv_and_a_problem(place: str, collection: Any) -> None:
    """style.md, Errors: nothing is dropped in silence; of a parameter that several operations share it is said once."""
    odd = {"name": "id", "in": place, "type": "array", "collectionFormat": collection, "items": {"type": "integer"}}
    whole: Json = {"swagger": "2.0", "info": {}, "paths": {"/a/{id}": {"parameters": [odd], "get": {}, "put": {}}}}
    found = read(whole, source="x", base_uri=None)
    style = ("form" if place == "query" else "simple", False)
    declared = [parameter for parameter in found.operations[0].parameters if parameter.location.value == place]
    assert [(parameter.style, parameter.explode) for parameter in declared][:1] == [style]
    (problem,) = [problem for problem in found.problems if "collectionFormat" in problem.message]
    assert problem.pointer == "#/paths/~1a~1{id}/parameters/0"
    assert problem.message == f"the collectionFormat '{collection}' is not for this list: it is sent as csv"


def test_a_parameter_keeps_what_its_schema_says() -> None:
    """Swagger 2.0 has no `schema` there; the words stand in the parameter itself."""
    (found,) = only(
        {"name": "x", "in": "query", "required": "true", "description": "D.", "type": "integer", "format": "int64",
         "minimum": 1, "exclusiveMinimum": True, "maximum": 9, "default": 3, "enum": [3, 4], "x-example": 4}
    ).parameters  # fmt: skip
    assert (found.required, found.description) == (True, "D.")
    assert found.schema == {
        "type": "integer", "format": "int64", "exclusiveMinimum": 1, "maximum": 9, "default": 3, "enum": [3, 4],
        "examples": [4],
    }  # fmt: skip


def test_a_body_parameter_is_the_body() -> None:
    """Swagger 2.0, Parameter Object, in: body; `consumes` of the operation in place of the document's."""
    body = {"name": "order", "in": "body", "required": "true", "schema": {"$ref": "#/definitions/Order"}}
    order = {"type": "object", "properties": {"id": {"type": "integer", "x-nullable": True}}}
    made = tool(body, definitions={"Order": order}, consumes=["application/json", "text/xml"])
    assert (made.body_type, made.body_required) == ("application/json", True)
    assert made.input_schema["properties"]["id"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert made.input_schema["properties"]["content_type"]["enum"] == ["application/json", "text/xml"]
    assert tool(body, definitions={"Order": order}).body_type == "application/json"


def test_form_data_is_a_form_and_with_a_file_multipart() -> None:
    """Swagger 2.0, Parameter Object, in: formData."""
    name = {"name": "name", "in": "formData", "type": "string", "required": "TRUE", "description": "N."}
    form = tool(name)
    assert (form.body_type, form.input_schema["required"]) == ("application/x-www-form-urlencoded", ["name"])
    assert form.input_schema["properties"] == {"name": {"type": "string", "description": "N."}}
    assert tool(name, consumes=["multipart/form-data"]).body_type == "multipart/form-data"
    upload = tool(name, {"name": "photo", "in": "formData", "type": "file"}, consumes=["application/json"])
    assert upload.body_type == "multipart/form-data"
    assert [binding.kind for binding in upload.bindings] == [BindingKind.BODY_FIELD, BindingKind.FILE]


def test_answers_have_the_types_that_are_produced() -> None:
    """Swagger 2.0, Response Object; `type: file` is bytes."""
    responses = {"200": {"description": "A picture.", "schema": {"type": "file"}}, "204": {"description": "None."}}
    (operation,) = document({"responses": responses, "produces": ["image/png"]}).operations
    assert [(media.content_type, media.schema) for media in operation.responses[0].content] == [
        ("image/png", {"type": "string", "format": "binary"})
    ]
    assert operation.responses[1].content == ()
    unsaid = document({"responses": responses}).operations[0].responses[0]
    assert [media.content_type for media in unsaid.content] == ["application/octet-stream"]


def test_security_definitions_are_security_schemes() -> None:
    """Swagger 2.0, Security Scheme Object."""
    found = document(
        securityDefinitions={
            "basic": {"type": "basic"},
            "key": {"type": "apiKey", "in": "query", "name": "k"},
            "oauth": {"type": "oauth2", "flow": "accessCode", "tokenUrl": "https://a/t"},
            "junk": 3,
        }
    )
    assert [(one.name, one.type, one.scheme, one.parameter) for one in found.security_schemes] == [
        ("basic", "http", "basic", ""), ("key", "apiKey", "", "k"), ("oauth", "oauth2", "", ""), ("junk", "", "", ""),
    ]  # fmt: skip
    assert found.security_schemes[1].pointer == "#/securityDefinitions/key"


def test_the_operations_own_parameter_overrides_the_path_items() -> None:
    """Swagger 2.0, Operation Object: by name and location."""
    own = {"name": "x", "in": "query", "type": "integer"}
    item = {"parameters": [{"name": "x", "in": "query", "type": "string"}, {"$ref": "#/parameters/Y"}]}
    shared = {"Y": {"name": "y", "in": "header", "type": "string"}}
    (operation,) = document({"parameters": [own]}, item=item, parameters=shared).operations
    assert [(one.name, one.schema) for one in operation.parameters] == [
        ("x", {"type": "integer"}),
        ("y", {"type": "string"}),
    ]


@pytest.mark.parametrize("junk", [3, "x", [], {}, None, {"in": "body"}, {"in": "formData"}, {"$ref": 3}])
def test_whatever_stands_for_a_parameter_the_operation_is_served(junk: Any) -> None:
    """Issue 3: wrong types in any place."""
    assert len(document({"parameters": [junk, {"name": "x", "in": "query"}]}).operations) == 1


@pytest.mark.parametrize("word", ["parameters", "responses", "consumes", "produces", "tags", "schemes", "security"])
@pytest.mark.parametrize("junk", [3, "x", [1], {"a": 1}, None, True])
def test_whatever_stands_in_an_operation_it_is_served(word: str, junk: Any) -> None:
    """Issue 3: wrong types in any place."""
    assert [op.operation_id for op in document({word: junk}).operations] == ["op"]


def test_a_parameter_that_leads_nowhere_costs_its_operation() -> None:
    """Issue 2: it stands in `skipped`."""
    found = document({"parameters": [{"$ref": "#/parameters/Nowhere"}]})
    assert [skipped.reason for skipped in found.skipped] == ["the reference '#/parameters/Nowhere' points at nothing"]


@pytest.mark.anyio
async def test_parameters_of_another_file_go_by_their_own_file(tmp_path: Path) -> None:
    """Issue 3: relative to the file that holds them, where a parameter list or a path item stands behind a $ref."""
    paths = {
        "/a": {"$ref": "item.json"},
        "/b": {"get": {"operationId": "b", "parameters": {"$ref": "parts/p.json#/list"}}},
    }
    files = {
        "openapi.json": {
            "swagger": "2.0",
            "info": {},
            "host": "h",
            "paths": paths,
            "definitions": {"T": {"type": "null"}},
        },
        "item.json": {
            "parameters": [{"$ref": "parts/p.json#/body"}],
            "post": {"operationId": "a", "responses": {"200": {"$ref": "parts/p.json#/answer"}}},
        },
        "parts/p.json": {
            "list": [{"$ref": "#/one"}],
            "one": {"name": "x", "in": "query", "type": "integer"},
            "body": {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/T"}},
            "answer": {"description": "D.", "schema": {"$ref": "#/definitions/T"}},
            "definitions": {"T": {"type": "object", "properties": {"t": {"type": "integer"}}}},
        },
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    found = await load(str(tmp_path / "openapi.json"))
    assert (found.problems, found.skipped) == ((), ())
    made = {tool.name: tool.input_schema["properties"] for tool in generate(found, ALL_METHODS).tools}
    assert made == {"a": {"t": {"type": "integer"}}, "b": {"x": {"type": "integer"}}}
    answer = found.operations[0].responses[0].content[0].schema
    assert answer is not None
    assert found.schemas[answer["$ref"]]["properties"] == {"t": {"type": "integer"}}
