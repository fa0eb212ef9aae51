"""One model of one provider, asked for a turn: what it says, or the fault that came in place of it."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import anyio

from openapi_mcp.ask.caught import HOSTILE, NoAnswerError, seen_of
from openapi_mcp.ask.faults import Seen, fault_of
from openapi_mcp.ask.most_calls import refuse_more
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.steps import Think
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.chat import FaultKind, ModelFault, Turn
from openapi_mcp.model.text import one_line
from openapi_mcp.tls import Trust

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model

_log = logging.getLogger(__name__)
_HOW = "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[ask]'"
_AGAIN = "install it again: pipx inject --force openapi-mcp-cli 'openapi-mcp-cli[ask]'"
_LONGEST = 1800.0  # seconds of a turn, however much comes in it
_LONGEST_REASON = 200  # characters
_MOST_PAUSES = 5  # of a turn
_PACKAGES = ("pydantic_ai", "anthropic", "openai")
_USED = ("httpx2", "pydantic_ai.direct", "pydantic_ai.models.openai", "pydantic_ai.providers.openai")
_USED_BY = {Wire.ANTHROPIC: ("pydantic_ai.models.anthropic", "pydantic_ai.providers.anthropic")}

OnText = Callable[[str], None]


def require_extra() -> None:
    """Do nothing where the extra [ask] is there; nothing is imported.

    Raises:
        ConfigError: it is not.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        said = f"ask needs the extra [ask], which is not installed: {', '.join(missing)} missing"
        raise ConfigError(said, hint=_HOW)


def require_working(wires: Iterable[Wire]) -> None:
    """Do nothing where what speaks these wires can be imported: then it is, a little before the first turn would do so.

    Raises:
        ConfigError: it is installed, and broken. A run that has begun would be left behind as an interrupted one.
    """
    for name in (*_USED, *(name for wire in wires for name in _USED_BY.get(wire, ()))):
        try:
            import_module(name)
        except (ImportError, *HOSTILE) as error:
            _log.debug("the extra [ask] is broken", exc_info=True)
            why = one_line(f"{type(error).__name__}: {error}", _LONGEST_REASON)
            said = f"ask needs the extra [ask], which is installed but broken: {name} cannot be imported ({why})"
            raise ConfigError(said, hint=_AGAIN) from None


class Provider:
    """A model, its connection opened at its first turn, to be closed at the end."""

    def __init__(self, model: ModelName, trust: Trust | None = None) -> None:
        self.model = model
        self._trust = trust or Trust()
        self._client: httpx2.AsyncClient | None = None
        self._model: Model[Any] | None = None

    async def turn(self, think: Think, on_text: OnText) -> Turn | ModelFault:
        """Return what the model says; `on_text` is told its text piece by piece as it comes.

        Where a fault is returned, what `on_text` was told is void.
        """
        from httpx2 import HTTPError, StreamError
        from pydantic_ai.exceptions import AgentRunError, UserError

        try:
            with anyio.fail_after(_LONGEST):
                return await self._turn(think, on_text)
        except (NoAnswerError, AgentRunError, UserError, HTTPError, StreamError, OSError, *HOSTILE) as error:
            fault = fault_of(self.model, seen_of(error), datetime.now(UTC))
            _log.debug("model failed: %s %s", type(error).__name__, fault.message)  # a traceback might hold the key
            return fault

    async def _turn(self, think: Think, on_text: OnText) -> Turn:
        """Return a turn; where Anthropic pauses it, it is sent back as it stands, and goes on."""
        from openapi_mcp.ask.wire import joined, messages_of, turn_of

        messages, said = messages_of(think, self.model), None
        for _ in range(_MOST_PAUSES + 1):
            response = await self._response([*messages, said] if said else messages, think, on_text)
            said = joined(said, response)
            if said.state != "suspended":
                return turn_of(said, self.model)
        raise NoAnswerError(Seen(said="it pauses again and again", kind=FaultKind.MALFORMED))

    async def _response(self, messages: "list[ModelMessage]", think: Think, on_text: OnText) -> "ModelResponse":
        from pydantic_ai.direct import model_request_stream

        from openapi_mcp.ask.wire import parameters_of

        request = model_request_stream(
            self._opened(),
            messages,
            model_settings=self._settings(think),
            model_request_parameters=parameters_of(think, self.model.wire),
            instrument=False,
        )
        calls = 0
        async with request as stream:
            async for event in stream:
                refuse_more(calls := calls + _begins_a_call(event))
                if text := _text_in(event):
                    on_text(text)
            return stream.get()

    def _opened(self) -> "Model[Any]":
        if self._model is None:
            from openapi_mcp.ask.connect import http_client, model_of

            self._client = http_client(self.model, self._trust)
            self._model = model_of(self.model, self._client)
        return self._model

    def _settings(self, think: Think) -> Any:
        """Return how the model is asked. Anthropic keeps what stays the same from turn to turn, where it is told to."""
        limits: dict[str, Any] = {} if think.most_tokens is None else {"max_tokens": think.most_tokens}
        if think.tools and not think.may_call:
            limits["tool_choice"] = "none"
        if self.model.wire is not Wire.ANTHROPIC:
            return limits
        keeps = ("anthropic_cache_instructions", "anthropic_cache_tool_definitions", "anthropic_cache_messages")
        return {**limits, **dict.fromkeys(keeps, True)}

    async def aclose(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()
        self._client = self._model = None


def _begins_a_call(event: Any) -> bool:
    from pydantic_ai.messages import PartStartEvent, ToolCallPart

    return isinstance(event, PartStartEvent) and isinstance(event.part, ToolCallPart)


def _text_in(event: Any) -> str:
    """Return the piece of text that an event brings."""
    from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

    match event:
        case PartStartEvent(part=TextPart(content=text)):
            return text
        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
        case _:
            return ""
