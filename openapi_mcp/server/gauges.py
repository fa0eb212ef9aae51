"""What is at the moment, in numbers: calls in flight, breakers, records, documents, and what a server needs."""

import time
from collections.abc import Iterable, Iterator, Sequence

from openapi_mcp import __version__
from openapi_mcp.app import App
from openapi_mcp.background.calls import Background
from openapi_mcp.recording import Recorder, Standing
from openapi_mcp.server.probes import Health
from openapi_mcp.serving import Serves
from openapi_mcp.several import Several
from openapi_mcp.shared.link import Link
from openapi_mcp.telemetry.families import Family, counter, gauge, number
from openapi_mcp.telemetry.meters import Meters

_STATES = {"counting": 0.0, "half_open": 1.0, "open": 2.0}


def apps_of(app: Serves) -> Sequence[App]:
    """Return each API that is served."""
    if isinstance(app, Several):
        return [member.app for member in app.members if member.app is not None]
    return [app] if isinstance(app, App) else []


def health_of(app: Serves, recorder: Recorder | None, link: Link | None = None) -> Health:
    """Return what it takes to be sent calls, and what calls go on without."""
    health = Health(needs={"tools": lambda: bool(apps_of(app))})
    if isinstance(app, Several):
        health.helped["apis"] = lambda: len(apps_of(app)) == len(app.members)
    if recorder is not None and (standing := recorder.standing) is not None:
        health.helped["records"] = lambda: standing.is_writing
    if link is not None:
        health.helped["redis"] = lambda: link.is_there
    return health


def watch_background(meters: Meters, background: Background) -> None:
    """Have the calls read that go on in the background here."""
    said = "Calls that go on in the background here: those that wait for an answer, and jobs that began here."
    meters.add(lambda: [gauge("background_calls", said, "state", {k: float(v) for k, v in background.here.items()})])


def watch(meters: Meters, app: Serves, recorder: Recorder | None, health: Health) -> None:
    """Have these numbers read with those of the calls."""
    meters.add(lambda: _of_apps(app))
    meters.add(lambda: _of_server(health))
    if recorder is not None and (standing := recorder.standing) is not None:
        meters.add(lambda: _of_records(standing))


def _of_apps(app: Serves) -> Iterator[Family]:
    apps, now = apps_of(app), time.time()
    yield number("calls_in_flight", "Calls that run at the moment.", sum(each.in_flight for each in apps))
    named = {each.label_of(""): each for each in apps}
    tools = {name: float(len(each.toolset.tools)) for name, each in named.items()}
    yield gauge("tools", "Operations that are served as tools.", "api", tools)
    made = {name: fresh.made for name, each in named.items() if (fresh := each.freshness) is not None}
    ages = {name: max(0.0, now - at) for name, at in made.items()}
    yield gauge("document_age", "Since when the document is served as it is.", "api", ages, "seconds")
    looked = {name: max(0.0, now - each.looked) for name, each in named.items() if each.looked}
    said = "Since when this replica last looked whether the document is still the same, and could."
    yield gauge("document_checked_age", said, "api", looked, "seconds")
    yield from _of_queues(apps)
    states = {origin: _STATES[state] for each in apps for origin, state in each.executor.breakers().items()}
    said = "The circuit breaker of an origin that fails: 0 counting failures, 1 a probe may go, 2 open."
    yield gauge("breaker_state", said, "origin", states)


def _of_queues(apps: Sequence[App]) -> Iterator[Family]:
    queues = [each.executor.queue for each in apps]
    waiting = sum(waiting for waiting, _, _ in queues)
    yield number("concurrency_waiting", "Requests that wait for --max-concurrency at the moment.", waiting)
    said = "Requests that waited for --max-concurrency."
    yield counter("concurrency_waits", said, (), [((), sum(count for _, count, _ in queues))])
    said = "How long requests waited for --max-concurrency."
    yield counter("concurrency_wait", said, (), [((), sum(seconds for _, _, seconds in queues))], "seconds")


def _of_server(health: Health) -> Iterator[Family]:
    yield number("ready", "1 where calls may be sent here.", float(health.is_ready))
    up = {name: float(is_there()) for name, is_there in health.helped.items()}
    yield gauge("service_up", "1 where what calls can do without is there.", "service", up)
    yield gauge("build", "The version of this server.", "version", {__version__: 1.0})


def _of_records(standing: Standing) -> Iterable[Family]:
    yield number("records_waiting", "Records of calls that are not written yet.", standing.waiting)
    yield counter("records_lost", "Calls that were not recorded.", (), [((), standing.lost)])
