"""Lifts the tools that yield what the best hits need: a request that reads like several steps does not name them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from openapi_mcp.model.capability import Capabilities, Need

_BEST = 5  # hits whose needs are looked at
_LIFT = 0.7  # how well what yields something fits, beside the hit that needs it
_LIFT_BY_NAME = 0.9  # the same for what finds it by its name, where the request has a name
_RANK = 0.6  # how much it counts that a tool is the first to yield something, and not the last
_OPTIONAL = 2  # needs that can be left out and are looked at all the same
_USUAL = 1 / 3  # of the tools: what as many need is where a person works, and not a step
_FEW = 20  # tools of which nothing is usual

Scores = Mapping[str, float]


class Lift:
    """Knows what tools need, and how many of them."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._needed = Counter(
            entity
            for one in capabilities.values()
            for entity in {need.entity for need in one.needs if need.is_required}
        )

    def is_usual(self, need: Need) -> bool:
        """True for what a great part of all tools need, such as the account or the project that all is about."""
        total = len(self._capabilities)
        return total >= _FEW and self._needed[need.entity] > _USUAL * total

    def lifted(self, scores: Scores, *, by_name: bool) -> dict[str, float]:
        """Return the scores, higher for tools that yield what the best need; `by_name` where the request has a name.

        Of those that yield the same, the one that the words of the request fit best is lifted, or the most likely one.
        """
        found = dict(scores)
        for name in sorted(scores, key=lambda name: (-scores[name], name))[:_BEST]:
            for need in self._unmet(name):
                makers = [each.tool for each in need.producers]
                _lift(found, _likeliest(makers, scores, scores[name]), _LIFT * scores[name])
                finders = (maker for maker in makers if by_name and self._capabilities[maker].finds)
                _lift(found, next(finders, ""), _LIFT_BY_NAME * scores[name])
        return found

    def _unmet(self, name: str) -> Iterator[Need]:
        """Yield what must be given, and of what can be left out that which other tools need most."""
        needs = self._capabilities[name].needs if name in self._capabilities else ()
        steps = [need for need in needs if need.producers and not self.is_usual(need)]
        yield from (need for need in steps if need.is_required)
        optional = [need for need in steps if not need.is_required]
        yield from sorted(optional, key=lambda need: -self._needed[need.entity])[:_OPTIONAL]


def _likeliest(makers: Sequence[str], scores: Scores, score: float) -> str:
    """Return the tool that fits the request best, of those that yield the same, the most likely first."""
    by_rank = {maker: _RANK * score * (1 - rank / len(makers)) for rank, maker in enumerate(makers)}
    return max(makers, key=lambda maker: scores.get(maker, 0.0) + by_rank[maker])


def _lift(scores: dict[str, float], name: str, least: float) -> None:
    if name:
        scores[name] = max(scores.get(name, 0.0), least)
