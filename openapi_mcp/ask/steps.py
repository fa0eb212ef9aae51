"""What a run wants done: the steps that its flow (loop.py) yields, and what each is answered with."""

from dataclasses import dataclass

from openapi_mcp.model.chat import Answered, ChatTool, History, ModelFault, ToolCall, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Think:
    """A model's turn; answered with a Turn, or with the ModelFaults of all models that were tried in vain."""

    history: History
    tools: tuple[ChatTool, ...]
    instructions: str
    most_tokens: int | None = None  # that may come out


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """A call of a tool; answered with an Answered. Whoever performs it asks a person first where that is wanted."""

    call: ToolCall


Step = Think | Invoke
Outcome = Turn | tuple[ModelFault, ...] | Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A request to one model; answered with a Turn or a ModelFault."""

    model: str
    think: Think


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Seconds to wait before the next Try, and why in words; answered with the time now, in seconds (monotonic)."""

    seconds: float
    why: str


TryStep = Try | Pause
TryOutcome = Turn | ModelFault | float
