"""The next turn of a model: how much of a run's history it is told, in the room and for the tokens that there are."""

from collections.abc import Generator, Sequence

from openapi_mcp.ask.closing import too_dear_for
from openapi_mcp.ask.identifying import identifying
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.shorten import shorten, size
from openapi_mcp.ask.spending import Spending, tool_size
from openapi_mcp.ask.steps import Foreseen, Outcome, Step, Think
from openapi_mcp.model.chat import Answered, EndKind, FaultKind, History, Message, ModelFault, Turn

_MOST_SHORTER = 4  # times that the history is halved for one turn of a model
_SHORT = 1_000  # characters: what is too long beside them are the tools, or it is a very small context
_LIMITS_OF_SIZE = frozenset((EndKind.TOKENS, EndKind.BUDGET))

Faults = tuple[ModelFault, ...]


class Turns:
    """The turns of a run: what the models are offered, what they have taken, and the room that is left."""

    def __init__(self, offer: Offer, limits: Limits) -> None:
        self.spending = Spending(limits)
        self._limits = limits
        self._offer = offer
        self._known = identifying(offer)
        self._room = limits.room
        self._fixed = len(offer.instructions) + sum(map(tool_size, offer.tools))  # what each request has

    def limit(self, history: Sequence[Message], room: int) -> EndKind | None:
        """Return the limit that a turn in this room would go beyond, None for none."""
        return self.spending.ends(self._told(history, room))

    def needed(self, history: Sequence[Message], room: int) -> int:
        """Return about how many tokens the next request takes."""
        return self.spending.next_takes(self._told(history, room))

    def room_for_another(self, history: Sequence[Message]) -> int:
        """Return the room of the next turn: less than there is where an answer is too large for what may be used."""
        room = self._room
        for _ in range(_MOST_SHORTER):
            told = self._told(history, room)
            if self.spending.ends(told) not in _LIMITS_OF_SIZE or not self.spending.is_leap(told):
                return room
            room = min(room, self._size(history, room)) // 2
        return room

    def room_for_last_word(self, history: Sequence[Message]) -> int | None:
        """Return the room in which the model can say what is known; None where nothing is left for it."""
        room = self._room
        for _ in range(_MOST_SHORTER + 1):
            if self.spending.has_last_word(self._told(history, room)):
                return room
            room = min(room, self._size(history, room)) // 2
        return None

    def too_dear(self, history: Sequence[Message]) -> tuple[int, float] | None:
        """Return the tokens and the least cost of a first request with the whole history, if it is over the budget."""
        told = self._told(history, self._room)
        costs = self.spending.too_dear(told).values()
        return (self.spending.goes_in(told), min(costs)) if costs else None

    def _told(self, history: Sequence[Message], room: int) -> int:
        """Return about how many characters a request has in which the history takes so much room."""
        return self._size(history, room) + self._fixed

    def next(
        self, history: Sequence[Message], room: int, *, may_call: bool = True
    ) -> Generator[Step, Outcome, Turn | Faults]:
        """Return a model's turn, or the faults of all models; what is too long for them is told in short."""
        halvings = 0
        while True:
            told = shorten(tuple(history), room, self._known)
            half = min(room, size(told)) // 2
            can_be_shorter = halvings < _MOST_SHORTER and half >= _SHORT and self._size(history, half) < size(told)
            outcome = yield self._think(told, may_call=may_call, can_be_shorter=can_be_shorter)
            match outcome:
                case Turn():
                    self.spending.spent(outcome, size(told) + self._fixed)
                    return outcome
                case Answered() | Foreseen():
                    raise TypeError("a Think is answered with a Turn, or with faults")
            if not can_be_shorter or not any(fault.kind is FaultKind.TOO_LONG for fault in outcome):
                return outcome
            self._room = room = half
            halvings += 1

    def _think(self, told: History, *, may_call: bool, can_be_shorter: bool) -> Think:
        said = size(told) + self._fixed
        dear, tokens = self.spending.too_dear(said), self.spending.goes_in(said)
        return Think(
            history=told,
            tools=self._offer.tools,
            instructions=self._offer.instructions,
            most_tokens=self.spending.most_out(said),
            may_call=may_call,
            can_be_shorter=can_be_shorter,
            too_dear={model: too_dear_for(model, tokens, cost, self._limits) for model, cost in dear.items()},
        )

    def _size(self, history: Sequence[Message], room: int) -> int:
        return size(shorten(tuple(history), room, self._known))
