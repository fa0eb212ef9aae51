"""OpenTelemetry: traces, metrics and logs over OTLP/HTTP, where its own OTEL_ variables say, in threads of its own.

Nothing is set for the whole process: libraries that have spans of their own (docket names its tasks by our handles)
are not collected.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from openapi_mcp import __version__
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.told import Told
from openapi_mcp.telemetry import spans
from openapi_mcp.telemetry.events import event_of
from openapi_mcp.telemetry.families import Family, Form
from openapi_mcp.telemetry.meters import Meters

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter, Observation
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    from openapi_mcp.telemetry.collector import Session

SIGNALS = ("traces", "metrics", "logs")
_NAME = "openapi-mcp"
_WHERE = "--otel"
_HINT = "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[otel]'"
_WHERE_TO = "OTEL_EXPORTER_OTLP_ENDPOINT says where to"
_CLOSING = 3.0  # seconds that what was collected last has when the process ends
_PROTOCOL = "http/protobuf"
_TOGETHER = 0.5  # seconds; numbers that are read within so long are of one moment

Say = Callable[[str], None]


def require_extra() -> None:
    """Refuse to begin without what collects and sends.

    Raises:
        ConfigError: the extra [otel] is not installed.
    """
    try:
        is_there = all(map(find_spec, ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")))
    except ModuleNotFoundError:  # of a package above them
        is_there = False
    if not is_there:
        raise ConfigError("OpenTelemetry needs the extra [otel]", where=_WHERE, hint=_HINT)


@contextmanager
def collecting(meters: Meters, say: Say, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Collect and send spans, the numbers of `meters`, and our own lines of the log, until left.

    `say` is told once when what is collected cannot be sent, and once when it can again. What is left at the end has
    a moment to be sent, no more.

    Raises:
        ConfigError: the extra [otel] is not installed.
    """
    require_extra()
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        yield
        return
    wanted = [each for each in SIGNALS if environ.get(f"OTEL_{each.upper()}_EXPORTER", "otlp").strip() != "none"]
    _warn_of_protocol(environ, say)
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # `said` tells of trouble, once
    said, resource = _Said(say), _resource(environ)
    ends = [_BEGINNINGS[each](resource, meters, said) for each in wanted]
    try:
        yield
    finally:
        spans.collect(None)
        _end(ends)


def _warn_of_protocol(environ: Mapping[str, str], say: Say) -> None:
    protocol = environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", _PROTOCOL).strip()
    if protocol != _PROTOCOL:
        say(f"warning: OTEL_EXPORTER_OTLP_PROTOCOL asks for another protocol; {_PROTOCOL} is spoken")


def _resource(environ: Mapping[str, str]) -> "Resource":
    """Return what this process is called by whoever collects; its variables may say another name."""
    from opentelemetry.sdk.resources import Resource

    named = Resource.create({"service.version": __version__, "service.instance.id": os.urandom(8).hex()})
    is_named = bool(environ.get("OTEL_SERVICE_NAME")) or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return named if is_named else named.merge(Resource({"service.name": _NAME}))


class _Said:
    """Tells a person when what is collected cannot be sent, and when it can again."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._is_lost = False
        self._lock = threading.Lock()

    def told(self, export: Callable[..., Any], session: "Session") -> Callable[..., Any]:
        """Return an exporter's way to send by a session, which tells how it went."""

        def sent(*batch: Any, **how: Any) -> Any:
            outcome = export(*batch, **how)
            self._tell(is_lost=getattr(outcome, "name", "") != "SUCCESS", trouble=session.trouble)
            return outcome

        return sent

    def _tell(self, *, is_lost: bool, trouble: str) -> None:
        with self._lock:
            if is_lost == self._is_lost:
                return
            self._is_lost = is_lost
        if not is_lost:
            self._say(Told("OpenTelemetry: what is collected is sent again", "otel_found", {}))
            return
        why = f" ({trouble})" if trouble else ""
        text = f"warning: OpenTelemetry: what is collected cannot be sent{why}; calls go on; {_WHERE_TO}"
        self._say(Told(text, "otel_lost", {"reason": trouble} if trouble else {}))


def _session() -> "Session":
    from openapi_mcp.telemetry.collector import Session

    return Session()


