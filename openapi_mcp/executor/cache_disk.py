"""Kept answers in a file: at once where that is quick, else in a thread. Where it is of no use, the API is asked."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from openapi_mcp.executor.cache_file import AnswerFile, CacheFileError
from openapi_mcp.executor.cache_stored import Mark, Place, Seen, Stored
from openapi_mcp.executor.cache_writes import Written

log = logging.getLogger(__name__)

Value = TypeVar("Value")

_LARGE = 32_000  # bytes of an answer that is looked through, and written, in a thread


class AnswersOnDisk:
    """The file at `path`; trouble with it is said with `say`, once."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.path = path
        self.is_off = False
        self._say = say
        self._has_said = False
        self._near = AnswerFile(path, patience=0.0)  # for what is done at once, on the event loop
        self._far = AnswerFile(path)  # for what is large, or has to wait for another process: in a thread

    def close(self) -> None:
        """Close the file."""
        self._near.close()
        self._far.close()

    def holds_some(self) -> bool:
        """True where there is a file."""
        return self._near.is_there()

    def has_news(self, seen: Seen) -> bool:
        """True where any process has kept something of an operation of which nothing was."""
        return self._near.arrivals() != seen.arrivals

    async def find(self, place: Place) -> Seen | None:
        """Return what is kept for a place; None where the file cannot be read."""
        return await self._in_file(lambda file: file.find(place))

    async def keep(self, place: Place, stored: Stored, lifetime: float, mark: Mark, may: Callable[[], bool]) -> bool:
        """Keep an answer where it may be; return whether it is."""
        is_long = len(stored.body) > _LARGE
        kept = await self._in_file(lambda file: may() and file.keep(place, stored, lifetime, mark), is_long=is_long)
        return bool(kept)

    async def touch(self, place: Place, now: float) -> None:
        """Note that an answer was used."""
        await self._in_file(lambda file: file.touch(place, now))

    async def forget(self, place: Place, asked: float, now: float) -> None:
        """Drop an answer that is no longer true."""
        await self._in_file(lambda file: file.forget(place, asked, now))

    async def drop(self, what: Written) -> None:
        """Drop what a write puts in doubt; where that fails, all of it."""

        def drop(file: AnswerFile) -> bool:
            file.drop(what)
            return True

        if not await self._in_file(drop, is_long=not self._near.is_there()):
            await anyio.to_thread.run_sync(self._begin_anew)

    async def settle(self) -> bool:
        """Return True: what cannot be dropped here takes the file with it."""
        return True

    async def _in_file(self, work: Callable[[AnswerFile], Value], *, is_long: bool = False) -> Value | None:
        """Return what comes of work on the file, in a thread where it `is_long` or has to wait; None where it fails."""
        try:
            if not is_long:
                try:
                    return work(self._near)
                except CacheFileError as error:
                    if not error.passes:
                        raise
            return await anyio.to_thread.run_sync(partial(work, self._far))
        except CacheFileError as error:
            await anyio.to_thread.run_sync(self._say_trouble, error)
            return None

    def _say_trouble(self, error: CacheFileError) -> None:
        if error.is_damaged:
            self._begin_anew()
        if not self._has_said:
            self._has_said = True
            self._say(f"warning: answers are not kept in {self.path}, and calls go on without: {error}")

    def _begin_anew(self) -> None:
        """Delete the file: nothing that was written is shown as it was before. Where that fails, do without."""
        try:
            self._far.remove()
        except OSError as error:
            self.is_off = True
            log.warning("cache_off error=%s", type(error).__name__)
