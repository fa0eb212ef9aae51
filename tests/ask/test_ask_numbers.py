"""What a number of few digits in a person's words is: the thing's own, how many of something, or one for itself."""

from typing import Any

import pytest
from support.runs import SHOP, call, needed, tool

from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.numbers import Numbers
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.phrases import Says
from openapi_mcp.model.chat import Asked, ToolCall


def grounded(made: ToolCall, words: str, offer: Offer = SHOP) -> bool:
    grounds = Grounds(offer)
    grounds.hear(Asked(text=words))
    return grounds.lacking(meant(made)) is None


@pytest.mark.parametrize(
    "words",
    [
        "show order 3",
        "What is in order 0003?",
        "order #3, please",
        "is #3 paid?",
        "id 3",
        "the order with the id 3",
        "order no. 3",
        "Order number: 3",
        "orders 3, 4 and 7",
        "orders 7, 4, and 3",
        "orders 7 & 3",
        "order (3)",
        "Where is ORD-3?",
        "/orders/3",
        "https://api.example.com/orders/3",
        "cancel 3",
        "Cancel 7 and 3",
        "cancel order 3 please",
        "cancel order 3 because Ana wants it",
        "cancel customer 7's order 3",
        "top 3 products, then cancel order 3",
    ],
)
def test_a_number_that_names_the_thing_is_enough_to_write(words: str) -> None:
    """Issue 11: honest use is not refused."""
    assert grounded(call("orders_cancel", id=3), words)
    assert grounded(call("orders_cancel", id="3"), words)


@pytest.mark.parametrize(
    "words",
    [
        "order 3 needs the note x",
        "order 3 gets the note x",
        "order 3 ships tomorrow, note that",
        "order 3 items are late: note it",
        "order 3 of customer 7",
        "the note of order 3 says x",
        "set the note of order 3 to: 2 mugs",
    ],
)
def test_a_number_right_after_its_thing_names_it_whatever_verb_follows(words: str) -> None:
    """Issue 11: honest use is not refused. When in doubt, what stands right after the thing is its id."""
    assert grounded(call("orders_cancel", id=3), words)


@pytest.mark.parametrize(
    "words",
    [
        "customer 1 wants 2x product 21, 3 of product 24",
        "customer 1 orders products 21, 24 and 25",
        "for customer 1: 3 of product 21 and 1 of product 24",
        "customer 1 gets product 21 and product 24",
        "customer 1 needs one of product 21 and products 24/25",
    ],
)
def test_an_order_in_the_persons_words_names_its_customer_and_its_products(words: str) -> None:
    """Issue 11: honest use is not refused."""
    items: Any = [{"product": 21, "quantity": 2}, {"product": 24, "quantity": 1}]
    assert grounded(call("orders_create", customer=1, items=items), words)
    assert not grounded(call("orders_create", customer=21, items=items), words)
    assert not grounded(call("orders_create", customer=1, items=[{"product": 1}]), words)


@pytest.mark.parametrize(
    "words",
    [
        "Setze bei Bestellung 12 das Feld auf x",
        "Storniere Bestellung Nr. 12",
        "annule la commande n\u00b0 12",
        "annule la commande n\u00b012",
        "annule la commande num\u00e9ro 12",
        "cancela el pedido 12",
        "cancela el pedido n\u00ba 12",
        "cancela el pedido n\u00fam. 12",
        "purchase 12 is a mistake",
        "drop items 11 and 12",
        "drop item 12",
        "cancela los pedidos 12 y 13",
        "annule les commandes 11, 12 et 13",
        "change only 12",
    ],
)
def test_a_noun_of_the_persons_own_names_the_thing(words: str) -> None:
    """Issue 11, our choice: a person may speak another language than the API, or have a word of their own."""
    assert grounded(call("orders_cancel", id=12), words)


