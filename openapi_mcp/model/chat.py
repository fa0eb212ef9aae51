"""One conversation between a person, a model and our tools, as every provider of models can be told it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTool:
    """A tool as a model is offered it; `is_read` where calls of it change nothing."""

    name: str
    description: str
    input_schema: Mapping[str, Any]
    is_read: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said to the model: by a person, or by us where `is_ours`."""

    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that a model wants. `arguments` is None where it wrote no JSON object; `written` is then what it wrote.

    `id` is the provider's own, which its answer has to name.
    """

    id: str
    tool: str
    arguments: Mapping[str, Any] | None = None
    written: str = field(default="", repr=False)


class Finish(StrEnum):
    """Why a model ended its turn."""

    DONE = "done"
    CALLS = "calls"
    LENGTH = "length"  # it was cut off: no more tokens were allowed
    REFUSED = "refused"  # the model, or a filter of its provider, will not


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that went in (those from the provider's cache among them) and came out; `cost` in US dollars, if known."""

    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a model says: a `text`, a `thought` before it, calls. `model` names it: "anthropic:NAME".

    `origin` is the same as its provider's adapter keeps it (JSON), None where it was made by hand.
    """

    model: str
    text: str = ""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = Finish.DONE
    usage: Usage = field(default_factory=Usage)
    origin: Any = field(default=None, repr=False)

    @property
    def says_something(self) -> bool:
        """False for a turn of thought alone, or of nothing, of which no model is told again."""
        return bool(self.calls or self.text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a call: its result's `text`, and the same as JSON where it is some (`value`).

    `is_sent` is False where the harness itself answered, and nothing went to the API. `record` is the id of the call's
    record. `shortened` is how many characters of the text a model is no longer told. `requests` are the writes that
    were sent for it, by their names (server/sent.py), without those that did nothing; `held` is the one that was held
    back as it was made before, "" for none.
    """

    call: ToolCall
    text: str
    value: Any = None
    is_error: bool = False
    is_sent: bool = True
    record: str = ""
    shortened: int = 0
    requests: tuple[str, ...] = ()
    held: str = ""


Message = Asked | Turn | Answered
History = tuple[Message, ...]
"""Oldest first. Each Turn with calls is followed by an Answered for each of them, in their order."""


class FaultKind(StrEnum):
    """How a provider of models can fail."""

    QUOTA = "quota"  # 402, an exhausted plan, no credit: waiting a moment helps nothing
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNREACHABLE = "unreachable"  # connection, timeout, a stream that breaks
    SERVER = "server"
    CREDENTIALS = "credentials"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LONG = "too_long"  # more than its context takes
    REJECTED = "rejected"  # it does not take the request; the same again would end the same
    MALFORMED = "malformed"  # what came is no answer
    DEAR = "too_dear"  # it was not asked: the request alone would cost more than is left of the budget


PASSING = frozenset({FaultKind.RATE_LIMITED, FaultKind.OVERLOADED, FaultKind.UNREACHABLE, FaultKind.SERVER})
"""Kinds that the same request may not meet a moment later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFault:
    """A request to a model that failed. `retry_after` (seconds) and `message` are the provider's, secrets masked.

    `seconds_to_reset` is how long a quota is spent, None where the provider does not say.
    """

    model: str
    kind: FaultKind
    message: str
    status: int | None = None
    retry_after: float | None = None
    seconds_to_reset: float | None = None


class EndKind(StrEnum):
    """How a run ends."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the model will not
    LOOP = "loop"  # the same call, the same answer, again and again
    STEPS = "max_steps"
    TOKENS = "max_tokens"
    BUDGET = "budget"
    MODELS = "models"  # no model is left that answers
    EMPTY = "empty"  # the model says nothing
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended: `text` is the answer, or an honest word on what is known and what is missing.

    `faults` are those of the models that failed last, each with what to do in its message.
    """

    kind: EndKind
    text: str
    history: History
    steps: int = 0
    usage: Usage = field(default_factory=Usage)
    faults: Sequence[ModelFault] = ()
