"""Which ids count as given, and what is answered where one does not."""

from typing import Any

import pytest
from support.make import ALL_METHODS, answering, document, parameter
from support.needs import many, thing
from support.runs import NEEDS, SEARCHING, SHOP, SHOP_TOOLS, call, failed, needed, ok, play, producer, says, tool
from support.runs import calls as turn

from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.chat import Answered, Asked, Message, ToolCall
from openapi_mcp.model.searching import CALL, SEARCH


def lacking(made: ToolCall, *heard: Message, offer: Offer = SHOP) -> Any:
    """Return the value that nothing grounds, None where there is none."""
    grounds = Grounds(offer)
    for message in heard:
        grounds.hear(message)
    found = grounds.lacking(meant(made))
    return found and (found.argument, found.value)


def person(text: str) -> Asked:
    return Asked(text=text)


LISTED = ok(call("orders_list"), {"count": 3, "results": [{"id": 1042, "customer": 7, "items": [{"product": 5}]}]})


def test_an_id_that_nobody_gave_is_not_grounded() -> None:
    """Issue 11: never passes an id that no answer gave."""
    assert lacking(call("orders_retrieve", id=77), person("What is in my latest order?")) == ("id", 77)


@pytest.mark.parametrize(
    ("value", "lacks"),
    [
        ({"a": "77"}, "77"),
        ({"77": ""}, "77"),
        ({"id": 1042, "77": "x"}, "77"),
        ({"id": {"x": 77}}, "x"),
        ([[77]], 77),
        ('{"77": ""}', "77"),
        ({"id": 1042}, None),
        ({"ID": "1042"}, None),
        ([1042], None),
    ],
)
def test_an_object_in_place_of_an_id_is_looked_at_whole_where_nothing_refuses_it(value: Any, lacks: Any) -> None:
    """Fuzzing: where a document says nothing of the parameter, {"77": ""} goes out as /orders/77, (style: simple)."""
    found = lacking(call("orders_retrieve", id=value), person("What is in order 1042?"))
    assert found == (lacks and ("id", lacks))


def test_an_object_in_place_of_an_id_is_the_servers_to_refuse_where_a_type_is_said() -> None:
    """As before: it unwraps {"id": 1042}, and refuses the rest."""
    typed = tool("orders_retrieve", schema={"type": "object", "properties": {"id": {"type": "integer"}}})
    offer = Offer(tools=(typed,), instructions="", needs=NEEDS)
    made = call("orders_retrieve", id={"id": 1042, "note": "urgent"})
    assert lacking(made, person("What is in order 1042?"), offer=offer) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1042, "What is in order 1042?"),
        ("1042", "What is in order #1042?"),
        (1042, "order 1,042, please"),
        (42, "order 0042"),
        ("ord-7", "Where is ORD-7?"),
        ("#1042", "Where is (1042)?"),
        ("jose", "the orders of José"),
        ("a@b.example", "that of <a@b.example>"),
        ("shop/orders", "the repository shop/orders"),
        (1042.0, "1042"),
    ],
)
def test_what_the_person_wrote_counts_in_another_spelling(value: Any, words: str) -> None:
    """Issue 11, our choice: a false refusal costs a turn, and confuses."""
    assert lacking(call("orders_retrieve", id=value), person(words)) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9783161480019", "is book 978-3-16-148001-9 there?"),
        (9783161480019, "is book 978-3-16-148001-9 there?"),
        ("978-3-16-148001-9", "is book ISBN 9783161480019 there?"),
        ("DE89370400440532013000", "what went to DE89 3704 0044 0532 0130 00?"),
        ("GB29NWBK60161331926819", "what went to GB29 NWBK 6016 1331 9268 19?"),
        ("+351215550101", "whose number is +351 21 555 0101?"),
        ("3f2b8a6e1b0d4a779d0dabcdef012345", "order 3f2b8a6e-1b0d-4a77-9d0d-abcdef012345"),
        ("3F2B8A6E-1B0D-4A77-9D0D-ABCDEF012345", "order 3f2b8a6e1b0d4a779d0dabcdef012345"),
        ("a94a8fe", "what is in commit a94a8fe5ccb19ba61c4c0873d391e987982fbcd3?"),
    ],
)
def test_the_same_id_in_another_writing_counts(value: Any, words: str) -> None:
    """Our choice: an ISBN with its dashes or without, an IBAN in groups, the short form of a commit's digest."""
    assert lacking(call("orders_retrieve", id=value), person(words)) is None
    assert lacking(call("orders_retrieve", id=value)) == ("id", value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("123-45678", "order 12-345678"),
        (12345678, "products 1234 5678"),
        (1234, "products 1, 2, 3, 4"),
        ("9783161480018", "is book 978-3-16-148001-9 there?"),
        ("a94a8fe5ccb19ba61c4c0873d391e987982fbcd3", "commit a94a8fe?"),
        ("deadbee", "commit deadbeef12"),
    ],
)
def test_what_is_not_the_same_in_another_writing_does_not_count(value: Any, words: str) -> None:
    """Issue 11: derived, and not invented."""
    assert lacking(call("orders_retrieve", id=value), person(words)) == ("id", value)


