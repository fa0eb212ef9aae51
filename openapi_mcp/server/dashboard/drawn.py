"""What the page of the graph draws: all tools or what they are about, those of one resource, or what is around one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from openapi_mcp.index.cards import (
    Picture,
    drawable,
    is_large,
    overview,
    picture_of,
    resource_picture,
    tools_picture,
)
from openapi_mcp.index.drawing import svg
from openapi_mcp.index.graph import Edge, Graph, around
from openapi_mcp.index.webpage import graph_text

MOST_DRAWN = 200  # tools of one resource
MOST_ROWS = 500  # edges in the table
_MOST_NODES = 3_000  # that the page can find by words
_MOST_EDGES = 10_000  # that it can tell of
_OTHERS = 60  # edges from other sources that are shown before one asks for them

LinkTo = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture as SVG, whose text is escaped; the same as rows, and as JSON for the script.

    `notes` say what is not shown.
    """

    svg: str
    text: str
    tools: int
    rows: tuple[Edge, ...]
    notes: tuple[str, ...]
    shows_others: bool


def draw(graph: Graph, title: str, *, tool: str, resource: str, tool_link: LinkTo, resource_link: LinkTo) -> Drawn:
    """Return the picture that is asked for: of a `tool`, a `resource`, or of all where both are ""."""
    if tool:
        part = around(graph, tool)
        return _drawn(part, picture_of(part), title, tool_link, _too_many(part))
    if resource:
        part, said = _of(graph, resource)
        hrefs = {name: resource_link(name) for name in part.resources}
        return _drawn(part, resource_picture(part, resource, hrefs), title, tool_link, said)
    part, said = drawable(graph)
    hrefs = {name: resource_link(name) for name in part.resources}
    picture = overview(part, hrefs) if is_large(part) else tools_picture(part)
    return _drawn(part, picture, title, tool_link, said)


def _too_many(part: Graph) -> str:
    return (
        "what is around this tool is too much for one picture: it shows what they are about" if is_large(part) else ""
    )


def _of(graph: Graph, resource: str) -> tuple[Graph, str]:
    """Return the tools of a resource, with those of others that yield what they need; of very many the first."""
    own = [node.tool for node in graph.resources[resource]]
    kept = set(own[:MOST_DRAWN])
    beside = {edge.source for edge in graph.edges if edge.target in kept and edge.is_first} - set(own)
    shown = kept | beside
    part = Graph(
        nodes=tuple(node for node in graph.nodes if node.tool in shown),
        edges=tuple(edge for edge in graph.edges if edge.source in shown and edge.target in shown),
    )
    more = len(own) - len(kept)
    return part, f"of {len(own):,} tools the first {MOST_DRAWN} are drawn; {more:,} left out" if more else ""


def _drawn(part: Graph, picture: Picture, title: str, tool_link: LinkTo, said: str) -> Drawn:
    """Return a picture whose tools lead to their pages."""
    names = {node.tool for node in part.nodes}
    cards = tuple(
        replace(card, href=tool_link(card.key)) if card.kind != "resource" and card.key in names else card
        for card in picture.cards
    )
    text, more = _told(part)
    left = f"the table has the first {MOST_ROWS} of {len(part.edges):,}" if len(part.edges) > MOST_ROWS else ""
    return Drawn(
        svg=svg(replace(picture, cards=cards), title),
        text=text,
        tools=len(part.nodes),
        rows=part.edges[:MOST_ROWS],
        notes=tuple(note for note in (said, more, left) if note),
        shows_others=sum(not wire.is_first for wire in picture.wires) <= _OTHERS,
    )


def _told(part: Graph) -> tuple[str, str]:
    """Return what the script is to know, within bounds, and what it does not know."""
    if len(part.nodes) <= _MOST_NODES and len(part.edges) <= _MOST_EDGES:
        return graph_text(part), ""
    few = replace(part, nodes=part.nodes[:_MOST_NODES], edges=())
    return graph_text(few), f"words find the first {len(few.nodes):,} tools here, and all of them in the list of tools"
