"""What holds of needs and yields whatever the document; and that no document makes them long or slow."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.make import ALL_METHODS, Json, document

from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.stripped import decode_tool, encode_tool
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.index.entities import Name, parse
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool, wire_tool

NAMES = [
    "id",
    "ids",
    "order",
    "orders",
    "order_id",
    "customerId",
    "owner",
    "name",
    "results",
    "data",
    "uri",
    "x",
    "",
    "é",
]
KINDS = ["string", "integer", "object", "array", "boolean", "null", "?"]
REFS = [f"#/components/schemas/{name}" for name in ("Order", "OrderList", "Customer", "Gone")]

scalars = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), max_size=2),
        "description": st.sampled_from(["The ID of the order.", "IDs of customers or orders", "`id`", ""]),
        "enum": st.lists(st.sampled_from(["order", "customer", 1, None]), max_size=2),
        "format": st.sampled_from(["uuid", "date", "x"]),
        "example": st.sampled_from([{"id": 1}, [{"order_id": 1}], [], 7]),
        "readOnly": st.booleans(),
    },
)
schemas: st.SearchStrategy[Any] = st.recursive(
    scalars | st.sampled_from(REFS).map(lambda ref: {"$ref": ref}) | st.sampled_from([True, None, 7, {"items": {}}]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(KINDS),
            "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
            "items": inner,
            "allOf": st.lists(inner, max_size=2),
            "anyOf": st.lists(inner, max_size=3),
            "required": st.lists(st.sampled_from(NAMES), max_size=2),
        },
    ),
    max_leaves=8,
)
links = st.fixed_dictionaries(
    {},
    optional={
        "operationId": st.sampled_from(["one", "two", "gone"]),
        "operationRef": st.sampled_from(["#/paths/~1orders/get", "#/x", ""]),
        "parameters": st.dictionaries(
            st.sampled_from(NAMES), st.sampled_from(["$response.body#/id", "$url", 7, None]), max_size=2
        ),
    },
)
contents = st.fixed_dictionaries(
    {}, optional={"schema": schemas, "example": st.sampled_from([{"orders": [{"id": 1}]}, [[]], "x"])}
).map(lambda held: {"application/json": held})
responses = st.dictionaries(
    st.sampled_from(["200", "201", "default", "404"]),
    st.fixed_dictionaries(
        {"description": st.just("")},
        optional={"content": contents, "links": st.dictionaries(st.sampled_from(["a", "b"]), links, max_size=2)},
    ),
    max_size=2,
)
parameters = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(NAMES), "in": st.sampled_from(["query", "header", "path", "cookie"])},
        optional={"schema": schemas, "required": st.booleans(), "description": st.just("The id of the customer")},
    ),
    max_size=3,
)
operations = st.fixed_dictionaries(
    {"responses": responses, "parameters": parameters},
    optional={
        "operationId": st.sampled_from(["one", "two"]),
        "requestBody": contents.map(lambda content: {"content": content}),
    },
)
paths = st.dictionaries(
    st.lists(
        st.sampled_from(["orders", "customers", "{id}", "{order_id}", "search", "me", "v1", "{}"]), max_size=4
    ).map(lambda parts: "/" + "/".join(parts)),
    st.dictionaries(st.sampled_from(["get", "post", "put", "delete"]), operations, min_size=1, max_size=2),
    max_size=5,
)
components = st.fixed_dictionaries({"Order": schemas, "OrderList": schemas, "Customer": schemas})


def held(found: Capabilities, tools: list[Tool]) -> None:
    """Assert what is always so."""
    by_name = {tool.name: tool for tool in tools}
    assert found.keys() == by_name.keys()
    for name, capability in found.items():
        assert len(capability.needs) <= 12
        assert len(capability.yields) <= 8
        arguments = by_name[name].input_schema.get("properties", {})
        for need in capability.needs:
            assert need.entity
            assert need.argument.partition(".")[0].removesuffix("[]") in arguments
            assert len(need.producers) <= 5
            assert len({producer.tool for producer in need.producers}) == len(need.producers)
            for producer in need.producers:
                assert producer.tool != name
                operation = by_name[producer.tool].operation
                assert (producer.method, producer.path) == (operation.method, operation.path)


def stripped(tool: Tool, held_schemas: Any) -> Tool:
    return decode_tool(wire_tool(tool), encode_tool(tool, held_schemas))


@given(paths=paths, components=components)
@settings(max_examples=150, deadline=None)
def test_every_producer_is_another_tool_and_no_document_is_too_strange(paths: Json, components: Json) -> None:
    """Issue 6, Needs and yields: never raises, never suggests the tool itself; with a stored catalogue's tools too."""
    read = document(paths, components={"schemas": components})
    tools = list(generate(read, ALL_METHODS).tools)
    held(find_capabilities(tools, read.schemas), tools)
    kept = [stripped(tool, read.schemas) for tool in tools]
    held(find_capabilities(kept, {}), kept)


def test_schemas_that_lead_to_each_other_in_every_way_are_walked_for_a_while_only() -> None:
    """Our choice: the properties that are looked at are counted; what is too much is left out."""
    count = 60
    properties = {f"p{number}": {"$ref": f"#/components/schemas/S{number}"} for number in range(count)}
    branches = [{"$ref": f"#/components/schemas/S{number}"} for number in range(0, count, 4)]
    shapes: dict[str, Schema] = {
        f"S{number}": {"type": "object", "properties": {"id": {"type": "string"}, **properties}, "anyOf": branches}
        for number in range(count)
    }
    answer = {"200": {"description": "", "content": {"application/json": {"schema": branches[0]}}}}
    read = document(
        {f"/s{number}/{{id}}": {"get": {"responses": answer}} for number in range(40)}, components={"schemas": shapes}
    )
    tools = list(generate(read).tools)
    found = find_capabilities(tools, read.schemas)
    assert all(len(each.yields) <= 8 for each in found.values())


def test_of_a_body_of_objects_that_hold_objects_some_fields_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: what cannot be filled is not told, however many fields there are of it."""
    shapes: dict[str, Schema] = {
        f"S{depth}": {
            "type": "object",
            "properties": {f"p{number}": {"$ref": f"#/components/schemas/S{depth + 1}"} for number in range(50)},
        }
        for depth in range(5)
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    read = document({"/s": {"post": {"requestBody": body}}}, components={"schemas": shapes | {"S5": {}}})
    looked: list[str] = []

    def count(name: str) -> Name:
        looked.append(name)
        return parse(name)

    monkeypatch.setattr("openapi_mcp.index.inputs.parse", count)
    find_capabilities(list(generate(read, ALL_METHODS).tools), read.schemas)
    assert 0 < len(looked) < 10_000
