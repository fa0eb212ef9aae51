"""Questions to the store of records, asked in threads."""

import threading
from pathlib import Path

import anyio
import pytest
from support.dashboard import board, kept, record

from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import RecordsError, Store
from openapi_mcp.server.dashboard.reading import Reader

pytestmark = pytest.mark.anyio


async def test_each_thread_opens_its_own_store_once(tmp_path: Path) -> None:
    """A store belongs to one thread."""
    file = kept(tmp_path, record("a"))
    opened: list[str] = []

    def opening() -> Store:
        opened.append(threading.current_thread().name)
        return open_store(file)

    reader = Reader(opening)
    met = threading.Barrier(2, timeout=20)

    def count(store: Store) -> int:
        met.wait()
        return store.stats(Filter()).total.calls

    assert await reader.ask_each(count, count) == [1, 1]
    assert await reader.ask_each(count, count) == [1, 1]
    assert len(opened) == len(set(opened)) == 2
    assert threading.current_thread().name not in opened
    await anyio.to_thread.run_sync(reader.close)


async def test_a_store_that_cannot_be_opened_is_tried_again() -> None:
    tries: list[int] = []

    def opening() -> Store:
        tries.append(1)
        raise RecordsError("out of reach")

    reader = Reader(opening)
    for _ in range(2):
        with pytest.raises(RecordsError, match="out of reach"):
            await reader.ask(lambda store: store.size())
    assert len(tries) == 2
    reader.close()


async def test_a_board_lets_go_of_its_records(tmp_path: Path) -> None:
    own = board(kept(tmp_path))
    assert own.records is not None
    assert await own.records.ask(lambda store: store.named()) == []
    own.close()
    with pytest.raises(RuntimeError):
        await own.records.ask(lambda store: store.size())
    board().close()
