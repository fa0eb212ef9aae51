"""The SDK's own client, of either era, at an endpoint that wants a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from support.upstream import PATIENCE


@asynccontextmanager
async def through_the_sdk(url: str, token: str, era: Any) -> AsyncIterator[Client]:
    """Connect: "legacy" shakes hands, "auto" is 2026-07-28."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=PATIENCE, headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        yield client
