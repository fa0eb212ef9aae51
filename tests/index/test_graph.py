"""Tools as a graph of what they need and yield."""

import json

import pytest
from support.capable import capabilities, need
from support.make import parameter, toolset

from openapi_mcp.index.graph import Edge, Graph, Node, around, graph_json, most_joined, read_graph, united_graph
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.tool import Tool

PATHS = {
    "/api/v1/customers": {"get": {"operationId": "customers", "tags": ["people"], "summary": "List\ncustomers"}},
    "/api/v1/orders": {"get": {"operationId": "orders", "parameters": [parameter("customer")]}},
    "/api/v1/orders/{id}": {"delete": {"operationId": "cancel", "parameters": [parameter("id", "path")]}},
    "/{tenant}": {"get": {"operationId": "tenant", "parameters": [parameter("tenant", "path")]}},
}
KNOWN = capabilities(
    {
        "orders": [need("customer", "customers", is_required=False)],
        "cancel": [need("id", "orders", "gone", "customers", entity="order")],
    },
    {"customers": ["q"]},
)


def tools(**tags: list[str]) -> tuple[Tool, ...]:
    paths = {f"/things/{name}": {"get": {"operationId": name, "tags": found}} for name, found in tags.items()}
    return tuple(toolset(paths).tools)


def graph(known: Capabilities = KNOWN) -> Graph:
    return read_graph(toolset(PATHS).tools, known)


def test_nodes_are_tools_in_document_order_and_edges_lead_from_source_to_need() -> None:
    """Issue 6, inspect --graph: as JSON."""
    assert graph_json(graph()) == {
        "nodes": [
            {
                "tool": "customers", "method": "GET", "path": "/api/v1/customers", "title": "List customers",
                "tags": ["people"], "finds": ["q"],
            },
            {"tool": "orders", "method": "GET", "path": "/api/v1/orders", "title": "Orders", "tags": [], "finds": []},
            {
                "tool": "cancel", "method": "DELETE", "path": "/api/v1/orders/{id}", "title": "Cancel", "tags": [],
                "finds": [],
            },
            {"tool": "tenant", "method": "GET", "path": "/{tenant}", "title": "Tenant", "tags": [], "finds": []},
        ],
        "edges": [
            {
                "from": "customers", "to": "orders", "argument": "customer", "entity": "customer",
                "field": "results[].id", "rank": 1,
            },
            {"from": "orders", "to": "cancel", "argument": "id", "entity": "order", "field": "results[].id", "rank": 1},
            {
                "from": "customers", "to": "cancel", "argument": "id", "entity": "order", "field": "results[].id",
                "rank": 2,
            },
        ],
    }  # fmt: skip


def test_tools_are_about_what_their_path_begins_with_where_few_have_a_tag() -> None:
    """Our choice: words that stand in every path tell nothing apart."""
    assert [node.resource for node in graph().nodes] == ["customers", "orders", "orders", "{tenant}"]


def test_tools_are_about_their_tag_where_all_have_one() -> None:
    """OAS 3.1.1, Operation Object: tags are for logical grouping."""
    found = read_graph(tools(a=["x"], b=["y", "z"], c=["x"]), {})
    assert {name: [node.tool for node in nodes] for name, nodes in found.resources.items()} == {
        "x": ["a", "c"],
        "y": ["b"],
    }


def test_one_tag_for_all_tells_nothing_apart() -> None:
    """Our choice: many frameworks write one by default."""
    assert {node.resource for node in read_graph(tools(a=["api"], b=["api"]), {}).nodes} == {"things"}


def test_the_root_is_a_resource_too() -> None:
    """OAS 3.1.1, Paths Object: "/" is a path."""
    (node,) = read_graph(toolset({"/": {"get": {}}}).tools, {}).nodes
    assert node.resource == "/"


def test_around_a_tool_is_all_that_leads_to_it_and_what_it_leads_to_at_once() -> None:
    """Our choice: of other sources only those that are there anyway."""
    known = capabilities(
        {"b": [need("a_id", "a", "x")], "c": [need("b_id", "b"), need("a_id", "a")], "d": [need("c_id", "c")],
         "e": [need("d_id", "d")]}
    )  # fmt: skip
    whole = read_graph(tools(a=[], b=[], c=[], d=[], e=[], x=[]), known)
    part = around(whole, "c")
    assert [node.tool for node in part.nodes] == ["a", "b", "c", "d"]
    assert [(edge.source, edge.target) for edge in part.edges] == [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")]


def test_a_circle_around_a_tool_ends() -> None:
    """Documents have circles: an order needs a customer, whose answer names orders."""
    known = capabilities({"a": [need("b_id", "b")], "b": [need("a_id", "a")]})
    assert len(around(read_graph(tools(a=[], b=[]), known), "a").edges) == 2


def test_the_resources_of_several_apis_are_told_apart() -> None:
    """Our choice: both may have `orders`."""
    one, other = read_graph(tools(a=[]), {}), read_graph(tools(b=[]), {})
    assert list(united_graph({"shop": one, "post": other}).resources) == ["shop: things", "post: things"]


def test_the_first_source_is_the_best() -> None:
    """Capability: producers stand best first."""
    edge = Edge(source="a", target="b", argument="id", entity="a", field="", rank=1)
    assert edge.is_first


@pytest.mark.requirement(31)
def test_the_json_has_no_characters_that_nobody_sees() -> None:
    """It is part of a page, and read by models."""
    hide = "\u202e\u200b\x1b[31m\u2066\U000e0041\u2028"
    known = capabilities(
        {"b": [need(f"i{hide}d", "a", entity=f"th{hide}ing")]},
        {"a": [f"q{hide}"]},
    )
    paths = {
        f"/{hide}a": {"get": {"operationId": "a", "tags": [f"t{hide}ag"]}},
        "/b": {"get": {"operationId": "b"}},
    }
    found = graph_json(read_graph(toolset(paths).tools, known))
    assert not set(hide) - set("[31m") & set(json.dumps(found, ensure_ascii=False))
    assert (found["nodes"][0]["path"], found["nodes"][0]["tags"], found["nodes"][0]["finds"]) == ("/a", ["tag"], ["q"])
    assert (found["edges"][0]["argument"], found["edges"][0]["entity"]) == ("id", "thing")


def test_of_many_resources_those_that_most_edges_join_are_left() -> None:
    """So that a picture of them can be drawn; among equals those with more tools, in document order."""
    names = ("a", "b", "c", "c2", "d", "e")
    nodes = tuple(Node(tool=name, method="GET", path="/", title="", resource=name[0]) for name in names)
    joined = (("d", "e"), ("e", "d"), ("a", "e"), ("c", "c2"))
    edges = tuple(
        Edge(source=one, target=other, argument="id", entity="id", field="id", rank=1) for one, other in joined
    )
    whole = Graph(nodes=nodes, edges=edges)
    assert most_joined(whole, 5) is whole
    assert [node.tool for node in most_joined(whole, 2).nodes] == ["d", "e"]
    assert [edge.source for edge in most_joined(whole, 2).edges] == ["d", "e"]
    assert [node.tool for node in most_joined(whole, 4).nodes] == ["a", "c", "c2", "d", "e"]