def test_another_writing_of_what_an_answer_gave_counts() -> None:
    """Our choice."""
    found = ok(call("orders_list"), {"results": [{"isbn": "978-3-16-148001-9"}]})
    assert lacking(call("orders_retrieve", id="9783161480019"), found) is None


@pytest.mark.parametrize(("value", "words"), [(104, "order 1042"), ("ord", "my orders"), (2, "1042 and 12")])
def test_a_part_of_a_word_does_not_count(value: Any, words: str) -> None:
    """Our choice: "as a word"."""
    assert lacking(call("orders_retrieve", id=value), person(words)) == ("id", value)


def test_our_own_words_to_the_model_ground_nothing() -> None:
    """Our choice: only a person knows."""
    assert lacking(call("orders_retrieve", id=77), Asked(text="order 77", is_ours=True)) == ("id", 77)


@pytest.mark.parametrize("id_", [1042, "1042"])
def test_a_value_of_an_answer_counts_as_number_or_text(id_: Any) -> None:
    """Issue 11."""
    assert lacking(call("orders_retrieve", id=id_), LISTED) is None


def test_a_quantity_grounds_no_order() -> None:
    """Issue 11: quantity 3 does not ground order 3."""
    answer = ok(call("products_list"), {"results": [{"id": 9, "quantity": 3, "order_count": 4, "price": 5}]})
    refused = [lacking(call("orders_retrieve", id=value), answer) for value in (3, 4, 5)]
    assert refused == [("id", 3), ("id", 4), ("id", 5)]


@pytest.mark.parametrize(
    "answer",
    [
        {"id": 3},
        {"order_id": 3},
        {"orderId": "3"},
        {"latest_order": 3},
        {"order_ids": [3, 4]},
        {"orders": [3, 4]},
        {"result": [3, 4]},
        {"code": 3},
        {"href": "https://api.example.com:8000/v1/orders/3?page=2"},
        {"_note": {"location": "/orders/3"}},
        {"3": {"status": "open"}},
        {"message": "Created order #3."},
        {"self": "urn:shop:order:3"},
    ],
)
def test_a_short_number_counts_where_its_field_may_name_the_thing(answer: Any) -> None:
    """Issue 11: a field that yields it, or one named id, key, code, number and so on."""
    assert lacking(call("orders_retrieve", id=3), ok(call("orders_list"), answer)) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"at": "2026-01-03T03:03:00Z"},
        {"orders": 3},
        {"pages": [{"size": 3}]},
        {"href": "https://api.example.com:3/things?page=3"},
        {"_note": {"more": {"offset": 3}}},
        {"stock": [{"left": 3}]},
    ],
)
def test_a_short_number_in_a_date_a_count_or_a_page_does_not_count(answer: Any) -> None:
    """Issue 11."""
    assert lacking(call("orders_retrieve", id=3), ok(call("orders_list"), answer)) == ("id", 3)


def test_a_field_that_yields_the_thing_counts_whatever_its_name_is() -> None:
    """Issue 11: "only at a field that yields it"."""
    answer = ok(call("lots"), {"results": [{"lot": 3}]})
    offer = Offer(
        tools=(tool("take", "what"),), needs={"take": (needed("what", "thing", producer("lots", "x[].lot")),)}
    )
    assert lacking(call("take", what=3), answer, offer=offer) is None


