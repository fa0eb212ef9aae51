"""Link Objects: an answer says itself to which operation it leads."""

import pytest
from support.make import ALL_METHODS, Json, document

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.index.linked import field_of


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        ("$response.body#/id", "id"),
        ("$response.body#/results/0/id", "results[].id"),
        ("{$response.body#/a~1b/c}", "a/b.c"),
        ("$response.body", ""),
        ("$response.header.Location", "header.Location"),
        ("$request.path.id", None),
        ("$url", None),
        ("constant", None),
        ("$response.body#id", None),
        (7, None),
        ("$response.body#/a\u202eb", None),
        ("$response.header.A\u200b", None),
        (f"$response.body#/{'a/' * 300}", None),
    ],
)
def test_a_runtime_expression_says_where_in_the_answer_the_value_is(expression: object, field: str | None) -> None:
    """OAS 3.1.1, 4.8.20.4, Runtime Expressions; one that reads the request tells nothing new."""
    assert field_of(expression) == field


def paths(link: Json) -> Json:
    answer = {"200": {"description": "", "links": {"next": link}}}
    return {
        "/jobs": {"post": {"operationId": "start", "responses": answer}},
        "/results": {
            "get": {
                "operationId": "fetch",
                "parameters": [
                    {"name": "handle", "in": "query", "schema": {"type": "string"}},
                    {"name": "job", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {},
            }
        },
    }


def producers(link: Json) -> dict[str, list[str]]:
    read = document(paths(link))
    tools = generate(read, ALL_METHODS).tools
    found = find_capabilities(tools, read.schemas)["fetch"]
    return {need.argument: [f"{each.tool} {each.field}" for each in need.producers] for need in found.needs}


@pytest.mark.parametrize(
    "link",
    [
        {"operationId": "fetch", "parameters": {"handle": "$response.body#/task/token"}},
        {"operationId": "fetch", "parameters": {"query.handle": "$response.body#/task/token"}},
        {"operationRef": "#/paths/~1results/get", "parameters": {"handle": "$response.body#/task/token"}},
    ],
)
def test_a_link_makes_an_argument_a_need_whatever_it_is_called(link: Json) -> None:
    """Issue 6: sources in order of trust: OpenAPI `links` first. OAS 3.1.1, 4.8.20."""
    assert producers(link) == {"handle": ["start task.token"]}


@pytest.mark.parametrize(
    "link",
    [
        {"operationId": "gone", "parameters": {"handle": "$response.body#/token"}},
        {"operationId": "start", "parameters": {"handle": "$response.body#/token"}},
        {"operationId": "fetch", "parameters": {"header.handle": "$response.body#/token"}},
        {"operationId": "fetch", "parameters": {"handle": "$request.query.handle"}},
        {"operationId": "fetch"},
    ],
)
def test_a_link_that_leads_nowhere_or_to_itself_makes_no_need(link: Json) -> None:
    """Our choice: it is a defect of the document, told where that is checked."""
    assert producers(link) == {}


def test_a_link_comes_before_what_names_say() -> None:
    """Issue 6: links are trusted most."""
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "latest": {"type": "string"}}}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": schema}}}}
    link = {"operationId": "one", "parameters": {"id": "$response.body#/0/latest"}}
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    read = document(
        {
            "/runs": {"get": {"operationId": "all", "responses": {"200": answer}}},
            "/runs/recent": {
                "get": {"operationId": "recent", "responses": {"200": {**answer, "links": {"one": link}}}}
            },
            "/runs/{id}": {"get": {"operationId": "one", "parameters": [key], "responses": {}}},
        }
    )
    (need,) = find_capabilities(generate(read).tools, read.schemas)["one"].needs
    assert [(each.tool, each.field) for each in need.producers] == [("recent", "[].latest"), ("all", "[].id")]


def test_a_link_to_a_parameter_without_a_name_is_a_need_of_what_the_tool_calls_it() -> None:
    """Our choice: hypothesis found one; a need always says what it is of."""
    linking = {
        "responses": {
            "200": {"description": "", "links": {"a": {"operationId": "one", "parameters": {"": "$response.body#/id"}}}}
        }
    }
    read = document({"/orders": {"post": linking}, "/{}": {"get": {"operationId": "one", "responses": {}}}})
    tools = generate(read, ALL_METHODS).tools
    needs = [need for each in find_capabilities(tools, read.schemas).values() for need in each.needs]
    assert [need.entity for need in needs] == ["argument"]
