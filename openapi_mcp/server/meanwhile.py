"""What is answered while the document loads: the port is open from the first moment, and says that it is not ready.

A call is told to come again, and is not held: nobody knows yet who may call, and whoever reaches the port could hold
any number of connections.
"""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from openapi_mcp.server.asgi import Message, Receive, Send, answer
from openapi_mcp.server.operating import Operating, Quiet, uvicorn_config
from openapi_mcp.server.probes import Health

_LOADING = Health(needs={"loading": lambda: False})
_AGAIN = (b"retry-after", b"1")


@asynccontextmanager
async def answering(listeners: Iterable[socket.socket], *, access_log: bool = False) -> AsyncIterator[None]:
    """Answer at these while what is to be served there is made ready; who connects at the end waits for that.

    With an `access_log` each request has its line. It is uvicorn without its loop, which looks at signals, and ends
    with a tenth of a second.
    """
    copies = [listener.dup() for listener in listeners]  # closed at the end, and the port stays open
    operating = Operating(health=_LOADING, probes=True, access_log=access_log)
    config = uvicorn_config(operating.around(_not_yet), lifespan="off")
    config.load()
    server = Quiet(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=copies)
    try:
        yield
    finally:
        await server.shutdown(sockets=copies)


async def _not_yet(_scope: Message, _receive: Receive, send: Send) -> None:
    await answer(send, 503, "the document is being loaded: ask again in a moment", [_AGAIN])
