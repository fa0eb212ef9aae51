"""Calls become records, behind them: what was heard of a call is written down later, in a thread of its own."""

import gc
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio
import anyio.to_thread

from openapi_mcp.as_record import record_of, weight_of
from openapi_mcp.config import Config
from openapi_mcp.heard import Heard, Observed
from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.record import Record
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.recorded import where_recorded

if TYPE_CHECKING:
    from openapi_mcp.records.store import Store

_CLOSING = 3.0  # seconds that the last records have when a process ends
_OURS = frozenset({*SEARCH_TOOLS, READ_RESULT, *CALL_TOOLS})
_MOST_UNKNOWN = 50  # names of tools that are not there, each recorded as it is; statistics have a row for each name
_UNKNOWN = "(unknown)"

Say = Callable[[str], None]


class Standing(Protocol):
    """How far what is recorded is written: records/writer.py."""

    @property
    def waiting(self) -> int:
        """How many records are not written yet."""

    @property
    def lost(self) -> int:
        """How many calls were not recorded since the start."""

    @property
    def is_writing(self) -> bool:
        """True where the store takes what it is given."""


class Recorder:
    """Writes down every call that it is told of, as of the `run` of `ask` where there is one.

    `standing` says how far that is.
    """

    def __init__(
        self,
        put: Callable[[Callable[[], Record], int], None],
        *,
        arguments: bool = True,
        standing: Standing | None = None,
        run: str = "",
    ) -> None:
        self.standing = standing
        self._run = run
        self._put = put
        self._arguments = arguments
        self._unknown: set[str] = set()

    def note(self, heard: Heard) -> None:
        """Have a call recorded; what that takes is done elsewhere, later."""
        if heard.tool is None and heard.call.tool not in _OURS:
            heard = self._with_known_name(heard)
        self._put(partial(record_of, heard, arguments=self._arguments, run=self._run), weight_of(heard))

    def _with_known_name(self, heard: Heard) -> Heard:
        """Return a call of a tool that is not there under a name that has a row of its own: a caller invents any."""
        if heard.call.tool in self._unknown or len(self._unknown) < _MOST_UNKNOWN:
            self._unknown.add(heard.call.tool)
            return heard
        return replace(heard, call=replace(heard.call, tool=_UNKNOWN))


def observe(app: Observed, recorder: Recorder | None) -> None:
    """Have what an app serves recorded; nothing where there is no recorder."""
    if recorder is not None:
        app.on_call.append(recorder.note)


@asynccontextmanager
async def open_recorder(
    config: Config, say: Say, environ: Mapping[str, str] = os.environ, *, greets: bool = False, run: str = ""
) -> AsyncIterator[Recorder | None]:
    """Yield what records calls, None where none are to be recorded; what is on its way is written at the end.

    It `greets` a database, where one is named: that it cannot be reached is said now, and not with the first call.

    Raises:
        OpenapiMcpError: as `where_recorded` does, or there is no driver for the database, or it does not let us in.
    """
    if config.no_records:
        yield None
        return
    from openapi_mcp.records.writer import Writer

    where = where_recorded(config, environ)
    writer = Writer(partial(_open, where), say, config.keep)
    if greets and isinstance(where, str):
        await anyio.to_thread.run_sync(writer.greet)
    try:
        yield Recorder(writer.put, arguments=config.record_arguments, standing=writer, run=run)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(writer.close, _CLOSING)


def _open(where: str | Path) -> "Store":
    from openapi_mcp.records.sql import open_store

    store = open_store(where)
    gc.freeze()  # what was imported for it stays: else each full collection would look through all of it
    return store
