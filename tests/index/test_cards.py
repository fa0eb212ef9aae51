"""What a picture of a graph shows."""

import pytest
from support.capable import capabilities, need
from support.make import toolset

from openapi_mcp.index.cards import (
    MOST,
    MOST_RESOURCES,
    Wire,
    drawable,
    is_large,
    overview,
    picture_of,
    resource_picture,
    tools_picture,
)
from openapi_mcp.index.graph import Graph, read_graph
from openapi_mcp.model.capability import Capabilities

KNOWN = capabilities(
    {
        "order": [need("id", "orders", entity="order"), need("shop", "shops", is_required=False), need("key")],
        "bill": [need("order_id", "orders", "order", entity="order")],
        "orders": [need("after", "orders")],
    },
    {"orders": ["q", "name"]},
)


def graph(known: Capabilities = KNOWN, extra: int = 0) -> Graph:
    paths = {
        "/orders": {"get": {"operationId": "orders", "summary": "List orders"}},
        "/orders/{id}": {"get": {"operationId": "order"}},
        "/bills": {"post": {"operationId": "bill"}},
        "/shops": {"get": {"operationId": "shops"}},
    }
    paths |= {f"/more/{number}": {"get": {"operationId": f"more{number}"}} for number in range(extra)}
    return read_graph(toolset(paths).tools, known)


def test_a_card_says_what_a_tool_is_by_what_it_finds_and_what_it_needs() -> None:
    """Issue 6: search entrances are marked; a need that may be left out, or that nothing yields, looks different."""
    orders, order, bill, _ = tools_picture(graph()).cards
    assert [(row.kind, row.text) for row in orders.rows] == [
        ("path", "/orders"),
        ("finds", "finds by q, name"),
        ("need", "after"),
    ]
    assert (orders.finds, orders.chip, orders.tip, order.finds) == (True, "GET", "List orders", False)
    assert [(row.kind, row.text) for row in order.rows[1:]] == [
        ("need", "id: order"),
        ("option", "shop"),
        ("open", "key"),
    ]
    assert [row.text for row in bill.rows[1:]] == ["order_id"]


def test_a_wire_arrives_at_the_argument_that_it_is_for() -> None:
    """Our choice: so a line needs no text of its own."""
    picture = tools_picture(graph())
    wires = [(wire.source, wire.target, wire.argument, wire.is_first) for wire in picture.wires]
    assert wires == [
        ("orders", "order", "id", True),
        ("shops", "order", "shop", True),
        ("orders", "bill", "order_id", True),
        ("order", "bill", "order_id", False),
    ]
    heights = [line.arrive for line in picture.lines]
    assert heights[0] < heights[1]
    assert picture.wires[0].tip == "order needs id (order): results[].id of orders"


def test_two_fields_of_one_answer_make_one_wire() -> None:
    """Our choice: JSON and DOT have both."""
    known = capabilities({"order": [need("id", "orders", "orders")]})
    assert len(tools_picture(graph(known)).wires) == 1


def test_many_tools_are_shown_by_what_they_are_about() -> None:
    """Issue 6: where there are more than some sixty."""
    many = graph(extra=MOST)
    assert is_large(many)
    assert not is_large(graph())
    assert len(picture_of(graph()).cards) == 4
    names = [(card.key, card.rows[0].text, card.kind) for card in picture_of(many).cards]
    assert names == [
        ("orders", "2 tools: 2 GET", "resource"),
        ("bills", "1 tool: 1 POST", "resource"),
        ("shops", "1 tool: 1 GET", "resource"),
        ("more", f"{MOST} tools: {MOST} GET", "resource"),
    ]


def test_wires_between_resources_stand_for_all_first_sources_between_their_tools() -> None:
    """Our choice: what is within a resource is no wire."""
    assert overview(graph(), {"orders": "#r0"}).cards[0].href == "#r0"
    assert overview(graph(), {}).wires == (
        Wire(source="shops", target="orders", tip="shops -> order (shop)"),
        Wire(source="orders", target="bills", tip="orders -> bill (order_id)"),
    )


def test_the_tip_of_a_wire_between_resources_names_a_few() -> None:
    """Our choice."""
    known = capabilities({f"more{number}": [need("id", "orders")] for number in range(9)})
    (wire,) = overview(graph(known, extra=9), {}).wires
    assert (wire.count, wire.tip.count("->"), wire.tip[-12:]) == (9, 6, ", and 3 more")


def test_the_picture_of_a_resource_has_its_tools_and_where_their_needs_come_from() -> None:
    """Issue 6: one can open a resource; those of others lead to where they are at home."""
    picture = resource_picture(graph(), "bills", {"orders": "#r0"})
    assert [(card.key, card.kind, card.href) for card in picture.cards] == [
        ("orders", "foreign", "#r0"),
        ("bill", "tool", ""),
    ]
    assert [row.text for row in picture.cards[0].rows] == ["in orders"]
    assert [(wire.source, wire.is_first) for wire in picture.wires] == [("orders", True)]


@pytest.mark.parametrize(("name", "wider"), [("注文を取り消す", "abcdefg"), ("x" * 20, "x" * 10)])
def test_a_card_is_as_wide_as_its_text(name: str, wider: str) -> None:
    """A letter of East Asia takes the room of two."""

    def width(tag: str) -> float:
        paths = {f"/{number}": {"get": {"tags": [tag if number else "b"]}} for number in range(2)}
        return overview(read_graph(toolset(paths).tools, {}), {}).cards[1].box.width

    assert width(name * 3) > width(wider * 3)


def test_a_resource_without_a_name_has_a_card_that_says_so() -> None:
    """Where nearly all tools have a tag, those that have none are together."""
    paths = {f"/{number}": {"get": {"tags": [str(number % 2)] if number else []}} for number in range(20)}
    assert overview(read_graph(toolset(paths).tools, {}), {}).cards[0].name == "(no name)"


def test_of_a_long_path_the_end_is_shown() -> None:
    """Our choice: the beginning is that of many others."""
    path = f"/{'enterprises/' * 5}teams"
    (card,) = tools_picture(read_graph(toolset({path: {"get": {}}}).tools, {})).cards
    assert len(card.rows[0].text) == 44
    assert card.rows[0].text.startswith("…")
    assert card.rows[0].text.endswith("enterprises/teams")


def test_what_is_too_much_for_a_picture_is_left_out_and_said() -> None:
    """Nothing is dropped in silence."""
    assert drawable(graph()) == (graph(), "")
    paths = {f"/r{n}": {"get": {"operationId": f"r{n}"}} for n in range(MOST_RESOURCES + 2)}
    many = read_graph(toolset(paths).tools, {})
    drawn, left_out = drawable(many)
    assert len(drawn.resources) == MOST_RESOURCES
    assert left_out == "of 152 resources the 150 that most edges join are drawn; 2 tools left out"
