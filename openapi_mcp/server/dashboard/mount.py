"""Where the dashboard is shown: at a port of its own on this machine, or beside an MCP endpoint."""

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from openapi_mcp import switches
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.recorded import where_recorded
from openapi_mcp.records.store import Store
from openapi_mcp.server.access import Access
from openapi_mcp.server.asgi import AsgiApp
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.entrance import Lock
from openapi_mcp.server.dashboard.site import Mounted, dashboard_site
from openapi_mcp.server.door import Admission
from openapi_mcp.server.guard import Names
from openapi_mcp.server.http import Around, endpoint_url, run_server
from openapi_mcp.server.issuer import is_this_machine
from openapi_mcp.server.operating import Work
from openapi_mcp.server.paths import DASHBOARD as PATH
from openapi_mcp.serving import Serves

_HERE = "127.0.0.1"
_WHERE = "--dashboard"

Say = Callable[[str], None]


def board_of(config: Config, app: Serves | None, environ: Mapping[str, str] = os.environ, **more: Any) -> Board:
    """Return what is shown of a configuration, and of what is served by it."""
    where = None if config.no_records else where_recorded(config, environ)
    return Board(app=app, open_records=partial(_open, where) if where is not None else None, switches=switches, **more)


def _open(where: Any) -> Store:
    from openapi_mcp.records.sql import open_store

    return open_store(where)


def require_closed(config: Config, access: Access) -> None:
    """Refuse to show the dashboard where everybody could see it, or where the endpoint is.

    Raises:
        ConfigError: other machines reach it and nobody has to say who they are; or the two paths are one.
    """
    if not access.is_authenticated and not is_this_machine(config.host):
        hint = "give --endpoint-token or --oauth-issuer; a header that is forwarded says nothing to the dashboard"
        raise ConfigError(
            "the dashboard shows what everybody calls, and who looks is not known", where=_WHERE, hint=hint
        )
    if f"{config.path}/".startswith(f"{PATH}/"):
        raise ConfigError(f"the dashboard is at {PATH}", where="--path", hint="choose another path for the endpoint")


def beside(board: Board, access: Access, listener: socket.socket, path: str, say: Say) -> Around:
    """Return what shows the dashboard beside an endpoint: to its operator, and to those whom its own door lets in."""

    def around(served: AsgiApp, admission: Admission) -> AsgiApp:
        lock = _lock(access, listener, path, admission, say)
        say(f"dashboard: {lock.new_link()}")
        return Mounted(PATH, dashboard_site(board, lock), served)

    return around


def _lock(access: Access, listener: socket.socket, path: str, admission: Admission, say: Say) -> Lock:
    port = listener.getsockname()[1]
    own = endpoint_url(access.host, listener, f"{PATH}/")
    public = access.public_url
    link = _beside_public(public, path) if public else own
    return Lock(
        admission=admission,
        say=say,
        link=link,
        cookie=_cookie(port),
        path=urlsplit(link).path,
        is_secure=link.startswith("https:"),
        origins=access.names(str(listener.getsockname()[0])).origins,
    )


def _beside_public(public: str, path: str) -> str:
    """Return where a proxy shows the dashboard that shows the endpoint at a URL.

    ("https://example.com/tools/mcp", "/mcp") -> "https://example.com/tools/dashboard/"
    """
    parts = urlsplit(public)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(path)}{PATH}/"


def _cookie(port: int) -> str:
    """Return the cookie's name: a browser gives a cookie of this machine to every port of it."""
    return f"openapi_mcp_{port}"


async def serve_dashboard(
    board: Board, listener: socket.socket, ready: Callable[[str], None], say: Say, work: Iterable[Work] = ()
) -> ExitCode:
    """Serve the dashboard alone until SIGINT or SIGTERM; `ready` is told a link that opens it once.

    `work` is done beside it.
    """
    lock = Lock(
        admission=Admission(),
        say=say,
        link=endpoint_url(_HERE, listener, "/"),
        cookie=_cookie(listener.getsockname()[1]),
    )
    return await run_server(dashboard_site(board, lock), Names(), listener, lambda: ready(lock.new_link()), work)
