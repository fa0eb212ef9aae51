"""Link Objects of responses: read as they stand; a broken one is a gap, never an error."""

from typing import Any

import pytest
from support.make import Json, document

from openapi_mcp.model.document import Document, Link, Severity

PATHS = "#/paths/~1orders/post/responses/201"


def read(links: Any, **root: Any) -> Document:
    """Return a document in which making an order has these links."""
    response = {"description": "Made.", "links": links}
    item: Json = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}
    return document(
        {
            "/orders": {"post": {"operationId": "make", "responses": {"201": response}}},
            "/orders/{id}": {**item, "get": {"operationId": "one", "responses": {}}},
        },
        **root,
    )


def links_of(found: Document) -> tuple[Link, ...]:
    return found.operations[0].responses[0].links


@pytest.mark.spec("OAS 3.1.1, 4.8.20")
def test_a_link_names_its_operation_by_id_or_by_its_place() -> None:
    """OAS 3.1.1, 4.8.20: `operationId` and `operationRef` exclude each other."""
    parameters = {"id": "$response.body#/id"}
    found = read(
        {
            "byId": {"operationId": "one", "parameters": parameters},
            "byPlace": {"operationRef": "#/paths/~1orders~1{id}/get", "parameters": parameters},
        }
    )
    assert found.problems == ()
    assert links_of(found) == (
        Link(name="byId", operation_id="one", parameters=parameters, pointer=f"{PATHS}/links/byId"),
        Link(
            name="byPlace", method="GET", path="/orders/{id}", parameters=parameters, pointer=f"{PATHS}/links/byPlace"
        ),
    )


def test_a_link_may_stand_in_the_components() -> None:
    """OAS 3.1.1, 4.8.17.1: Map[string, Link Object | Reference Object]."""
    components = {"links": {"Get": {"operationId": "one"}}}
    found = read({"get": {"$ref": "#/components/links/Get"}}, components=components)
    assert [link.operation_id for link in links_of(found)] == ["one"]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"$ref": "#/components/links/Gone"}, "the link is left out"),
        ("text", "it is not an object"),
        ({"parameters": {}}, "it has neither operationId nor operationRef"),
        ({"operationRef": "https://example.com/api.json#/paths/~1x/get"}, "does not lead to an operation"),
        ({"operationRef": "#/components/schemas/X"}, "does not lead to an operation"),
        ({"operationRef": "#orders"}, "does not lead to an operation"),
        ({"operationRef": "orders"}, "does not lead to an operation"),
    ],
)
def test_a_broken_link_is_left_out_with_a_warning(link: Any, said: str) -> None:
    """style.md, Errors: when one thing is broken, return a Problem and serve the rest."""
    found = read({"bad": link, "good": {"operationId": "one"}})
    assert [each.name for each in links_of(found)] == ["good"]
    (problem,) = found.problems
    assert (problem.severity, problem.pointer) == (Severity.WARNING, f"{PATHS}/links/bad")
    assert said in problem.message


@pytest.mark.parametrize("link", [{"operationId": "gone"}, {"operationRef": "#/paths/~1gone/get"}])
def test_a_link_to_an_operation_that_is_not_there_is_told_once(link: Json) -> None:
    """Our choice: as with a reference that leads nowhere."""
    shared = {"responses": {"Made": {"description": "", "links": {"next": link}}}}
    ref = {"responses": {"201": {"$ref": "#/components/responses/Made"}}}
    found = document({"/a": {"post": ref}, "/b": {"post": ref}}, components=shared)
    (problem,) = found.problems
    assert (problem.severity, problem.pointer) == (Severity.WARNING, "#/components/responses/Made/links/next")
    assert "gone" in problem.message


def test_links_that_are_no_object_are_left_out_with_a_warning() -> None:
    """Our choice: as with other parts of the wrong type."""
    found = read(["one"])
    assert links_of(found) == ()
    assert [problem.message for problem in found.problems] == ["`links` is not an object"]


@pytest.mark.parametrize(
    ("fields", "example"),
    [
        ({"example": {"id": 7}}, {"id": 7}),
        ({"examples": {"a": {"$ref": "#/components/examples/A"}}}, [{"id": 7}]),
        ({"examples": {"a": {"dataValue": {"id": 7}}}, "schema": {"type": "object"}}, {"id": 7}),
        ({"example": {"id": 7}, "schema": {"type": "object", "properties": {}}}, None),
        ({"example": "text"}, None),
        ({"examples": {"a": {"$ref": "#/components/examples/Gone"}}}, None),
    ],
)
def test_an_example_is_kept_where_the_schema_says_nothing(fields: Json, example: Any) -> None:
    """Issue 6: fields whose response example is present but no schema. OAS 3.1.1, 4.8.14."""
    content = {"application/json": fields}
    found = document(
        {"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}},
        components={"examples": {"A": {"value": [{"id": 7}]}}},
    )
    (media_type,) = found.operations[0].responses[0].content
    assert media_type.example == example
