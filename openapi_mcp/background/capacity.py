"""How many calls go on here, and how many bytes they take: those of each caller, and all of them."""

from collections import Counter
from dataclasses import dataclass

_ALL = None  # whose: of all callers


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How much there may be at once; `size` is in bytes."""

    of_a_caller: int
    of_all: int
    size_of_a_caller: int
    size_of_all: int


class Capacity:
    """Counts what goes on, by name."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[str, int]] = {}
        self._calls: Counter[str | None] = Counter()
        self._sizes: Counter[str | None] = Counter()

    def count(self, caller: str) -> int:
        """Return how many of a caller's go on here."""
        return self._calls[caller]

    def take(self, name: str, caller: str, size: int) -> None:
        """Count a call, once."""
        self.leave(name)
        self._taken[name] = caller, size
        for whose in (caller, _ALL):
            self._calls[whose] += 1
            self._sizes[whose] += size

    def leave(self, name: str) -> None:
        """Count a call no longer; one that is not counted is none."""
        if name not in self._taken:
            return
        caller, size = self._taken.pop(name)
        self._calls -= Counter({caller: 1, _ALL: 1})  # and nothing is left of who has none
        self._sizes -= Counter({caller: size, _ALL: size})

    def is_full(self, caller: str, space: Space, size: int) -> bool:
        """True where one more call of this caller, of this size, would be too much."""
        own = self._is_over(caller, space.of_a_caller, space.size_of_a_caller - size)
        return own or self._is_over(_ALL, space.of_all, space.size_of_all - size)

    def _is_over(self, whose: str | None, calls: int, size: int) -> bool:
        return self._calls[whose] >= calls or self._sizes[whose] > size
