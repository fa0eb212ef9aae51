"""Performs a Think: one of several models is asked, falling over from one to the next, and a listener is told."""

import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import anyio

from openapi_mcp.ask.fallback import ask_models
from openapi_mcp.ask.names import ModelName
from openapi_mcp.ask.providers import Provider
from openapi_mcp.ask.standing import Standing
from openapi_mcp.ask.steps import Pause, Think, Tried, TryOutcome, TryStep
from openapi_mcp.flow import drive
from openapi_mcp.model.chat import ModelFault, Turn
from openapi_mcp.tls import Trust

_CLOSING = 2.0  # seconds


class Listener(Protocol):
    """Who is told how a turn comes about."""

    def on_text(self, model: str, text: str) -> None:
        """Hear a piece of what a model says; void where a pause or a fall-over follows in place of the turn's end."""

    def on_fall_over(self, fault: ModelFault, to: str) -> None:
        """Hear that a model failed, and which is asked in its place."""

    def on_pause(self, pause: Pause) -> None:
        """Hear that something is waited for."""


class Thinker:
    """The models of a run, asked in their order; how they stand is kept from turn to turn."""

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

    async def think(self, think: Think) -> Turn | tuple[ModelFault, ...]:
        """Return a model's turn, or the last fault of each model."""
        self._failed = None
        flow = ask_models(think, self._standing, anyio.current_time(), random.random)
        came, self._standing = await drive(flow, self._perform)
        return came

    async def _perform(self, step: TryStep) -> TryOutcome:
        if isinstance(step, Pause):
            self._listener.on_pause(step)
            await self._sleep(step.seconds)
            return anyio.current_time()
        if self._failed is not None and self._failed.model != step.model:
            self._listener.on_fall_over(self._failed, step.model)
        came = await self._providers[step.model].turn(step.think, lambda text: self._listener.on_text(step.model, text))
        self._failed = came if isinstance(came, ModelFault) else None
        return Tried(came=came, now=anyio.current_time())

    async def aclose(self) -> None:
        """Close the connections, also where the run was interrupted."""
        with anyio.move_on_after(_CLOSING, shield=True):
            for provider in self._providers.values():
                await provider.aclose()
