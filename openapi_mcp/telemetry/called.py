"""Which call the lines of the log are of: each has its id, which is that of its record, and of its HTTP request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CALL: ContextVar[str] = ContextVar("openapi_mcp.call", default="")


def current_call() -> str:
    """Return the id of the call that runs here, "" where none does: "k3vq9x2m4t7a"."""
    return _CALL.get()


@contextmanager
def in_call(call_id: str) -> Iterator[None]:
    """Have the lines that are logged here, and in what is begun from here, name this call."""
    before = _CALL.set(call_id)
    try:
        yield
    finally:
        _CALL.reset(before)
