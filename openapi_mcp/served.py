"""One toolset with its executor: exchanged as a whole when a document arrives, and closed by the last call on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.apart import Once, apart
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.generator.pages import Pages
from openapi_mcp.generator.stored import Stored
from openapi_mcp.indexing import make_corpus, make_index
from openapi_mcp.model.document import Document
from openapi_mcp.model.tool import Toolset

if TYPE_CHECKING:
    from openapi_mcp.index.corpus import Corpus
    from openapi_mcp.index.search import Index


@dataclass(slots=True, kw_only=True)
class Served:
    """A toolset with its executor, and how many calls run on it; `is_over` once something else is served."""

    toolset: Toolset
    document: Document
    executor: Executor
    pages: Pages
    freshness: Freshness | None
    stored: Stored | None = None
    calls: int = 0
    is_over: bool = False
    corpus: "Once[Corpus]" = field(init=False)
    _index: "Index | None" = None
    _indexing: anyio.Lock = field(default_factory=anyio.Lock)

    def __post_init__(self) -> None:
        self.corpus = Once(partial(make_corpus, self.toolset, self.document, self.stored))

    async def index(self, *, semantic: bool) -> "Index":
        """Return what finds its tools by words; made in a thread when it is first asked for."""
        corpus = await self.corpus.get()
        async with self._indexing:
            if self._index is None:
                self._index = await apart(partial(make_index, corpus, semantic=semantic))
        return self._index

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Executor]:
        """Yield the executor for one call; the last call closes it, once something else is served."""
        self.calls += 1
        try:
            yield self.executor
        finally:
            self.calls -= 1
            await self._close_unused()

    async def end(self) -> None:
        """Serve no more: close the executor, as soon as no call runs on it."""
        self.is_over = True
        await self._close_unused()

    async def _close_unused(self) -> None:
        if self.is_over and not self.calls:
            with anyio.CancelScope(shield=True):
                await self.executor.__aexit__(None, None, None)