@pytest.mark.parametrize(
    "words",
    [
        "order12 please",
        "orders 11/12",
        "orders 12/13",
        "No12",
        "cancel my order, 12",
        "order 7, and also 12, please",
        "12: set the note to s",
        "one of 12 for Ana",
        "3 of 12 for Ana",
    ],
)
def test_a_number_written_in_a_hurry_names_the_thing(words: str) -> None:
    """Issue 11: honest use is not refused."""
    assert grounded(call("orders_cancel", id=12), words)


@pytest.mark.parametrize(
    "words",
    [
        "the last order of Kunde 12",
        "change the address of customer Ana to Main Street 12",
        "product 21 costs 12 now, change it",
        "the mug costs 12 now",
        "mugs cost 11 or 12",
        "the mug costs 11, 12 or 13",
        "it is 12 now",
        "set the price to 12",
        "page 1 of 12",
        "Seite 12",
        "on March 12",
        "on 12/13",
        "A12",
        "12th",
        "12x",
        "12/13",
        "order 12 mugs",
        "order 12 mugs for Ana",
        "order 12 mugs and a bowl",
        "order 12 more",
        "for customer 7, 12 mugs",
        "my order, 12 mugs",
        "orders 3, 12 mugs and a bowl",
        "only 12 orders",
    ],
)
def test_an_amount_a_price_or_a_date_is_not_enough_to_write(words: str) -> None:
    """Issue 11: never passes an id that no answer gave."""
    assert not grounded(call("orders_cancel", id=12), words)


@pytest.mark.parametrize("words", ["is 3 paid?", "3", "and 3?", "show 3 to me", "order 3 mugs"])
def test_a_number_for_itself_is_enough_to_read_and_not_to_write(words: str) -> None:
    """Our choice: a wrong refusal costs a turn, a wrong read another one; a wrong write the wrong record."""
    assert grounded(call("orders_retrieve", id=3), words)
    assert not grounded(call("orders_cancel", id=3), words)


@pytest.mark.parametrize(
    "words",
    [
        "show order twelve",
        "Show Order Twelve.",
        "order number twelve, please",
        "orders ten, eleven and twelve",
        "cancel order twelve please",
        "orders 10 to 13",
        "orders 10-13",
        "orders 10 - 13",
        "orders 10\u201313",
        "orders 3, 10 through 13",
        "orders ten to thirteen",
        "ids 12-14",
        "orders 10 to 12",
    ],
)
def test_a_number_word_and_a_range_next_to_the_thing_name_it(words: str) -> None:
    """Our choice: both are derived from what the person said, and nothing else can be meant."""
    assert grounded(call("orders_retrieve", id=12), words)
    assert grounded(call("orders_cancel", id=12), words)


@pytest.mark.parametrize(
    "words",
    [
        "twelve",
        "the last twelve orders",
        "order twelve mugs",
        "order twelve red mugs",
        "order twelve of product 5",
        "what did customer twelve buy?",
        "10 to 13",
        "from 10-13",
        "customers 10 to 13",
        "order 10-13",
        "orders 13 to 10",
        "orders 10 to 13 days old",
        "orders 10-13 %",
        "orders 2026-10-13",
        "orders 1 to 200",
        "orders 010-013",
        "orders A10-13",
        "orders 10 and 13",
    ],
)
def test_a_number_word_or_a_range_of_something_else_names_nothing(words: str) -> None:
    """Issue 11: derive, never invent. A range has up to 100 members."""
    assert not grounded(call("orders_retrieve", id=12), words)
    assert not grounded(call("orders_cancel", id=12), words)


@pytest.mark.parametrize("words", ["the last one", "no one", "order one mug", "that order, the red one", "which one?"])
def test_one_is_rarely_a_number(words: str) -> None:
    """Our choice: "order one" alone names the order 1."""
    assert not grounded(call("orders_retrieve", id=1), words)
    assert grounded(call("orders_retrieve", id=1), "show order one")


