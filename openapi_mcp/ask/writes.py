"""Writes of a run: none is made a second time without a person's word."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from openapi_mcp.ask.undone import is_undone
from openapi_mcp.model.chat import Answered
from openapi_mcp.server.sent import NOTHING_DONE

_MOST_RETURNS = 3  # times that a write may come again as another took it back: then it goes in circles


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A write that was made already, with its answer then.

    `is_before`: a person has spoken since. `is_insisted`: the model was told, in a turn before, and calls it again.
    """

    first: Answered
    is_before: bool = False
    is_insisted: bool = False


@dataclass(slots=True)
class Writes:
    """The writes that were made, or may have been, with their answers, by the keys of their calls and their requests.

    A call has several keys: as it was called, with the arguments as they were repaired, each request that was sent.
    """

    _made: dict[str, Answered] = field(default_factory=dict)
    _requests: dict[str, frozenset[str]] = field(default_factory=dict)
    _before: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    _telling: set[str] = field(default_factory=set)
    _returns: Counter[str] = field(default_factory=Counter)

    @property
    def keys(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self._made)

    def asked(self) -> None:
        """Take that a person has spoken: what was made before may be wanted once more."""
        self._before |= set(self._made)
        self._told.clear()
        self._telling.clear()

    def turned(self) -> None:
        """Take that a model's next turn begins: what the last one was told of, it knows now."""
        self._told |= self._telling
        self._telling.clear()

    def answered(self, keys: Collection[str], answer: Answered) -> bool:
        """Take the answer to a write; return whether something was changed by it, or may have been."""
        if not answer.requests and not was_done(answer):
            return False
        for request in answer.requests:
            self._undo(request)
            self._keep(request, answer, frozenset((request,)))
        for key in keys:
            self._keep(key, answer, frozenset(answer.requests))
        return True

    def held(self, answer: Answered) -> None:
        """Take that a request was held back; a call in the background may have sent it, unheard of here."""
        if answer.held not in self._made:
            self._keep(answer.held, answer, frozenset((answer.held,)))

    def _keep(self, key: str, answer: Answered, requests: frozenset[str]) -> None:
        self._made[key], self._requests[key] = answer, requests
        self._before.discard(key)
        self._told.discard(key)

    def _undo(self, later: str) -> None:
        """Forget what a write takes back; of a call with several requests, where it takes back all of them."""
        undone = {
            key
            for key, first in self._made.items()
            if (requests := self._requests[key])
            and self._returns[key] < _MOST_RETURNS
            and all(is_undone(each, later, first) for each in requests)
        }
        self._returns.update(undone)
        self._forget(undone)

    def again(self, keys: Collection[str]) -> Repeated | None:
        """Return the same write where it was made, None where it was not; what is returned is told to the model.

        One of before the person last spoke is told of once; if the model calls it all the same, it is made: "order
        the same again". Any other one is made only where a person says so.
        """
        same = [key for key in keys if key in self._made]
        if not same:
            return None
        first, is_before = self._made[same[-1]], all(key in self._before for key in same)
        is_told = any(key in self._told for key in keys)
        if is_told and is_before:
            self._forget([key for key, each in self._made.items() if key in same or each is first])
            return None
        self._tell(keys, same[-1])
        return Repeated(first=first, is_before=is_before, is_insisted=is_told)

    def _tell(self, keys: Collection[str], as_one: str) -> None:
        """Take that the model is told of a write, whose call has these keys from now on."""
        for key in keys:
            if key not in self._made:
                self._made[key], self._requests[key] = self._made[as_one], self._requests[as_one]
                self._before |= {key} if as_one in self._before else set()
        self._told.difference_update(keys)
        self._telling.update(keys)

    def _forget(self, keys: Collection[str]) -> None:
        for key in keys:
            del self._made[key], self._requests[key]
            self._before.discard(key)


def was_done(answer: Answered) -> bool:
    """True unless an answer says for sure that nothing was done: a timeout does not say so."""
    if not answer.is_sent:
        return False
    if not answer.is_error:
        return True
    match answer.value:
        case {"error": {"unknown_outcome": True}}:
            return True
        case {"error": {"kind": str(kind)} as error}:
            return kind not in NOTHING_DONE and error.get("attempts") != 0
        case _:
            return True
