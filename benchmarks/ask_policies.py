"""A model's stand-in for benchmarks/ask.py: it goes about a task as models do, and reacts to what it is told.

It makes its first attempt with what it has: a name in place of an id, a guess, an argument as other APIs spell it. When
a call fails it takes the way that the error names, if it names one, and then calls with what it found; where nothing is
named it tries again, and gives up after the third time. It knows nothing of who runs the loop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ask_paths  # noqa: F401 - where `support` is
from support import model_faults as faults
from support.model_scripts import breaking, call, may_call, nothing, say, took, tool, uses, written
from support.model_talk import Came, Conversation, Fault, Reply, Turn

MOST_TRIES = 3
GIVES_UP = Reply(text="I could not find it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A call that the task needs: how it is made at first, and how once the model knows better.

    `finds` is what it looks for where it is told to take an id from another tool's answer.
    """

    operation: str
    first: Mapping[str, Any]
    then: Mapping[str, Any] | None = None
    finds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Standing:
    """How far it has come."""

    at: int = 0
    tries: int = 0

    def take(self, moves: tuple[Move, ...], came: Came) -> None:
        """Go on by what came of a call."""
        if failed(came):
            self.tries += 1
        elif self.at < len(moves) and came.call.operation == moves[self.at].operation:
            self.at, self.tries = self.at + 1, 0


def failed(came: Came) -> bool:
    """Whether a call failed, whoever says so."""
    return came.error is not None or came.text.startswith("Error")


def goes(*moves: Move, close: Turn) -> Turn:
    """Return a model that makes these moves, and then says what it has found."""

    def turn(conversation: Conversation) -> Reply | Fault:
        if not may_call(conversation):
            return _closed(conversation, close)
        standing = Standing()
        for came in conversation.came:
            standing.take(moves, came)
        if standing.at == len(moves):
            return _closed(conversation, close)
        return _next(conversation, moves[standing.at], standing)

    return turn


def _closed(conversation: Conversation, close: Turn) -> Reply | Fault:
    try:
        return close(conversation)
    except LookupError:
        return GIVES_UP


def _next(conversation: Conversation, move: Move, standing: Standing) -> Reply | Fault:
    if standing.tries >= MOST_TRIES:
        return GIVES_UP
    if standing.tries and move.then is not None:
        try:
            return uses((move.operation, move.then))(conversation)
        except LookupError:  # what is missing was not found yet
            pass
    way = _way(conversation, move) if standing.tries else None
    return way if way is not None else uses((move.operation, move.first))(conversation)


