"""What a run may use, and how far it may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openapi_mcp.ask.meant import Meant
from openapi_mcp.model.capability import Need, Yield
from openapi_mcp.model.chat import ChatTool

MOST_STEPS = 25
LONGEST_HISTORY = 400_000  # characters: about 100,000 tokens, which the models of today take


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The tools as a model is told of them, and what is known of what they call.

    In the search mode `operations` are those that `call_operation` calls, by name; else it is empty. `needs` and
    `yields` are by the name of a tool or an operation. So is `said_again`, of workflows alone: the outputs that hold
    what their caller gave. `left_out` says of tools that are not offered why, and what a person can do. `instructions`
    is the whole system text (ask/instructions.py).
    """

    tools: tuple[ChatTool, ...] = ()
    instructions: str = ""
    operations: Mapping[str, ChatTool] = field(default_factory=dict)
    needs: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)
    yields: Mapping[str, tuple[Yield, ...]] = field(default_factory=dict)
    said_again: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def known(self, meant: Meant) -> ChatTool | None:
        """Return what a call calls: an operation where it goes through `call_operation`; None where none is offered."""
        if meant.is_through and self.operations:
            return self.operations.get(meant.tool)
        named = meant.through if meant.is_through else meant.tool
        return next((tool for tool in self.tools if tool.name == named), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a run may go; None is no limit.

    `max_steps` are turns of the model in which it may call tools; a last one, to say what is known, may follow.
    `max_tokens` are all of a run, in and out; `budget` is in US dollars, held where costs are known. `input_prices` are
    those of a token that goes into each of the models, by which its first request is held to the budget; None where one
    is not known. `turn_tokens` are those that may come out in one turn. `room` are the characters of the history that a
    model is told.
    """

    max_steps: int = MOST_STEPS
    max_tokens: int | None = None
    budget: float | None = None
    input_prices: Mapping[str, float | None] = field(default_factory=dict)
    turn_tokens: int | None = None
    room: int = LONGEST_HISTORY
