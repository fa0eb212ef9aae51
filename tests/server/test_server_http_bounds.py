"""What one client can hold of the server, seen from outside: sessions, and requests of which a part never comes."""

import signal
import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
from support.child import INITIALIZE, Child, serving_http
from support.issuer import Issuer
from support.upstream import PATIENCE, Upstream, description

from openapi_mcp.config import build_config
from openapi_mcp.opening import open_app
from openapi_mcp.server import http as module
from openapi_mcp.server.access import Access
from openapi_mcp.server.forward import Forward
from openapi_mcp.server.sessions import OF_ONE, Sessions

MCP = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
POST = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
AUDIENCE = "https://mcp.test/mcp"


class Old:
    """A client of the handshake's time."""

    def __init__(self, url: str, browser: httpx.Client, **headers: str) -> None:
        self.url, self.browser = url, browser
        self.headers = {**MCP, **{name.replace("_", "-"): value for name, value in headers.items()}}

    def open(self) -> str:
        """Begin a session, and return its id."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        answer = self.browser.post(self.url, headers=self.headers, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["mcp-session-id"])

    def ping(self, session: str) -> int:
        """Use a session; return the status of the answer."""
        body = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        return self.browser.post(self.url, headers={**self.headers, "Mcp-Session-Id": session}, json=body).status_code


def ended_by_sigterm(child: Child) -> None:
    """End a server, which ends well."""
    child.process.send_signal(signal.SIGTERM)
    assert child.wait() == 0
    assert "Traceback" not in child.stderr


def connected(url: str) -> socket.socket:
    """Return a connection to the server."""
    return socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=PATIENCE)


def all_of(connection: socket.socket) -> bytes:
    """Return what comes until the server closes."""
    came = b""
    while piece := connection.recv(65536):
        came += piece
    return came


def test_a_caller_with_many_sessions_loses_its_own_and_locks_nobody_out(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """security.md 29."""
    issuer = Issuer(other_upstream)
    options = ("--spec", upstream.serve(description("/echo")), "--oauth-issuer", issuer.url)
    with (
        serving_http(*options, "--oauth-audience", AUDIENCE, folder=tmp_path) as (child, url),
        httpx.Client(trust_env=False, timeout=PATIENCE) as browser,
    ):
        ann, bob = (Old(url, browser, Authorization=f"Bearer {issuer.token(sub=name)}") for name in ("ann", "bob"))
        of_bob = bob.open()
        of_ann = [ann.open() for _ in range(OF_ONE + 1)]
        assert (ann.ping(of_ann[0]), ann.ping(of_ann[1]), ann.ping(of_ann[-1])) == (404, 200, 200)
        assert bob.ping(of_bob) == 200
        ended_by_sigterm(child)


@pytest.mark.anyio
async def test_of_all_sessions_the_oldest_goes_whosever_it_is(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK ends it as for its own client, whom nobody else can be."""
    monkeypatch.setattr(module, "Sessions", partial(Sessions, of_all=2))
    config = build_config({"spec": upstream.serve(description("/echo"))}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app, anyio.create_task_group() as group:
        listener, ready = module.bind("127.0.0.1", 0), anyio.Event()
        access = Access(forward=Forward(names=("X-Key",)))
        group.start_soon(module.serve_http, app, module.Endpoint(listener=listener, access=access), ready.set)
        await ready.wait()
        await anyio.to_thread.run_sync(_three_callers, f"http://127.0.0.1:{listener.getsockname()[1]}/mcp")
        signal.raise_signal(signal.SIGTERM)


def _three_callers(url: str) -> None:
    with httpx.Client(trust_env=False, timeout=PATIENCE) as browser:
        callers = [Old(url, browser, X_Key=name) for name in ("ann", "bob", "eve")]
        opened = [caller.open() for caller in callers]
        assert [caller.ping(session) for caller, session in zip(callers, opened, strict=True)] == [404, 200, 200]
        assert callers[1].ping(opened[2]) == 404


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_a_body_that_never_comes_holds_nothing(upstream: Upstream, tmp_path: Path, method: str) -> None:
    """security.md 29: the connection ends as well."""
    with serving_http("--spec", upstream.serve(description("/echo")), folder=tmp_path) as (child, url):
        with connected(url) as connection:
            connection.sendall(f"{method} /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n{{".encode())
            assert all_of(connection).startswith(b"HTTP/1.1 400 ")
        ended_by_sigterm(child)


@pytest.mark.requirement(24)
def test_sigterm_does_not_wait_for_half_a_body(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 24: it asks nothing yet. We say `100 Continue` once we wait for it."""
    with (
        serving_http("--spec", upstream.serve(description("/echo")), folder=tmp_path) as (child, url),
        connected(url) as connection,
    ):
        connection.sendall(POST + b"Content-Length: 99\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{")
        ended_by_sigterm(child)
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"this server is shutting down")


@pytest.mark.requirement(24)
def test_sigterm_does_not_wait_for_an_issuer(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """security.md 24: whoever waits at the door has asked nothing yet."""
    issuer = Issuer(other_upstream)
    options = ("--oauth-issuer", issuer.url, "--oauth-jwks", f"{other_upstream.url}/hang", "--oauth-audience", AUDIENCE)
    with (
        serving_http("--spec", upstream.serve(description("/echo")), *options, folder=tmp_path) as (child, url),
        connected(url) as connection,
    ):
        connection.sendall(POST + f"Authorization: Bearer {issuer.token()}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        assert httpx.get(url, trust_env=False, timeout=PATIENCE).status_code == 401  # so that one has been read, too
        ended_by_sigterm(child)
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"this server is shutting down")
