"""Families of numbers as Prometheus reads them: its text format, or OpenMetrics where it asks for that."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from openapi_mcp.telemetry.families import BOUNDS, Family, Form, Spread

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_PREFIX = "openapi_mcp_"


def exposed(families: Iterable[Family], accept: str) -> tuple[bytes, str]:
    """Return a page of these families and of this process, and its media type, as the `Accept` header wants it."""
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))
    ProcessCollector(registry=registry)
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Families:
    """What a registry asks for its numbers."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = tuple(families)

    def collect(self) -> "Iterator[Metric]":
        return map(_metric, self._families)


def _metric(family: Family) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    name = f"{_PREFIX}{family.name}"
    if family.form is Form.HISTOGRAM:
        histogram = HistogramMetricFamily(name, family.help, labels=family.labels, unit=family.unit)
        for labels, value in family.samples:
            if isinstance(value, Spread):
                histogram.add_metric(labels, buckets=_buckets(value), sum_value=value.total)
        return histogram
    kind = CounterMetricFamily if family.form is Form.COUNTER else GaugeMetricFamily
    plain: CounterMetricFamily | GaugeMetricFamily = kind(name, family.help, labels=family.labels, unit=family.unit)
    for labels, value in family.samples:
        if not isinstance(value, Spread):
            plain.add_metric(labels, value)
    return plain


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    """Return how many took at most so long: ("0.005", 3), ("0.01", 7), ... ("+Inf", 9)."""
    names = (*map(str, BOUNDS), "+Inf")
    return list(zip(names, accumulate(spread.counts), strict=True))