def _begin_traces(resource: "Resource", _meters: Meters, said: _Said) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(session=(session := _session()))
    exporter.export = said.told(exporter.export, session)  # type: ignore[method-assign]
    provider.add_span_processor(BatchSpanProcessor(exporter))
    spans.collect(provider.get_tracer(_NAME, __version__))
    return provider


def _begin_metrics(resource: "Resource", meters: Meters, said: _Said) -> "MeterProvider":
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    exporter = OTLPMetricExporter(session=(session := _session()))
    exporter.export = said.told(exporter.export, session)  # type: ignore[method-assign]
    reader = PeriodicExportingMetricReader(exporter)
    provider = MeterProvider(resource=resource, metric_readers=[reader], shutdown_on_exit=False)
    _Instruments(provider.get_meter(_NAME, __version__), meters)
    return provider


class _Instruments:
    """An instrument for each family of numbers, which is asked for its values when they are sent."""

    def __init__(self, meter: "Meter", meters: Meters) -> None:
        self._meter = meter
        self._meters = meters
        self._known: set[str] = set()
        self._read: tuple[float, list[Family]] = (-_TOGETHER, [])
        self.more()
        meters.on_source.append(self.more)

    def more(self) -> None:
        """Make those that are not there yet."""
        for family in self._meters.families():
            if family.name not in self._known:
                self._known.add(family.name)
                self._make(family)

    def _make(self, family: Family) -> None:
        name, help_text = f"openapi_mcp.{family.name}", family.help
        values = partial(self._values, family.name)
        if family.form is Form.HISTOGRAM:
            count, total = (
                partial(values, lambda spread: float(sum(spread.counts))),
                partial(values, lambda each: each.total),
            )
            self._meter.create_observable_counter(f"{name}.count", [count], "", help_text)
            self._meter.create_observable_counter(f"{name}.sum", [total], family.unit, help_text)
        elif family.form is Form.COUNTER:
            self._meter.create_observable_counter(name, [partial(values, float)], family.unit, help_text)
        else:
            self._meter.create_observable_gauge(name, [partial(values, float)], family.unit, help_text)

    def _values(self, name: str, value_of: Callable[[Any], float], _options: object) -> "Iterator[Observation]":
        from opentelemetry.metrics import Observation

        for family in self._families():
            if family.name == name:
                for labels, value in family.samples:
                    yield Observation(value_of(value), dict(zip(family.labels, labels, strict=True)))

    def _families(self) -> list[Family]:
        """Return the numbers; those that are sent together are read together."""
        now = time.monotonic()
        if now - self._read[0] >= _TOGETHER:
            self._read = now, self._meters.families()
        return self._read[1]


def _begin_logs(resource: "Resource", _meters: Meters, said: _Said) -> "_Logs":
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPLogExporter(session=(session := _session()))
    exporter.export = said.told(exporter.export, session)  # type: ignore[method-assign]
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    return _Logs(provider)


class _Logs(logging.Handler):
    """Sends our own lines of the log, with their fields; what a traceback quotes stays here."""

    def __init__(self, provider: "LoggerProvider") -> None:
        super().__init__()
        self._provider = provider
        self._logger = provider.get_logger(_NAME, __version__)
        logging.getLogger("openapi_mcp").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line over; it is sent later, elsewhere."""
        from opentelemetry._logs import SeverityNumber
        from opentelemetry.context import get_current

        event = event_of(record)
        self._logger.emit(
            timestamp=int(record.created * 1e9),
            observed_timestamp=time.time_ns(),
            context=get_current(),
            severity_number=getattr(SeverityNumber, {"WARNING": "WARN"}.get(record.levelname, record.levelname)),
            severity_text=record.levelname,
            body=event.message,
            event_name=event.name,
            attributes={"logger": record.name, **{k: v for k, v in event.fields.items() if v is not None}},
        )

    def shutdown(self) -> None:
        """Take no more lines, and send the last."""
        logging.getLogger("openapi_mcp").removeHandler(self)
        self._provider.shutdown()


_BEGINNINGS: Mapping[str, Callable[["Resource", Meters, _Said], Any]] = {
    "traces": _begin_traces,
    "metrics": _begin_metrics,
    "logs": _begin_logs,
}


def _end(ends: list[Any]) -> None:
    """Send what is left, for a moment: each in a thread that the end of the process does not wait for."""
    threads = [threading.Thread(target=each.shutdown, daemon=True, name="otel-end") for each in ends]
    for thread in threads:
        thread.start()
    until = time.monotonic() + _CLOSING
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
