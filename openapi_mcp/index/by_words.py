"""How well the words of a request fit each tool: the request as a whole, and each of its clauses."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from openapi_mcp.index.actions import fitness
from openapi_mcp.index.bm25f import Bm25f
from openapi_mcp.index.clauses import Clause, Request
from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.coverage import Coverage
from openapi_mcp.index.fields import LENGTHS, WEIGHTS
from openapi_mcp.index.synonyms import synonyms
from openapi_mcp.index.words import SELF

_OF_A_CLAUSE = 3.0  # how much the best clause of a request counts beside the whole of it
_FAINT = 0.5  # how fast a clause counts less that finds little: 0 not at all, 1 as much less as it finds
_SYNONYM, _ONLY_SYNONYM = 0.3, 0.5  # how much another word for a word counts, beside it and in its place

Allowed = Callable[[str], bool]
Scores = Mapping[str, float]


class ByWords:
    """Scores the tools of a corpus by their words."""

    def __init__(self, corpus: Corpus) -> None:
        self._methods = {name: entry.method for name, entry in corpus.entries.items()}
        fields = {name: entry.fields for name, entry in corpus.entries.items()}
        self._ranking, self._coverage = Bm25f(fields, WEIGHTS, LENGTHS), Coverage(fields)

    def knows(self, term: str) -> bool:
        """Return whether any tool has this term, or one that means the same."""
        return term in self._ranking or any(other in self._ranking for other in synonyms(term))

    def unknown(self, request: Request) -> float:
        """Return which share of the terms of a request no tool has: 0 to 1."""
        wanted = [term for term in request.whole.terms if term != SELF]
        return sum(not self.knows(term) for term in wanted) / max(1, len(wanted))

    def fitness(self, clause: Clause, name: str) -> float:
        """Return how well the method of a tool fits what a clause wants done."""
        return fitness(clause.action, self._methods[name])

    def scores(self, request: Request, allowed: Allowed | None = None) -> Scores:
        """Return the scores for the whole request, with those of the clause that each tool fits best.

        Only tools that are `allowed` have one, of all where nothing is said.
        """
        whole = self._fits(request.whole, allowed, "" if request.clauses else request.whole.action)
        top = max(whole.values(), default=1.0)
        fused = {name: score / top for name, score in whole.items()}
        for name, score in self._by_clause(request, allowed, top).items():
            fused[name] += _OF_A_CLAUSE * score
        return fused

    def _by_clause(self, request: Request, allowed: Allowed | None, top: float) -> Scores:
        best: dict[str, float] = defaultdict(float)
        for clause in request.clauses:
            scores = self._fits(clause, allowed, clause.action)
            most = max(scores.values(), default=1.0)
            worth = min(1.0, most / top) ** _FAINT / most
            for name, score in scores.items():
                best[name] = max(best[name], score * worth)
        return best

    def _fits(self, clause: Clause, allowed: Allowed | None, action: str) -> Scores:
        wanted = self._with_synonyms(clause.terms)
        scores, shares = self._ranking.scores(wanted), self._coverage.shares(wanted)
        return {
            name: score * fitness(action, self._methods[name]) * (1 + shares.get(name, 0.0))
            for name, score in scores.items()
            if allowed is None or allowed(name)
        }

    def _with_synonyms(self, wanted: Mapping[str, float]) -> Mapping[str, float]:
        """Return the terms with those that mean the same; they count more where no tool has the term itself."""
        widened = dict(wanted)
        for term, weight in wanted.items():
            share = _SYNONYM if term in self._ranking else _ONLY_SYNONYM
            for other in synonyms(term):
                widened[other] = max(widened.get(other, 0.0), weight * share)
        return widened
