"""A JSON value to a Document."""

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader.read import read
from openapi_mcp.loader.refs import Resources
from openapi_mcp.loader.schemas import Schemas
from openapi_mcp.model.document import (
    ApiServer,
    Document,
    Location,
    MediaType,
    Operation,
    Parameter,
    Problem,
    RequestBody,
    Response,
    SecurityScheme,
    Severity,
    Skipped,
)
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.policy import METHODS

JsonObject = dict[str, Any]


def document(paths: Any, *, openapi: Any = "3.1.1", base_uri: str | None = None, **fields: Any) -> Document:
    """Read a description with these paths."""
    root = {"openapi": openapi, "info": {"title": "Shop", "version": "1"}, "paths": paths, **fields}
    return read(root, source="shop.yaml", base_uri=base_uri)


def operation(fields: Any, **more: Any) -> Operation:
    """Return the one operation of a description, which has no problem."""
    return operation_at("/a", fields, **more)


def operation_at(path: str, fields: Any, **more: Any) -> Operation:
    """Return the one operation of a description with one path, which has no problem."""
    found = document({path: {"get": fields}}, **more)
    assert (found.problems, found.skipped) == ((), ())
    (only,) = found.operations
    return only


def parameter(fields: JsonObject, **more: Any) -> Parameter:
    """Return the one parameter of an operation."""
    path = "/{x}" if fields.get("in") == "path" else "/a"
    (only,) = operation_at(path, {"parameters": [fields]}, **more).parameters
    return only


def problem_of(found: Document) -> Problem:
    """Return the one problem of a description."""
    (only,) = found.problems
    return only


# --- the document ---


def test_a_description_is_read_as_what_it_says() -> None:
    """OAS 3.1.1, OpenAPI Object and Info Object."""
    found = document(
        {"/a": {"get": {}}},
        info={"title": " The\n Shop ", "version": "1.2", "description": "Sells.\n\nThings."},
        base_uri="https://host/api/openapi.json",
    )
    assert (found.title, found.version, found.description) == ("The Shop", "1.2", "Sells.\n\nThings.")
    assert (found.openapi, found.source, found.base_uri) == ("3.1.1", "shop.yaml", "https://host/api/openapi.json")
    assert (found.problems, found.skipped) == ((), ())


@pytest.mark.parametrize(
    "info", [None, 3, [], {}, {"title": True, "version": ["1"], "description": {}}, {"title": "\u200b"}]
)
def test_a_description_without_a_title_is_called_api(info: Any) -> None:
    """security.md B20: wrong types anywhere."""
    found = document({"/a": {"get": {}}}, info=info)
    assert (found.title, found.version, found.description) == ("API", "", "")


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.1", 3.0, 3.1, "3.1"])
def test_the_versions_of_openapi_3_are_read(version: Any) -> None:
    """design.md: any OpenAPI description; YAML without quotes makes a number of 3.1."""
    assert document({"/a": {"get": {}}}, openapi=version).openapi == str(version)


@pytest.mark.spec("OAS 3.2.0 Path Item Object")
def test_openapi_3_2_has_query_and_any_other_method() -> None:
    """Issue: `query` and `additionalOperations`."""
    found = document({"/a": {"query": {}, "additionalOperations": {"COPY": {}, "b ad": {}}}}, openapi="3.2.0")
    assert [(op.method, op.pointer) for op in found.operations] == [
        ("QUERY", "#/paths/~1a/query"),
        ("COPY", "#/paths/~1a/additionalOperations/COPY"),
    ]
    problem = problem_of(found)
    assert problem.pointer == "#/paths/~1a/additionalOperations/b ad"
    assert problem.message == "'b ad' is neither a method nor a field of a path item: it is left out"


@pytest.mark.spec("OAS 3.2.0 Media Type Object")
def test_what_each_item_of_a_stream_is_reads_as_a_list() -> None:
    """Issue: `itemSchema`."""
    content = {"application/jsonl": {"itemSchema": {"type": "string"}}}
    found = document({"/a": {"get": {"responses": {"200": {"content": content}}}}}, openapi="3.2.0")
    assert found.operations[0].responses[0].content[0].schema == {"type": "array", "items": {"type": "string"}}


def test_a_hidden_character_in_the_version_is_not_shown() -> None:
    """security.md C31."""
    assert document({"/a": {"get": {}}}, openapi="3.1.0\x1b[31m\u202e").openapi == "3.1.0"


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (None, "the document is not an object"),
        ([], "the document is not an object"),
        ("text", "the document is not an object"),
        ({}, 'the document has no "openapi" field, so it is not an OpenAPI description'),
        ({"detail": "Not found."}, 'the document has no "openapi" field, so it is not an OpenAPI description'),
        ({"openapi": "4.0.0"}, "the document is OpenAPI 4.0.0"),
        ({"openapi": 2}, "the document is OpenAPI 2"),
        ({"openapi": True}, "the document is OpenAPI true"),
        ({"openapi": {"a": 1}}, "the document is OpenAPI {...}"),
        ({"openapi": [["deep"]]}, "the document is OpenAPI [...]"),
        ({"openapi": "x\x1b[2J" * 1000}, "the document is OpenAPI xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"),
    ],
)
def test_what_is_no_openapi_description_is_refused(root: JsonValue, message: str) -> None:
    """style.md, Errors: 4, document unusable; foreign text is shortened."""
    with pytest.raises(DocumentError) as caught:
        read(root, source="shop.yaml", base_uri=None)
    assert (caught.value.message, caught.value.where) == (message, "shop.yaml")
    assert caught.value.hint


