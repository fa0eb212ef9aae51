"""Questions over the example shop, each with what a model does about it: read and write, well and badly.

No id stands in a script: each is taken from an answer, as a model takes it. What is right is known from the seed.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from support import model_faults as faults
from support.model_scripts import (
    alternating,
    breaking,
    cut_off_call,
    failing,
    nothing,
    refuse,
    say,
    think,
    took,
    tool,
    use,
    uses,
    written,
)
from support.model_service import CLAUDE, GPT
from support.model_talk import Conversation, Reply, Turn, Wanted

ANTHROPIC = ("--model", f"anthropic:{CLAUDE}")
OPENAI = ("--model", f"openai:{GPT}")
BOTH = ANTHROPIC + OPENAI
OTHER_WAY = OPENAI + ANTHROPIC
WRITING = ("--methods", "all", "--confirm", "none")
SEARCH = ("--mode", "search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, how a model goes about it, and how that must end.

    `answer` is a part of what the person reads. `wires` are the services that are asked, in turn, where that matters;
    `never` is a part of a target that must not reach the shop.
    """

    name: str
    asked: str
    turns: tuple[Turn, ...]
    last: Turn | None = None
    options: tuple[str, ...] = ANTHROPIC
    answer: str
    ended: str = "answered"
    writes: int = 0
    wires: tuple[str, ...] = ()
    never: str = ""
    most_characters: int | None = None


first = partial(took, path="results.0.id")
A, G = "anthropic", "openai"

ANAS_ORDER = (
    use("customers_list", search="Ana Souza"),
    use("orders_list", customer=first("customers_list"), ordering="-placed_at", page_size=1),
)


def _lines(conversation: Conversation) -> Any:
    return conversation.answer("orders_list")["results"][0]["items"]


def _look_at_each_product(conversation: Conversation) -> Reply:
    calls = [("products_retrieve", {"id": line["product"]}) for line in _lines(conversation)]
    said = uses(*calls, text="I look at each product of it.")(conversation)
    assert isinstance(said, Reply)
    return said


def _sold_out(conversation: Conversation) -> Reply:
    found = [came.value for came in conversation.came if came.call.operation == "products_retrieve"]
    names = [product["name"] for product in found if not product["in_stock"]]
    return Reply(text=f"No: {', '.join(names)} is sold out, of {len(found)} products.")


IN_STOCK = (*ANAS_ORDER, _look_at_each_product, _sold_out)
SOLD_OUT = "No: Coffee Grinder is sold out, of 3 products."
ASKED = "Is everything in Ana Souza's latest order still in stock?"
TOTAL = say("It came to {} euro.", took("orders_list", "results.0.total"))
ITS_TOTAL = "It came to 111.10 euro."


def _orders_of_each(conversation: Conversation) -> Reply:
    found = conversation.answer("customers_list")["results"]
    said = uses(*(("orders_list", {"customer": each["id"], "page_size": 1}) for each in found))(conversation)
    assert isinstance(said, Reply)
    return said


