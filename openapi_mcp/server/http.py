"""MCP over Streamable HTTP: uvicorn around the SDK's app, guarded, with a door; drained when it is told to stop."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import uvicorn
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings

from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.server.access import Access, bracketed
from openapi_mcp.server.asgi import AsgiApp, News, Requests
from openapi_mcp.server.background import Goes
from openapi_mcp.server.beside import Keeping, Looking
from openapi_mcp.server.bodies import LONGEST, Bodies
from openapi_mcp.server.door import Admission, Door
from openapi_mcp.server.guard import Guard, Names
from openapi_mcp.server.issuer import is_this_machine
from openapi_mcp.server.operating import GRACE, Operating, Quiet, Work, uvicorn_config
from openapi_mcp.server.protocol import create_server
from openapi_mcp.server.room import NoRoom
from openapi_mcp.server.sessions import Sessions
from openapi_mcp.server.signals import ending_signals
from openapi_mcp.server.streams import Streams
from openapi_mcp.serving import Serves

_BACKLOG = 2048

Around = Callable[[AsgiApp, Admission], AsgiApp]


def bind(host: str, port: int, access: Access | None = None, options: str = "-") -> socket.socket:
    """Return a listening socket; port 0 takes any free one. The `options` that name both begin so: "--metrics".

    Raises:
        ConfigError: others could reach it and nobody has to say who they are; an unknown host, or a port in use.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise ConfigError(f"the host {host!r} is unknown", where=f"{options}-host", hint="use 127.0.0.1") from None
    family, _, _, _, address = found[0]
    if not is_this_machine(_address(address)):
        _require_callers(host, access or Access())
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
            where=f"{options}-port",
            hint=f"another program has the port: choose another one, or {options}-port 0 for any that is free",
        ) from None
    return listener


def _require_callers(host: str, access: Access) -> None:
    """Refuse to lend the server's own credentials to everybody, unless that was said."""
    if access.is_authenticated or access.allow_unauthenticated or access.brings_own:
        return
    raise ConfigError(
        f"{host} is reachable from other machines, and nobody has to say who they are",
        where="--host",
        hint="give --endpoint-token, --oauth-issuer or --forward; --allow-unauthenticated serves everybody",
    )


def is_for_everybody(listener: socket.socket, access: Access) -> bool:
    """True where other machines reach the endpoint and nobody has to say who they are."""
    return not access.is_authenticated and not is_this_machine(_address(listener.getsockname()))


def _address(name: tuple[Any, ...]) -> str:
    """Return the address of a socket, without the interface that a link-local one names."""
    return str(name[0]).partition("%")[0]


def endpoint_url(host: str, listener: socket.socket, path: str) -> str:
    """Return where the endpoint is, by the name that the operator gave its host."""
    return f"http://{bracketed(host)}:{listener.getsockname()[1]}{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an endpoint is, and what stands around it.

    `access` says who may call; `beside` shows something else at the same port, which sees to who may see it;
    `operating` is what those are told who run it.
    """

    listener: socket.socket
    path: str = "/mcp"
    access: Access = field(default_factory=Access)
    beside: Around | None = None
    operating: Operating = field(default_factory=Operating)

    @property
    def address(self) -> str:
        """The address that it is bound to."""
        return _address(self.listener.getsockname())

    @property
    def url(self) -> str:
        """Where it is, by the name that the operator gave its host."""
        return endpoint_url(self.access.host, self.listener, self.path)

    def around(self, inside: AsgiApp, admission: Admission) -> AsgiApp:
        """Return the endpoint's app with what is shown at its port too."""
        shown = self.beside(inside, admission) if self.beside is not None else inside
        return self.operating.with_numbers(shown, self.access, admission, is_local=is_this_machine(self.address))


