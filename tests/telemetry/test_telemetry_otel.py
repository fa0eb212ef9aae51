"""OpenTelemetry, seen by a collector of our own: `openapi-mcp serve --otel` against an API of ours."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import modern
from support.child import Child, Frame, Outcome, run_command, running, serving_http
from support.collector import Collector, running_collector, said
from support.model_faults import out_of_credit, rate_limited
from support.model_scripts import say, use
from support.model_service import CLAUDE, ModelService, running_models
from support.upstream import Upstream, description

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SECRET_NUMBER = 8_675_309
OTHER = f"00-{'a' * 32}-00f067aa0ba902b7-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with running_collector() as collector:
        yield collector


def called(url: str, tool: str, meta: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Frame:
    """Call a tool with SECRET_NUMBER."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        answer = modern.called(client, url, tool, {"n": SECRET_NUMBER}, meta=meta, headers=headers)
    frame: Frame = answer.json()
    return frame


def ended(child: Child) -> str:
    """End a server well; return what it said."""
    child.process.send_signal(signal.SIGTERM)
    assert child.wait() == 0
    return child.stderr


def sent_headers(upstream: Upstream) -> dict[str, str]:
    return {name.lower(): value for name, value in upstream.calls[-1].headers}


def test_a_call_is_a_span_with_its_attempt_below_it_in_the_trace_that_the_client_names(
    upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """Issue 9, Telemetry: traceparent taken from the client's _meta and passed upstream; W3C Trace Context."""
    spec = upstream.serve(description("/echo"))
    meta = {"traceparent": PARENT, "tracestate": "vendor=1", "baggage": "user=a-secret-value"}
    headers = {"Traceparent": OTHER, "Baggage": "user=a-secret-value"}
    options = ("--spec", spec, "--otel", "--bearer", "a-secret-token", "--log-level", "info")
    with serving_http(*options, folder=tmp_path, environment=collector.environment) as (child, url):
        called(url, "echo", meta, headers)
        ended(child)
    load, call = collector.named("load document"), collector.named("tools/call echo")
    attempt = collector.named("GET /echo")
    assert said(load) == {"openapi_mcp.operations": 1, "openapi_mcp.tools": 1}
    assert call.trace_id.hex() == TRACE
    assert call.parent_span_id.hex() == "00f067aa0ba902b7"
    assert (attempt.trace_id, attempt.parent_span_id) == (call.trace_id, call.span_id)
    assert said(call)["gen_ai.tool.name"] == "echo"
    assert said(attempt) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.template": "/echo",
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": int(upstream.url.rpartition(":")[2]),
    }
    upstreams = sent_headers(upstream)
    assert upstreams["traceparent"] == f"00-{TRACE}-{attempt.span_id.hex()}-01"
    assert upstreams["tracestate"] == "vendor=1"
    assert "baggage" not in upstreams
    assert "a-secret" not in collector.text
    assert str(SECRET_NUMBER) not in collector.text