def _how_many_each(conversation: Conversation) -> Reply:
    names = [each["name"] for each in conversation.answer("customers_list")["results"]]
    counts = [came.value["count"] for came in conversation.came if came.call.operation == "orders_list"]
    return Reply(text="; ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True)))


def _best_seller(conversation: Conversation) -> Reply:
    text = conversation.answer("reports_sales_retrieve")
    rows = [line.split(",") for line in (text["result"] if isinstance(text, dict) else text).splitlines()[1:] if line]
    name = max(rows, key=lambda row: int(row[-1]))[1]
    return Reply(calls=(_wanted(conversation, "products_list", search=name),), finish="calls")


def _wanted(conversation: Conversation, operation: str, **arguments: Any) -> Wanted:
    said = use(operation, **arguments)(conversation)
    assert isinstance(said, Reply)
    return said.calls[0]


def _known(conversation: Conversation) -> Reply:
    """Say what is known, as a model does that may not call any more."""
    return Reply(text=f"I could not finish; {len(conversation.came)} calls were answered.")


def _not_done(conversation: Conversation) -> Reply:
    """Say honestly that a write was not made, where its answer says so."""
    came = conversation.came[-1]
    done = came.error is None and isinstance(came.value, dict) and "id" in came.value
    return Reply(text="It is done." if done else "I did not do it: it was not allowed.")


READS = (
    Question(name="stock", asked=ASKED, turns=IN_STOCK, answer=SOLD_OUT),
    Question(name="stock-openai", asked=ASKED, turns=IN_STOCK, options=OPENAI, answer=SOLD_OUT),
    Question(name="stock-search-mode", asked=ASKED, turns=IN_STOCK, options=ANTHROPIC + SEARCH, answer=SOLD_OUT),
    Question(name="stock-search-mode-openai", asked=ASKED, turns=IN_STOCK, options=OPENAI + SEARCH, answer=SOLD_OUT),
    Question(
        name="orders-of-a-city",
        asked="How many orders has each customer in Berlin?",
        turns=(use("customers_list", city="berlin"), _orders_of_each, _how_many_each),
        answer="Ines Vogel: 3; Jonas Weber: 3",
    ),
    Question(
        name="cheapest",
        asked="What is the cheapest thing for the kitchen that I can have today, and how many are there?",
        turns=(
            use("products_list", category="kitchen", in_stock=True, ordering="price", page_size=1),
            use("products_retrieve", id=first("products_list")),
            say("{}, {} left.", took("products_retrieve", "name"), took("products_retrieve", "stock")),
        ),
        options=OPENAI,
        answer="Tea Towel, 75 left.",
    ),
    Question(
        name="report",
        asked="How many are left of what sells best?",
        turns=(
            use("reports_sales_retrieve"),
            _best_seller,
            say("{}: {} left.", took("products_list", "results.0.name"), took("products_list", "results.0.stock")),
        ),
        answer="Hand Trowel: 52 left.",
    ),
    Question(
        name="name-for-id",
        asked="What did Ana Souza's latest order cost?",
        turns=(use("orders_list", customer="Ana Souza", page_size="1"), TOTAL),
        answer=ITS_TOTAL,
    ),
    Question(
        name="number-of-the-person",
        asked="Who placed order #40?",
        turns=(
            use("orders_retrieve", id=40),
            use("customers_retrieve", id=took("orders_retrieve", "customer")),
            say("{}.", took("customers_retrieve", "name")),
        ),
        options=OPENAI,
        answer="Ana Souza.",
    ),
    Question(
        name="slips",
        asked="Name three things for the kitchen.",
        turns=(
            use("products_list", pageSize="3", category="KITCHEN"),
            say("There are {} of them.", took("products_list", "count")),
        ),
        answer="There are 6 of them.",
    ),
    Question(
        name="picture",
        asked="Show me the label of the kettle, and its price.",
        turns=(
            use("products_list", search="kettle"),
            use("products_label_retrieve", id=first("products_list")),
            say("Its label is a picture; it costs {}.", took("products_list", "results.0.price")),
        ),
        options=OPENAI,
        answer="it costs 38.00.",
    ),
)

BUYER = "greta.lindqvist"
ITEM = ({"product": first("products_list"), "quantity": 1},)


def _order(note: str) -> tuple[Turn, ...]:
    """Return the turns that find a customer and a product and order one of it."""
    return (
        use("customers_list", search=BUYER),
        use("products_list", search="yo-yo"),
        _placing(note),
    )


def _placing(note: str) -> Turn:
    return use("orders_create", customer=first("customers_list"), items=list(ITEM), note=note)


PLACED = say("Order {} is placed.", took("orders_create", "id"))
IS_PLACED = "is placed."
PLACE = "Order a yo-yo for Greta Lindqvist, with the note {!r}."


WRITES = (
    Question(
        name="place",
        asked=PLACE.format("one"),
        turns=(*_order("one"), PLACED),
        options=ANTHROPIC + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="sign-up-order-cancel",
        asked="Sign up Otto Otter (otto@example.com, Bonn), order a yo-yo for him, and cancel that order.",
        turns=(
            uses(("customers_create", {"name": "Otto Otter", "email": "otto@example.com", "city": "Bonn"})),
            use("products_list", search="yo-yo"),
            use("orders_create", customer=took("customers_create", "id"), items=list(ITEM)),
            use("orders_cancel_create", id=took("orders_create", "id")),
            say("It is {}.", took("orders_cancel_create", "status")),
        ),
        options=OPENAI + WRITING,
        answer="It is cancelled.",
        writes=3,
    ),
    Question(
        name="change",
        asked="Put 'leave it at the door' on Ana Souza's latest order.",
        turns=(
            *ANAS_ORDER,
            use("orders_partial_update", id=first("orders_list"), note="leave it at the door"),
            use("orders_retrieve", id=took("orders_partial_update", "id")),
            say("It says: {}.", took("orders_retrieve", "note")),
        ),
        options=ANTHROPIC + WRITING + SEARCH,
        answer="It says: leave it at the door.",
        writes=1,
    ),
    Question(
        name="declined",
        asked="Cancel Ana Souza's latest order.",
        turns=(*ANAS_ORDER, use("orders_cancel_create", id=first("orders_list")), _not_done),
        options=(*ANTHROPIC, "--methods", "all"),
        answer="I did not do it",
    ),
    Question(
        name="read-only",
        asked="Cancel Ana Souza's latest order, please.",
        turns=(*ANAS_ORDER, tool("orders_cancel_create", id=first("orders_list")), _not_done),
        options=OPENAI,
        answer="I did not do it",
    ),
    Question(
        name="twice",
        asked=PLACE.format("two"),
        turns=(*_order("two"), _placing("two"), PLACED),
        options=OPENAI + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="twice-spelt-another-way",
        asked=PLACE.format("seven"),
        turns=(
            *_order("seven"),
            use("orders_create", custmer=first("customers_list"), items=list(ITEM), note="seven"),
            use("orders_create", body={"customer": first("customers_list"), "items": list(ITEM), "note": "seven"}),
            use("orders_create", customer="Greta Lindqvist", items=list(ITEM), note="seven"),
            PLACED,
        ),
        options=ANTHROPIC + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="twice-spelt-another-way-in-search-mode",
        asked=PLACE.format("eight"),
        turns=(
            *_order("eight")[:2],
            use("orders_create", customer="Greta Lindqvist", items=list(ITEM), note="eight"),
            _placing("eight"),
            PLACED,
        ),
        options=OPENAI + WRITING + SEARCH,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="again-after-falling-over",
        asked=PLACE.format("three"),
        turns=(*_order("three"), faults.payment_required(), _placing("three"), PLACED),
        options=BOTH + WRITING,
        answer=IS_PLACED,
        writes=1,
        wires=(A, A, A, A, G, G),
    ),
    Question(
        name="broken-in-a-write",
        asked=PLACE.format("four"),
        turns=(*_order("four")[:2], breaking(_placing("four"), "call"), _placing("four"), PLACED),
        options=ANTHROPIC + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="cut-off-in-a-write",
        asked=PLACE.format("five"),
        turns=(*_order("five")[:2], cut_off_call("orders_create", '{"customer": 1, "it'), _placing("five"), PLACED),
        options=OPENAI + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
)

FAULTS = (
    Question(
        name="quota-402",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.payment_required(), _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
        wires=(A, A, A, G, G),
    ),
    Question(
        name="quota-in-a-400",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.out_of_credit(), _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
        wires=(A, A, A, G, G),
    ),
    Question(
        name="quota-in-a-429",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.out_of_credit(), _look_at_each_product, _sold_out),
        options=OTHER_WAY,
        answer=SOLD_OUT,
        wires=(G, G, G, A, A),
    ),
    Question(
        name="limit-until-a-day",
        asked=ASKED,
        turns=(*ANAS_ORDER, _look_at_each_product, faults.usage_limit(), _sold_out),
        options=OTHER_WAY + SEARCH,
        answer=SOLD_OUT,
        wires=(G, G, G, G, A),
    ),
    Question(
        name="all-spent",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.payment_required(), faults.out_of_credit()),
        options=BOTH,
        ended="models",
        answer="The run ended without an answer: no model is left that answers.",
        wires=(A, A, A, G),
    ),
    Question(
        name="overloaded-once",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.overloaded(), _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
        wires=(A,) * 5,
    ),
    Question(
        name="overloaded-for-long",
        asked=ASKED,
        turns=(*ANAS_ORDER, *[faults.overloaded()] * 3, _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
        wires=(*(A,) * 5, G, G),
    ),
    Question(
        name="overloaded-within",
        asked=ASKED,
        turns=(
            *ANAS_ORDER,
            failing(say("I shall look at each of the products of it."), faults.OVERLOADED),
            _look_at_each_product,
            _sold_out,
        ),
        answer=SOLD_OUT,
    ),
    Question(
        name="rate-limited",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.rate_limited(after=1), _look_at_each_product, _sold_out),
        options=OTHER_WAY,
        answer=SOLD_OUT,
        wires=(G,) * 5,
    ),
    Question(
        name="hung-up",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.hung_up(), faults.server_error(), _look_at_each_product, _sold_out),
        options=OTHER_WAY,
        answer=SOLD_OUT,
        wires=(G,) * 6,
    ),
    Question(
        name="broken-in-a-text",
        asked=ASKED,
        turns=(*IN_STOCK[:3], breaking(say("No: nothing of it is in stock at all."), "text"), _sold_out),
        options=OPENAI,
        answer=SOLD_OUT,
    ),
    Question(
        name="garbage",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.garbage(), _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
    ),
    Question(
        name="rejected",
        asked=ASKED,
        turns=(*ANAS_ORDER, faults.rejected(), _look_at_each_product, _sold_out),
        options=BOTH,
        answer=SOLD_OUT,
        wires=(A, A, A, G, G),
    ),
    Question(
        name="unknown-model",
        asked=ASKED,
        turns=IN_STOCK,
        options=("--model", "anthropic:claude-0", *OPENAI),
        answer=SOLD_OUT,
        wires=(A, *(G,) * 4),
    ),
    Question(
        name="context-too-long",
        asked="What did Ana Souza's latest order cost? Look at all orders first.",
        turns=(
            use("customers_list", search="Ana Souza"),
            use("orders_list", page_size=40),
            use("products_list", page_size=30),
            use("orders_list", customer=first("customers_list"), page_size=1),
            TOTAL,
        ),
        answer=ITS_TOTAL,
        most_characters=24_000,
    ),
)

