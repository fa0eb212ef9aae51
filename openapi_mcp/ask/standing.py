"""How the models of a run stand: which of them may be asked, and which only later, or not again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from openapi_mcp.model.chat import FaultKind, ModelFault

LONGEST_PAUSE = 30.0  # seconds before a model is tried again at once; one that wants more is left alone until then
REST = 60.0  # seconds that a model comes after the others, when it failed as often as it may


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The models of a run in the order in which they are asked, and what is known of those that failed.

    `spent` has the moment (monotonic seconds) before which a model is left alone: its quota is spent, or it said so.
    `resting` has the moment before which it is asked only after the others: it failed, and may not have recovered.
    Those in `gone` are not asked again for this question. Those in `doubted` were spent before it was asked: somebody
    may have topped them up since, so each may be asked once where no other is left.
    """

    models: tuple[str, ...]
    spent: Mapping[str, float] = field(default_factory=dict)
    resting: Mapping[str, float] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    faults: Mapping[str, ModelFault] = field(default_factory=dict)

    def ready(self, now: float) -> tuple[str, ...]:
        """Return the models that may be asked, those that rest behind the others."""
        able = [each for each in self.models if each not in self.gone and self.spent.get(each, -math.inf) <= now]
        return tuple(sorted(able, key=lambda each: self.resting.get(each, -math.inf) > now))

    def last_resort(self) -> tuple[str, ...]:
        """Return the models that may be asked where no other is left, though their reset has not come."""
        return tuple(each for each in self.models if each in self.doubted)

    def anew(self, now: float) -> "Standing":
        """Return the standing before another question: a person may have put right what was wrong.

        Only a reset that is known, and has not come, is still waited for.
        """
        spent = {model: until for model, until in self.spent.items() if now < until < math.inf}
        faults = {model: fault for model, fault in self.faults.items() if model in spent}
        return replace(self, spent=spent, gone=frozenset(), doubted=frozenset(spent), faults=faults)

    def left_alone(self, now: float) -> tuple[tuple[ModelFault, float], ...]:
        """Return the last fault of each model that is left alone until a known moment, and the seconds until then."""
        left = ((each, self.spent.get(each, -math.inf) - now) for each in self.models if each in self.faults)
        return tuple((self.faults[each], seconds) for each, seconds in left if 0 < seconds < math.inf)

    def next_reset(self, now: float) -> tuple[str, float] | None:
        """Return the model whose quota comes back first, and how many seconds from now; None where none is known to."""
        resets = [(until, each) for each, until in self.spent.items() if each not in self.gone and now < until]
        until, model = min(resets, default=(math.inf, ""))
        return (model, until - now) if until < math.inf else None

    def answered(self, model: str) -> "Standing":
        """Return the standing after an answer: what was held against the model is forgotten."""
        return replace(
            self,
            spent=_without(self.spent, model),
            resting=_without(self.resting, model),
            doubted=self.doubted - {model},
            faults=_without(self.faults, model),
        )

    def failed(self, fault: ModelFault, now: float) -> "Standing":
        """Return the standing after a fault that is not waited for any more."""
        known = replace(self, faults={**self.faults, fault.model: fault}, doubted=self.doubted - {fault.model})
        match fault.kind:
            case FaultKind.QUOTA:
                until = math.inf if fault.seconds_to_reset is None else now + fault.seconds_to_reset
                return replace(known, spent={**self.spent, fault.model: until})
            case FaultKind.CREDENTIALS | FaultKind.UNKNOWN_MODEL | FaultKind.REJECTED:
                return replace(known, gone=self.gone | {fault.model})
            case FaultKind.TOO_LONG | FaultKind.DEAR:
                return known  # a shorter history may do
            case _:
                wanted = fault.retry_after or 0.0
                if wanted > LONGEST_PAUSE:
                    return replace(known, spent={**self.spent, fault.model: now + wanted})
                return known.behind(fault.model, now)

    def behind(self, model: str, now: float) -> "Standing":
        """Return the standing in which a model is asked after the others, for a while."""
        return replace(self, resting={**self.resting, model: now + REST})

    def all_faults(self) -> tuple[ModelFault, ...]:
        """Return the last fault of each model that has one, in the order of the models."""
        return tuple(self.faults[each] for each in self.models if each in self.faults)


Value = TypeVar("Value")


def _without(of: Mapping[str, Value], model: str) -> dict[str, Value]:
    return {name: value for name, value in of.items() if name != model}
