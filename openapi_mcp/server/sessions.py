"""How many sessions of clients before 2026-07-28 there are: each takes memory until it is closed, or idle for long."""

from dataclasses import dataclass
from typing import Any

import anyio

from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send
from openapi_mcp.server.callers import owner_in

OF_ONE = 100  # sessions of a caller that the door knows
OF_ALL = 2_000  # of all callers, and of those who are nobody in particular; each takes about 40 kB
_ID = b"mcp-session-id"


@dataclass(slots=True, kw_only=True, eq=False)
class _Session:
    """A session, whose it is, and how many of its requests are being answered: a stream for news is one."""

    id: bytes
    owner: str
    user: Any
    requests: int = 0


class Sessions:
    """Keeps the sessions within bounds: for a new one that is too many an old one goes.

    That is the one that has been idle for longest, of the same caller where it is this caller who has too many; nobody
    is turned away, so nobody can lock others out. Whoever comes back to a session that is gone hears 404, and begins a
    new one, as the protocol has it.
    """

    def __init__(self, app: AsgiApp, of_one: int = OF_ONE, of_all: int = OF_ALL) -> None:
        self._app = app
        self._of_one = of_one
        self._of_all = of_all
        self._open: dict[bytes, _Session] = {}  # the one that was used last stands last

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request be answered, and note which session it opens, uses or ends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = next((value for name, value in scope["headers"] if name == _ID), None)
        if named is None:
            await self._app(scope, receive, self._noting(dict(scope), send))
            return
        session = self._open.get(named)
        if session is None or session.owner != owner_in(scope):
            await self._app(scope, receive, send)
            return
        self._use(session, 1)
        try:
            await self._app(scope, receive, self._forgetting(scope, session, send))
        finally:
            self._use(session, -1)

    def _use(self, session: _Session, requests: int) -> None:
        """Note that a request of a session begins or ends."""
        session.requests += requests
        if self._open.pop(session.id, None) is not None:
            self._open[session.id] = session

    def _noting(self, scope: Message, send: Send) -> Send:
        """Return a `send` that notes the session which an answer opens; the one that goes for it, goes first."""

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                opened = next((value for name, value in message["headers"] if name == _ID), None)
                if opened is not None:
                    await self._opened(_Session(id=opened, owner=owner_in(scope), user=scope.get("user")), scope)
            await send(message)

        return note

    def _forgetting(self, scope: Message, session: _Session, send: Send) -> Send:
        """Return a `send` that forgets a session which its client has ended.

        A 404 is no such answer: that of another path would make us forget one that is there.
        """

        async def forget(message: Message) -> None:
            if scope["method"] == "DELETE" and message.get("status", 500) < 400:
                self._open.pop(session.id, None)
            await send(message)

        return forget

    async def _opened(self, session: _Session, scope: Message) -> None:
        surplus = self._surplus(session)
        self._open[session.id] = session
        if surplus is not None:
            del self._open[surplus.id]
            with anyio.CancelScope(shield=True):  # whoever leaves now leaves no session that nobody counts
                await self._end(surplus, scope)

    def _surplus(self, new: _Session) -> _Session | None:
        """Return the session that has to go for a new one: an idle one, where there is any."""
        own = [each for each in self._open.values() if each.owner == new.owner] if new.owner else []
        if len(own) >= self._of_one:
            return min(own, key=_is_in_use)
        return min(self._open.values(), key=_is_in_use) if len(self._open) >= self._of_all else None

    async def _end(self, session: _Session, scope: Message) -> None:
        """End a session as its own client would."""
        user = {"user": session.user} if session.user is not None else {}
        own = {name: value for name, value in scope.items() if name != "user"}
        await self._app({**own, **user, "method": "DELETE", "headers": [(_ID, session.id)]}, _nothing, _unheard)


def _is_in_use(session: _Session) -> bool:
    return session.requests > 0


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unheard(_message: Message) -> None:
    """Nobody waits for this answer."""