def test_swagger_before_2_0_is_refused() -> None:
    """Swagger 1.2 has another shape altogether."""
    with pytest.raises(DocumentError, match=r"the document is Swagger 1\.2"):
        read({"swagger": "1.2", "apis": []}, source="shop.yaml", base_uri=None)


@pytest.mark.parametrize("paths", [{}, {"x-internal": {}}])
def test_a_description_of_nothing_to_call_is_read(paths: Any) -> None:
    """OAS 3.1.1, OpenAPI Object and Paths Object: paths may be empty, as where an API only has webhooks."""
    found = document(paths)
    assert found.operations == ()
    assert [problem.message for problem in found.problems] == ["the document has no paths: nothing can be called"]


def test_a_description_of_webhooks_needs_no_paths() -> None:
    """OAS 3.1.1, OpenAPI Object: one of paths, webhooks and components is enough."""
    root: JsonValue = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "webhooks": {"paid": {"post": {}}},
    }
    assert read(root, source="shop.yaml", base_uri=None).operations == ()


@pytest.mark.parametrize("paths", [None, [], "x", 3, {"orders": {"get": {}}}])
def test_a_description_without_paths_is_refused(paths: Any) -> None:
    """OAS 3.1.1, OpenAPI Object: without any of its three parts it describes nothing."""
    with pytest.raises(DocumentError) as caught:
        document(paths)
    assert (caught.value.message, caught.value.where) == (
        "the document has no paths, so there is nothing to serve",
        "shop.yaml#/paths",
    )


# --- operations ---


def test_every_method_of_a_path_item_is_an_operation_in_document_order() -> None:
    """OAS 3.1.1, Path Item Object; design.md, Tools: the list is in document order."""
    methods = ["trace", "get", "head", "query", "post", "put", "patch", "delete", "options"]
    found = document({"/a": {method: {} for method in methods}, "/b": {"get": {}}})
    assert [(op.method, op.path) for op in found.operations] == [
        *((method.upper(), "/a") for method in methods),
        ("GET", "/b"),
    ]
    assert set(METHODS) == {method.upper() for method in methods}


def test_what_else_stands_in_a_path_item_is_no_operation() -> None:
    """OAS 3.1.1, Path Item Object: extensions start with x-."""
    found = document({"/a": {"x-get": {}, "summary": "s", "servers": [], "parameters": []}, "x-paths": {"get": {}}})
    assert (found.operations, found.problems, found.skipped) == ((), (), ())


@pytest.mark.parametrize("word", ["gte", "connect", "operations", "Parameters"])
def test_what_no_path_item_has_is_said(word: str) -> None:
    """style.md, Errors: nothing is dropped in silence; a misspelt method is an operation lost."""
    found = document({"/a": {"get": {}, word: {}}})
    assert [op.method for op in found.operations] == ["GET"]
    problem = problem_of(found)
    assert (problem.severity, problem.pointer) == (Severity.WARNING, f"#/paths/~1a/{word}")
    assert problem.message == f"'{word}' is neither a method nor a field of a path item: it is left out"


def test_a_method_is_read_in_any_letter_case() -> None:
    """Issue: as they are in the wild."""
    found = document({"/a": {"GET": {}, "Post": {}}})
    assert [op.method for op in found.operations] == ["GET", "POST"]


def test_an_operation_is_read_whole() -> None:
    """OAS 3.1.1, Operation Object."""
    fields = {
        "operationId": "listA",
        "summary": "Lists.",
        "description": "Lists all\r\nof them.",
        "tags": ["x", 3, "y"],
        "deprecated": True,
    }
    assert operation(fields) == Operation(
        method="GET",
        path="/a",
        pointer="#/paths/~1a/get",
        operation_id="listA",
        summary="Lists.",
        description="Lists all\nof them.",
        tags=("x", "y"),
        deprecated=True,
        servers=(ApiServer(url="/", pointer="#/servers"),),
    )


def test_an_operation_inherits_summary_and_description_of_its_path_item() -> None:
    """OAS 3.1.1, Path Item Object: intended to apply to all operations."""
    found = document({"/a": {"summary": "S", "description": "D", "get": {}, "post": {"summary": "own"}}})
    assert [(op.summary, op.description) for op in found.operations] == [("S", "D"), ("own", "D")]


@pytest.mark.parametrize("operation_id", [None, "", 3, ["a"]])
def test_an_operation_without_an_id_has_none(operation_id: Any) -> None:
    """OAS 3.1.1, Operation Object: optional."""
    assert operation({"operationId": operation_id}).operation_id is None


@pytest.mark.parametrize("deprecated", ["true", 1, None])
def test_only_true_is_true(deprecated: Any) -> None:
    """OAS 3.1.1: a boolean."""
    assert operation({"deprecated": deprecated}).deprecated is False


