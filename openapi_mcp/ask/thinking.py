"""Performs a Think: one of several models is asked, falling over from one to the next, and a listener is told."""

import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import anyio

from openapi_mcp.ask.fallback import ask_models
from openapi_mcp.ask.names import ModelName
from openapi_mcp.ask.providers import Provider
from openapi_mcp.ask.spans import note_answer, request_span
from openapi_mcp.ask.standing import Standing
from openapi_mcp.ask.steps import Pause, Think, Tried, Try, TryOutcome, TryStep
from openapi_mcp.flow import drive
from openapi_mcp.model.chat import ModelFault, Turn
from openapi_mcp.tls import Trust

_CLOSING = 2.0  # seconds of each connection


class Listener(Protocol):
    """Who is told how a turn comes about."""

    def on_asked(self, model: str) -> None:
        """Hear that a model is asked; what it said before in this turn is void."""

    def on_text(self, model: str, text: str) -> None:
        """Hear a piece of what a model says; void where a pause or a fall-over follows in place of the turn's end."""

    def on_fall_over(self, fault: ModelFault, to: str) -> None:
        """Hear that a model failed, and which is asked in its place."""

    def on_left_alone(self, fault: ModelFault, seconds: float) -> None:
        """Hear that a model is asked only where no other is left, until its reset in so many seconds."""

    def on_pause(self, pause: Pause) -> None:
        """Hear that something is waited for."""


class Thinker:
    """The models of a conversation, asked in their order; how they stand is kept from turn to turn.

    `begin` comes before each question of a person but the first.
    """

    def __init__(
        self,
        models: Iterable[ModelName],
        listener: Listener,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        trust: Trust | None = None,
    ) -> None:
        self._providers = {model.name: Provider(model, trust) for model in models}
        self._standing = Standing(models=tuple(self._providers))
        self._listener = listener
        self._sleep = sleep
        self._failed: ModelFault | None = None

    def begin(self) -> None:
        """Forget what will not change by itself, as a person may have put it right; say what is still waited for."""
        now = anyio.current_time()
        self._standing = self._standing.anew(now)
        for fault, seconds in self._standing.left_alone(now):
            self._listener.on_left_alone(fault, seconds)

    async def think(self, think: Think) -> Turn | tuple[ModelFault, ...]:
        """Return a model's turn, or the last fault of each model."""
        self._failed = None
        flow = ask_models(think, self._standing, anyio.current_time(), random.random)
        came, self._standing = await drive(flow, self._perform)
        return came

    def input_prices(self) -> dict[str, float | None]:
        """Return US dollars of a token that goes into each model, None where that is not known."""
        from openapi_mcp.ask.prices import input_price

        return {name: input_price(provider.model) for name, provider in self._providers.items()}

    async def _perform(self, step: TryStep) -> TryOutcome:
        if isinstance(step, Pause):
            self._listener.on_pause(step)
            await self._sleep(step.seconds)
            return anyio.current_time()
        if self._failed is not None and self._failed.model != step.model:
            self._listener.on_fall_over(self._failed, step.model)
        came = step.think.too_dear.get(step.model) or await self._asked(step)
        self._failed = came if isinstance(came, ModelFault) else None
        return Tried(came=came, now=anyio.current_time())

    async def _asked(self, step: Try) -> Turn | ModelFault:
        self._listener.on_asked(step.model)
        provider = self._providers[step.model]
        with request_span(provider.model, step.think) as asking:
            came = await provider.turn(step.think, lambda text: self._listener.on_text(step.model, text))
            note_answer(asking, came)
            return came

    async def aclose(self) -> None:
        """Close the connections, also where the run was interrupted."""
        for provider in self._providers.values():
            with anyio.move_on_after(_CLOSING, shield=True):
                await provider.aclose()
