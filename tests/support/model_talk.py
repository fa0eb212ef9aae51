"""What a service of models is told and what it says, whatever the wire: a conversation, a reply, a fault."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CALL_OPERATION = "call_operation"
"""The tool that stands for all operations, where the list of tools is too long to be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A tool that the model may call."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text; `role` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A call that the model wanted, as it was told back to it."""

    id: str
    name: str
    arguments: Any

    @property
    def operation(self) -> str:
        """The operation's name, in each mode."""
        return str(self.arguments.get("name")) if self.name == CALL_OPERATION else self.name

    @property
    def given(self) -> Any:
        """The operation's arguments, in each mode."""
        return self.arguments.get("arguments", {}) if self.name == CALL_OPERATION else self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a call."""

    call: Used
    text: str

    @property
    def value(self) -> Any:
        """The text as JSON; the text where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text

    @property
    def error(self) -> Any:
        """What an operation that failed is told as, None where it did not."""
        return self.value.get("error") if isinstance(self.value, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One request, read; `characters` is how long its texts are altogether."""

    wire: str
    model: str
    system: str
    tools: tuple[Offered, ...]
    parts: tuple[Said | Used | Came, ...]
    is_streamed: bool
    characters: int
    most_tokens: int | None = None
    needs_usage: bool = True
    has_no_calls: bool = False  # tools are given, calls are not allowed (tool_choice: none)

    @property
    def question(self) -> str:
        """The first words of the person."""
        return next(part.text for part in self.parts if isinstance(part, Said) and part.role == "user")

    @property
    def asked(self) -> tuple[str, ...]:
        """All that was said to the model."""
        return tuple(part.text for part in self.parts if isinstance(part, Said) and part.role == "user")

    @property
    def used(self) -> tuple[Used, ...]:
        """The calls so far."""
        return tuple(part for part in self.parts if isinstance(part, Used))

    @property
    def came(self) -> tuple[Came, ...]:
        """Their answers."""
        return tuple(part for part in self.parts if isinstance(part, Came))

    def offers(self, name: str) -> bool:
        """Whether the model may call this tool."""
        return any(tool.name == name for tool in self.tools)

    def answer(self, operation: str) -> Any:
        """Return what came last of an operation, errors left out.

        Raises:
            LookupError: nothing came.
        """
        for came in reversed(self.came):
            if came.call.operation == operation and came.error is None:
                return came.value
        raise LookupError(f"{operation} has not answered: {[(c.call.operation, c.text[:200]) for c in self.came]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call that a model makes; `written` is what it writes in place of its arguments' JSON."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    written: str | None = None

    @property
    def json(self) -> str:
        """The arguments as they go over the wire."""
        return json.dumps(self.arguments) if self.written is None else self.written


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A request that fails: Anthropic's `kind`, OpenAI's `code`; `body` where it is nothing that either says.

    Without a status nothing is said at all.
    """

    status: int
    kind: str
    message: str
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A model's turn; `finish` is "done", "length" or "refused", and "calls" where there are some.

    `breaks` is where its stream ends for no reason: "text" or "call", in the middle of it. `fault` is told in the
    middle of the text.
    """

    text: str = ""
    calls: tuple[Wanted, ...] = ()
    finish: str = "done"
    breaks: str = ""
    fault: Fault | None = None

    @property
    def tokens(self) -> int:
        """What it costs: a token is four characters here."""
        return max(1, (len(self.text) + sum(len(call.name) + len(call.json) for call in self.calls)) // 4)


Turn = Callable[[Conversation], Reply | Fault]
"""What a model says when it is asked."""


class RefusedRequest(Exception):
    """The request is not what the service takes."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