def test_a_header_names_the_trace_where_the_message_does_not(
    upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """Issue 9, Telemetry: from _meta or header; what is no traceparent is passed over."""
    spec = upstream.serve(description("/echo"))
    meta = {"traceparent": ["no", "text"], "tracestate": "x" * 600}
    with serving_http("--spec", spec, "--otel", folder=tmp_path, environment=collector.environment) as (child, url):
        called(url, "echo", meta, {"Traceparent": PARENT, "Tracestate": f"a={'b' * 200},c={'d' * 200},e={'f' * 200}"})
        ended(child)
    assert sent_headers(upstream)["traceparent"].startswith(f"00-{TRACE}-")
    assert "tracestate" not in sent_headers(upstream)  # longer than is taken on


def test_numbers_and_lines_of_the_log_are_sent_too(upstream: Upstream, collector: Collector, tmp_path: Path) -> None:
    """Issue 9, Telemetry: traces, metrics and logs."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--otel", "--log-level", "info")
    environment = {**collector.environment, "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test"}
    with serving_http(*options, folder=tmp_path, environment=environment) as (child, url):
        called(url, "echo")
        called(url, "no_such_tool_a-secret-value")
        ended(child)
    calls = {tuple(sorted(said(point).items())): point.as_double for point in points(collector, "openapi_mcp.calls")}
    assert calls == {
        (("api", "Toys"), ("kind", "ok"), ("status", "2xx"), ("tool", "echo")): 1,
        (("api", "Toys"), ("kind", "unknown_tool"), ("status", "none"), ("tool", "(unknown)")): 1,
    }
    assert sum(point.as_double for point in points(collector, "openapi_mcp.call_duration.count")) == 2
    assert [point.as_double for point in points(collector, "openapi_mcp.ready")] == [0]  # it was draining by then
    (answered,) = [line for line in collector.logs if line.event_name == "answered"]
    assert {name: said(answered)[name] for name in ("tool", "status")} == {"tool": "echo", "status": 200}
    assert answered.severity_text == "INFO"
    assert answered.trace_id == collector.named("tools/call echo").trace_id
    failed = collector.named("tools/call (unknown)")
    assert said(failed)["error.type"] == "MCPError"
    resource = collector.resource
    assert resource["service.name"] == "openapi-mcp"
    assert resource["deployment.environment"] == "test"
    assert resource["service.instance.id"]
    assert "a-secret" not in collector.text
    assert str(SECRET_NUMBER) not in collector.text


def points(collector: Collector, name: str) -> list[Any]:
    """Return the points of a number, as it was sent last."""
    metric = collector.metrics[name]
    return list(getattr(metric, metric.WhichOneof("data")).data_points)


def test_a_failed_call_says_its_kind_and_each_attempt_is_a_span(
    upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """OpenTelemetry, HTTP client spans: error.type, http.request.resend_count."""
    spec = upstream.serve(description("/echo"))
    document = json.loads(httpx.get(spec, trust_env=False).text)
    document["servers"] = [{"url": "http://127.0.0.1:9"}]
    file = tmp_path / "away.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    options = ("--spec", str(file), "--otel", "--retries", "1")
    environment = {**collector.environment, "OTEL_SERVICE_NAME": "shop-tools"}
    with serving_http(*options, folder=tmp_path, environment=environment) as (child, url):
        called(url, "echo")
        ended(child)
    assert collector.resource["service.name"] == "shop-tools"
    assert said(collector.named("tools/call echo"))["error.type"] == "unreachable"
    attempts = [said(span) for span in collector.spans if span.name == "GET /echo"]
    assert [each["error.type"] for each in attempts] == ["UnreachableError"] * 2
    assert [each.get("http.request.resend_count") for each in attempts] == [None, 1]


def test_over_stdio_all_that_is_left_is_sent_at_the_end(
    upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """Issue 9, Telemetry; flushed though the process lives shortly."""
    spec = upstream.serve(description("/echo"))
    with running("serve", "--spec", spec, "--otel", folder=tmp_path, environment=collector.environment) as child:
        child.open()
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        child.close_stdin()
        assert child.wait() == 0
    assert collector.named("tools/call echo").trace_id == collector.named("GET /echo").trace_id
    assert "openapi_mcp.calls" in collector.metrics


def test_several_apis_over_stdio_are_told_apart(upstream: Upstream, collector: Collector, tmp_path: Path) -> None:
    """Issue 9, Telemetry: calls by tool and api; each document's load says whose it is."""
    spec = upstream.serve(description("/echo"))
    apis = ("--spec", f"one={spec}", "--spec", f"two={spec}")
    with running("serve", *apis, "--otel", folder=tmp_path, environment=collector.environment) as child:
        child.open()
        child.call("two_echo", n=1)
        child.close_stdin()
        assert child.wait() == 0
    loads = [said(span)["openapi_mcp.api"] for span in collector.spans if span.name == "load document"]
    assert sorted(loads) == ["one", "two"]
    (point,) = points(collector, "openapi_mcp.calls")
    assert said(point) == {"api": "two", "kind": "ok", "status": "2xx", "tool": "two_echo"}


@pytest.mark.parametrize("trouble", ["silent", "refusing", "away"])
def test_a_collector_that_takes_nothing_holds_up_no_call_and_no_end(
    upstream: Upstream, tmp_path: Path, trouble: str
) -> None:
    """Our choice: an exporter that is out of reach never blocks a call or the exit; it is said once."""
    spec = upstream.serve(description("/echo"))
    with running_collector() as collector:
        collector.is_silent, collector.status = trouble == "silent", 400
        environment = dict(collector.environment)
        if trouble == "away":
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
        with serving_http("--spec", spec, "--otel", folder=tmp_path, environment=environment) as (child, url):
            assert called(url, "echo")["result"]["isError"] is False
            if trouble == "refusing":
                child.find_in_stderr(r"cannot be sent \(http://127\.0\.0\.1:\d+/v1/\w+: it answers 400\); calls go on")
                collector.status = 200
                called(url, "echo")
                child.wait_for_stderr("OpenTelemetry: what is collected is sent again")
            said_in_all = ended(child)
    assert "Traceback" not in said_in_all
    assert said_in_all.count("cannot be sent") <= 1


def test_without_the_option_nothing_is_passed_upstream_and_nothing_is_sent(
    upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """Issue 9: never without --otel. security.md 9."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, folder=tmp_path, environment=collector.environment) as (child, url):
        called(url, "echo", {"traceparent": PARENT}, {"Traceparent": PARENT})
        ended(child)
    assert "traceparent" not in sent_headers(upstream)
    assert collector.requests == []


def test_opentelemetrys_own_variables_turn_it_off(upstream: Upstream, collector: Collector, tmp_path: Path) -> None:
    """OpenTelemetry, environment variables: OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER and its kind."""
    spec = upstream.serve(description("/echo"))
    for more in (
        {"OTEL_SDK_DISABLED": "true"},
        {f"OTEL_{each}_EXPORTER": "none" for each in ("TRACES", "METRICS", "LOGS")},
    ):
        environment = {**collector.environment, **more, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        with serving_http("--spec", spec, "--otel", folder=tmp_path, environment=environment) as (child, url):
            called(url, "echo")
            assert ("asks for another protocol" in ended(child)) is ("OTEL_SDK_DISABLED" not in more)
        assert "traceparent" not in sent_headers(upstream)
    assert collector.requests == []


def test_without_the_extra_it_is_said_how_to_add_it(tmp_path: Path) -> None:
    """design.md, Dependencies: a command that lacks its extra says which one and how to add it with pipx."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import sys, importlib.abc\n"
        "class Hide(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('opentelemetry.sdk'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n",
        encoding="utf-8",
    )
    environment = {"PYTHONPATH": os.pathsep.join((str(hidden), os.environ.get("PYTHONPATH", "")))}
    done = run_command("serve", "--spec", "api.json", "--otel", folder=tmp_path, environment=environment)
    assert done.status == 2
    assert "OpenTelemetry needs the extra [otel]" in done.err
    assert "pipx" in done.err


@pytest.fixture
def models() -> Iterator[ModelService]:
    with running_models() as service:
        yield service


def asked(models: ModelService, collector: Collector, upstream: Upstream, folder: Path, *options: str) -> Outcome:
    """Ask a model, by the real command."""
    spec = ("--spec", upstream.serve(description("/echo")), "--bearer", "a-secret-token")
    environment = {**models.environment, **collector.environment}
    arguments = ("ask", "a-secret-question", *spec, "--model", f"anthropic:{CLAUDE}", *options)
    return run_command(*arguments, folder=folder, environment=environment)


def test_a_run_of_ask_is_a_span_with_each_request_to_a_model_and_each_call_below_it(
    models: ModelService, upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """OpenTelemetry, GenAI conventions: invoke_agent, chat and execute_tool, tokens; never content."""
    models.play(use("echo", n=SECRET_NUMBER), rate_limited(after=0.01), say("a-secret-answer"))
    ended = asked(models, collector, upstream, tmp_path, "--otel", "--json", "--max-tokens", "50000")
    assert (ended.status, ended.err) == (0, "")
    (run,) = [span for span in collector.spans if span.name == "invoke_agent openapi-mcp"]
    first, failed, last = [span for span in collector.spans if span.name == f"chat {CLAUDE}"]
    call, attempt = collector.named("tools/call echo"), collector.named("GET /echo")
    assert {span.parent_span_id for span in (first, failed, last, call)} == {run.span_id}
    assert (attempt.parent_span_id, run.parent_span_id) == (call.span_id, b"")
    usage = ended.json["usage"]
    assert said(run) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "openapi-mcp",
        "gen_ai.conversation.id": ended.json["run"],
        "gen_ai.usage.input_tokens": usage["tokens_in"],
        "gen_ai.usage.output_tokens": usage["tokens_out"],
        "openapi_mcp.ended": "answered",
    }
    turn = ended.json["steps"][0]["usage"]
    most = said(first).pop("gen_ai.request.max_tokens")
    assert 0 < most < 50_000
    assert said(first) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": CLAUDE,
        "gen_ai.request.max_tokens": most,
        "gen_ai.usage.input_tokens": turn["tokens_in"],
        "gen_ai.usage.output_tokens": turn["tokens_out"],
        "server.address": "127.0.0.1",
        "server.port": models.server.server_address[1],
    }
    assert (said(failed)["error.type"], said(failed)["http.response.status_code"]) == ("rate_limited", 429)
    assert "error.type" not in said(last)
    assert "a-secret" not in collector.text
    assert str(SECRET_NUMBER) not in collector.text
    assert all("traceparent" not in heard.headers for heard in models.heard)
    assert sent_headers(upstream)["traceparent"].startswith(f"00-{run.trace_id.hex()}-{attempt.span_id.hex()}-")
    assert "openapi_mcp.calls" in collector.metrics


def test_a_run_of_ask_that_finds_no_answer_is_a_span_that_failed(
    models: ModelService, upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """OpenTelemetry, recording errors: error.type of few values."""
    models.play(out_of_credit())
    assert asked(models, collector, upstream, tmp_path, "--otel").status == 6
    assert said(collector.named("invoke_agent openapi-mcp"))["error.type"] == "models"
    assert said(collector.named(f"chat {CLAUDE}"))["error.type"] == "quota"


def test_without_the_option_ask_sends_nothing(
    models: ModelService, upstream: Upstream, collector: Collector, tmp_path: Path
) -> None:
    """Issue 9: never without --otel."""
    models.play(use("echo", n=1), say("There."))
    assert asked(models, collector, upstream, tmp_path).status == 0
    assert collector.requests == []
    assert "traceparent" not in sent_headers(upstream)
