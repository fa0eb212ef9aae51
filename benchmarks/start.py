"""How long a stdio client waits for the tool list and for its first call, as ratios to baselines of the same run.

    python benchmarks/start.py [-n RUNS] [DOCUMENT...]

Measures, in turn: `python -c pass`; a standard-library JSON loop with one tool, the floor of any Python server;
importing the MCP SDK's low-level server; the smallest server on that SDK; and for each document `openapi-mcp serve`
cold (no catalogue) and warm, beside a loop that sends the very same list from a file, and in the search mode: from
process start to the whole list and to the answer of a first call, with the peak of memory. Without documents: the
shop's, GitHub's (indented, as GitHub publishes it) and Microsoft Graph's from the corpus that benchmarks/corpus.py
downloads. All of them run compiled, as pipx and pip install them. Machines are noisy: read the ratios of the medians.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from corpus import corpus

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
LOOP_OF_A_LIST = """
import json, sys
pages = open(sys.argv[1], encoding="utf-8").read().splitlines()
for line in sys.stdin:
    asked = json.loads(line)
    page = pages[int(asked["params"].get("cursor", 0))] if asked["method"] == "tools/list" else "{}"
    sys.stdout.write('{"jsonrpc":"2.0","id":%d,"result":%s}\\n' % (asked["id"], page))
    sys.stdout.flush()
"""
SILENT = ("python -c pass", "import the MCP SDK")
ENTRY = "from openapi_mcp.__main__ import main; main()"


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from process start to the whole list and to the answer of the first call; peak of memory in MB."""

    to_list: float
    to_call: float
    memory: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, help="runs of each")
    parser.add_argument("document", nargs="*", type=Path)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else our checkout is compiled anew at each start, the SDK not
    measured: dict[str, list[str]] = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "standard-library loop": [sys.executable, "-c", LOOP],
        "import the MCP SDK": [sys.executable, "-c", "import mcp.server.lowlevel"],
        "plain SDK server": [sys.executable, "-c", SDK],
    }
    with tempfile.TemporaryDirectory() as name:
        for document in options.document or default_documents(Path(name)):
            measured |= commands(document, Path(name))
        runs: dict[str, list[Run]] = {name: [] for name in measured}
        for _ in range(options.n):
            for name, command in measured.items():
                runs[name].append(run_to_end(command) if name in SILENT else converse(command)[0])
    show({name: medians(values) for name, values in runs.items()})


def commands(document: Path, folder: Path) -> dict[str, list[str]]:
    """Return what is measured of one document, its catalogue and the file of its list written."""
    command = serve(document, folder / "cache", "--mode", "tools")
    _, pages = converse(command)
    searched = serve(document, folder / "cache", "--mode", "search")
    converse(searched)
    listed = folder / f"{document.stem}.pages"
    listed.write_text("".join(f"{json.dumps(page, ensure_ascii=False)}\n" for page in pages), encoding="utf-8")
    short = document.stem[:14]
    return {
        f"{short}: cold": [*command, "--no-catalogue"],
        f"{short}: warm": command,
        f"{short}: loop": [sys.executable, "-c", LOOP_OF_A_LIST, str(listed)],
        f"{short}, search: cold": [*searched, "--no-catalogue"],
        f"{short}, search: warm": searched,
    }


def medians(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    return Run(*(statistics.median(getattr(run, spec.name) for run in runs) for spec in fields(Run)))


def show(found: Mapping[str, Run]) -> None:
    """Print the table.

    A list stands in ratio to the loop of one tool, to the loop of the same list and to the SDK's import, a call to that
    of the plain SDK.
    """
    _, loop, sdk, plain = list(found.values())[:4]
    heads = (
        f"{'list ms':>9}",
        f"{'x loop':>8}",
        f"{'x same':>8}",
        f"{'x SDK':>8}",
        f"{'call ms':>9}",
        f"{'x plain':>9}",
    )
    print(f"{'medians':30}{''.join(heads)}{'peak MB':>9}")
    for name, run in found.items():
        same = found.get(f"{name.partition(':')[0]}: loop")
        same_ratio = f"{run.to_list / same.to_list:8.1f}" if same else f"{'':8}"
        ratios = f"{run.to_list / loop.to_list:8.1f}{same_ratio}{run.to_list / sdk.to_list:8.2f}"
        call = f"{run.to_call * 1e3:9.0f}{run.to_call / plain.to_call:9.2f}"
        print(f"{name:30}{run.to_list * 1e3:9.0f}{ratios}{call}{run.memory:9.0f}")


def default_documents(folder: Path) -> list[Path]:
    """Return the shop's document, GitHub's and Microsoft Graph's."""
    directory = corpus()
    shop, github = folder / "shop.json", folder / "github.json"
    shop.write_bytes(shop_document())
    published = json.loads((directory / "github.com" / "api.github.com.json").read_bytes())
    github.write_text(json.dumps(published, indent=2), encoding="utf-8")
    for document in (shop, github):
        os.utime(document, (1_000_000_000, 1_000_000_000))
    return [shop, github, directory / "microsoft.com" / "graph.json"]


def shop_document() -> bytes:
    """Return the shop's OpenAPI document as JSON."""
    command = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"]
    return subprocess.run(command, cwd=SHOP, check=True, stdout=subprocess.PIPE).stdout


def run_to_end(command: Sequence[str]) -> Run:
    """Return what a process that says nothing takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True)
    taken = time.perf_counter() - start
    return Run(taken, taken, 0.0)


def peak(process: "subprocess.Popen[bytes]") -> float:
    """Return the peak of a running process's memory in MB; 0 where the system does not tell (Linux does)."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(found[1]) / 1000 if found else 0.0


def serve(document: Path, cache: Path, *more: str) -> list[str]:
    """Return the command that serves a document, begun as the installed `openapi-mcp` begins it."""
    options = ["--quiet", "--base-url", "http://127.0.0.1:9", "--cache-dir", str(cache)]
    return [sys.executable, "-c", ENTRY, "serve", "--spec", str(document), *options, *more]


def converse(command: Sequence[str]) -> tuple[Run, list[dict[str, Any]]]:
    """Return a conversation as a modern client has it, discovery, the list, a call; and the pages of the list."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        ask(process, "server/discover")
        pages = [ask(process, "tools/list")]
        while "nextCursor" in pages[-1]:
            pages.append(ask(process, "tools/list", cursor=pages[-1]["nextCursor"]))
        to_list = time.perf_counter() - start
        ask(process, "tools/call", name=pages[-1]["tools"][-1]["name"], arguments={})
        to_call = time.perf_counter() - start
        memory = peak(process)
        if process.stdin is not None:
            process.stdin.close()
        process.wait(60)
    return Run(to_list, to_call, memory), pages


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
