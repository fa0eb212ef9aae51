"""A picture as SVG."""

import re
from xml.etree import ElementTree

import pytest

from openapi_mcp.index.cards import Card, Picture, Row, Wire
from openapi_mcp.index.drawing import LEGEND, safe, standalone_svg, svg

HOSTILE = "<script>alert(1)</script>\"'&]]>\x00\x1b[2J\ud800\uffff\u202e"
SVG = "{http://www.w3.org/2000/svg}"


def card(key: str, **fields: object) -> Card:
    return Card(**{"key": key, "name": key, "kind": "tool", **fields})  # type: ignore[arg-type]


def drawn(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(standalone_svg(picture, "Shop"))


def test_a_file_is_xml_that_brings_its_colours_light_and_dark_and_asks_for_nothing() -> None:
    """Issue 6: an SVG file; no external service."""
    text = standalone_svg(Picture(cards=(card("orders", chip="GET"),), wires=()), "Shop")
    root = ElementTree.fromstring(text)
    assert [element.text for element in root if element.tag == f"{SVG}title"] == ["Shop"]
    assert "prefers-color-scheme: dark" in text
    assert LEGEND in text
    assert re.findall(r"https?://[^\"]*|url\(|@import|<script", text) == ["http://www.w3.org/2000/svg"]


def test_within_a_page_it_takes_the_colours_of_the_page() -> None:
    """Our choice: they stand there once."""
    assert "<style" not in svg(Picture(cards=(), wires=()), "Shop")


@pytest.mark.parametrize("place", ["key", "name", "tip", "chip", "href", "row", "title", "wire"])
def test_text_of_a_document_stands_only_escaped(place: str) -> None:
    """security.md: a document is hostile."""
    fields: dict[str, object] = {place: HOSTILE} if place in ("key", "name", "tip", "chip", "href") else {}
    rows = (Row(text=HOSTILE, kind="path"),) if place == "row" else ()
    one = Card(**{"key": "a", "name": "a", "kind": "tool", "rows": rows, **fields})  # type: ignore[arg-type]
    wire = Wire(source=one.key, target="b", tip=HOSTILE if place == "wire" else "")
    text = standalone_svg(Picture(cards=(one, card("b")), wires=(wire,)), HOSTILE if place == "title" else "Shop")
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(text).iter()}
    assert tags <= {"svg", "title", "style", "path", "g", "a", "rect", "text", "circle"}
    assert "&lt;script&gt;" in text or (place == "chip" and "&lt;scrip" in text)
    text.encode("utf-8")


def test_what_xml_has_no_place_for_is_left_out() -> None:
    """XML 1.0, Char."""
    assert safe("a\x00b\ud800c\uffffd<&\"'") == "abcd&lt;&amp;&quot;&#x27;"


def test_wires_of_other_sources_are_lighter_and_lie_below() -> None:
    """Issue 6: the first producer solid, others lighter."""
    wires = (
        Wire(source="a", target="b"),
        Wire(source="b", target="a"),
        Wire(source="c", target="b", is_first=False),
        Wire(source="c", target="a", count=5),
        Wire(source="c", target="d", count=13),
        Wire(source="a", target="a"),
    )
    root = drawn(Picture(cards=tuple(map(card, "abcd")), wires=wires))
    found = [(path.get("class"), path.get("data-from"), path.get("data-to")) for path in root.findall(f"{SVG}path")]
    assert found == [
        ("wire other", "c", "b"),
        ("wire", "a", "b"),
        ("wire back", "b", "a"),
        ("wire thick", "c", "a"),
        ("wire thickest", "c", "d"),
    ]


def test_a_wire_that_passes_a_column_is_level_there() -> None:
    """Our choice: it runs between the boxes."""
    wires = (Wire(source="a", target="b"), Wire(source="b", target="c"), Wire(source="a", target="c"))
    last = drawn(Picture(cards=tuple(map(card, "abc")), wires=wires)).findall(f"{SVG}path")[-1]
    assert re.sub(r"[\d. -]", "", last.get("d") or "") == "MLCLC"


@pytest.mark.parametrize(
    ("method", "look"),
    [("GET", "get"), ("POST", "post"), ("PATCH", "patch"), ("DELETE", "delete"), ("PURGE", "other")],
)
def test_a_method_has_its_colour(method: str, look: str) -> None:
    """Issue 6: writes are marked; by their name too, for those who see no colours."""
    text = standalone_svg(Picture(cards=(card("a", chip=method),), wires=()), "Shop")
    assert f'class="method-{look}"' in text
    assert f">{method}</text>" in text
    assert f'aria-label="{method} a"' in text


def test_what_finds_by_words_has_a_magnifier_and_a_need_a_port() -> None:
    """Issue 6: search entrances are marked."""
    rows = (Row(text="id", kind="need", argument="id"), Row(text="key", kind="open", argument="key"))
    text = standalone_svg(Picture(cards=(card("a", finds=True, rows=rows),), wires=()), "Shop")
    assert text.count('class="glass"') == 2
    assert re.findall(r'class="port ([\w-]+)"', text) == ["port-need", "port-open"]


def test_a_card_that_leads_somewhere_is_a_link() -> None:
    """Our choice: it works without a script."""
    assert '<a class="card resource" href="#r1"' in svg(
        Picture(cards=(card("a", href="#r1", kind="resource"),), wires=()), "Shop"
    )
