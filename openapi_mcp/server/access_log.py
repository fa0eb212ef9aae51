"""A line of the log for each HTTP request, and for each call that fails: who, where, how it ended; not what it was."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.heard import Heard, new_id
from openapi_mcp.model.text import one_line
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send
from openapi_mcp.server.paths import DASHBOARD, PLAIN

log = logging.getLogger("openapi_mcp.access")

_ENTRY = "openapi_mcp.access"
_LONGEST_PATH = 200
_LONGEST_TOOL = 100
_NOBODY = "-"

BY_TOKEN = "endpoint-token"  # noqa: S105  whoever has it: they are one caller, of whom no more is known


@dataclass(slots=True, eq=False)
class _Entry:
    """What is known of a request so far."""

    id: str
    caller: str = ""
    status: int = 0
    size: int = 0
    is_taken: bool = False  # the id, by a call


def note_caller(scope: Message, caller: str) -> None:
    """Note who makes a request, by the name that tells callers apart; it is no secret."""
    entry = scope.get(_ENTRY)
    if isinstance(entry, _Entry):
        entry.caller = caller


def take_id(scope: Mapping[str, Any]) -> str:
    """Return a request's id for the call that it makes, whose record has it then; "" where none is left, or logged."""
    entry = scope.get(_ENTRY)
    if not isinstance(entry, _Entry) or entry.is_taken:
        return ""
    entry.is_taken = True
    return entry.id


class AccessLog:
    """Logs every request when it has ended, however it has; the answer's `X-Request-Id` says which line is its own.

    The id is that of the record of its call, too, and in each line about that: `openapi-mcp history ID` shows it.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry, began = _Entry(id=new_id()), time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                own = (b"x-request-id", entry.id.encode())
                message = {**message, "headers": [*message["headers"], own]}
            else:
                entry.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app({**scope, _ENTRY: entry}, receive, counted)
        finally:
            is_probe = scope["path"] in PLAIN and entry.status == 200  # one a second from each who looks after us
            if not is_probe:
                self._log(scope, entry, (time.perf_counter() - began) * 1e3)

    def _log(self, scope: Message, entry: _Entry, ms: float) -> None:
        log.info(
            "request method=%s path=%s status=%d ms=%.1f bytes=%d caller=%s id=%s",
            one_line(scope["method"], 20),
            shown_path(scope["path"]),
            entry.status,
            ms,
            entry.size,
            entry.caller or _NOBODY,
            entry.id,
        )


def log_failure(heard: Heard, nameless: str = "") -> None:
    """Log a call that has failed: which tool's, how, and what the API said; `history` has it in full.

    A caller without a name is told as `nameless`, as in the line of the request.
    """
    failure = heard.result.failure
    if failure is None:
        return
    trace = heard.result.trace
    log.info(
        "failed tool=%s kind=%s status=%s attempts=%d ms=%.1f caller=%s id=%s",
        one_line(heard.redact(heard.call.tool), _LONGEST_TOOL),
        failure.kind.value,
        _NOBODY if trace is None or trace.status is None else trace.status,
        0 if trace is None else trace.attempts,
        heard.duration * 1e3,
        heard.call.caller.id or nameless or _NOBODY,
        heard.id,
    )


def shown_path(path: str) -> str:
    """Return a path as it is logged. Below the dashboard each session has one that nobody else may know.

    "/dashboard/3f2b.../calls" -> "/dashboard/..."
    """
    if path.startswith(f"{DASHBOARD}/"):
        return f"{DASHBOARD}/..."
    if path and not path.startswith("/"):  # a whole URL, as for a proxy: a password may stand in it
        return "(a URL)"
    return one_line(path, _LONGEST_PATH).replace(" ", "%20") or "/"
