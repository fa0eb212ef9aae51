"""A document of 10,000 operations: what a replica takes to start, to hold, to search in and to call.

    python benchmarks/wide.py [--operations 10000] [-n CALLS]

The document is made here: resources of two words each, five operations on each, with parameters, bodies and answers.
`openapi-mcp serve http` is started for it cold, and again with what the first one kept; then it is searched, and one of
its operations is called. CPU is that of the process a call, memory what it holds (resident).
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from clients import META
from recording import cpu_so_far
from replicas import replica, upstream
from soak_work import said

FIRST = """
account active archived audit backup batch billing branch campaign card catalogue channel claim client cloud
company contact contract country credit customer daily data delivery demand device digital direct discount draft
email employee event export factory field file fleet flight foreign freight gift global group guest health home
hotel import insurance internal invoice item job journal key label lead legal licence loan local loyalty machine
"""
SECOND = """
address agreement alert approval asset balance budget calendar category certificate channel comment condition
cost document entry exception fee folder goal history incident journal limit line location member message metric
note order payment
"""
WORDS = ["overdue payment of a customer", "cancel a flight order", "address of a company", "history of gift card fees"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=10_000, help="how many operations")
    parser.add_argument("-n", type=int, default=100, help="calls of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, upstream() as (_, base):
        folder = Path(name)
        document = folder / "api.json"
        document.write_text(json.dumps(description(options.operations)), encoding="utf-8")
        print(f"{options.operations:,} operations, {document.stat().st_size / 1e6:.1f} MB")
        serve = [sys.executable, "-m", "openapi_mcp", "serve", "http", "--port", "0", "--methods", "all"]
        command = [*serve, "--spec", str(document), "--base-url", base]
        for start in ("cold", "again"):
            began = time.monotonic()
            with replica(command, folder / "home") as (pid, port):
                took, cpu = time.monotonic() - began, cpu_so_far(pid) + cpu_of_children(pid)
                print(f"{start}: {took:.1f} s to listen, {cpu:.1f} s of CPU, {held(pid)}", flush=True)
                asyncio.run(called(f"http://127.0.0.1:{port}/mcp", pid, options.n))
                print(f"{'':4}afterwards {held(pid)}")


def description(operations: int) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, Any] = {}
    made = 0
    for (first, second), version in itertools.product(
        itertools.product(FIRST.split(), SECOND.split()), ("", "draft-", "shared-")
    ):
        if made >= operations:
            break
        resource = f"{version}{first}-{second}s"
        of_one, of_all = operations_of(resource, f"{version}{first} {second}".replace("-", " "))
        paths |= {f"/{resource}": of_all, f"/{resource}/{{id}}": of_one}
        made += len(of_one) + len(of_all)
    return {"openapi": "3.1.0", "info": {"title": "Wide", "version": "1"}, "paths": paths}


def operations_of(resource: str, words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the operations on one of a resource's things, and on all of them."""
    fields = {
        "id": {"type": "integer"},
        "name": {"type": "string", "maxLength": 100, "description": f"Name of the {words}."},
        "state": {"type": "string", "enum": ["open", "closed", "waiting"]},
        "amount": {"type": "number", "minimum": 0},
        "created_at": {"type": "string", "format": "date-time"},
    }
    thing = {"type": "object", "properties": fields, "required": ["name", "state"]}
    body = {"required": True, "content": {"application/json": {"schema": thing}}}
    answer = {"200": {"description": f"The {words}.", "content": {"application/json": {"schema": thing}}}}
    path_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    queries = [
        {"name": name, "in": "query", "description": f"Only {words}s of this {name}.", "schema": {"type": "string"}}
        for name in ("state", "name", "created_after")
    ]

    def operation(verb: str, said: str, **more: Any) -> dict[str, Any]:
        return {"operationId": f"{verb}_{resource}", "summary": f"{said} {words}", "responses": answer, **more}

    of_one = {
        "get": operation("get", "Return one", parameters=[path_id]),
        "patch": operation("change", "Change one", parameters=[path_id], requestBody=body),
        "delete": operation("delete", "Delete one", parameters=[path_id]),
    }
    of_all = {
        "get": operation("list", "List every", parameters=queries),
        "post": operation("create", "Create a new", requestBody=body),
    }
    return of_one, of_all


async def called(url: str, pid: int, calls: int) -> None:
    """Print what searches, descriptions and calls cost."""
    name = f"get_{FIRST.split()[0]}-{SECOND.split()[0]}s"
    async with httpx.AsyncClient(timeout=120) as client:
        began = time.monotonic()
        found = await asked(client, url, "search_operations", {"query": WORDS[0]})
        print(f"{'':4}first search after {time.monotonic() - began:.1f} s: {len(json.dumps(found)):,} bytes")
        await quiet(pid)
        for what, arguments in (
            ("search_operations", lambda n: {"query": WORDS[n % len(WORDS)]}),
            ("describe_operations", lambda n: {"names": [name]}),
            ("call_operation", lambda n: {"name": name, "arguments": {"id": n}}),
        ):
            before = cpu_so_far(pid)
            for number in range(calls):
                await asked(client, url, what, arguments(number))
            print(f"{'':4}{what}: {(cpu_so_far(pid) - before) / calls * 1000:.1f} ms of CPU a call", flush=True)


async def quiet(pid: int) -> None:
    """Return when a process has nothing more to do, such as keeping its list and the index of it."""
    before, now = -1.0, cpu_so_far(pid)
    while now - before > 0.05:
        await asyncio.sleep(2.0)
        before, now = now, cpu_so_far(pid)


async def asked(client: httpx.AsyncClient, url: str, tool: str, arguments: dict[str, Any]) -> Any:
    """Return what a tool answers."""
    params = {"name": tool, "arguments": arguments, "_meta": META}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call", "Mcp-Name": tool,
    }  # fmt: skip
    result = said(await client.post(url, json=body, headers=headers))
    if result["isError"]:
        raise SystemExit(f"{tool}: {result}")
    return result


def cpu_of_children(pid: int) -> float:
    """Return the CPU seconds of processes that a process has started, and that have ended: one reads the document."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def held(pid: int) -> str:
    """Return what a process holds, and has held at most."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    now, most = (float(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return f"{now:.0f} MB held, {most:.0f} MB at most"


if __name__ == "__main__":
    main()
