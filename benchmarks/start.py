"""How long a stdio client waits for the tool list and for its first call, as ratios to baselines of the same run.

    python benchmarks/start.py [-n RUNS] [DOCUMENT...]

Measures, in turn: `python -c pass`; a standard-library JSON loop with one tool, the floor of any Python server;
importing the MCP SDK's low-level server; the smallest server on that SDK; and `openapi-mcp serve` on each document (the
shop's without one), cold (no catalogue) and warm, from process start to the whole list and to the answer of a first
call. All of them run compiled, as pipx and pip install them. Machines are noisy: read the ratios of the medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

SHOP = Path(__file__).parent.parent / "examples" / "shop"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
LOOP = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    result = {"tools": [{"name": "a", "inputSchema": {"type": "object"}}]} if asked["method"] == "tools/list" else {}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""
SDK = """
import anyio, mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
async def listed(context, params):
    return types.ListToolsResult(tools=[types.Tool(name="a", input_schema={"type": "object"})])
async def called(context, params):
    return types.CallToolResult(content=[])
async def main():
    server = Server("plain", version="1", on_list_tools=listed, on_call_tool=called)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
anyio.run(main)
"""
ENTRY = "from openapi_mcp.__main__ import main; main()"

Times = tuple[float, float]
"""Seconds from process start to the whole list, and to the answer of the first call."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=7, help="runs of each")
    parser.add_argument("document", nargs="*", type=Path)
    options = parser.parse_args()
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # else a checkout of ours is compiled anew at each start, the SDK not
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = folder / "shop.json"
        shop.write_bytes(shop_document())
        os.utime(shop, (1_000_000_000, 1_000_000_000))
        measured: dict[str, Callable[[], Times]] = {
            "python -c pass": lambda: run_to_end("pass"),
            "standard-library loop": lambda: converse([sys.executable, "-c", LOOP]),
            "import the MCP SDK": lambda: run_to_end("import mcp.server.lowlevel"),
            "plain SDK server": lambda: converse([sys.executable, "-c", SDK]),
        }
        for document in options.document or (shop,):
            command = serve(document, folder / "cache")
            converse(command)  # writes the catalogue
            measured[f"{document.stem[:14]}: cold"] = lambda command=command: converse([*command, "--no-catalogue"])  # type: ignore[misc]
            measured[f"{document.stem[:14]}: warm"] = lambda command=command: converse(command)  # type: ignore[misc]
        times: dict[str, list[Times]] = {name: [] for name in measured}
        for _ in range(options.n):
            for name, measure in measured.items():
                times[name].append(measure())
    show({name: medians(values) for name, values in times.items()})


def medians(values: Sequence[Times]) -> Times:
    """Return the median of each."""
    return statistics.median(value[0] for value in values), statistics.median(value[1] for value in values)


def show(found: Mapping[str, Times]) -> None:
    """Print milliseconds, and ratios: a list to bare Python, the loop and the SDK's import; a call to the plain SDK."""
    bare, loop, sdk, plain = list(found.values())[:4]
    print(f"{'medians':24}{'list ms':>9}{'x bare':>8}{'x loop':>8}{'x SDK':>8}{'call ms':>10}{'x plain SDK':>13}")
    for name, (to_list, to_call) in found.items():
        ratios = f"{to_list / bare[0]:8.1f}{to_list / loop[0]:8.1f}{to_list / sdk[0]:8.2f}"
        print(f"{name:24}{to_list * 1e3:9.0f}{ratios}{to_call * 1e3:10.0f}{to_call / plain[1]:13.2f}")


def shop_document() -> bytes:
    """Return the shop's OpenAPI document as JSON."""
    command = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"]
    return subprocess.run(command, cwd=SHOP, check=True, stdout=subprocess.PIPE).stdout


def run_to_end(code: str) -> Times:
    """Return the seconds a Python process takes to run the code, twice."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    taken = time.perf_counter() - start
    return taken, taken


def serve(document: Path, cache: Path) -> list[str]:
    """Return the command that serves a document, begun as the installed `openapi-mcp` begins it."""
    options = ["--quiet", "--base-url", "http://127.0.0.1:9", "--cache-dir", str(cache)]
    return [sys.executable, "-c", ENTRY, "serve", "--spec", str(document), *options]


def converse(command: Sequence[str]) -> Times:
    """Return the times of a conversation as a modern client has it: discovery, the list, a call."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        ask(process, "server/discover")
        cursor: dict[str, Any] = {}
        while True:
            page = ask(process, "tools/list", **cursor)
            if "nextCursor" not in page:
                break
            cursor = {"cursor": page["nextCursor"]}
        to_list = time.perf_counter() - start
        ask(process, "tools/call", name=page["tools"][-1]["name"], arguments={})
        to_call = time.perf_counter() - start
        if process.stdin is not None:
            process.stdin.close()
        process.wait(60)
    return to_list, to_call


def ask(process: "subprocess.Popen[bytes]", method: str, **params: Any) -> dict[str, Any]:
    """Send a request; return its result."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the server has no pipes")
    frame = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
    process.stdin.write(json.dumps(frame).encode() + b"\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    if "result" not in answer:
        raise RuntimeError(f"{method} failed: {answer}")
    result: dict[str, Any] = answer["result"]
    return result


if __name__ == "__main__":
    main()