@pytest.mark.parametrize("broken", [None, 3, "get", []])
def test_an_operation_that_is_no_object_is_left_out_and_said(broken: Any) -> None:
    """security.md B21: one bad operation costs that operation only, and is reported."""
    found = document({"/a": {"get": broken, "post": {}}})
    assert [op.method for op in found.operations] == ["POST"]
    assert found.skipped == (
        Skipped(method="GET", path="/a", pointer="#/paths/~1a/get", reason="the operation is not an object"),
    )
    assert problem_of(found).message == "GET /a is left out: the operation is not an object"


@pytest.mark.parametrize("item", [None, 3, "x", [], {"$ref": "#/paths/~1b/x-x"}])
def test_a_path_item_that_is_no_object_is_said(item: Any) -> None:
    """style.md, Errors: nothing is dropped in silence."""
    found = document({"/a": item, "/b": {"get": {}, "x-x": 1}})
    assert [op.path for op in found.operations] == ["/b"]
    assert problem_of(found).pointer == "#/paths/~1a"
    assert found.skipped == (
        Skipped(method="*", path="/a", pointer="#/paths/~1a", reason="the path item is not an object"),
    )


def test_a_path_without_a_leading_slash_is_said() -> None:
    """OAS 3.1.1, Paths Object: the field name MUST begin with a forward slash."""
    found = document({"/a": {"get": {}}, "orders": {"get": {}}})
    assert [op.path for op in found.operations] == ["/a"]
    assert problem_of(found) == Problem(
        severity=Severity.ERROR,
        pointer="#/paths/orders",
        message="a path that does not start with /",
        hint="write it with a leading slash",
    )
    reason = "a path that does not start with /"
    assert found.skipped == (Skipped(method="*", path="orders", pointer="#/paths/orders", reason=reason),)


def test_a_path_item_may_be_a_reference_with_fields_of_its_own() -> None:
    """OAS 3.1.1, Path Item Object: `$ref`; our choice: what stands beside it wins."""
    found = document(
        {"/a": {"$ref": "#/components/pathItems/A", "post": {"operationId": "own"}}},
        components={"pathItems": {"A": {"get": {"operationId": "theirs"}, "post": {"operationId": "hidden"}}}},
    )
    assert [(op.method, op.operation_id, op.pointer) for op in found.operations] == [
        ("GET", "theirs", "#/components/pathItems/A/get"),
        ("POST", "own", "#/paths/~1a/post"),
    ]


@pytest.mark.parametrize("ref", ["#/nothing", "http://evil.example/a", "#/paths/~1a"])
def test_a_path_item_whose_reference_leads_nowhere_is_said(ref: str) -> None:
    """security.md A8, B20, B21."""
    found = document({"/a": {"$ref": ref}, "/b": {"get": {}}})
    assert [op.path for op in found.operations] == ["/b"]
    ((method, path),) = [(skipped.method, skipped.path) for skipped in found.skipped]
    assert (method, path) == ("*", "/a")
    assert problem_of(found).pointer == "#/paths/~1a"


# --- parameters ---


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize(
    ("fields", "required", "style", "explode"),
    [
        ({"in": "path"}, True, "simple", False),
        ({"in": "query"}, False, "form", True),
        ({"in": "header"}, False, "simple", False),
        ({"in": "cookie"}, False, "form", True),
        ({"in": "query", "style": "deepObject"}, False, "deepObject", False),
        ({"in": "query", "style": "spaceDelimited"}, False, "spaceDelimited", False),
        ({"in": "query", "explode": False}, False, "form", False),
        ({"in": "path", "explode": True}, True, "simple", True),
        ({"in": "path", "required": False}, True, "simple", False),
        ({"in": "query", "required": True}, True, "form", True),
        ({"in": "query", "required": "true", "style": 3, "explode": "no"}, True, "form", True),
    ],
)
def test_a_parameter_has_the_defaults_of_its_location(
    fields: JsonObject, required: bool, style: str, explode: bool
) -> None:
    """OAS 3.1.1, Parameter Object: style, explode, required."""
    found = parameter({"name": "x", **fields})
    assert (found.required, found.style, found.explode) == (required, style, explode)
    assert found.location is Location(fields["in"])


def test_a_parameter_is_read_whole() -> None:
    """OAS 3.1.1, Parameter Object."""
    fields = {
        "name": "filter[x]",
        "in": "query",
        "description": "Which.",
        "deprecated": True,
        "allowReserved": True,
        "schema": {"type": "string"},
        "example": "blue",
    }
    assert parameter(fields) == Parameter(
        name="filter[x]",
        location=Location.QUERY,
        required=False,
        schema={"type": "string", "examples": ["blue"]},
        style="form",
        explode=True,
        pointer="#/paths/~1a/get/parameters/0",
        allow_reserved=True,
        description="Which.",
        deprecated=True,
    )


def test_examples_of_the_schema_win_over_the_example_of_the_parameter() -> None:
    """Our choice: nearest to the value."""
    fields = {"name": "x", "in": "query", "schema": {"example": 1}, "example": 2}
    assert parameter(fields, openapi="3.0.3").schema == {"examples": [1]}


