"""Numbers for Prometheus: at the endpoint's port for who may call, or at a port of its own for an inside network."""

from functools import partial

import anyio.to_thread

from openapi_mcp.heard import Heard
from openapi_mcp.model.background import CANCEL_CALL, GET_CALL
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.server.access import Access
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer
from openapi_mcp.server.door import Admission, Door
from openapi_mcp.server.paths import METRICS
from openapi_mcp.telemetry.exposition import exposed
from openapi_mcp.telemetry.meters import UNKNOWN, Meters

_OURS = frozenset({*SEARCH_TOOLS, READ_RESULT, GET_CALL, CANCEL_CALL})
_CLOSED = (
    "nobody has to say who they are here, so the numbers are not shown: "
    "start the server with --metrics-port, or with --endpoint-token"
)
_ELSEWHERE = "the numbers are at the port that --metrics-port names"


def note(meters: Meters, heard: Heard) -> None:
    """Add up a call; a name that a caller made up has no number of its own."""
    tool = heard.tool.name if heard.tool is not None else heard.call.tool if heard.call.tool in _OURS else UNKNOWN
    meters.note(heard.api, tool, heard.result, heard.duration)


class Page:
    """The page of the numbers, as a scraper asks for it."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer with all numbers; they are written down in a thread, so that calls go on meanwhile."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, "the numbers are read with GET", [(b"allow", b"GET, HEAD")])
            return
        accept = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")
        work = partial(exposed, self._meters.families(), accept)
        page, media_type = await anyio.to_thread.run_sync(work)
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", str(len(page)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page})


class Beside:
    """Shows the numbers at their path, and hands on what is asked elsewhere."""

    def __init__(self, page: AsgiApp, rest: AsgiApp) -> None:
        self._page = page
        self._rest = rest

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand a request to one of the two."""
        is_page = scope["type"] == "http" and scope["path"] == METRICS
        await (self._page if is_page else self._rest)(scope, receive, send)


def beside_endpoint(
    meters: Meters, access: Access, admission: Admission, *, is_local: bool, is_elsewhere: bool
) -> AsgiApp:
    """Return what answers for the numbers at the endpoint's own port.

    They are for who may call; where nobody has to say who they are, only for this machine, and for no proxy of it.
    """
    if is_elsewhere:
        return partial(_refuse, _ELSEWHERE)
    if access.is_authenticated:
        return Door(Page(meters), admission)
    is_private = is_local and access.public_url is None and not access.hosts
    return Page(meters) if is_private else partial(_refuse, _CLOSED)


async def _refuse(reason: str, _scope: Message, _receive: Receive, send: Send) -> None:
    await answer(send, 404, reason)


async def nothing_else(_scope: Message, _receive: Receive, send: Send) -> None:
    """Answer what is asked at the port of the numbers, and is not there."""
    await answer(send, 404, f"the numbers are at {METRICS}")
