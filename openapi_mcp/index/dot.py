"""A graph in the DOT language of Graphviz."""

from collections.abc import Iterator

from openapi_mcp.index.graph import Graph, Node
from openapi_mcp.model.text import one_line

_COLOURS = {"GET": "#0f6fb3", "HEAD": "#0f6fb3", "POST": "#15803d", "PUT": "#b45309", "PATCH": "#b45309"}
_DELETE, _OTHER = "#b91c1c", "#6d28d9"


def dot(graph: Graph, title: str) -> str:
    """Return the graph as DOT: a cluster for each resource, the best source of an argument solid, others dashed."""
    lines = [
        f"digraph {_quoted(title)} {{",
        "  rankdir=LR; node [shape=box, style=rounded, fontname=monospace]; edge [fontname=monospace, fontsize=9];",
    ]
    for number, (resource, nodes) in enumerate(graph.resources.items()):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(resource)};"]
        lines += [f"    {_node(node)}" for node in nodes]
        lines.append("  }")
    return "\n".join([*lines, *_edges(graph), "}", ""])


def _node(node: Node) -> str:
    colour = _COLOURS.get(node.method, _DELETE if node.method == "DELETE" else _OTHER)
    lines = [node.tool, f"{node.method} {node.path}"]
    lines += [f"finds by {', '.join(node.finds)}"] if node.finds else []
    label = "\\n".join(_escaped(line) for line in lines)
    thick = ", penwidth=2" if node.finds else ""
    tip = _quoted(node.title)
    return f'{_quoted(node.tool)} [label="{label}", color="{colour}", tooltip={tip}{thick}];'


def _edges(graph: Graph) -> Iterator[str]:
    for edge in graph.edges:
        label = _quoted(edge.argument if edge.argument == edge.entity else f"{edge.argument} ({edge.entity})")
        look = "" if edge.is_first else ', style=dashed, color="#b6c2d1", constraint=false'
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={label}{look}];"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return a text for between quotes: in one a backslash begins an escape, in a label it may stand for a name."""
    flat = one_line(text, 200).encode("utf-8", "replace").decode()
    return flat.replace("\\", "\\\\").replace('"', '\\"')
