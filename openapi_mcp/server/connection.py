"""uvicorn's connection with an end to its patience: it waits for a request, or the rest of one, only so long."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

IDLE = 75  # seconds after an answer: longer than balancers keep their connections, who lose a request otherwise
_SHORT = 5
_MANY = 200  # connections
PATIENCE = 30.0  # seconds; uvicorn itself has an end for a connection that is idle, and none for one that dribbles


class Connection(H11Protocol):
    """Hangs up on a client whose request takes more than `PATIENCE` seconds to come, however it dribbles.

    An answer may take as long as it likes; what a request's body may take, bodies.py says.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._waited_after = self.cycle
        self._patience = self.loop.call_later(PATIENCE, self._look)

    def on_response_complete(self) -> None:
        """Begin to wait for another request: not long where many connections wait, so that there is room for more."""
        self.timeout_keep_alive = IDLE if len(self.connections) < _MANY else _SHORT
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._patience.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not is_answering and self.cycle is self._waited_after and not self._is_idle():
            self.transport.close()
            return
        self._waited_after = self.cycle
        self._patience = self.loop.call_later(PATIENCE, self._look)

    def _is_idle(self) -> bool:
        """True after an answer, before the first byte of another request: uvicorn ends that by its own setting."""
        begun, _ = self.conn.trailing_data
        return self.cycle is not None and not begun
