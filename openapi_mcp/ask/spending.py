"""What a run has used of what it may use, and whether there is enough for what comes next."""

from dataclasses import dataclass, field, replace

from openapi_mcp.ask.offer import Limits
from openapi_mcp.ask.shorten import size
from openapi_mcp.ask.usage import total
from openapi_mcp.model.chat import ChatTool, EndKind, Turn, Usage
from openapi_mcp.model.jsontext import write_json

_CHARACTERS = 4  # of a token, as a rule of thumb
_LEAP = 2
_LEAST_OUT = 200  # tokens in which something can be said


@dataclass(slots=True)
class Spending:
    """The steps and tokens of a run so far; what a model's next turn takes is estimated before it is asked."""

    limits: Limits
    steps: int = 0
    usage: Usage = field(default_factory=Usage)
    _last: Usage = field(default_factory=Usage)
    _known: int = 0  # characters that the last turn's tokens were for
    _model: str = ""  # that said the last turn

    def spent(self, turn: Turn, told: int) -> None:
        """Add a turn of a model that was told so many characters; where its provider counts no tokens, we do."""
        self._last = turn.usage if turn.usage.tokens else _estimated(turn, told)
        self._known = told + size((turn,))
        self._model = turn.model
        self.usage = total((self.usage, self._last))

    def ends(self, told: int) -> EndKind | None:
        """Return the limit that is reached, None where there is enough for another turn with calls, and a last word.

        `told` are the characters of the request that comes.
        """
        if self.steps >= self.limits.max_steps:
            return EndKind.STEPS
        turns = 2 if self._last.tokens else 1
        if not self._has_tokens(turns, told):
            return EndKind.TOKENS
        return None if self._has_money(turns, told) else EndKind.BUDGET

    def has_last_word(self, told: int) -> bool:
        """Return whether there is enough for one turn more, in which the model says what is known."""
        return self._has_tokens(1, told) and self._has_money(1, told)

    def too_dear(self, told: int) -> dict[str, float]:
        """Return the cost of what goes into the next request, of each model for which that alone is over the budget.

        By the price of a token, until a model has answered: then what its last turn cost says more (`ends`).
        """
        if self.limits.budget is None:
            return {}
        left, tokens = self.limits.budget - (self.usage.cost or 0.0), self.goes_in(told)
        prices = self.limits.input_prices.items()
        costs = {model: tokens * price for model, price in prices if price is not None and model != self._model}
        return {model: cost for model, cost in costs.items() if cost > left}

    def goes_in(self, told: int) -> int:
        """Return about how many tokens go into the next request."""
        return max(0, self._last.tokens + (told - self._known) // _CHARACTERS)

    def is_leap(self, told: int) -> bool:
        """Return whether the request that comes is much larger than the last one, so that less of it may do."""
        return told > _LEAP * self._known

    def most_out(self, told: int) -> int | None:
        """Return the tokens that may come out of the next turn, None where nothing limits them."""
        left = None if self.limits.max_tokens is None else self._left() - self.next_takes(told)
        most = [each for each in (left, self.limits.turn_tokens) if each is not None]
        return max(1, min(most)) if most else None

    def next_takes(self, told: int) -> int:
        """Return what the next request takes: what the last turn did, and what came since then."""
        return max(1, self.goes_in(told))

    def _left(self) -> int:
        return (self.limits.max_tokens or 0) - self.usage.tokens

    def _has_tokens(self, turns: int, told: int) -> bool:
        if self.limits.max_tokens is None:
            return True
        return self._left() >= turns * (self.next_takes(told) + (_LEAST_OUT if self._last.tokens else 1))

    def _has_money(self, turns: int, told: int) -> bool:
        if self.limits.budget is None:
            return True
        if self.usage.cost is None:
            return self.limits.budget > 0 and not self._are_all_too_dear(told)
        grown = max(1.0, told / max(1, self._known))
        return self.usage.cost + turns * grown * (self._last.cost or 0.0) <= self.limits.budget

    def _are_all_too_dear(self, told: int) -> bool:
        dear = self.too_dear(told)
        return bool(dear) and len(dear) == len(self.limits.input_prices)


def tool_size(tool: ChatTool) -> int:
    """Return about how many characters a model is told of a tool."""
    try:
        schema = len(write_json(tool.input_schema))
    except (ValueError, TypeError, RecursionError):  # NaN, or nested too deeply
        schema = 0
    return len(tool.name) + len(tool.description) + schema


def _estimated(turn: Turn, told: int) -> Usage:
    return replace(turn.usage, tokens_in=told // _CHARACTERS, tokens_out=size((turn,)) // _CHARACTERS)
