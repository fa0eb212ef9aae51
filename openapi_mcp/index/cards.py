"""What a picture of a graph shows: a card for each tool or resource, and wires between them."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from openapi_mcp.index.graph import Edge, Graph, Node, most_joined
from openapi_mcp.index.layout import Box, Line
from openapi_mcp.model.text import one_line

MOST = 60  # tools that one picture shows by themselves
MOST_RESOURCES = 150  # that are drawn, each with a picture of its own
PAD = 10.0
HEAD, ROW = 24.0, 16.0  # heights
_HEAD_CHAR, _ROW_CHAR = 7.9, 6.7  # widths in the fonts of drawing.py, on the safe side
_CHIP = 46.0
_GLASS = 20.0
_LONGEST = 44  # characters of a row
_NAMED = 6  # tools that the tip of a wire between resources names


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of text on a card; a wire arrives at one with a port. `kind` is how it looks."""

    text: str
    kind: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A tool, or a resource with its tools: `kind` says which; `href` is where it leads to, "" where nowhere.

    `chip` is the method, `tip` what is said of it when one points at it.
    """

    key: str
    name: str
    kind: str
    rows: tuple[Row, ...] = ()
    chip: str = ""
    tip: str = ""
    href: str = ""
    finds: bool = False

    @property
    def box(self) -> Box:
        """The space that it takes."""
        head = text_width(self.name) * _HEAD_CHAR + (_CHIP if self.chip else 0) + (_GLASS if self.finds else 0)
        rows = [text_width(row.text) * _ROW_CHAR + PAD * bool(row.argument) for row in self.rows]
        height = HEAD + ROW * len(self.rows) + (PAD if self.rows else 4)
        return Box(key=self.key, width=max([head, *rows]) + 2 * PAD, height=height, leave=HEAD / 2 + 2)

    def port(self, argument: str) -> float:
        """Return how far below its top a wire for an argument arrives."""
        for number, row in enumerate(self.rows):
            if row.argument and row.argument == argument:
                return row_middle(number)
        return HEAD / 2 + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An edge as it is drawn; `count` are the edges that it stands for."""

    source: str
    target: str
    argument: str = ""
    is_first: bool = True
    tip: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Cards and the wires between them."""

    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The wires as they are laid out."""
        cards = {card.key: card for card in self.cards}
        return tuple(
            Line(
                source=wire.source,
                target=wire.target,
                arrive=cards[wire.target].port(wire.argument),
                is_main=wire.is_first,
            )
            for wire in self.wires
        )


def row_middle(number: int) -> float:
    """Return how far below the top of a card the middle of a row is."""
    return HEAD + ROW * (number + 0.5)


def text_width(text: str) -> int:
    """Return the columns that a text takes in a font of fixed width: a letter of East Asia takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def is_large(graph: Graph) -> bool:
    """True where one picture of all tools could not be read."""
    return len(graph.nodes) > MOST


def drawable(graph: Graph) -> tuple[Graph, str]:
    """Return what a picture can show of a graph, and what is to be said of the rest: "" where it shows all."""
    drawn = most_joined(graph, MOST_RESOURCES)
    left, count = len(graph.nodes) - len(drawn.nodes), len(graph.resources)
    if not left:
        return graph, ""
    return drawn, f"of {count:,} resources the {MOST_RESOURCES} that most edges join are drawn; {_tools(left)} left out"


def picture_of(graph: Graph) -> Picture:
    """Return one picture: of all tools, or of what they are about where they are many."""
    return overview(graph, {}) if is_large(graph) else tools_picture(graph)


def overview(graph: Graph, hrefs: Mapping[str, str]) -> Picture:
    """Return a picture of what the tools are about, each with the number of its tools, leading to its `hrefs`."""
    resource_of = {node.tool: node.resource for node in graph.nodes}
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        pair = resource_of[edge.source], resource_of[edge.target]
        if edge.is_first and pair[0] != pair[1]:
            between.setdefault(pair, []).append(edge)
    cards = [_resource_card(name, nodes, hrefs.get(name, "")) for name, nodes in graph.resources.items()]
    wires = [
        Wire(source=source, target=target, tip=_between_tip(edges), count=len(edges))
        for (source, target), edges in between.items()
    ]
    return Picture(cards=tuple(cards), wires=tuple(wires))


def tools_picture(graph: Graph) -> Picture:
    """Return a picture of all tools."""
    return Picture(
        cards=tuple(_tool_card(node) for node in graph.nodes), wires=tuple(_wire(edge) for edge in _drawn(graph.edges))
    )


def resource_picture(graph: Graph, resource: str, hrefs: Mapping[str, str]) -> Picture:
    """Return a picture of the tools of one resource, and of those of others that yield best what they need."""
    own = {node.tool for node in graph.resources[resource]}
    edges = [edge for edge in _drawn(graph.edges) if edge.target in own and (edge.is_first or edge.source in own)]
    foreign = {edge.source for edge in edges} - own
    cards = [
        _tool_card(node) if node.tool in own else _foreign_card(node, hrefs.get(node.resource, ""))
        for node in graph.nodes
        if node.tool in own or node.tool in foreign
    ]
    return Picture(cards=tuple(cards), wires=tuple(map(_wire, edges)))


def _drawn(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Yield each edge from one tool to another, the best first where several arrive at one argument from one tool."""
    seen = set()
    for edge in edges:
        key = edge.source, edge.target, edge.argument
        if edge.source != edge.target and key not in seen:
            seen.add(key)
            yield edge


