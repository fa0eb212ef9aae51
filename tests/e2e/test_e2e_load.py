"""Many calls at once through the running server: security.md 28. `benchmarks/load.py` has the whole of it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.child import Child, running, serving_http
from support.load import HEADERS, META
from support.upstream import PATIENCE, Upstream, description, running_upstream

STDIO, HTTP, CALLS = 200, 300, 1000
ENOUGH = 500


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Upstream]]:
    with running_upstream() as upstream:
        yield upstream.serve(description("/echo")), upstream


def descriptors(child: Child) -> int:
    return len(list(Path(f"/proc/{child.process.pid}/fd").iterdir()))


def call(n: int) -> bytes:
    params = {"name": "echo", "arguments": {"n": n}, "_meta": META}
    return json.dumps({"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": params}).encode()


def own(answer: bytes) -> int:
    """Return the number of an answer, which must hold what its own call asked for."""
    said = json.loads(answer)
    assert said["result"]["structuredContent"]["target"] == f"/echo?n={said['id']}"
    return int(said["id"])


def over_stdio(child: Child, calls: int) -> list[int]:
    sent = 0
    answered: list[int] = []
    while len(answered) < calls:
        while sent < min(calls, len(answered) + STDIO):
            child.write(call(sent) + b"\n")
            sent += 1
        line = child.out.get(timeout=PATIENCE)
        assert line is not None
        answered.append(own(line))
    return answered


def over_http(url: str, calls: int) -> list[int]:
    """Send calls on as many connections as are in flight, each when its last answer is there."""
    numbers = iter(range(calls))
    answered: list[int] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        for n in numbers:
            body = call(n)
            head = f"POST {urlsplit(url).path} HTTP/1.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            length = (await reader.readuntil(b"\r\n\r\n")).lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            answered.append(own(await reader.readexactly(int(length))))
            assert answered[-1] == n
        writer.close()
        await writer.wait_closed()

    async def all_of_them() -> None:
        async with asyncio.timeout(2 * PATIENCE), asyncio.TaskGroup() as group:
            for _ in range(min(HTTP, calls)):
                group.create_task(client())

    asyncio.run(all_of_them())
    return answered


@pytest.mark.requirement(28)
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_every_answer_goes_to_its_own_request_and_no_descriptor_stays(
    spec: tuple[str, Upstream], tmp_path: Path, transport: str
) -> None:
    """At most --max-concurrency connections to the API are kept, and those of the clients end with them."""
    with ExitStack() as stack:
        send: Callable[[int], list[int]]
        if transport == "stdio":
            child = stack.enter_context(running("serve", "--spec", spec[0], "--max-concurrency", "20", folder=tmp_path))
            send = lambda calls: over_stdio(child, calls)  # noqa: E731  a function for each transport, in one line each
        else:
            http = stack.enter_context(serving_http("--spec", spec[0], "--max-concurrency", "20", folder=tmp_path))
            child, send = http[0], lambda calls: over_http(http[1], calls)
        send(1)
        before = descriptors(child)
        assert sorted(send(CALLS)) == list(range(CALLS))
        for _ in range(ENOUGH):  # what the last clients left is closed one after the other, between calls
            send(1)
            if descriptors(child) <= before + 20:
                break
        assert descriptors(child) <= before + 20
