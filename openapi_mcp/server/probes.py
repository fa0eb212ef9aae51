"""What an orchestrator asks beside the endpoint: is it alive (/healthz), and may it be sent calls (/readyz).

Both are answered before the guard looks at Host: a probe asks by an address, or names no host at all. They say nothing
that is not for everybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send
from openapi_mcp.server.paths import ALIVE, READY

_METHODS = (b"allow", b"GET, HEAD")

Claim = Callable[[], bool]
"""True where something is as it should be, at this moment."""


@dataclass(slots=True, kw_only=True)
class Health:
    """How this server is: ready where it is not on its way out, and has all that it `needs`.

    What it is `helped` by may be away: calls go on without, and that is told.
    """

    needs: dict[str, Claim] = field(default_factory=dict)
    helped: dict[str, Claim] = field(default_factory=dict)
    is_draining: bool = False

    @property
    def is_ready(self) -> bool:
        """True where calls may be sent here."""
        return not self.lacking()

    def lacking(self) -> list[str]:
        """Return why it is not ready; nothing where it is."""
        lacking = [name for name, is_there in self.needs.items() if not is_there()]
        return [*(["draining"] if self.is_draining else []), *lacking]

    def degraded(self) -> list[str]:
        """Return what is away that calls go on without."""
        return [name for name, is_there in self.helped.items() if not is_there()]

    def as_json(self) -> dict[str, JsonValue]:
        """Return {"ready": false, "lacking": ["draining"], "degraded": []}."""
        return {"ready": self.is_ready, "lacking": [*self.lacking()], "degraded": [*self.degraded()]}


class Probes:
    """Answers the two questions, whoever asks; hands on all others."""

    def __init__(self, app: AsgiApp, health: Health) -> None:
        self._app = app
        self._health = health

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a probe."""
        if scope["type"] != "http" or scope["path"] not in (ALIVE, READY):
            await self._app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, {"allow": "GET, HEAD"}, [_METHODS])
        elif scope["path"] == ALIVE:
            await _answer(send, 200, {"alive": True})
        else:
            await _answer(send, 200 if self._health.is_ready else 503, self._health.as_json())


async def _answer(
    send: Send, status: int, said: Mapping[str, JsonValue], headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Answer with JSON that nobody keeps; uvicorn leaves the body of an answer to HEAD away."""
    body = write_json(said).encode()
    own = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})