def _tool_card(node: Node) -> Card:
    rows = [Row(text=_ending(node.path), kind="path")]
    if node.finds:
        rows.append(Row(text=_cut(f"finds by {', '.join(node.finds)}"), kind="finds"))
    rows += _need_rows(node)
    return Card(
        key=node.tool,
        name=node.tool,
        kind="tool",
        rows=tuple(rows),
        chip=node.method,
        tip=_cut(node.title, 200),
        finds=bool(node.finds),
    )


def _need_rows(node: Node) -> Iterator[Row]:
    for need in node.needs:
        is_same = need.entity.replace(" ", "_").lower() in need.argument.lower()
        entity = "" if is_same else f": {need.entity}"
        kind = ("need" if need.is_required else "option") if need.producers else "open"
        yield Row(text=_cut(f"{need.argument}{entity}"), kind=kind, argument=need.argument)


def _foreign_card(node: Node, href: str) -> Card:
    return Card(
        key=node.tool,
        name=node.tool,
        kind="foreign",
        rows=(Row(text=_cut(f"in {node.resource}"), kind="path"),),
        chip=node.method,
        tip=_cut(node.title, 200),
        href=href,
        finds=bool(node.finds),
    )


def _resource_card(name: str, nodes: Sequence[Node], href: str) -> Card:
    count = Counter(node.method for node in nodes)
    methods = ", ".join(f"{number} {method}" for method, number in count.most_common())
    names = one_line(", ".join(node.tool for node in nodes), 600)
    return Card(
        key=name,
        name=_cut(name) or "(no name)",
        kind="resource",
        rows=(Row(text=_cut(f"{_tools(len(nodes))}: {methods}"), kind="path"),),
        tip=names,
        href=href,
        finds=any(node.finds for node in nodes),
    )


def _wire(edge: Edge) -> Wire:
    field = f"{edge.field} of " if edge.field else ""
    tip = f"{edge.target} needs {edge.argument} ({edge.entity}): {field}{edge.source}"
    return Wire(
        source=edge.source, target=edge.target, argument=edge.argument, is_first=edge.is_first, tip=_cut(tip, 300)
    )


def _between_tip(edges: Collection[Edge]) -> str:
    pairs = dict.fromkeys(f"{edge.source} -> {edge.target} ({edge.argument})" for edge in edges)
    more = f", and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
    return ", ".join([*pairs][:_NAMED]) + more


def _tools(count: int) -> str:
    return f"{count:,} tool{'s' * (count != 1)}"


def _ending(path: str) -> str:
    """Return a path on one line; of a long one the end, which tells more than the beginning."""
    flat = one_line(path, 1000)
    return flat if len(flat) <= _LONGEST else f"…{flat[1 - _LONGEST :]}"


def _cut(text: str, limit: int = _LONGEST) -> str:
    return one_line(text, limit)
