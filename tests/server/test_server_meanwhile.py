"""The port answers from the first moment, while the document loads."""

import json
import signal
import time
from pathlib import Path

import httpx
from support.child import running
from support.links import closed_port
from support.upstream import description

from openapi_mcp.errors import ExitCode


def asked(client: httpx.Client, url: str) -> httpx.Response:
    """Return the first answer of a server that is being started."""
    until = time.monotonic() + 30
    while True:
        try:
            return client.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < until


def test_while_the_document_loads_it_is_alive_and_says_that_it_is_not_ready(tmp_path: Path) -> None:
    """A probe that gets no answer has a container killed in the middle of its load; a call is told to come again."""
    port, done = closed_port(), tmp_path / "done"
    script, spec = tmp_path / "spec.sh", tmp_path / "spec.json"
    spec.write_text(json.dumps(description("/echo")))
    script.write_text(f"while ! test -e '{done}'; do sleep 0.05; done; cat '{spec}'")
    options = (
        "serve",
        "http",
        "--port",
        str(port),
        "--spec-command",
        f"sh {script}",
        "--base-url",
        "http://127.0.0.1:9",
        "--access-log",
    )
    root = f"http://127.0.0.1:{port}"
    with running(*options, folder=tmp_path) as child, httpx.Client(trust_env=False, timeout=20) as client:
        alive = asked(client, f"{root}/healthz")
        ready, call = client.get(f"{root}/readyz"), client.post(f"{root}/mcp", json={})
        assert (alive.status_code, alive.json()) == (200, {"alive": True})
        assert (ready.status_code, ready.json()["lacking"]) == (503, ["loading"])
        assert (call.status_code, call.headers["retry-after"]) == (503, "1")
        done.touch()
        child.wait_for_stderr("listening on")
        assert client.get(f"{root}/readyz").status_code == 200
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == ExitCode.OK
    (line,) = [each for each in child.stderr.splitlines() if "path=/mcp " in each]
    assert "request method=POST path=/mcp status=503 " in line
    assert line.endswith(f"id={call.headers['x-request-id']}")
    assert "path=/healthz" not in child.stderr


def test_a_signal_during_the_load_ends_it_at_once(tmp_path: Path) -> None:
    """There is nothing to drain."""
    port = closed_port()
    waiting = ("serve", "http", "--port", str(port), "--spec-command", "sleep 600")
    with running(*waiting, "--drain", "600", folder=tmp_path) as child, httpx.Client(trust_env=False) as client:
        assert asked(client, f"http://127.0.0.1:{port}/healthz").status_code == 200
        child.process.send_signal(signal.SIGTERM)
        child.wait()