def test_the_id_of_another_thing_is_no_ground() -> None:
    """Our choice: the customer 3 was found, and no order 3; where the document says what an id is of, that counts."""
    customers = ok(call("customers_list", q="Ana"), {"results": [{"id": 3, "name": "Ana"}]})
    assert lacking(call("orders_cancel", id=3), customers) == ("id", 3)
    assert lacking(call("orders_list", customer=3), customers) is None
    orders = ok(call("orders_list", customer=3), {"results": [{"id": 8, "customer": 3, "items": [{"product": 5}]}]})
    given = [lacking(call("orders_cancel", id=value), customers, orders) for value in (8, 3, 5)]
    assert given == [None, ("id", 3), ("id", 5)]
    assert lacking(call("products_retrieve", id=5), orders) is None


def test_kinds_are_known_in_the_search_mode_and_of_lists_too() -> None:
    """Our choice: a list at the root is the "result" of an object in our answers."""
    needs = {
        "take": (needed("id", "order", producer("orders", "[].id")),),
        "greet": (needed("id", "customer", producer("customers", "[].id")),),
    }
    known = tuple(tool(name, "id") for name in ("take", "greet", "orders", "customers"))
    offer = Offer(tools=SEARCHING.tools, operations={each.name: each for each in known}, needs=needs)
    answer = ok(call(CALL, name="customers", arguments={}), {"result": [{"id": 3}]})
    refused = [lacking(call(CALL, name=name, arguments={"id": 3}), answer, offer=offer) for name in ("take", "greet")]
    assert refused == [("id", 3), None]


def test_what_the_document_tells_of_real_tools_is_enough() -> None:
    """Issue 11: the needs of the index, of a document of a few lines."""
    order = thing(id={"type": "integer"}, customer={"type": "integer"})
    customer = thing(id={"type": "integer"}, name={"type": "string"})
    read = document(
        {
            "/orders": {"get": {"operationId": "list_orders", **answering(many(order))}},
            "/customers": {"get": {"operationId": "list_customers", **answering(many(customer))}},
            "/orders/{id}": {
                "delete": {"operationId": "drop_order", "parameters": [parameter("id", "path")], "responses": {}}
            },
        }
    )
    found = find_capabilities(generate(read, ALL_METHODS).tools, read.schemas)
    needs, yields = ({name: getattr(each, what) for name, each in found.items()} for what in ("needs", "yields"))
    offer = Offer(tools=(tool("drop_order", "id"),), needs=needs, yields=yields)
    orders = ok(call("list_orders"), {"result": [{"id": 7, "customer": 3}]})
    customers = ok(call("list_customers"), {"result": [{"id": 4, "name": "Ana"}]})
    given = [lacking(call("drop_order", id=value), orders, customers, offer=offer) for value in (7, 3, 4)]
    assert given == [None, ("id", 3), ("id", 4)]


def test_a_failure_does_not_give_what_the_call_had_itself() -> None:
    """Our choice: "there is no order 77" says nothing but what was guessed."""
    guess = call("reports", order=77)
    answer = failed(guess, "not_found", "there is no order 77", body={"id": 77, "path": "/orders/77"})
    assert lacking(call("orders_retrieve", id=77), answer) == ("id", 77)


def test_a_failure_gives_the_candidates_that_it_names() -> None:
    """The failure's own form: near, try, body."""
    near = [{"id": 7}, 8]
    answer = failed(call("orders_list", customer="Ana"), "rejected", "two fit", near=near, allowed=[9])
    given = [lacking(call("orders_retrieve", id=value), answer) for value in (7, 8, 9, 10)]
    assert given == [None, None, None, ("id", 10)]


def test_a_repair_gives_what_was_sent_and_not_what_the_call_had() -> None:
    """Derive, never invent: the repair found it."""
    note = {"repairs": [{"field": "customer", "from": "cus-99999", "to": 3}]}
    answer = ok(call("orders_list", customer="cus-99999"), {"results": [], "_note": note})
    given = [lacking(call("orders_list", customer=value), answer) for value in (3, "cus-99999")]
    assert given == [None, ("customer", "cus-99999")]


