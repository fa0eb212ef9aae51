"""A graph as a web page: one file that asks for nothing else, with all text of a document in it escaped.

What the page may run and how it looks is pinned by hashes in its Content-Security-Policy, so that nothing in a
document, were it to come through, can run or reach the network (CSP 3, script-src, style-src).
"""

import base64
import hashlib
import json
import re

from openapi_mcp.index.cards import Picture, is_large, overview, resource_picture, tools_picture
from openapi_mcp.index.drawing import COLOURS, LEGEND, safe, svg
from openapi_mcp.index.graph import Graph, graph_json
from openapi_mcp.index.weblook import LOOK
from openapi_mcp.index.webscript import SCRIPT
from openapi_mcp.model.text import clean_text

_OTHERS = 60  # edges from other sources that are shown before one asks for them
_NOT_JSON = re.compile("[\ud800-\udfff]")  # half a character: no file in UTF-8 can hold it


def webpage(graph: Graph, title: str, left_out: str = "") -> str:
    """Return the page: a picture of all tools; of many, a picture of what they are about and one for each resource.

    `left_out` says what it does not show.
    """
    look = f"{COLOURS}{LOOK}"
    policy = (
        f"default-src 'none'; style-src '{_digest(look)}'; script-src '{_digest(SCRIPT)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    sections = _sections(graph, title) if is_large(graph) else _section("all", "", tools_picture(graph), title)
    is_plain = sum(not edge.is_first for edge in graph.edges) > _OTHERS
    count = f"{len(graph.nodes)} tools, {sum(edge.is_first for edge in graph.edges)} needs met"
    count += f"; {safe(left_out)}" if left_out else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{safe(title)}</title>
<style>{look}</style>
</head>
<body{' class="plain"' if is_plain else ""}>
<header>
<h1>{safe(title)}</h1>
<p class="count">{count}</p>
<label>Find a tool <input id="find" type="search" autocomplete="off" aria-controls="found"></label>
<output id="tally" for="find"></output>
<label class="option"><input id="others" type="checkbox"{"" if is_plain else " checked"}> other sources too</label>
<p class="legend">{LEGEND}</p>
<ul id="found"></ul>
</header>
<main class="graphs">
{sections}
</main>
<aside id="about" aria-live="polite" hidden></aside>
<script id="graph" type="application/json">{_embedded(graph)}</script>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _sections(graph: Graph, title: str) -> str:
    hrefs = {name: f"#r{number}" for number, name in enumerate(graph.resources)}
    parts = [_section("all", "", overview(graph, hrefs), title)]
    for name, href in hrefs.items():
        heading = f'<h2><a href="#all">All</a> / {safe(name)}</h2>\n'
        parts.append(_section(href[1:], heading, resource_picture(graph, name, hrefs), name))
    return "\n".join(parts)


def _section(key: str, heading: str, picture: Picture, title: str) -> str:
    return f'<section id="{key}">{heading}<div class="picture">{svg(picture, title)}</div></section>'


def _embedded(graph: Graph) -> str:
    """Return the graph as JSON that may stand in a script element: none of its text can end that (HTML, 4.12.1.3)."""
    text = graph_text(graph)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return escaped.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def graph_text(graph: Graph) -> str:
    """Return what the script of a page is to know of a graph, as JSON: also what each tool is about, by a number."""
    numbers = {name: number for number, name in enumerate(graph.resources)}
    value = {
        **graph_json(graph),
        "resources": {node.tool: numbers[node.resource] for node in graph.nodes},
        "names": [clean_text(name) for name in numbers],
    }
    return _NOT_JSON.sub("\ufffd", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
