"""MCP over Streamable HTTP: uvicorn around the SDK's app, Host and Origin checked, drained when it is told to stop."""

import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from openapi_mcp.app import App
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.server.protocol import create_server
from openapi_mcp.server.signals import ending_signals

GRACE = 10.0  # seconds that calls in flight have after a signal
_LONGEST_BODY = 4 << 20
_BACKLOG = 2048

Message = MutableMapping[str, Any]
AsgiApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one.

    Raises:
        ConfigError: not a loopback address, an unknown host, or a port in use.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise ConfigError(f"the host {host!r} is unknown", where="--host", hint="use 127.0.0.1") from None
    family, _, _, _, address = found[0]
    if not ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise ConfigError(
            f"{host} is reachable from other machines, and this endpoint has no authentication of its own yet",
            where="--host",
            hint="serve on 127.0.0.1, behind a proxy that authenticates",
        )
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there the option lets two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            where="--port",
            hint="another program has the port: choose another one, or --port 0 for any that is free",
        ) from None
    return listener


async def serve_http(app: App, listener: socket.socket, path: str) -> ExitCode:
    """Serve until SIGINT or SIGTERM; calls in flight may finish within 10 s. Return the exit status."""
    calls = _InFlight(_asgi_app(app, path))
    config = uvicorn.Config(calls, log_config=None, access_log=False, lifespan="on", server_header=False)
    server = _Server(config)
    ended = ExitCode.OK
    async with anyio.create_task_group() as group, ending_signals() as arriving:

        async def stop_on_signal() -> None:
            nonlocal ended
            async for number in arriving:
                if server.should_exit:  # asked twice: now
                    server.force_exit = True
                    return
                ended = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
                group.start_soon(drain)

        async def drain() -> None:
            server.should_exit = True
            with anyio.move_on_after(GRACE):
                await calls.finished()
            server.force_exit = True  # streams that only wait for news have nothing left to say

        group.start_soon(stop_on_signal)
        await server.serve(sockets=[listener])
        group.cancel_scope.cancel()
    return ended


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: what ends us is decided here."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _InFlight:
    """Counts the POST requests that are being answered."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._count = 0
        self._idle = anyio.Event()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        self._count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
            self._idle.set()

    async def finished(self) -> None:
        """Return when no request is being answered."""
        while self._count:
            self._idle = anyio.Event()
            await self._idle.wait()


def _asgi_app(app: App, path: str) -> AsgiApp:
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[pattern for host in _LOOPBACK for pattern in (host, f"{host}:*")],
        allowed_origins=[pattern for host in _LOOPBACK for pattern in (f"http://{host}", f"http://{host}:*")],
    )
    starlette: AsgiApp = create_server(app).streamable_http_app(
        streamable_http_path=path, transport_security=security, max_request_body_size=_LONGEST_BODY
    )
    return starlette


_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