def test_what_the_harness_refused_is_not_grounded_by_the_refusal() -> None:
    """Our choice: the refusal names the value."""
    played = play([turn(call("orders_retrieve", id=77)), turn(call("orders_retrieve", id="77")), says("no")])
    assert (played.sent, len(played.unsent)) == ([], 2)


def test_an_answer_grounds_no_call_of_the_turn_that_it_belongs_to() -> None:
    """Issue 11: the model had not seen it, so the id was guessed."""
    both = turn(call("orders_list"), call("orders_cancel", id=40))
    answers = {"orders_list": {"results": [{"id": 40}]}, "orders_cancel": {"ok": True}}
    played = play([both, turn(call("orders_cancel", id=40)), says("done")], lambda made: answers[made.tool])
    assert [made.tool for made in played.sent] == ["orders_list", "orders_cancel"]
    assert [each.is_sent for each in played.answers] == [True, False, True]


def test_ids_within_a_body_are_looked_at() -> None:
    """Issue 11: nested bodies too."""
    made = call("orders_create", customer="Ana", items=[{"product": 5, "quantity": 3}, {"product": 6, "quantity": 1}])
    found = ok(call("products_list"), {"results": [{"id": 5}]})
    assert lacking(made, person("3 mugs for Ana"), found) == ("items[].product", 6)
    written = call("orders_create", customer="Ana", items='[{"product": 6, "quantity": 1}]')
    assert lacking(written, person("3 mugs for Ana"), found) == ("items[].product", 6)


def test_an_argument_under_another_name_is_looked_at() -> None:
    """Our choice: the server may take `order_id` for `id`, and send it."""
    assert lacking(call("orders_retrieve", order_id=77)) == ("id", 77)
    assert lacking(call("orders_cancel", id=77, reason=3)) == ("id", 77)
    assert lacking(call("orders_cancel", order={"id": 77})) == ("id", 77)


def test_arguments_that_nothing_else_gives_are_not_looked_at() -> None:
    """Issue 11: only for arguments that have a known need."""
    made = call("orders_create", customer="Ana", items=[], note="deliver at 77 Elm Street")
    assert lacking(made, person("an order for Ana")) is None
    assert lacking(call("orders_list", page=77)) is None


def test_the_schema_and_the_instructions_give_values() -> None:
    """Issue 11: enum, default and example; the server's own instructions."""
    schema = {
        "type": "object",
        "properties": {"store": {"enum": ["main-1", 4], "default": 6, "description": "Use `north` for the one there."}},
    }
    needs = {"sales": (needed("store", "store", producer("stores")),)}
    offer = Offer(
        tools=(tool("sales", schema=schema),), needs=needs, instructions="Sales 9.8. Use the harbour, or store no 8."
    )
    given = [lacking(call("sales", store=value), offer=offer) for value in ("main-1", 4, 6, "north", "harbour", 8, 9)]
    assert given == [None, None, None, None, None, None, ("store", 9)]


def test_the_callers_own_thing_needs_no_answer() -> None:
    """Our choice: GET /users/me."""
    assert lacking(call("orders_retrieve", id="me")) is None


@pytest.mark.parametrize("value", ["HEAD", "latest"])
def test_what_stands_for_the_newest_is_enough_to_read_and_not_to_write(value: str) -> None:
    """Our choice: GET /releases/latest, /commits/HEAD. They say what there is, so nothing is invented."""
    assert lacking(call("orders_retrieve", id=value)) is None
    assert lacking(call("orders_cancel", id=value)) == ("id", value)


@pytest.mark.parametrize("value", ["*", "-", "%", "**", "logs-*", "1042*", "%1042%", "1042,*"])
def test_what_may_stand_for_many_things_is_enough_to_read_and_not_to_write(value: str) -> None:
    """Our choice: DELETE /{index} with "*" empties a cluster, though "logs" and 1042 were given."""
    heard = (LISTED, person("Clean up the logs of order 1042, please"))
    assert lacking(call("orders_cancel", id=value), *heard) == ("id", value)
    assert lacking(call("orders_retrieve", id=value), *heard) is None
    assert lacking(call("orders_cancel", id=value), *heard, person(f"cancel `{value}`.")) is None
    echo = ok(call("orders_retrieve", id=value), {"q": value, "id": value})
    assert lacking(call("orders_cancel", id=value), *heard, echo) == ("id", value)
    assert (
        lacking(call("orders_cancel", id=value), *heard, ok(call("orders_list"), {"results": [{"id": value}]})) is None
    )


