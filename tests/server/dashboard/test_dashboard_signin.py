"""Signing in at the dashboard, and out."""

import pytest
from support.dashboard import signed_in

from openapi_mcp.server.dashboard.board import Board

pytestmark = pytest.mark.anyio


async def test_a_ticket_opens_the_dashboard() -> None:
    """Issue 8: a one-time token in its URL."""
    async with signed_in(Board()) as client:
        answer = await client.get("/")
        assert answer.status_code == 200
        assert "<h1>Overview</h1>" in answer.text