def test_a_parameter_with_content_has_its_media_type() -> None:
    """OAS 3.1.1, Parameter Object, `content`: exactly one entry."""
    found = parameter({"name": "x", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}})
    assert (found.content_type, found.schema) == ("application/json", {"type": "object"})


@pytest.mark.parametrize("content", [{"application/json": None}, {"application/json": {}}])
def test_a_parameter_with_content_and_no_schema_takes_anything(content: Any) -> None:
    """OAS 3.1.1, Media Type Object: `schema` is optional."""
    found = parameter({"name": "x", "in": "query", "content": content})
    assert (found.content_type, found.schema) == ("application/json", {})


@pytest.mark.parametrize("content", [{}, [], None, 3])
def test_a_parameter_without_content_or_schema_takes_anything(content: Any) -> None:
    """security.md B20."""
    found = parameter({"name": "x", "in": "query", "content": content, "schema": None})
    assert (found.content_type, found.schema) == (None, {})


def test_the_parameters_of_an_operation_override_those_of_its_path_item() -> None:
    """OAS 3.1.1, Path Item Object and Operation Object: by name and location."""
    found = document(
        {
            "/{id}": {
                "parameters": [
                    {"name": "id", "in": "path", "description": "theirs"},
                    {"name": "id", "in": "query"},
                    {"name": "page", "in": "query", "description": "theirs"},
                ],
                "get": {"parameters": [{"name": "page", "in": "query", "description": "own"}]},
            }
        }
    )
    assert [(p.name, p.location, p.description, p.pointer) for p in found.operations[0].parameters] == [
        ("id", "path", "theirs", "#/paths/~1{id}/parameters/0"),
        ("id", "query", "", "#/paths/~1{id}/parameters/1"),
        ("page", "query", "own", "#/paths/~1{id}/get/parameters/0"),
    ]


def test_a_parameter_may_be_a_reference_through_references() -> None:
    """OAS 3.1.1, Reference Object."""
    found = parameter(
        {"$ref": "#/components/parameters/A"},
        components={"parameters": {"A": {"$ref": "#/components/parameters/B"}, "B": {"name": "b", "in": "query"}}},
    )
    assert (found.name, found.pointer) == ("b", "#/paths/~1a/get/parameters/0")


@pytest.mark.parametrize(
    ("broken", "reason", "pointer"),
    [
        ({"name": "x"}, "a parameter whose `in` is 'null'", "/parameters/0"),
        ({"name": "x", "in": "body"}, "a parameter whose `in` is 'body'", "/parameters/0"),
        ({"name": "x", "in": [[1]]}, "a parameter whose `in` is '[...]'", "/parameters/0"),
        ({"name": "x", "in": {}}, "a parameter whose `in` is '{...}'", "/parameters/0"),
        ({"in": "query"}, "a parameter without a name", "/parameters/0"),
        ({"in": "query", "name": 3}, "a parameter without a name", "/parameters/0"),
        ({"$ref": "#/nothing"}, "the reference '#/nothing' points at nothing", ""),
        ({"$ref": "b.yaml#/a"}, "the reference 'b.yaml#/a' points outside the document", ""),
        (
            {"name": "x", "in": "query", "schema": {"$ref": "b.yaml#/a"}},
            "the reference 'b.yaml#/a' points outside the document",
            "",
        ),
    ],
)
def test_a_broken_parameter_costs_its_operation(broken: Any, reason: str, pointer: str) -> None:
    """security.md B21: a call without it would be another call."""
    broken = {**broken, "required": True} if pointer else broken
    found = document({"/a": {"get": {"parameters": [broken]}, "post": {}}})
    assert [op.method for op in found.operations] == ["POST"]
    assert found.skipped == (Skipped(method="GET", path="/a", pointer=f"#/paths/~1a/get{pointer}", reason=reason),)
    assert problem_of(found) == Problem(
        severity=Severity.ERROR,
        pointer=f"#/paths/~1a/get{pointer}",
        message=f"GET /a is left out: {reason}",
        hint="correct it, or exclude the operation",
    )


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"name": "x", "in": "body"}, "a parameter whose `in` is 'body' is left out"),
        ({"in": "query", "name": "", "required": False}, "a parameter without a name is left out"),
        (3, "a parameter whose `in` is 'null' is left out"),
    ],
)
def test_a_broken_parameter_that_nobody_needs_is_left_out(broken: Any, said: str) -> None:
    """Issue 3: a Problem for each defect, the operation served whenever it can be."""
    found = document({"/a": {"get": {"parameters": [broken, {"name": "y", "in": "Query"}]}}})
    assert [(one.name, one.location) for one in found.operations[0].parameters] == [("y", Location.QUERY)]
    problem = problem_of(found)
    assert (problem.severity, problem.pointer, problem.message) == (
        Severity.WARNING,
        "#/paths/~1a/get/parameters/0",
        said,
    )


@pytest.mark.parametrize("parameters", [{"name": "x", "in": "query"}, "x", 3, False])
def test_parameters_that_are_no_list_are_left_out(parameters: Any) -> None:
    """style.md, Errors: nothing is dropped in silence. Issue 3: the operation served whenever it can be."""
    found = document({"/a": {"get": {"parameters": parameters}}})
    assert found.operations[0].parameters == ()
    problem = problem_of(found)
    assert (problem.pointer, problem.message) == ("#/paths/~1a/get/parameters", "`parameters` is not a list")


