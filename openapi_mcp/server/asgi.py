"""What stands between the socket and the SDK's app: an end for every request, news on streams."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

import anyio

_LIST_CHANGED = b'event: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\r\n\r\n'
_REQUEST = "openapi_mcp.request"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]


async def answer(send: Send, status: int, reason: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer a request with a status and a line for a person."""
    own = [(b"content-type", b"text/plain"), (b"content-length", str(len(reason.encode())).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": reason.encode()})


@dataclass(slots=True, kw_only=True, eq=False)
class _Request:
    """A request that is being answered; it `is_whole` once we know all that it asks, and who asks it."""

    method: str
    life: anyio.CancelScope
    is_whole: bool = False


def note_whole(scope: Message) -> None:
    """Note that a request is there as a whole, from someone who may ask: from now on there is something to finish."""
    request = scope.get(_REQUEST)
    if isinstance(request, _Request):
        request.is_whole = True


class Requests:
    """The requests being answered. A POST asks something of us; a GET is a stream that only waits for news."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._open: set[_Request] = set()
        self._changed = anyio.Event()
        self._leaving = False
        self._draining = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered; one that is ended before that still gets a whole answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = Begun(_closing(send) if self._draining else send)
        with anyio.CancelScope() as life:
            request = _Request(method=scope["method"], life=life)
            self._open.add(request)
            try:
                if not self._leaving:
                    await self._app({**scope, _REQUEST: request}, receive, begun.send)
            finally:
                self._open.discard(request)
                self._changed.set()
        if self._leaving:
            await begun.complete("this server is shutting down")

    async def answered(self) -> None:
        """Return when no POST is being answered."""
        while any(request.method == "POST" for request in self._open):
            self._changed = anyio.Event()
            await self._changed.wait()

    def drain(self) -> None:
        """Go on as before, but have clients, and the balancer between, connect anew for their next request."""
        self._draining = True

    def leave(self) -> None:
        """Begin nothing more: end those that are not whole yet, and every later one at once."""
        self._leaving = True
        for request in self._open:
            if not request.is_whole:
                request.life.cancel()

    def end(self) -> None:
        """End all that are open, and every later one at once."""
        self._leaving = True
        for request in self._open:
            request.life.cancel()


def _closing(send: Send) -> Send:
    """Return a way to send answers that end their connections."""

    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


class News:
    """Tells the streams of sessions before 2026-07-28 that the list has changed.

    That is the stream that a client opens with GET, an event stream in which the SDK sends whole events only. Each has
    a task of its own, so a client that reads slowly holds up itself alone; what it has not been told yet it is told
    once. With the stream ends all that is kept of it.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._open: set[_Stream] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered; while the answer to a GET is an event stream it carries news."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        stream = _Stream(send)
        self._open.add(stream)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(stream.tell)
                await self._app(scope, receive, stream.send)
                group.cancel_scope.cancel()
        finally:
            self._open.discard(stream)

    async def list_changed(self) -> None:
        """Tell all that listen, without waiting for any."""
        for stream in self._open:
            stream.news.set()


class _Stream:
    """The answer to a GET, which the SDK and the news write in turns."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._turn = anyio.Lock()
        self._open = anyio.Event()
        self._is_over = False
        self.news = anyio.Event()

    async def send(self, message: Message) -> None:
        async with self._turn:
            await self._send(message)
            if message["type"] == "http.response.start":
                if message["status"] == 200 and _is_event_stream(message):
                    self._open.set()
            else:
                self._is_over = not message.get("more_body", False)

    async def tell(self) -> None:
        """Write the news whenever there are any, until cancelled."""
        await self._open.wait()
        while True:
            await self.news.wait()
            async with self._turn:
                self.news = anyio.Event()
                if not self._is_over:
                    await self._send({"type": "http.response.body", "body": _LIST_CHANGED, "more_body": True})


def _is_event_stream(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in start["headers"])


class Begun:
    """How far the answer to one request has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self._complete = False

    async def send(self, message: Message) -> None:
        """Send a message, and note what it is."""
        await self._send(message)
        self._started = True
        self._complete = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def complete(self, why: str) -> None:
        """Send what is missing: the end of the body, or a whole answer."""
        if not self._started:
            await answer(self._send, 503, why, [(b"connection", b"close")])
        elif not self._complete:
            await self._send({"type": "http.response.body"})
