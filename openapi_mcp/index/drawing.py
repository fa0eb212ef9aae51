"""A picture as SVG: text of a document stands in it only escaped."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from openapi_mcp.index.cards import PAD, Card, Picture, Wire, row_middle
from openapi_mcp.index.layout import Layout, Point, lay_out
from openapi_mcp.model.text import clean_text

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, Char
_CHIP_WIDTH = 40.0
_CURVE = 0.5  # of the way between two columns
_BACK = 60.0  # how far a line that leads back reaches beyond its ends
_KNOWN = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

LEGEND = (
    "A line leads from what yields a value to what needs it: solid from its best source, dashed from others. "
    "Magnifier: finds by words. Red: no tool yields it."
)
_LEGEND_WIDTH = 1150.0

COLOURS = """
svg.graph { --back: #ffffff; --card: #f8fafc; --edge: #94a3b8; --text: #0f172a; --muted: #526075; --line: #64748b;
  --light: #b6c2d1; --get: #0f6fb3; --post: #15803d; --put: #b45309; --delete: #b91c1c; --other: #6d28d9;
  --finds: #a21caf; --open: #b91c1c }
@media (prefers-color-scheme: dark) {
  svg.graph { --back: #0f172a; --card: #1e293b; --edge: #475569; --text: #f1f5f9; --muted: #a8b5c7; --line: #8fa1b8;
    --light: #41516a; --get: #0b6bb0; --post: #15803d; --put: #b45309; --delete: #b91c1c; --other: #7c3aed;
    --finds: #e879f9; --open: #f87171 }
}
svg.graph { background: var(--back) }
.graph text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 11px; fill: var(--text) }
.graph .name { font-size: 13px; font-weight: 600 }
.graph .chip { font-size: 10px; font-weight: 700; fill: #ffffff; text-anchor: middle }
.graph .box { fill: var(--card); stroke: var(--edge) }
.graph .foreign .box { stroke-dasharray: 4 3; fill: var(--back) }
.graph .resource .box { stroke-width: 1.5 }
.graph .row-path { fill: var(--muted) }
.graph .row-finds { fill: var(--finds) }
.graph .row-option { font-style: italic; fill: var(--muted) }
.graph .row-open { fill: var(--open) }
.graph .port { fill: var(--line) }
.graph .port-option { fill: var(--back); stroke: var(--line) }
.graph .port-open { fill: var(--back); stroke: var(--open) }
.graph .glass { fill: none; stroke: var(--finds); stroke-width: 1.8; stroke-linecap: round }
.graph .wire { fill: none; stroke: var(--line); stroke-width: 1.3 }
.graph .thick { stroke-width: 2.4 }
.graph .thickest { stroke-width: 4 }
.graph .back { stroke: var(--light); stroke-width: 1 }
.graph .other { stroke: var(--light); stroke-width: 1; stroke-dasharray: 2 3 }
.graph .method-get, .graph .method-head { fill: var(--get) }
.graph .method-post { fill: var(--post) }
.graph .method-put, .graph .method-patch { fill: var(--put) }
.graph .method-delete { fill: var(--delete) }
.graph .method-other { fill: var(--other) }
"""


def standalone_svg(picture: Picture, title: str, note: str = "") -> str:
    """Return an SVG file with its own colours, light and dark; a `note` says what it does not show."""
    style = f"<style>{COLOURS}</style>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg(picture, title, style=style, note=note)}\n'


def svg(picture: Picture, title: str, style: str = "", note: str = "") -> str:
    """Return a picture as an SVG element; without a `style` it takes that of the page around it (`COLOURS`)."""
    layout = lay_out([card.box for card in picture.cards], picture.lines)
    parts = [f"<title>{safe(title)}</title>", style, *_wires(picture.wires, layout)]
    parts += [_card(card, layout.corners[card.key]) for card in picture.cards]
    if style:
        said = f"{LEGEND} {safe(note)}".strip()
        parts.append(f'<text class="row-path" x="{PAD}" y="{_number(layout.height + 8)}">{said}</text>')
    width = _number(max(layout.width, _LEGEND_WIDTH) if style else layout.width)
    height = _number(layout.height + (24 if style else 0))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="group" {size}>{"".join(parts)}</svg>'


def safe(text: str) -> str:
    """Return a text as it may stand in an element or an attribute: escaped, without what XML has no place for."""
    return escape(_NOT_XML.sub("", clean_text(text)))


def _wires(wires: Sequence[Wire], layout: Layout) -> Iterator[str]:
    """Yield the wires, the lighter ones first: they lie below the others."""
    routed = [(wire, route) for wire, route in zip(wires, layout.routes, strict=True) if route]
    for wire, route in sorted(routed, key=lambda each: each[0].is_first):
        kind = _look(wire, is_back=route[-1][0] < route[0][0])
        ends = f'data-from="{safe(wire.source)}" data-to="{safe(wire.target)}"'
        tip = f"<title>{safe(wire.tip)}</title>" if wire.tip else ""
        yield f'<path class="{kind}" {ends} d="{_path(route)}">{tip}</path>'


def _look(wire: Wire, *, is_back: bool) -> str:
    """Return the classes of a wire: the thicker, the more it stands for; one that leads back is a thin one."""
    if is_back or not wire.is_first:
        return "wire back" if wire.is_first else "wire other"
    return "wire thickest" if wire.count > 12 else "wire thick" if wire.count > 3 else "wire"


def _path(route: Sequence[Point]) -> str:
    """Return a curve through the points: level where it leaves and arrives, and wherever it passes a column."""
    found = [f"M{_point(route[0])}"]
    for number, (before, after) in enumerate(pairwise(route)):
        if number % 2 == 0:
            found.append(f"L{_point(after)}")
            continue
        reach = (after[0] - before[0]) * _CURVE if after[0] > before[0] else _BACK
        found.append(
            f"C{_point((before[0] + reach, before[1]))} {_point((after[0] - reach, after[1]))} {_point(after)}"
        )
    return "".join(found)


def _card(card: Card, corner: Point) -> str:
    box = card.box
    inner = [
        f"<title>{safe(card.tip or card.name)}</title>",
        f'<rect class="box" width="{_number(box.width)}" height="{_number(box.height)}" rx="6"/>',
        *_head(card, box.width),
        *_rows(card),
    ]
    x, y = corner
    drawn = f'transform="translate({_number(x)} {_number(y)})" data-key="{safe(card.key)}">{"".join(inner)}'
    words = " ".join((card.chip, card.name, *(row.text for row in card.rows))).strip()
    said = f'aria-label="{safe(words)}"'
    if card.href:
        return f'<a class="card {card.kind}" href="{safe(card.href)}" {said} {drawn}</a>'
    return f'<g class="card {card.kind}" {said} {drawn}</g>'


def _head(card: Card, width: float) -> Iterator[str]:
    x = PAD
    if card.chip:
        method = card.chip.lower() if card.chip in _KNOWN else "other"
        yield f'<rect class="method-{method}" x="{x}" y="6" width="{_CHIP_WIDTH}" height="15" rx="3"/>'
        yield f'<text class="chip" x="{x + _CHIP_WIDTH / 2}" y="17">{safe(card.chip[:6])}</text>'
        x += _CHIP_WIDTH + 6
    yield f'<text class="name" x="{_number(x)}" y="18">{safe(card.name)}</text>'
    if card.finds:
        at = width - PAD - 9
        yield f'<path class="glass" d="M{_number(at + 7)} 17l4 4"/>'
        yield f'<circle class="glass" cx="{_number(at + 4)}" cy="14" r="4.2"/>'


def _rows(card: Card) -> Iterator[str]:
    for number, row in enumerate(card.rows):
        middle = row_middle(number)
        if row.argument:
            yield f'<circle class="port port-{row.kind}" cx="0" cy="{_number(middle)}" r="3"/>'
        yield f'<text class="row-{row.kind}" x="{PAD}" y="{_number(middle + 4)}">{safe(row.text)}</text>'


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
