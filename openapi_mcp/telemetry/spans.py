"""Spans of what is done, for whoever collects them (otel.py); where nobody does, one costs a function call."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span as OpenSpan
    from opentelemetry.trace import Tracer

Value = str | int | float | bool
Attributes = Mapping[str, Value]
Headers = tuple[tuple[str, str], ...]
INTERNAL, SERVER, CLIENT = "INTERNAL", "SERVER", "CLIENT"
_PARENT, _STATE = "traceparent", "tracestate"
_LONGEST_STATE = 512  # characters; W3C Trace Context, 3.3.1.5: at least so many are passed on

_tracer: "Tracer | None" = None


class Span(Protocol):
    """What is being done: `with span("lookup orders_list") as found: ...`."""

    def __enter__(self) -> Self:
        """Begin it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it."""

    def note(self, name: str, value: Value) -> None:
        """Say one thing more of it; never an argument, a URL's query or a secret."""

    def fail(self, kind: str) -> None:
        """Say that it failed, and by which kind of failure."""


def collect(tracer: "Tracer | None") -> None:
    """Have what is done from now on collected; None ends that."""
    global _tracer  # as it is with logging: whoever does something need not be handed a collector
    _tracer = tracer


def is_collected() -> bool:
    """True where somebody collects spans."""
    return _tracer is not None


def span(
    name: str, attributes: Attributes | None = None, kind: str = INTERNAL, parent: "Context | None" = None
) -> Span:
    """Return a span to be entered; a child of the one that is open, or of `parent`."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind

    opening = _tracer.start_as_current_span(
        name,
        context=parent,
        kind=SpanKind[kind],
        attributes=dict(attributes or {}),
        record_exception=False,  # its message may hold values of the call
        set_status_on_exception=False,
    )
    return _Collected(opening)


def headers() -> Headers:
    """Return what tells the next one whose part of which trace it does; nothing where nobody collects. Never baggage.

    (("traceparent", "00-4bf92f35...-00f067aa...-01"),)
    """
    if _tracer is None:
        return ()
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return tuple(carrier.items())


def parent_in(carriers: Sequence[Mapping[str, Any]]) -> "Context | None":
    """Return the trace that the first of these names which names one. W3C Trace Context, 3.2."""
    if _tracer is None:
        return None
    from opentelemetry.context import Context
    from opentelemetry.trace import get_current_span
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    for carrier in carriers:
        found = TraceContextTextMapPropagator().extract(_plain(carrier), context=Context())
        if get_current_span(found).get_span_context().is_valid:
            return found
    return None


def _plain(carrier: Mapping[str, Any]) -> dict[str, str]:
    """Return the two texts, as far as they are some: a client may send anything in their place."""
    said = {name: value for name in (_PARENT, _STATE) if isinstance(value := carrier.get(name), str)}
    if len(said.get(_STATE, "")) > _LONGEST_STATE:
        del said[_STATE]
    return said


class _Collected:
    """A span that is collected."""

    __slots__ = ("_opening", "_span")

    def __init__(self, opening: "AbstractContextManager[OpenSpan]") -> None:
        self._opening = opening

    def __enter__(self) -> Self:
        self._span = self._opening.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.fail(kind.__name__)
        self._opening.__exit__(None, None, None)

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def fail(self, kind: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


class _Nothing:
    """A span that nobody collects."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Do nothing."""

    def note(self, name: str, value: Value) -> None:
        """Do nothing."""

    def fail(self, kind: str) -> None:
        """Do nothing."""


_NOTHING = _Nothing()
