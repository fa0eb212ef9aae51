"""A model of which each turn is said beforehand, in the place where `ask` opens the real ones."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from openapi_mcp.ask.steps import Think
from openapi_mcp.cli import conversation
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Finish, ModelFault, ToolCall, Turn, Usage
from openapi_mcp.model.secret import Secret

_IDS = count()
Said = Turn | tuple[ModelFault, ...] | Callable[[Think], Any]
"""A turn, faults of all models, or what says them when it is asked; it may return an awaitable."""


def calls(*named: tuple[str, dict[str, Any]], thought: str = "", **more: Any) -> Turn:
    """Return a turn that calls tools."""
    made = tuple(ToolCall(id=f"c{next(_IDS)}", tool=tool, arguments=arguments) for tool, arguments in named)
    return Turn(model="test:one", calls=made, thought=thought, finish=Finish.CALLS, usage=USED, **more)


def says(text: str, **more: Any) -> Turn:
    """Return a turn that answers."""
    return Turn(model="test:one", text=text, usage=USED, **more)


USED = Usage(tokens_in=1_000, tokens_out=50, cost=0.001)


@dataclass(slots=True)
class Script:
    """What is said, turn by turn; `asked` is what it was told each time, `models` the names that it stands for."""

    said: list[Said]
    asked: list[Think] = field(default_factory=list)
    models: list[Sequence[str]] = field(default_factory=list)
    listener: Any = None
    key: str = ""
    price: float | None = None

    def input_prices(self) -> dict[str, float | None]:
        return {"test:one": self.price}

    def begin(self) -> None:
        """Nothing is known of models that are none."""

    async def think(self, think: Think) -> Turn | tuple[ModelFault, ...]:
        self.asked.append(think)
        said: Any = self.said.pop(0)
        came = said(think) if callable(said) else said
        turn: Turn | tuple[ModelFault, ...] = await came if isinstance(came, Awaitable) else came
        return turn

    @asynccontextmanager
    async def open(self, _config: Config, models: Sequence[str], listener: Any, hide: Any) -> AsyncIterator[Any]:
        hide([Secret(self.key)] if self.key else [])
        self.models.append(tuple(models))
        self.listener = listener
        yield self


def scripted(monkeypatch: pytest.MonkeyPatch, *said: Said) -> Script:
    """Let `ask` think as it is said here."""
    script = Script(list(said))
    monkeypatch.setattr(conversation, "open_thinker", script.open)
    return script
