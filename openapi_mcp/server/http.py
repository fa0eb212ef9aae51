"""MCP over Streamable HTTP: uvicorn around the SDK's app, Host and Origin checked, drained when it is told to stop."""

import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.server.asgi import LOOPBACK, AsgiApp, Guard, News, Requests
from openapi_mcp.server.beside import Keeping, Looking
from openapi_mcp.server.protocol import create_server
from openapi_mcp.server.signals import ending_signals
from openapi_mcp.serving import Serves

GRACE = 10.0  # seconds that calls in flight have after a signal
_LONGEST_BODY = 4 << 20
_BACKLOG = 2048


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
    if address[0] not in ("127.0.0.1", "::1"):
        is_loopback = ip_address(str(address[0]).partition("%")[0]).is_loopback
        other = "is not a name that clients are checked for" if is_loopback else "is reachable from other machines"
        raise ConfigError(
            f"{host} {other}, and this endpoint has no authentication of its own yet",
            where="--host",
            hint="serve on 127.0.0.1, ::1 or localhost, behind a proxy that authenticates",
        )
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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


async def serve_http(
    app: Serves,
    listener: socket.socket,
    path: str,
    ready: Callable[[], None],
    watch: Looking | None = None,
    keeper: Keeping | None = None,
) -> ExitCode:
    """Serve until SIGINT or SIGTERM, and return the exit status; `ready` is called once a client can connect.

    `watch` brings new documents while it runs; `keeper` keeps what was loaded for a start that cannot load.

    After a signal calls in flight may finish within 10 s, then streams that wait for news end; a second one ends all.
    """
    gc.enable()  # __main__.py turned it off
    gc.freeze()
    news = News(_asgi_app(app, path))
    app.on_change.append(news.list_changed)
    requests = Requests(news)
    config = uvicorn.Config(
        Guard(requests),
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=int(GRACE) + 1,  # for a client that does not even read the end of its answer
    )
    server = _Server(config, ready)
    ended = ExitCode.OK
    async with anyio.create_task_group() as group, ending_signals() as arriving:

        async def stop_on_signal() -> None:
            nonlocal ended
            async for number in arriving:
                if server.should_exit:
                    requests.end()
                    continue
                ended = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
                server.should_exit = True
                group.start_soon(drain)

        async def drain() -> None:
            with anyio.move_on_after(GRACE):
                await requests.answered()
            requests.end()

        group.start_soon(stop_on_signal)
        if watch is not None and watch.is_on:
            group.start_soon(watch.run, app)
        if keeper is not None and app.stored is None:
            group.start_soon(keeper.keep, app)
        await server.serve(sockets=[listener])
        group.cancel_scope.cancel()
    return ended


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: what ends us is decided here."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _asgi_app(app: Serves, path: str) -> AsgiApp:
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[pattern for host in LOOPBACK for pattern in (host, f"{host}:*")],
        allowed_origins=[pattern for host in LOOPBACK for pattern in (f"http://{host}", f"http://{host}:*")],
    )
    starlette: AsgiApp = create_server(app).streamable_http_app(
        streamable_http_path=path, transport_security=security, max_request_body_size=_LONGEST_BODY
    )
    return starlette
