"""/metrics: who may read it, where it is, and what stands in it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.child import run_command, serving_http
from support.modern import called
from support.upstream import Upstream, description

TOKEN = "an-endpoint-token-that-is-long"
PREFIX = "openapi_mcp_"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        yield browser


def numbers(page: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Return {"calls_total": {("Toys", "ok", "2xx", "echo"): 1}}."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name.removeprefix(PREFIX), {})[tuple(sample.labels.values())] = sample.value
    return found


def test_what_calls_came_to_and_what_is_at_the_moment(client: httpx.Client, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9, Telemetry: calls, durations, kinds, queue, records; a name that a caller made up has no label."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, folder=tmp_path) as (_, url):
        called(client, url, "echo", {"n": 4})
        called(client, url, "echo", {"n": "a-secret"})
        called(client, url, "a-secret-name")
        answer = client.get(url.replace("/mcp", "/metrics"))
        head = client.head(url.replace("/mcp", "/metrics"))
        refused = client.post(url.replace("/mcp", "/metrics"))
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert (head.status_code, head.content, refused.status_code) == (200, b"", 405)
    found = numbers(answer.text)
    assert found["calls_total"] == {
        ("Toys", "ok", "2xx", "echo"): 1,
        ("Toys", "invalid_arguments", "none", "echo"): 1,
        ("Toys", "unknown_tool", "none", "(unknown)"): 1,
    }
    assert found["calls_in_flight"] == {(): 0}
    assert found["tools"] == {("Toys",): 1}
    assert found["ready"] == {(): 1}
    assert found["records_lost_total"] == {(): 0}
    assert found["service_up"] == {("records",): 1}
    assert found["document_age_seconds"].keys() == {("Toys",)}
    assert "a-secret" not in answer.text


def test_repairs_count_by_strategy_and_a_breaker_is_told_by_its_origin(
    client: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 9, Telemetry: repairs by strategy, breaker state by origin, never a whole URL."""
    spec = upstream.serve(description("/echo", "/status/503"))
    options = ("--spec", spec, "--retries", "0", "--base-url", f"{upstream.url}/")
    with serving_http(*options, folder=tmp_path) as (_, url):
        called(client, url, "echo", {"N": 4})
        names = client.get(url.replace("/mcp", "/metrics")).text
        called(client, url, "status")
        page = client.get(url.replace("/mcp", "/metrics")).text
    assert sum(numbers(names)["repairs_total"].values()) == 1
    assert list(numbers(page)["breaker_state"]) == [(upstream.url,)]


def test_where_clients_bring_a_token_so_does_who_reads_the_numbers(
    client: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: Prometheus sends it as `authorization: credentials_file`."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, "--endpoint-token", TOKEN, folder=tmp_path) as (_, url):
        where = url.replace("/mcp", "/metrics")
        assert client.get(where).status_code == 401
        assert client.get(where, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("option", [("--host", "0.0.0.0"), ("--public-url", "https://mcp.example.com/mcp")])
def test_where_others_come_without_saying_who_they_are_the_numbers_are_not_shown(
    client: httpx.Client, upstream: Upstream, tmp_path: Path, option: tuple[str, str]
) -> None:
    """Our choice: what all callers do is not for each of them; a proxy of this machine is one way in."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, "--allow-unauthenticated", *option, folder=tmp_path) as (_, url):
        answer = client.get(url.replace("0.0.0.0", "127.0.0.1").replace("/mcp", "/metrics"))
    assert answer.status_code == 404
    assert "--metrics-port" in answer.text


def test_the_numbers_may_have_a_port_of_their_own(client: httpx.Client, upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: for an inside network, without a token; then they are not at the endpoint's port."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--endpoint-token", TOKEN, "--metrics-port", "0", "--metrics-host", "0.0.0.0")
    with serving_http(*options, folder=tmp_path) as (child, url):
        said = next(line for line in child.stderr.splitlines() if line.startswith("metrics: "))
        inside = said.removeprefix("metrics: ").replace("0.0.0.0", "127.0.0.1")
        assert "openapi_mcp_ready 1.0" in client.get(inside).text
        assert client.get(inside, headers={"Host": "10.1.2.3:9"}).status_code == 200
        assert client.get(inside, headers={"Host": "replica-1:9464"}).status_code == 200
        assert client.get(inside, headers={"Host": "evil.test"}).status_code == 421
        assert client.get(inside.replace("/metrics", "/readyz")).status_code == 200
        assert client.get(inside.replace("/metrics", "/mcp")).status_code == 404
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get(url.replace("/mcp", "/metrics"), headers=bearer).status_code == 404


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_the_endpoint_has_a_path_of_its_own(tmp_path: Path, path: str) -> None:
    """Our choice: what stands beside it would hide it."""
    done = run_command("serve", "http", "--spec", "api.json", "--path", path, folder=tmp_path)
    assert done.status == 2
    assert "choose another path" in done.err


def test_a_port_that_is_taken_is_named_by_its_option(tmp_path: Path, upstream: Upstream) -> None:
    """style.md, Errors: what to do."""
    spec, port = upstream.serve(description("/echo")), upstream.url.rpartition(":")[2]
    done = run_command("serve", "http", "--port", "0", "--spec", spec, "--metrics-port", port, folder=tmp_path)
    assert done.status == 2
    assert "at: --metrics-port" in done.err
