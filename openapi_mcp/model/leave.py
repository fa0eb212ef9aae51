"""A call's leave to go on in the background: once it is given, the call has longer, and nothing hastens it."""

from collections.abc import Callable

Told = Callable[[float], None]
"""Is told until when a call may take, by the event loop's clock."""


class Leave:
    """Given to a call that is on its way, as only then it is known to take long. `seconds` is what it has from then on.

    A call of 30 s that is given an hour after 25 s ends, by what it began with, after 30 s: `later` says when it does.
    """

    __slots__ = ("_told", "seconds", "until")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.until: float | None = None
        self._told: list[Told] = []

    def give(self, now: float) -> None:
        """Let the call go on, and tell whoever waits to know that; `now` is by the event loop's clock."""
        self.until = now + self.seconds
        told, self._told = self._told, []
        for each in told:
            each(self.until)

    def then(self, told: Told) -> None:
        """Have it told when the leave is given; at once where it is."""
        if self.until is None:
            self._told.append(told)
        else:
            told(self.until)

    def later(self, deadline: float) -> float:
        """Return when a call has to end: the later one of its deadline and what it was given."""
        return deadline if self.until is None else max(deadline, self.until)
