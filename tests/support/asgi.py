"""Requests and answers as an ASGI server passes them, without a server."""

from openapi_mcp.server.asgi import Message, Receive, Send


def http(method: str = "POST", *headers: tuple[bytes, bytes], path: str = "/mcp") -> Message:
    """Return the scope of a request to this machine."""
    return {"type": "http", "method": method, "path": path, "headers": [(b"host", b"localhost"), *headers]}


class Answers(list[Message]):
    """What was sent."""

    async def send(self, message: Message) -> None:
        self.append(message)

    @property
    def status(self) -> int:
        """The status of the one answer, which is complete."""
        (start,) = [message for message in self if message["type"] == "http.response.start"]
        assert self[-1]["type"] == "http.response.body"
        status: int = start["status"]
        return status

    def values(self, name: str) -> list[str]:
        """Return every value of a header of the answer."""
        wanted = name.lower().encode()
        return [value.decode() for key, value in self[0]["headers"] if key.lower() == wanted]

    def names(self, prefix: str) -> list[str]:
        """Return the names of the answer's headers that begin so."""
        return [key.decode() for key, _ in self[0]["headers"] if key.decode().lower().startswith(prefix)]


class Inner:
    """The app behind: it answers 200, reads the body, and keeps the scopes and the bodies that came."""

    def __init__(self, *headers: tuple[bytes, bytes]) -> None:
        self.headers = headers
        self.scopes: list[Message] = []
        self.bodies: list[bytes] = []
        self.further: list[Message] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] != "http":
            return
        self.bodies.append((await receive())["body"])
        self.further.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": b"all"})


class Client:
    """What a client sends after the head of its request, piece by piece; then it has left."""

    def __init__(self, *pieces: bytes, whole: bool = True) -> None:
        self.left = list(pieces)
        self.whole = whole
        self.asked = 0

    async def receive(self) -> Message:
        self.asked += 1
        if not self.left:
            return {"type": "http.disconnect"}
        body = self.left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.left) or not self.whole}