@pytest.mark.parametrize("parameters", [None, []])
def test_no_parameters_are_no_parameters(parameters: Any) -> None:
    """YAML: `parameters:` with nothing under it."""
    assert operation({"parameters": parameters}).parameters == ()


# --- bodies and responses ---


def test_a_request_body_has_its_media_types_in_document_order() -> None:
    """OAS 3.1.1, Request Body Object."""
    body = {
        "required": True,
        "description": "The order.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/plain": {},
            "application/xml": None,
            "image/png": {"schema": True},
        },
    }
    place = "#/paths/~1a/get/requestBody"
    assert operation({"requestBody": body}).request_body == RequestBody(
        required=True,
        content=(
            MediaType(
                content_type="application/json", schema={"type": "object"}, pointer=f"{place}/content/application~1json"
            ),
            MediaType(content_type="text/plain", schema=None, pointer=f"{place}/content/text~1plain"),
            MediaType(content_type="application/xml", schema=None, pointer=f"{place}/content/application~1xml"),
            MediaType(content_type="image/png", schema={}, pointer=f"{place}/content/image~1png"),
        ),
        pointer=place,
        description="The order.",
    )


def test_a_request_body_may_be_a_reference() -> None:
    """OAS 3.1.1, Reference Object; its media types are found where they stand."""
    body = operation(
        {"requestBody": {"$ref": "#/components/requestBodies/B"}},
        components={"requestBodies": {"B": {"content": {"text/plain": {}}}}},
    ).request_body
    assert body is not None
    assert body.required is False
    assert body.content[0].pointer == "#/components/requestBodies/B/content/text~1plain"


@pytest.mark.parametrize("body", [3, "x", []])
def test_a_request_body_that_is_no_object_is_left_out(body: Any) -> None:
    """Issue 3: a Problem for each defect, the operation served whenever it can be."""
    found = document({"/a": {"post": {"requestBody": body}}})
    assert found.operations[0].request_body is None
    problem = problem_of(found)
    assert (problem.pointer, problem.message) == ("#/paths/~1a/post/requestBody", "the request body is not an object")


def test_of_several_media_types_one_that_can_be_read_is_enough() -> None:
    """Issue 3: a Problem for each defect, the operation served whenever it can be."""
    content = {"application/xml": {"schema": {"$ref": "b.yaml#/a"}}, "application/json": {"schema": {"type": "object"}}}
    found = document({"/a": {"post": {"requestBody": {"content": content}}}})
    body = found.operations[0].request_body
    assert body is not None
    assert [media.content_type for media in body.content] == ["application/json"]
    assert problem_of(found).pointer == "#/paths/~1a/post/requestBody/content/application~1xml"


def test_a_schema_of_a_wrong_type_takes_anything_and_is_a_problem() -> None:
    """Issue 3: wrong types in any place."""
    found = document({"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": "Order"}}}}}})
    body = found.operations[0].request_body
    assert body is not None
    assert body.content[0].schema == {}
    assert problem_of(found).message == "a schema is Order, which is no object"


@pytest.mark.parametrize("body", [{"$ref": "#/nothing"}, {"content": {"a/b": {"schema": {"$ref": "x"}}}}])
def test_a_broken_request_body_costs_its_operation(body: Any) -> None:
    """security.md B21."""
    found = document({"/a": {"post": {"requestBody": body}, "get": {}}})
    assert [op.method for op in found.operations] == ["GET"]
    assert [(skipped.method, skipped.path) for skipped in found.skipped] == [("POST", "/a")]


def test_no_request_body_is_none() -> None:
    """YAML: `requestBody:` with nothing under it."""
    assert operation({"requestBody": None}).request_body is None


def test_responses_are_read_by_status() -> None:
    """OAS 3.1.1, Responses Object."""
    found = operation(
        {
            "responses": {
                "200": {"description": "Fine.", "content": {"application/json": {"schema": {"type": "string"}}}},
                "4XX": {"$ref": "#/components/responses/Bad"},
                "default": None,
            }
        },
        components={"responses": {"Bad": {"description": "Bad."}}},
    )
    place = "#/paths/~1a/get/responses"
    schema = MediaType(
        content_type="application/json", schema={"type": "string"}, pointer=f"{place}/200/content/application~1json"
    )
    assert found.responses == (
        Response(status="200", description="Fine.", content=(schema,), pointer=f"{place}/200"),
        Response(status="4XX", description="Bad.", content=(), pointer=f"{place}/4XX"),
        Response(status="default", description="", content=(), pointer=f"{place}/default"),
    )


@pytest.mark.parametrize("broken", [{"$ref": "#/nothing"}, {"content": {"a/b": {"schema": {"$ref": "b.yaml"}}}}])
def test_a_broken_response_is_a_gap_and_a_warning(broken: Any) -> None:
    """style.md, Errors: served, with a gap."""
    found = document({"/a": {"get": {"responses": {"200": broken, "404": {}}}}})
    assert [response.status for response in found.operations[0].responses] == ["404"]
    warning = problem_of(found)
    assert (warning.severity, warning.pointer) == (Severity.WARNING, "#/paths/~1a/get/responses/200")


