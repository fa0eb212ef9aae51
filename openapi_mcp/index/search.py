"""Finding tools by the words of a task."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from openapi_mcp.index.actions import fitness
from openapi_mcp.index.bm25f import Bm25f
from openapi_mcp.index.clauses import Clause, Request, read_request
from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.coverage import Coverage
from openapi_mcp.index.fields import LENGTHS, WEIGHTS
from openapi_mcp.index.lift import lifted, usual_needs
from openapi_mcp.index.names import has_name, has_number
from openapi_mcp.index.plan import plan
from openapi_mcp.index.synonyms import synonyms
from openapi_mcp.model.capability import Capabilities

DEFAULT_LIMIT = 10
_OF_A_CLAUSE = 3.0  # how much the best clause of a request counts beside the whole of it
_FAINT = 0.5  # how fast a clause counts less that finds little: 0 not at all, 1 as much less as it finds
_SYNONYM, _ONLY_SYNONYM = 0.2, 0.5  # how much another word for a word counts, beside it and in its place
_NAMED = 0.5  # how well a tool fits the words of a request, beside the best, that is named by them

Allowed = Callable[[str], bool]
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A tool that was found, and how well it fits beside the best, which has 1."""

    tool: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best hits, best first; `plan` are the calls that lead to the first, "" where it needs none before it."""

    hits: tuple[Hit, ...]
    plan: str = ""


class Index:
    """Finds the tools of a corpus. Making it takes long, asking it does not; it may be asked from several threads."""

    def __init__(self, corpus: Corpus) -> None:
        self.capabilities: Capabilities = corpus.capabilities
        self._usual = usual_needs(corpus.capabilities)
        self._methods = {name: entry.method for name, entry in corpus.entries.items()}
        fields = {name: entry.fields for name, entry in corpus.entries.items()}
        self._ranking, self._coverage = Bm25f(fields, WEIGHTS, LENGTHS), Coverage(fields)

    def search(self, query: str, limit: int = DEFAULT_LIMIT, allowed: Allowed | None = None) -> Found:
        """Return what a request finds among the tools that are `allowed`, all where nothing is said."""
        request = read_request(query)
        fused = self._fused(request, allowed)
        scores = self._lifted(request, fused, allowed)
        best = sorted(scores, key=lambda name: (-scores[name], name))[:limit]
        top = scores[best[0]] if best else 1.0
        hits = tuple(Hit(tool=name, score=round(scores[name] / top, 3)) for name in best)
        return Found(hits=hits, plan=self._plan(best, fused, allowed) if best else "")

    def _plan(self, best: Sequence[str], fused: Scores, allowed: Allowed | None) -> str:
        enough = _NAMED * max(fused.values(), default=0.0)
        named = {name for name, score in fused.items() if score >= enough}
        return plan(best[0], self.capabilities, best, named, allowed)

    def _lifted(self, request: Request, scores: Scores, allowed: Allowed | None) -> Scores:
        """Return the scores with those of the tools that come before the best, where the request does not name them."""
        if not request.clauses and has_number(request.text):  # it may be the id itself
            return scores
        by_name = has_name(request.text, self._is_known)
        with_makers = lifted(scores, self.capabilities, self._usual, by_name=by_name)
        return {name: score for name, score in with_makers.items() if allowed is None or allowed(name)}

    def _is_known(self, term: str) -> bool:
        return term in self._ranking or any(other in self._ranking for other in synonyms(term))

    def _fused(self, request: Request, allowed: Allowed | None) -> Scores:
        """Return the scores for the whole request, with those of the clause that each tool fits best."""
        whole = self._scores(request.whole, allowed, "" if request.clauses else request.whole.action)
        top = max(whole.values(), default=1.0)
        fused = {name: score / top for name, score in whole.items()}
        for name, score in self._by_clause(request, allowed, top).items():
            fused[name] += _OF_A_CLAUSE * score
        return fused

    def _by_clause(self, request: Request, allowed: Allowed | None, top: float) -> Scores:
        best: dict[str, float] = defaultdict(float)
        for clause in request.clauses:
            scores = self._scores(clause, allowed, clause.action)
            most = max(scores.values(), default=1.0)
            worth = min(1.0, most / top) ** _FAINT / most
            for name, score in scores.items():
                best[name] = max(best[name], score * worth)
        return best

    def _scores(self, clause: Clause, allowed: Allowed | None, action: str) -> Scores:
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