MODELS = (
    Question(
        name="malformed",
        asked=ASKED,
        turns=(ANAS_ORDER[0], written("orders_list", '{"customer": '), *IN_STOCK[1:]),
        options=OPENAI,
        answer=SOLD_OUT,
    ),
    Question(
        name="malformed-claude",
        asked=ASKED,
        turns=(ANAS_ORDER[0], written("orders_list", '{"customer": 1'), *IN_STOCK[1:]),
        answer=SOLD_OUT,
    ),
    Question(
        name="malformed-then-another-provider",
        asked=ASKED,
        turns=(
            ANAS_ORDER[0],
            written("orders_list", "[1, 2"),
            ANAS_ORDER[1],
            faults.payment_required(),
            _look_at_each_product,
            _sold_out,
        ),
        options=OTHER_WAY,
        answer=SOLD_OUT,
        wires=(G, G, G, G, A, A),
    ),
    Question(
        name="invented-tool",
        asked=ASKED,
        turns=(tool("get_latest_order", customer="Ana Souza"), *IN_STOCK),
        answer=SOLD_OUT,
    ),
    Question(
        name="invented-tool-with-a-strange-name",
        asked=ASKED,
        turns=(tool("orders.list/" + "x" * 70), ANAS_ORDER[0], faults.payment_required(), *IN_STOCK[1:]),
        options=BOTH,
        answer=SOLD_OUT,
    ),
    Question(
        name="invented-id",
        asked=ASKED,
        turns=(use("orders_list", customer=7), use("orders_retrieve", id=33), *IN_STOCK),
        options=OPENAI,
        answer=SOLD_OUT,
        never="/33/",
    ),
    Question(
        name="invented-id-in-search-mode",
        asked=ASKED,
        turns=(use("orders_retrieve", id=33), *IN_STOCK),
        options=ANTHROPIC + SEARCH,
        answer=SOLD_OUT,
        never="/33/",
    ),
    Question(
        name="invented-id-under-another-name",
        asked=ASKED,
        turns=(
            use("orders_retrieve", path_id=33),
            use("orders_retrieve", params={"id": 33}),
            use("orders_retrieve", url="/api/orders/33/"),
            *IN_STOCK,
        ),
        options=OPENAI,
        answer=SOLD_OUT,
        never="/33/",
    ),
    Question(
        name="invented-id-under-another-name-in-search-mode",
        asked=ASKED,
        turns=(use("orders_list", custmer=33), use("orders_retrieve", id={"value": 33}), *IN_STOCK),
        options=ANTHROPIC + SEARCH,
        answer=SOLD_OUT,
        never="33",
    ),
    Question(
        name="invented-id-in-a-body",
        asked=PLACE.format("six"),
        turns=(
            use("customers_list", search=BUYER),
            use("orders_create", customer=first("customers_list"), items=[{"product": 29, "quantity": 1}], note="six"),
            use("products_list", search="yo-yo"),
            _placing("six"),
            PLACED,
        ),
        options=ANTHROPIC + WRITING,
        answer=IS_PLACED,
        writes=1,
    ),
    Question(
        name="invented-argument",
        asked=ASKED,
        turns=(use("orders_list", colour="red", only_open=True), *IN_STOCK),
        answer=SOLD_OUT,
        never="colour",
    ),
    Question(name="empty-once", asked=ASKED, turns=(ANAS_ORDER[0], nothing, *IN_STOCK[1:]), answer=SOLD_OUT),
    Question(
        name="empty-for-ever",
        asked=ASKED,
        turns=ANAS_ORDER,
        last=nothing,
        options=OPENAI,
        ended="empty",
        answer="The run ended without an answer: the model said nothing, twice.",
    ),
    Question(
        name="same-call-for-ever",
        asked=ASKED,
        turns=(),
        last=alternating(ANAS_ORDER[0], last=_known),
        ended="loop",
        answer="it went in circles: calls that had been made came again",
    ),
    Question(
        name="two-calls-for-ever",
        asked=ASKED,
        turns=(),
        last=alternating(use("products_list", search="kettle"), use("customers_list", search="Ana"), last=_known),
        options=OPENAI,
        ended="loop",
        answer="it went in circles: calls that had been made came again",
    ),
    Question(
        name="steps",
        asked=ASKED,
        turns=IN_STOCK[:2],
        last=alternating(*(use("products_list", search=letter) for letter in "abcdefgh"), last=_known),
        options=(*ANTHROPIC, "--max-steps", "4"),
        ended="max_steps",
        answer="it took its 4 steps (--max-steps)",
    ),
    Question(
        name="tokens",
        asked=ASKED,
        turns=IN_STOCK[:3],
        last=_known,
        options=(*OPENAI, "--max-tokens", "5000"),
        ended="max_tokens",
        answer="too little is left of its 5,000 tokens to go on (--max-tokens)",
    ),
    Question(name="refusal", asked=ASKED, turns=(ANAS_ORDER[0], refuse), ended="refused", answer="can't help"),
    Question(
        name="content-filter",
        asked=ASKED,
        turns=(ANAS_ORDER[0], refuse),
        options=OPENAI,
        ended="refused",
        answer="The model, or a filter of its provider, refused to go on.",
    ),
    Question(
        name="thinking-aloud",
        asked=ASKED,
        turns=(*ANAS_ORDER, think("I wonder. ", _look_at_each_product), _sold_out),
        options=OPENAI,
        answer=SOLD_OUT,
    ),
)

QUESTIONS = READS + WRITES + FAULTS + MODELS
