"""The API behind the server of soak.py: an operation of each kind, and the document that describes them.

    python benchmarks/soak_upstream.py

prints its port. Every answer holds the number that was asked for, so that one that went astray is seen.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

SLOW = 2.0  # seconds; longer than the server waits before a call goes on in the background
ENDLESS = 20.0  # seconds; such a call is cancelled long before
JOB = 1.5  # seconds until a job has ended
MANY = 8_000  # items of the answer that is cut, 0.5 MB: what a server keeps of them soon reaches its bound

Reply = tuple[int, dict[str, str], Any]


class Api:
    """What has been asked so far."""

    def __init__(self) -> None:
        self.failed: set[int] = set()
        self.jobs: dict[int, float] = {}
        self.numbers = count()

    async def product(self, number: int) -> Reply:
        """Answer at once."""
        return 200, {}, {"id": number, "name": "Kettle"}

    async def fresh(self, number: int) -> Reply:
        """Answer what may be used again."""
        return 200, {"Cache-Control": "max-age=5"}, {"id": number}

    async def missing(self, number: int) -> Reply:
        """Have nothing."""
        return 404, {}, {"detail": f"there is no {number}"}

    async def flaky(self, number: int) -> Reply:
        """Fail once."""
        if number not in self.failed:
            self.failed.add(number)
            return 503, {"Retry-After": "0"}, {}
        self.failed.remove(number)
        return 200, {}, {"id": number}

    async def slow(self, number: int) -> Reply:
        """Answer late."""
        await asyncio.sleep(SLOW)
        return 200, {}, {"id": number}

    async def endless(self, number: int) -> Reply:
        """Answer when nobody waits any more."""
        await asyncio.sleep(ENDLESS)
        return 200, {}, {"id": number}

    async def many(self, number: int) -> Reply:
        """Answer more than a result may hold."""
        return 200, {}, {"id": number, "items": [{"n": n, "text": "x" * 40} for n in range(MANY)]}

    async def create(self, number: int) -> Reply:
        """Write."""
        return 201, {"Location": f"/product/{number}"}, {"id": number}

    async def report(self, number: int) -> Reply:
        """Begin a job."""
        self.jobs[number] = asyncio.get_running_loop().time() + JOB
        return 202, {"Location": f"/job/{number}", "Retry-After": "1"}, {"status": "running"}

    async def job(self, number: int) -> Reply:
        """Say how far a job is."""
        if asyncio.get_running_loop().time() < self.jobs.get(number, 0.0):
            return 202, {"Retry-After": "1"}, {"status": "running"}
        self.jobs.pop(number, None)
        return 200, {}, {"id": number, "status": "succeeded"}


READS = ("product", "fresh", "missing", "flaky", "slow", "endless", "many", "job")
WRITES = ("create", "report")


def description() -> dict[str, Any]:
    """Return the document: an operation of each name, `GET /NAME/{id}` or `POST /NAME/{id}`."""
    paths = {f"/{name}/{{id}}": {"get": operation(name, "200")} for name in READS}
    paths["/create/{id}"] = {"post": operation("create", "201")}
    paths["/report/{id}"] = {"post": operation("report", "202")}
    return {"openapi": "3.1.0", "info": {"title": "Soak", "version": "1"}, "paths": paths}


def operation(name: str, status: str) -> dict[str, Any]:
    """Return an operation that takes an id."""
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    return {"operationId": name, "parameters": [parameter], "responses": {status: {"description": "an answer"}}}


async def serve() -> None:
    """Serve until killed."""
    api = Api()
    replies: dict[str, Callable[[int], Awaitable[Reply]]] = {name: getattr(api, name) for name in (*READS, *WRITES)}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
                await reader.readexactly(int(fields.get(b"content-length", b"0")))
                _, name, number = head.split(b" ", 2)[1].decode().split("/")
                writer.write(written(*await replies[name](int(number))))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the server closed the connection, or gave the call up
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def written(status: int, headers: dict[str, str], value: Any) -> bytes:
    """Return an answer as it goes over the wire."""
    body = json.dumps(value).encode()
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    asyncio.run(serve())
