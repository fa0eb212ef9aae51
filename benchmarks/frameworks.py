"""APIs that are not ours, started on loopback, served, and called through a real MCP client.

    python benchmarks/frameworks.py

Jupyter Server publishes Swagger 2.0 for its REST API, FastAPI makes OpenAPI 3.1, and fixtures/library is a
description spread over ten files. The first two are installed into an environment of their own, in the user's cache
folder.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from environment import python_with
from mcp import Client, StdioServerParameters

TEN_FILES = Path(__file__).parent.parent / "fixtures" / "library" / "openapi.yaml"
FASTAPI_APPLICATION = """
from enum import Enum
from typing import Annotated
from fastapi import FastAPI, Header, HTTPException, Query
from pydantic import BaseModel, Field

app = FastAPI(title="Library")

class Shelf(str, Enum):
    novels = "novels"
    maps = "maps"

class Book(BaseModel):
    title: str = Field(min_length=1)
    shelf: Shelf
    year: int | None = None
    tags: list[str] = []

BOOKS: dict[int, Book] = {
    1: Book(title="Atlas", shelf=Shelf.maps, year=1910),
    2: Book(title="Emma", shelf=Shelf.novels),
}

@app.get("/books")
def list_books(shelf: Shelf | None = None, tag: Annotated[list[str] | None, Query()] = None) -> dict[int, Book]:
    return {key: book for key, book in BOOKS.items() if shelf in (None, book.shelf)}

@app.post("/books", status_code=201)
def add_book(book: Book, x_reader: Annotated[str, Header()]) -> dict[str, str | int | None]:
    BOOKS[len(BOOKS) + 1] = book
    return {"id": len(BOOKS), "reader": x_reader, "year": book.year}

@app.get("/books/{number}")
def get_book(number: int) -> Book:
    if number not in BOOKS:
        raise HTTPException(404, "no such book")
    return BOOKS[number]
"""
failures: list[str] = []


def main() -> int:
    """Run each and print what was seen; 0 when all of it was as expected."""
    python = python_with("frameworks", ("jupyter_server", "fastapi", "uvicorn"))
    with tempfile.TemporaryDirectory() as folder:
        jupyter(python, Path(folder))
        fastapi(python, Path(folder))
    ten_files()
    print(f"\n{len(failures)} unexpected answers")
    return 1 if failures else 0


def jupyter(python: Path, folder: Path) -> None:
    """Swagger 2.0, published by the live server."""
    port, token = free_port(), secrets.token_hex(16)
    command = [
        python, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    with running(command, folder, f"{base}/api"):
        # The document itself asks for the token, so it comes by a command; its paths stand below basePath.
        fetch = f"import urllib.request as u; print(u.urlopen('{base}/api/spec.yaml?token={token}').read().decode())"
        source = ["--spec-command", f'{python} -c "{fetch}"', "--base-url", base, "--methods", "all"]
        environ = {"OPENAPI_MCP_TOKEN": token, "OPENAPI_MCP_TOKEN_SCHEME": "token"}

        async def check(client: Client) -> None:
            tools = await names(client)
            print(f"Jupyter Server: {len(tools)} tools")
            status = next(tool for tool in tools if "status" in tool)
            expect("Jupyter status", (await client.call_tool(status, {})).structured_content, "started")
            contents = next(tool for tool in tools if tool.startswith("get_contents") or "contents_by_path" in tool)
            seen = await client.call_tool(contents, {"path": "notes.txt"})
            expect("Jupyter file", seen.structured_content, "hello")

        serve(["--include", "/api/*", "--include", "/*", *source], environ, check)


def fastapi(python: Path, folder: Path) -> None:
    """OpenAPI 3.1, made by the framework."""
    (folder / "library.py").write_text(FASTAPI_APPLICATION, encoding="utf-8")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with running([python, "-m", "uvicorn", "library:app", "--port", str(port)], folder, f"{base}/openapi.json"):

        async def check(client: Client) -> None:
            tools = await names(client)
            print(f"FastAPI: {len(tools)} tools: {', '.join(tools)}")
            listing, adding, getting = (next(t for t in tools if t.startswith(w)) for w in ("list_", "add_", "get_"))
            expect("FastAPI filter", (await client.call_tool(listing, {"shelf": "maps"})).structured_content, "Atlas")
            book = {"title": "Ulysses", "shelf": "novels", "year": None, "x-reader": "ana"}
            seen = await client.call_tool(adding, book)
            expect("FastAPI body and header", seen.structured_content, "'reader': 'ana'")
            expect("FastAPI 404", (await client.call_tool(getting, {"number": 9})).structured_content, "not_found")

        serve(["--spec", f"{base}/openapi.json", "--methods", "all"], {}, check)


def ten_files() -> None:
    """A description spread over ten files."""

    async def check(client: Client) -> None:
        tools = await names(client)
        print(f"Ten files: {len(tools)} tools: {', '.join(tools)}")
        expect("Ten files", tools, "")

    serve(["--spec", str(TEN_FILES), "--methods", "all", "--base-url", "http://127.0.0.1:9"], {}, check)


def expect(name: str, seen: Any, wanted: str) -> None:
    """Print whether `wanted` is in what was seen."""
    good = wanted in str(seen) and bool(seen)
    print(f"   {'ok  ' if good else 'FAIL'} {name}: {str(seen)[:120]}")
    if not good:
        failures.append(name)


async def names(client: Client) -> list[str]:
    """Return the names of the listed tools."""
    return [tool.name for tool in (await client.list_tools()).tools]


def serve(options: list[str], environ: dict[str, str], check: Any) -> None:
    """Run `check` with a client of `openapi-mcp serve` over stdio."""
    command = ["-m", "openapi_mcp", "serve", "--quiet", "--no-catalogue", "--mode", "tools", *options]
    server = StdioServerParameters(command=sys.executable, args=command, env={**os.environ, **environ})

    async def connect() -> None:
        async with Client(server) as client:
            await check(client)

    anyio.run(connect)


@contextmanager
def running(command: list[Any], folder: Path, url: str) -> Iterator[None]:
    """Run a server until the block ends; enter it when `url` answers."""
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            wait_until_up(url, process, folder / "server.log")
            yield
        finally:
            process.terminate()


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the URL answers anything at all."""
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