def test_a_mark_at_the_end_of_a_question_or_an_emoji_is_no_sign_for_many_things() -> None:
    """Our choice: no false refusal."""
    assert lacking(call("orders_cancel", id="1042"), person("would you cancel order 1042?")) is None
    assert lacking(call("orders_cancel", id="\U0001f44d"), person("take the thumb")) is None


@pytest.mark.parametrize("value", ["main", "master", "first", "HEAD~3", "latest-2"])
def test_a_name_that_is_only_usual_has_to_be_given(value: str) -> None:
    """Issue 11: derive, never invent: a branch may have another name."""
    assert lacking(call("orders_retrieve", id=value)) == ("id", value)
    assert lacking(call("orders_retrieve", id=value), person(f"what is new on {value}?")) is None


def test_in_the_search_mode_the_call_is_looked_through() -> None:
    """Issue 11: search mode on large APIs."""
    made = call(CALL, name="orders_retrieve", arguments={"id": 77})
    assert lacking(made, offer=SEARCHING) == ("id", 77)
    assert lacking(made, person("order 77"), offer=SEARCHING) is None


def test_an_answer_that_is_no_json_gives_its_words() -> None:
    """Our choice: a table in CSV has no fields that could be asked."""
    table = Answered(call=call("orders_list"), text="id,status\n77,open\n78,closed\n")
    assert lacking(call("orders_retrieve", id=78), table) is None


def test_a_list_of_ids_in_one_text_is_grounded_by_its_parts() -> None:
    """Our choice: `ids=1042,7`."""
    assert lacking(call("orders_retrieve", id="1042,1042"), LISTED) is None
    assert lacking(call("orders_retrieve", id="1042,999999"), LISTED) == ("id", "1042,999999")


def test_the_refusal_names_argument_value_and_where_to_get_it() -> None:
    """Issue 11: naming the argument, the value, and from which tool and field to get it."""
    played = play([turn(call("orders_retrieve", id=77)), says("I could not.")])
    (error,) = played.unsent
    assert (error["kind"], error["field"], error["value"]) == ("refused", "id", 77)
    assert error["from"] == [{"tool": "orders_list", "field": "results[].id"}, {"tool": "orders_create", "field": "id"}]
    assert "orders_list" in error["hint"]


@pytest.mark.parametrize("offer", [SHOP, SEARCHING])
def test_the_refusal_of_a_number_that_the_person_wrote_says_so_and_what_to_read(offer: Offer) -> None:
    """errors.py: what happened, and what to do; what is told to do does pass."""
    is_through = offer is SEARCHING

    def made(name: str) -> ToolCall:
        return call(CALL, name=name, arguments={"id": 12}) if is_through else call(name, id=12)

    read, write = made("orders_retrieve"), made("orders_cancel")
    script = [turn(write), turn(read), turn(write), says("done")]
    played = play(script, lambda each: {"id": 12, "status": "open"}, history=(person("12 it is"),), offer=offer)
    (error,) = played.unsent
    assert error["message"].startswith('argument "id": 12 is what the person wrote, but may mean something else')
    assert "read it first by orders_retrieve(id=12)" in error["hint"]
    assert error["try"] == [{"tool": read.tool, "arguments": read.arguments}]
    assert played.sent == [read, write]


def test_where_nothing_reads_the_thing_the_refusal_says_where_to_find_it() -> None:
    """Our choice: orders_list takes a customer, and reads none."""
    made = call("orders_create", customer=12, items=[])
    (error,) = play([turn(made), says("no")], history=(person("12 it is"),)).unsent
    assert error["from"] == [{"tool": "customers_list", "field": "results[].id"}]
    assert "12 is what the person wrote" in error["message"]


