"""BM25F: how well the fields of each entry fit some terms (Robertson, Zaragoza and Taylor, 2004)."""

import math
from collections import defaultdict
from collections.abc import Mapping

_K1 = 3.0  # how slowly a term that stands there again and again stops counting


class Bm25f:
    """An index over entries, each with the counted terms of its fields.

    `weights` and `lengths` say by field how much a term in it counts, and how much less in a long one (0 to 1).
    """

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Mapping[str, int]]],
        weights: Mapping[str, float],
        lengths: Mapping[str, float],
    ) -> None:
        usual = _usual_lengths(entries, weights)
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for name, entry in entries.items():
            for field, weight in weights.items():
                counts = entry.get(field, {})
                long = 1 - lengths[field] + lengths[field] * sum(counts.values()) / usual[field]
                for term, count in counts.items():
                    found[term][name] = found[term].get(name, 0.0) + weight * count / long
        total = len(entries)
        self._postings = {
            term: {name: rarity(total, len(names)) * each / (_K1 + each) for name, each in names.items()}
            for term, names in found.items()
        }

    def __contains__(self, term: str) -> bool:
        return term in self._postings

    def scores(self, wanted: Mapping[str, float]) -> dict[str, float]:
        """Return the score of each entry that has any of the terms; `wanted` says how much each of them counts."""
        scores: dict[str, float] = defaultdict(float)
        for term, weight in wanted.items():
            for name, worth in self._postings.get(term, {}).items():
                scores[name] += weight * worth
        return scores


def _usual_lengths(
    entries: Mapping[str, Mapping[str, Mapping[str, int]]], fields: Mapping[str, float]
) -> dict[str, float]:
    """Return the mean number of terms in each field, at least one."""
    each = entries.values()
    return {
        field: max(1.0, sum(sum(entry.get(field, {}).values()) for entry in each) / max(1, len(each)))
        for field in fields
    }


def rarity(total: int, found: int) -> float:
    """Return how much a term says that stands in so many of all entries: its inverse document frequency."""
    return math.log(1 + (total - found + 0.5) / (found + 0.5))
