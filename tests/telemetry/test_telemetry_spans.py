"""Spans without a collector cost nothing; with one they are as W3C Trace Context and OpenTelemetry have them."""

import pytest
from opentelemetry.trace import StatusCode
from support.traced import Spans

from openapi_mcp.telemetry import spans

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_without_a_collector_a_span_is_one_and_the_same_nothing() -> None:
    """Our choice: what is off costs a function call."""
    assert not spans.is_collected()
    assert spans.span("a") is spans.span("b", {"c": 1})
    assert spans.headers() == ()
    assert spans.parent_in([{"traceparent": PARENT}]) is None
    with spans.span("a") as nothing:
        nothing.note("b", 1)
        nothing.fail("c")
    with pytest.raises(KeyError), spans.span("a"):
        raise KeyError


def test_an_exception_is_told_by_its_kind_alone(collected: Spans) -> None:
    """Our choice: what it says may hold values of the call."""
    with pytest.raises(ValueError, match="a-secret"), spans.span("work", {"tool": "orders"}):
        raise ValueError("a-secret")
    (span,) = collected.get_finished_spans()
    assert dict(span.attributes or {}) == {"tool": "orders", "error.type": "ValueError"}
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert span.events == ()


def test_what_is_begun_within_a_span_is_its_child(collected: Spans) -> None:
    """OpenTelemetry, Tracing API."""
    parent = spans.parent_in([{}, {"traceparent": PARENT, "tracestate": "a=1"}])
    with spans.span("call", kind=spans.SERVER, parent=parent), spans.span("attempt", kind=spans.CLIENT) as attempt:
        attempt.note("http.response.status_code", 200)
        said = dict(spans.headers())
    inner, outer = collected.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert said == {
        "traceparent": f"00-4bf92f3577b34da6a3ce929d0e0e4736-{inner.context.span_id:016x}-01",
        "tracestate": "a=1",
    }


@pytest.mark.parametrize(
    "carrier",
    [
        {},
        {"traceparent": 7},
        {"traceparent": "00-zz"},
        {"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"},
        {"tracestate": "a=1"},
    ],
)
def test_what_names_no_trace_is_passed_over(collected: Spans, carrier: dict[str, object]) -> None:
    """W3C Trace Context, 3.2.2: an invalid traceparent is ignored."""
    assert spans.parent_in([carrier]) is None


def test_a_long_state_is_not_taken_on(collected: Spans) -> None:
    """W3C Trace Context, 3.3.1.5: 512 characters have to be; a client may send any number."""
    state = ",".join(f"k{number}={'v' * 100}" for number in range(6))
    with spans.span("call", parent=spans.parent_in([{"traceparent": PARENT, "tracestate": state}])):
        assert [name for name, _ in spans.headers()] == ["traceparent"]