def test_sources_that_are_not_offered_are_not_named() -> None:
    """Our choice: a model would call them."""
    offer = Offer(tools=SHOP_TOOLS[1:2], needs=NEEDS)
    played = play([turn(call("orders_retrieve", id=77)), says("no")], offer=offer)
    assert played.unsent[0]["from"] == []


def test_hostile_values_end_in_a_word_and_not_in_an_exception() -> None:
    """security.md: everything hostile until proven otherwise."""
    deep: Any = 77
    for _ in range(900):
        deep = [deep]
    hostile = [10**6000, float("inf"), "\ud800", "x" * 100_000, {"id": 77}, "[[[[", "[" * 700 + "7" + "]" * 700, "\x00"]
    grounds = Grounds(SHOP)
    grounds.hear(Answered(call=call("orders_list"), text="", value={"id": [*hostile, deep]}))
    made = [meant(ToolCall(id="1", tool="orders_retrieve", arguments={"id": value})) for value in (*hostile, deep)]
    lacks = [grounds.lacking(each) for each in made]
    assert [each.value for each in lacks if each is not None] == hostile[:2]  # numbers that JSON has no digits for


@pytest.mark.parametrize(
    ("made", "answer"),
    [
        (call("products_list", _select="`66605`"), {"result": 66605}),
        (call("products_list", _select="results[].{id: `66605`}"), {"results": [{"id": 66605}]}),
        (call("products_list", _select="{id: join('', ['666', '05'])}"), {"id": "66605"}),
        (call("read_result", handle="h", select="{id: `66605`}"), {"id": 66605}),
        (call("products_list", _select="results[].{id: reverse(id)}"), {"result": [{"id": "66605"}]}),
        (call("products_list", _select="{id: length(results)}"), {"id": 66605}),
        (call("products_list", _select="{id: sum(results[].price)}"), {"id": 66605}),
        (call("products_list", _select='{"66605": results[0].name}'), {"66605": "mug"}),
        (call("products_list", _select="results[].name || `66605`"), {"result": 66605}),
        (call("products_list", _select="no expression ("), {"result": 66605}),
        (call("products_list", q="66605"), {"q": "66605", "results": []}),
        (call("products_list", q="mug 66605"), {"message": "nothing is like 'mug 66605'"}),
        (call("products_list", q="66605"), {"path": "/products?q=66605", "results": []}),
        (call("products_list", q="66605"), {"next": "https://api.example.com/things/66605"}),
        (call("products_list", page=66605), {"page": 66605}),
        (call(SEARCH, query="order 66605"), {"query": "order 66605", "operations": []}),
        (call("orders_create", customer=7, note="66605"), {"id": 8, "note": "66605"}),
    ],
)
def test_what_a_call_says_itself_is_not_given_by_its_answer(made: ToolCall, answer: Any) -> None:
    """Issue 11: an id that no answer gave; what only says again what was asked has given nothing."""
    assert lacking(call("orders_retrieve", id=66605), ok(made, answer)) == ("id", 66605)


@pytest.mark.parametrize(
    ("made", "answer"),
    [
        (call("products_list", q="66605"), {"results": [{"id": 66605}]}),
        (call("orders_list", _select="results[?total > `66605`].{id: id}"), {"result": [{"id": 66605}]}),
        (call("orders_list", _select="results[?items[0].price > `66605`].{id: id}"), {"result": [{"id": 66605}]}),
        (call("orders_list", _select="results[:66605].{id: id}"), {"result": [{"id": 66605}]}),
    ],
)
def test_an_item_that_was_found_by_what_a_call_says_gives_its_id(made: ToolCall, answer: Any) -> None:
    """Our choice: the API has it, so it is no invention."""
    assert lacking(call("orders_retrieve", id=66605), ok(made, answer)) is None


def test_what_was_given_before_a_call_had_it_stays_given() -> None:
    """Our choice: no false refusal after an order was read by its id."""
    read = ok(call("orders_retrieve", id=1042), {"number": 1042, "path": "/orders/1042"})
    assert lacking(call("orders_cancel", id=1042), LISTED, read) is None
    assert lacking(call("orders_cancel", id=1042), person("order 1042"), read) is None
