"""The main job, on a live API, through a real MCP client: `make demo`.

Starts the shop (examples/shop) on a free port with its own database, serves it over stdio and over HTTP, lists the
tools, filters products, and finds out step by step whether everything in a customer's latest order is still in stock.
Ends everything it started, also when it fails.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

SHOP = Path(__file__).parent / "shop"
CUSTOMER = "Ana Souza"


def main() -> int:
    """Run the demo over both transports; 0 when both agree on the answer."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends then too
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openapi-mcp-demo-")))
        token = secrets.token_hex(20)
        shop = stack.enter_context(running_shop(folder, token))
        # The token goes by the environment, so that it stands in no process list.
        environment = {**os.environ, "OPENAPI_MCP_TOKEN": token}
        serve = ["-m", "openapi_mcp", "serve"]
        options = ["--spec", f"{shop}/api/schema/"]

        heading(f"openapi-mcp serve --spec {shop}/api/schema/      (stdio)")
        stdio = StdioServerParameters(command=sys.executable, args=[*serve, *options], env=environment)
        first = anyio.run(tour, stdio)

        heading(f"openapi-mcp serve http --spec {shop}/api/schema/      (Streamable HTTP)")
        url = stack.enter_context(
            running_server([sys.executable, *serve, "http", "--port", "0", *options], environment)
        )
        second = anyio.run(tour, url)
    same = first == second
    print(f"\nBoth transports gave the same answer: {'yes' if same else 'NO'}. Everything that was started has ended.")
    return 0 if same else 1


async def tour(server: StdioServerParameters | str) -> str:
    """List the tools, filter, and answer the question; return the answer."""
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        print(f"{len(tools)} tools: {', '.join(tool.name for tool in tools)}\n")
        found = await call(client, "products_list", in_stock=True, page_size=3)
        print(f"   {found['count']} products are in stock\n")
        print(f"Is everything in {CUSTOMER}'s latest order still in stock?\n")
        return await answer(client)


async def answer(client: Client) -> str:
    """Follow the customer's name to the latest order and from its items to their stock."""
    customer = (await call(client, "customers_list", search=CUSTOMER))["results"][0]
    order = (await call(client, "orders_list", customer=customer["id"], ordering="-placed_at", page_size=1))["results"][
        0
    ]
    print(f"   order {order['id']} of {order['placed_at'][:10]} has {len(order['items'])} items\n")
    missing = []
    for item in order["items"]:
        product = await call(client, "products_retrieve", id=item["product"])
        if not product["in_stock"]:
            missing.append(product["name"])
    said = f"No: {', '.join(missing)} is out of stock." if missing else "Yes, all of it."
    print(f"\nAnswer: {said}")
    return said


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool, print the call and the answer in short, return the answer."""
    result = await client.call_tool(tool, arguments)
    structured = result.structured_content or {}
    text = json.dumps(structured)
    print(f"-> {tool}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})")
    print(f"<- {text[:110]}{'...' if len(text) > 110 else ''}")
    if result.is_error:
        raise SystemExit(f"the call failed: {text}")
    return structured


@contextmanager
def running_shop(folder: Path, token: str) -> Iterator[str]:
    """Yield the base URL of a seeded shop on a free port."""
    environment = {**os.environ, "SHOP_DATABASE": str(folder / "shop.sqlite3")}
    manage = [sys.executable, "manage.py"]
    subprocess.run(
        [*manage, "seed", "--token", token], cwd=SHOP, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    port = free_port()
    with (
        (folder / "shop.log").open("wb") as log,
        ended(
            subprocess.Popen(
                [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
                cwd=SHOP,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        wait_until_up(f"{url}/healthz", process, folder / "shop.log")
        yield url


@contextmanager
def running_server(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """Yield the URL that `serve http` says it listens on."""
    with ended(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)) as process:
        said: list[str] = []
        for line in process.stderr or ():
            said.append(line)
            if found := re.search(r"listening on (http://\S+)", line):
                yield found[1]
                return
        raise SystemExit(f"the server did not start:\n{''.join(said)}")


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[subprocess.Popen[Any]]:
    """Yield a process and end it afterwards, whatever happens."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, process: subprocess.Popen[Any], log: Path, seconds: float = 30) -> None:
    """Return when the URL answers; fail with the process's own words when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"the shop did not start:\n{log.read_text(errors='replace')[-2000:]}")


def heading(text: str) -> None:
    """Print a line that stands out."""
    print(f"\n{'=' * 100}\n{text}\n{'=' * 100}")


if __name__ == "__main__":
    sys.exit(main())
