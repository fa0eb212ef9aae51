"""Questions to the store of records, asked in threads: a store blocks, and belongs to one thread."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from openapi_mcp.records.store import Store

Answer = TypeVar("Answer")
_THREADS = 2  # figures and their course over time are asked for at once


class Reader:
    """Asks a store; each of its threads opens its own when it is first needed."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open_store = open_store
        self._threads = ThreadPoolExecutor(_THREADS, "records")
        self._own = threading.local()
        self._stores: list[Store] = []

    async def ask(self, question: Callable[[Store], Answer]) -> Answer:
        """Return what a question to the store brings.

        Raises:
            RecordsError: it cannot be opened or read.
        """
        return await asyncio.wrap_future(self._threads.submit(self._asked, question))

    def _asked(self, question: Callable[[Store], Answer]) -> Answer:
        if not hasattr(self._own, "store"):
            self._own.store = self._open_store()
            self._stores.append(self._own.store)
        return question(self._own.store)

    def close(self) -> None:
        """Let go of the stores, once what is being asked is answered."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for store in self._stores:
            store.close()