@pytest.mark.parametrize("responses", [None, [], "x", 3])
def test_responses_of_the_wrong_type_are_none(responses: Any) -> None:
    """security.md B20."""
    assert operation({"responses": responses}).responses == ()


# --- servers ---


@pytest.mark.spec("OAS 3.1.1 Server Object")
@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("/v2", "https://host:8443/v2"),
        ("v2", "https://host:8443/docs/v2"),
        ("..", "https://host:8443/"),
        (".", "https://host:8443/docs/"),
        ("", "https://host:8443/docs/openapi.json"),
        ("//other.example/v1", "https://other.example/v1"),
    ],
)
def test_a_server_url_is_resolved_against_the_document(url: str, resolved: str) -> None:
    """OAS 3.1.1, Server Object: relative to where the document is served."""
    found = document({"/a": {"get": {}}}, servers=[{"url": url}], base_uri="https://host:8443/docs/openapi.json")
    assert found.servers == (ApiServer(url=resolved, pointer="#/servers/0"),)


@pytest.mark.parametrize("servers", [None, [], {}, "x"])
def test_without_servers_the_host_of_the_document_serves_it(servers: Any) -> None:
    """OAS 3.1.1, OpenAPI Object: the default is a server at "/"."""
    found = document({"/a": {"get": {}}}, servers=servers, base_uri="https://host/docs/openapi.json")
    assert found.servers == (ApiServer(url="https://host/", pointer="#/servers"),)


def test_without_a_url_of_its_own_a_document_has_relative_servers() -> None:
    """Our choice: a local document; the operator gives --base-url."""
    assert document({"/a": {"get": {}}}).servers == (ApiServer(url="/", pointer="#/servers"),)
    assert document({"/a": {"get": {}}}, servers=[{"url": "/v1"}]).servers[0].url == "/v1"


def test_the_nearest_servers_win() -> None:
    """OAS 3.1.1: operation, then path item, then document."""
    found = document(
        {
            "/a": {"servers": [{"url": "http://item"}], "get": {}, "post": {"servers": [{"url": "http://operation"}]}},
            "/b": {"get": {"servers": []}},
        },
        servers=[{"url": "http://document"}, {"url": "http://second"}],
    )
    assert [[server.url for server in op.servers] for op in found.operations] == [
        ["http://item"],
        ["http://operation"],
        ["http://document", "http://second"],
    ]
    assert found.operations[1].servers[0].pointer == "#/paths/~1a/post/servers/0"


def test_servers_that_are_no_list_are_said() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    found = document({"/a": {"get": {}}}, servers={"url": "http://a"})
    assert problem_of(found) == Problem(
        severity=Severity.WARNING,
        pointer="#/servers",
        message="`servers` is not a list",
        hint="write a list; until then it is left out",
    )


@pytest.mark.spec("OAS 3.1.1 Server Variable Object")
@pytest.mark.parametrize(
    ("url", "variables", "resolved"),
    [
        (
            "https://{user}.example.com:{port}/{base}",
            {"user": {"default": "demo"}, "port": {"default": "8443", "enum": ["8443"]}, "base": {"default": "v2"}},
            "https://demo.example.com:8443/v2",
        ),
        ("http://a:{port}", {"port": {"default": 80}}, "http://a:80"),
        ("http://{a}/{b}", {"a": {"default": "{b}"}, "b": {"default": "x"}}, "http://{b}/x"),
        ("http://{a}", {"a": {}}, "http://{a}"),
        ("http://{a}", {"a": "x"}, "http://{a}"),
        ("http://{a}", {"a": {"default": None}}, "http://{a}"),
        ("http://{a}", ["a"], "http://{a}"),
        ("http://{a}{a}", {"a": {"default": "x"}}, "http://xx"),
    ],
)
def test_server_variables_are_replaced_by_their_defaults_once(url: str, variables: Any, resolved: str) -> None:
    """OAS 3.1.1, Server Variable Object; security.md A2: text that came from a value is never substituted again."""
    servers = [{"url": url, "variables": variables}]
    assert document({"/a": {"get": {}}}, servers=servers).servers[0].url == resolved


def test_server_variables_that_name_each_other_do_not_grow_without_bound() -> None:
    """security.md B20: exponential fan-out; ten short lines would fill any memory."""
    names = "abcdefghijklmnop"
    variables = {name: {"default": f"{{{after}}}" * 10} for name, after in pairwise(names)}
    servers = [{"url": "http://{a}", "variables": variables}]
    assert document({"/a": {"get": {}}}, servers=servers).servers[0].url == "http://" + "{b}" * 10


def test_a_server_url_that_would_grow_beyond_all_use_stays_a_template() -> None:
    """security.md B20: a thousand times a thousand characters."""
    servers = [{"url": "http://h/" + "{a}" * 1000, "variables": {"a": {"default": "x" * 1000}}}]
    assert document({"/a": {"get": {}}}, servers=servers).servers[0].url == servers[0]["url"]


@pytest.mark.parametrize("url", ["http://[bad/", "//[::1"])
def test_a_malformed_server_url_stays_as_it_is(url: str) -> None:
    """security.md B20: it is said when it would be called."""
    found = document({"/a": {"get": {}}}, servers=[{"url": url}], base_uri="https://host/")
    assert found.servers[0].url == url


