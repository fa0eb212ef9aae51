"""What calls came to, added up, and as Prometheus reads it."""

from dataclasses import replace

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from openapi_mcp.model.call import Blob, Failure, FailureKind, Result, Text
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.trace import Trace
from openapi_mcp.telemetry.exposition import exposed
from openapi_mcp.telemetry.families import Form, gauge, number
from openapi_mcp.telemetry.meters import OTHERS, UNKNOWN, Meters

TRACE = Trace(redact=Redactor(()), status=200, attempts=1)
GOOD = Result(content=(Text(text="x" * 40), Blob(data=b"12345678", mime_type="image/png", uri="")), trace=TRACE)


def read(meters: Meters) -> dict[tuple[str, ...], float]:
    """Return each sample as a scraper has it: {("calls_total", "shop", "list", "ok", "2xx"): 1}."""
    page, media_type = exposed(meters.families(), "")
    assert media_type.startswith("text/plain")
    return {
        (sample.name.removeprefix("openapi_mcp_"), *sample.labels.values()): sample.value
        for family in read_text(page.decode())
        for sample in family.samples
    }


def test_a_call_counts_by_tool_kind_and_class_of_status() -> None:
    """Issue 9, Telemetry: calls, durations, kinds."""
    meters = Meters()
    meters.note("Shop", "list", GOOD, 0.3)
    meters.note("Shop", "list", GOOD, 400.0)
    refusal = Failure(kind=FailureKind.NOT_FOUND, message="no").as_result()
    meters.note("Shop", "list", replace(refusal, trace=replace(TRACE, status=404, attempts=2)), 0.0)
    meters.note("Shop", UNKNOWN, replace(refusal, trace=None), 0.0)
    meters.note("Shop", "odd", replace(GOOD, trace=replace(TRACE, status=999)), 0.0)
    found = read(meters)
    calls = {name[1:]: value for name, value in found.items() if name[0] == "calls_total"}
    assert calls == {
        ("Shop", "ok", "2xx", "list"): 2,
        ("Shop", "not_found", "4xx", "list"): 1,
        ("Shop", "not_found", "none", UNKNOWN): 1,
        ("Shop", "ok", "other", "odd"): 1,
    }
    assert found["attempts_total", "Shop", "list"] == 4
    buckets = [
        found["call_duration_seconds_bucket", "Shop", bound, "list"] for bound in ("0.25", "0.5", "300.0", "+Inf")
    ]
    assert buckets == [1, 2, 2, 3]
    assert found["call_duration_seconds_sum", "Shop", "list"] == 400.3
    assert found["result_tokens_total", "Shop", "odd"] == 12


def test_what_was_done_beside_the_call_counts_too() -> None:
    """Issue 9, Telemetry: repairs, lookups, the cache, waits."""
    meters = Meters()
    trace = replace(
        TRACE, waited=1.5, held=0.25, cache="hit", strategies=("case", "case", "near_name"),
        lookups=({"tool": "find", "items": 1}, {"tool": "find", "failed": True}),
    )  # fmt: skip
    meters.note("Shop", "list", replace(GOOD, trace=trace), 0.1)
    found = read(meters)
    assert found["retry_wait_seconds_total", "Shop", "list"] == 1.5
    assert found["rate_limit_wait_seconds_total", "Shop", "list"] == 0.25
    assert found["rate_limit_waits_total", "Shop", "list"] == 1
    assert found["cache_total", "Shop", "hit", "list"] == 1
    assert found["lookups_total", "Shop", "found", "list"] == 1
    assert found["lookups_total", "Shop", "failed", "list"] == 1
    assert (found["repairs_total", "case"], found["repairs_total", "near_name"]) == (2, 1)


def test_however_many_tools_come_and_go_there_is_an_end_to_the_numbers() -> None:
    """Our choice: a label's values are bounded; each costs memory for as long as the process lives."""
    meters = Meters()
    for count in range(1_500):
        meters.note("Shop", f"tool_{count}", replace(GOOD, trace=replace(TRACE, strategies=(f"s_{count}",))), 0.0)
    found = read(meters)
    names = {name[-1] for name in found if name[0] == "calls_total"}
    assert len(names) == 501
    assert found["calls_total", OTHERS, "ok", "2xx", OTHERS] == 1_000
    assert found["repairs_total", OTHERS] == 1_400


def test_a_hostile_title_is_one_label() -> None:
    """security.md: a document's text is data; a line break would begin another sample."""
    meters = Meters()
    meters.note('Shop"} 1\nopenapi_mcp_calls_total{api="x' + "y" * 500, "list", GOOD, 0.0)
    (name,) = {name for name in read(meters) if name[0] == "calls_total"}
    assert name[1].startswith('Shop"} 1 openapi_mcp')
    assert len(name[1]) <= 100


def test_sources_are_asked_whenever_the_numbers_are_read_and_who_watches_hears_of_a_new_one() -> None:
    """Issue 9, Telemetry: queue, breaker."""
    meters, told = Meters(), list[int]()
    meters.on_source.append(lambda: told.append(1))
    open_now = {"https://a.test": 2.0}
    meters.add(lambda: [gauge("breaker_state", "how", "origin", open_now), number("lost", "so", 1, Form.COUNTER)])
    assert read(meters)["breaker_state", "https://a.test"] == 2
    open_now.clear()
    assert ("breaker_state", "https://a.test") not in read(meters)
    assert read(meters)["lost_total",] == 1
    assert told == [1]


def test_openmetrics_is_spoken_where_it_is_asked_for() -> None:
    """OpenMetrics 1.0: what Prometheus asks for first."""
    meters = Meters()
    meters.note("Shop", "list", GOOD, 0.3)
    page, media_type = exposed(meters.families(), "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert media_type.startswith("application/openmetrics-text")
    names = {family.name for family in read_openmetrics(page.decode())}  # type: ignore[no-untyped-call]
    assert {"openapi_mcp_calls", "openapi_mcp_call_duration_seconds", "process_cpu_seconds"} <= names
