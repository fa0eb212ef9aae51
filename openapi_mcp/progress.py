"""What slow work is at, told in a line on its way."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_FIRST = 1.0  # seconds after which a person is told that work is on its way
_REPEAT = 5.0

Notice = Callable[[str], None]
"""Told, in one line, of slow work and of what a person should know."""


class Progress:
    """Tells what work is `at` after the first second, and then every five, until it is done.

    with Progress(notice, "loading api.yaml") as progress:
        progress.at = "loading api.yaml: 3.1 MB so far"

    A thread of its own does so: parsing and generating leave an event loop no time.
    """

    def __init__(self, notice: Notice, at: str) -> None:
        self.at = at
        self._notice = notice
        self._done = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._run, daemon=True, name="progress").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._done.set()

    def _run(self) -> None:
        wait = _FIRST
        while not self._done.wait(wait):
            self._notice(self.at)
            wait = _REPEAT
