"""A Document becomes a Toolset: arguments, what is not offered, what is left out."""

from typing import Any

import pytest
from support.make import ALL_METHODS, answering, document, json_body, one_tool, parameter, tool_with_body, toolset

from openapi_mcp.generator.clients import fit
from openapi_mcp.generator.gate import Gate
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.pages import ToolPages
from openapi_mcp.model.document import Location
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import CLIENTS, METHODS, Selection
from openapi_mcp.model.tool import Tool, wire_tool


def arguments(tool: Tool) -> list[str]:
    return list(tool.input_schema.get("properties", {}))


def test_a_tool_without_arguments_takes_an_empty_object() -> None:
    """mcp-facts.md section 7: no parameters."""
    assert one_tool().input_schema == {"type": "object", "additionalProperties": False}


def test_parameters_and_body_fields_stand_side_by_side() -> None:
    """design.md, Tools: arguments are flat; a collision gets the location as a prefix."""
    tool = one_tool(
        {
            "parameters": [
                parameter("id", "path", schema={"type": "integer"}),
                parameter("filter[name]", required=True),
                parameter("X-Trace", "header", description="For the log.", deprecated=True),
                parameter("lang", "cookie"),
            ],
            "requestBody": {
                "required": True,
                "content": json_body({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}),
            },
        },
        method="put",
        path="/things/{id}",
    )
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "filter_name": {"type": "string"},
            "X-Trace": {"type": "string", "description": "Deprecated. For the log."},
            "lang": {"type": "string"},
            "body_id": {"type": "string"},
        },
        "required": ["id", "filter_name", "body_id"],
    }
    assert [(binding.argument, binding.name) for binding in tool.bindings] == [
        ("id", "id"),
        ("filter_name", "filter[name]"),
        ("X-Trace", "X-Trace"),
        ("lang", "lang"),
        ("body_id", "id"),
    ]


RESERVED = [
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "TE", "Trailer", "Upgrade", "Expect",
    "Proxy-Authorization", "Proxy-Anything", "Cookie", "Authorization", "Accept", "Content-Type", "Keep-Alive",
]  # fmt: skip


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize("name", [*RESERVED, *map(str.lower, RESERVED), *map(str.upper, RESERVED), "X Y", "a:b", "é"])
def test_a_header_that_is_not_the_callers_is_no_argument(name: str) -> None:
    """security.md 4 R-CRED: not offered as arguments and ignored if given."""
    tool = one_tool({"parameters": [parameter(name, "header", required=True), parameter("q")]})
    assert arguments(tool) == ["q"]
    assert tool.ignored == {name.lower()}
    assert "required" not in tool.input_schema


@pytest.mark.parametrize("name", ["a;b", "a b", "a=b", "é", "a,b"])
def test_a_cookie_whose_name_no_cookie_can_have_is_no_argument(name: str) -> None:
    """RFC 6265 section 4.1.1: cookie-name is a token."""
    assert arguments(one_tool({"parameters": [parameter(name, "cookie")]})) == []


@pytest.mark.parametrize(("place", "name"), [("query", "api_key"), ("header", "X-API-Key"), ("cookie", "session")])
@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.title])
def test_the_documents_own_credential_is_never_offered(place: str, name: str, change: Any) -> None:
    """design.md, Tools: a header or query parameter that is the document's own credential."""
    declared = change(name)
    schemes = {"key": {"type": "apiKey", "in": place, "name": name}}
    tool = one_tool(
        {"parameters": [parameter(declared, place), parameter("q")]}, components={"securitySchemes": schemes}
    )
    assert arguments(tool) == ["q"]
    assert tool.ignored == {declared.lower() if place == "header" else declared}


def test_the_same_name_in_another_place_is_offered() -> None:
    """security.md 4 R-CRED names headers and queries by place."""
    schemes = {"key": {"type": "apiKey", "in": "query", "name": "key"}, "odd": {"type": "apiKey", "in": "path"}}
    tool = one_tool(
        {"parameters": [parameter("key", "header"), parameter("key", "query")]},
        components={"securitySchemes": schemes},
    )
    assert [binding.parameter.location for binding in tool.bindings if binding.parameter] == [Location.HEADER]
    assert tool.ignored == frozenset()


