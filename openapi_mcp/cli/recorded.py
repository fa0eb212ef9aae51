"""The store that a command reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from openapi_mcp.cli.output import Notice
from openapi_mcp.cli.told import plain
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.record import Record
from openapi_mcp.recorded import where_recorded
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import NothingRecordedError, Store

_LONGEST = 80  # characters of a name
_MOST = 2_000  # names that are compared


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
    yield from store.pages(wanted, whole=whole)


def in_order(store: Store, wanted: Filter, limit: int, *, whole: bool = False) -> Iterator[list[Record]]:
    """Yield the same the oldest first; all of them as they were kept."""
    if limit:
        yield from (page[::-1] for page in found_by(store, wanted, limit, whole=whole))
        return
    yield from store.pages(wanted, newest_first=False, whole=whole)


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


def said_of_none(store: Store, wanted: Filter) -> str:
    """Return what is said where no record is found; a name that is recorded, and nearly so written, is named."""
    if wanted == Filter():
        return "nothing is recorded yet"
    names = store.named()
    near = [
        *_near("--tool", wanted.tool, {each.tool for each in names}),
        *_near("--api", wanted.api, {each.api for each in names}),
    ]
    return "; ".join(["no recorded call fits", *near])


def _near(option: str, asked: str, names: set[str]) -> Iterator[str]:
    """Yield a hint where a name was asked for that no record has; one with a * means what it says."""
    if not asked or "*" in asked or asked in names:
        return
    folded = {name[:_LONGEST].casefold(): name for name in sorted(names)[:_MOST]}
    if found := get_close_matches(asked[:_LONGEST].casefold(), folded, n=1):
        yield f"{option}: did you mean {plain(folded[found[0]], _LONGEST)}?"
    elif starts := [name for name in sorted(names)[:_MOST] if name.casefold().startswith(asked.casefold())]:
        yield f"{option}: did you mean {plain(starts[0], _LONGEST)}, or '{plain(asked, _LONGEST)}*'?"
