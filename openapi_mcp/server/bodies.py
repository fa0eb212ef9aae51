"""Bodies of requests: of one type, not too large, and there in time. None is read of who is not let in."""

import anyio

from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer, note_whole

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
LONGEST = 4 << 20  # bytes
PATIENCE = 30.0  # seconds in which a body has to be there
_DIGITS = 15  # of a length that is a number at all
_LAST = ((b"connection", b"close"),)  # what is left of the body is not waited for


class Bodies:
    """Hands on requests whose body is there; answers the others."""

    def __init__(
        self, app: AsgiApp, longest: int = LONGEST, patience: float = PATIENCE, media_type: str = JSON
    ) -> None:
        self._app = app
        self._media_type = media_type
        self._longest = longest
        self._patience = patience

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Read the body of a POST, and hand on the request with it; all else has none, or is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "POST":
            await self._with_body(scope, receive, send)
        elif _announces_a_body(scope):
            await answer(send, 400, f"a {scope['method']} request has no body here", _LAST)
        else:
            note_whole(scope)
            await self._app(scope, receive, send)

    async def _with_body(self, scope: Message, receive: Receive, send: Send) -> None:
        if (refusal := self._refusal(scope)) is not None:
            await answer(send, *refusal)
            return
        try:
            with anyio.fail_after(self._patience):
                body = await self._read(receive)
        except TimeoutError:
            await answer(send, 408, f"the body did not arrive within {self._patience:.0f} s", _LAST)
        except _TooLargeError:
            await answer(send, 413, self._too_large, _LAST)
        else:
            if body is not None:
                note_whole(scope)
                await self._app(scope, _first(body, receive), send)

    @property
    def _too_large(self) -> str:
        return f"a request has at most {self._longest} bytes"

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        """Return status and reason for a body that is not read at all."""
        types, lengths = (
            [value.decode("latin-1").strip() for name, value in scope["headers"] if name == wanted]
            for wanted in (b"content-type", b"content-length")
        )
        if [kind.partition(";")[0].strip().lower() for kind in types] != [self._media_type]:
            return 415, f"Content-Type must be {self._media_type}"
        if any(len(length) > _DIGITS or int(length) > self._longest for length in lengths if length.isdecimal()):
            return 413, self._too_large
        return None

    async def _read(self, receive: Receive) -> bytes | None:
        """Return the whole body; None where the client left before its end.

        Raises:
            _TooLargeError: it is larger than it may be.
        """
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > self._longest:
                raise _TooLargeError
            if not message.get("more_body", False):
                return bytes(body)
        return None


def _announces_a_body(scope: Message) -> bool:
    """True where a body follows the head: RFC 9112 section 6.3. Whoever answers might wait for it, and so for ever."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b" \t0"))
        for name, value in scope["headers"]
    )


class _TooLargeError(Exception):
    """A body that is larger than it may be."""


def _first(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that yields the body first."""
    left = [body]

    async def first() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return first