def test_what_a_configured_credential_occupies_is_never_offered() -> None:
    """security.md 4 R-CRED: any header or query name used by a configured credential."""
    selection = Selection(methods=frozenset(METHODS), hidden=frozenset({(Location.QUERY, "token")}))
    assert arguments(one_tool({"parameters": [parameter("Token"), parameter("q")]}, selection=selection)) == ["q"]


@pytest.mark.parametrize("path", ["/a/../b", "/./a", "/a/%2e%2E/b", "/a/.%2e", "/a\\..\\b", "/..", "/a/%2e?x=1"])
def test_a_path_template_with_a_dot_segment_is_left_out(path: str) -> None:
    """security.md 1 R-PATH: a URL parser would rewrite it."""
    made = toolset({path: {"get": {}}, "/good": {"get": {}}})
    assert [tool.operation.path for tool in made.tools] == ["/good"]
    (skipped,) = made.skipped
    assert (skipped.method, skipped.path, skipped.reason) == ("GET", path, "the path template holds a dot segment")


@pytest.mark.spec("OAS 3.1.1 Path Templating")
def test_a_template_expression_without_parameter_is_an_argument_all_the_same() -> None:
    """Each template expression MUST correspond to a path parameter; without one the tool could never be called."""
    tool = one_tool({"parameters": [parameter("b", "path")]}, path="/x/{a}/{b}/{a}?q={c}")
    assert set(tool.input_schema["properties"]) == {"a", "b", "c"}
    assert tool.input_schema["required"] == ["a", "b"]


def test_one_broken_operation_costs_that_operation_only() -> None:
    """security.md 21 R-ROBUST."""
    nowhere = {"$ref": "#/components/schemas/Nowhere"}
    made = toolset(
        {
            "/ref": {"get": {"parameters": [parameter("a", schema=nowhere)]}},
            "/body": {"post": {"requestBody": {"content": json_body({"allOf": [nowhere]})}}},
            "/deep": {"get": {"parameters": [parameter("a", schema={"properties": {"b": nowhere}})]}},
            "/in": {"get": {"parameters": [{"name": "a", "in": "nowhere", "required": True}]}},
            "/good": {"get": answering(nowhere)},
        }
    )
    assert [tool.operation.path for tool in made.tools] == ["/good"]
    assert sorted(skipped.path for skipped in made.skipped) == ["/body", "/deep", "/in", "/ref"]
    assert all("Nowhere" in skipped.reason for skipped in made.skipped if skipped.path != "/in")


def test_tools_stand_in_document_order_and_are_found_by_name() -> None:
    """design.md, Tools: the list is in document order."""
    made = toolset({"/b": {"get": {"operationId": "b"}}, "/a": {"get": {"operationId": "a"}}})
    assert [tool.name for tool in made.tools] == ["b", "a"]
    assert made.by_name["a"] is made.tools[1]


def test_the_same_document_makes_the_same_tools() -> None:
    """design.md, Tools: the same for every caller."""
    paths = {"/a/{id}": {"get": {"parameters": [parameter("id", "path")]}}}
    assert generate(document(paths)) == generate(document(paths), Selection())


def test_output_schemas_are_left_out_unless_asked_for() -> None:
    """design.md, Tools: output schemas are left out by default."""
    operation = answering({"type": "object", "properties": {"id": {"type": "integer"}}})
    assert one_tool(operation).output_schema is None
    assert "outputSchema" not in wire_tool(one_tool(operation))


def output_schema(operation: dict[str, Any], **schemas: Any) -> Any:
    selection = Selection(methods=frozenset(METHODS), output_schemas=True)
    return one_tool(operation, selection=selection, components={"schemas": schemas}).output_schema


def test_an_output_schema_holds_what_can_be_read_and_never_forbids() -> None:
    """design.md, Tools: an answer that breaks its own schema must still arrive; mcp-facts.md section 7: writeOnly."""
    schema = {
        "type": "object",
        "title": "Order",
        "required": ["id", "secret"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "secret": {"type": "string", "writeOnly": True}},
    }
    assert output_schema(answering(schema)) == {
        "type": "object",
        "title": "Order",
        "properties": {"id": {"type": "integer"}},
    }


