"""A run, driven: each step of the loop performed, told of, and ended early where a person wants that."""

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from typing import Any, Protocol

import anyio

from openapi_mcp.ask.answers import nobody_to_ask
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.steps import Foresee, Foreseen, Interrupted, Invoke, Outcome, Step, Think
from openapi_mcp.model.chat import Answered, Asked, Ending, History, ModelFault, ToolCall, Turn

Loop = Generator[Step, Outcome, Ending]
"""What ask/loop.py returns."""
Thinks = Callable[[Think], Awaitable[Turn | tuple[ModelFault, ...]]]
Calls = Callable[[ToolCall], Awaitable[Answered]]
Foresees = Callable[[str, Mapping[str, Any], frozenset[str]], tuple[Mapping[str, Any] | None, str]]
"""Returns what a call of a tool or an operation would send, as server/inside.py has it."""


class Told(Protocol):
    """Who follows a run as it goes on; nothing here waits for anything."""

    def thought(self, turn: Turn) -> None:
        """Hear what a model says."""

    def calls(self, call: ToolCall) -> None:
        """Hear of a call that is about to be made."""

    def answered(self, answered: Answered) -> None:
        """Hear what came of it."""

    def added(self, message: Answered | Asked) -> None:
        """Hear what the loop itself says to a model: the answer to a call that it did not let through, a word."""

    def has(self, history: History) -> None:
        """Hear the whole conversation, after each of these."""


class Driver:
    """Drives one run at a time; `interrupt` ends the one that is driven, whatever it waits for.

    `once_more` makes a call that was made before, where a person says so. `is_unaccepted` says of a call that was given
    up whether it waited for a person's yes, and nothing was sent, `sent` which requests of its writes were.
    """

    def __init__(
        self,
        think: Thinks,
        call: Calls,
        told: Told,
        is_unaccepted: Callable[[], bool] = lambda: False,
        foresee: Foresees | None = None,
        once_more: Calls | None = None,
        sent: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._think = think
        self._foresee = foresee
        self._call = call
        self._once_more = once_more
        self._told = told
        self._is_unaccepted = is_unaccepted
        self._sent = sent
        self._scope: anyio.CancelScope | None = None
        self._is_over = False

    def interrupt(self) -> None:
        """End the run: what it waits for is given up, and it ends as it is then."""
        self._is_over = True
        if self._scope is not None:
            self._scope.cancel()

    async def drive(self, flow: Loop, history: History) -> Ending:
        """Return how a run ends that began with this history."""
        self._is_over, following = False, Following(history)
        reached = _advanced(lambda: next(flow))
        while not isinstance(reached, Ending):
            reached = await self._onward(flow, reached, following)
        self._told.has(reached.history)
        return reached

    async def _onward(self, flow: Loop, step: Step, following: "Following") -> Step | Ending:
        """Perform a step; return the next one, or the end."""
        outcome: Outcome | None = None
        with anyio.CancelScope() as self._scope:
            if self._is_over:
                self._scope.cancel()
            outcome = await self._performed(step, following)
        if outcome is None:
            return _advanced(lambda: flow.throw(self._interrupted(step)))
        if not isinstance(outcome, Foreseen):
            following.came(outcome)
            self._told.has(following.whole)
        return _advanced(lambda: flow.send(outcome))

    def _interrupted(self, step: Step) -> Interrupted:
        if not isinstance(step, Invoke):
            return Interrupted()
        is_unaccepted = self._is_unaccepted()
        return Interrupted(is_unaccepted=is_unaccepted, requests=() if is_unaccepted else self._sent())

    async def _performed(self, step: Step, following: "Following") -> Outcome:
        await anyio.lowlevel.checkpoint()  # a run that was ended between two steps begins no other
        match step:
            case Think():
                for message in following.tells(step.history):
                    self._told.added(message)
                outcome = await self._think(step)
                if isinstance(outcome, Turn):
                    self._told.thought(outcome)
                return outcome
            case Foresee():
                return self._foreseen(step)
            case Invoke():
                self._told.calls(step.call)
                answered = await self._made(step)
                self._told.answered(answered)
                return answered

    async def _made(self, step: Invoke) -> Answered:
        if not step.is_again:
            return await self._call(step.call)
        return nobody_to_ask(step.call) if self._once_more is None else await self._once_more(step.call)

    def _foreseen(self, step: Foresee) -> Foreseen:
        if self._foresee is None:
            return Foreseen()
        what = meant(step.call)
        arguments, request = self._foresee(what.tool, what.arguments, step.made)
        return Foreseen(arguments=arguments, request=request)


def _advanced(advance: Callable[[], Step]) -> Step | Ending:
    """Return the next step of a flow, or what it comes to."""
    try:
        return advance()
    except StopIteration as done:
        ending: Ending = done.value
        return ending


class Following:
    """The whole conversation while it goes on: a model may be told a shorter one."""

    def __init__(self, history: History) -> None:
        self.whole = history

    def tells(self, history: History) -> Sequence[Answered | Asked]:
        """Take over what the loop itself has added since the last turn: answers of its own, words to the model.

        Returns these.
        """
        known, since = _since_last_turn(self.whole), _since_last_turn(history)
        before = self.whole[: len(self.whole) - len(known)]
        self.whole = (*before, *since)
        return [each for each in since if not isinstance(each, Turn) and each not in known]

    def came(self, outcome: Outcome) -> None:
        """Take over what came of a step."""
        if isinstance(outcome, Turn | Answered):
            self.whole = (*self.whole, outcome)


def _since_last_turn(history: History) -> History:
    last = max((index for index, message in enumerate(history) if isinstance(message, Turn)), default=-1)
    return history[last + 1 :]
