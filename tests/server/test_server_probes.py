"""/healthz and /readyz, and the time between a signal and the end."""

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.child import Child, serving_http
from support.modern import called
from support.upstream import Upstream, description, running_upstream

from openapi_mcp.server.probes import Health

TOKEN = "an-endpoint-token-that-is-long"
TOYS = ("/echo", "/hang", "/held")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that wants a token."""
    with running_upstream() as upstream:
        spec = upstream.serve(description(*TOYS))
        options = ("--spec", spec, "--endpoint-token", TOKEN)
        with serving_http(*options, folder=tmp_path_factory.mktemp("probes")) as (_, url):
            yield url.removesuffix("/mcp")


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        yield browser


def raw(url: str, text: str) -> str:
    """Send what no client would; return the answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize("host", ["10.1.2.3:8800", "evil.test", "pod", "127.0.0.1"])
def test_a_probe_may_name_any_host_and_brings_no_token(client: httpx.Client, guarded: str, host: str) -> None:
    """Our choice: a kubelet asks by the pod's address, a balancer by whatever it is told."""
    alive, ready = (client.get(f"{guarded}{path}", headers={"Host": host}) for path in ("/healthz", "/readyz"))
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "lacking": [], "degraded": []})
    assert ready.headers["cache-control"] == "no-store"


def test_a_probe_of_http_1_0_needs_no_host(guarded: str) -> None:
    """haproxy's `option httpchk GET /readyz` names none."""
    assert raw(guarded, "GET /readyz HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 200")


def test_head_is_answered_without_a_body_and_other_methods_are_not(client: httpx.Client, guarded: str) -> None:
    """RFC 9110 section 9.3.2, section 15.5.6."""
    head, post = client.head(f"{guarded}/readyz"), client.post(f"{guarded}/readyz")
    assert (head.status_code, head.content) == (200, b"")
    assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")


def test_all_other_paths_stay_behind_guard_and_door(client: httpx.Client, guarded: str) -> None:
    """security.md 12: a probe's freedom is its own."""
    for path in ("/healthz/", "/readyz/x", "/metrics", "/mcp"):
        assert client.get(f"{guarded}{path}", headers={"Host": "evil.test"}).status_code == 421
        assert client.get(f"{guarded}{path}").status_code == 401


def test_it_is_not_ready_without_tools_and_is_without_what_it_can_do_without() -> None:
    """Issue 9: Redis or PostgreSQL away does not make it false, it is told."""
    there = {"tools": False, "redis": True, "records": False}
    health = Health(needs={"tools": lambda: there["tools"]})
    health.helped |= {"redis": lambda: there["redis"], "records": lambda: there["records"]}
    assert health.as_json() == {"ready": False, "lacking": ["tools"], "degraded": ["records"]}
    there["tools"] = True
    assert health.as_json() == {"ready": True, "lacking": [], "degraded": ["records"]}
    health.is_draining = True
    assert health.as_json() == {"ready": False, "lacking": ["draining"], "degraded": ["records"]}


@pytest.fixture
def draining(upstream: Upstream, tmp_path: Path) -> Iterator[tuple[Child, str]]:
    """A server that drains for longer than any test lasts."""
    spec = upstream.serve(description(*TOYS))
    with serving_http("--spec", spec, "--drain", "600", folder=tmp_path) as (child, url):
        yield child, url


def wait_until_draining(client: httpx.Client, url: str) -> httpx.Response:
    for _ in range(10_000):
        ready = client.get(url.replace("/mcp", "/readyz"))
        if ready.status_code == 503:
            return ready
    raise AssertionError("still ready")


def test_after_sigterm_it_is_not_ready_and_still_takes_calls_until_it_has_drained(
    client: httpx.Client, draining: tuple[Child, str], upstream: Upstream
) -> None:
    """Issue 9, Replicas: drain on SIGTERM, /readyz false first. A second signal ends it."""
    child, url = draining
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(called, client, url, "held", {"n": 1})
        assert upstream.wait_for_call() == "/held"
        child.process.send_signal(signal.SIGTERM)
        with httpx.Client(trust_env=False, timeout=20) as probe:
            assert wait_until_draining(probe, url).json()["lacking"] == ["draining"]
            assert probe.get(url.replace("/mcp", "/healthz")).status_code == 200
            answer = called(probe, url, "echo", {"n": 4})
        upstream.release.set()
        assert waiting.result().json()["result"]["structuredContent"]["held"] is True
    assert answer.json()["result"]["structuredContent"]["target"] == "/echo?n=4"
    assert answer.headers["connection"] == "close"  # its next request goes where the balancer sends it
    child.process.send_signal(signal.SIGTERM)
    assert child.wait() == 0
    assert "Traceback" not in child.stderr


def test_a_person_who_ends_it_does_not_wait(draining: tuple[Child, str]) -> None:
    """Our choice: Ctrl-C is no rollout."""
    child, _ = draining
    child.process.send_signal(signal.SIGINT)
    assert child.wait() == 130


def test_a_short_drain_ends_by_itself(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9, Replicas."""
    spec = upstream.serve(description("/echo"))
    with serving_http("--spec", spec, "--drain", "0.2", folder=tmp_path) as (child, _):
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
