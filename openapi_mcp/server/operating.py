"""What a server over HTTP does for those who run it: probes, numbers, a line for each request, a slow end."""

import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import uvicorn

from openapi_mcp.server.access import Access
from openapi_mcp.server.access_log import AccessLog
from openapi_mcp.server.asgi import AsgiApp
from openapi_mcp.server.connection import Connection
from openapi_mcp.server.door import Admission
from openapi_mcp.server.guard import Guard
from openapi_mcp.server.metrics import Beside, Page, beside_endpoint, nothing_else
from openapi_mcp.server.probes import Health, Probes
from openapi_mcp.telemetry.meters import Meters

GRACE = 10.0  # seconds that calls in flight have after a signal

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True, kw_only=True)
class Operating:
    """What is told to those who run a server; without `meters` there are no numbers, without `probes` no probes.

    It drains for `drain` seconds. `numbers` is where the numbers are where they have a port of their own.
    What is done `beside` the endpoint is begun with it.
    """

    health: Health = field(default_factory=Health)
    probes: bool = False
    drain: float = 0.0
    access_log: bool = False
    meters: Meters | None = None
    numbers: socket.socket | None = None
    beside: Sequence[Work] = ()

    def around(self, guarded: AsgiApp) -> AsgiApp:
        """Return the app as the socket sees it: what is outside even of the guard."""
        served: AsgiApp = Probes(guarded, self.health) if self.probes else guarded
        return AccessLog(served) if self.access_log else served

    def with_numbers(self, served: AsgiApp, access: Access, admission: Admission, *, is_local: bool) -> AsgiApp:
        """Return the endpoint's app with what answers for the numbers beside it."""
        if self.meters is None:
            return served
        is_elsewhere = self.numbers is not None
        page = beside_endpoint(self.meters, access, admission, is_local=is_local, is_elsewhere=is_elsewhere)
        return Beside(page, served)

    def work(self, access: Access) -> list[Work]:
        """Return what is done beside the endpoint: showing the numbers at their own port, and the probes there too."""
        if self.meters is None or self.numbers is None:
            return [*self.beside]
        names = access.names(str(self.numbers.getsockname()[0]))
        names = replace(names, any_inside=names.any_address)  # a scraper there may ask by the name of a service
        served = self.around(Guard(Beside(Page(self.meters), nothing_else), names))
        server = Quiet(uvicorn_config(served, lifespan="off"))
        return [*self.beside, partial(server.serve, sockets=[self.numbers])]


class Quiet(uvicorn.Server):
    """uvicorn without its own signal handling: what ends us is decided in http.py."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def uvicorn_config(app: AsgiApp, lifespan: Any = "on") -> uvicorn.Config:
    """Return how uvicorn serves an app."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan=lifespan,
        server_header=False,
        timeout_graceful_shutdown=int(GRACE) + 1,  # for a client that does not even read the end of its answer
    )
