"""What a call costs beside the HTTP request itself: CPU of the server process, as a ratio to raw httpx.

    python benchmarks/call.py [-n CALLS]

A local upstream answers a small JSON object. The same number of GETs goes to it from a process with plain httpx and
from `openapi-mcp serve` over stdio, with 1 and with 10 in flight. CPU is the operating system's figure for the whole
process less that of the same process with one call, so start-up does not count.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

BODY = json.dumps({"id": 7, "name": "Kettle", "price": "38.00", "in_stock": True}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
RAW = """
import asyncio, sys, httpx
url, calls, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
async def main():
    async with httpx.AsyncClient() as client:
        async def worker(count):
            for _ in range(count):
                (await client.get(url)).json()
        await asyncio.gather(*(worker(calls // width) for _ in range(width)))
asyncio.run(main())
"""
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=2000, help="calls of each kind")
    calls = parser.parse_args().n
    base = start_upstream()
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "api.json"
        document.write_text(json.dumps(description()), encoding="utf-8")
        serve = ["-m", "openapi_mcp", "serve", "--quiet", "--spec", str(document), "--base-url", base]
        print(f"{'CPU a call':14}{'raw httpx':>12}{'openapi-mcp':>13}{'ratio':>8}")
        for width in (1, 10):
            raw = cpu_per_call(lambda n, w=width: run_raw(base, n, w), calls)
            ours = cpu_per_call(lambda n, w=width: run_server(serve, n, w), calls)
            print(f"{width:3} in flight {raw * 1e6:9.0f} us {ours * 1e6:10.0f} us {ours / raw:7.2f}")


def description() -> dict[str, Any]:
    """Return a document with one operation."""
    operation = {"operationId": "get_product", "parameters": [{"name": "id", "in": "path", "required": True}]}
    operation["parameters"][0]["schema"] = {"type": "integer"}  # type: ignore[index]
    paths = {"/products/{id}": {"get": {**operation, "responses": {"200": {"description": "the product"}}}}}
    return {"openapi": "3.1.0", "info": {"title": "Benchmark", "version": "1"}, "paths": paths}


def cpu_per_call(run: Any, calls: int) -> float:
    """Return CPU seconds a call: a run of many calls less a run of as few as possible."""
    before = os.times()
    run(10)
    between = os.times()
    run(calls)
    after = os.times()
    few = between.children_user + between.children_system - before.children_user - before.children_system
    many = after.children_user + after.children_system - between.children_user - between.children_system
    return (many - few) / (calls - 10)


def run_raw(base: str, calls: int, width: int) -> None:
    """Send the calls with plain httpx in a process of its own."""
    subprocess.run([sys.executable, "-c", RAW, f"{base}/products/7", str(calls), str(width)], check=True)


def run_server(command: list[str], calls: int, width: int) -> None:
    """Send the calls through a server over stdio, `width` at a time."""
    with subprocess.Popen([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the server has no pipes")
        sent = 0
        for answered in range(calls):
            while sent < min(calls, answered + width):
                call = {"name": "get_product", "arguments": {"id": 7}, "_meta": META}
                frame = {"jsonrpc": "2.0", "id": sent, "method": "tools/call", "params": call}
                process.stdin.write(json.dumps(frame).encode() + b"\n")
                sent += 1
            process.stdin.flush()
            if json.loads(process.stdout.readline())["result"]["isError"]:
                raise RuntimeError("a call failed")
        process.stdin.close()
        process.wait(10)


def start_upstream() -> str:
    """Start the upstream in a thread and return its base URL."""
    started = threading.Event()
    ports: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    started.wait(10)
    return f"http://127.0.0.1:{ports[0]}"


if __name__ == "__main__":
    main()
