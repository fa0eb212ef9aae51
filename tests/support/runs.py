"""Runs of `ask` driven by hand: a script in place of a model, a function in place of the API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.ask.answers import nobody_to_ask
from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.steps import Foresee, Foreseen, Invoke, Outcome, Think
from openapi_mcp.model.capability import Need, Producer
from openapi_mcp.model.chat import (
    Answered,
    Asked,
    ChatTool,
    Ending,
    FaultKind,
    Finish,
    History,
    Message,
    ModelFault,
    ToolCall,
    Turn,
    Usage,
)
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH

Said = Turn | tuple[ModelFault, ...]
Api = Callable[[ToolCall], Any]


class Untold:
    """Nobody follows a run."""

    def thought(self, turn: Turn) -> None: ...
    def calls(self, call: ToolCall) -> None: ...
    def answered(self, answered: Answered) -> None: ...
    def added(self, message: Answered | Asked) -> None: ...
    def has(self, history: History) -> None: ...


def tool(name: str, *arguments: str, writes: bool = False, schema: Mapping[str, Any] | None = None) -> ChatTool:
    """Return a tool with these arguments, each of any type."""
    made = schema or {"type": "object", "properties": {argument: {} for argument in arguments}}
    return ChatTool(name=name, description=f"The tool {name}.", input_schema=made, is_read=not writes)


def producer(name: str, field: str = "results[].id") -> Producer:
    """Return a GET that yields a value."""
    return Producer(tool=name, method="GET", path=f"/{name}", field=field)


def needed(argument: str, entity: str, *producers: Producer) -> Need:
    """Return a need of a thing of this kind."""
    return Need(argument=argument, entity=entity, producers=producers)


ORDERS = producer("orders_list")
CUSTOMERS = producer("customers_list")
PRODUCTS = producer("products_list")
SHOP_TOOLS = (
    tool("orders_list", "customer", "page"),
    tool("orders_retrieve", "id"),
    tool("orders_create", "customer", "items", "note", writes=True),
    tool("orders_cancel", "id", writes=True),
    tool("customers_list", "q"),
    tool("products_list", "q"),
    tool("products_retrieve", "id"),
    tool("get_call", "handle"),
)
NEEDS = {
    "orders_list": (needed("customer", "customer", CUSTOMERS),),
    "orders_retrieve": (needed("id", "order", ORDERS, producer("orders_create", "id")),),
    "orders_cancel": (needed("id", "order", ORDERS),),
    "orders_create": (needed("customer", "customer", CUSTOMERS), needed("items[].product", "product", PRODUCTS)),
    "products_retrieve": (needed("id", "product", PRODUCTS, producer("orders_list", "results[].items[].product")),),
}
SHOP = Offer(tools=SHOP_TOOLS, instructions="A shop.", needs=NEEDS)
SEARCHING = Offer(
    tools=(tool(SEARCH, "query"), tool(DESCRIBE, "names"), tool(CALL, "name", "arguments", writes=True)),
    instructions="A shop.",
    operations={each.name: each for each in SHOP_TOOLS},
    needs=NEEDS,
)


def call(tool: str, /, **arguments: Any) -> ToolCall:
    """Return a call; its own id is made of what it says."""
    return ToolCall(id=f"c-{tool}-{write_json(arguments)}"[:60], tool=tool, arguments=arguments)


def broken(name: str, wrote: str = '{"id": ') -> ToolCall:
    """Return a call whose arguments are no JSON."""
    return ToolCall(id="c-broken", tool=name, arguments=None, written=wrote)


def calls(*made: ToolCall, text: str = "", tokens: int = 10) -> Turn:
    """Return a turn that makes calls."""
    usage = Usage(tokens_in=tokens, tokens_out=tokens)
    return Turn(model="test:one", text=text, calls=made, finish=Finish.CALLS, usage=usage)


def says(text: str, finish: Finish = Finish.DONE, *, tokens: int = 10, cost: float | None = None) -> Turn:
    """Return a turn of words alone."""
    usage = Usage(tokens_in=tokens, tokens_out=tokens, cost=cost)
    return Turn(model="test:one", text=text, finish=finish, usage=usage)


def fault(kind: FaultKind, message: str = "it failed") -> tuple[ModelFault, ...]:
    """Return what comes where all models failed."""
    return (ModelFault(model="test:one", kind=kind, message=message),)


def asked(text: str = "How many orders are there?") -> History:
    """Return a history that begins with a person's question."""
    return (Asked(text=text),)


def ok(made: ToolCall, value: Any) -> Answered:
    """Return an answer of the API."""
    return Answered(call=made, text=write_json(value), value=value)


def failed(made: ToolCall, kind: str, message: str = "no", **more: Any) -> Answered:
    """Return a failure as our server tells it."""
    value = {"error": {"kind": kind, "message": message, "attempts": 1, **more}}
    return Answered(call=made, text=write_json(value), value=value, is_error=True)


def declined(made: ToolCall) -> Answered:
    """Return what is answered where a person says no."""
    return Answered(call=made, text="The person declined it.", is_error=True, is_sent=False)


@dataclass
class Played:
    """A run that has ended, what its model was told, and what was sent."""

    ending: Ending
    thinks: list[Think]
    sent: list[ToolCall]

    @property
    def answers(self) -> list[Answered]:
        """The answers of the history."""
        return [each for each in self.ending.history if isinstance(each, Answered)]

    @property
    def unsent(self) -> list[Any]:
        """What our own answers say."""
        return [each.value["error"] for each in self.answers if not each.is_sent and each.is_error and each.value]

    @property
    def ours(self) -> list[str]:
        """What we said to the model."""
        return [each.text for each in self.ending.history if isinstance(each, Asked) and each.is_ours]


def play(
    script: Iterable[Said],
    api: Api = lambda made: {"ok": True},
    *,
    history: Iterable[Message] = asked(),
    offer: Offer = SHOP,
    limits: Limits | None = None,
    closing: Said | None = None,
    foresee: Callable[[ToolCall], Foreseen] = lambda made: Foreseen(),
    agrees: bool | None = None,
) -> Played:
    """Return a run in which the model says what the script says, and the last of it again and again.

    `api` returns an Answered, or the JSON of one. `closing` is said where no tools are offered. `agrees` is what a
    person says of a write that is to be made again; None where there is none.
    """
    said, thinks, sent = list(script), [], []
    flow = run(tuple(history), offer, limits or Limits())
    try:
        step = next(flow)
        while True:
            outcome: Outcome
            if isinstance(step, Think):
                thinks.append(step)
                if not step.may_call and closing is not None:
                    outcome = closing
                else:
                    outcome = said.pop(0) if len(said) > 1 else said[0]
            elif isinstance(step, Foresee):
                outcome = foresee(step.call)
            else:
                assert isinstance(step, Invoke)
                if step.is_again and not agrees:
                    outcome = nobody_to_ask(step.call) if agrees is None else declined(step.call)
                else:
                    sent.append(step.call)
                    value = api(step.call)
                    outcome = value if isinstance(value, Answered) else ok(step.call, value)
            step = flow.send(outcome)
    except StopIteration as done:
        return Played(done.value, thinks, sent)
