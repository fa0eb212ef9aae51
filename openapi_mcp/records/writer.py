"""Records on their way to the store: a thread of its own writes them in batches, behind the calls."""

import logging
import queue
import threading
from collections.abc import Callable

from openapi_mcp.model.policy import Keep
from openapi_mcp.model.record import Record
from openapi_mcp.records.store import RecordsError, Store

log = logging.getLogger(__name__)


class Writer:
    """Writes what it is given, in the order in which it came; `say` is told what could not be written."""

    def __init__(self, open_store: Callable[[], Store], say: Callable[[str], None], keep: Keep) -> None:
        self._open_store = open_store
        self._say = say
        self._keep = keep
        self._waiting: queue.SimpleQueue[Callable[[], Record] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, make: Callable[[], Record]) -> None:
        """Have a record written."""
        self._waiting.put(make)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="records")
            self._thread.start()

    def close(self, seconds: float) -> None:
        """Write what is left, within some seconds."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self._open_store() as store:
                while batch := self._batch():
                    store.add([make() for make in batch])
        except RecordsError as error:
            self._say(f"warning: calls are not recorded: {error.message}")

    def _batch(self) -> list[Callable[[], Record]]:
        batch = []
        while (make := self._waiting.get()) is not None:
            batch.append(make)
            if self._waiting.empty():
                break
        return batch
