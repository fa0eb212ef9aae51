"""Calls that go on in the background: the tools that read and end them, as they are listed, and what is told of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openapi_mcp.model.call import Result
from openapi_mcp.model.document import Operation
from openapi_mcp.model.tool import WireTool

GET_CALL = "get_call"
CANCEL_CALL = "cancel_call"
CALL_TOOLS = (GET_CALL, CANCEL_CALL)
LONG = 25.0
"""Seconds after which a call goes on in the background where nothing else is said: clients wait for 30, or 60."""
LONGEST_WAIT = 60  # seconds
HANDLE: Mapping[str, Any] = {"type": "string", "description": "As the call's first answer gave it."}
GET_CALL_TOOL: WireTool = {
    "name": GET_CALL,
    "description": "The result of a call that went on in the background, or how far it is.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "handle": HANDLE,
            "wait": {
                "type": "number",
                "minimum": 0,
                "maximum": LONGEST_WAIT,
                "description": "Seconds to wait for its end.",
            },
        },
        "required": ["handle"],
    },
    "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": True},
}
CANCEL_CALL_TOOL: WireTool = {
    "name": CANCEL_CALL,
    "description": "End a call that goes on in the background. What the API has begun may go on.",
    "inputSchema": {"type": "object", "properties": {"handle": HANDLE}, "required": ["handle"]},
    "annotations": {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True, "openWorldHint": True},
}


def is_job(operation: Operation) -> bool:
    """True where the document says that an answer may come before the work is done: RFC 9110 section 15.3.3."""
    return any(response.status == "202" for response in operation.responses)


def goes_on(extras: Iterable[WireTool]) -> bool:
    """True where the tools that read and end a call in the background are among these."""
    return any(extra["name"] == GET_CALL for extra in extras)


class CallState(StrEnum):
    """How far a background call is; one that failed is completed, with a result that says so."""

    WORKING = "working"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A background call, for its caller.

    `handle` names it, and is a secret of that caller's; `created`, `updated` and `expires` are in seconds since 1970,
    `poll` in seconds: it is no use to ask earlier. `said` is what is known of its progress, of ours or the API's own
    ("running, 40 %"); `done` is that from 0 to 1, where the API tells. `result` is there once it is completed. Of what
    is not known now, since the replicas cannot be asked, `tool` is empty. `is_alone`: only this replica knows of it.
    `is_job_ended`: of a call that was cancelled, whether the API has ended its own job for it; None where it has none.
    """

    handle: str
    tool: str
    state: CallState
    created: float
    updated: float
    expires: float
    poll: float = 5.0
    said: str = ""
    done: float | None = None
    result: Result | None = None
    is_alone: bool = False
    is_job_ended: bool | None = None

    @property
    def is_known(self) -> bool:
        """False of a call that there may be, on another replica."""
        return bool(self.tool)
