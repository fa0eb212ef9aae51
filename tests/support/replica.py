"""A replica as a process of its own, to be killed: `python -m support.replica REDIS UPSTREAM LEASE`.

Each line on stdin is a command, each on stdout its answer: ["run", tool] -> handle, ["wait", handle, seconds] ->
[state, text], ["cancel", handle] -> the same, ["heard"] -> the tools of the calls whose end was told here,
["tasks"] -> how many there are. What it calls is GET UPSTREAM/{tool}, whatever the tool.
"""

import asyncio
import json
import sys
from typing import Any

import httpx

from openapi_mcp.background.calls import Background
from openapi_mcp.background.means import Bounds
from openapi_mcp.model.background import Pending
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job
from support.background import ANNE, Api, a_link, said, text_of


class Live(Api):
    """Calls a live upstream."""

    client: httpx.AsyncClient
    base: str

    async def run(self, call: Call) -> Result:
        answer = await self.client.get(f"{self.base}/{call.tool}")
        job = Job(url=f"{self.base}/job", wait=0.3) if answer.status_code == 202 else None
        return said(answer.text, job)

    async def follow(self, call: Call, job: Job) -> Result:
        answer = await self.client.get(job.url)
        return said(answer.text, job if answer.status_code == 202 else None)


async def answer(background: Background, api: Api, command: list[Any]) -> Any:
    match command:
        case ["run", tool]:
            came = await background.run(*api.call(tool), after=0.02)
            return came.handle if isinstance(came, Pending) else text_of(came)
        case ["wait", handle, seconds]:
            return told(await background.wait(handle, ANNE, seconds))
        case ["cancel", handle]:
            return told(await background.cancel(handle, ANNE))
        case ["heard"]:
            return [each.call.tool for each in api.heard]
        case _:
            return len(asyncio.all_tasks())


def told(pending: Pending | None) -> list[str]:
    if pending is None:
        return ["none", ""]
    return [pending.state.value, text_of(pending.result) if pending.result is not None else ""]


def say(number: int, what: Any) -> None:
    sys.stdout.write(json.dumps([number, what]) + "\n")
    sys.stdout.flush()


async def main(redis: str, upstream: str, lease: str) -> None:
    bounds = Bounds(lease=float(lease), doubt=float(lease), tick=0.2, grace=0.5, running=500, running_of_a_caller=500)
    link, api = a_link(redis), Live()
    api.base = upstream
    async with httpx.AsyncClient(timeout=60, trust_env=False) as api.client, api.background(link, bounds) as background:
        pending: set[asyncio.Task[None]] = set()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

        async def one(number: int, command: list[Any]) -> None:
            say(number, await answer(background, api, command))

        say(0, "ready")
        while line := await reader.readline():
            task = asyncio.create_task(one(*json.loads(line)))
            pending.add(task)
            task.add_done_callback(pending.discard)
    await link.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
