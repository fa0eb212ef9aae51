"""The work on one failed call: what was found out for it, each thing once, and how much more may be done."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_MOST_STEPS = 50_000  # a few microseconds each

Found = TypeVar("Found")


class TooMuchWorkError(Exception):
    """The recovery of a call takes more steps than there are for one: it is given up."""


class Work:
    """What is kept while one call is recovered; `left` are the steps that may still be made for it."""

    def __init__(self, left: int = _MOST_STEPS) -> None:
        self.left = left
        self._known: dict[Hashable, tuple[object, Any]] = {}

    def spend(self, steps: int) -> None:
        """Count steps.

        Raises:
            TooMuchWorkError: there are not as many left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooMuchWorkError

    def once(self, what: str, of: object, make: Callable[[], Found], *more: Hashable) -> Found:
        """Return something of an object, made when it is first asked for; `of` is kept, so that its id stays its own.

        once("fields", tool, lambda: fields_of(tool, "address"), "address") -> the fields, worked out at most once
        """
        key = (what, id(of), *more)
        if key not in self._known:
            self._known[key] = (of, make())
        found: Found = self._known[key][1]
        return found
