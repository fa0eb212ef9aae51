"""How much of what a tool says it does was asked for: "list pull requests" is all of it for one, a part for others."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from openapi_mcp.index.bm25f import rarity

_KEYS = ("summary", "path")  # the fields that say what it does, and no more


class Coverage:
    """The terms that say what each entry does, rare ones counting more."""

    def __init__(self, entries: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
        keys = {name: set().union(*(fields.get(key, ()) for key in _KEYS)) for name, fields in entries.items()}
        found = Counter(term for key in keys.values() for term in key)
        self._postings: dict[str, dict[str, float]] = defaultdict(dict)
        for name, key in keys.items():
            whole = sum(rarity(len(keys), found[term]) for term in key)
            for term in key:
                self._postings[term][name] = rarity(len(keys), found[term]) / whole

    def shares(self, wanted: Mapping[str, float]) -> dict[str, float]:
        """Return, by entry, which share of what it does these terms say: 0 to 1, left out where it is none.

        `wanted` says how much each of them counts; more than 1 counts as 1.
        """
        shares: dict[str, float] = defaultdict(float)
        for term, weight in wanted.items():
            for name, share in self._postings.get(term, {}).items():
                shares[name] += min(1.0, weight) * share
        return shares
