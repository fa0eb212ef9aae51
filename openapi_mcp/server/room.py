"""Where there are no descriptors for another connection: that is said now and then, not thousands of times a second."""

import asyncio
import errno
import logging
from typing import Any

log = logging.getLogger(__name__)

_PAUSE = 10.0  # seconds
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class NoRoom:
    """Handles what an event loop cannot give to anybody: asyncio tells of each connection that it cannot accept."""

    def __init__(self) -> None:
        self._not_before = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say once in a while that there is no room; anything else is told as ever."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _NO_ROOM):
            loop.default_exception_handler(context)
        elif loop.time() >= self._not_before:
            self._not_before = loop.time() + _PAUSE
            log.error("no_room_for_connections reason=%s", errno.errorcode.get(error.errno or 0, "?"))
