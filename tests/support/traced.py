"""Spans, collected in memory."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

Spans = InMemorySpanExporter


@pytest.fixture
def collected() -> Iterator[Spans]:
    """What is collected, in memory."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from openapi_mcp.telemetry import spans

    provider, collected = TracerProvider(shutdown_on_exit=False), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(collected))
    spans.collect(provider.get_tracer("test"))
    yield collected
    spans.collect(None)
