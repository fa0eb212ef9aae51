"""What is at the moment, in numbers, and in what a probe is told."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.child import serving_http
from support.modern import called
from support.redis import RedisServer
from support.upstream import Upstream, description

KEY = "a-shared-key-of-more-than-32-characters"


def value(page: str, name: str, **labels: str) -> float | None:
    """Return a number of a page; None where it is not there."""
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name == f"openapi_mcp_{name}" and sample.labels == labels:
                return float(sample.value)
    return None


def test_a_call_in_the_background_is_counted_where_it_goes_on(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9, Telemetry: queue."""
    spec = upstream.serve(description("/held"))
    with (
        serving_http("--spec", spec, "--background-after", "0.05", folder=tmp_path) as (_, url),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        metrics = url.replace("/mcp", "/metrics")
        answer = called(client, url, "held").json()
        assert "c_" in str(answer)
        page = client.get(metrics).text
        assert value(page, "background_calls", state="running") == 1
        assert value(page, "background_calls", state="job") == 0
        assert value(page, "calls_in_flight") == 1
        upstream.release.set()
        for _ in range(1_000):
            if value(client.get(metrics).text, "background_calls", state="running") == 0:
                break
        page = client.get(metrics).text
    assert value(page, "calls_total", api="Toys", tool="held", kind="ok", status="2xx") == 1


def test_of_several_apis_one_that_is_not_there_is_told_and_the_server_is_ready(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: the other one's tools are there."""
    spec = upstream.serve(description("/echo"))
    apis = ("--spec", f"one={spec}", "--spec", f"two={tmp_path}/missing.json")
    with serving_http(*apis, folder=tmp_path) as (_, url), httpx.Client(trust_env=False) as client:
        ready = client.get(url.replace("/mcp", "/readyz"))
        page = client.get(url.replace("/mcp", "/metrics")).text
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "lacking": [], "degraded": ["apis"]})
    assert value(page, "service_up", service="apis") == 0
    assert value(page, "tools", api="one") == 1


def test_records_that_cannot_be_written_are_told_and_the_server_is_ready(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9: PostgreSQL away does not make it false, it is told."""
    spec = upstream.serve(description("/echo"))
    records = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"
    with (
        serving_http("--spec", spec, "--records", records, folder=tmp_path) as (child, url),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        called(client, url, "echo", {"n": 1})
        ready = client.get(url.replace("/mcp", "/readyz"))
        page = client.get(url.replace("/mcp", "/metrics")).text
    assert "calls are not recorded" in child.stderr  # at the start
    assert (ready.status_code, ready.json()["degraded"]) == (200, ["records"])
    assert value(page, "records_waiting") == 1
    assert value(page, "concurrency_waiting") == 0
    assert value(page, "concurrency_waits_total") == 0
    assert value(page, "document_checked_age_seconds", api="Toys") is not None
    assert value(page, "service_up", service="records") == 0


@pytest.mark.parametrize("is_there", [True, False])
def test_redis_away_is_told_and_the_server_is_ready(
    upstream: Upstream, redis: RedisServer, tmp_path: Path, is_there: bool
) -> None:
    """Issue 9, Replicas: losing Redis degrades with clear words."""
    spec = upstream.serve(description("/echo"))
    where = redis.url if is_there else "redis://127.0.0.1:9/0"
    options = ("--spec", spec, "--redis", where, "--shared-key", KEY)
    with serving_http(*options, folder=tmp_path) as (_, url), httpx.Client(trust_env=False, timeout=20) as client:
        called(client, url, "echo", {"n": 1})
        ready = client.get(url.replace("/mcp", "/readyz"))
        page = client.get(url.replace("/mcp", "/metrics")).text
    assert (ready.status_code, ready.json()["degraded"]) == (200, [] if is_there else ["redis"])
    assert value(page, "service_up", service="redis") == float(is_there)
    assert KEY not in page
