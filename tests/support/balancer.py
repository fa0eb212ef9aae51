"""A real balancer, haproxy, before servers of this machine: what an operator would write, on loopback."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.upstream import PATIENCE

INSTALL = "haproxy is not installed: apt-get install haproxy (Debian), brew install haproxy (macOS)"
ANSWERED_BY = "x-answered-by"

SETTINGS = """
global
    maxconn 4000
defaults
    mode http
    timeout connect 2s
    timeout check 5s
    timeout client 75s
    timeout server 75s
    timeout http-keep-alive 30s
    option redispatch
    retries 3
    retry-on conn-failure
frontend clients
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance roundrobin
    option httpchk GET /readyz
    http-check expect status 200
    http-response set-header X-Answered-By %s
    default-server check inter 500ms fall 2 rise 1
{servers}
"""
"""A request goes to another server only where the first one was not reached: nothing is sent twice."""


@contextmanager
def running_balancer(servers: Mapping[str, int]) -> Iterator[str]:
    """Yield the URL of a balancer before some servers, by name and port: {"a": 8001, "b": 8002}."""
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    assert program, INSTALL
    folder, port = Path(tempfile.mkdtemp(prefix="haproxy-")), free_port()
    lines = "\n".join(f"    server {name} 127.0.0.1:{each}" for name, each in servers.items())
    file = folder / "haproxy.cfg"
    file.write_text(SETTINGS.format(port=port, servers=lines), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-db", "-f", str(file)], stdout=log, stderr=log)
    try:
        _wait_for(port, process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(PATIENCE)
        shutil.rmtree(folder)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, "the balancer does not listen"
            time.sleep(0.02)
        else:
            return


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
