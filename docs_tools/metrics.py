"""The page of all numbers at `/metrics`, as a server tells them of itself."""

from types import SimpleNamespace
from typing import Any, cast

from docs_tools.markdown import code, page, prose, table
from openapi_mcp.combined import Combined
from openapi_mcp.server import gauges
from openapi_mcp.server.probes import Health
from openapi_mcp.several import Several
from openapi_mcp.telemetry.families import BOUNDS, Family, Form
from openapi_mcp.telemetry.meters import Meters

_START = """\
`serve http` shows these at `/metrics`, in the format of Prometheus or as OpenMetrics, to who may call; with
`--metrics-port` at a port of its own. `--otel` sends the same by OpenTelemetry. The numbers of the process
(`process_...`) stand beside them. A label holds the name of an API, a tool, an origin or a kind, never an argument or
a caller.
"""
_BUCKETS = "The buckets of a histogram end at {bounds} and +Inf seconds.\n"


def metrics_page() -> str:
    """Return the page of all numbers."""
    rows = [[code(shown_name(each)), each.form.value, _labels(each), prose(each.help)] for each in families()]
    bounds = ", ".join(f"{bound:g}" for bound in BOUNDS)
    return page("Metrics", _START, table(["number", "form", "labels", "says"], rows), _BUCKETS.format(bounds=bounds))


def families() -> list[Family]:
    """Return every family that a server can show: of calls, APIs, the server, records, and the background."""
    meters = Meters()
    recorder = SimpleNamespace(standing=SimpleNamespace(waiting=0, lost=0, is_writing=True))
    gauges.watch(meters, Several(Combined(())), cast(Any, recorder), Health())
    gauges.watch_background(meters, cast(Any, SimpleNamespace(here={})))
    return meters.families()


def shown_name(family: Family) -> str:
    """Return the name that a scraper sees: "openapi_mcp_calls_total", "openapi_mcp_call_duration_seconds"."""
    unit = f"_{family.unit}" if family.unit else ""
    return f"openapi_mcp_{family.name}{unit}{'_total' if family.form is Form.COUNTER else ''}"


def _labels(family: Family) -> str:
    return ", ".join(map(code, family.labels))
