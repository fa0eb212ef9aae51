"""compose.yaml, started for real: its own commands, with addresses and folders of this machine in place of its own."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from support.child import Child, clean_environment, running
from support.container import ROOT, SECRETS, compose, health_check, make_secrets, replicas
from support.postgres import Postgres
from support.recorded import history
from support.upstream import PATIENCE, Upstream, description, running_upstream

pytestmark = pytest.mark.service
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "compose", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """All services of compose.yaml, running."""

    folder: Path
    secrets: Path
    ports: dict[str, int]
    replicas: dict[str, Child]
    upstream: Upstream
    records: str

    def get(self, service: str, path: str) -> int:
        """Return the status of an answer."""
        with closing(HTTPConnection("127.0.0.1", self.ports[service], timeout=PATIENCE)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def call(self, number: int, token: str | None = None) -> tuple[int, str]:
        """Call the tool `echo` by way of the balancer; return the status and what came."""
        return self.ask("echo", {"n": number}, token)

    def result(self, tool: str, **arguments: Any) -> Any:
        """Return what a tool answers."""
        return json.loads(self.ask(tool, arguments)[1])["result"]["structuredContent"]

    def ask(self, tool: str, arguments: Any, token: str | None = None) -> tuple[int, str]:
        """Call a tool by way of the balancer."""
        params = {"name": tool, "arguments": arguments, "_meta": META}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        said = token if token is not None else (self.secrets / "endpoint_token").read_text().strip()
        with closing(HTTPConnection("127.0.0.1", self.ports["balancer"], timeout=PATIENCE)) as connection:
            connection.request("POST", "/mcp", body, {**HEADERS, "Mcp-Name": tool, "Authorization": f"Bearer {said}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("compose")
    names = (*compose()["services"], "inside", *(f"{name} metrics" for name in replicas()))
    secrets, ports = make_secrets(folder), {name: free_port() for name in names}
    records = postgres.new_database()
    for name, value in (("records_url", records), ("redis_url", redis_url(secrets, ports["redis"]))):
        (secrets / name).write_text(f"{value}\n")
    with ExitStack() as stack, running_upstream() as upstream:
        spec = upstream.serve(description("/echo", "/held"))
        api = (ROOT / "deploy" / "openapi-mcp.toml").read_text()
        api = re.sub(r"(?m)^background_after = \d+", "background_after = 0.2", api)
        (folder / "openapi-mcp.toml").write_text(re.sub(r'(?m)^spec = ".*"', f'spec = "{spec}"', api))
        stack.enter_context(redis(folder, secrets, ports["redis"]))
        ours = {
            name: stack.enter_context(replica(name, folder, secrets, ports[name], ports[f"{name} metrics"]))
            for name in replicas()
        }
        stack.enter_context(balancer(folder, ports))
        yield Stack(folder=folder, secrets=secrets, ports=ports, replicas=ours, upstream=upstream, records=records)


def redis_url(secrets: Path, port: int) -> str:
    return (secrets / "redis_url").read_text().strip().replace("@redis:6379", f"@127.0.0.1:{port}")


def in_place(words: list[str], folder: Path, secrets: Path) -> list[str]:
    """Return a command of compose.yaml with the folders of this machine."""
    here = {SECRETS: f"{secrets}/", "/data": str(folder / "data"), "/etc/openapi-mcp": str(folder / "openapi-mcp")}
    for its, ours in here.items():
        words = [word.replace(its, ours) for word in words]
    return words


@contextmanager
def redis(folder: Path, secrets: Path, port: int) -> Iterator[None]:
    """Run what the service `redis` runs, until its own health check is content."""
    (folder / "data").mkdir()
    words = in_place(compose()["services"]["redis"]["command"], folder, secrets)
    client, *check = compose()["services"]["redis"]["healthcheck"]["test"][1:]
    with program([*words, "--port", str(port), "--bind", "127.0.0.1"], folder):
        until(
            lambda: subprocess.run([client, "-p", str(port), *check], capture_output=True, check=False).returncode == 0
        )
        yield


@contextmanager
def replica(name: str, folder: Path, secrets: Path, port: int, metrics: int) -> Iterator[Child]:
    """Run what a replica runs, until it listens."""
    words = in_place(replicas()[name]["command"], folder, secrets)
    home = folder / name
    home.mkdir()
    variables = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_STATE_HOME": str(home)}
    here = ("--host=127.0.0.1", f"--port={port}", "--metrics-host=127.0.0.1", f"--metrics-port={metrics}")
    with running(*words, *here, folder=home, environment=variables) as child:
        child.wait_for_stderr("listening on ")
        yield child


@contextmanager
def balancer(folder: Path, ports: dict[str, int]) -> Iterator[None]:
    """Run what the service `balancer` runs, before the replicas of this machine."""
    text = (ROOT / "deploy" / "haproxy.cfg").read_text()
    for name in replicas():
        text = text.replace(f" {name}:8800\n", f" 127.0.0.1:{ports[name]}\n")
    text = text.replace("bind :8800", f"bind 127.0.0.1:{ports['balancer']}")
    text = text.replace("bind :8405", f"bind 127.0.0.1:{ports['inside']}")
    (folder / "haproxy.cfg").write_text(text)
    words = compose()["services"]["balancer"]["command"]
    program_here = shutil.which(words[0]) or shutil.which(words[0], path="/usr/sbin")
    assert program_here, "haproxy is not installed: apt-get install haproxy (Debian)"
    with program([program_here, *words[1:-1], str(folder / "haproxy.cfg")], folder):
        until(lambda: connects(ports["balancer"]))
        yield


@contextmanager
def program(words: list[str], folder: Path) -> Iterator[None]:
    """Run a command until the end, by the signal that a container gets."""
    with (folder / f"{Path(words[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def until(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < patience
        time.sleep(0.05)


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_call_comes_through_the_balancer_and_is_recorded_in_postgresql(stack: Stack) -> None:
    """Issue 9, Replicas: the whole of compose.yaml."""
    status, said = stack.call(7)
    assert status == 200
    assert json.loads(said)["result"]["structuredContent"]["target"] == "/echo?n=7"
    until(lambda: bool(history("--records", stack.records, folder=stack.folder)))


def test_a_call_goes_on_in_the_background_with_what_the_user_of_redis_may(stack: Stack) -> None:
    """deploy/secrets.sh: that user may do nothing that is for operators; the engine needs none of it."""
    told = stack.result("held")["call"]
    stack.upstream.release.set()
    ended = stack.result("get_call", handle=told["handle"], wait=30)
    assert ended["held"] is True


def test_who_does_not_have_the_token_gets_nowhere(stack: Stack) -> None:
    assert stack.call(1, token="another-token-of-nobody-here")[0] == 401


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_what_is_for_operators_is_not_reached_from_outside(stack: Stack, path: str) -> None:
    """deploy/haproxy.cfg: each replica is asked itself, from inside."""
    assert stack.get("balancer", path) == 404


def test_every_container_is_well(stack: Stack) -> None:
    """The health checks of the Dockerfile and of the balancer; that of Redis was waited for."""
    for name in replicas():
        variables = clean_environment(OPENAPI_MCP_PORT=str(stack.ports[name]))
        command = [sys.executable, *health_check()[1:]]
        assert subprocess.run(command, env=variables, check=False).returncode == 0
    assert stack.get("inside", "/healthz") == 200


def test_prometheus_may_ask_every_replica(stack: Stack) -> None:
    """Issue 9, Telemetry: /metrics, at a port of its own."""
    assert [stack.get(f"{name} metrics", "/metrics") for name in replicas()] == [200, 200]


def test_a_replica_ends_by_itself_and_no_call_is_lost(stack: Stack) -> None:
    """Issue 9, Replicas: graceful rollout; this test is the last, as it ends a replica."""
    leaving = stack.replicas["replica-2"]
    leaving.process.send_signal(signal.SIGTERM)
    number = 0
    while leaving.process.poll() is None:
        number += 1
        assert stack.call(number)[0] == 200
    assert leaving.wait() == 0
    assert stack.call(0)[0] == 200
