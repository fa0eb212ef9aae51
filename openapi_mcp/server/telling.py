"""Progress of a request that waits, told at a steady pace to a client that asked for it: MCP, Progress."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext

from openapi_mcp.model.background import Pending
from openapi_mcp.model.text import one_line
from openapi_mcp.response.ongoing import LONGEST_SAID

PACE = 5.0  # seconds from one notification to the next

Look = Callable[[], Awaitable[Pending | None]]
"""Finds out how far a call is."""


@asynccontextmanager
async def telling(
    context: ServerRequestContext[Any, Any], subject: str, look: Look | None = None
) -> AsyncIterator[None]:
    """Tell how the time goes, and what an API's job says, until the request is answered; nothing comes after that."""
    if "progress_token" not in (context.meta or {}):
        yield
        return
    async with anyio.create_task_group() as group:
        group.start_soon(_tell, context, subject, look)
        yield
        group.cancel_scope.cancel()


async def _tell(context: ServerRequestContext[Any, Any], subject: str, look: Look | None) -> None:
    """Tell the seconds, which only grow; of how many where the API says which part of its work is done."""
    began = anyio.current_time()
    while True:
        await anyio.sleep(PACE)
        pending = await look() if look is not None else None
        spent = anyio.current_time() - began
        await context.session.report_progress(
            spent, _total(pending, spent), f"{_said(pending, subject)} ({spent:.0f} s)"
        )


def _total(pending: Pending | None, spent: float) -> float | None:
    """Return how long all of the work takes, as far as it has come by now: 8 s at 40 % are 20 s."""
    done = pending.done if pending is not None else None
    return spent / done if done is not None and 0 < done <= 1 else None


def _said(pending: Pending | None, subject: str) -> str:
    """Return who is waited for, and the API's own word for how far it is: "reports_make: running"."""
    if pending is None or not pending.said:
        return f"{subject}: no answer yet"
    return f"{pending.tool or subject}: {one_line(pending.said, LONGEST_SAID)}"
