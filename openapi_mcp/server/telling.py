"""Progress of a request that waits, told soon, then at a steady pace, to a client that asked for it: MCP, Progress."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext

from openapi_mcp.model.background import Pending
from openapi_mcp.model.text import one_line
from openapi_mcp.response.ongoing import LONGEST_SAID

SOON = 0.1  # seconds to the first notification: a person sees by then that something waits
PACE = 5.0  # seconds from one notification to the next, in the long run

Look = Callable[[], Awaitable[Pending | None]]
"""Finds out how far a call is."""


class Subject:
    """What a client waits for, in words that change while it waits: a workflow goes from step to step."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def say(self, text: str) -> None:
        """Tell this from now on."""
        self.text = text


@asynccontextmanager
async def telling(
    context: ServerRequestContext[Any, Any], subject: "str | Subject", look: Look | None = None
) -> AsyncIterator[None]:
    """Tell how the time goes, and what an API's job says, until the request is answered; nothing comes after that."""
    if "progress_token" not in (context.meta or {}):
        yield
        return
    async with anyio.create_task_group() as group:
        group.start_soon(_tell, context, subject, look)
        yield
        group.cancel_scope.cancel()


async def _tell(context: ServerRequestContext[Any, Any], subject: "str | Subject", look: Look | None) -> None:
    """Tell the seconds, which only grow; of how many where the API says which part of its work is done."""
    began = anyio.current_time()
    for pause in pauses():
        await anyio.sleep(pause)
        pending = await look() if look is not None else None
        spent = anyio.current_time() - began
        await context.session.report_progress(
            spent, _total(pending, spent), f"{_said(pending, str(subject))} ({shown_seconds(spent)} s)"
        )


def pauses() -> Iterator[float]:
    """Yield the seconds from one notification to the next: 0.1, 0.2, 0.4 and so on, then every 5.

    A call of half a second has told three times that it goes on, as the conformance suite wants it, and one that is
    answered at once not even once.
    """
    pause = SOON
    while True:
        yield min(pause, PACE)
        pause = min(pause * 2, PACE)


def shown_seconds(seconds: float) -> str:
    """Return seconds for a person: 0.31 -> "0.3", 11.3 -> "11"."""
    return f"{seconds:.0f}" if seconds >= PACE else f"{seconds:.1f}"


def _total(pending: Pending | None, spent: float) -> float | None:
    """Return how long all of the work takes, as far as it has come by now: 8 s at 40 % are 20 s."""
    done = pending.done if pending is not None else None
    return spent / done if done is not None and 0 < done <= 1 else None


def _said(pending: Pending | None, subject: str) -> str:
    """Return who is waited for, and the API's own word for how far it is: "reports_make: running"."""
    if pending is None or not pending.said:
        return f"{subject}: no answer yet"
    return f"{pending.tool or subject}: {one_line(pending.said, LONGEST_SAID)}"
