"""What stands between the socket and the SDK's app: an end for every request, news on streams."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import anyio

_LIST_CHANGED = b'event: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\r\n\r\n'

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]


async def answer(send: Send, status: int, reason: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer a request with a status and a line for a person."""
    own = [(b"content-type", b"text/plain"), (b"content-length", str(len(reason.encode())).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": reason.encode()})


class Requests:
    """The requests being answered. A POST asks something of us; a GET is a stream that only waits for news."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._open: dict[anyio.CancelScope, str] = {}
        self._changed = anyio.Event()
        self._ended = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered; one that is ended before that still gets a whole answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = _Answer(send)
        with anyio.CancelScope() as life:
            self._open[life] = scope["method"]
            try:
                if not self._ended:
                    await self._app(scope, receive, begun.send)
            finally:
                del self._open[life]
                self._changed.set()
        if self._ended:
            await begun.complete()

    async def answered(self) -> None:
        """Return when no POST is being answered."""
        while "POST" in self._open.values():
            self._changed = anyio.Event()
            await self._changed.wait()

    def end(self) -> None:
        """End all that are open, and every later one at once."""
        self._ended = True
        for life in self._open:
            life.cancel()


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


class _Answer:
    """How far the answer to one request has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self._complete = False

    async def send(self, message: Message) -> None:
        await self._send(message)
        self._started = True
        self._complete = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def complete(self) -> None:
        """Send what is missing: the end of the body, or a whole answer."""
        if not self._started:
            await answer(self._send, 503, "this server is shutting down")
        elif not self._complete:
            await self._send({"type": "http.response.body"})
