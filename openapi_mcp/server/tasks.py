"""Tasks: a call that goes on, for clients that take a task in place of a result (io.modelcontextprotocol/tasks).

The extension of MCP 2026-07-28 (SEP-2663). A task is a call in the background, and its id the call's handle; that it
belongs to its caller holds here as it does for `get_call`.
"""

from datetime import UTC, datetime
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value

from openapi_mcp.model.background import CallState, Pending, goes_on
from openapi_mcp.model.text import one_line
from openapi_mcp.response.ongoing import LONGEST_SAID, NOT_KNOWN_NOW
from openapi_mcp.server.background import MODERN, TASKS, Calls, Context, has_tasks
from openapi_mcp.server.callers import caller_of
from openapi_mcp.server.results import mcp_result
from openapi_mcp.serving import Serves

_DONE = {"resultType": "complete"}
_LACKS: dict[str, Any] = {"requiredCapabilities": {"extensions": {TASKS: {}}}}


class TaskParams(types.RequestParams):
    """What names a task; of an answer to a question that we never asked nothing is read."""

    task_id: str


def add_tasks(server: Server[Any], app: Serves, calls: Calls) -> None:
    """Let a server offer tasks, unless no call ever goes on."""
    if app.background_after == 0 and not goes_on(app.toolset.extras):
        return
    tasks = _Tasks(calls)
    server.extensions[TASKS] = {}
    server.add_request_handler("tasks/get", TaskParams, tasks.get)
    server.add_request_handler("tasks/update", TaskParams, tasks.update)
    server.add_request_handler("tasks/cancel", TaskParams, tasks.cancel)


def created(pending: Pending) -> dict[str, Any]:
    """Return the answer to a call that has become a task: CreateTaskResult."""
    return {"resultType": "task", **_task(pending)}


class _Tasks:
    """Answers what is asked about tasks."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self, context: Context, params: TaskParams) -> dict[str, Any]:
        """Return how far a task is, with its result once there is one: a call that failed is completed, too."""
        pending = await self._found(context, params)
        task = {**_DONE, **_task(pending)}
        if pending.state is CallState.COMPLETED:
            result = mcp_result(self._calls.result_of(pending))
            task["result"] = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        return task

    async def update(self, context: Context, params: TaskParams) -> dict[str, Any]:
        """Take an answer: no task of ours has asked for one, so there is nothing to do."""
        await self._found(context, params)
        return dict(_DONE)

    async def cancel(self, context: Context, params: TaskParams) -> dict[str, Any]:
        """End a task; one that has ended stays as it is."""
        await self._found(context, params)
        ended = await self._calls.end(params.task_id, caller_of(context))
        if ended is not None and not ended.is_known:
            raise MCPError(types.INTERNAL_ERROR, f"{NOT_KNOWN_NOW.message}; {NOT_KNOWN_NOW.hint}")
        return dict(_DONE)

    async def _found(self, context: Context, params: TaskParams) -> Pending:
        _check(context, params)
        pending = await self._calls.find(params.task_id, caller_of(context))
        if pending is None:
            raise MCPError(types.INVALID_PARAMS, "there is no task of yours with this id")
        return pending


def _check(context: Context, params: TaskParams) -> None:
    """Refuse a request that is not as the extension has it.

    Raises:
        MCPError: there are no tasks before 2026-07-28; the client does not say that it knows them; over HTTP its
            header names another one.
    """
    if context.protocol_version != MODERN:
        raise MCPError(types.METHOD_NOT_FOUND, "Method not found")
    if not has_tasks(context):
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, f"this request does not declare {TASKS}", _LACKS)
    request: Any = context.request  # None over stdio
    if request is not None and decode_header_value(request.headers.get(MCP_NAME_HEADER)) != params.task_id:
        raise MCPError(types.HEADER_MISMATCH, "the header Mcp-Name is not the request's taskId")


def _task(pending: Pending) -> dict[str, Any]:
    task: dict[str, Any] = {
        "taskId": pending.handle,
        "status": pending.state.value,
        "createdAt": _time(pending.created),
        "lastUpdatedAt": _time(pending.updated),
        "ttlMs": max(0, round((pending.expires - pending.created) * 1000)),
        "pollIntervalMs": max(1000, round(pending.poll * 1000)),
    }
    return {**task, "statusMessage": one_line(pending.said, LONGEST_SAID)} if pending.said else task


def _time(seconds: float) -> str:
    """Return a time as ISO 8601 has it: 1787000000.25 -> "2026-08-17T17:33:20.250Z"."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
