"""The calls of soak.py: one function for each kind, each of which holds the answer against its own request."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx
from clients import META

Answer = dict[str, Any]
REVISION = "2025-11-25"


class Wrong(Exception):
    """An answer that is not what it should be."""


class Work:
    """Clients of one endpoint; `done` counts those of each kind that came to a right end, `wrong` tells of others."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count(1)
        self._kinds: dict[str, tuple[int, Callable[[httpx.AsyncClient, int], Awaitable[None]]]] = {
            "read": (40, self._read),
            "kept": (20, self._kept),
            "written": (10, self._written),
            "missing": (5, self._missing),
            "refused": (5, self._refused),
            "sent again": (3, self._sent_again),
            "listed": (3, self._listed),
            "read on": (3, self._read_on),
            "in the background": (3, self._in_the_background),
            "a job": (3, self._job),
            "cancelled": (2, self._cancelled),
            "left alone": (1, self._left_alone),
            "hung up": (2, self._hung_up),
            "session": (2, self._session),
        }
        self.done = dict.fromkeys(self._kinds, 0)
        self.wrong: list[str] = []

    @property
    def calls(self) -> int:
        """How many have been made."""
        return sum(self.done.values())

    async def go_on(self, until: float) -> None:
        """Call, one after the other, until then; a new connection now and then."""
        weights = [weight for weight, _ in self._kinds.values()]
        while time.monotonic() < until:
            async with httpx.AsyncClient(timeout=90) as client:
                for kind in random.choices(list(self._kinds), weights, k=200):
                    if time.monotonic() >= until:
                        break
                    await self.one(kind, client)

    async def one(self, kind: str, client: httpx.AsyncClient) -> None:
        """Make a call of a kind, whatever it takes until its end."""
        number = next(self._numbers)
        try:
            await self._kinds[kind][1](client, number)
        except (Wrong, KeyError, httpx.HTTPError) as error:
            self.wrong.append(f"{kind}, call {number}: {type(error).__name__} {error}")
        else:
            self.done[kind] += 1

    async def _read(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._call(client, "product", number), "id", number)

    async def _kept(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._call(client, "fresh", number % 20), "id", number % 20)

    async def _written(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._call(client, "create", number), "id", number)

    async def _missing(self, client: httpx.AsyncClient, number: int) -> None:
        failed(await self._call(client, "missing", number), "not_found")

    async def _refused(self, client: httpx.AsyncClient, number: int) -> None:
        answer = await self._named(client, "product", {"name": str(number)})
        answer = await self._awaited(client, answer["call"]["handle"]) if "call" in answer else answer
        failed(answer, "invalid_arguments")

    async def _sent_again(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._call(client, "flaky", number), "id", number)

    async def _listed(self, client: httpx.AsyncClient, number: int) -> None:
        names = {tool["name"] for tool in (await self._ask(client, "tools/list", {}))["tools"]}
        has({"all": {"product", "report"} <= names}, "all", True)

    async def _read_on(self, client: httpx.AsyncClient, number: int) -> None:
        answer = await self._call(client, "many", number)
        has(answer, "id", number)
        arguments = {"handle": answer["_note"]["more"]["handle"], "select": "items[7000:7003].n"}
        has(await self._named(client, "read_result", arguments), "result", [7000, 7001, 7002])

    async def _in_the_background(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._awaited(client, await self._begun(client, "slow", number)), "id", number)

    async def _job(self, client: httpx.AsyncClient, number: int) -> None:
        has(await self._awaited(client, await self._begun(client, "report", number)), "id", number)

    async def _cancelled(self, client: httpx.AsyncClient, number: int) -> None:
        handle = await self._begun(client, "endless", number)
        await self._named(client, "cancel_call", {"handle": handle})
        failed(await self._awaited(client, handle), "cancelled")

    async def _left_alone(self, client: httpx.AsyncClient, number: int) -> None:
        await self._begun(client, "report", number)

    async def _hung_up(self, client: httpx.AsyncClient, number: int) -> None:
        """Leave amid an answer, with a connection of its own."""
        async with httpx.AsyncClient() as own:
            with suppress(TimeoutError, httpx.HTTPError):
                await asyncio.wait_for(self._named(own, "endless", {"id": number}), 0.1)

    async def _session(self, client: httpx.AsyncClient, number: int) -> None:
        """Come, call and go as clients before 2026-07-28 do."""
        hello = {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}}
        opened = await self._post(client, "initialize", hello, {})
        headers = {"MCP-Protocol-Version": REVISION}
        if "mcp-session-id" in opened.headers:
            headers["Mcp-Session-Id"] = opened.headers["mcp-session-id"]
        call = {"name": "product", "arguments": {"id": number}}
        answer = said(await self._post(client, "tools/call", call, headers))
        has(answer["structuredContent"], "id", number)
        if "Mcp-Session-Id" in headers:
            await client.delete(self._url, headers=headers)

    async def _begun(self, client: httpx.AsyncClient, tool: str, number: int) -> str:
        """Return the handle of a call that goes on in the background."""
        answer = await self._named(client, tool, {"id": number})
        if "call" not in answer:
            raise Wrong(f"{tool} does not go on in the background: {str(answer)[:300]}")
        handle: str = answer["call"]["handle"]
        return handle

    async def _awaited(self, client: httpx.AsyncClient, handle: str) -> Answer:
        """Return the end of a call in the background."""
        for _ in range(20):
            answer = await self._named(client, "get_call", {"handle": handle, "wait": 10})
            if "call" not in answer:
                return answer
        raise Wrong(f"a call in the background does not end: {answer}")

    async def _call(self, client: httpx.AsyncClient, tool: str, number: int) -> Answer:
        """Return what a call comes to; on a machine with other work any may take so long that it goes on."""
        answer = await self._named(client, tool, {"id": number})
        return await self._awaited(client, answer["call"]["handle"]) if "call" in answer else answer

    async def _named(self, client: httpx.AsyncClient, tool: str, arguments: Answer) -> Answer:
        result = await self._ask(client, "tools/call", {"name": tool, "arguments": arguments}, {"Mcp-Name": tool})
        content: Answer = result["structuredContent"]
        return content

    async def _ask(
        self, client: httpx.AsyncClient, method: str, params: Answer, headers: dict[str, str] | None = None
    ) -> Answer:
        headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method, **(headers or {})}
        return said(await self._post(client, method, {**params, "_meta": META}, headers))

    async def _post(
        self, client: httpx.AsyncClient, method: str, params: Answer, headers: dict[str, str]
    ) -> httpx.Response:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        accepted = {"Accept": "application/json, text/event-stream", **headers}
        return await client.post(self._url, json=body, headers=accepted)


def said(response: httpx.Response) -> Answer:
    """Return the result of an answer, which may be the last event of a stream."""
    text = response.text
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        text = [line[5:] for line in text.splitlines() if line.startswith("data:") and len(line) > 6][-1]
    answer: Answer = json.loads(text)
    if "result" not in answer:
        raise Wrong(f"status {response.status_code}: {text[:300]}")
    result: Answer = answer["result"]
    return result


def has(answer: Answer, name: str, wanted: object) -> None:
    """Refuse an answer that is not of its own request."""
    if answer.get(name) != wanted:
        raise Wrong(f"{name} {wanted!r} was wanted, what came is {str(answer)[:500]}")


def failed(answer: Answer, kind: str) -> None:
    """Refuse an answer that is no failure of this kind."""
    has(answer.get("error") or answer, "kind", kind)
