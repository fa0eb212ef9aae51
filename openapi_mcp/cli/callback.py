"""The loopback address that a browser comes back to after a login: RFC 8252 section 7.3."""

import http
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
from anyio.abc import Listener, SocketAttribute, SocketStream

from openapi_mcp.auth.code import StrangeRedirectError
from openapi_mcp.auth.token import TokenError
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.model.secret import Secret

PATH = "/callback"
_LONGEST_HEAD = 32_768  # bytes; a code is short, but a browser may send cookies of other things on this address
_HEAD_SECONDS = 10.0
_LAST_WORD_SECONDS = 2.0

ReadRedirect = Callable[[str], Secret]
"""Returns the code in a query, or raises what `auth.code.read_redirect` does."""


@dataclass(slots=True)
class Callback:
    """Listens on 127.0.0.1 for one answer; `came` is set with it, `say` tells the browser how it ended.

    Whatever else arrives is refused and changes nothing: other pages, and other programs, can reach this address too.
    """

    listener: Listener[SocketStream]
    read: ReadRedirect | None = None
    code: Secret | None = None
    refusal: OpenapiMcpError | None = None
    came: anyio.Event = field(default_factory=anyio.Event)
    _last_word: str = ""
    _ended: anyio.Event = field(default_factory=anyio.Event)
    _told: anyio.Event = field(default_factory=anyio.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listener.extra(SocketAttribute.local_port))  # noqa: S610  anyio's, not Django's

    @property
    def redirect_uri(self) -> str:
        """What the provider sends the browser to."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def serve(self) -> None:
        """Answer requests until cancelled."""
        await self.listener.serve(self._answer)

    def give_up(self, error: OpenapiMcpError) -> None:
        """Wait no longer, unless the answer has come already."""
        if not self.came.is_set():
            self.refusal = error
            self.came.set()

    async def say(self, text: str) -> None:
        """Tell the browser how it ended, if it still listens."""
        self._last_word = text
        self._ended.set()
        with anyio.move_on_after(_LAST_WORD_SECONDS):
            await self._told.wait()

    async def _answer(self, stream: SocketStream) -> None:
        async with stream:
            try:
                with anyio.fail_after(_HEAD_SECONDS):
                    head = await _head(stream)
                await stream.send(await self._reply(head))
            except (TimeoutError, anyio.EndOfStream, anyio.BrokenResourceError):
                return  # nobody to answer
            finally:
                if self._ended.is_set():
                    self._told.set()

    async def _reply(self, head: bytes) -> bytes:
        request, *headers = head.decode("latin-1").split("\r\n")
        method, _, target = request.rpartition(" ")[0].partition(" ")
        path, _, query = target.partition("?")
        if path != PATH:
            return _page(404, "There is nothing here.")
        if method != "GET":
            return _page(405, "Only GET is answered here.")
        if f"127.0.0.1:{self.port}" not in (line[5:].strip() for line in headers if line[:5].lower() == "host:"):
            return _page(400, "This address has no other name.")
        return await self._redirected(query)

    async def _redirected(self, query: str) -> bytes:
        try:
            if self.came.is_set() or self.read is None:
                raise StrangeRedirectError
            self.code = self.read(query)
        except StrangeRedirectError:
            return _page(400, "This is not the answer to a login that was begun here, or it came before.")
        except TokenError as error:
            self.refusal = error
        self.came.set()
        await self._ended.wait()
        return _page(200, self._last_word)


async def listen(port: int) -> Callback:
    """Return a callback on this port of 127.0.0.1; 0 takes any.

    Raises:
        ConfigError: the port is taken.
    """
    try:
        return Callback(await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        said = f"cannot listen on port {port}: {reason}"
        raise ConfigError(said, where="--redirect-port", hint="choose a free one") from None


async def _head(stream: SocketStream) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        head += await stream.receive()
    return head.partition(b"\r\n\r\n")[0]


def _page(status: int, text: str) -> bytes:
    """Return a page of plain text that is kept nowhere and tells nobody where it came from: its URL holds the code."""
    body = f"openapi-mcp: {text}\n".encode()
    head = (
        f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
