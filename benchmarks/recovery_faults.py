"""The second part of recovery.py: one in ten requests fails once, and how many calls come back right all the same.

The faults follow one another by turns: a connection that is reset, 500, 503 with and without Retry-After, 429 with
Retry-After in seconds and as a date, and no answer at all. A second request for the same record is answered. A POST
acts before it fails where a server would have acted (a reset, 500, 503 without Retry-After, no answer), and does
nothing where it was told to come later.
"""

import json
import os
import socket
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from recovery_check import text, thing, whole
from recovery_mock import answers, inside, serving

KINDS = ("reset", "500", "503", "503 Retry-After", "429 Retry-After", "429 Retry-After date", "no answer")
ACTS = ("reset", "500", "503", "no answer")
WIDTH = 20
TIMEOUT = 10
GOAL = 0.99


@dataclass(slots=True)
class Upstream:
    """Which requests have failed, and what the POSTs did."""

    failed: set[tuple[str, int]] = field(default_factory=set)
    acted: Counter[int] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def fault(self, method: str, number: int) -> str:
        """Return how this request fails, if it does; and count what a POST does."""
        with self.lock:
            self.requests[method] += 1
            kind = fault_of(number)
            again = (method, number) in self.failed
            self.failed.add((method, number))
            kind = "" if again else kind
            if method == "POST" and (not kind or kind in ACTS):
                self.acted[number] += 1
            return kind


def fault_of(number: int) -> str:
    """Return the fault of a record: every tenth has one."""
    return KINDS[number // 10 % len(KINDS)] if number % 10 == 3 else ""


def handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    """Return what answers, or fails."""

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer with the record of the path's number."""
            self.settle("GET", int(self.path.rpartition("/")[2]))

        def do_POST(self) -> None:
            """Make the record of the body's number."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.settle("POST", int(json.loads(body)["number"]))

        def settle(self, method: str, number: int) -> None:
            """Fail as the record's turn is, or answer."""
            kind = upstream.fault(method, number)
            if kind == "no answer":
                upstream.over.wait(60)
            if kind in ("reset", "no answer"):
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            status = int(kind[:3]) if kind else 201 if method == "POST" else 200
            self.reply(status, later(kind), {"detail": kind} if kind else {"id": number, "name": f"Record {number}"})

        def reply(self, status: int, retry_after: str, content: dict[str, Any]) -> None:
            """Send an answer."""
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def later(kind: str) -> str:
    """Return the value of Retry-After, a second from now in both forms."""
    if kind.endswith("date"):
        return formatdate(time.time() + 1, usegmt=True)
    return "1" if kind.endswith("Retry-After") else ""


def document() -> dict[str, Any]:
    """Return a description with a GET and a POST."""
    item = answers(thing({"id": whole(), "name": text()}))
    schema = thing({"number": whole()}, "number")
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    read = {"operationId": "get_record", "parameters": [inside("path", "id", whole())], **item}
    paths = {
        "/records/{id}": {"get": read},
        "/records": {"post": {"operationId": "create_record", **body, **item}},
    }
    return {"openapi": "3.1.0", "info": {"title": "Records", "version": "1"}, "paths": paths}


@dataclass(slots=True)
class Tally:
    """Of one method: the calls, those that came back right, and the faults of the others."""

    calls: int
    right: int = 0
    seconds: float = 0.0
    lost: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


def report_faults(calls: int, more: Sequence[str], *, as_json: bool) -> int:
    """Run the GETs and then the POSTs; print the shares and the goals."""
    upstream = Upstream()
    with serving(handler(upstream)) as base, tempfile.TemporaryDirectory(prefix="recovery-") as folder:
        file = Path(folder) / "records.json"
        file.write_text(json.dumps(document()), encoding="utf-8")
        serve = ["-m", "openapi_mcp", "serve", "--quiet", "--no-catalogue", "--mode", "tools", "--methods", "all"]
        serve += ["--spec", str(file), "--base-url", base, "--timeout", str(TIMEOUT), *more]
        server = StdioServerParameters(command=sys.executable, args=serve, env=dict(os.environ), cwd=folder)
        try:
            gets, posts = anyio.run(run_both, server, calls)
        finally:
            upstream.over.set()
    twice = sum(count > 1 for count in upstream.acted.values())
    if as_json:
        print(json.dumps({"get": plain(gets), "post": plain(posts), "posted_twice": twice}, indent=1))
        return 0
    show("GET", gets, upstream.requests["GET"])
    show("POST", posts, upstream.requests["POST"])
    share = gets.right / gets.calls
    print(f"{'ok  ' if share >= GOAL else 'MISS'} {share:.2%} of the GETs came back right (99 %)")
    print(f"{'ok  ' if twice == 0 else 'MISS'} {twice} POSTs acted twice (0)")
    return 0


async def run_both(server: StdioServerParameters, calls: int) -> tuple[Tally, Tally]:
    """Run all GETs, and then a quarter as many POSTs."""
    async with Client(server) as client:
        gets = await run_many(client, "get_record", "id", calls)
        return gets, await run_many(client, "create_record", "number", max(70, calls // 4))


async def run_many(client: Client, tool: str, argument: str, calls: int) -> Tally:
    """Call a tool with the numbers from 0, so many at a time."""
    tally, numbers, began = Tally(calls), iter(range(calls)), time.perf_counter()

    async def worker() -> None:
        for number in numbers:
            result = await client.call_tool(tool, {argument: number})
            content = result.structured_content or {}
            if not result.is_error and content.get("id") == number and content.get("name") == f"Record {number}":
                tally.right += 1
            else:
                tally.lost[fault_of(number) or "none"] += 1
                tally.errors[str(content.get("error", {}).get("kind"))] += 1

    async with anyio.create_task_group() as group:
        for _ in range(WIDTH):
            group.start_soon(worker)
    tally.seconds = time.perf_counter() - began
    return tally


def plain(tally: Tally) -> dict[str, Any]:
    """Return a tally for `--json`."""
    return {"calls": tally.calls, "right": tally.right, "lost": dict(tally.lost), "errors": dict(tally.errors)}


def show(method: str, tally: Tally, requests: int) -> None:
    """Print a line, and the faults that came through."""
    faulty = sum(1 for number in range(tally.calls) if fault_of(number))
    print(f"{method:5}{tally.calls:>6,} calls, {faulty} with a fault, {requests:,} requests: ", end="")
    print(f"{tally.right:,} right in {tally.seconds:.0f} s")
    for kind, count in tally.lost.most_common():
        print(f"      lost by {kind}: {count}")