# --- security schemes and schemas ---


def test_security_schemes_are_read() -> None:
    """OAS 3.1.1, Security Scheme Object."""
    found = document(
        {"/a": {"get": {}}},
        components={
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "http": {"type": "http", "scheme": "Bearer"},
                "same": {"$ref": "#/components/securitySchemes/key"},
                "junk": 3,
            }
        },
    )
    place = "#/components/securitySchemes"
    assert found.security_schemes == (
        SecurityScheme(name="key", type="apiKey", pointer=f"{place}/key", location="header", parameter="X-API-Key"),
        SecurityScheme(name="http", type="http", pointer=f"{place}/http", scheme="bearer"),
        SecurityScheme(name="same", type="apiKey", pointer=f"{place}/same", location="header", parameter="X-API-Key"),
        SecurityScheme(name="junk", type="", pointer=f"{place}/junk"),
    )


def test_a_security_scheme_whose_reference_leads_nowhere_is_said() -> None:
    """security.md B20."""
    found = document({"/a": {"get": {}}}, components={"securitySchemes": {"key": {"$ref": "#/nothing"}}})
    assert found.security_schemes == ()
    assert problem_of(found).pointer == "#/components/securitySchemes/key"


def test_schemas_are_upgraded_when_they_are_asked_for() -> None:
    """OAS 3.0.4, Schema Object: in 2020-12 form; whatever a `$ref` can name is found."""
    found = document(
        {"/a": {"get": {"parameters": [{"name": "x", "in": "query", "schema": {"type": "string", "nullable": True}}]}}},
        openapi="3.0.3",
        components={
            "schemas": {"A/B": {"type": "integer", "nullable": True}, "C": {"$ref": "#/components/schemas/A~1B"}}
        },
    )
    assert list(found.schemas) == ["#/components/schemas/A~1B", "#/components/schemas/C"]
    assert len(found.schemas) == 2
    assert found.schemas["#/components/schemas/A~1B"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert found.schemas["#/components/schemas/C"] == {"$ref": "#/components/schemas/A~1B"}
    assert found.schemas["#/paths/~1a/get/parameters/0/schema"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert found.schemas["#/components/schemas/C"] is found.schemas["#/components/schemas/C"]


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("#/components/schemas/B", "the reference '#/components/schemas/B' points at nothing"),
        ("#/components/schemas/Outside", "the reference 'b.yaml' points outside the document"),
        ("b.yaml#/A", "the reference 'b.yaml' points outside the document"),
    ],
)
def test_a_schema_that_is_not_there_is_a_key_error_that_says_why(ref: str, reason: str) -> None:
    """A Mapping's own way to say it."""
    schemas = Schemas(Resources({"": {"components": {"schemas": {"Outside": {"$ref": "b.yaml"}}}}}), "3.1.0")
    with pytest.raises(KeyError) as caught:
        schemas[ref]
    assert caught.value.args == (reason,)
    assert ref not in schemas


@pytest.mark.parametrize("components", [None, 3, [], {}, {"schemas": 3}, {"schemas": []}])
def test_components_of_the_wrong_type_hold_no_schemas(components: Any) -> None:
    """security.md B20."""
    found = document({"/a": {"get": {}}}, components=components)
    assert (list(found.schemas), found.security_schemes) == ([], ())


def test_a_schema_that_refers_to_itself_is_kept_as_it_is() -> None:
    """security.md B20: cycles are kept, not unrolled."""
    node = {"properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    found = document({"/a": {"get": {}}}, components={"schemas": {"Node": node}})
    assert found.schemas["#/components/schemas/Node"] == node


def test_a_schema_shared_by_many_operations_is_upgraded_once() -> None:
    """security.md B20: within 60 s and 800 MB; a large parameter behind many references is one schema."""
    found = document(
        {f"/{n}": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}} for n in range(3)},
        components={"requestBodies": {"B": {"content": {"application/json": {"schema": {"type": "object"}}}}}},
    )
    bodies = [op.request_body for op in found.operations]
    assert len({id(body.content[0].schema) for body in bodies if body is not None}) == 1


# --- hostile ---

WHOLE: JsonObject = {
    "openapi": "3.1.1",
    "info": {"title": "Shop", "version": "1", "description": "d"},
    "servers": [{"url": "https://{host}/v1", "variables": {"host": {"default": "a.example", "enum": ["a.example"]}}}],
    "security": [{"key": []}],
    "tags": [{"name": "x"}],
    "paths": {
        "/orders/{id}": {
            "summary": "s",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "servers": [{"url": "/v2"}],
            "get": {
                "operationId": "get",
                "tags": ["x"],
                "parameters": [
                    {"$ref": "#/components/parameters/Page"},
                    {"name": "f", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}},
                    {"name": "j", "in": "query", "content": {"application/json": {"schema": {"type": "array"}}}},
                ],
                "responses": {"200": {"$ref": "#/components/responses/Order"}, "default": {"description": "d"}},
            },
            "put": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"2XX": {"description": "d", "content": {"text/plain": {"schema": {"type": "string"}}}}},
                "servers": [{"url": "http://b.example"}],
                "deprecated": True,
            },
        },
        "/more": {"$ref": "#/components/pathItems/More"},
    },
    "components": {
        "parameters": {
            "Page": {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}, "example": 1}
        },
        "responses": {
            "Order": {
                "description": "d",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
            }
        },
        "schemas": {
            "Order": {
                "type": "object",
                "properties": {"next": {"$ref": "#/components/schemas/Order"}, "n": {"type": ["string", "null"]}},
                "required": ["n"],
            }
        },
        "requestBodies": {"B": {"$ref": "#/components/requestBodies/B"}},
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "query", "name": "k"},
            "b": {"type": "http", "scheme": "basic"},
        },
        "pathItems": {"More": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}, "get": {}}},
    },
}

