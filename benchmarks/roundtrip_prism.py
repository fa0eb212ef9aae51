"""Prism as the judge of requests, and the upstream that keeps what it is sent.

Prism validates what it forwards and names what is wrong in a header of the answer, `sl-violations`, each with the
location "request" or "response". It runs as a proxy before an upstream that answers 200 to all, so that nothing but the
request can be at fault: a mock would also refuse for want of an example or a fitting type to answer with.
"""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environment import CACHE

PACKAGE = "@stoplight/prism-cli@5.16.0"
NOT_FOUND = "Selected route not found"  # a warning of Prism's, and it judges no more
START = 60  # seconds for Prism to read a document
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: %s\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a request was refused: Prism's code, the place within the request, and its words."""

    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What Prism says of a request; `trouble` where it came to no verdict."""

    causes: tuple[Cause, ...] = ()
    trouble: str = ""

    @property
    def is_accepted(self) -> bool:
        """True where the request was judged and nothing was found."""
        return not self.causes and not self.trouble


class Unreadable(Exception):
    """Prism cannot read a document; the message is its own."""


def prism() -> list[str]:
    """Return Prism's command, installed on first use."""
    home = CACHE / "prism"
    entry = home / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    if not (home / "made").exists():
        print(f"installing {PACKAGE} into {home} (once)", flush=True)
        home.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(home), PACKAGE]
        subprocess.run(install, check=True)
        (home / "made").touch()
    return ["node", "--max-http-header-size=262144", str(entry)]


@dataclass(slots=True)
class Upstream:
    """Answers 200 and `{}` to everything, and keeps the bytes of each request."""

    port: int = 0
    kept: list[bytes] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep requests until the connection ends."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await _body(reader, head)
                self.kept.append(head + body)
                writer.write(ANSWER % b"keep-alive" + (b"" if head.startswith(b"HEAD ") else b"{}"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def take(self) -> bytes | None:
        """Return the first request since the last time, None where none came."""
        first = self.kept[0] if self.kept else None
        self.kept.clear()
        return first


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if length:
        return await reader.readexactly(int(length[1]))
    if not re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
        return b""
    kept = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size.partition(b";")[0], 16) + 2)
        kept += size + chunk
        if chunk == b"\r\n":
            return kept


async def _nod(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a head with 200 without a look at the rest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        is_head = head.startswith(b"HEAD ")  # whose answer Prism would read as JSON
        answer = ANSWER.replace(b"application/json", b"text/plain") if is_head else ANSWER + b"{}"
        writer.write(answer % b"close")
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    """Listen until the block ends."""
    kept = Upstream()
    async with await asyncio.start_server(kept.answer, "127.0.0.1", 0, limit=1 << 20) as server:
        kept.port = server.sockets[0].getsockname()[1]
        yield kept


@asynccontextmanager
async def judge(command: list[str], document: Path, port: int) -> AsyncIterator[int]:
    """Run Prism on a document until the block ends; give the port that it judges at.

    Raises:
        Unreadable: it does not start with this document.
    """
    async with await asyncio.start_server(_nod, "127.0.0.1", 0, limit=1 << 20) as nodding:
        behind = f"http://127.0.0.1:{nodding.sockets[0].getsockname()[1]}"
        options = ["--port", str(port), "--cors=false", "--verboseLevel", "error"]
        with document.with_suffix(".log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, "proxy", *options, str(document), behind, stdout=log, stderr=log
            )
        try:
            await _listening(process, port, document.with_suffix(".log"))
            yield port
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _listening(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    for _ in range(START * 5):
        if process.returncode is not None:
            break
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            writer.close()
            return
    raise Unreadable(_end(log))


def _end(log: Path) -> str:
    return " ".join(log.read_text(errors="replace").split())[-200:]


async def verdict(port: int, request: bytes) -> Verdict:
    """Return what Prism says of a request, which it is sent as it is."""
    request = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", request, count=1)
    try:
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.read(100_000)
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        return Verdict(trouble=type(error).__name__)
    return _read(head.decode("utf-8", "replace"), body.decode("utf-8", "replace"))


def _read(head: str, body: str) -> Verdict:
    said = re.search(r"(?i)\r\nsl-violations: ([^\r]*)", head)
    if said:
        causes = tuple(_causes(said[1]))
        return (
            Verdict(trouble=NOT_FOUND)
            if any(cause.message == NOT_FOUND for cause in causes)
            else Verdict(causes=causes)
        )
    if " 200 " in head.partition("\r\n")[0]:
        return Verdict()
    return Verdict(trouble=_title(body) or head.partition("\r\n")[0])


def _causes(text: str) -> list[Cause]:
    try:
        violations: list[dict[str, Any]] = json.loads(text)
    except ValueError:  # cut by Prism
        return [Cause(code="many", place="request", message=text[:160])] if '"request"' in text else []
    return [
        Cause(code=str(one.get("code", "")), place=".".join(map(str, one["location"])), message=one["message"])
        for one in violations
        if one["location"][0] == "request" and (one["severity"] == "Error" or one["message"] == NOT_FOUND)
    ]


def _title(body: str) -> str:
    try:
        problem = json.loads(body)
    except ValueError:
        return ""
    return f"{problem.get('title', '')} {problem.get('detail', '')}"[:120] if isinstance(problem, dict) else ""
