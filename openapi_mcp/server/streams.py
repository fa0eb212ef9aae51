"""How many streams for news there are where clients before 2026-07-28 have no sessions: with replicas."""

import anyio

from openapi_mcp.server.asgi import AsgiApp, Begun, Message, Receive, Send
from openapi_mcp.server.callers import owner_in
from openapi_mcp.server.sessions import OF_ALL, OF_ONE


class Streams:
    """Keeps the streams within bounds: for a new one that is too many the oldest ends.

    That is one of the same caller where it is this caller who has too many; nobody can lock others out. Its client
    opens a new one, as the protocol has it.
    """

    def __init__(self, app: AsgiApp, of_one: int = OF_ONE, of_all: int = OF_ALL) -> None:
        self._app = app
        self._of_one = of_one
        self._of_all = of_all
        self._open: dict[anyio.CancelScope, str] = {}  # the newest stands last

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered; a GET is a stream, which may be ended for a newer one."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        owner = owner_in(scope)
        if (surplus := self._surplus(owner)) is not None:
            del self._open[surplus]
            surplus.cancel()
        begun = Begun(send)
        with anyio.CancelScope() as life:
            self._open[life] = owner
            try:
                await self._app(scope, receive, begun.send)
            finally:
                self._open.pop(life, None)
        if life.cancelled_caught:
            await begun.complete("another stream was opened in place of this one")

    def _surplus(self, owner: str) -> anyio.CancelScope | None:
        own = [life for life, each in self._open.items() if owner and each == owner]
        if len(own) >= self._of_one:
            return own[0]
        return next(iter(self._open)) if len(self._open) >= self._of_all else None