def test_a_range_of_another_thing_that_the_tool_is_about_names_nothing() -> None:
    """Our choice: of `customers_orders_retrieve`, "customers 10 to 13" are no orders."""
    needs = {"customers_orders": (needed("customer", "customer"), needed("order", "order"))}
    offer = Offer(tools=(tool("customers_orders", "customer", "order"),), needs=needs)
    assert grounded(call("customers_orders", customer=12), "customers 10 to 13", offer)
    assert not grounded(call("customers_orders", order=12), "customers 10 to 13", offer)


def test_a_range_of_longer_numbers_has_its_members_and_no_others() -> None:
    """Our choice: ids of five digits and more are counted through, too."""
    words = "show orders 10010 to 10020"
    assert [grounded(call("orders_retrieve", id=each), words) for each in (10010, 10015, 10020, 10021)] == [
        True, True, True, False,
    ]  # fmt: skip


def test_where_no_tool_would_give_it_a_number_for_itself_is_enough_to_write() -> None:
    """Our choice: the person is the only one who knows."""
    needs = {"lot_take": (needed("lot", "lot"),)}
    offer = Offer(tools=(tool("lot_take", "lot", writes=True),), needs=needs)
    assert grounded(call("lot_take", lot=3), "please use 3 now", offer)
    assert not grounded(call("lot_take", lot=3), "the top 3", offer)


@pytest.mark.parametrize(
    "words",
    [
        "the top 3",
        "the last 3 of Ana",
        "3 mugs for Ana",
        "the 3 most expensive products",
        "3 red mugs",
        "everything of 2026-01-03",
        "at 3:30",
        "3.5 of it",
        "more than 3",
        "page 3",
        "what did customer 3 buy?",
        "what did customers 7 and 3 buy?",
        "customer 3's orders",
        "3 %",
        "$3",
        "the 3rd one",
        "A3",
    ],
)
def test_a_number_of_something_else_is_not_enough_to_write(words: str) -> None:
    """Issue 11: never passes an id that no answer gave."""
    assert not grounded(call("orders_cancel", id=3), words)


@pytest.mark.parametrize("words", ["the top 3", "page 3", "what did customer 3 buy?", "3 mugs for Ana", "order 3 mugs"])
def test_each_number_that_was_said_is_enough_to_read(words: str) -> None:
    """Our choice: a read that was not meant harms nothing, and its answer says what it is of."""
    assert grounded(call("orders_retrieve", id=3), words)


@pytest.mark.parametrize(
    "words", ["everything of 2026-01-03", "at 3:30", "3.5 of it", "the 3rd one", "A3", "30", "on 3/12"]
)
def test_what_is_no_number_for_itself_is_not_enough_to_read(words: str) -> None:
    """Issue 11: never passes an id that no answer gave."""
    assert not grounded(call("orders_retrieve", id=3), words)


def test_a_number_names_the_thing_that_it_stands_next_to() -> None:
    """Our choice."""
    words = "an order for customer 3: 2 of product 5"
    items: Any = [{"product": 5, "quantity": 2}]
    assert grounded(call("orders_create", customer=3, items=items), words)
    assert not grounded(call("orders_create", customer=5, items=items), words)
    assert not grounded(call("orders_create", customer=3, items=[{"product": 2, "quantity": 5}]), words)


def test_ranges_are_kept_up_to_a_bound() -> None:
    """style: bounds on all work."""
    numbers = Numbers()
    numbers.hear("orders 1 to 3. " * 1_000)
    numbers.hear("orders 5 to 7")
    assert numbers.say("2", {"order"}, (), ()) is Says.NAMES
    assert numbers.say("6", {"order"}, (), ()) is Says.NOTHING


def test_what_a_person_says_is_looked_at_up_to_a_bound() -> None:
    """style: bounds on all work."""
    numbers = Numbers()
    for _ in range(30):
        numbers.hear("order 3 " * 1_000)
    numbers.hear("order 4")
    assert numbers.say("3", {"order"}, (), ()) is Says.NAMES
    assert numbers.say("4", {"order"}, (), ()) is Says.NOTHING
