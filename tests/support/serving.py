"""Servers that the commands of a page start, listed through the SDK's own client."""

import re
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from support.shell import ended
from support.upstream import PATIENCE


@dataclass(frozen=True, slots=True)
class Asked:
    """An endpoint, and the token that it wants, or ""."""

    url: str
    token: str = ""


def listed_over_stdio(command: str, environment: Mapping[str, str], folder: str) -> tuple[list[str], list[str]]:
    """Start a command as a client does; return the names of its tools, and what it said on stderr.

    One that ends before it has listed any has none.
    """
    words = ["--noprofile", "--norc", "-c", f"exec env {command}"]
    parameters = StdioServerParameters(command="bash", args=words, env=dict(environment), cwd=folder)
    with TemporaryFile("w+", encoding="utf-8") as errors:
        try:
            tools = anyio.run(_list, stdio_client(parameters, errlog=errors))
        except (MCPError, ExceptionGroup):  # it ended before it was asked: its own words say why
            tools = []
        errors.seek(0)
        return tools, errors.read().splitlines()


def listed_over_http(asked: Asked) -> list[str]:
    """Return the names of the tools at an endpoint."""
    return anyio.run(_list_http, asked)


async def _list_http(asked: Asked) -> list[str]:
    headers = {"Authorization": f"Bearer {asked.token}"} if asked.token else {}
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE, headers=headers) as http:
        return await _list(streamable_http_client(asked.url, http_client=http))


async def _list(transport: AbstractAsyncContextManager[Any]) -> list[str]:
    async with Client(transport) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


def wait_for_line(file: Path, pattern: str) -> "re.Match[str] | None":
    """Return the first match in what a command writes, as soon as it is there; None if it ends before, or in time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        has_ended = ended(file).exists()
        if found := re.search(pattern, file.read_text(encoding="utf-8"), re.IGNORECASE):
            return found
        if has_ended:
            break
        time.sleep(0.05)
    return None
