"""A graph as a web page."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

from support.capable import capabilities, need
from support.make import toolset

from openapi_mcp.index.cards import MOST
from openapi_mcp.index.graph import Graph, graph_json, read_graph
from openapi_mcp.index.webpage import webpage

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<!--\u2028\ud800"


class Page(HTMLParser):
    """The elements of a page, with their attributes, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in ("script", "style"):
            self.texts.append(data)

    def values(self, name: str) -> list[str | None]:
        """Return the values that an attribute has."""
        return [attributes[name] for _, attributes in self.found if name in attributes]


def graph(extra: int = 0) -> Graph:
    paths = {
        "/orders": {"get": {"operationId": "orders", "tags": ["a"]}},
        "/orders/{id}": {"get": {"operationId": "order", "tags": ["b"]}},
    }
    paths |= {f"/n{n}": {"get": {"operationId": f"n{n}", "tags": [f"t{n % 3}"]}} for n in range(extra)}
    known = capabilities({"order": [need("id", "orders")]}, {"orders": ["q"]})
    return read_graph(toolset(paths).tools, known)


def hostile_graph(extra: int = 0) -> Graph:
    """Return the same graph with a hostile text wherever a document has its own."""
    plain = graph(extra)
    nodes = [
        replace(
            node, title=HOSTILE, path=HOSTILE, tags=(HOSTILE,), finds=(HOSTILE,), resource=node.resource + HOSTILE,
            needs=tuple(replace(each, argument=HOSTILE, entity=HOSTILE) for each in node.needs),
        )
        for node in plain.nodes
    ]  # fmt: skip
    edges = [replace(edge, argument=HOSTILE, entity=HOSTILE, field=HOSTILE) for edge in plain.edges]
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def embedded(text: str) -> object:
    found = re.search(r'<script id="graph" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_policy_lets_run_and_look_only_what_we_wrote_and_nothing_be_asked_for() -> None:
    """CSP 3: by hashes; the scripts and styles of every page are the same."""
    text = webpage(graph(), "Shop")
    page = Page(text)
    (policy,) = [a["content"] for _, a in page.found if a.get("http-equiv") == "Content-Security-Policy"]
    style, data, script = page.texts[0], page.texts[1], page.texts[-1]
    wanted = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{wanted[0]}'; script-src 'sha256-{wanted[1]}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert json.loads(data)
    assert page.values("style") == page.values("src") == page.values("onclick") == []
    assert set(re.findall(r"https?://[^\s\"<]*", text)) == {"http://www.w3.org/2000/svg"}


def test_text_of_a_document_makes_no_element_and_ends_no_script() -> None:
    """security.md: a document is hostile; in names, summaries, tags, paths, arguments and titles."""
    for extra in (0, MOST):
        plain, hostile = Page(webpage(graph(extra), "Shop")), webpage(hostile_graph(extra), HOSTILE)
        page = Page(hostile)
        assert [tag for tag, _ in page.found].count("script") == 2
        assert {tag for tag, _ in page.found} == {tag for tag, _ in plain.found}
        assert {name for _, each in page.found for name in each} == {name for _, each in plain.found for name in each}
        assert plain.texts[-1] == page.texts[-1]
        hostile.encode("utf-8")


def test_the_page_brings_the_graph_as_json() -> None:
    """Our choice: what is told of a tool that is chosen comes from it."""
    whole = graph()
    more = {"resources": {"orders": 0, "order": 1}, "names": ["a", "b"]}
    assert embedded(webpage(whole, "Shop")) == {**graph_json(whole), **more}


def test_a_small_graph_is_one_picture_and_a_large_one_has_a_section_for_each_resource() -> None:
    """Issue 6: one can open them; links, so that they open without a script and the way back is the browser's."""
    assert [a["id"] for tag, a in Page(webpage(graph(), "Shop")).found if tag == "section"] == ["all"]
    page = Page(webpage(graph(MOST), "Shop"))
    assert [a["id"] for tag, a in page.found if tag == "section"] == ["all", "r0", "r1", "r2", "r3", "r4"]
    links = [href for href in page.values("href") if href != "#all"]
    assert set(links) == {"#r0", "#r1", "#r2", "#r3", "#r4"}
    assert page.values("href").count("#all") == 5


def test_the_page_says_what_it_does_not_show() -> None:
    """Nothing is dropped in silence; escaped as all other text."""
    assert "needs met; 2 tools &lt;left&gt; out</p>" in webpage(graph(), "Shop", "2 tools <left> out")
    assert "needs met</p>" in webpage(graph(), "Shop")


def test_the_page_says_what_it_is_in_light_and_dark_and_can_be_used_by_keyboard() -> None:
    """Issue 6, with WCAG 2.2, 2.1.1: what a pointer can do, keys can."""
    text = webpage(graph(), "Shop 1.0")
    assert "<h1>Shop 1.0</h1>" in text
    assert "2 tools, 1 needs met" in text
    assert text.count("prefers-color-scheme: dark") == 2
    for key in ("keydown", "Escape", "Enter", "tabindex", "aria-live", "focus-visible"):
        assert key in text


def test_many_other_sources_are_shown_when_asked_for() -> None:
    """Our choice: a hundred dashed lines hide the solid ones."""
    paths = {f"/n{n}": {"get": {"operationId": f"n{n}"}} for n in range(20)}
    many = capabilities({f"n{n}": [need("id", *[f"n{m}" for m in range(n)][:5])] for n in range(20)})
    dense = webpage(read_graph(toolset(paths).tools, many), "Shop")
    assert ('<body class="plain">' in dense, '<input id="others" type="checkbox">' in dense) == (True, True)
    plain = webpage(graph(), "Shop")
    assert ("<body>" in plain, '<input id="others" type="checkbox" checked>' in plain) == (True, True)
