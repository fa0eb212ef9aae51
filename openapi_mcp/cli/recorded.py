"""The store that a command reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from openapi_mcp.cli.output import Notice
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.record import Record
from openapi_mcp.recorded import where_recorded
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import NothingRecordedError, Store

_PAGE = 1_000


@contextmanager
def records_of(config: Config, notice: Notice) -> Iterator[Store | None]:
    """Yield the store that the configuration names, opened to read; None where nothing is recorded yet, which is said.

    Raises:
        RecordsError: it cannot be read.
        CredentialsError: what --records refers to cannot be.
    """
    from openapi_mcp.records.sql import open_store

    try:
        store = open_store(where_recorded(config), read_only=True)
    except NothingRecordedError as nothing:
        notice(f"{nothing.message} in {nothing.where}; {nothing.hint}")
        yield None
        return
    with store:
        yield store


def found_by(store: Store, wanted: Filter, limit: int, *, whole: bool = False) -> Iterator[list[Record]]:
    """Yield the last `limit` records that are wanted, the newest first; with 0 all of them, in pages.

    They have their answers where the `whole` is wanted.
    """
    if limit:
        if page := store.calls(wanted, limit=limit, whole=whole):
            yield page
        return
    yield from pages_of(partial(store.calls, wanted, whole=whole))


def in_order(store: Store, wanted: Filter, limit: int, *, whole: bool = False) -> Iterator[list[Record]]:
    """Yield the same the oldest first; all of them as they were kept."""
    if limit:
        yield from (page[::-1] for page in found_by(store, wanted, limit, whole=whole))
        return
    yield from pages_of(partial(store.calls, wanted, newest_first=False, whole=whole))


def pages_of(ask: Callable[..., list[Record]]) -> Iterator[list[Record]]:
    """Yield what is answered page by page."""
    after = ""
    while page := ask(limit=_PAGE, after=after):
        yield page
        after = page[-1].id


def find_call(store: Store | None, call_id: str) -> Record:
    """Return one record in full.

    Raises:
        ConfigError: no record has an id that begins so.
        RecordsError: several have.
    """
    record = store.call(call_id) if store is not None else None
    if record is None:
        hint = "`openapi-mcp history` shows ids; records are kept for 30 days unless --keep says otherwise"
        raise ConfigError(f"no call is recorded with the id {call_id[:80]!r}", where="ID", hint=hint)
    return record


def said_of_none(wanted: Filter) -> str:
    """Return what is said where no record is found."""
    return "nothing is recorded yet" if wanted == Filter() else "no call that is recorded is one of these"