def _way(conversation: Conversation, move: Move) -> Reply | None:
    """Return a call that the last error names as a way to what is missing, None where none is left."""
    error = next(came.error or {} for came in reversed(conversation.came) if failed(came))
    taken = {came.call.operation for came in conversation.came if not failed(came)}
    for way in (*error.get("try", ()), *error.get("from", ())):
        name, given = way["tool"], way.get("arguments", {})
        if name == "call_operation":
            name, given = given["name"], given.get("arguments", {})
        given = move.finds.get(name, given)
        if name in taken:
            continue
        return Reply(calls=(call(name, given)(conversation),), finish="calls")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, who answers, what is right: a part of the answer, and how many writes the shop sees."""

    name: str
    asked: str
    turns: tuple[Turn, ...] = ()
    model: Turn
    right: str
    writes: int = 0
    options: tuple[str, ...] = ()
    most_characters: int | None = None


CUSTOMER = took("customers_list", "results.0.id")
PRODUCT = took("products_list", "results.0.id")
COST = say("It came to {} euro.", took("orders_list", "results.0.total"))
PLACED = say("Order {} is placed.", took("orders_create", "id"))
FIND = Move(operation="customers_list", first={"search": "Ana Souza"})
LIST = Move(operation="orders_list", first={"customer": CUSTOMER, "page_size": 1})
FIND_BUYER = Move(operation="customers_list", first={"search": "Greta"})
FIND_PRODUCT = Move(operation="products_list", first={"search": "yo-yo"})
RIGHT = "It came to 111.10 euro."
ASKED = "What did Ana Souza's latest order cost?"
WRITING = ("--methods", "all", "--confirm", "none")
STEADY = goes(FIND, LIST, close=COST)


def _place(number: int, **changed: Any) -> Move:
    given = {"customer": CUSTOMER, "items": [{"product": PRODUCT, "quantity": 1}], "note": f"order {number}"}
    finds = {"customers_list": {"search": "Greta"}, "products_list": {"search": "yo-yo"}}
    return Move(operation="orders_create", first={**given, **changed}, then=given, finds=finds)


def _asked_to_place(number: int) -> str:
    return f"Order a yo-yo for Greta Lindqvist, with the note 'order {number}'."


def _unsure(conversation: Conversation) -> Reply | Fault:
    """Place an order, and once more: models lose the thread, and are not told that it was done."""
    if conversation.used and conversation.used[-1].operation == "orders_create" and len(conversation.used) == 3:
        return uses(("orders_create", _place(2).first))(conversation)
    return goes(FIND_BUYER, FIND_PRODUCT, _place(2), close=PLACED)(conversation)


def _circling(conversation: Conversation) -> Reply | Fault:
    """Make the same call until somebody says so."""
    if len(conversation.asked) > 1 or not may_call(conversation):
        return STEADY(conversation)
    return uses(("customers_list", FIND.first))(conversation)


def _down(fault: Turn) -> Turn:
    """Return a model whose first provider fails from the second turn on."""

    def turn(conversation: Conversation) -> Reply | Fault:
        return (fault if conversation.wire == "openai" and conversation.used else STEADY)(conversation)

    return turn


TASKS = (
    Task(name="all goes well", asked=ASKED, model=STEADY, right=RIGHT),
    Task(name="all goes well, search mode", asked=ASKED, model=STEADY, right=RIGHT, options=("--mode", "search")),
    Task(
        name="a name for an id",
        asked=ASKED,
        model=goes(
            Move(
                operation="orders_list",
                first={"customer": "Ana Souza", "page_size": 1},
                then={"customer": CUSTOMER, "page_size": 1},
            ),
            close=COST,
        ),
        right=RIGHT,
    ),
    Task(
        name="two names in a body",
        asked=_asked_to_place(1),
        model=goes(
            _place(1, customer="Greta Lindqvist", items=[{"product": "Yo-Yo", "quantity": 1}]),
            close=PLACED,
        ),
        right="is placed.",
        writes=1,
        options=WRITING,
    ),
    Task(
        name="other spellings",
        asked="What is the dearest thing for the kitchen?",
        model=goes(
            Move(
                operation="products_list",
                first={"category": "KITCHEN", "pageSize": "1", "ordering": "-price"},
                then={"category": "kitchen", "page_size": 1, "ordering": "-price"},
            ),
            close=say("It is the {}.", took("products_list", "results.0.name")),
        ),
        right="It is the Chef's Knife.",
    ),
    Task(
        name="a guessed id",
        asked="What does the kettle cost?",
        model=goes(
            Move(
                operation="products_retrieve",
                first={"id": 12},
                then={"id": PRODUCT},
                finds={"products_list": {"search": "kettle"}},
            ),
            close=say("It costs {} euro.", took("products_retrieve", "price")),
        ),
        right="It costs 38.00 euro.",
    ),
    Task(
        name="a guessed id in a body",
        asked=_asked_to_place(3),
        model=goes(
            FIND_BUYER,
            _place(3, items=[{"product": 28, "quantity": 1}]),
            close=say("{} is ordered.", took("orders_create", "items.0.product_name")),
        ),
        right="Yo-Yo is ordered.",
        writes=1,
        options=WRITING,
    ),
    Task(
        name="a write made twice",
        asked=_asked_to_place(2),
        model=_unsure,
        right="is placed.",
        writes=1,
        options=WRITING,
    ),
    Task(name="an invented tool", asked=ASKED, turns=(tool("customer_list", search="Ana"),), model=STEADY, right=RIGHT),
    Task(name="no JSON", asked=ASKED, turns=(written("customers_list", '{"search": '),), model=STEADY, right=RIGHT),
    Task(name="an empty turn", asked=ASKED, turns=(STEADY, nothing), model=STEADY, right=RIGHT),
    Task(name="a circle", asked=ASKED, model=_circling, right=RIGHT),
    Task(
        name="more than a context takes",
        asked=ASKED,
        model=goes(
            Move(operation="products_list", first={"page_size": 30}),
            Move(operation="customers_list", first={}),
            Move(operation="orders_list", first={"page_size": 40}),
            FIND,
            LIST,
            close=COST,
        ),
        right=RIGHT,
        most_characters=24_000,
    ),
    Task(name="no quota in the middle", asked=ASKED, model=_down(faults.out_of_credit()), right=RIGHT),
    Task(name="overload for long", asked=ASKED, model=_down(faults.overloaded()), right=RIGHT),
    Task(name="overload once", asked=ASKED, turns=(STEADY, faults.overloaded()), model=STEADY, right=RIGHT),
    Task(name="a broken answer", asked=ASKED, turns=(STEADY, breaking(STEADY, "call")), model=STEADY, right=RIGHT),
)
