"""Tools as a graph: an edge leads from a tool that yields something to a tool that needs it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from openapi_mcp.model.capability import Capabilities, Capability, Need
from openapi_mcp.model.text import clean_text, one_line
from openapi_mcp.model.tool import Tool

_TITLE = 200
_GENERIC = re.compile(r"\{|api$|apis$|rest$|public$|beta$|latest$|v?\d+([._-]\d+)*$", re.IGNORECASE)
_MOST_NEEDS = 12  # of a tool: a card has a row for each
_MOSTLY = 0.9  # the share of tools that have a tag where tags are what they are grouped by


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A tool; `resource` is what it is about, by its tag or its path."""

    tool: str
    method: str
    path: str
    title: str
    tags: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`target` needs `argument`, and `source` yields it in `field` of its answer; `rank` is 1 for the best source."""

    source: str
    target: str
    argument: str
    entity: str
    field: str
    rank: int

    @property
    def is_first(self) -> bool:
        """True for the best source of an argument."""
        return self.rank == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Tools in document order, and what leads from one to the other."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def resources(self) -> Mapping[str, tuple[Node, ...]]:
        """The tools by what they are about."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            found[node.resource].append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}


def read_graph(tools: Sequence[Tool], capabilities: Capabilities) -> Graph:
    """Return the graph of these tools; a producer that is none of them is left out."""
    known, resource = {tool.name for tool in tools}, _resources(tools)
    none = Capability()
    nodes = tuple(_node(tool, capabilities.get(tool.name, none), resource[tool.name]) for tool in tools)
    return Graph(nodes=nodes, edges=tuple(edge for node in nodes for edge in _edges(node, known)))


def united_graph(each: Mapping[str, Graph]) -> Graph:
    """Return the graphs of several APIs, by their names, as one."""
    named = (replace(node, resource=f"{name}: {node.resource}") for name, graph in each.items() for node in graph.nodes)
    return Graph(nodes=tuple(named), edges=tuple(chain.from_iterable(graph.edges for graph in each.values())))


def around(graph: Graph, tool: str) -> Graph:
    """Return a tool with all that leads to it by its best sources, and those that it leads to at once."""
    kept = {tool, *(edge.target for edge in graph.edges if edge.source == tool)}
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.is_first:
            sources[edge.target].append(edge.source)
    left = [tool]
    while left:
        new = [name for name in sources[left.pop()] if name not in kept]
        kept.update(new)
        left += new
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.tool in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )


def most_joined(graph: Graph, most: int) -> Graph:
    """Return the tools of so many resources, of those that most edges lead to and from; all where they are no more."""
    resource_of = {node.tool: node.resource for node in graph.nodes}
    if len(set(resource_of.values())) <= most:
        return graph
    joined = Counter(resource_of.values())  # among equals, what has more tools
    size = len(graph.nodes)
    joined.update({name: size * count for name, count in _joined(graph.edges, resource_of).items()})
    kept = {name for name, _ in joined.most_common(most)}
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.resource in kept),
        edges=tuple(edge for edge in graph.edges if {resource_of[edge.source], resource_of[edge.target]} <= kept),
    )


def _joined(edges: Iterable[Edge], resource_of: Mapping[str, str]) -> Counter[str]:
    """Return how many edges from best sources lead from each resource to others, and to it."""
    pairs = [(resource_of[edge.source], resource_of[edge.target]) for edge in edges if edge.is_first]
    return Counter(name for pair in pairs if pair[0] != pair[1] for name in pair)


def graph_json(graph: Graph) -> dict[str, Any]:
    """Return {"nodes": [{"tool", ...}], "edges": [{"from", "to", "argument", "entity", "field", "rank"}]}.

    All text of a document in it is without characters that nobody sees.
    """
    return {
        "nodes": [
            {
                "tool": node.tool,
                "method": node.method,
                "path": clean_text(node.path),
                "title": node.title,
                "tags": [clean_text(tag) for tag in node.tags],
                "finds": [clean_text(name) for name in node.finds],
            }
            for node in graph.nodes
        ],
        "edges": [
            {
                "from": edge.source,
                "to": edge.target,
                "argument": clean_text(edge.argument),
                "entity": clean_text(edge.entity),
                "field": clean_text(edge.field),
                "rank": edge.rank,
            }
            for edge in graph.edges
        ],
    }


def _node(tool: Tool, capability: Capability, resource: str) -> Node:
    return Node(
        tool=tool.name,
        method=tool.operation.method,
        path=tool.operation.path,
        title=one_line(tool.title, _TITLE),
        tags=tool.operation.tags,
        finds=capability.finds,
        needs=capability.needs[:_MOST_NEEDS],
        resource=resource,
    )


def _edges(node: Node, known: Iterable[str]) -> Iterator[Edge]:
    for need in node.needs:
        sources = [producer for producer in need.producers if producer.tool in known]
        for rank, producer in enumerate(sources, 1):
            yield Edge(
                source=producer.tool,
                target=node.tool,
                argument=need.argument,
                entity=need.entity,
                field=producer.field,
                rank=rank,
            )


def _resources(tools: Sequence[Tool]) -> Mapping[str, str]:
    """Return what each tool is about: its tag, where nearly all have one and they tell tools apart; else its path."""
    tags = [tool.operation.tags[0] for tool in tools if tool.operation.tags]
    if len(tags) >= _MOSTLY * len(tools) and len(Counter(tags)) > 1:
        return {tool.name: tool.operation.tags[0] if tool.operation.tags else "" for tool in tools}
    return {tool.name: _first_word(tool.operation.path) for tool in tools}


def _first_word(path: str) -> str:
    """Return what a path begins with, beside words that stand in every path: "/api/v2/orders/{id}" -> "orders"."""
    parts = [part for part in path.split("/") if part]
    return next((part for part in parts if not _GENERIC.match(part)), parts[0] if parts else "/")