Place = tuple[str | int, ...]


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Yield the way to a value and to everything in it."""
    yield here
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(child, (*here, key))


def replaced(value: Any, place: Place, new: Any) -> Any:
    """Return a copy of a value with something else at one place."""
    if not place:
        return new
    changed = copy.deepcopy(value)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = new
    return changed


PLACES = list(places(WHOLE))
REFS = st.sampled_from(
    [
        {"$ref": "#"},
        {"$ref": "#/paths"},
        {"$ref": "#/nothing"},
        {"$ref": "x.yaml"},
        {"$ref": "#/components/schemas/Order"},
        {"$ref": "#/paths/~1orders~1%7Bid%7D"},
        {"$ref": "#/components/requestBodies/B"},
        {"$ref": 3},
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | REFS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["get", "name", "$ref"]) | st.text(), inner)
    ),
    max_leaves=6,
)


def read_or_refused(root: Any) -> Document | None:
    """Read a description and everything that it can be asked for; None where it is refused."""
    try:
        found = read(root, source="x", base_uri="https://host/openapi.json")
    except DocumentError:
        return None
    for ref in found.schemas:
        if ref in found.schemas:
            assert isinstance(found.schemas[ref], dict)
    return found


@given(st.sampled_from(PLACES), ANYTHING)
def test_whatever_stands_wherever_is_read_or_refused(place: Place, value: Any) -> None:
    """security.md B20: wrong types anywhere."""
    read_or_refused(replaced(WHOLE, place, value))


@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=2, max_size=4))
def test_several_wrong_things_are_read_or_refused(changes: list[tuple[Place, Any]]) -> None:
    """security.md B20."""
    root: Any = WHOLE
    for place, value in changes:
        if place in set(places(root)):
            root = replaced(root, place, value)
    read_or_refused(root)


@given(ANYTHING)
def test_any_value_is_read_or_refused(value: Any) -> None:
    """security.md B20."""
    read_or_refused(value)
    read_or_refused({"openapi": "3.0.3", "paths": value})


OF_ONE_OPERATION = [place for place in PLACES if place[:3] == ("paths", "/orders/{id}", "get")]


@given(st.sampled_from(OF_ONE_OPERATION), ANYTHING)
def test_what_is_wrong_in_one_operation_costs_no_other(place: Place, value: Any) -> None:
    """security.md B21; and it is either served or said to be left out."""
    before = read_or_refused(WHOLE)
    after = read_or_refused(replaced(WHOLE, place, value))
    assert before is not None
    assert after is not None

    def others(found: Document) -> list[Operation]:
        return [op for op in found.operations if (op.method, op.path) != ("GET", "/orders/{id}")]

    assert others(after) == others(before)
    served = {(op.method, op.path) for op in after.operations}
    left_out = {(skipped.method, skipped.path) for skipped in after.skipped}
    assert served | left_out == {("GET", "/orders/{id}"), ("PUT", "/orders/{id}"), ("POST", "/more"), ("GET", "/more")}
    assert served.isdisjoint(left_out)


def test_what_is_whole_is_served_whole_but_for_its_cycle() -> None:
    """The description that the laws above break is itself right, but for one request body that names itself."""
    found = read(WHOLE, source="x", base_uri=None)
    assert [(op.method, op.path) for op in found.operations] == [
        ("GET", "/orders/{id}"),
        ("PUT", "/orders/{id}"),
        ("GET", "/more"),
    ]
    assert [skipped.reason for skipped in found.skipped] == [
        "the reference '#/components/requestBodies/B' leads back to itself"
    ]


@pytest.mark.parametrize("tail", ["", "/x"])
def test_references_through_thousands_of_references_end(tail: str) -> None:
    """security.md B20: the stack of the one who follows is not the document's to fill."""
    chain = [{"$ref": f"#/c/{n + 1}{tail}"} for n in range(3000)]
    found = document({"/a": {"get": {"parameters": [{"$ref": "#/c/0"}]}}, "/b": {"get": {}}}, c=chain)
    assert [op.path for op in found.operations] == ["/b"]


def test_what_is_nested_as_deep_as_may_be_parsed_is_read() -> None:
    """security.md B20: in every place where a value is shown or upgraded."""
    deep: Any = "x"
    for _ in range(280):
        deep = [{"items": deep}] if isinstance(deep, dict) else {"items": deep}
    for place in PLACES:
        read_or_refused(replaced(WHOLE, place, deep))
