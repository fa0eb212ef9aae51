"""Writes of a run: none is made a second time without a person's word."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from openapi_mcp.model.chat import Answered

NOTHING_DONE = frozenset(
    (
        "invalid_arguments", "unknown_tool", "refused", "unauthenticated", "forbidden", "not_found", "conflict",
        "rejected", "rate_limited", "quota",
    )
)  # fmt: skip
"""Kinds of failure (model/call.py) by which an API says that it did not do what it was asked for."""


@dataclass(slots=True)
class Writes:
    """The writes that were made, or may have been, with their answers, by the keys of their calls.

    One has several: as it was called, with the arguments as they were repaired, and the request that was sent.
    """

    _made: dict[str, Answered] = field(default_factory=dict)
    _before: set[str] = field(default_factory=set)

    @property
    def keys(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self._made)

    def asked(self) -> None:
        """Take that a person has spoken: what was made before may be wanted once more."""
        self._before |= set(self._made)

    def answered(self, keys: Iterable[str], answer: Answered) -> bool:
        """Take the answer to a write; return whether something was changed by it, or may have been."""
        if not was_done(answer):
            return False
        for key in keys:
            self._made[key] = answer
            self._before.discard(key)
        return True

    def first(self, keys: Collection[str]) -> tuple[Answered, bool] | None:
        """Return the answer to the same write where it was made, and whether that was before a person last spoke.

        Of one of before it is told once; if the model wants it all the same, it is made: "order the same again".
        """
        same = [self._made[key] for key in keys if key in self._made]
        if not same:
            return None
        made = same[-1]
        if any(key in self._made and key not in self._before for key in keys):
            return made, False
        for key in [key for key, each in self._made.items() if key in keys or any(each is one for one in same)]:
            del self._made[key]
            self._before.discard(key)
        return made, True


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
