"""A local server whose answers are given byte for byte, for what no HTTP library would send."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Write = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawUpstream:
    """What arrived, byte for byte, and what is answered: each answer once, the last one again and again."""

    answers: list[bytes | Write]
    seen: list[bytes] = field(default_factory=list)
    port: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """The method and request target of each request."""
        return [seen.split(b" HTTP/", 1)[0].decode("latin-1") for seen in self.seen]

    def headers(self, index: int = -1) -> list[tuple[str, str]]:
        """Return the header fields of a request, names in lower case."""
        lines = self.seen[index].split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]
        pairs = (line.partition(b": ") for line in lines)
        return [(name.decode("latin-1").lower(), value.decode("utf-8")) for name, _, value in pairs]

    def values(self, name: str, index: int = -1) -> list[str]:
        """Return every value of a header of a request."""
        return [value for key, value in self.headers(index) if key == name.lower()]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer it, close."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            self.seen.append(head + await reader.readexactly(int(length.partition(b":")[2])))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        finally:
            writer.close()


@asynccontextmanager
async def raw_upstream(*answers: bytes | Write) -> AsyncIterator[RawUpstream]:
    """Yield a server on a free port of 127.0.0.1, stopped at the end."""
    upstream = RawUpstream(list(answers))
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    upstream.port = server.sockets[0].getsockname()[1]
    async with server:
        yield upstream


def answer(
    body: bytes = b"{}", status: str = "200 OK", content_type: str = "application/json", **headers: str
) -> bytes:
    """Return a whole answer; `Content_Encoding="gzip"` is a header."""
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    """Return an answer that points elsewhere."""
    return answer(b"", f"{status} Found", Location=location, **headers)


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Answer nothing until the other side hangs up."""
    await reader.read()
    raise ConnectionResetError


async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, without end: each read is quick, the answer never whole."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.005)
