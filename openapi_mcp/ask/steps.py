"""What a run wants done: the steps that its flow (loop.py) yields, and what each is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.chat import Answered, ChatTool, History, ModelFault, ToolCall, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Think:
    """A model's turn; answered with a Turn, or with the ModelFaults of all models that were tried in vain.

    Where it `can_be_shorter`, the first model whose context is too short for it ends the search: it is told again.
    Those that are `too_dear` are not asked: their request alone would cost more than may be spent, as each fault says.
    """

    history: History
    tools: tuple[ChatTool, ...]
    instructions: str
    most_tokens: int | None = None  # that may come out
    may_call: bool = True  # where not, the tools are still told: some services take no history with calls without them
    can_be_shorter: bool = False
    too_dear: Mapping[str, ModelFault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresee:
    """What a call would send, without sending it; answered with a Foreseen.

    `made` are the requests of writes that were made: the call, which may follow, sends none of them again.
    """

    call: ToolCall
    made: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a call would send: its `arguments` as repaired before that, and its `request`, as a digest.

    None and "" where that is not known before, as something is to be looked up, or it is not one request.
    """

    arguments: Mapping[str, Any] | None = None
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """A call of a tool; answered with an Answered. Whoever performs it asks a person first where that is wanted.

    With `is_again` it was made before: it is made only where a person says so, now, whatever else is wanted.
    """

    call: ToolCall
    is_again: bool = False


Step = Think | Foresee | Invoke
Outcome = Turn | tuple[ModelFault, ...] | Foreseen | Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A request to one model; answered with a Tried."""

    model: str
    think: Think


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a Try came to, and the time then, in seconds (monotonic)."""

    came: Turn | ModelFault
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Seconds to wait before the next Try, and why in words; answered with the time now, in seconds (monotonic)."""

    seconds: float
    why: str


TryStep = Try | Pause
TryOutcome = Tried | float


class Interrupted(Exception):
    """Thrown into the loop where a person ends it: it returns its Ending all the same.

    With `is_unaccepted` the call that is on its way waited for the person's yes: nothing was sent for it. Else
    `requests` are those of its writes that were sent.
    """

    def __init__(self, *, is_unaccepted: bool = False, requests: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.is_unaccepted = is_unaccepted
        self.requests = requests
