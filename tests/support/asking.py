"""A client of protocol 2026-07-28 by plain HTTP, as quick as can be: what was asked, what came, when, and from whom."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import anyio
import httpx

from support.balancer import ANSWERED_BY
from support.upstream import PATIENCE

VERSION = "2026-07-28"
META: Mapping[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "asking", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request and what came of it; `began` and `ended` by the monotonic clock, `by` the replica that answered.

    `broken` says how it got no answer of ours: the connection broke (`status` is 0 then), or the balancer answered.
    """

    method: str
    tool: str
    arguments: Mapping[str, Any]
    began: float
    ended: float
    by: str = ""
    status: int = 0
    broken: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """What the result holds."""
        return self.result.get("structuredContent")

    @property
    def error(self) -> Mapping[str, Any]:
        """What the failure says; nothing for a success."""
        return self.data["error"] if self.result.get("isError") else {}

    @property
    def handle(self) -> str:
        """The handle of a call that goes on, "" where it has ended."""
        call = self.data.get("call") if isinstance(self.data, dict) and not self.error else None
        return call["handle"] if isinstance(call, dict) and call.get("state") == "working" else ""

    @property
    def may_be_repeated(self) -> bool:
        """True where nothing came, or a failure that says so."""
        return bool(self.broken) or bool(self.error.get("retryable"))

    @property
    def is_of_the_way(self) -> bool:
        """True where nothing came but what a balancer says, or a broken connection."""
        return bool(self.broken) and self.status in (0, 502, 503, 504)

    def __str__(self) -> str:
        said = self.broken or json.dumps(self.data)
        shown = said if len(said) < 500 else f"{said[:100]} ... {said[-400:]}"
        return f"{self.tool or self.method} {dict(self.arguments)} by {self.by or 'nobody'}: {shown}"


@dataclass(slots=True)
class Asking:
    """A client of one endpoint; `every` are its answers, in the order in which they came."""

    url: str
    http: httpx.AsyncClient
    every: list[Answer] = field(default_factory=list)
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=count)

    async def call(self, tool: str, **arguments: Any) -> Answer:
        """Call a tool once."""
        return await self.ask("tools/call", tool, {"name": tool, "arguments": arguments})

    async def tools(self) -> list[dict[str, Any]]:
        """Return the list."""
        listed = await self.ask("tools/list", "", {})
        assert not listed.broken, listed
        return list(listed.result["tools"])

    async def ask(self, method: str, tool: str, params: Mapping[str, Any]) -> Answer:
        """Send one request."""
        id_ = next(self._ids)
        meta = {**META, "io.modelcontextprotocol/clientCapabilities": self.capabilities}
        body = {"jsonrpc": "2.0", "id": id_, "method": method, "params": {**params, "_meta": meta}}
        headers = {"Mcp-Method": method, **({"Mcp-Name": tool} if tool else {})}
        began = time.monotonic()
        by, broken, status = "", "", 0
        result: dict[str, Any] = {}
        try:
            came = await self.http.post(self.url, json=body, headers=headers)
        except httpx.TransportError as error:
            broken = repr(error)
        else:
            by, status = came.headers.get(ANSWERED_BY, ""), came.status_code
            broken, result = _read(came, id_)
        answer = Answer(
            method=method, tool=tool, arguments=params.get("arguments", {}), began=began, ended=time.monotonic(),
            by=by, status=status, broken=broken, result=result,
        )  # fmt: skip
        self.every.append(answer)
        return answer

    async def to_the_end(self, answer: Answer) -> Answer:
        """Return what a call ends with, read as its first answer says; a reading that failed is made again."""
        handle, until = answer.handle, time.monotonic() + 2 * PATIENCE
        while handle and (answer.handle or answer.may_be_repeated):
            assert time.monotonic() < until, f"does not end: {answer}"
            answer = await self.call("get_call", handle=handle, wait=2)
            if answer.error and answer.error["kind"] != "unavailable":
                return answer
        return answer


def _read(came: httpx.Response, id_: int) -> tuple[str, dict[str, Any]]:
    """Return how an answer is none of ours, and its result."""
    if came.status_code != httpx.codes.OK:
        return f"{came.status_code}: {came.text[:300]}", {}
    text = came.text
    if came.headers["content-type"].startswith("text/event-stream"):
        events = [line[5:] for line in text.splitlines() if line.startswith("data:")]
        said = next((each for each in map(json.loads, filter(str.strip, events)) if each.get("id") == id_), None)
        if said is None:
            return f"the stream ended without an answer: {text[-300:]}", {}
    else:
        said = json.loads(text)
    assert said["id"] == id_, f"the answer to another request: {text[:300]}"
    return ("", said["result"]) if "result" in said else (f"error: {said['error']}", {})


@asynccontextmanager
async def asking(url: str, token: str, **more: Any) -> AsyncIterator[Asking]:
    """Yield a client that keeps its connections."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
    }
    bounds = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(trust_env=False, timeout=2 * PATIENCE, headers=headers, limits=bounds) as http:
        yield Asking(url, http, **more)


async def comes_true(claim: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once a claim holds, which is looked at again and again."""
    until = time.monotonic() + PATIENCE
    while not await claim():
        assert time.monotonic() < until, what
        await anyio.sleep(0.05)


def data_of(answer: Answer) -> Any:
    """Return what a success holds."""
    assert not answer.broken, answer
    assert not answer.error, answer
    return answer.data
