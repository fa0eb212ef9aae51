"""What is heard of a call from its beginning to its end, and who is told of it."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.trace import Trace

_ID_LENGTH = 12
_ID_OF_BYTE = b"0123456789abcdefghjkmnpqrstvwxyz" * 8  # Crockford's base 32: no sign is taken for another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of a call when it has ended: `began` in seconds since 1970, `duration` in seconds."""

    call: Call
    result: Result
    tool: Tool | None
    api: str
    redact: Redactor
    began: float
    duration: float

    @property
    def id(self) -> str:
        """The id of its record, which the lines of the log about it name, and its HTTP request has."""
        return self.call.id


Observer = Callable[[Heard], None]
"""Told of every call that has ended, in the event loop's thread: it must not block."""


class Observed(Protocol):
    """What serves calls, as far as it is told of them here: serving.py."""

    on_call: list[Observer]

    def tool_of(self, name: str) -> Tool | None:
        """Return the tool of this name."""

    def label_of(self, tool: str) -> str:
        """Return what the API of a tool is called in the records."""

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call."""


class Hearing:
    """One call from its beginning to its end; `call` may become the one that a tool of ours was asked to make."""

    def __init__(self, app: Observed, call: Call) -> None:
        self.call = call if call.id else replace(call, id=new_id())
        self._app = app
        self._began = time.time()
        self._start = time.perf_counter()
        self._trace: Trace | None = None

    def begins(self, ago: float = 0.0) -> None:
        """Count the time from now on, as until now a person has let the call wait, or from some seconds ago."""
        self._began, self._start = time.time() - ago, time.perf_counter() - ago

    def watched(self, call: Call) -> Call:
        """Return a call that says what was done for it though it is cancelled.

        It is another one than is kept here: the two would hold each other, and wait for the garbage collector.
        """
        self.call = replace(call, id=self.call.id)
        return replace(self.call, abandoned=self._abandoned)

    def ended(self, result: Result) -> Result:
        """Tell the observers, and return the result."""
        if not self._app.on_call:
            return result
        heard = Heard(
            call=self.call,
            result=result,
            tool=self._app.tool_of(self.call.tool),
            api=self._app.label_of(self.call.tool),
            redact=result.trace.redact if result.trace is not None else self._app.redactor(self.call),
            began=self._began,
            duration=time.perf_counter() - self._start,
        )
        for told in self._app.on_call:
            told(heard)
        return result

    def failed(self, kind: FailureKind, message: str) -> None:
        """Tell of a call that ends without a result, and what of it was carried out."""
        said = f"{message}; {self.carried}" if self.carried else message
        self.ended(replace(Failure(kind=kind, message=said).as_result(), trace=self._trace))

    @property
    def was_sent(self) -> bool:
        """True where a call that was cancelled had been sent."""
        return self._trace is not None and self._trace.attempts > 0

    @property
    def carried(self) -> str:
        """Which writes of a workflow were sent before it was cancelled; "" where none was."""
        return self._trace.carried if self._trace is not None else ""

    def _abandoned(self, trace: Trace) -> None:
        self._trace = trace


def new_id() -> str:
    """Return a new id of a record: "k3vq9x2m4t7a", one of 2**60."""
    return secrets.token_bytes(_ID_LENGTH).translate(_ID_OF_BYTE).decode()
