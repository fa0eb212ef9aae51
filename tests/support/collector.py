"""A collector of OpenTelemetry: takes OTLP over HTTP on loopback and decodes it; or is silent, or refuses all."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.in_thread import in_a_thread

_KINDS: dict[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


class Collector:
    """What was sent so far, decoded; `text` is all of it as a reader would see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Any] = []
        self.is_silent = False
        self.status = 200
        self.released = threading.Event()

    @property
    def environment(self) -> dict[str, str]:
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}

    @property
    def text(self) -> str:
        return "\n".join(map(str, self.requests))

    @property
    def spans(self) -> list[Any]:
        """Every span."""
        return [
            span
            for request in self._of(ExportTraceServiceRequest)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def metrics(self) -> dict[str, Any]:
        """Every metric by its name, as it was sent last."""
        return {
            metric.name: metric
            for request in self._of(ExportMetricsServiceRequest)
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    @property
    def logs(self) -> list[Any]:
        """Every line of the log."""
        return [
            line
            for request in self._of(ExportLogsServiceRequest)
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for line in scope.log_records
        ]

    @property
    def resource(self) -> dict[str, Any]:
        """Who sent the spans."""
        (request, *_) = self._of(ExportTraceServiceRequest)
        return said(request.resource_spans[0].resource)

    def _of(self, kind: Any) -> list[Any]:
        return [request for request in self.requests if isinstance(request, kind)]

    def named(self, name: str) -> Any:
        """Return the one span of this name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


def said(thing: Any) -> dict[str, Any]:
    """Return the attributes of a span, a line or a point."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in thing.attributes}


@contextmanager
def running_collector() -> Iterator[Collector]:
    """Yield a collector that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if collector.is_silent:
                collector.released.wait()
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if collector.status == 200:
                collector.requests.append(_KINDS[self.path].FromString(body))
            self.send_response(collector.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    with in_a_thread(server):
        try:
            yield collector
        finally:
            collector.released.set()
