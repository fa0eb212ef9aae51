"""Records as they come."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from openapi_mcp.cli.output import Notice, quiet_notice
from openapi_mcp.cli.recorded import in_order
from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import Store, UnknownRecordError

PAUSE = 0.5  # seconds between two looks at the store
_LAG = 4  # looks: what two writers keep at once may come in the other order
_PAGE = 500
_REMEMBERED = 100_000  # ids: more than are recorded within so many looks

Opening = Callable[[Notice], AbstractContextManager[Store | None]]


@contextmanager
def waited_for(opening: Opening, notice: Notice) -> Iterator[Store]:
    """Yield a store, which is waited for where nothing is recorded yet."""
    with ExitStack() as stack:
        store = stack.enter_context(opening(notice))
        while store is None:
            time.sleep(PAUSE)
            store = stack.enter_context(opening(quiet_notice))
        yield store


def followed(store: Store, wanted: Filter, limit: int) -> Iterator[list[Record]]:
    """Yield what is there, as `in_order` does, and then without end what is new; the first page may be empty."""
    looks = Looks(store, wanted)
    began = [*in_order(store, wanted, limit)] or [[]]
    for page in began:
        looks.remember(page)
        yield page
    while True:
        time.sleep(PAUSE)
        if page := looks.new():
            yield page


class Looks:
    """Looks at a store again and again for records that were not seen yet."""

    def __init__(self, store: Store, wanted: Filter) -> None:
        self._store = store
        self._wanted = wanted
        self._seen: dict[str, None] = {}
        newest = [record.id for record in store.calls(Filter(), limit=_PAGE)]
        self._seen.update(dict.fromkeys(newest))
        self._marks = deque([newest[0] if newest else ""], maxlen=_LAG)

    def remember(self, page: list[Record]) -> None:
        """Take records for seen."""
        self._seen.update(dict.fromkeys(record.id for record in page))
        for id in list(self._seen)[: max(len(self._seen) - _REMEMBERED, 0)]:
            del self._seen[id]

    def new(self) -> list[Record]:
        """Return what was recorded since, in that order."""
        mark = self._marks[0]
        self._marks.append(self._newest())
        try:
            found = self._unseen(mark)
        except UnknownRecordError:  # it is cleaned up by now
            found = self._unseen("")
        self.remember(found)
        return found

    def _unseen(self, mark: str) -> list[Record]:
        pages = self._store.pages(self._wanted, after=mark, newest_first=False)
        return [record for page in pages for record in page if record.id not in self._seen]

    def _newest(self) -> str:
        newest = self._store.calls(Filter(), limit=1)
        return newest[0].id if newest else ""
