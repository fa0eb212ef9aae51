"""A graph in the DOT language."""

from support.capable import capabilities, need
from support.make import toolset

from openapi_mcp.index.dot import dot
from openapi_mcp.index.graph import Edge, Graph, Node, read_graph


def test_tools_stand_in_clusters_and_edges_say_what_they_are_for() -> None:
    """Issue 6: DOT; the first producer solid, others lighter."""
    paths = {
        "/orders": {"get": {"operationId": "orders", "summary": "List orders"}},
        "/orders/{id}": {"delete": {"operationId": "cancel"}},
        "/bills": {"query": {"operationId": "bills"}},
    }
    known = capabilities(
        {"cancel": [need("id", "orders", "bills", entity="order")], "bills": [need("order", "orders")]},
        {"orders": ["q"]},
    )
    text = dot(read_graph(toolset(paths, openapi="3.2.0").tools, known), "Shop 1")
    assert text == (
        'digraph "Shop 1" {\n'
        "  rankdir=LR; node [shape=box, style=rounded, fontname=monospace]; "
        "edge [fontname=monospace, fontsize=9];\n"
        "  subgraph cluster_0 {\n"
        '    label="orders";\n'
        '    "orders" [label="orders\\nGET /orders\\nfinds by q", color="#0f6fb3", tooltip="List orders", '
        "penwidth=2];\n"
        '    "cancel" [label="cancel\\nDELETE /orders/{id}", color="#b91c1c", tooltip="Cancel"];\n'
        "  }\n"
        "  subgraph cluster_1 {\n"
        '    label="bills";\n'
        '    "bills" [label="bills\\nQUERY /bills", color="#6d28d9", tooltip="Bills"];\n'
        "  }\n"
        '  "orders" -> "cancel" [label="id (order)"];\n'
        '  "bills" -> "cancel" [label="id (order)", style=dashed, color="#b6c2d1", constraint=false];\n'
        '  "orders" -> "bills" [label="order"];\n'
        "}\n"
    )


def test_text_of_a_document_cannot_leave_its_quotes() -> None:
    """DOT, quoted strings: only a backslash keeps a quote from ending one. security.md: a document is hostile."""
    hostile = 'a"];\n b [label=\\"x\\N\\'
    node = Node(tool="t", method="GET", path=hostile, title=hostile, resource=hostile, finds=(hostile,))
    edge = Edge(source="t", target="t", argument=hostile, entity="\ud800", field="", rank=1)
    text = dot(Graph(nodes=(node,), edges=(edge,)), hostile)
    bare, escaped, quoted = "", False, False
    for char in text:
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted:
            bare += char
    assert not quoted
    assert bare.count("[label=") == 2
    assert "x" not in bare.replace("box", "").replace("tooltip", "")
    text.encode("utf-8")
