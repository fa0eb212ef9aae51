"""What one run of a workflow may cost: whoever wrote its conditions, and whatever came, may mean harm."""

from collections.abc import Iterator
from typing import Any

MOST_WORK = 5_000_000
"""Steps of about a microsecond, of one run: what it takes to look through an answer of ten megabytes a dozen times."""
_NODES = 4  # that are compared in a step
_CHARACTERS = 64


class SpentError(Exception):
    """A run has taken all the work that it may: no workflow goes on after it, so it is no WorkflowError."""


class GivenUpError(Exception):
    """Nobody waits for the run any more: what is done for it in a thread ends."""


class Work:
    """The steps that a run has left. Its thread looks here at each of them, so it ends soon after `give_up`."""

    def __init__(self, most: int = MOST_WORK) -> None:
        self._left = most
        self._is_given_up = False

    def give_up(self) -> None:
        """Let the work end with the next step of it; may be called from another thread."""
        self._is_given_up = True

    def spend(self, steps: int) -> None:
        """Take steps before they are made.

        Raises:
            SpentError: there are not as many left.
            GivenUpError: nobody waits for them.
        """
        if self._is_given_up:
            raise GivenUpError
        self._left -= steps
        if self._left < 0:
            raise SpentError

    def read(self, characters: int) -> None:
        """Take what it is to read, write or compare so many characters."""
        self.spend(1 + characters // _CHARACTERS)

    def compare(self, left: Any, right: Any) -> None:
        """Take what it is to hold two values against each other as wholes: as much as one of them has.

        Where their lengths say that they are not the same, nobody looks further.
        """
        is_alike = type(left) is type(right) and isinstance(left, dict | list | str) and len(left) == len(right)
        if is_alike and left is not right and not isinstance(left, str):
            self.weigh(left)
        else:
            self.read(len(left) if is_alike else 0)

    def weigh(self, value: Any) -> None:
        """Take what it is to look at all of a value, in depth."""
        waiting = [value]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                self.read(len(node))
            elif isinstance(node, dict | list):
                self.spend(1 + len(node) // _NODES)
                waiting += [each for each in (node.values() if isinstance(node, dict) else node) if _is_large(each)]


def _is_large(value: Any) -> bool:
    kind = type(value)
    return kind is dict or kind is list or (kind is str and len(value) > _CHARACTERS)


def parts(value: Any) -> Iterator[Any]:
    """Yield a value and all that is in it, in its order, with no copy of any of it."""
    waiting = [iter((value,))]
    while waiting:
        for each in waiting[-1]:
            yield each
            if isinstance(each, dict | list | tuple) and each:
                waiting.append(iter(each.values() if isinstance(each, dict) else each))
                break
        else:
            waiting.pop()