def test_an_output_that_is_no_object_stands_under_result() -> None:
    """design.md, A result: an array is {"result": [...]} in structured content."""
    assert output_schema(answering({"type": "array", "items": {"type": "string"}})) == {
        "type": "object",
        "properties": {"result": {"type": "array", "items": {"type": "string"}}},
    }


def test_a_recursive_output_is_self_contained() -> None:
    """mcp-facts.md section 7: recursive ones as #/$defs/X in the same tool."""
    node = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}}
    schema = output_schema(answering({"type": "array", "items": {"$ref": "#/components/schemas/Node"}}), Node=node)
    assert schema["properties"] == {"result": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}
    assert schema["$defs"]["Node"]["properties"]["kids"] == {"type": "array", "items": {"$ref": "#/$defs/Node"}}


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"responses": {"200": {"description": "x"}}},
        {"responses": {"200": {"description": "x", "content": {"text/csv": {"schema": {}}}}}},
        {"responses": {"200": {"description": "x", "content": {"application/json": {}}}}},
        {"responses": {"404": {"description": "x", "content": json_body({})}}},
    ],
)
def test_without_a_json_success_there_is_no_output_schema(operation: dict[str, Any]) -> None:
    """MCP, Tool.outputSchema is optional."""
    assert output_schema(operation) is None


def test_the_wire_form_names_the_operation() -> None:
    """MCP 2026-07-28, Tool; the corpus check matches tools to operations by it."""
    tool = tool_with_body(json_body({"type": "object", "properties": {"a": {}}}))
    assert wire_tool(tool)["_meta"] == {"openapi-mcp/operation": "POST /things"}
    assert tool.operation.pointer == "#/paths/~1things/post"
    assert generate(document({"/things": {"get": {}}}), ALL_METHODS).tools[0].operation.method == "GET"


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "x-original-url", "Content-Encoding"])
def test_a_header_that_turns_one_operation_into_another_is_not_offered(name: str) -> None:
    """security.md A13: a read stays a read."""
    tool = one_tool({"parameters": [parameter(name, "header"), parameter("X-Trace", "header")]})
    assert list(tool.input_schema["properties"]) == ["X-Trace"]


def test_the_tool_that_reads_on_is_listed_last_where_there_is_something_to_read() -> None:
    """Issue 4. It costs every list less than 450 bytes, and passes the gate as all tools do."""
    paths = {"/a": {"get": {"operationId": "a"}}}
    made = toolset(paths, selection=Selection(reads_on=True))
    (extra,) = made.extras
    assert [tool["name"] for tool in ToolPages(made.tools, made.extras).tools(0)] == ["a", "read_result"]
    assert len(write_json(extra).encode()) < 450
    for client in CLIENTS:
        assert Gate(fit(client)).objection(extra) is None
    assert toolset(paths).extras == ()
    assert toolset({}, selection=Selection(reads_on=True)).extras == ()


def test_every_tool_takes_a_selection_where_that_is_on() -> None:
    """Issue 4: an optional argument, bound to nothing, so that it is never sent; a document's own stays its own."""
    paths = {
        "/plain": {"get": {"operationId": "plain"}},
        "/own": {"get": {"operationId": "own", "parameters": [parameter("_select", schema={"type": "integer"})]}},
    }
    plain, own = toolset(paths, selection=Selection(select=True)).tools
    assert plain.input_schema["properties"]["_select"]["type"] == "string"
    assert "required" not in plain.input_schema
    assert plain.bindings == ()
    assert own.input_schema["properties"]["_select"]["type"] == "integer"
    assert [binding.argument for binding in own.bindings] == ["_select"]
    plain, _ = toolset(paths).tools
    assert "properties" not in plain.input_schema


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_a_parameter_that_no_request_can_carry_is_reported(place: str) -> None:
    """style.md, Errors: nothing is dropped in silence."""
    made = toolset({"/things": {"get": {"parameters": [parameter("a b", place), parameter("fine", place)]}}})
    (problem,) = made.problems
    assert (problem.severity, problem.hint) == ("warning", "correct the name")
    assert problem.message == f"GET /things: the {place} 'a b' is never sent, none can have that name"
