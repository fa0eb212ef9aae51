"""Too many connections are told of, and do not fill a log."""

import asyncio
import errno
import logging

import pytest

from openapi_mcp.server.room import NoRoom

pytestmark = pytest.mark.anyio


async def test_that_there_is_no_room_is_said_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """Security requirement 29: what costs the other side nothing must not fill our disk."""
    handler, loop = NoRoom(), asyncio.get_running_loop()
    with caplog.at_level(logging.ERROR):
        for _ in range(100):
            handler(loop, {"message": "socket.accept() out of system resource", "exception": OSError(errno.EMFILE, "")})
    assert [record.getMessage() for record in caplog.records] == ["no_room_for_connections reason=EMFILE"]


async def test_any_other_trouble_is_told_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    handler, loop = NoRoom(), asyncio.get_running_loop()
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            handler(loop, {"message": "a task was lost", "exception": ValueError("x")})
    assert [record.getMessage() for record in caplog.records] == ["a task was lost", "a task was lost"]
