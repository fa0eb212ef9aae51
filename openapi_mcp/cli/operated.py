"""What a server over HTTP, or stdio, is told to tell those who run it, from its configuration."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from openapi_mcp.cli.output import quiet_notice
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.progress import Notice
from openapi_mcp.recording import Recorder
from openapi_mcp.serving import Serves
from openapi_mcp.telemetry.families import number
from openapi_mcp.telemetry.meters import Meters

if TYPE_CHECKING:
    from socket import socket

    from openapi_mcp.server.operating import Operating, Work
    from openapi_mcp.server.probes import Health
    from openapi_mcp.shared.link import Link

_KEYS = "Different --shared-key in use at Redis: more than 1 is replicas that do not see each other."


@contextmanager
def telemetry(config: Config, say: Notice) -> Iterator[Meters]:
    """Yield what adds up what calls come to; with --otel it is sent, as is what is done meanwhile.

    Raises:
        ConfigError: the extra [otel] is not installed.
    """
    meters = Meters()
    if not config.otel:
        yield meters
        return
    from openapi_mcp.telemetry.otel import collecting

    with collecting(meters, say):
        yield meters


@contextmanager
def numbers_listener(config: Config, say: Notice) -> "Iterator[socket | None]":
    """Yield a listener for the numbers, None where they have no port of their own.

    Raises:
        ConfigError: as `bind` does, or the endpoint's path is that of something beside it.
    """
    from openapi_mcp.server.access import Access
    from openapi_mcp.server.http import bind, endpoint_url
    from openapi_mcp.server.paths import METRICS, PLAIN

    if config.path in PLAIN:
        hint = "choose another path for the endpoint"
        raise ConfigError(f"{', '.join(PLAIN)} stand beside the endpoint", where="--path", hint=hint)
    if config.metrics_port is None:
        yield None
        return
    host = config.metrics_host
    with bind(host, config.metrics_port, Access(host=host, allow_unauthenticated=True), "--metrics") as listener:
        say(f"metrics: {endpoint_url(host, listener, METRICS)}")
        yield listener


def operating_of(
    config: Config,
    app: Serves,
    recorder: Recorder | None,
    meters: Meters,
    numbers: "socket | None",
    link: "Link | None" = None,
    say: Notice = quiet_notice,
) -> "Operating":
    """Return what those are told who run a server over HTTP; from now on its calls are added up."""
    from openapi_mcp.server.access_log import BY_TOKEN, log_failure
    from openapi_mcp.server.operating import Operating

    if config.access_log:
        nameless = BY_TOKEN if config.endpoint_token is not None else ""
        app.on_call.append(partial(log_failure, nameless=nameless))
    beside: list[Work] = []
    if link is not None:
        from openapi_mcp.shared.fleets import Fleets

        fleets = Fleets(link, say)
        meters.add(lambda: [number("shared_keys", _KEYS, fleets.count)])
        beside.append(fleets.run)
    return Operating(
        health=measured(app, recorder, meters, link),
        probes=True,
        drain=config.drain,
        access_log=config.access_log,
        meters=meters,
        numbers=numbers,
        beside=beside,
    )


def measured(app: Serves, recorder: Recorder | None, meters: Meters, link: "Link | None" = None) -> "Health":
    """Have the calls of an app added up from now on; return how it is."""
    from openapi_mcp.server.gauges import health_of, watch
    from openapi_mcp.server.metrics import note

    health = health_of(app, recorder, link)
    watch(meters, app, recorder, health)
    app.on_call.append(partial(note, meters))
    return health