async def serve_http(
    app: Serves,
    endpoint: Endpoint,
    ready: Callable[[], None],
    *,
    watch: Looking | None = None,
    keeper: Keeping | None = None,
    background: Goes | None = None,
) -> ExitCode:
    """Serve until SIGINT or SIGTERM, and return the exit status; `ready` is called once a client can connect.

    `watch` brings new documents and settings while it runs; `keeper` keeps what was loaded for a start that cannot
    load. Calls that take long go on in the `background`.
    """
    access = endpoint.access
    keys = access.issuer.keys() if access.issuer is not None else None
    admission = access.admission(endpoint.url, keys)
    news = News(_asgi_app(app, endpoint, background))
    app.on_change.append(news.list_changed)
    counted: AsgiApp = Sessions(news) if app.link is None else Streams(news)
    served = endpoint.around(Door(Bodies(counted), admission), admission)
    work: list[Work] = []
    if keys is not None:
        work.append(keys.ask)  # the first caller need not wait for them, and the operator hears of trouble
    if watch is not None:
        work.append(partial(watch.run, app))
    if keeper is not None and app.stored is None:
        work.append(partial(keeper.keep, app))
    work += endpoint.operating.work(access)
    return await run_server(served, access.names(endpoint.address), endpoint.listener, ready, work, endpoint.operating)


async def run_server(
    served: AsgiApp,
    names: Names,
    listener: socket.socket,
    ready: Callable[[], None],
    work: Iterable[Work] = (),
    operating: Operating | None = None,
) -> ExitCode:
    """Run an app behind the guard until SIGINT or SIGTERM, and some work beside it; return the exit status.

    After SIGTERM it is ready no more, and goes on for as long as it drains. Then, and after SIGINT at once, calls in
    flight may finish within 10 s, then streams that wait for news end; a second signal ends all.
    """
    operating = operating or Operating()
    asyncio.get_running_loop().set_exception_handler(NoRoom())
    gc.enable()  # __main__.py turned it off
    gc.freeze()
    # Outermost what ends a request that still waits at the door or for its body, inside what knows who has a session.
    requests = Requests(served)
    server = _Server(uvicorn_config(operating.around(Guard(requests, names))), ready)
    ended = ExitCode.OK
    async with anyio.create_task_group() as group, ending_signals() as arriving:
        pausing = anyio.CancelScope()

        async def stop_on_signal() -> None:
            nonlocal ended
            async for number in arriving:
                if operating.health.is_draining:
                    pausing.cancel()
                    requests.end()
                    continue
                ended = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.OK
                operating.health.is_draining = True
                group.start_soon(stop, 0.0 if number == signal.SIGINT else operating.drain)

        async def stop(pause: float) -> None:
            requests.drain()
            with pausing:
                await anyio.sleep(pause)
            server.should_exit = True
            requests.leave()
            with anyio.move_on_after(GRACE):
                await requests.answered()
            requests.end()

        group.start_soon(stop_on_signal)
        for each in work:
            group.start_soon(each)
        await server.serve(sockets=[listener])
        group.cancel_scope.cancel()
    return ended


class _Server(Quiet):
    """Says when a client can connect."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _asgi_app(app: Serves, endpoint: Endpoint, background: Goes | None) -> AsgiApp:
    """Return the SDK's app, which also says to whom a caller goes for a token. RFC 9728.

    With replicas no client has a session: that would be of one of them, and the next request comes to another.
    """
    access, auth = endpoint.access, None
    if access.issuer is not None:
        # From texts: of a host alone AnyHttpUrl makes a URL with a slash, which is not the issuer's own any more.
        fields = {
            "issuer_url": access.issuer.url,
            "resource_server_url": access.resource(endpoint.url),
            "required_scopes": list(access.issuer.scopes) or None,
            "validate_token_resource": False,  # the verifier has seen to the audience
        }
        auth = AuthSettings.model_validate(fields)
    server = create_server(app, is_private=access.is_authenticated, background=background)
    starlette: AsgiApp = server.streamable_http_app(
        streamable_http_path=endpoint.path,
        # The guard in front has looked at Host and Origin.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=LONGEST,
        stateless_http=app.link is not None,
        auth=auth,
    )
    return starlette
