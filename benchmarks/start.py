"""How long a stdio client waits for the tool list, as a ratio to baselines of the same run.

    python benchmarks/start.py [-n RUNS]

Measures, in turn: `python -c pass`; importing the MCP SDK's low-level server; and `openapi-mcp serve` on the shop's
document, from process start to the complete answer of tools/list. Machines are noisy: read the ratios of the medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SHOP = Path(__file__).parent.parent / "examples" / "shop"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=7, help="runs of each")
    runs = parser.parse_args().n
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "shop.json"
        document.write_bytes(shop_document())
        measured: dict[str, Callable[[], float]] = {
            "python -c pass": lambda: run_to_end("pass"),
            "import the MCP SDK": lambda: run_to_end("import mcp.server.lowlevel"),
            "serve: to the tool list": lambda: to_list(document),
        }
        times: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(runs):
            for name, measure in measured.items():
                times[name].append(measure())
    show({name: statistics.median(values) for name, values in times.items()})


def show(medians: dict[str, float]) -> None:
    """Print medians in milliseconds and as ratios to the two baselines."""
    bare, sdk, _ = medians.values()
    print(f"{'median of each':28}{'ms':>9}{'x bare':>9}{'x SDK':>9}")
    for name, median in medians.items():
        print(f"{name:28}{median * 1e3:9.0f}{median / bare:9.1f}{median / sdk:9.2f}")


def shop_document() -> bytes:
    """Return the shop's OpenAPI document as JSON."""
    command = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"]
    return subprocess.run(command, cwd=SHOP, check=True, stdout=subprocess.PIPE).stdout


def run_to_end(code: str) -> float:
    """Return the seconds a Python process takes to run the code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def to_list(document: Path) -> float:
    """Return the seconds from process start to the answer of tools/list, as a modern client asks."""
    command = [sys.executable, "-m", "openapi_mcp", "serve", "--quiet", "--spec", str(document)]
    start = time.perf_counter()
    with subprocess.Popen(
        [*command, "--base-url", "http://127.0.0.1:9"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the server has no pipes")
        for number, method in enumerate(("server/discover", "tools/list")):
            frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": META}}
            process.stdin.write(json.dumps(frame).encode() + b"\n")
            process.stdin.flush()
            if "result" not in json.loads(process.stdout.readline()):
                raise RuntimeError(f"{method} failed")
        taken = time.perf_counter() - start
        process.stdin.close()
        process.wait(10)
    return taken


if __name__ == "__main__":
    main()
